/* move_page.c: the next payment of a purchase comes later, by the operator's rule; what that changes is shown first. */
#include "products/instalments/cabinet.h"

static const struct refusal not_so = {"nothing-to-move", 409, S_instalments_move_nothing, false};
static const struct refusal late = {"payment-overdue", 409, S_instalments_move_late, false};
static const struct refusal moved = {"moved-already", 409, S_instalments_move_moved, false};
static const struct refusal too_far = {"too-far", 422, S_instalments_move_too_far, false};

static const struct refusal *refusal_of(enum purchase_refusal refusal) {
    switch (refusal) {
    case PURCHASE_LATE: return &late;
    case PURCHASE_MOVED: return &moved;
    case PURCHASE_TOO_FAR: return &too_far;
    case PURCHASE_OK:
    case PURCHASE_NOT_SO:
    case PURCHASE_WRONG_SUM:
    case PURCHASE_TOO_MUCH: break;
    }
    return &not_so;
}

/* Whether the rules let it be moved by so many days, and what it is then; the purchase itself stays as it is. */
static enum purchase_refusal try(const struct engine *engine, const struct purchase *purchase, int64_t days,
                                 struct purchase_state *after) {
    const struct purchase_rule rule = instalments_rule(engine);
    const struct purchase_doing doing = {.act = PURCHASE_MOVE, .days = days};
    struct purchase_done done;
    *after = purchase->state;
    return purchase_do(&purchase->terms, &rule, after, &doing, &done);
}

int64_t purchase_move_most(const struct engine *engine, const struct purchase *purchase) {
    struct purchase_state after;
    for (int64_t days = instalments_settings(engine)->move_days; days > 0; days--)
        if (try(engine, purchase, days, &after) == PURCHASE_OK) return days;
    return 0;
}

static void tell_plan(const struct engine *engine, const struct purchase *purchase, const struct purchase_state *state,
                      struct node *node) {
    struct purchase_row rows[PURCHASE_ROWS];
    const struct purchase_rule rule = instalments_rule(engine);
    const struct loan_contract contract = purchase_contract(&purchase->terms, &rule);
    size_t count = purchase_schedule(&contract, state, rows);
    doc_date(node, "next", date_from_days(rows[0].day));
    doc_date(node, "last", date_from_days(rows[count - 1].day));
    doc_money(node, "sum", rub(rows[0].sum));
    doc_money(node, "owed", rub(purchase_owed(state)));
}

static void tell_check(struct request *request, const struct purchase *purchase, int64_t days, struct node *document) {
    struct purchase_state after;
    if (days == 0 || try(request->engine, purchase, days, &after) != PURCHASE_OK) {
        doc_null(document, "check");
        return;
    }
    struct node *node = doc_object(document, "check");
    doc_int(node, "days", days);
    tell_plan(request->engine, purchase, &purchase->state, doc_object(node, "before"));
    tell_plan(request->engine, purchase, &after, doc_object(node, "after"));
}

/* GET /instalments/{id}/move: by how many days it may be moved; with `days` what that changes. */
enum flow purchase_move_read(struct request *request, struct tx *tx) {
    struct purchase purchase;
    struct purchase_state unwanted;
    struct node *document = doc_new(request->arena);
    if (!purchase_asked(request, tx, &purchase)) return answer_missing(request);
    int64_t most = purchase_move_most(request->engine, &purchase), days = field_number(request, "days");
    enum purchase_refusal refusal = try(request->engine, &purchase, most > 0 ? most : 1, &unwanted);
    purchase_tell_row(request, tx, &purchase, document);
    doc_int(document, "days_most", most);
    doc_int(document, "times", instalments_settings(request->engine)->move_times);
    doc_int(document, "times_left", instalments_settings(request->engine)->move_times - purchase.state.moved);
    doc_text(document, "why",
             most > 0 ? TEXT_NONE : instalments_say(request->arena, &request->locale, refusal_of(refusal)->text));
    tell_check(request, &purchase, days, document);
    doc_bool(document, "impossible", most > 0 && days != 0 && !doc_truth(doc_get(document, "check")));
    return answer_ok(request, document);
}

/* POST /instalments/{id}/move: {days} */
enum flow purchase_move_write(struct request *request, struct tx *tx) {
    struct purchase purchase;
    struct node *document = doc_new(request->arena);
    const struct purchase_doing doing = {.act = PURCHASE_MOVE, .days = field_number(request, "days")};
    if (!purchase_asked(request, tx, &purchase)) return answer_missing(request);
    enum purchase_refusal refusal = purchase_act_on(request->engine, tx, &purchase, &doing, 0, NULL);
    if (refusal != PURCHASE_OK) return refuse(request, refusal_of(refusal));
    purchase_tell(request->engine, tx, purchase.customer, &purchase, S_instalments_told_moved, 0,
                  purchase.state.loan.due);
    purchase_tell_row(request, tx, &purchase, document);
    engine_notify(request->engine, tx, purchase.customer, "instalments");
    return answer_done(request, document, purchase_address(request, &purchase, ""));
}
