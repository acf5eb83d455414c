/* state_row.h: all of struct loan_state in a row of a product's table, and back. The table has these columns by these
 * names; in a statement they stand first, so that their parameters are $1 … $29. What else is in the row, its status
 * among it, is the product's. */
#pragma once

#include "lending/loan_rules.h"
#include "store/store.h"

#define DEBT_STATE                                                                                                     \
    "done, interest, overdue_interest, principal, overdue_principal, penalty, fees, advance, earned, earned_part, "    \
    "late, late_part, fined, fined_part, overdue_since, charged, charged_most, plan_kind, plan_unit, plan_rate, "      \
    "plan_length, plan_count, plan_day, anchor, next, due, payment, paid_principal, paid_interest"
#define DEBT_STATE_COLUMNS 29
#define DEBT_STATE_VALUES                                                                                              \
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, "  \
    "$25, $26, $27, $28, $29"
/* Of an upsert: what days alone change, none of them a payment's; … */
#define DEBT_STATE_EARNED                                                                                              \
    "done = excluded.done, interest = excluded.interest, overdue_interest = excluded.overdue_interest, "               \
    "penalty = excluded.penalty, earned = excluded.earned, earned_part = excluded.earned_part, late = excluded.late, " \
    "late_part = excluded.late_part, fined = excluded.fined, fined_part = excluded.fined_part, "                       \
    "charged = excluded.charged"
/* … and all else. */
#define DEBT_STATE_REST                                                                                                \
    "principal = excluded.principal, overdue_principal = excluded.overdue_principal, fees = excluded.fees, "           \
    "advance = excluded.advance, overdue_since = excluded.overdue_since, charged_most = excluded.charged_most, "       \
    "plan_kind = excluded.plan_kind, plan_unit = excluded.plan_unit, plan_rate = excluded.plan_rate, "                 \
    "plan_length = excluded.plan_length, plan_count = excluded.plan_count, plan_day = excluded.plan_day, "             \
    "anchor = excluded.anchor, next = excluded.next, due = excluded.due, payment = excluded.payment, "                 \
    "paid_principal = excluded.paid_principal, paid_interest = excluded.paid_interest"

/* From the row's column `first` on; the status is LOAN_RUNS. */
struct loan_state debt_state_read(const struct rows *row, int first);
void debt_state_write(const struct loan_state *state, struct value values[DEBT_STATE_COLUMNS]);
