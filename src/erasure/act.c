/* act.c: for staff: whose data are to be destroyed, whose were, and the act of it: what and when, without the data. */
#include "erasure/erasure.h"

STATEMENT(list_all, "SELECT id, customer, asked, closes, destroys, state, identified, done FROM erasure "
                    "WHERE id < $1 ORDER BY id DESC LIMIT 100");
STATEMENT(read_act, "SELECT id, customer, asked, closes, destroys, state, identified, done FROM erasure WHERE id = $1");
STATEMENT(read_parts, "SELECT what, count, at FROM erasure_part WHERE customer = $1 ORDER BY at, what");

static const char *const states[] = {"", "asked", "closed", "at-work", "done"};
static const string_id titles[] = {S_none, S_erasure_state_asked, S_erasure_state_closed, S_erasure_state_at_work,
                                   S_erasure_state_done};

static void tell(struct request *request, const struct rows *row, struct node *node) {
    int64_t state = row_int(row, 5);
    doc_id(node, "id", row_int(row, 0));
    doc_id(node, "customer", row_int(row, 1));
    if (row_int(row, 2) != 0) doc_moment(node, "asked", row_int(row, 2)); /* else it was closed otherwise */
    doc_moment(node, "closes", row_int(row, 3));
    doc_moment(node, "destroys", row_int(row, 4));
    doc_text(node, "state", text_from(states[state]));
    doc_text(node, "state_title", string_get(request->arena, &request->locale, titles[state], NULL, 0));
    doc_bool(node, "identified", row_int(row, 6) != 0);
    if (state == ERASURE_DONE) doc_moment(node, "done", row_int(row, 7));
}

enum flow acts_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct node *list = doc_array(document, "erasures");
    struct rows *rows = tx_query(tx, &list_all, VALUES(V_INT(INT64_MAX)));
    while (rows_next(rows)) tell(request, rows, doc_add_object(list));
    return answer_ok(request, document);
}

enum flow act_page(struct request *request, struct tx *tx) {
    int64_t id, customer = 0;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    struct rows *rows = tx_query(tx, &read_act, VALUES(V_INT(id)));
    bool found = rows_next(rows);
    if (found) {
        customer = row_int(rows, 1);
        tell(request, rows, document);
    }
    rows_end(rows);
    if (!found) return answer_missing(request);
    doc_text(document, "company", text_from(engine_config(request->engine)->company));
    struct node *parts = doc_array(document, "parts");
    rows = tx_query(tx, &read_parts, VALUES(V_INT(customer)));
    while (rows_next(rows)) {
        struct node *part = doc_add_object(parts);
        doc_text(part, "what", row_text(rows, 0));
        doc_int(part, "count", row_int(rows, 1));
        doc_moment(part, "at", row_int(rows, 2));
    }
    return answer_ok(request, document);
}
