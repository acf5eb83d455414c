/* purchase_row.c: a purchase as its customer sees it, on a list and on top of its page; what his home shows of all of
 * them beside other products. */
#include "acquiring/bound_card.h"
#include "products/instalments/cabinet.h"

bool purchase_asked(struct request *request, struct tx *tx, struct purchase *purchase) {
    int64_t id;
    if (!request_param_id(request, 0, &id) || !purchase_find(tx, request->caller.customer, id, purchase)) return false;
    purchase_as_of(request->engine, purchase, instalments_today(request->engine));
    return true;
}

struct text purchase_address(const struct request *request, const struct purchase *purchase, const char *more) {
    return text_format(request->arena, "/instalments/%lld%s", (long long)purchase->id, more);
}

static const char *state_of(const struct purchase *purchase) {
    const struct loan_state *loan = &purchase->state.loan;
    if (loan->status != LOAN_RUNS) return purchase->state.returned == purchase->terms.sum ? "returned" : "closed";
    return loan->overdue_since != 0 || loan->debt[DEBT_PENALTY] > 0 ? "late" : "runs";
}

static void tell_schedule(const struct purchase_row *rows, size_t count, struct node *document) {
    struct node *list = doc_array(document, "schedule");
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        if (rows[i].day != 0) doc_date(node, "day", date_from_days(rows[i].day));
        else doc_null(node, "day");
        doc_bool(node, "late", rows[i].day == 0);
        doc_money(node, "sum", rub(rows[i].sum));
    }
}

static void tell_next(const struct purchase_row *rows, size_t count, struct node *document) {
    if (count == 0) {
        doc_null(document, "next");
        return;
    }
    struct node *node = doc_object(document, "next");
    if (rows[0].day != 0) doc_date(node, "day", date_from_days(rows[0].day));
    else doc_null(node, "day");
    doc_bool(node, "late", rows[0].day == 0);
    doc_money(node, "sum", rub(rows[0].sum));
}

void purchase_tell_row(struct request *request, struct tx *tx, const struct purchase *purchase, struct node *document) {
    struct purchase_row rows[PURCHASE_ROWS];
    const struct purchase_rule rule = instalments_rule(request->engine);
    const struct loan_contract contract = purchase_contract(&purchase->terms, &rule);
    const struct loan_state *loan = &purchase->state.loan;
    size_t count = purchase_schedule(&contract, &purchase->state, rows);
    bool runs = loan->status == LOAN_RUNS;
    int64_t debt = loan->debt[DEBT_PRINCIPAL] + loan->debt[DEBT_OVERDUE_PRINCIPAL],
            kept = purchase->terms.sum - purchase->state.returned;
    doc_id(document, "id", purchase->id);
    doc_text(document, "title", purchase_title(request->engine, tx, purchase));
    doc_text(document, "state", text_from(state_of(purchase)));
    doc_bool(document, "running", runs);
    doc_date(document, "day", date_from_days(purchase->terms.day));
    doc_money(document, "sum", rub(purchase->terms.sum));
    doc_int(document, "parts", purchase->terms.term.parts);
    doc_money(document, "owed", rub(purchase_owed(&purchase->state)));
    doc_money(document, "returned", rub(purchase->state.returned));
    doc_money(document, "paid", rub(kept - debt + (runs ? loan->advance : 0)));
    doc_money(document, "overdue", rub(loan->debt[DEBT_OVERDUE_PRINCIPAL]));
    doc_int(document, "days_overdue", loan_days_overdue(loan));
    doc_money(document, "penalty", rub(loan->debt[DEBT_PENALTY]));
    doc_money(document, "left", rub(purchase_left(&purchase->state)));
    tell_next(rows, count, document);
    tell_schedule(rows, count, document);
}

void instalments_cards_tell(struct engine *engine, struct tx *tx, int64_t customer, int64_t chosen, bool own,
                            struct node *list) {
    struct bound_card cards[BOUND_CARDS_MAX];
    size_t count = bound_cards_of(engine, tx, customer, cards, BOUND_CARDS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (own && !cards[i].own) continue;
        struct node *node = doc_add_object(list);
        doc_id(node, "id", cards[i].id);
        doc_text(node, "value", text_format(list->arena, "%lld", (long long)cards[i].id));
        doc_text(node, "title", cards[i].mask);
        doc_bool(node, "chosen", cards[i].id == chosen);
    }
}

/* One line of all that he is to pay next; it leads to where he pays. */
void instalments_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                         struct node *list) {
    struct owing owing;
    int64_t day;
    owing_of(engine, tx, customer, 0, &owing);
    int64_t sum = dues_next(owing.dues, owing.due_count, &day);
    if (sum == 0) return;
    struct node *node = doc_add_object(list), *values = doc_new(list->arena);
    doc_date(values, "day", date_from_days(day));
    doc_text(node, "title", instalments_say(list->arena, locale, S_instalments_home_title));
    doc_text(node, "text",
             day == 0 ? instalments_say(list->arena, locale, S_instalments_home_late)
                      : instalments_say_with(list->arena, locale, S_instalments_home_due, values));
    doc_money(node, "sum", rub(sum));
    doc_text(node, "href", TEXT("/instalments"));
    doc_text(node, "icon", TEXT("tag"));
}
