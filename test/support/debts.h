/* debts.h: whether two states of a loan are alike, but for what lies between the fields. */
#pragma once

#include "debts/state_row.h"

static inline bool debts_same(const struct loan_state *one, const struct loan_state *other) {
    struct value first[DEBT_STATE_COLUMNS], second[DEBT_STATE_COLUMNS];
    debt_state_write(one, first);
    debt_state_write(other, second);
    for (size_t i = 0; i < DEBT_STATE_COLUMNS; i++)
        if (first[i].integer != second[i].integer) return false;
    return one->status == other->status;
}
