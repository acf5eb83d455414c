/* settlement.c: what goes out to shops, once a day: what was sold less what came back less our fee, of all orders that
 * no earlier run has settled. The rows of a run and the money that leaves the shop's account in the books are one
 * command, and the same sum, or nothing is done. */
#include "products/instalments/shop_side.h"

#define SHOPS_A_PIECE 50

STATEMENT(shops, "SELECT DISTINCT shop FROM instalment_order_event WHERE settlement = 0 AND due <> 0 AND shop > $1 "
                 "ORDER BY shop LIMIT $2");
STATEMENT(sums, "SELECT CAST(COALESCE(SUM(CASE WHEN due > 0 THEN sum ELSE 0 END), 0) AS BIGINT), "
                "CAST(COALESCE(SUM(CASE WHEN due < 0 THEN sum ELSE 0 END), 0) AS BIGINT), "
                "CAST(COALESCE(SUM(fee), 0) AS BIGINT), CAST(COALESCE(SUM(due), 0) AS BIGINT) "
                "FROM instalment_order_event WHERE shop = $1 AND settlement = 0 AND due <> 0");
STATEMENT(mark, "UPDATE instalment_order_event SET settlement = $2 WHERE shop = $1 AND settlement = 0 AND due <> 0");
STATEMENT(put, "INSERT INTO instalment_settlement (shop, day, id, sold, returned, fee, sum, made) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (shop, day) DO NOTHING");
STATEMENT(lines_of, "SELECT id, number, act, sum, fee, due, at FROM instalment_order_event WHERE shop = $1 "
                    "AND settlement = $2 AND settlement > 0 AND id > $3 ORDER BY id LIMIT $4");
STATEMENT(read_pass, "SELECT day, shop FROM instalment_settling WHERE name = 'run' FOR_UPDATE");
STATEMENT(put_pass, "INSERT INTO instalment_settling (name, day, shop) VALUES ('run', $1, $2) "
                    "ON CONFLICT (name) DO UPDATE SET day = $1, shop = $2");
STATEMENT(done_today, "SELECT id FROM instalment_settlement WHERE shop = $1 AND day = $2");

static bool settled(struct tx *tx, int64_t shop, int64_t day) {
    struct rows *rows = tx_query(tx, &done_today, VALUES(V_INT(shop), V_INT(day)));
    bool found = rows_next(rows);
    rows_end(rows);
    return found;
}

bool settlement_run(struct engine *engine, struct tx *tx, int64_t shop, struct settlement *run) {
    struct rows *rows = tx_query(tx, &sums, VALUES(V_INT(shop)));
    bool found = rows_next(rows);
    *run = (struct settlement){.shop = shop,
                               .id = world_id(tx_world(tx)),
                               .day = instalments_today(engine),
                               .sold = found ? row_int(rows, 0) : 0,
                               .returned = found ? row_int(rows, 1) : 0,
                               .fee = found ? row_int(rows, 2) : 0,
                               .sum = found ? row_int(rows, 3) : 0,
                               .made = world_now(tx_world(tx))};
    rows_end(rows);
    if (run->sum <= 0 || settled(tx, shop, run->day)) return false; /* more came back than was sold: the next one */
    if (tx_run(tx, &put,
               VALUES(V_INT(shop), V_INT(run->day), V_INT(run->id), V_INT(run->sold), V_INT(run->returned),
                      V_INT(run->fee), V_INT(run->sum), V_INT(run->made))) != 1)
        return false;
    tx_run(tx, &mark, VALUES(V_INT(shop), V_INT(run->id)));
    struct text note = date_format(tx_arena(tx), date_from_days(run->day));
    if (instalments_settle(engine, tx, shop, note) != run->sum)
        tx_give_up(tx, "instalments: a settlement is not what the books say");
    return true;
}

size_t settlement_lines(struct tx *tx, struct arena *arena, const struct settlement *settlement, int64_t after,
                        struct settlement_line *lines, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &lines_of, VALUES(V_INT(settlement->shop), V_INT(settlement->id), V_INT(after),
                                                       V_INT((int64_t)room)));
    for (; count < room && rows_next(rows); count++)
        lines[count] = (struct settlement_line){.id = row_int(rows, 0),
                                                .number = row_copy(rows, 1, arena),
                                                .back = row_int(rows, 2) == CHECKOUT_RETURN,
                                                .sum = row_int(rows, 3),
                                                .fee = row_int(rows, 4),
                                                .due = row_int(rows, 5),
                                                .at = row_int(rows, 6)};
    rows_end(rows);
    return count;
}

/* ---- a day's run ---- */

/* Which shop was the last on that day; ALL_DONE: there is none after it. */
struct pass {
    int64_t day, shop;
};
#define ALL_DONE (-1)

static struct pass pass_of(struct tx *tx, int64_t today) {
    struct pass pass = {.day = today};
    struct rows *rows = tx_query(tx, &read_pass, NO_VALUES);
    if (rows_next(rows) && row_int(rows, 0) >= today) pass = (struct pass){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    return pass;
}

/* A bounded piece each time. What is sold after a shop's turn goes out the day after. */
bool settlement_job(struct engine *engine, struct tx *tx) {
    int64_t due[SHOPS_A_PIECE];
    size_t count = 0;
    if (civil_at(world_now(engine_world(engine)), engine_zone(engine)).hour < instalments_settings(engine)->hour)
        return false;
    struct pass pass = pass_of(tx, instalments_today(engine));
    if (pass.shop == ALL_DONE) return false;
    struct rows *rows = tx_query(tx, &shops, VALUES(V_INT(pass.shop), V_INT(SHOPS_A_PIECE)));
    while (count < SHOPS_A_PIECE && rows_next(rows)) due[count++] = row_int(rows, 0);
    rows_end(rows);
    for (size_t i = 0; i < count && !tx_failed(tx); i++) {
        struct settlement run;
        (void)settlement_run(engine, tx, due[i], &run);
    }
    pass.shop = count == SHOPS_A_PIECE ? due[count - 1] : ALL_DONE;
    tx_run(tx, &put_pass, VALUES(V_INT(pass.day), V_INT(pass.shop)));
    return pass.shop != ALL_DONE;
}
