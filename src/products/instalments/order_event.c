/* order_event.c: what happened to an order, a row for each act, never changed: for the shop's people to look at, and
 * for settlements, whose acts are made of what was sold and came back. */
#include "products/instalments/shop_side.h"

#define TOLD 200

STATEMENT(put, "INSERT INTO instalment_order_event (shop, id, checkout, number, act, state, sum, fee, due, by, at, "
               "settlement) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)");
STATEMENT(list, "SELECT act, sum, by, at FROM instalment_order_event WHERE shop = $1 AND checkout = $2 ORDER BY id "
                "LIMIT $3");

/* What the shop pays us of it: as the purchase's own rule has it, so that parts add up to the kopeck. */
static int64_t fee_of(const struct checkout_order *order, int act, int64_t sum) {
    int64_t kept = order->checkout.finished - order->checkout.returned, rate = order->term.fee;
    if (act == CHECKOUT_FINISH) return tariff_fee(kept, rate);
    return act == CHECKOUT_RETURN ? tariff_fee(kept, rate) - tariff_fee(kept + sum, rate) : 0;
}

void order_event_add(struct engine *engine, struct tx *tx, const struct checkout_order *order, int act, int64_t sum) {
    (void)engine;
    bool money = order->purchase != 0 && (act == CHECKOUT_FINISH || act == CHECKOUT_RETURN);
    int64_t fee = money ? fee_of(order, act, sum) : 0, gross = act == CHECKOUT_RETURN ? -sum : sum;
    struct text by = order->by.data != NULL ? order->by : TEXT("");
    tx_run(tx, &put,
           VALUES(V_INT(order->shop), V_INT(world_id(tx_world(tx))), V_INT(order->id), V_TEXT(order->number),
                  V_INT(act), V_INT(order->checkout.state), V_INT(sum), V_INT(fee), V_INT(money ? gross - fee : 0),
                  V_TEXT(by), V_INT(world_now(tx_world(tx)))));
}

void order_events_tell(struct tx *tx, const struct checkout_order *order, struct node *events) {
    static const char *const names[] = {
        [CHECKOUT_ASK] = "asked",       [CHECKOUT_CONSENT] = "signed", [CHECKOUT_DECLINE] = "declined",
        [CHECKOUT_CHANGE] = "changed",  [CHECKOUT_FINISH] = "finished", [CHECKOUT_CANCEL] = "canceled",
        [CHECKOUT_RETURN] = "returned"};
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(order->shop), V_INT(order->id), V_INT(TOLD)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(events);
        doc_moment(node, "at", row_int(rows, 3));
        int64_t act = row_int(rows, 0);
        doc_text(node, "what", act < 0 ? TEXT("expired") : text_from(names[act]));
        if (row_int(rows, 1) > 0) doc_money(node, "sum", rub(row_int(rows, 1)));
        else doc_null(node, "sum");
        doc_text(node, "by", row_text(rows, 2));
    }
    rows_end(rows);
}
