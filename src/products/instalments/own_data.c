/* own_data.c: what is kept of a customer's purchases: told to him; what stands in the way of his leaving. */
#include "products/instalments/limit_policy.h"

#include "debts/event_row.h"

#define TOLD 500

static void tell_decisions(struct own_data *piece) {
    struct limit_decision *decisions = arena_array(tx_arena(piece->tx), struct limit_decision, TOLD);
    size_t count = limit_decisions_of(piece->engine, piece->tx, piece->customer, decisions, TOLD);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("instalment_limit_decision"));
        limit_decision_tell(tx_arena(piece->tx), piece->locale, &decisions[i], node);
        doc_text(node, "known", decisions[i].inputs);
    }
}

bool instalments_own_data(struct own_data *piece) {
    struct instalment_limit limit;
    struct arena *arena = tx_arena(piece->tx);
    struct purchase *purchases = arena_array(arena, struct purchase, TOLD);
    struct stored_event *events = arena_array(arena, struct stored_event, PURCHASE_HAPPENED_MOST);
    if (instalment_limit_find(piece->tx, piece->customer, &limit)) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("instalment_limit"));
        doc_money(node, "sum", rub(limit.sum));
        doc_moment(node, "at", limit.at);
    }
    tell_decisions(piece);
    size_t count = purchases_of(piece->tx, piece->customer, purchases, TOLD);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(piece->list), *list;
        size_t told = purchase_happened_of(piece->tx, piece->customer, purchases[i].id, events, PURCHASE_HAPPENED_MOST);
        doc_text(node, "kind", TEXT("instalment_purchase"));
        doc_id(node, "id", purchases[i].id);
        doc_date(node, "day", date_from_days(purchases[i].terms.day));
        doc_money(node, "sum", rub(purchases[i].terms.sum));
        doc_int(node, "parts", purchases[i].terms.term.parts);
        list = doc_array(node, "events");
        for (size_t k = 0; k < told; k++) {
            struct node *event = doc_add_object(list);
            doc_date(event, "day", date_from_days(events[k].event.day));
            doc_money(event, "sum", rub(events[k].event.sum));
        }
    }
    return false;
}

/* Whoever bought has his data kept for the law's years, and leaves when nobody owes anything. */
void instalments_obstacles(struct obstacles *obstacles) {
    struct purchase *purchases = arena_array(tx_arena(obstacles->tx), struct purchase, TOLD);
    size_t count = purchases_of(obstacles->tx, obstacles->customer, purchases, TOLD);
    bool owes = false, left = false;
    for (size_t i = 0; i < count; i++) {
        owes = owes || purchases[i].state.loan.status == LOAN_RUNS;
        left = left || purchase_left(&purchases[i].state) > 0;
    }
    if (count > 0) obstacles->identified = true;
    if (owes) obstacle_add(obstacles, S_instalments_leave, NULL, 0, NULL);
    if (left) obstacle_add(obstacles, S_instalments_leave_left, NULL, 0, NULL);
}
