/* purchase_rules.c: see purchase_rules.h. */
#include "products/instalments/purchase_rules.h"

#include "base/check.h"

#define FORTNIGHT 14

struct loan_contract purchase_contract(const struct purchase_terms *terms, const struct purchase_rule *rule) {
    bool months = terms->term.unit == TARIFF_MONTHS;
    return (struct loan_contract){.day = terms->day,
                                  .sum = terms->sum,
                                  .plan = {.kind = SCHEDULE_ANNUITY,
                                           .unit = months ? SCHEDULE_MONTHS : SCHEDULE_DAYS,
                                           .length = months ? 1 : FORTNIGHT,
                                           .count = terms->term.parts},
                                  .penalty = terms->penalty,
                                  .instalments = true,
                                  .first_now = terms->term.first_now,
                                  .own = rule->own,
                                  .own_count = rule->own_count};
}

int64_t purchase_penalty(int64_t wanted, int64_t day, const struct purchase_rule *rule) {
    int64_t most = law_at(LAW_INSTALMENT_PENALTY, date_from_days(day), rule->own, rule->own_count);
    return most != LAW_NONE && wanted > most ? most : wanted;
}

/* ---- days ---- */

int64_t purchase_days(const struct loan_contract *contract, struct purchase_state *state, int64_t day) {
    int64_t penalty = 0;
    while (state->loan.done < day) {
        const struct loan_night night = loan_step(contract, &state->loan, NULL);
        check(night.paid[DEBT_PENALTY] == 0); /* what waits for a day to come and a penalty are never together */
        penalty += night.penalty;
    }
    return penalty;
}

int64_t purchase_wakes(const struct purchase_state *state) {
    const struct loan_state *loan = &state->loan;
    if (loan->status != LOAN_RUNS) return 0;
    if (loan->debt[DEBT_OVERDUE_PRINCIPAL] > 0) return loan->done + 1;
    return loan->debt[DEBT_PRINCIPAL] > 0 ? loan->due + 1 : 0;
}

/* ---- what is owed ---- */

int64_t purchase_owed(const struct purchase_state *state) {
    int64_t total = loan_total(&state->loan);
    return state->loan.status == LOAN_RUNS && total > state->loan.advance ? total - state->loan.advance : 0;
}

int64_t purchase_left(const struct purchase_state *state) {
    return state->loan.status == LOAN_CLOSED ? state->loan.advance : 0;
}

/* Adds a row of what the advance does not cover. */
static size_t add_row(struct purchase_row *rows, size_t count, int64_t day, int64_t sum, int64_t *advance) {
    int64_t covered = *advance < sum ? *advance : sum;
    *advance -= covered;
    if (sum == covered) return count;
    rows[count] = (struct purchase_row){day, sum - covered};
    return count + 1;
}

size_t purchase_schedule(const struct loan_contract *contract, const struct purchase_state *state,
                         struct purchase_row *rows) {
    struct schedule_row planned[TARIFF_PARTS];
    const struct loan_state *loan = &state->loan;
    int64_t advance = loan->advance;
    if (loan->status != LOAN_RUNS) return 0;
    int64_t late = loan->debt[DEBT_OVERDUE_PRINCIPAL] + loan->debt[DEBT_PENALTY];
    size_t count = add_row(rows, 0, 0, late, &advance), number = loan_schedule(contract, loan, planned);
    for (size_t i = 0; i < number; i++)
        count = add_row(rows, count, date_to_days(planned[i].due), planned[i].principal, &advance);
    return count;
}

int64_t purchase_wished(const struct loan_contract *contract, const struct purchase_state *state,
                        enum purchase_wish wish, int64_t sum) {
    struct purchase_row rows[PURCHASE_ROWS];
    int64_t owed = purchase_owed(state);
    if (owed == 0) return 0;
    switch (wish) {
    case PURCHASE_NEXT: return purchase_schedule(contract, state, rows) > 0 ? rows[0].sum : 0;
    case PURCHASE_ANY: return sum < owed ? sum : owed;
    case PURCHASE_ALL: break;
    }
    return owed;
}

int64_t purchase_shop(const struct purchase_terms *terms, const struct purchase_state *state) {
    int64_t kept = terms->sum - state->returned;
    return kept - tariff_fee(kept, terms->term.fee);
}

/* ---- acts ---- */

struct acting {
    const struct purchase_terms *terms;
    const struct purchase_rule *rule;
    struct loan_contract contract;
    struct purchase_state *state;
    const struct purchase_doing *doing;
    struct purchase_done *done;
};

/* One of the loan's events, which nothing speaks against. */
static void happens(struct acting *acting, struct loan_event event) {
    struct purchase_done *done = acting->done;
    struct loan_parts *parts = &done->parts[done->count];
    struct loan_state *loan = &acting->state->loan;
    event.day = event.kind == LOAN_ISSUE ? acting->terms->day : loan->done;
    enum loan_refusal refusal = loan_apply(&acting->contract, loan, &event, parts, NULL);
    check(refusal == LOAN_DONE);
    done->events[done->count++] = event;
    for (size_t i = 0; i < DEBTS; i++) done->paid[i] += parts->paid[i];
}

static enum purchase_refusal sell(struct acting *acting) {
    struct loan_state tried = acting->state->loan;
    const struct loan_event issue = {.day = acting->terms->day, .kind = LOAN_ISSUE, .sum = acting->terms->sum};
    if (acting->state->loan.status != LOAN_AGREED) return PURCHASE_NOT_SO;
    if (loan_apply(&acting->contract, &tried, &issue, NULL, NULL) != LOAN_DONE) return PURCHASE_WRONG_SUM;
    happens(acting, issue);
    acting->done->fee = tariff_fee(acting->terms->sum, acting->terms->term.fee);
    return PURCHASE_OK;
}

static enum purchase_refusal pay(struct acting *acting) {
    int64_t sum = acting->doing->sum;
    if (acting->state->loan.status == LOAN_CLOSED) happens(acting, (struct loan_event){.kind = LOAN_GIVE, .sum = -sum});
    else if (sum >= purchase_owed(acting->state))
        happens(acting, (struct loan_event){.kind = LOAN_REPAY_ALL, .sum = sum});
    else happens(acting, (struct loan_event){.kind = LOAN_PAYMENT, .sum = sum});
    return PURCHASE_OK;
}

/* What was paid for days to come: where it covers what is left, the purchase is over; where no day is to come any more,
 * it pays penalties. */
static void use_advance(struct acting *acting) {
    const struct loan_state *loan = &acting->state->loan;
    int64_t advance = loan->advance;
    if (loan->status != LOAN_RUNS) return;
    if (purchase_owed(acting->state) == 0) {
        happens(acting, (struct loan_event){.kind = LOAN_REPAY_ALL});
    } else if (advance > 0 && loan->debt[DEBT_PRINCIPAL] == 0) {
        happens(acting, (struct loan_event){.kind = LOAN_GIVE, .sum = advance});
        happens(acting, (struct loan_event){.kind = LOAN_PAYMENT, .sum = advance});
    }
}

static enum purchase_refusal come_back(struct acting *acting) {
    struct purchase_state *state = acting->state;
    int64_t sum = acting->doing->sum,
            before = tariff_fee(acting->terms->sum - state->returned, acting->terms->term.fee);
    if (sum > acting->terms->sum - state->returned) return PURCHASE_TOO_MUCH;
    if (state->loan.status == LOAN_CLOSED) happens(acting, (struct loan_event){.kind = LOAN_GIVE, .sum = -sum});
    else happens(acting, (struct loan_event){.kind = LOAN_GOODS, .sum = sum});
    state->returned += sum;
    acting->done->fee = before - tariff_fee(acting->terms->sum - state->returned, acting->terms->term.fee);
    use_advance(acting);
    return PURCHASE_OK;
}

static enum purchase_refusal move(struct acting *acting) {
    struct purchase_state *state = acting->state;
    const struct purchase_rule *rule = acting->rule;
    struct loan_state tried = state->loan;
    int64_t days = acting->doing->days, last = tariff_last_day(acting->terms->day, rule->own, rule->own_count);
    struct loan_event event = {.day = tried.done, .kind = LOAN_MOVE, .units = days};
    if (tried.status != LOAN_RUNS || tried.debt[DEBT_PRINCIPAL] + tried.debt[DEBT_OVERDUE_PRINCIPAL] == 0)
        return PURCHASE_NOT_SO;
    if (tried.overdue_since != 0 || tried.debt[DEBT_PENALTY] > 0) return PURCHASE_LATE;
    if (state->moved >= rule->move_times) return PURCHASE_MOVED;
    if (days < 1 || days > rule->move_days || (last != LAW_NONE && tried.due + days > last)) return PURCHASE_TOO_FAR;
    if (loan_apply(&acting->contract, &tried, &event, NULL, NULL) != LOAN_DONE) return PURCHASE_TOO_FAR;
    happens(acting, event);
    state->moved++;
    return PURCHASE_OK;
}

static enum purchase_refusal act(struct acting *acting) {
    const struct purchase_doing *doing = acting->doing;
    enum loan_status status = acting->state->loan.status;
    if (doing->act == PURCHASE_SELL) return sell(acting);
    if (status == LOAN_AGREED || status == LOAN_WRITTEN_OFF) return PURCHASE_NOT_SO;
    if (doing->act == PURCHASE_MOVE) return move(acting);
    if (doing->sum <= 0 || doing->sum > SCHEDULE_SUM_MOST) return PURCHASE_WRONG_SUM;
    switch (doing->act) {
    case PURCHASE_SELL:
    case PURCHASE_MOVE: break;
    case PURCHASE_PAY: return pay(acting);
    case PURCHASE_RETURN: return come_back(acting);
    case PURCHASE_UNDO:
        if (doing->penalty < 0 || doing->penalty > doing->sum) return PURCHASE_WRONG_SUM;
        happens(acting, (struct loan_event){.kind = LOAN_UNDONE, .sum = doing->sum, .penalty = doing->penalty});
        return PURCHASE_OK;
    case PURCHASE_GIVE:
        if (doing->sum > purchase_left(acting->state)) return PURCHASE_WRONG_SUM;
        happens(acting, (struct loan_event){.kind = LOAN_GIVE, .sum = doing->sum});
        return PURCHASE_OK;
    }
    return PURCHASE_NOT_SO;
}

enum purchase_refusal purchase_do(const struct purchase_terms *terms, const struct purchase_rule *rule,
                                  struct purchase_state *state, const struct purchase_doing *doing,
                                  struct purchase_done *done) {
    struct acting acting = {terms, rule, purchase_contract(terms, rule), state, doing, done};
    int64_t before = purchase_left(state);
    *done = (struct purchase_done){.count = 0};
    enum purchase_refusal refusal = act(&acting);
    done->left = purchase_left(state) - before;
    return refusal;
}
