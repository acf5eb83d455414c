/* loan_event_rules.c: what events do to a loan: see loan_rules.h. Each is tried wholly before anything changes. */
#include "lending/loan_internal.h"

#include <stddef.h>

#define DAY_HOURS 24

/* What an event is done with. */
struct doing {
    const struct loan_contract *contract;
    struct loan_state *state;
    const struct loan_event *event;
    struct loan_parts *parts; /* zeroes */
    struct loan_trail *trail;
};

/* So many units later; a plan by months keeps its day. */
static int64_t later(const struct loan_plan *plan, int64_t day, int64_t units) {
    if (plan->unit == SCHEDULE_DAYS) return day + units;
    return date_to_days(date_add_months(date_from_days(day), (int)units));
}

/* A period before, so that the first payment's day is today. */
static void begin_before(struct loan_state *state) {
    if (state->plan.unit == SCHEDULE_MONTHS) state->plan.day = date_from_days(state->done).day;
    state->anchor = later(&state->plan, state->done, -state->plan.length);
}

static enum loan_refusal issue(struct doing *doing) {
    const struct loan_contract *contract = doing->contract;
    struct loan_state *state = doing->state;
    struct date signed_on = date_from_days(contract->day);
    int64_t day = doing->event->day,
            hours = law_cooling_hours(contract->sum, signed_on, contract->own, contract->own_count);
    struct loan_state begun = {
        .status = LOAN_RUNS, .done = day, .plan = contract->plan, .anchor = day, .next = 1, .charged_most = LAW_NONE};
    if (contract->first_now) begin_before(&begun);
    if (day < contract->day) return LOAN_WRONG_DAY;
    if (!contract->instalments && day < contract->day + hours / DAY_HOURS) return LOAN_WAITS;
    struct schedule_terms terms = loan_terms(contract, &begun, contract->sum, contract->plan.count);
    if (!schedule_valid(&terms)) return LOAN_WRONG_PLAN;
    int64_t last = date_to_days(schedule_due(&terms, terms.count));
    if (!contract->instalments && last <= date_to_days(date_add_months(date_from_days(day), 12)))
        begun.charged_most = law_overpayment_most(contract->sum, signed_on, contract->own, contract->own_count);
    *state = begun;
    loan_book(state, doing->trail, DEBT_PRINCIPAL, LOAN_WHY_ISSUE, contract->sum);
    state->payment = loan_payment(contract, state, contract->sum, contract->plan.count);
    state->due = contract->first_now ? day : loan_due(contract, state); /* today, be it a working day or not */
    return LOAN_DONE;
}

/* By the law's order upon `owed`; what is left. */
static int64_t pay(struct doing *doing, const int64_t owed[DEBTS], int64_t sum) {
    int64_t left = waterfall(date_from_days(doing->contract->day), owed, sum, doing->parts->paid);
    loan_take(doing->state, doing->trail, doing->parts->paid);
    return left;
}

static enum loan_refusal payment(struct doing *doing) {
    int64_t owed[DEBTS];
    if (doing->event->sum <= 0) return LOAN_WRONG_SUM;
    loan_owed(doing->contract, doing->state, owed);
    doing->parts->advance = pay(doing, owed, doing->event->sum);
    doing->state->advance += doing->parts->advance;
    doing->state->paid_principal += doing->parts->paid[DEBT_PRINCIPAL];
    loan_tidy(doing->state);
    return LOAN_DONE;
}

/* The payments that are left pay back what is left, as if what was paid of the next one's were still to come. Where the
 * next one is paid already, or is too small for its own interest and so pays nothing back, the others do it. */
static void plan_anew(const struct loan_contract *contract, struct loan_state *state) {
    int64_t sum = state->debt[DEBT_PRINCIPAL] + state->paid_principal, count = state->plan.count - state->next + 1;
    if (state->debt[DEBT_PRINCIPAL] == 0) return;
    int64_t interest = loan_period_interest(contract, state);
    if (count > 1 && state->paid_principal > 0 && loan_principal_due(state, interest) == 0) {
        state->payment = loan_payment(contract, state, state->debt[DEBT_PRINCIPAL], count - 1);
        return;
    }
    state->payment = loan_payment(contract, state, sum, count);
    if (state->plan.kind == SCHEDULE_ANNUITY && count > 1 && interest >= state->payment)
        state->payment = loan_payment(contract, state, sum, count - 1);
}

/* … where the period's interest so far was paid apart, so that the next payment has only the rest of it to bear. By the
 * formula of whole periods that one would pay back too much, and the last one would not be needed. With `all` that is
 * to be paid on its day, and `others` what pays all of it back after that day, this payment pays back what it leaves:
 * others × (all − payment) / all = payment. */
static void plan_of_rest(const struct loan_contract *contract, struct loan_state *state) {
    int64_t principal = state->debt[DEBT_PRINCIPAL], count = state->plan.count - state->next + 1;
    if (principal == 0) return;
    int64_t before = state->paid_principal + state->paid_interest + loan_period_interest(contract, state);
    if (state->plan.kind != SCHEDULE_ANNUITY || count == 1) {
        plan_anew(contract, state);
        return;
    }
    __int128 all = principal + before, others = loan_payment(contract, state, principal + before, count - 1);
    state->payment = (int64_t)((2 * all * others + all + others) / (2 * (all + others)));
    if (state->payment <= before) /* the next one pays nothing back: the others do it */
        state->payment = loan_payment(contract, state, principal, count - 1);
}

/* Principal before its time, as much as there is; what is left. */
static int64_t lessen(struct doing *doing, enum loan_reason reason, int64_t sum) {
    int64_t early = doing->state->debt[DEBT_PRINCIPAL];
    if (early > sum) early = sum;
    loan_book(doing->state, doing->trail, DEBT_PRINCIPAL, reason, -early);
    doing->parts->paid[DEBT_PRINCIPAL] += early;
    doing->parts->early = early;
    return sum - early;
}

/* The period's interest so far is paid: what of it was paid before counts as the next payment's, not what came now. */
static void end_part(struct loan_state *state, int64_t paid_now) {
    int64_t before = interest_rounded(&state->earned) - paid_now;
    if (before > 0) state->paid_interest += before;
    state->earned = (struct interest){0, 0};
}

/* On the day of a payment that one is owed: nobody who pays more than it is late with it that night. */
static enum loan_refusal early_part(struct doing *doing) {
    struct loan_state *state = doing->state;
    int64_t owed[DEBTS];
    bool today = state->due == state->done && !doing->event->interest_later;
    if (doing->event->sum <= 0) return LOAN_WRONG_SUM;
    loan_owed(doing->contract, state, owed);
    if (!today) owed[DEBT_PRINCIPAL] = 0;
    if (doing->event->interest_later) owed[DEBT_INTEREST] = 0;
    int64_t left = pay(doing, owed, doing->event->sum);
    state->paid_principal += doing->parts->paid[DEBT_PRINCIPAL];
    doing->parts->advance = lessen(doing, LOAN_WHY_EARLY, left);
    state->advance += doing->parts->advance;
    bool ends = !today && state->debt[DEBT_INTEREST] == 0;
    if (ends) end_part(state, doing->parts->paid[DEBT_INTEREST]);
    if (doing->event->early == LOAN_SMALLER && doing->parts->early > 0) {
        if (ends && !doing->event->interest_later) plan_of_rest(doing->contract, state);
        else plan_anew(doing->contract, state);
    }
    loan_tidy(state);
    return LOAN_DONE;
}

static enum loan_refusal repay_all(struct doing *doing) {
    struct loan_state *state = doing->state;
    int64_t owed[DEBTS], sum = doing->event->sum, had = state->advance;
    if (sum < 0 || sum + had < loan_total(state)) return LOAN_WRONG_SUM;
    for (size_t i = 0; i < DEBTS; i++) owed[i] = state->debt[i];
    state->advance = pay(doing, owed, sum + had);
    doing->parts->advance = state->advance - had;
    loan_tidy(state);
    return LOAN_DONE;
}

static enum loan_refusal fee(struct doing *doing) {
    struct loan_state *state = doing->state;
    int64_t sum = doing->event->sum;
    if (sum <= 0 || sum > SCHEDULE_SUM_MOST) return LOAN_WRONG_SUM;
    if (doing->contract->instalments) return LOAN_ABOVE_LAW; /* 283-FZ: the price is the price */
    if (state->charged_most != LAW_NONE && sum > state->charged_most - state->charged) return LOAN_ABOVE_LAW;
    state->charged += sum;
    loan_book(state, doing->trail, DEBT_OTHER, LOAN_WHY_FEE, sum);
    return LOAN_DONE;
}

/* What is not owed of it any more was paid. It is no charge from now on, so the law's bound has room for others. */
static enum loan_refusal fee_back(struct doing *doing) {
    struct loan_state *state = doing->state;
    int64_t sum = doing->event->sum, owed = state->debt[DEBT_OTHER];
    if (sum <= 0 || sum > state->charged) return LOAN_WRONG_SUM;
    if (owed > sum) owed = sum;
    loan_book(state, doing->trail, DEBT_OTHER, LOAN_WHY_FEE_BACK, -owed);
    doing->parts->paid[DEBT_OTHER] = owed;
    doing->parts->advance = sum - owed;
    state->advance += sum - owed;
    state->charged -= sum;
    loan_tidy(state);
    return LOAN_DONE;
}

/* What was overdue is of the plan again. */
static void put_back(struct doing *doing, enum debt overdue, enum debt current) {
    int64_t sum = doing->state->debt[overdue];
    loan_book(doing->state, doing->trail, overdue, LOAN_WHY_PLAN, -sum);
    loan_book(doing->state, doing->trail, current, LOAN_WHY_PLAN, sum);
}

static enum loan_refusal extend(struct doing *doing) {
    struct loan_state *state = doing->state;
    int64_t units = doing->event->units, overdue = state->debt[DEBT_OVERDUE_PRINCIPAL];
    if (state->debt[DEBT_OVERDUE_INTEREST] > 0 || state->debt[DEBT_PENALTY] > 0) return LOAN_IS_OVERDUE;
    if (units < 1 || units > SCHEDULE_MOST) return LOAN_WRONG_PLAN;
    if (state->due == 0 && overdue == 0) return LOAN_NOT_SO;
    put_back(doing, DEBT_OVERDUE_PRINCIPAL, DEBT_PRINCIPAL);
    if (state->due == 0) { /* all days were past: the last payment comes once more */
        state->next = 1;
        state->plan.count = 1;
        state->plan.length = units;
        state->plan.day = 0;
        state->anchor = state->done;
    } else {
        if (state->plan.day == 0 && state->plan.unit == SCHEDULE_MONTHS)
            state->plan.day = date_from_days(state->anchor).day;
        state->anchor = later(&state->plan, state->anchor, units);
    }
    int64_t due = loan_due(doing->contract, state);
    if (due > state->due) state->due = due; /* else it was moved farther than that */
    if (overdue > 0) plan_anew(doing->contract, state);
    loan_tidy(state);
    return LOAN_DONE;
}

/* The law's bound upon a rate on the contract's day. */
static bool rate_lawful(const struct loan_contract *contract, int64_t rate) {
    int64_t most = law_at(LAW_DAILY_RATE, date_from_days(contract->day), contract->own, contract->own_count);
    if (contract->instalments) return rate == 0;
    return most == LAW_NONE || rate <= most * 365;
}

static enum loan_refusal restructure(struct doing *doing) {
    struct loan_state *state = doing->state, planned = *doing->state;
    int64_t principal = state->debt[DEBT_PRINCIPAL] + state->debt[DEBT_OVERDUE_PRINCIPAL];
    if (principal == 0) return LOAN_NOT_SO;
    planned.plan = doing->event->plan;
    planned.anchor = state->done;
    struct schedule_terms terms = loan_terms(doing->contract, &planned, principal, planned.plan.count);
    if (!schedule_valid(&terms)) return LOAN_WRONG_PLAN;
    if (!rate_lawful(doing->contract, terms.rate)) return LOAN_ABOVE_LAW;
    put_back(doing, DEBT_OVERDUE_PRINCIPAL, DEBT_PRINCIPAL);
    put_back(doing, DEBT_OVERDUE_INTEREST, DEBT_INTEREST);
    state->plan = planned.plan;
    state->anchor = planned.anchor;
    state->next = 1;
    state->paid_principal = state->paid_interest = 0;
    state->earned = (struct interest){0, 0};
    state->payment = loan_payment(doing->contract, state, principal, state->plan.count);
    state->due = loan_due(doing->contract, state);
    loan_tidy(state);
    return LOAN_DONE;
}

static enum loan_refusal waive(struct doing *doing) {
    int64_t sum = doing->event->sum;
    if (sum <= 0 || sum > doing->state->debt[DEBT_PENALTY]) return LOAN_WRONG_SUM;
    loan_book(doing->state, doing->trail, DEBT_PENALTY, LOAN_WHY_WAIVED, -sum);
    doing->parts->paid[DEBT_PENALTY] = sum;
    loan_tidy(doing->state);
    return LOAN_DONE;
}

/* What was overdue of the goods' price first: nobody is late with what he gave back. */
static enum loan_refusal goods(struct doing *doing) {
    struct loan_state *state = doing->state;
    int64_t sum = doing->event->sum, overdue = state->debt[DEBT_OVERDUE_PRINCIPAL];
    if (!doing->contract->instalments) return LOAN_NOT_SO;
    if (sum <= 0 || sum > doing->contract->sum) return LOAN_WRONG_SUM;
    if (overdue > sum) overdue = sum;
    loan_book(state, doing->trail, DEBT_OVERDUE_PRINCIPAL, LOAN_WHY_GOODS, -overdue);
    doing->parts->paid[DEBT_OVERDUE_PRINCIPAL] = overdue;
    doing->parts->advance = lessen(doing, LOAN_WHY_GOODS, sum - overdue);
    state->advance += doing->parts->advance;
    plan_anew(doing->contract, state);
    loan_tidy(state);
    return LOAN_DONE;
}

/* Nobody moves what is late, or onto the day of another one. */
static enum loan_refusal move(struct doing *doing) {
    struct loan_state *state = doing->state, after = *state;
    int64_t units = doing->event->units;
    if (state->overdue_since != 0 || state->debt[DEBT_PENALTY] > 0) return LOAN_IS_OVERDUE;
    if (state->due == 0) return LOAN_NOT_SO;
    after.next++;
    int64_t next = loan_due(doing->contract, &after);
    if (units < 1 || units > SCHEDULE_MOST || (next != 0 && state->due + units >= next)) return LOAN_WRONG_PLAN;
    state->due += units;
    return LOAN_DONE;
}

/* What was paid for days to come is there to be taken back; the rest is late from today, whatever it had paid. */
static enum loan_refusal undone(struct doing *doing) {
    struct loan_state *state = doing->state;
    int64_t sum = doing->event->sum, penalty = doing->event->penalty, advance = state->advance;
    if (!doing->contract->instalments) return LOAN_NOT_SO;
    if (sum <= 0 || sum > SCHEDULE_SUM_MOST || penalty < 0 || penalty > sum) return LOAN_WRONG_SUM;
    if (advance > sum) advance = sum;
    if (penalty > sum - advance) penalty = sum - advance;
    int64_t principal = sum - advance - penalty;
    if (state->status == LOAN_CLOSED) state->paid_principal = state->paid_interest = 0; /* its plan was over */
    state->status = LOAN_RUNS;
    state->advance -= advance;
    doing->parts->advance = -advance;
    doing->parts->paid[DEBT_PENALTY] = -penalty;
    doing->parts->paid[DEBT_OVERDUE_PRINCIPAL] = -principal;
    loan_book(state, doing->trail, DEBT_PENALTY, LOAN_WHY_UNDONE, penalty);
    loan_book(state, doing->trail, DEBT_OVERDUE_PRINCIPAL, LOAN_WHY_UNDONE, principal);
    if (principal > 0 && state->overdue_since == 0) state->overdue_since = state->done;
    loan_tidy(state);
    return LOAN_DONE;
}

static enum loan_refusal give(struct doing *doing) {
    struct loan_state *state = doing->state;
    int64_t sum = doing->event->sum;
    if (sum < 0 && state->status == LOAN_RUNS) return LOAN_NOT_SO; /* it is a payment */
    if (sum == 0 || sum > state->advance || sum < -SCHEDULE_SUM_MOST) return LOAN_WRONG_SUM;
    doing->parts->advance = -sum;
    state->advance -= sum;
    return LOAN_DONE;
}

static enum loan_refusal write_off(struct doing *doing) {
    struct loan_state *state = doing->state;
    for (size_t i = 0; i < DEBTS; i++) {
        doing->parts->paid[i] = state->debt[i];
        loan_book(state, doing->trail, (enum debt)i, LOAN_WHY_LOST, -state->debt[i]);
    }
    loan_tidy(state);
    state->status = LOAN_WRITTEN_OFF;
    return LOAN_DONE;
}

/* Money of a closed loan that its bank takes back, or that its customer is given. */
static bool outlives(enum loan_event_kind kind) {
    return kind == LOAN_UNDONE || kind == LOAN_GIVE;
}

enum loan_refusal loan_apply(const struct loan_contract *contract, struct loan_state *state,
                             const struct loan_event *event, struct loan_parts *parts, struct loan_trail *trail) {
    struct loan_parts unwanted;
    struct doing doing = {contract, state, event, parts != NULL ? parts : &unwanted, trail};
    *doing.parts = (struct loan_parts){.early = 0};
    if (event->kind == LOAN_ISSUE) return state->status == LOAN_AGREED ? issue(&doing) : LOAN_NOT_SO;
    if (state->status != LOAN_RUNS && !(state->status == LOAN_CLOSED && outlives(event->kind))) return LOAN_NOT_SO;
    if (state->done != event->day) return LOAN_WRONG_DAY;
    switch (event->kind) {
    case LOAN_ISSUE: break;
    case LOAN_PAYMENT: return payment(&doing);
    case LOAN_EARLY_PART: return early_part(&doing);
    case LOAN_REPAY_ALL: return repay_all(&doing);
    case LOAN_FEE: return fee(&doing);
    case LOAN_EXTEND: return extend(&doing);
    case LOAN_RESTRUCTURE: return restructure(&doing);
    case LOAN_WAIVE: return waive(&doing);
    case LOAN_GOODS: return goods(&doing);
    case LOAN_WRITE_OFF: return write_off(&doing);
    case LOAN_FEE_BACK: return fee_back(&doing);
    case LOAN_MOVE: return move(&doing);
    case LOAN_UNDONE: return undone(&doing);
    case LOAN_GIVE: return give(&doing);
    }
    return LOAN_NOT_SO;
}
