/* report.c: visitors report a page; risk staff look at it within the task that this makes, and switch it off with a
 * reason that its owner is told, or find it in order. */
#include "products/personal/personal.h"

#include "messaging/messaging.h"

#define REPORTS_MOST 20 /* of a page, open at once: more would say no more */

STATEMENT(open_count, "SELECT COUNT(*) FROM personal_report WHERE customer = $1 AND open = 1");
STATEMENT(insert, "INSERT INTO personal_report (id, customer, kind, words, open) VALUES ($1, $2, $3, $4, 1)");
STATEMENT(latest, "SELECT id, kind, words FROM personal_report WHERE customer = $1 ORDER BY id DESC LIMIT 20");
STATEMENT(close_all, "UPDATE personal_report SET open = 0 WHERE customer = $1 AND open = 1");

static const string_id kinds[] = {S_personal_report_fraud, S_personal_report_other_person, S_personal_report_words};
static const char *const kind_names[] = {"fraud", "impersonation", "words"};

/* ---- by visitors ---- */

/* GET /@{name}/report */
enum flow personal_report_read(struct request *request, struct tx *tx) {
    struct personal_page page;
    struct customer owner;
    if (!page_visible(request->engine, tx, request->params[0], &page, &owner)) return answer_missing(request);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "kinds");
    doc_text(document, "name", page.name);
    doc_bool(document, "sent", field_number(request, "sent") != 0);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "value", text_from(kind_names[i]));
        doc_text(node, "title", string_get(request->arena, &request->locale, kinds[i], NULL, 0));
        doc_bool(node, "selected", i == 0);
    }
    return answer_ok(request, document);
}

/* POST /@{name}/report: one task for a page, however many report it; answered alike. */
enum flow personal_report_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct personal_page page;
    struct customer owner;
    if (!page_visible(engine, tx, request->params[0], &page, &owner)) return answer_missing(request);
    struct rows *rows = tx_query(tx, &open_count, VALUES(V_INT(page.customer)));
    int64_t open = rows_next(rows) ? row_int(rows, 0) : 0, id = world_id(tx_world(tx));
    rows_end(rows);
    struct text words = field_text(request, "words"), sealed = TEXT("");
    if (words.size > 0)
        sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "personal.report", id, words);
    if (open < REPORTS_MOST)
        tx_run(tx, &insert,
               VALUES(V_INT(id), V_INT(page.customer), V_INT(field_number(request, "kind")),
                      V_BYTES(sealed.data, sealed.size)));
    if (queue_owner(tx, "personal.reported", page.customer) < 0)
        queue_add(engine, tx, "personal.reported", page.customer, page.customer,
                  text_format(tx_arena(tx), "@%.*s", TEXT_ARG(page.name)), 0);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "sent", true);
    return answer_done(request, document,
                       text_format(request->arena, "/@%.*s/report?sent=true", TEXT_ARG(page.name)));
}

/* ---- by staff ---- */

static void tell_reports(struct request *request, struct tx *tx, int64_t customer, struct node *document) {
    struct node *list = doc_array(document, "reports");
    struct rows *rows = tx_query(tx, &latest, VALUES(V_INT(customer)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(list);
        struct text words = TEXT_NONE, sealed = row_text(rows, 2);
        int64_t id = row_int(rows, 0), kind = row_int(rows, 1);
        if (sealed.size > 0)
            secret_open(engine_keyring(request->engine), request->arena, "personal.report", id, sealed, &words);
        doc_moment(node, "at", id_moment(id));
        doc_text(node, "kind", string_get(request->arena, &request->locale, kinds[kind], NULL, 0));
        doc_text(node, "words", words);
    }
    rows_end(rows);
}

static bool seen(struct request *request, struct tx *tx, int64_t *customer, struct personal_page *page) {
    if (!request_param_id(request, 0, customer) || !page_find(request->engine, tx, *customer, page)) {
        answer_missing(request);
        return false;
    }
    if (staff_sees(request, tx, *customer).allowed) return true;
    staff_needs_reason(request, *customer);
    return false;
}

/* GET /staff/personal/{id} */
enum flow staff_personal_read(struct request *request, struct tx *tx) {
    int64_t customer;
    struct personal_page page;
    if (!seen(request, tx, &customer, &page)) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    doc_id(document, "customer", customer);
    doc_text(document, "name", page.name);
    doc_text(document, "greeting", page.greeting);
    doc_bool(document, "on", page.on);
    doc_bool(document, "blocked", page.blocked != 0);
    doc_text(document, "reason", page.reason);
    tell_reports(request, tx, customer, document);
    return answer_ok(request, document);
}

/* POST /staff/personal/{id}: off with a reason, or in order (again). */
enum flow staff_personal_write(struct request *request, struct tx *tx) {
    int64_t customer;
    struct personal_page page;
    if (!seen(request, tx, &customer, &page)) return FLOW_ANSWERED;
    bool off = field_number(request, "off") != 0;
    page.blocked = off ? world_now(tx_world(tx)) : 0;
    page.reason = off ? field_text(request, "reason") : TEXT_NONE;
    page_put(request->engine, tx, &page);
    tx_run(tx, &close_all, VALUES(V_INT(customer)));
    queue_finish(request->engine, tx, "personal.reported", customer, request->caller.staff, off ? "off" : "fine");
    audit_record(request, customer, off ? "personal.off" : "personal.fine", field_text(request, "reason"));
    if (off) {
        struct node *values = doc_new(tx_arena(tx));
        doc_text(values, "reason", page.reason);
        const struct string_argument argument = {"reason", doc_get(values, "reason")};
        message_tell(request->engine, tx, customer, TOPIC_SERVICE, S_personal_told_off, &argument, 1);
    }
    struct node *document = doc_new(request->arena);
    doc_bool(document, "blocked", off);
    return answer_done(request, document,
                       text_format(request->arena, "/staff/personal/%lld", (long long)customer));
}

const struct queue personal_queues[] = {{.name = "personal.reported",
                                         .title = S_personal_queue,
                                         .roles = ROLE_RISK,
                                         .due_us = DAY,
                                         .page = "/staff/personal/"},
                                        {.name = NULL}};
