/* loan_random_test.c: LO-4, LO-6, IN-3, IN-4: what holds for every loan. KABINET_SEEDS random contracts live through
 * random events, beside a slow model of the same law that shares no code with them: it keeps the balance of each day
 * and reckons every sum anew from these, a day by its year, with an order of debts and days of payment of its own. */
#include "lending/loan_law_rules.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define DAYS 1500
#define EVENTS 200
#define LINES 4000
#define RATE_ONE INT64_C(100000000000000) /* 1 of a period's rate */
#define FACTOR_ONE INT64_C(1000000000000000000)

/* ---- chance ---- */

static uint64_t seed;

static int64_t below(int64_t most) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((seed >> 33) % (uint64_t)most);
}

static const struct work_calendar weekends = {.count = 0};

static struct loan_plan some_plan(bool instalments) {
    bool days = below(2) == 0;
    struct loan_plan plan = {.kind = (enum schedule_kind)below(3),
                             .unit = days ? SCHEDULE_DAYS : SCHEDULE_MONTHS,
                             .rate = instalments || below(6) == 0 ? 0 : below(2920001),
                             .length = 1 + below(days ? 40 : 2),
                             .count = 1 + below(days ? 8 : 9)};
    if (!days && below(2) == 0) plan.day = 1 + (int)below(31);
    return plan;
}

static struct loan_contract some_contract(void) {
    bool instalments = below(4) == 0;
    struct loan_contract contract = {.day = 19000 + below(2500),
                                     .sum = 1 + below(below(3) == 0 ? 1000 : 20000000),
                                     .day_rate = below(2) == 0,
                                     .late_interest = !instalments && below(3) != 0,
                                     .instalments = instalments,
                                     .first_now = instalments && below(3) == 0,
                                     .calendar = below(2) == 0 ? &weekends : NULL};
    contract.plan = some_plan(instalments);
    contract.penalty = below(instalments || contract.late_interest ? 200001 : 365001);
    contract.penalty_a_day = below(2) == 0;
    return contract;
}

/* ---- the model ---- */

struct model {
    const struct loan_contract *contract;
    int64_t current[DAYS], overdue[DAYS]; /* principal when that day after the issue began */
    int64_t issued, today, period, broken; /* days of the issue; after which the period, and what is overdue, earn */
    int64_t principal, interest, late_principal, late_interest, penalty, fees, advance;
    int64_t period_charged, late_charged, penalty_charged, charged, most;
    struct loan_plan plan;
    int64_t anchor, next, due, payment, prepaid, prepaid_interest, since;
    bool open;
};

static bool leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t model_due(const struct model *m) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct date from = date_from_days(m->anchor);
    if (m->principal == 0 || m->next > m->plan.count) return 0;
    if (m->plan.unit == SCHEDULE_DAYS) return m->anchor + m->next * m->plan.length;
    int64_t months = from.year * 12 + from.month - 1 + m->next * m->plan.length;
    int year = (int)(months / 12), month = (int)(months % 12), day = m->plan.day != 0 ? m->plan.day : from.day;
    int longest = lengths[month] + (month == 1 && leap(year));
    if (day > longest) day = longest;
    int64_t due = date_to_days((struct date){year, month + 1, day});
    int64_t weekday = (due + 3) % 7; /* 0 Monday */
    if (m->contract->calendar == NULL || weekday < 5) return due;
    int64_t monday = due + 7 - weekday;
    return day + monday - due <= longest ? monday : due - (weekday - 4);
}

/* Of the days after `from` through today, of their balances; half up. */
static int64_t earned(const struct model *m, const int64_t *balances, int64_t from, int64_t rate, bool a_day) {
    __int128 parts = 0;
    int year = 0;
    for (int64_t day = from + 1; day <= m->today; day++) {
        if (year == 0 || day % 16 == 0) year = date_from_days(day).year; /* looked up now and then: */
        if (date_to_days((struct date){year + 1, 1, 1}) <= day) year++;  /* … and moved on */
        parts += (__int128)balances[day - m->issued] * rate * (leap(year) && !a_day ? 365 : 366);
    }
    const __int128 whole = (__int128)1000000 * 365 * 366;
    return (int64_t)((parts * 2 + whole) / (whole * 2));
}

static int64_t allowed(struct model *m, int64_t sum) {
    if (m->most >= 0 && sum > m->most - m->charged) sum = m->most - m->charged;
    m->charged += sum;
    return sum;
}

static int64_t model_part(const struct model *m, int64_t interest) {
    if (m->next >= m->plan.count) return m->principal;
    if (m->plan.kind == SCHEDULE_BULLET) return 0;
    int64_t part = (m->plan.kind == SCHEDULE_ANNUITY ? m->payment - interest - m->prepaid_interest : m->payment) -
                   m->prepaid;
    return part < 0 ? 0 : part > m->principal ? m->principal : part;
}

static void model_settle(struct model *m) {
    if (m->late_principal == 0) m->broken = m->today, m->late_charged = m->penalty_charged = 0;
    if (m->late_principal == 0 && m->late_interest == 0) m->since = 0;
    if (m->principal + m->interest + m->late_principal + m->late_interest + m->penalty + m->fees == 0) m->open = false;
    if (!m->open) m->due = 0;
}

/* Pays in the order of the law, `part` of the principal being due; what is left. */
static int64_t model_pay(struct model *m, int64_t part, int64_t sum) {
    bool old = m->contract->day < date_to_days((struct date){2024, 7, 1});
    int64_t *const now[] = {&m->late_interest, &m->late_principal, &m->interest, &part, &m->penalty, &m->fees};
    int64_t *const then[] = {&m->late_interest, &m->late_principal, &m->penalty, &m->interest, &part, &m->fees};
    for (int i = 0; i < 6; i++) {
        int64_t *debt = old ? then[i] : now[i], paid = *debt < sum ? *debt : sum;
        *debt -= paid;
        sum -= paid;
        if (debt == &part) m->principal -= paid, m->prepaid += paid;
    }
    return sum;
}

static void model_day(struct model *m) {
    if (!m->open) return;
    if (m->due == m->today) {
        int64_t part = model_part(m, m->period_charged);
        m->prepaid = 0;
        m->advance = m->advance > 0 ? model_pay(m, part, m->advance) : 0;
        part -= m->prepaid;
        m->principal -= part, m->late_principal += part;
        m->late_interest += m->interest, m->interest = 0;
        if (m->since == 0) m->since = m->due;
        if (m->late_principal == part) m->broken = m->today;
        m->period = m->today, m->period_charged = m->prepaid = m->prepaid_interest = 0;
        m->next++;
        m->due = model_due(m);
        model_settle(m);
    }
    m->today++;
    if (!m->open) return;
    m->current[m->today - m->issued] = m->principal;
    m->overdue[m->today - m->issued] = m->late_principal;
    bool a_day = m->contract->day_rate;
    int64_t add = allowed(m, earned(m, m->current, m->period, m->plan.rate, a_day) - m->period_charged);
    m->period_charged += add, m->interest += add;
    if (m->late_principal == 0) return;
    if (m->contract->late_interest) {
        add = allowed(m, earned(m, m->overdue, m->broken, m->plan.rate, a_day) - m->late_charged);
        m->late_charged += add, m->late_interest += add;
    }
    bool by_day = m->contract->penalty_a_day;
    add = allowed(m, earned(m, m->overdue, m->broken, m->contract->penalty, by_day) - m->penalty_charged);
    m->penalty_charged += add, m->penalty += add;
}

/* S·(1 + r)^n, less the payment with its interest n times, leaves less than half a kopeck a payment: r as the formula
 * has it. All in 10^-12 of a kopeck. */
static __int128 annuity_leaves(const struct loan_plan *plan, int64_t sum, int64_t count, int64_t payment,
                               __int128 *half_a_kopeck) {
    __int128 one = 1000000000000, lent = sum * one, paid = 0;
    int64_t whole = INT64_C(1000000) * (plan->unit == SCHEDULE_MONTHS ? 12 : 365), part = plan->rate * plan->length;
    for (int64_t i = 0; i < count; i++) {
        lent = lent * (whole + part) / whole;
        paid = paid * (whole + part) / whole + one;
    }
    *half_a_kopeck = paid / 1000 * 501;
    return lent - paid * payment;
}

static bool is_annuity(const struct loan_plan *plan, int64_t sum, int64_t count, int64_t payment) {
    __int128 half, left = annuity_leaves(plan, sum, count, payment, &half);
    return left <= half && left >= -half;
}

/* The engine's payment must be the formula's, to the kopeck; a tie is its own affair. */
static void model_payment(struct model *m, int64_t sum, int64_t count, int64_t payment) {
    if (m->plan.kind == SCHEDULE_DIFFERENTIATED) assert_int_equal(payment, sum / count);
    if (m->plan.kind == SCHEDULE_ANNUITY) assert_true(is_annuity(&m->plan, sum, count, payment));
    m->payment = payment;
}

/* What the period will have earned on its last day, by the law's bound. */
static int64_t model_period(struct model *m) {
    int64_t today = m->today;
    for (int64_t day = m->today + 1; day <= m->due; day++) m->current[day - m->issued] = m->principal;
    m->today = m->due;
    int64_t interest = earned(m, m->current, m->period, m->plan.rate, m->contract->day_rate);
    m->today = today;
    bool cut = m->most >= 0 && interest - m->period_charged > m->most - m->charged;
    return cut ? m->period_charged + m->most - m->charged : interest;
}

/* … of what is left to pay; of one payment less where the next one's interest is all of it. */
static void model_anew(struct model *m, int64_t payment) {
    int64_t sum = m->principal + m->prepaid, count = m->plan.count - m->next + 1, interest = model_period(m);
    __int128 half = 0;
    if (count > 1 && m->prepaid > 0 && model_part(m, interest) == 0) {
        model_payment(m, m->principal, count - 1, payment);
        return;
    }
    bool eaten = m->plan.kind == SCHEDULE_ANNUITY && count > 1 && !is_annuity(&m->plan, sum, count, payment);
    if (eaten) assert_true(annuity_leaves(&m->plan, sum, count, interest, &half) <= half);
    else if (m->plan.kind == SCHEDULE_ANNUITY && count > 1)
        assert_true(interest <= payment || is_annuity(&m->plan, sum, count - 1, payment));
    model_payment(m, sum, eaten ? count - 1 : count, payment);
}

/* Whether `count` payments of so much are more than pay back what another one before them leaves of `all`. */
static bool too_large(const struct loan_plan *plan, int64_t all, int64_t count, int64_t payment) {
    __int128 unused;
    return annuity_leaves(plan, all - payment, count, payment, &unused) < 0;
}

/* The period's interest so far was paid: the next payment bears the rest of it, and all are the same. */
static void model_rest(struct model *m, int64_t payment) {
    int64_t others = m->plan.count - m->next, before = m->prepaid + m->prepaid_interest + model_period(m);
    int64_t all = m->principal + before;
    if (m->plan.kind != SCHEDULE_ANNUITY || others == 0) {
        model_anew(m, payment);
        return;
    }
    bool level = !too_large(&m->plan, all, others, payment - 1) && too_large(&m->plan, all, others, payment + 2);
    if (!level || payment <= before) { /* the next one's interest is all of it */
        assert_true(too_large(&m->plan, all, others, before + 2));
        model_payment(m, m->principal, others, payment);
    }
    m->payment = payment;
}

static void model_issue(struct model *m, const struct loan_contract *contract, int64_t day, int64_t payment) {
    m->contract = contract;
    m->issued = m->today = m->period = m->broken = m->anchor = day;
    m->principal = m->interest = m->late_principal = m->late_interest = m->penalty = m->fees = m->advance = 0;
    m->period_charged = m->late_charged = m->penalty_charged = m->charged = m->prepaid = m->since = 0;
    m->prepaid_interest = m->due = m->payment = 0;
    m->plan = contract->plan;
    if (contract->first_now && m->plan.unit == SCHEDULE_MONTHS) {
        struct date on = date_from_days(day);
        m->plan.day = on.day;
        m->anchor = date_to_days(date_add_months((struct date){on.year, on.month, 1}, -(int)m->plan.length));
    } else if (contract->first_now) {
        m->anchor = day - m->plan.length;
    }
    m->open = true;
    m->principal = contract->sum;
    m->next = m->plan.count;
    int64_t last = model_due(m), year = date_to_days(date_add_months(date_from_days(day), 12));
    int64_t percent = contract->day < 19539 ? 150 : contract->day < 20544 ? 130 : 100; /* 2023-07-01, 2026-04-01 */
    m->most = contract->instalments || last > year ? -1 : contract->sum * percent / 100;
    m->next = 1;
    m->due = contract->first_now ? day : model_due(m);
    model_payment(m, contract->sum, m->plan.count, payment);
}

static void model_restructure(struct model *m, const struct loan_plan *plan, int64_t payment) {
    m->principal += m->late_principal, m->late_principal = 0;
    m->interest += m->late_interest, m->late_interest = 0;
    m->plan = *plan;
    m->anchor = m->period = m->today;
    m->next = 1, m->prepaid = m->prepaid_interest = m->period_charged = 0;
    model_payment(m, m->principal, plan->count, payment);
    m->due = model_due(m);
}

static void model_extend(struct model *m, int64_t units, int64_t payment) {
    bool late = m->late_principal > 0;
    m->principal += m->late_principal, m->late_principal = 0;
    if (m->due == 0) {
        m->plan.count = m->next = 1, m->plan.length = units, m->plan.day = 0, m->anchor = m->today;
    } else if (m->plan.unit == SCHEDULE_DAYS) {
        m->anchor += units;
    } else {
        if (m->plan.day == 0) m->plan.day = date_from_days(m->anchor).day;
        m->anchor = date_to_days(date_add_months(date_from_days(m->anchor), (int)units));
    }
    if (model_due(m) > m->due) m->due = model_due(m);
    if (late) model_anew(m, payment);
}

/* What was paid is owed again: it is late from today on, but for what of it had not gone to any debt yet. */
static void model_undone(struct model *m, int64_t sum, int64_t fined) {
    int64_t waits = sum < m->advance ? sum : m->advance;
    m->advance -= waits, sum -= waits;
    if (fined > sum) fined = sum;
    if (m->late_principal == 0) m->broken = m->today;
    if (!m->open) m->prepaid = m->prepaid_interest = 0;
    m->penalty += fined, m->late_principal += sum - fined;
    if (m->since == 0 && sum > fined) m->since = m->today;
    m->open = m->open || sum > 0;
}

/* An event that the engine took; its payment where it is reckoned anew. */
static void model_event(struct model *m, const struct loan_event *event, int64_t due_part, int64_t payment) {
    int64_t left = event->sum, early = 0, later, owed;
    bool smaller = event->kind == LOAN_EARLY_PART && event->early == LOAN_SMALLER, rest = false;
    switch (event->kind) {
    case LOAN_ISSUE: break;
    case LOAN_PAYMENT: m->advance += model_pay(m, due_part, left); break;
    case LOAN_GOODS:
        early = left < m->late_principal ? left : m->late_principal;
        m->late_principal -= early, left -= early;
        early = left < m->principal ? left : m->principal;
        m->principal -= early, m->advance += left - early;
        break;
    case LOAN_EARLY_PART:
        later = event->interest_later ? m->interest : 0;
        m->interest -= later;
        owed = m->interest;
        rest = event->interest_later || m->today != m->due; /* else what is to be paid today is owed first */
        left = model_pay(m, rest ? 0 : due_part, left);
        m->interest += later;
        early = left < m->principal ? left : m->principal;
        m->principal -= early, m->advance += left - early;
        rest = rest && m->interest == 0;
        if (!rest) break;
        m->prepaid_interest += m->period_charged > owed ? m->period_charged - owed : 0;
        m->period = m->today, m->period_charged = 0;
        break;
    case LOAN_REPAY_ALL: m->advance = model_pay(m, m->principal, left + m->advance); break;
    case LOAN_FEE: m->fees += left, m->charged += left; break;
    case LOAN_FEE_BACK:
        early = left < m->fees ? left : m->fees;
        m->fees -= early, m->charged -= left, m->advance += left - early;
        break;
    case LOAN_WAIVE: m->penalty -= left; break;
    case LOAN_MOVE: m->due += event->units; break;
    case LOAN_UNDONE: model_undone(m, left, event->penalty); break;
    case LOAN_GIVE: m->advance -= left; break;
    case LOAN_EXTEND: model_extend(m, event->units, payment); break;
    case LOAN_RESTRUCTURE: model_restructure(m, &event->plan, payment); break;
    case LOAN_WRITE_OFF:
        m->principal = m->interest = m->late_principal = m->late_interest = m->penalty = m->fees = 0;
        break;
    }
    if (m->principal > 0 && smaller && early > 0 && rest && !event->interest_later) model_rest(m, payment);
    else if (m->principal > 0 && (event->kind == LOAN_GOODS || (smaller && early > 0))) model_anew(m, payment);
    model_settle(m);
}

static void same(const struct model *m, const struct loan_state *state) {
    const int64_t model[] = {m->late_interest, m->late_principal, m->penalty, m->interest, m->principal, m->fees,
                             m->advance, m->charged, m->due, m->open ? m->today : state->done, m->since};
    const int64_t engine[] = {state->debt[DEBT_OVERDUE_INTEREST], state->debt[DEBT_OVERDUE_PRINCIPAL],
                              state->debt[DEBT_PENALTY], state->debt[DEBT_INTEREST], state->debt[DEBT_PRINCIPAL],
                              state->debt[DEBT_OTHER], state->advance, state->charged, state->due, state->done,
                              state->overdue_since};
    for (size_t i = 0; i < sizeof model / sizeof *model; i++) assert_int_equal(model[i], engine[i]);
    assert_int_equal(m->open, state->status == LOAN_RUNS);
    assert_true(state->charged_most == LAW_NONE || state->charged <= state->charged_most);
}

/* ---- a life ---- */

struct life {
    struct loan_contract contract;
    struct loan_event events[EVENTS];
    size_t count;
    int64_t money, credited, given_up; /* that came; that went to debts from it; waived, lost, goods */
};

static struct loan_event some_event(const struct life *life, const struct loan_state *state) {
    struct loan_event event = {.day = state->done, .early = (enum loan_early)below(2)};
    struct schedule_row next = loan_next(&life->contract, state);
    int64_t chance = state->status == LOAN_RUNS ? below(106) : 103, due = next.principal + next.interest;
    int64_t late = state->debt[DEBT_OVERDUE_INTEREST] + state->debt[DEBT_OVERDUE_PRINCIPAL];
    event.sum = 1 + below(life->contract.sum);
    if (chance < 55) {
        event.kind = LOAN_PAYMENT;
        if (below(3) != 0) event.sum = due + late;
        if (below(6) == 0) event.sum += state->debt[DEBT_PENALTY];
    } else if (chance < 68) {
        event.kind = LOAN_EARLY_PART;
        event.interest_later = below(2) == 0;
    } else if (chance < 76) {
        event.kind = LOAN_WAIVE;
        event.sum = state->debt[DEBT_PENALTY];
    } else if (chance < 82) {
        event.kind = LOAN_FEE;
        event.sum = 1 + below(10000);
    } else if (chance < 88) {
        event.kind = LOAN_EXTEND;
        event.units = 1 + below(state->plan.unit == SCHEDULE_DAYS ? 30 : 2);
    } else if (chance < 92) {
        event.kind = LOAN_RESTRUCTURE;
        event.plan = some_plan(life->contract.instalments);
    } else if (chance < 96) {
        event.kind = LOAN_GOODS;
    } else if (chance < 99) {
        event.kind = LOAN_REPAY_ALL;
        event.sum = loan_quote(&life->contract, state, state->done);
    } else if (chance < 100) {
        event.kind = LOAN_WRITE_OFF;
    } else if (chance < 103) {
        event.kind = LOAN_MOVE;
        event.units = 1 + below(20);
    } else if (chance < 105) {
        event.kind = LOAN_UNDONE;
        event.penalty = below(3) == 0 ? below(event.sum + 1) : 0;
    } else {
        event.kind = LOAN_GIVE;
        event.sum = below(3) == 0 ? -event.sum : state->advance;
    }
    return event;
}

static void happen(struct life *life, struct loan_state *state, struct model *m) {
    struct loan_event event = some_event(life, state);
    struct loan_state before = *state;
    struct loan_parts parts;
    int64_t part = state->due != 0 ? loan_next(&life->contract, state).principal : state->debt[DEBT_PRINCIPAL];
    if (loan_apply(&life->contract, state, &event, &parts, NULL) != LOAN_DONE) {
        same(m, state);
        assert_int_equal(state->payment, before.payment);
        return;
    }
    model_event(m, &event, part, state->payment);
    same(m, state);
    int64_t paid = 0;
    for (size_t i = 0; i < DEBTS; i++) paid += parts.paid[i];
    assert_int_equal(loan_total(&before) - loan_total(state), event.kind == LOAN_FEE ? -event.sum : paid);
    if (event.kind == LOAN_PAYMENT || event.kind == LOAN_EARLY_PART || event.kind == LOAN_REPAY_ALL) {
        assert_int_equal(paid + state->advance - before.advance, event.sum);
        life->money += event.sum;
        life->credited += paid;
    } else if (event.kind == LOAN_UNDONE || event.kind == LOAN_GIVE) {
        assert_int_equal(paid + state->advance - before.advance, -event.sum);
        life->money -= event.sum;
        life->credited += paid;
    } else if (event.kind == LOAN_GOODS) {
        assert_int_equal(paid + parts.advance, event.sum);
        life->money += parts.advance;
        life->given_up += paid;
    } else {
        life->given_up += paid;
    }
    life->events[life->count++] = event;
}

/* What closes it on some later day is what closes it then, and not a kopeck less. */
static void quoted(const struct loan_contract *contract, const struct loan_state *state) {
    struct loan_state ahead = *state;
    struct loan_event all = {.day = state->done + below(60), .kind = LOAN_REPAY_ALL};
    all.sum = loan_quote(contract, state, all.day);
    while (ahead.status == LOAN_RUNS && ahead.done < all.day) (void)loan_step(contract, &ahead, NULL);
    if (ahead.status != LOAN_RUNS) {
        assert_int_equal(all.sum, 0);
        return;
    }
    all.sum--;
    if (all.sum >= 0) assert_int_equal(loan_apply(contract, &ahead, &all, NULL, NULL), LOAN_WRONG_SUM);
    all.sum++;
    assert_int_equal(loan_apply(contract, &ahead, &all, NULL, NULL), LOAN_DONE);
    assert_int_equal(ahead.status, LOAN_CLOSED);
    assert_int_equal(loan_total(&ahead), 0);
    if (all.sum > 0) assert_int_equal(ahead.advance, 0);
}

/* Whoever pays each row on its day and nothing else is never late, has nothing over, and is done with the last. */
static void followed(const struct loan_contract *contract, const struct loan_state *state,
                     const struct schedule_row *rows, size_t count) {
    struct loan_state ahead = *state;
    if (state->overdue_since != 0 || state->debt[DEBT_PENALTY] + state->debt[DEBT_OTHER] + state->advance > 0) return;
    for (size_t i = 0; i < count; i++) {
        struct loan_event pays = {.kind = LOAN_PAYMENT, .sum = rows[i].principal + rows[i].interest};
        pays.day = date_to_days(rows[i].due);
        while (ahead.done < pays.day) (void)loan_step(contract, &ahead, NULL);
        if (pays.sum > 0) assert_int_equal(loan_apply(contract, &ahead, &pays, NULL, NULL), LOAN_DONE);
        assert_int_equal(ahead.overdue_since, 0);
        assert_int_equal(ahead.advance, 0);
        assert_int_equal(ahead.debt[DEBT_INTEREST], 0);
        assert_int_equal(ahead.debt[DEBT_PRINCIPAL], rows[i].balance);
    }
    if (count > 0) assert_int_equal(ahead.status, LOAN_CLOSED);
}

static void scheduled(const struct loan_contract *contract, const struct loan_state *state, bool untouched) {
    struct schedule_row rows[SCHEDULE_MOST], plain[SCHEDULE_MOST];
    size_t count = loan_schedule(contract, state, rows);
    int64_t principal = state->debt[DEBT_PRINCIPAL], before = state->done - 1;
    const struct schedule_row next = loan_next(contract, state), coming = loan_coming(contract, state);
    bool paid = state->due == state->done && next.principal + next.interest == 0; /* told no more */
    assert_int_equal(date_to_days(coming.due), count > 0 ? date_to_days(rows[0].due) : date_to_days((struct date){0}));
    assert_int_equal(coming.principal + coming.interest, count > 0 ? rows[0].principal + rows[0].interest : 0);
    if (count > 0) assert_true((date_to_days(coming.due) == state->due) == !paid);
    for (size_t i = 0; i < count; i++) {
        assert_true(rows[i].principal >= 0 && rows[i].interest >= 0 && date_to_days(rows[i].due) > before);
        principal -= rows[i].principal;
        before = date_to_days(rows[i].due);
        assert_int_equal(rows[i].balance, principal);
    }
    if (state->status == LOAN_RUNS) assert_int_equal(principal, 0);
    followed(contract, state, rows, count);
    if (!untouched || contract->day_rate || state->charged_most != LAW_NONE) return;
    /* A first payment of nothing, due at once, is told no more. */
    if (contract->first_now && (contract->calendar != NULL || state->payment == 0)) return;
    struct schedule_terms terms = {contract->plan.kind, contract->sum, contract->plan.rate,
                                   date_from_days(state->anchor), contract->plan.unit, contract->plan.length,
                                   contract->plan.count, state->plan.day,
                                   contract->plan.unit == SCHEDULE_MONTHS ? contract->calendar : NULL, 0};
    assert_int_equal(schedule_make(&terms, plain), count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(date_to_days(plain[i].due), date_to_days(rows[i].due));
        assert_int_equal(plain[i].principal, rows[i].principal);
        assert_int_equal(plain[i].interest, rows[i].interest);
    }
}

static void gone_through_again(const struct life *life, const struct loan_state *state) {
    static struct loan_line lines[LINES];
    struct loan_trail trail = {.debt = (enum debt)below(DEBTS), .lines = lines, .room = LINES};
    struct loan_state again;
    int64_t sum = 0;
    assert_true(loan_replay(&life->contract, life->events, life->count, state->done, &again, &trail));
    for (size_t i = 0; i < DEBTS; i++) assert_int_equal(again.debt[i], state->debt[i]);
    assert_int_equal(again.status, state->status);
    assert_int_equal(again.charged, state->charged);
    assert_int_equal(again.advance, state->advance);
    assert_int_equal(again.due, state->due);
    assert_int_equal(again.payment, state->payment);
    assert_int_equal(again.earned.part, state->earned.part);
    assert_int_equal(again.fined.part, state->fined.part);
    assert_true(trail.count <= LINES);
    for (size_t i = 0; i < trail.count; i++) {
        assert_true(lines[i].debt == trail.debt && lines[i].from <= lines[i].to && lines[i].reason != 0);
        sum += lines[i].amount;
    }
    assert_int_equal(sum, state->debt[trail.debt]);
}

/* ПСК of regular payments: the root of the law's equation to 10^-9 of the sum rounds to ours. */
static void costs(const struct loan_contract *contract) {
    struct loan_cost cost;
    struct schedule_row rows[SCHEDULE_MOST];
    const struct loan_plan *plan = &contract->plan;
    bool months = plan->unit == SCHEDULE_MONTHS;
    if (contract->first_now || contract->calendar != NULL || plan->day != 0) return;
    if (date_from_days(contract->day).day > 28) return;
    if (loan_lawful(contract, 0, PSK_MONTH_30, &cost) == LOAN_FAULT_PLAN || cost.psk == PSK_NONE || contract->day_rate)
        return;
    struct schedule_terms terms = {plan->kind, contract->sum, plan->rate, date_from_days(contract->day), plan->unit,
                                   plan->length, plan->count, 0, NULL, 0};
    size_t count = schedule_make(&terms, rows);
    if (count < 3) return; /* months or days: the law's tie */
    int64_t low = 0, high = 10 * RATE_ONE;
    __int128 left = 0;
    while (high - low > 1) {
        int64_t rate = low + (high - low) / 2;
        __int128 factor = FACTOR_ONE;
        left = -(__int128)contract->sum * FACTOR_ONE;
        for (size_t i = 0; i < count; i++) {
            factor = factor * RATE_ONE / (RATE_ONE + rate);
            left += (rows[i].principal + rows[i].interest) * factor;
        }
        if (left > 0) low = rate;
        else high = rate;
    }
    __int128 psk = (__int128)low * (months ? 12 : 365) * 100000 / plan->length,
             far = (__int128)cost.psk * RATE_ONE - psk;
    assert_true((left < 0 ? -left : left) < (__int128)contract->sum * (FACTOR_ONE / 1000000000));
    assert_true((far < 0 ? -far : far) * 1000 <= (__int128)RATE_ONE * 501);
    if (!contract->instalments && cost.psk > (contract->day < 19539 ? 365000 : 292000)) /* 2023-07-01 */
        assert_int_not_equal(loan_lawful(contract, 0, PSK_MONTH_30, &cost), LOAN_LAWFUL);
}

static void live(int64_t n) {
    static struct life life;
    static struct model model;
    struct loan_state state = {.status = LOAN_AGREED};
    seed = (uint64_t)n * 977 + 5;
    life.contract = some_contract();
    life.count = 0;
    life.money = life.credited = life.given_up = 0;
    const struct loan_event issue = {.day = life.contract.day + below(4), .kind = LOAN_ISSUE, .sum = life.contract.sum};
    costs(&life.contract);
    if (loan_apply(&life.contract, &state, &issue, NULL, NULL) != LOAN_DONE) {
        assert_int_equal(state.status, LOAN_AGREED);
        return;
    }
    life.events[life.count++] = issue;
    model_issue(&model, &life.contract, issue.day, state.payment);
    same(&model, &state);
    scheduled(&life.contract, &state, true);
    int64_t days = 20 + below(700), often = 3 + below(40), looked = below(days);
    for (int64_t day = 0; day < days && state.status == LOAN_RUNS; day++) {
        struct loan_night night = loan_step(&life.contract, &state, NULL);
        model_day(&model);
        same(&model, &state);
        for (size_t i = 0; i < DEBTS; i++) life.credited += night.paid[i];
        int64_t most = state.debt[DEBT_PRINCIPAL] * 8 / 1000 + 1;
        assert_true(night.interest <= most || state.debt[DEBT_PRINCIPAL] > life.contract.sum);
        if (day == looked) quoted(&life.contract, &state);
        if (day == looked) scheduled(&life.contract, &state, false);
        bool due = state.due == state.done && below(4) != 0;
        while (state.status == LOAN_RUNS && life.count < EVENTS && (due || below(often) == 0)) {
            happen(&life, &state, &model);
            due = false;
        }
        if (state.status == LOAN_CLOSED && life.count < EVENTS && below(2) == 0) happen(&life, &state, &model);
    }
    assert_int_equal(life.contract.sum + state.charged, life.credited + life.given_up + loan_total(&state));
    assert_int_equal(life.money, life.credited + state.advance);
    gone_through_again(&life, &state);
}

static void every_loan_is_as_the_slow_model_has_it(void **unused) {
    (void)unused;
    const char *wanted = getenv("KABINET_SEEDS");
    int64_t loans = wanted != NULL ? atoll(wanted) : 3000;
    const char *first = getenv("KABINET_SEED");
    for (int64_t n = 0; n < loans; n++) {
        if (getenv("KABINET_TELLS") != NULL) fprintf(stderr, "seed %lld\n", (long long)n);
        live(n + (first != NULL ? atoll(first) : 0));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_loan_is_as_the_slow_model_has_it)};
    return cmocka_run_group_tests_name("loan_random", tests, NULL, NULL);
}
