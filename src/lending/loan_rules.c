/* loan_rules.c: days of a loan: see loan_rules.h. Events are in loan_event_rules.c, what comes in loan_view_rules.c. */
#include "lending/loan_internal.h"

#include "base/check.h"

#define COMMON_YEAR 365

/* ---- debts change ---- */

/* Days that follow one another and earn alike are one line. */
static bool joins(const struct loan_line *last, const struct loan_line *line) {
    return line->year != 0 && last->reason == line->reason && last->to + 1 == line->from &&
           last->balance == line->balance && last->rate == line->rate && last->year == line->year;
}

static void record(struct loan_trail *trail, const struct loan_line *line, int64_t left) {
    if (trail == NULL || trail->debt != line->debt) return;
    if (line->amount < 0 && left == 0) {
        trail->count = 0;
        return;
    }
    if (trail->count > 0 && joins(&trail->last, line)) {
        trail->last.to = line->to;
        trail->last.amount += line->amount;
    } else {
        trail->last = *line;
        trail->count++;
    }
    if (trail->count <= trail->room) trail->lines[trail->count - 1] = trail->last;
}

void loan_change(struct loan_state *state, struct loan_trail *trail, struct loan_line line) {
    int64_t *debt = &state->debt[line.debt];
    *debt += line.amount;
    check(*debt >= 0);
    record(trail, &line, *debt);
}

void loan_book(struct loan_state *state, struct loan_trail *trail, enum debt debt, enum loan_reason reason,
               int64_t amount) {
    if (amount == 0) return;
    loan_change(state, trail,
                (struct loan_line){.debt = debt, .reason = reason, .from = state->done, .to = state->done,
                                   .amount = amount});
}

void loan_take(struct loan_state *state, struct loan_trail *trail, const int64_t paid[DEBTS]) {
    for (size_t i = 0; i < DEBTS; i++) loan_book(state, trail, (enum debt)i, LOAN_WHY_PAID, -paid[i]);
}

int64_t loan_total(const struct loan_state *state) {
    int64_t total = 0;
    for (size_t i = 0; i < DEBTS; i++) total += state->debt[i];
    return total;
}

int64_t loan_days_overdue(const struct loan_state *state) {
    return state->overdue_since != 0 ? state->done - state->overdue_since : 0;
}

void loan_tidy(struct loan_state *state) {
    bool principal = state->debt[DEBT_OVERDUE_PRINCIPAL] > 0;
    if (!principal) state->late = state->fined = (struct interest){0, 0};
    if (!principal && state->debt[DEBT_OVERDUE_INTEREST] == 0) state->overdue_since = 0;
    if (loan_total(state) > 0) return;
    state->status = LOAN_CLOSED;
    state->due = 0;
}

/* ---- the plan ---- */

struct schedule_terms loan_terms(const struct loan_contract *contract, const struct loan_state *state, int64_t sum,
                                 int64_t count) {
    const struct loan_plan *plan = &state->plan;
    return (struct schedule_terms){.kind = plan->kind,
                                   .sum = sum,
                                   .rate = plan->rate,
                                   .from = date_from_days(state->anchor),
                                   .unit = plan->unit,
                                   .length = plan->length,
                                   .count = count,
                                   .day = plan->day,
                                   .calendar = plan->unit == SCHEDULE_MONTHS ? contract->calendar : NULL};
}

int64_t loan_payment(const struct loan_contract *contract, const struct loan_state *state, int64_t sum, int64_t count) {
    struct schedule_terms terms = loan_terms(contract, state, sum, count);
    switch (terms.kind) {
    case SCHEDULE_ANNUITY: return annuity_payment(&terms);
    case SCHEDULE_DIFFERENTIATED: return sum / count;
    case SCHEDULE_BULLET: return 0;
    }
    return 0;
}

int64_t loan_due(const struct loan_contract *contract, const struct loan_state *state) {
    if (state->debt[DEBT_PRINCIPAL] == 0 || state->next > state->plan.count) return 0;
    struct schedule_terms terms = loan_terms(contract, state, state->debt[DEBT_PRINCIPAL], state->plan.count);
    return date_to_days(schedule_due(&terms, state->next));
}

int64_t loan_principal_due(const struct loan_state *state, int64_t period_interest) {
    int64_t part = 0, principal = state->debt[DEBT_PRINCIPAL];
    if (state->next >= state->plan.count) return principal;
    switch (state->plan.kind) {
    case SCHEDULE_ANNUITY: part = state->payment - period_interest - state->paid_interest; break;
    case SCHEDULE_DIFFERENTIATED: part = state->payment; break;
    case SCHEDULE_BULLET: return 0;
    }
    part -= state->paid_principal;
    if (part < 0) return 0;
    return part < principal ? part : principal;
}

/* ---- days ---- */

struct earning {
    struct interest *sum;
    enum debt debt;
    enum loan_reason reason;
    int64_t balance, rate;
    int year;
};

/* Adds a day to a sum and to the debt; of what the law's bound leaves. How much. */
static int64_t earn(struct loan_state *state, struct loan_trail *trail, struct earning earning) {
    if (earning.balance == 0 || earning.rate == 0) return 0;
    bool common = earning.year == COMMON_YEAR;
    int64_t before = interest_rounded(earning.sum), left = state->charged_most - state->charged;
    interest_add(earning.sum, earning.balance, earning.rate, (struct year_days){common, !common});
    int64_t added = interest_rounded(earning.sum) - before;
    if (state->charged_most != LAW_NONE && added > left) {
        added = left;
        *earning.sum = (struct interest){before + left, 0};
        earning.reason = LOAN_WHY_BOUND;
        if (added == 0) return 0;
    }
    state->charged += added;
    loan_change(state, trail,
                (struct loan_line){earning.debt, earning.reason, state->done, state->done, earning.balance,
                                   earning.rate, earning.year, added});
    return added;
}

/* The day of a payment has ended: from the advance first, and what is not paid then is overdue. */
static void fall(const struct loan_contract *contract, struct loan_state *state, struct loan_night *night,
                 struct loan_trail *trail) {
    int64_t owed[DEBTS], principal = loan_principal_due(state, interest_rounded(&state->earned));
    night->fell = true;
    if (state->advance > 0) {
        for (size_t i = 0; i < DEBTS; i++) owed[i] = state->debt[i];
        owed[DEBT_PRINCIPAL] = principal;
        state->advance = waterfall(date_from_days(contract->day), owed, state->advance, night->paid);
        loan_take(state, trail, night->paid);
        principal -= night->paid[DEBT_PRINCIPAL];
    }
    night->overdue_principal = principal;
    night->overdue_interest = state->debt[DEBT_INTEREST];
    loan_book(state, trail, DEBT_PRINCIPAL, LOAN_WHY_DUE, -night->overdue_principal);
    loan_book(state, trail, DEBT_OVERDUE_PRINCIPAL, LOAN_WHY_DUE, night->overdue_principal);
    loan_book(state, trail, DEBT_INTEREST, LOAN_WHY_DUE, -night->overdue_interest);
    loan_book(state, trail, DEBT_OVERDUE_INTEREST, LOAN_WHY_DUE, night->overdue_interest);
    if (state->overdue_since == 0) state->overdue_since = state->due; /* tidied where nothing is */
    state->earned = (struct interest){0, 0};
    state->paid_principal = state->paid_interest = 0;
    state->next++;
    state->due = loan_due(contract, state);
    loan_tidy(state);
}

struct loan_night loan_step(const struct loan_contract *contract, struct loan_state *state, struct loan_trail *trail) {
    struct loan_night night = {.fell = false};
    if (state->status != LOAN_RUNS) {
        state->done++;
        return night;
    }
    if (state->due == state->done) fall(contract, state, &night, trail);
    state->done++;
    if (state->status != LOAN_RUNS) return night;
    int year = year_length(state->done), interest_year = contract->day_rate ? COMMON_YEAR : year;
    int64_t rate = state->plan.rate, overdue = state->debt[DEBT_OVERDUE_PRINCIPAL];
    night.interest = earn(state, trail,
                          (struct earning){&state->earned, DEBT_INTEREST, LOAN_WHY_INTEREST,
                                           state->debt[DEBT_PRINCIPAL], rate, interest_year});
    if (overdue == 0) return night;
    if (contract->late_interest)
        night.late_interest = earn(state, trail,
                                   (struct earning){&state->late, DEBT_OVERDUE_INTEREST, LOAN_WHY_LATE, overdue, rate,
                                                    interest_year});
    night.penalty = earn(state, trail,
                         (struct earning){&state->fined, DEBT_PENALTY, LOAN_WHY_PENALTY, overdue, contract->penalty,
                                          contract->penalty_a_day ? COMMON_YEAR : year});
    return night;
}
