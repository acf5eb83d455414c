/* shop_side.h: what a shop's people see and do in its cabinet: its orders with what happened to each, what was paid out
 * to it, the till. */
#pragma once

#include "products/instalments/checkout_page.h"

/* ---- order_event.c: what happened to an order ---- */

/* The order stands as it was left. act: enum checkout_act, kept; below zero: its time was over. sum: of goods. */
void order_event_add(struct engine *engine, struct tx *tx, const struct checkout_order *order, int act, int64_t sum);
/* The oldest first: {at, what, sum, by}. */
void order_events_tell(struct tx *tx, const struct checkout_order *order, struct node *list);

/* ---- settlement.c: what goes out to shops ---- */

struct settlement {
    int64_t shop, id, day, sold, returned, fee, sum; /* sum = sold − returned − fee */
    moment made;
};
/* In a command: all that is due to the shop by now, once; false: nothing is. */
bool settlement_run(struct engine *engine, struct tx *tx, int64_t shop, struct settlement *settlement);
/* A day's run of every shop. */
bool settlement_job(struct engine *engine, struct tx *tx);

/* A line of its act. */
struct settlement_line {
    int64_t id;
    struct text number; /* the order's */
    bool back;
    int64_t sum, fee, due;
    moment at;
};
/* Those behind the line `after` (0: from the first), in their order; texts lie in `arena`; how many. */
size_t settlement_lines(struct tx *tx, struct arena *arena, const struct settlement *settlement, int64_t after,
                        struct settlement_line *lines, size_t room);

/* ---- shop_settlements.c: pages ---- */

/* FLOW_NEXT with the shop's own settlement that the path names. */
enum flow settlement_asked(struct request *request, struct tx *tx, struct shop_person *person,
                           struct settlement *settlement);
/* "settlement-2026-11-30.csv", for its act as a file. */
const char *settlement_file_name(struct request *request, const struct settlement *settlement, const char *ending);

stage_function shop_orders_page, shop_order_page, shop_order_finish, shop_order_cancel, shop_order_return;
stage_function shop_settlements_page, shop_settlement_page, shop_settlement_csv, shop_settlement_read,
    shop_settlement_draw;
