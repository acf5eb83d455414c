/* request.c: the customer's page: what stands in the way, what will happen when, asking, thinking better of it. */
#include "erasure/erasure.h"

STATEMENT(read_one, "SELECT state, closes, destroys, identified FROM erasure WHERE customer = $1");
STATEMENT(add_one, "INSERT INTO erasure (customer, id, asked, closes, destroys, due, state, identified, step, after, "
                   "done) VALUES ($1, $2, $3, $4, $5, $4, 1, $6, '', 0, 0) ON CONFLICT (customer) DO NOTHING");
STATEMENT(drop_one, "DELETE FROM erasure WHERE customer = $1 AND state = 1");

static const struct refusal in_the_way = {"erasure-in-the-way", 409, S_erasure_in_the_way, false};
static const struct refusal asked_before = {"erasure-asked", 409, S_erasure_asked_before, false};
static const struct refusal nothing_asked = {"erasure-none", 409, S_erasure_none, false};

enum flow erase_page(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer;
    struct node *document = doc_new(request->arena);
    struct node *list = doc_array(document, "obstacles");
    bool identified;
    engine_obstacles(request->engine, tx, &request->locale, customer, list, &identified);
    struct erasure_dates dates =
        erasure_dates(erasure_terms(request->engine), world_now(request->world), identified);
    struct rows *rows = tx_query(tx, &read_one, VALUES(V_INT(customer)));
    bool asked = rows_next(rows);
    if (asked) {
        dates = (struct erasure_dates){row_int(rows, 1), row_int(rows, 2)};
        identified = row_int(rows, 3) != 0;
    }
    rows_end(rows);
    doc_bool(document, "asked", asked);
    doc_bool(document, "possible", !asked && list->count == 0);
    doc_bool(document, "identified", identified);
    doc_moment(document, "closes", dates.closes);
    doc_moment(document, "destroys", dates.destroys);
    return answer_ok(request, document);
}

enum flow erase_ask(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    int64_t customer = request->caller.customer;
    moment now = world_now(request->world);
    struct node *document = doc_new(request->arena);
    bool identified;
    if (field_number(request, "sure") == 0) return refuse_field(request, "sure", S_erasure_sure_missing);
    struct node *list = doc_array(document, "obstacles");
    engine_obstacles(engine, tx, &request->locale, customer, list, &identified);
    if (list->count > 0) return refuse(request, &in_the_way);
    struct erasure_dates dates = erasure_dates(erasure_terms(engine), now, identified);
    if (tx_run(tx, &add_one,
               VALUES(V_INT(customer), V_INT(world_id(request->world)), V_INT(now), V_INT(dates.closes),
                      V_INT(dates.destroys), V_INT(identified))) != 1)
        return refuse(request, &asked_before);
    doc_bool(document, "asked", true);
    doc_moment(document, "closes", dates.closes);
    doc_moment(document, "destroys", dates.destroys);
    return answer_done(request, document, TEXT("/settings/erase"));
}

enum flow erase_cancel(struct request *request, struct tx *tx) {
    if (tx_run(tx, &drop_one, VALUES(V_INT(request->caller.customer))) != 1) return refuse(request, &nothing_asked);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "asked", false);
    return answer_done(request, document, TEXT("/settings/erase"));
}
