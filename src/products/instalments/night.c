/* night.c: days go by. A row says on which day anything can be other than it is, so a night takes those whose day has
 * come, a bounded piece in a command; done, a row names a later day. So a day is reckoned once however often it is
 * begun, and days that were slept through are made up. Whoever reads a row has it come to today in memory. */
#include "products/instalments/limit_policy.h"

#define PIECE 1000 /* rows of a command */

bool instalments_night_job(struct engine *engine, struct tx *tx) {
    int64_t today = instalments_today(engine), penalty = 0;
    if (civil_at(world_now(engine_world(engine)), engine_zone(engine)).hour < instalments_settings(engine)->hour)
        return false;
    struct purchase *rows = arena_array(tx_arena(tx), struct purchase, PIECE);
    size_t count = purchases_waking(tx, today, rows, PIECE);
    const struct purchase_rule rule = instalments_rule(engine);
    for (size_t i = 0; i < count; i++) {
        const struct loan_contract contract = purchase_contract(&rows[i].terms, &rule);
        penalty += purchase_days(&contract, &rows[i].state, today);
    }
    if (count == 0) return false;
    instalments_move(engine, tx, instalments_account(engine, tx, PURPOSE_INSTALMENT_PENALTY, 0),
                     instalments_account(engine, tx, PURPOSE_INSTALMENT_FINES, 0), penalty, KIND_INSTALMENT_FINE, 0,
                     date_format(tx_arena(tx), date_from_days(today)));
    purchases_put(tx, rows, count);
    for (size_t i = 0; i < count; i++) /* money that lay there for its day has paid it off */
        if (rows[i].state.loan.status == LOAN_CLOSED) limit_grow(engine, tx, rows[i].customer);
    return count == PIECE;
}
