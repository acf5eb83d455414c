/* ledger_override.c: limits of an account's own, for a time (BO-2): each that is given stands in place of its set's.
 * Few accounts have any, so a flag of the account says whether there is a row to ask: then it is read in the
 * transfer's own transaction, and what is over counts no more, whether or not the job has yet taken it away. */
#include "ledger/ledger_books.h"

#include <stdlib.h>

STATEMENT(override_put,
          "INSERT INTO limit_override (account, until, balance_max, operation_max, day_out_max, month_out_max, "
          "month_in_max) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account) DO UPDATE SET until = $2, "
          "balance_max = $3, operation_max = $4, day_out_max = $5, month_out_max = $6, month_in_max = $7");
STATEMENT(override_delete, "DELETE FROM limit_override WHERE account = $1");
STATEMENT(override_read, "SELECT until, balance_max, operation_max, day_out_max, month_out_max, month_in_max "
                         "FROM limit_override WHERE account = $1");
STATEMENT(overrides_over, "SELECT account FROM limit_override WHERE until <= $1 ORDER BY until, account LIMIT $2");

bool ledger_override(struct ledger *ledger, struct tx *tx, int64_t account, const struct limit_override *override) {
    struct slot *slot = group_slot(ledger, tx, account);
    if (!slot) return false;
    const struct limit_set *own = &override->limits;
    if (override->until == 0) tx_run(tx, &override_delete, VALUES(V_INT(account)));
    else
        tx_run(tx, &override_put,
               VALUES(V_INT(account), V_INT(override->until), V_INT(own->balance_max), V_INT(own->operation_max),
                      V_INT(own->day_out_max), V_INT(own->month_out_max), V_INT(own->month_in_max)));
    group_touch(ledger, slot, TOUCH_CHANGED);
    slot->account.own_limits = override->until != 0;
    return true;
}

bool ledger_override_of(struct tx *tx, int64_t account, struct limit_override *override) {
    struct rows *rows = tx_query(tx, &override_read, VALUES(V_INT(account)));
    bool found = rows_next(rows);
    if (found) {
        override->until = row_int(rows, 0);
        override->limits = (struct limit_set){.balance_max = row_int(rows, 1),
                                              .operation_max = row_int(rows, 2),
                                              .day_out_max = row_int(rows, 3),
                                              .month_out_max = row_int(rows, 4),
                                              .month_in_max = row_int(rows, 5)};
    }
    rows_end(rows);
    return found && override->until > world_now(tx_world(tx));
}

static int64_t chosen(int64_t own, int64_t set) {
    return own == LIMIT_OF_SET ? set : own;
}

const struct limit_set *override_limits(struct tx *tx, int64_t account, const struct limit_set *set) {
    struct limit_override override;
    if (!ledger_override_of(tx, account, &override)) return set;
    struct limit_set *limits = arena_new_of(tx_arena(tx), struct limit_set);
    *limits = (struct limit_set){.balance_max = chosen(override.limits.balance_max, set->balance_max),
                                 .operation_max = chosen(override.limits.operation_max, set->operation_max),
                                 .day_out_max = chosen(override.limits.day_out_max, set->day_out_max),
                                 .month_out_max = chosen(override.limits.month_out_max, set->month_out_max),
                                 .month_in_max = chosen(override.limits.month_in_max, set->month_in_max)};
    return limits;
}

size_t ledger_end_overrides(struct ledger *ledger, struct tx *tx, size_t most) {
    int64_t *accounts = arena_array(tx_arena(tx), int64_t, most);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &overrides_over, VALUES(V_INT(world_now(tx_world(tx))), V_INT((int64_t)most)));
    while (count < most && rows_next(rows)) accounts[count++] = row_int(rows, 0);
    rows_end(rows);
    qsort(accounts, count, sizeof *accounts, ids_compare); /* locked in one order: see group_slot */
    for (size_t i = 0; i < count; i++) ledger_override(ledger, tx, accounts[i], &(struct limit_override){.until = 0});
    return count;
}
