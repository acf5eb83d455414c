/* sale.c: rows of sales at the till: which orders a cashier began, and how far the code of each is. */
#include "products/instalments/sale.h"

#define TOLD 200

STATEMENT(find_row, "SELECT stage FROM instalment_sale WHERE shop = $1 AND checkout = $2 AND cashier = $3");
STATEMENT(stage_put, "UPDATE instalment_sale SET stage = $3 WHERE shop = $1 AND checkout = $2");
STATEMENT(newest, "SELECT o.uid, o.number, o.state, o.sum, o.valid_till, o.id FROM instalment_sale AS s "
                  "JOIN instalment_checkout AS o ON o.shop = s.shop AND o.id = s.checkout "
                  "WHERE s.shop = $1 AND s.cashier = $2 AND s.checkout >= $3 ORDER BY s.checkout DESC LIMIT $4");

enum flow sale_asked(struct request *request, struct tx *tx, struct sale *sale) {
    struct checkout_order *order = &sale->order;
    if (shop_enter(request, tx, SHOP_CASHIER, &sale->person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!checkout_by_uid(request->engine, tx, request->params[0], order) || order->shop != sale->person.shop.id)
        return answer_missing(request);
    struct rows *rows =
        tx_query(tx, &find_row, VALUES(V_INT(order->shop), V_INT(order->id), V_TEXT(sale->person.login)));
    bool found = rows_next(rows);
    sale->stage = found ? (enum sale_stage)row_int(rows, 0) : SALE_ASKED;
    rows_end(rows);
    order->by = sale->person.login;
    return found ? FLOW_NEXT : answer_missing(request);
}

void sale_stage_put(struct tx *tx, struct sale *sale, enum sale_stage stage) {
    sale->stage = stage;
    tx_run(tx, &stage_put, VALUES(V_INT(sale->order.shop), V_INT(sale->order.id), V_INT(stage)));
}

size_t sale_offers(struct request *request, struct tx *tx, const struct sale *sale, int64_t *version,
                   struct tariff_term *terms) {
    struct tariff tariff;
    *version = shop_tariff(tx, sale->order.shop, &tariff);
    return *version != 0 ? shop_offers(request->engine, &tariff, sale->order.checkout.sum, terms) : 0;
}

void till_sales_tell(struct request *request, struct tx *tx, const struct shop_person *person, struct node *list) {
    moment now = world_now(request->world);
    const struct zone *zone = engine_zone(request->engine);
    int64_t since = id_from_moment(day_start(civil_at(now, zone).date, zone));
    struct rows *rows = tx_query(tx, &newest,
                                 VALUES(V_INT(person->shop.id), V_TEXT(person->login), V_INT(since), V_INT(TOLD)));
    while (rows_next(rows)) {
        const struct checkout checkout = {.state = (enum checkout_state)row_int(rows, 2),
                                          .valid_till = row_int(rows, 4)};
        enum checkout_state state = checkout_late(&checkout, now) ? CHECKOUT_EXPIRED : checkout.state;
        struct node *node = doc_add_object(list);
        doc_text(node, "uid", row_copy(rows, 0, request->arena));
        doc_text(node, "number", row_copy(rows, 1, request->arena));
        doc_text(node, "state", text_from(checkout_state_name(state)));
        doc_money(node, "sum", rub(row_int(rows, 3)));
        doc_moment(node, "made", id_moment(row_int(rows, 5)));
    }
    rows_end(rows);
}
