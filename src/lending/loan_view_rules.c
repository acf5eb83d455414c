/* loan_view_rules.c: what a loan says of days to come, and its history gone through again: see loan_rules.h. */
#include "lending/loan_internal.h"

#include "base/check.h"

#include <stddef.h>

int64_t loan_period_interest(const struct loan_contract *contract, const struct loan_state *state) {
    struct interest sum = state->earned;
    int64_t before = interest_rounded(&sum), left = state->charged_most - state->charged;
    struct year_days days = interest_days(state->done, state->due);
    if (contract->day_rate) days = (struct year_days){days.common + days.leap, 0};
    interest_add(&sum, state->debt[DEBT_PRINCIPAL], state->plan.rate, days);
    int64_t added = interest_rounded(&sum) - before;
    return before + (state->charged_most != LAW_NONE && added > left ? left : added);
}

void loan_owed(const struct loan_contract *contract, const struct loan_state *state, int64_t owed[DEBTS]) {
    for (size_t i = 0; i < DEBTS; i++) owed[i] = state->debt[i];
    if (state->due != 0) owed[DEBT_PRINCIPAL] = loan_principal_due(state, loan_period_interest(contract, state));
}

struct schedule_row loan_next(const struct loan_contract *contract, const struct loan_state *state) {
    struct schedule_row row = {.balance = state->debt[DEBT_PRINCIPAL]};
    if (state->status != LOAN_RUNS || state->due == 0) return row;
    int64_t interest = loan_period_interest(contract, state);
    row.due = date_from_days(state->due);
    row.principal = loan_principal_due(state, interest);
    row.interest = state->debt[DEBT_INTEREST] + interest - interest_rounded(&state->earned);
    row.balance -= row.principal;
    return row;
}

/* Of today alone: a payment of nothing on a later day stands in the plan, as all but a bullet's last do without
 * interest. */
static bool paid_today(const struct loan_state *state, const struct schedule_row *next) {
    return next->due.year != 0 && state->due == state->done && next->principal + next->interest == 0;
}

/* As if it were the evening of the next payment's day, and that one were paid. */
static void go_on(const struct loan_contract *contract, struct loan_state *ahead, const struct schedule_row *next) {
    ahead->charged += next->interest - ahead->debt[DEBT_INTEREST];
    ahead->debt[DEBT_INTEREST] = 0;
    ahead->debt[DEBT_PRINCIPAL] = next->balance;
    ahead->earned = (struct interest){0, 0};
    ahead->paid_principal = ahead->paid_interest = 0;
    ahead->done = ahead->due;
    ahead->next++;
    ahead->due = loan_due(contract, ahead);
}

struct schedule_row loan_coming(const struct loan_contract *contract, const struct loan_state *state) {
    struct loan_state ahead = *state;
    const struct schedule_row next = loan_next(contract, &ahead);
    if (!paid_today(&ahead, &next)) return next;
    go_on(contract, &ahead, &next);
    return loan_next(contract, &ahead);
}

size_t loan_schedule(const struct loan_contract *contract, const struct loan_state *state, struct schedule_row *rows) {
    struct loan_state ahead = *state;
    size_t count = 0;
    ahead.debt[DEBT_OVERDUE_PRINCIPAL] = ahead.debt[DEBT_OVERDUE_INTEREST] = 0;
    while (ahead.status == LOAN_RUNS && ahead.due != 0) {
        const struct schedule_row next = loan_next(contract, &ahead);
        if (!paid_today(&ahead, &next)) rows[count++] = next;
        go_on(contract, &ahead, &next);
    }
    return count;
}

int64_t loan_quote(const struct loan_contract *contract, const struct loan_state *state, int64_t day) {
    struct loan_state ahead = *state;
    check(day >= state->done || state->status != LOAN_RUNS);
    while (ahead.status == LOAN_RUNS && ahead.done < day) (void)loan_step(contract, &ahead, NULL);
    int64_t total = loan_total(&ahead);
    return total > ahead.advance ? total - ahead.advance : 0;
}

bool loan_replay(const struct loan_contract *contract, const struct loan_event *events, size_t count, int64_t day,
                 struct loan_state *state, struct loan_trail *trail) {
    *state = (struct loan_state){.status = LOAN_AGREED};
    for (size_t i = 0; i < count && events[i].day <= day; i++) {
        while (state->status != LOAN_AGREED && state->done < events[i].day) (void)loan_step(contract, state, trail);
        if (loan_apply(contract, state, &events[i], NULL, trail) != LOAN_DONE) return false;
    }
    while (state->status == LOAN_RUNS && state->done < day) (void)loan_step(contract, state, trail);
    return true;
}

static const char *source_of(const struct loan_contract *contract, enum law law) {
    const struct law_line *line = law_line(law, date_from_days(contract->day), contract->own, contract->own_count);
    return line != NULL ? line->source : "contract";
}

const char *loan_line_source(const struct loan_contract *contract, const struct loan_line *line) {
    switch (line->reason) {
    case LOAN_WHY_PENALTY:
        if (contract->instalments) return source_of(contract, LAW_INSTALMENT_PENALTY);
        return source_of(contract, contract->late_interest ? LAW_PENALTY : LAW_PENALTY_ALONE);
    case LOAN_WHY_BOUND: return source_of(contract, LAW_OVERPAYMENT);
    case LOAN_WHY_PAID: return "353-FZ, article 5, part 20: the order of crediting";
    case LOAN_WHY_EARLY: return "353-FZ, article 11: early repayment";
    case LOAN_WHY_ISSUE:
    case LOAN_WHY_INTEREST:
    case LOAN_WHY_LATE:
    case LOAN_WHY_FEE:
    case LOAN_WHY_DUE:
    case LOAN_WHY_PLAN:
    case LOAN_WHY_WAIVED:
    case LOAN_WHY_GOODS:
    case LOAN_WHY_UNDONE:
    case LOAN_WHY_LOST: break;
    case LOAN_WHY_FEE_BACK: return "353-FZ, article 7: a service was refused";
    }
    return "contract";
}
