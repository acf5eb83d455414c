/* state_row.c: see state_row.h. */
#include "debts/state_row.h"

struct loan_state debt_state_read(const struct rows *row, int first) {
    int64_t at[DEBT_STATE_COLUMNS];
    for (int i = 0; i < DEBT_STATE_COLUMNS; i++) at[i] = row_int(row, first + i);
    return (struct loan_state){.status = LOAN_RUNS,
                               .done = at[0],
                               .debt = {[DEBT_INTEREST] = at[1],
                                        [DEBT_OVERDUE_INTEREST] = at[2],
                                        [DEBT_PRINCIPAL] = at[3],
                                        [DEBT_OVERDUE_PRINCIPAL] = at[4],
                                        [DEBT_PENALTY] = at[5],
                                        [DEBT_OTHER] = at[6]},
                               .advance = at[7],
                               .earned = {at[8], at[9]},
                               .late = {at[10], at[11]},
                               .fined = {at[12], at[13]},
                               .overdue_since = at[14],
                               .charged = at[15],
                               .charged_most = at[16],
                               .plan = {.kind = (enum schedule_kind)at[17],
                                        .unit = (enum schedule_unit)at[18],
                                        .rate = at[19],
                                        .length = at[20],
                                        .count = at[21],
                                        .day = (int)at[22]},
                               .anchor = at[23],
                               .next = at[24],
                               .due = at[25],
                               .payment = at[26],
                               .paid_principal = at[27],
                               .paid_interest = at[28]};
}

void debt_state_write(const struct loan_state *state, struct value values[DEBT_STATE_COLUMNS]) {
    const struct loan_plan *plan = &state->plan;
    const int64_t columns[DEBT_STATE_COLUMNS] = {
        state->done, state->debt[DEBT_INTEREST], state->debt[DEBT_OVERDUE_INTEREST], state->debt[DEBT_PRINCIPAL],
        state->debt[DEBT_OVERDUE_PRINCIPAL], state->debt[DEBT_PENALTY], state->debt[DEBT_OTHER], state->advance,
        state->earned.whole, state->earned.part, state->late.whole, state->late.part, state->fined.whole,
        state->fined.part, state->overdue_since, state->charged, state->charged_most, plan->kind, plan->unit,
        plan->rate, plan->length, plan->count, plan->day, state->anchor, state->next, state->due, state->payment,
        state->paid_principal, state->paid_interest};
    for (size_t i = 0; i < DEBT_STATE_COLUMNS; i++) values[i] = V_INT(columns[i]);
}
