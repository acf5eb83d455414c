/* loan_internal.h: what the files of loan_rules.h share. */
#pragma once

#include "lending/loan_rules.h"

/* The only way in which a debt changes. */
void loan_change(struct loan_state *state, struct loan_trail *trail, struct loan_line line);
/* … by an event or at the end of a day: amount is added. */
void loan_book(struct loan_state *state, struct loan_trail *trail, enum debt debt, enum loan_reason reason,
               int64_t amount);
/* Takes what was paid off the debts. */
void loan_take(struct loan_state *state, struct loan_trail *trail, const int64_t paid[DEBTS]);
/* After debts went down: what is overdue no more, what is closed. */
void loan_tidy(struct loan_state *state);

/* The plan as a schedule of `sum` in so many payments. */
struct schedule_terms loan_terms(const struct loan_contract *contract, const struct loan_state *state, int64_t sum,
                                 int64_t count);
/* The payment that pays `sum` back in so many. */
int64_t loan_payment(const struct loan_contract *contract, const struct loan_state *state, int64_t sum, int64_t count);
/* The day of the next payment; 0: none comes. */
int64_t loan_due(const struct loan_contract *contract, const struct loan_state *state);

/* What the running period will have earned on its last day, as it stands now; by the law's bound. */
int64_t loan_period_interest(const struct loan_contract *contract, const struct loan_state *state);
/* The next payment's principal that is not paid yet, of a period that earns so much. */
int64_t loan_principal_due(const struct loan_state *state, int64_t period_interest);
/* state->debt, with the next payment's principal alone. */
void loan_owed(const struct loan_contract *contract, const struct loan_state *state, int64_t owed[DEBTS]);
