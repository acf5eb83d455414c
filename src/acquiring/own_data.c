/* own_data.c: what acquiring keeps of a customer, told to him; what stands in the way of his leaving. Money's own rows
 * stay, as the ledger's do: nothing in them names anybody. */
#include "acquiring/internal.h"

STATEMENT(orders, "SELECT id, sum, state FROM card_order WHERE customer = $1 ORDER BY id DESC LIMIT 500");
STATEMENT(orders_open, "SELECT COUNT(*) FROM card_order WHERE customer = $1 AND state = $2");

bool acquiring_own_data(struct own_data *piece) {
    struct rows *rows = tx_query(piece->tx, &orders, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("card_order")); /* his own, and what others paid him by card */
        doc_money(node, "sum", rub(row_int(rows, 1)));
        doc_text(node, "state", text_from(order_state_name((enum order_state)row_int(rows, 2))));
        doc_moment(node, "at", id_moment(row_int(rows, 0)));
    }
    return false;
}

static int64_t count(const struct obstacles *obstacles, enum order_state state) {
    struct rows *rows = tx_query(obstacles->tx, &orders_open, VALUES(V_INT(obstacles->customer), V_INT(state)));
    int64_t found = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return found;
}

void acquiring_obstacles(struct obstacles *obstacles) {
    if (count(obstacles, ORDER_CREATED) + count(obstacles, ORDER_REFUNDING) > 0)
        obstacle_add(obstacles, S_acquiring_leave_order, NULL, 0, "/operations");
}
