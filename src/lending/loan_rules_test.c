/* loan_rules_test.c: LO-4, LO-6, IN-3, IN-4: loans as stories, each told by its events and what is owed then. What
 * holds for every loan is in loan_random_test.c. */
#include "lending/loan_law_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LINES 2000

static int64_t day(const char *text) {
    struct date date;
    assert_true(date_parse(text_from(text), &date));
    return date_to_days(date);
}

/* 30 000 for 30 days at 0.8 % a day. */
static struct loan_contract microloan(const char *signed_on) {
    return (struct loan_contract){.day = day(signed_on),
                                  .sum = 3000000,
                                  .plan = {SCHEDULE_BULLET, SCHEDULE_DAYS, 2920000, 30, 1, 0},
                                  .day_rate = true,
                                  .late_interest = true,
                                  .penalty = 200000};
}

static struct loan_contract bank_loan(const char *signed_on) {
    return (struct loan_contract){.day = day(signed_on),
                                  .sum = 10000000,
                                  .plan = {SCHEDULE_ANNUITY, SCHEDULE_MONTHS, 240000, 1, 12, 0},
                                  .late_interest = true,
                                  .penalty = 200000};
}

static struct loan_contract instalments(const char *signed_on) {
    return (struct loan_contract){.day = day(signed_on),
                                  .sum = 1000001,
                                  .plan = {SCHEDULE_ANNUITY, SCHEDULE_DAYS, 0, 14, 4, 0},
                                  .penalty = 200000,
                                  .instalments = true};
}

static struct loan_event event(const char *on, enum loan_event_kind kind, int64_t sum) {
    return (struct loan_event){.day = day(on), .kind = kind, .sum = sum};
}

#define REPLAYED(contract, on, ...) replayed(contract, (const struct loan_event[]){__VA_ARGS__},                       \
             sizeof((const struct loan_event[]){__VA_ARGS__}) / sizeof(struct loan_event), on)
static struct loan_state replayed(const struct loan_contract *contract, const struct loan_event *events, size_t count,
                                  const char *on) {
    struct loan_state state;
    assert_true(loan_replay(contract, events, count, day(on), &state, NULL));
    return state;
}

static void owes(const struct loan_state *state, int64_t principal, int64_t interest, int64_t late_principal,
                 int64_t late_interest, int64_t penalty) {
    assert_int_equal(state->debt[DEBT_PRINCIPAL], principal);
    assert_int_equal(state->debt[DEBT_INTEREST], interest);
    assert_int_equal(state->debt[DEBT_OVERDUE_PRINCIPAL], late_principal);
    assert_int_equal(state->debt[DEBT_OVERDUE_INTEREST], late_interest);
    assert_int_equal(state->debt[DEBT_PENALTY], penalty);
}

static void a_microloan_paid_in_time(void **state) {
    (void)state;
    struct loan_contract contract = microloan("2025-01-10");
    struct loan_state on = REPLAYED(&contract, "2025-01-10", event("2025-01-10", LOAN_ISSUE, 3000000));
    owes(&on, 3000000, 0, 0, 0, 0); /* no interest of the day on which the money went out */
    assert_int_equal(loan_next(&contract, &on).interest, 720000);
    on = REPLAYED(&contract, "2025-01-11", event("2025-01-10", LOAN_ISSUE, 3000000));
    owes(&on, 3000000, 24000, 0, 0, 0);
    assert_int_equal(loan_quote(&contract, &on, day("2025-02-09")), 3720000);
    on = REPLAYED(&contract, "2025-03-01", event("2025-01-10", LOAN_ISSUE, 3000000),
                  event("2025-02-09", LOAN_REPAY_ALL, 3720000));
    assert_int_equal(on.status, LOAN_CLOSED);
    assert_int_equal(loan_total(&on), 0);
    assert_int_equal(on.advance, 0);
}

static void interest_and_penalty_stop_at_the_law_s_bound(void **state) {
    (void)state;
    static const struct {
        const char *signed_on;
        int64_t most;
    } rows[] = {{"2022-01-10", 4500000}, {"2023-07-02", 3900000}, {"2026-03-31", 3900000}, {"2026-04-01", 3000000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct loan_contract contract = microloan(rows[i].signed_on);
        struct loan_event issue = event(rows[i].signed_on, LOAN_ISSUE, contract.sum);
        struct loan_state on;
        assert_true(loan_replay(&contract, &issue, 1, contract.day + 3000, &on, NULL));
        assert_int_equal(on.charged, rows[i].most);
        assert_int_equal(loan_total(&on), contract.sum + rows[i].most);
        struct loan_event fee = {.day = on.done, .kind = LOAN_FEE, .sum = 1};
        assert_int_equal(loan_apply(&contract, &on, &fee, NULL, NULL), LOAN_ABOVE_LAW);
    }
}

static void overdue_a_day_after_the_due_one(void **state) {
    (void)state;
    struct loan_contract contract = bank_loan("2025-01-15");
    struct loan_event issue = event("2025-01-15", LOAN_ISSUE, contract.sum);
    struct loan_state on = REPLAYED(&contract, "2025-02-15", issue);
    struct schedule_row next = loan_next(&contract, &on);
    assert_int_equal(next.interest + next.principal, 945596); /* the annuity */
    owes(&on, 10000000, 203836, 0, 0, 0);                     /* 100 000 × 24 % × 31 / 365 */
    assert_int_equal(loan_days_overdue(&on), 0);
    on = REPLAYED(&contract, "2025-02-16", issue);
    /* a day upon what is overdue: 7 417.60 × 24 % and 20 % / 365; and upon the rest of the principal */
    owes(&on, 10000000 - 741760, 6088, 741760, 203836 + 488, 406);
    assert_int_equal(loan_days_overdue(&on), 1);
    on = REPLAYED(&contract, "2025-02-16", issue, event("2025-02-15", LOAN_PAYMENT, 945596));
    owes(&on, 10000000 - 741760, 6088, 0, 0, 0);
    contract.late_interest = false;
    on = REPLAYED(&contract, "2025-02-16", issue);
    assert_int_equal(on.debt[DEBT_OVERDUE_INTEREST], 203836);
}

static void a_payment_goes_by_the_law_s_order(void **state) {
    (void)state;
    static const struct {
        const char *signed_on, *on;
        int64_t penalty_left;
    } rows[] = {{"2024-07-15", "2024-08-20", 2032}, {"2024-01-15", "2024-02-20", 0}}; /* before it was the third */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct loan_contract contract = bank_loan(rows[i].signed_on);
        struct loan_event issue = event(rows[i].signed_on, LOAN_ISSUE, contract.sum);
        struct loan_state before = REPLAYED(&contract, rows[i].on, issue);
        int64_t late = before.debt[DEBT_OVERDUE_PRINCIPAL] + before.debt[DEBT_OVERDUE_INTEREST];
        assert_true(before.debt[DEBT_PENALTY] > 2000 && before.debt[DEBT_PENALTY] < 2100);
        struct loan_event some = event(rows[i].on, LOAN_PAYMENT, late + 3000);
        struct loan_parts parts;
        struct loan_state after = before;
        assert_int_equal(loan_apply(&contract, &after, &some, &parts, NULL), LOAN_DONE);
        assert_int_equal(after.overdue_since, 0);
        assert_int_equal(after.debt[DEBT_PENALTY], rows[i].penalty_left == 0 ? 0 : before.debt[DEBT_PENALTY]);
        assert_int_equal(parts.paid[DEBT_INTEREST] + parts.paid[DEBT_PENALTY], 3000);
    }
}

static void what_is_too_much_waits_for_the_next_day(void **state) {
    (void)state;
    struct loan_contract contract = bank_loan("2025-01-15");
    struct loan_event issue = event("2025-01-15", LOAN_ISSUE, contract.sum);
    struct loan_state on = REPLAYED(&contract, "2025-02-15", issue, event("2025-02-15", LOAN_PAYMENT, 2000000));
    assert_int_equal(on.advance, 2000000 - 945596);
    on = REPLAYED(&contract, "2025-03-16", issue, event("2025-02-15", LOAN_PAYMENT, 2000000));
    assert_int_equal(on.advance, 2000000 - 2 * 945596);
    assert_int_equal(on.overdue_since, 0);
    on = REPLAYED(&contract, "2025-04-16", issue, event("2025-02-15", LOAN_PAYMENT, 2000000));
    assert_int_equal(on.advance, 0);
    assert_int_equal(loan_days_overdue(&on), 1);
    assert_int_equal(on.debt[DEBT_OVERDUE_PRINCIPAL] + on.debt[DEBT_OVERDUE_INTEREST] - (3 * 945596 - 2000000),
                     on.charged - on.debt[DEBT_PENALTY] - on.debt[DEBT_INTEREST] - 3 * 945596 + 10000000 -
                         on.debt[DEBT_PRINCIPAL]); /* one payment's rest, and a day's interest upon it */
}

static void early_repayment_makes_it_shorter_or_smaller(void **state) {
    (void)state;
    struct loan_contract contract = bank_loan("2025-01-15");
    struct loan_event issue = event("2025-01-15", LOAN_ISSUE, contract.sum);
    struct loan_event early = event("2025-02-15", LOAN_EARLY_PART, 5000000);
    struct schedule_row rows[SCHEDULE_MOST];
    early.early = LOAN_SHORTER;
    struct loan_state on = REPLAYED(&contract, "2025-02-16", issue, event("2025-02-15", LOAN_PAYMENT, 945596), early);
    assert_int_equal(on.debt[DEBT_PRINCIPAL], 10000000 - 741760 - 5000000);
    assert_int_equal(loan_schedule(&contract, &on, rows), 5);
    assert_int_equal(rows[0].principal + rows[0].interest, 945596);
    early.early = LOAN_SMALLER;
    on = REPLAYED(&contract, "2025-02-16", issue, event("2025-02-15", LOAN_PAYMENT, 945596), early);
    assert_int_equal(loan_schedule(&contract, &on, rows), 11);
    assert_true(rows[0].principal + rows[0].interest < 500000);
    assert_int_equal(rows[10].balance, 0);
    struct loan_event all = event("2025-02-16", LOAN_REPAY_ALL, loan_quote(&contract, &on, on.done) - 1);
    assert_int_equal(loan_apply(&contract, &on, &all, NULL, NULL), LOAN_WRONG_SUM);
    all.sum++;
    assert_int_equal(loan_apply(&contract, &on, &all, NULL, NULL), LOAN_DONE);
    assert_int_equal(on.status, LOAN_CLOSED);
}

/* 60 000 at 149.9 % in six months. */
static struct loan_contract dear_loan(const char *signed_on) {
    return (struct loan_contract){.day = day(signed_on),
                                  .sum = 6000000,
                                  .plan = {SCHEDULE_ANNUITY, SCHEDULE_MONTHS, 1499000, 1, 6, 0},
                                  .late_interest = true,
                                  .penalty = 200000};
}

#define FINE 1000000000 /* parts of a kopeck */

/* The least payment, one each time, that closes it with the last of `rows`: each day earns by itself, unrounded. */
static int64_t level_payment(const struct loan_contract *contract, int64_t from, int64_t owed,
                             const struct schedule_row *rows, size_t count) {
    int64_t low = 0, high = owed * 2;
    while (high - low > 1) {
        int64_t payment = low + (high - low) / 2, on = from;
        __int128 left = (__int128)owed * FINE;
        for (size_t i = 0; i < count; i++) {
            __int128 interest = 0;
            for (; on < date_to_days(rows[i].due); on++)
                interest += left * contract->plan.rate / (RATE_UNIT * year_length(on + 1));
            left += interest - (__int128)payment * FINE;
        }
        if (left > 0) low = payment;
        else high = payment;
    }
    return high;
}

/* Asked for on whatever day of the period, the payments grow smaller, are alike, and end when they would have ended. */
static void a_smaller_payment_ends_on_the_same_day(void **state) {
    (void)state;
    struct loan_contract contract = dear_loan("2026-10-30");
    struct loan_event issue = event("2026-10-30", LOAN_ISSUE, contract.sum);
    struct schedule_row before[SCHEDULE_MOST], rows[SCHEDULE_MOST];
    for (int64_t after = 1; after <= 31; after++) {
        struct loan_event early = {.day = issue.day + after, .kind = LOAN_EARLY_PART, .early = LOAN_SMALLER};
        struct loan_state on;
        assert_true(loan_replay(&contract, &issue, 1, early.day, &on, NULL));
        assert_int_equal(loan_schedule(&contract, &on, before), 6);
        early.sum = 2500000;
        assert_int_equal(loan_apply(&contract, &on, &early, NULL, NULL), LOAN_DONE);
        size_t count = loan_schedule(&contract, &on, rows), paid = after == 31; /* that payment is in the sum */
        assert_int_equal(count, 6 - paid);
        assert_int_equal(date_to_days(rows[count - 1].due), date_to_days(before[5].due));
        int64_t level = level_payment(&contract, on.done, on.debt[DEBT_PRINCIPAL], rows, count);
        for (size_t i = 0; i < count; i++) {
            int64_t payment = rows[i].principal + rows[i].interest;
            assert_true(payment < before[i + paid].principal + before[i + paid].interest);
            assert_true(payment * 100 > level * 97 && payment * 100 < level * 103); /* the formula's months are alike */
        }
    }
}

/* Who pays more on the day than that day's payment has paid it, and the rest early. */
static void on_the_day_itself_that_payment_comes_first(void **state) {
    (void)state;
    struct loan_contract contract = dear_loan("2026-10-30");
    struct loan_event issue = event("2026-10-30", LOAN_ISSUE, contract.sum);
    struct loan_event early = event("2026-11-30", LOAN_EARLY_PART, 2500000);
    struct loan_state first = REPLAYED(&contract, "2026-11-30", issue);
    const struct schedule_row due = loan_next(&contract, &first);
    int64_t payment = due.principal + due.interest;
    for (int way = LOAN_SHORTER; way <= LOAN_SMALLER; way++) {
        early.early = (enum loan_early)way;
        early.sum = 2500000;
        struct loan_state one = REPLAYED(&contract, "2026-12-01", issue, early);
        early.sum -= payment;
        struct loan_state two =
            REPLAYED(&contract, "2026-12-01", issue, event("2026-11-30", LOAN_PAYMENT, payment), early);
        assert_memory_equal(&one, &two, sizeof one);
        assert_int_equal(one.overdue_since, 0);
    }
    early.sum = payment - 1; /* not even that one: nothing is early, nothing is smaller */
    struct loan_state less = REPLAYED(&contract, "2026-12-01", issue, early);
    assert_int_equal(less.debt[DEBT_OVERDUE_PRINCIPAL], 1);
    assert_int_equal(less.payment, first.payment);
}

static void comes(const struct loan_contract *contract, const struct loan_state *state, const char *on, int64_t payment,
                  size_t left) {
    struct schedule_row rows[SCHEDULE_MOST];
    const struct schedule_row coming = loan_coming(contract, state);
    assert_int_equal(date_to_days(coming.due), day(on));
    assert_int_equal(coming.principal + coming.interest, payment);
    assert_int_equal(loan_schedule(contract, state, rows), left);
    assert_int_equal(date_to_days(rows[0].due), day(on));
    assert_int_equal(rows[0].principal + rows[0].interest, payment);
}

/* What is told of the evening on which a payment was made, before the night has come by. */
static void once_today_s_is_paid_the_next_month_s_comes(void **state) {
    (void)state;
    struct loan_contract contract = bank_loan("2025-01-15");
    struct loan_event issue = event("2025-01-15", LOAN_ISSUE, contract.sum);
    struct loan_state on = REPLAYED(&contract, "2025-02-15", issue);
    comes(&contract, &on, "2025-02-15", 945596, 12);
    on = REPLAYED(&contract, "2025-02-15", issue, event("2025-02-15", LOAN_PAYMENT, 945595));
    comes(&contract, &on, "2025-02-15", 1, 12);
    on = REPLAYED(&contract, "2025-02-15", issue, event("2025-02-15", LOAN_PAYMENT, 945596));
    comes(&contract, &on, "2025-03-15", 945596, 11);
    assert_int_equal(date_to_days(loan_next(&contract, &on).due), on.done); /* the night has yet to end it */
    const struct schedule_row evening = loan_coming(&contract, &on);
    (void)loan_step(&contract, &on, NULL);
    comes(&contract, &on, "2025-03-15", evening.principal + evening.interest, 11);

    struct loan_contract shop = instalments("2026-05-01"); /* paid before its day: that day is still told */
    issue = event("2026-05-01", LOAN_ISSUE, shop.sum);
    on = REPLAYED(&shop, "2026-05-14", issue, event("2026-05-10", LOAN_PAYMENT, 250000));
    comes(&shop, &on, "2026-05-15", 0, 4);
    (void)loan_step(&shop, &on, NULL);
    comes(&shop, &on, "2026-05-29", 250000, 3);

    struct loan_event fee = event("2025-01-10", LOAN_FEE, 9900), last = event("2025-02-09", LOAN_PAYMENT, 3720000);
    struct schedule_row rows[SCHEDULE_MOST];
    contract = microloan("2025-01-10"); /* the last one: the service beside it is left, and no payment comes */
    on = REPLAYED(&contract, "2025-02-09", event("2025-01-10", LOAN_ISSUE, contract.sum), fee, last);
    assert_int_equal(loan_total(&on), 9900);
    assert_int_equal(on.due, on.done);
    assert_int_equal(loan_coming(&contract, &on).due.year, 0);
    assert_int_equal(loan_schedule(&contract, &on, rows), 0);
    last.sum += 9900;
    on = REPLAYED(&contract, "2025-02-09", event("2025-01-10", LOAN_ISSUE, contract.sum), fee, last);
    assert_int_equal(on.status, LOAN_CLOSED);
    assert_int_equal(loan_coming(&contract, &on).due.year, 0);
}

static void the_money_waits_and_earns_nothing(void **state) {
    (void)state;
    struct loan_contract contract = bank_loan("2025-09-10");
    contract.sum = 25000000;
    struct loan_state on = {.status = LOAN_AGREED};
    struct loan_event issue = event("2025-09-11", LOAN_ISSUE, contract.sum);
    assert_int_equal(loan_apply(&contract, &on, &issue, NULL, NULL), LOAN_WAITS);
    issue.day++;
    assert_int_equal(loan_apply(&contract, &on, &issue, NULL, NULL), LOAN_DONE);
    assert_int_equal(loan_quote(&contract, &on, issue.day), contract.sum);
    (void)loan_step(&contract, &on, NULL);
    assert_int_equal(on.debt[DEBT_INTEREST], 16438); /* one day, not three */
}

static void goods_come_back_to_the_kopeck(void **state) {
    (void)state;
    struct loan_contract contract = instalments("2026-05-01");
    struct loan_event issue = event("2026-05-01", LOAN_ISSUE, contract.sum);
    struct schedule_row rows[SCHEDULE_MOST];
    struct loan_state on = REPLAYED(&contract, "2026-05-15", issue);
    assert_int_equal(loan_next(&contract, &on).principal, 250000);
    on = REPLAYED(&contract, "2026-05-16", issue, event("2026-05-15", LOAN_PAYMENT, 250000),
                  event("2026-05-16", LOAN_GOODS, 333333));
    assert_int_equal(loan_schedule(&contract, &on, rows), 3);
    assert_int_equal(rows[0].principal + rows[1].principal + rows[2].principal, 1000001 - 250000 - 333333);
    assert_int_equal(rows[0].principal, 138889);
    assert_int_equal(rows[2].principal, 138890);
    struct loan_parts parts;
    struct loan_event all = event("2026-05-16", LOAN_GOODS, 1000001 - 333333);
    assert_int_equal(loan_apply(&contract, &on, &all, &parts, NULL), LOAN_DONE);
    assert_int_equal(on.status, LOAN_CLOSED);
    assert_int_equal(parts.advance, 250000); /* to be given back */
    struct loan_contract other = bank_loan("2026-05-01");
    on = REPLAYED(&other, "2026-05-16", event("2026-05-01", LOAN_ISSUE, other.sum));
    assert_int_equal(loan_apply(&other, &on, &all, NULL, NULL), LOAN_NOT_SO);
}

static void one_payment_comes_later(void **state) {
    (void)state;
    struct loan_contract contract = instalments("2026-05-01");
    struct loan_event issue = event("2026-05-01", LOAN_ISSUE, contract.sum);
    struct loan_event move = {.day = day("2026-05-10"), .kind = LOAN_MOVE, .units = 13};
    struct schedule_row rows[SCHEDULE_MOST];
    struct loan_state on = REPLAYED(&contract, "2026-05-10", issue, move); /* of the 15th, 29th, … */
    assert_int_equal(on.due, day("2026-05-28"));
    assert_int_equal(loan_schedule(&contract, &on, rows), 4);
    assert_int_equal(date_to_days(rows[1].due), day("2026-05-29"));
    on = REPLAYED(&contract, "2026-05-29", issue, move, event("2026-05-28", LOAN_PAYMENT, 250000));
    assert_int_equal(on.overdue_since, 0);
    assert_int_equal(on.due, day("2026-05-29"));
    move.day = day("2026-05-29");
    move.units = 14; /* onto the next one's day */
    assert_int_equal(loan_apply(&contract, &on, &move, NULL, NULL), LOAN_WRONG_PLAN);
    on = REPLAYED(&contract, "2026-05-30", issue, event("2026-05-15", LOAN_PAYMENT, 250000));
    move.day = day("2026-05-30");
    assert_int_equal(loan_apply(&contract, &on, &move, NULL, NULL), LOAN_IS_OVERDUE);
}

static void the_first_payment_at_once(void **state) {
    (void)state;
    struct loan_contract contract = instalments("2026-05-31");
    struct loan_event issue = event("2026-05-31", LOAN_ISSUE, contract.sum);
    struct schedule_row rows[SCHEDULE_MOST];
    contract.plan = (struct loan_plan){SCHEDULE_ANNUITY, SCHEDULE_MONTHS, 0, 1, 4, 0};
    contract.first_now = true;
    struct loan_state on = REPLAYED(&contract, "2026-05-31", issue);
    static const char *const days[] = {"2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31"};
    assert_int_equal(loan_schedule(&contract, &on, rows), 4);
    for (size_t i = 0; i < 4; i++) assert_int_equal(date_to_days(rows[i].due), day(days[i]));
    on = REPLAYED(&contract, "2026-06-01", issue);
    assert_int_equal(loan_days_overdue(&on), 1);
    assert_int_equal(on.debt[DEBT_OVERDUE_PRINCIPAL], 250000);
}

/* A bank takes a payment back: it is owed at once. */
static void a_payment_is_undone(void **state) {
    (void)state;
    struct loan_contract contract = instalments("2026-05-01");
    struct loan_event issue = event("2026-05-01", LOAN_ISSUE, contract.sum);
    struct loan_event undone = event("2026-05-20", LOAN_UNDONE, 300000);
    struct loan_parts parts;
    struct loan_state on = REPLAYED(&contract, "2026-05-20", issue, event("2026-05-15", LOAN_PAYMENT, 300000));
    assert_int_equal(loan_apply(&contract, &on, &undone, &parts, NULL), LOAN_DONE);
    owes(&on, 750001, 0, 250000, 0, 0);
    assert_int_equal(parts.paid[DEBT_OVERDUE_PRINCIPAL], -250000);
    assert_int_equal(parts.advance, -50000);
    assert_int_equal(loan_days_overdue(&on), 0);
    (void)loan_step(&contract, &on, NULL);
    assert_int_equal(loan_days_overdue(&on), 1);
    assert_int_equal(on.debt[DEBT_PENALTY], 137); /* 2 500 × 20 % / 365 */

    /* A closed one is owed again, after days on which nothing was; what had paid penalties earns none. */
    on = REPLAYED(&contract, "2026-09-01", issue, event("2026-05-15", LOAN_REPAY_ALL, 1000001 + 700),
                  event("2026-08-31", LOAN_UNDONE, 1000701));
    assert_int_equal(on.advance, 0);
    owes(&on, 0, 0, 1000001, 0, 548);
    struct loan_event fined = event("2026-05-15", LOAN_UNDONE, 1000);
    fined.penalty = 400;
    on = REPLAYED(&contract, "2026-05-15", issue, event("2026-05-15", LOAN_REPAY_ALL, 1000001), fined);
    owes(&on, 0, 0, 600, 0, 400);
    on = REPLAYED(&contract, "2026-05-15", issue, event("2026-05-15", LOAN_REPAY_ALL, 1000701));
    struct loan_event give = event("2026-05-15", LOAN_GIVE, 701);
    assert_int_equal(loan_apply(&contract, &on, &give, NULL, NULL), LOAN_WRONG_SUM);
    give.sum = 700;
    assert_int_equal(loan_apply(&contract, &on, &give, NULL, NULL), LOAN_DONE);
    assert_int_equal(on.advance, 0);
    assert_int_equal(on.status, LOAN_CLOSED);
    struct loan_contract other = bank_loan("2026-05-01");
    on = REPLAYED(&other, "2026-05-20", event("2026-05-01", LOAN_ISSUE, other.sum));
    assert_int_equal(loan_apply(&other, &on, &undone, NULL, NULL), LOAN_NOT_SO);
}

static void extended_and_restructured(void **state) {
    (void)state;
    struct loan_contract contract = microloan("2025-01-10");
    struct loan_event issue = event("2025-01-10", LOAN_ISSUE, contract.sum);
    struct loan_event extend = {.day = day("2025-02-09"), .kind = LOAN_EXTEND, .units = 10};
    struct loan_state on = REPLAYED(&contract, "2025-02-09", issue, event("2025-02-09", LOAN_PAYMENT, 720000), extend);
    assert_int_equal(on.due, day("2025-02-19"));
    assert_int_equal(loan_next(&contract, &on).principal + loan_next(&contract, &on).interest, 3240000);
    extend.day = day("2025-02-15"); /* after its day: what is late is paid first */
    on = REPLAYED(&contract, "2025-02-15", issue);
    assert_int_equal(loan_apply(&contract, &on, &extend, NULL, NULL), LOAN_IS_OVERDUE);
    struct loan_event late = event("2025-02-15", LOAN_PAYMENT, on.debt[DEBT_OVERDUE_INTEREST]);
    struct loan_event forgive = event("2025-02-15", LOAN_WAIVE, on.debt[DEBT_PENALTY]);
    assert_int_equal(loan_apply(&contract, &on, &late, NULL, NULL), LOAN_DONE);
    assert_int_equal(loan_apply(&contract, &on, &forgive, NULL, NULL), LOAN_DONE);
    assert_int_equal(loan_apply(&contract, &on, &extend, NULL, NULL), LOAN_DONE);
    assert_int_equal(on.due, day("2025-02-25"));
    owes(&on, 3000000, 0, 0, 0, 0);
    assert_int_equal(on.overdue_since, 0);

    on = REPLAYED(&contract, "2025-03-01", issue);
    int64_t penalty = on.debt[DEBT_PENALTY], interest = on.debt[DEBT_OVERDUE_INTEREST];
    struct loan_event anew = {.day = on.done, .kind = LOAN_RESTRUCTURE,
                              .plan = {SCHEDULE_ANNUITY, SCHEDULE_MONTHS, 365000, 1, 6, 0}};
    struct schedule_row rows[SCHEDULE_MOST];
    assert_int_equal(loan_apply(&contract, &on, &anew, NULL, NULL), LOAN_DONE);
    owes(&on, 3000000, interest, 0, 0, penalty);
    assert_int_equal(loan_schedule(&contract, &on, rows), 6);
    assert_true(rows[0].interest > interest && rows[1].interest < 100000);
    anew.plan.rate = 2920001;
    assert_int_equal(loan_apply(&contract, &on, &anew, NULL, NULL), LOAN_ABOVE_LAW);
    struct loan_event lost = {.day = on.done, .kind = LOAN_WRITE_OFF};
    struct loan_parts parts;
    assert_int_equal(loan_apply(&contract, &on, &lost, &parts, NULL), LOAN_DONE);
    assert_int_equal(parts.paid[DEBT_PRINCIPAL], 3000000);
    assert_int_equal(on.status, LOAN_WRITTEN_OFF);
    assert_int_equal(loan_total(&on), 0);
}

/* A service that is refused is owed no more; what of it was paid waits for the next payment. */
static void a_service_is_refused(void **state) {
    (void)state;
    struct loan_contract contract = microloan("2025-01-10");
    struct loan_event issue = event("2025-01-10", LOAN_ISSUE, contract.sum), fee = event("2025-01-10", LOAN_FEE, 9900);
    struct loan_event back = event("2025-01-10", LOAN_FEE_BACK, 9900);
    struct loan_parts parts;
    struct loan_state on = REPLAYED(&contract, "2025-01-10", issue, fee);
    owes(&on, 3000000, 0, 0, 0, 0);
    assert_int_equal(on.debt[DEBT_OTHER], 9900);
    assert_int_equal(loan_apply(&contract, &on, &back, &parts, NULL), LOAN_DONE);
    assert_int_equal(on.debt[DEBT_OTHER], 0);
    assert_int_equal(on.charged, 0);
    assert_int_equal(parts.paid[DEBT_OTHER], 9900);
    assert_int_equal(loan_apply(&contract, &on, &back, &parts, NULL), LOAN_WRONG_SUM); /* it was never charged */

    back.day = day("2025-01-20"); /* two services, of which one and a part of the other are paid */
    on = REPLAYED(&contract, "2025-01-20", issue, fee, fee, event("2025-01-20", LOAN_EARLY_PART, 240000 + 15000));
    assert_int_equal(on.debt[DEBT_OTHER], 4800);
    assert_int_equal(loan_apply(&contract, &on, &back, &parts, NULL), LOAN_DONE);
    assert_int_equal(parts.paid[DEBT_OTHER], 4800);
    assert_int_equal(parts.advance, 5100);
    assert_int_equal(on.advance, 5100);

    struct loan_event nearly = event("2025-01-20", LOAN_EARLY_PART, 3000000 + 240000 + 9900 - 1);
    on = REPLAYED(&contract, "2025-01-20", issue, fee, nearly);
    assert_int_equal(loan_total(&on), 1);
    assert_int_equal(on.debt[DEBT_PRINCIPAL], 1);
    assert_int_equal(loan_apply(&contract, &on, &back, &parts, NULL), LOAN_DONE);
    assert_int_equal(on.status, LOAN_RUNS);
    assert_int_equal(on.advance, 9900);
}

static void a_sum_says_why(void **state) {
    (void)state;
    struct loan_contract contract = bank_loan("2023-11-15");
    struct loan_event events[] = {event("2023-11-15", LOAN_ISSUE, contract.sum),
                                  event("2024-01-10", LOAN_PAYMENT, 800000)};
    struct loan_line lines[LINES];
    struct loan_state on;
    struct loan_trail trail = {.debt = DEBT_INTEREST, .lines = lines, .room = LINES};
    assert_true(loan_replay(&contract, events, 2, day("2024-01-10"), &on, &trail));
    /* since 15 December, over the new year, of what was not paid then */
    assert_int_equal(trail.count, 2);
    assert_int_equal(lines[0].from, day("2023-12-16"));
    assert_int_equal(lines[0].to, day("2023-12-31"));
    assert_int_equal(lines[0].year, 365);
    assert_int_equal(lines[1].year, 366);
    assert_int_equal(lines[1].balance, 10000000 - 748336);
    assert_int_equal(lines[0].amount + lines[1].amount, on.debt[DEBT_INTEREST]);
    struct loan_trail penalty = {.debt = DEBT_PENALTY, .lines = lines, .room = LINES};
    events[1].sum = 1000000;
    assert_true(loan_replay(&contract, events, 2, day("2024-01-10"), &on, &penalty));
    assert_int_equal(penalty.count, 0); /* of 2023: the penalty was paid third */
    penalty.count = 0;
    assert_true(loan_replay(&contract, events, 1, day("2024-01-10"), &on, &penalty));
    assert_string_equal(loan_line_source(&contract, &lines[0]), "353-FZ, article 5, part 21: 20 % a year");
    struct loan_trail narrow = {.debt = DEBT_PENALTY, .lines = lines, .room = 1};
    assert_true(loan_replay(&contract, events, 1, day("2024-01-10"), &on, &narrow));
    assert_int_equal(narrow.count, penalty.count); /* says how much room it would want */
}

static void what_the_law_forbids(void **state) {
    (void)state;
    struct loan_contract good = microloan("2025-01-10"), one;
    struct loan_cost cost;
    assert_int_equal(loan_lawful(&good, 0, PSK_MONTH_30, &cost), LOAN_LAWFUL);
    assert_int_equal(cost.psk, 292000);
    assert_int_equal(cost.total, 3720000);
    assert_int_equal(cost.last, day("2025-02-09"));
    assert_int_equal(loan_lawful(&good, 100, PSK_MONTH_30, &cost), LOAN_FAULT_PSK);
    one = good, one.plan.rate++;
    assert_int_equal(loan_lawful(&one, 0, PSK_MONTH_30, &cost), LOAN_FAULT_RATE);
    one = good, one.penalty++;
    assert_int_equal(loan_lawful(&one, 0, PSK_MONTH_30, &cost), LOAN_FAULT_PENALTY);
    one.late_interest = false, one.penalty = 365000;
    assert_int_equal(loan_lawful(&one, 0, PSK_MONTH_30, &cost), LOAN_LAWFUL);
    one.penalty++;
    assert_int_equal(loan_lawful(&one, 0, PSK_MONTH_30, &cost), LOAN_FAULT_PENALTY);
    one = good, one.plan.length = 180; /* 144 % of the sum */
    assert_int_equal(loan_lawful(&one, 0, PSK_MONTH_30, &cost), LOAN_FAULT_OVERPAYMENT);
    one.day = day("2022-01-10"); /* ×1.5 then */
    assert_int_equal(loan_lawful(&one, 0, PSK_MONTH_30, &cost), LOAN_LAWFUL);
    one = good, one.plan.count = 0;
    assert_int_equal(loan_lawful(&one, 0, PSK_MONTH_30, &cost), LOAN_FAULT_PLAN);

    struct loan_contract shop = instalments("2026-05-01");
    assert_int_equal(loan_lawful(&shop, 0, PSK_MONTH_30, &cost), LOAN_LAWFUL);
    assert_int_equal(loan_lawful(&shop, 1, PSK_MONTH_30, &cost), LOAN_FAULT_PRICE);
    shop.plan = (struct loan_plan){SCHEDULE_ANNUITY, SCHEDULE_MONTHS, 0, 1, 6, 0};
    assert_int_equal(loan_lawful(&shop, 0, PSK_MONTH_30, &cost), LOAN_LAWFUL);
    shop.day = day("2028-04-01");
    assert_int_equal(loan_lawful(&shop, 0, PSK_MONTH_30, &cost), LOAN_FAULT_TERM);
    shop.plan.count = 4;
    assert_int_equal(loan_lawful(&shop, 0, PSK_MONTH_30, &cost), LOAN_LAWFUL);
    shop.penalty++;
    assert_int_equal(loan_lawful(&shop, 0, PSK_MONTH_30, &cost), LOAN_FAULT_PENALTY);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_microloan_paid_in_time),
                                       cmocka_unit_test(interest_and_penalty_stop_at_the_law_s_bound),
                                       cmocka_unit_test(overdue_a_day_after_the_due_one),
                                       cmocka_unit_test(a_payment_goes_by_the_law_s_order),
                                       cmocka_unit_test(what_is_too_much_waits_for_the_next_day),
                                       cmocka_unit_test(early_repayment_makes_it_shorter_or_smaller),
                                       cmocka_unit_test(a_smaller_payment_ends_on_the_same_day),
                                       cmocka_unit_test(on_the_day_itself_that_payment_comes_first),
                                       cmocka_unit_test(once_today_s_is_paid_the_next_month_s_comes),
                                       cmocka_unit_test(the_money_waits_and_earns_nothing),
                                       cmocka_unit_test(goods_come_back_to_the_kopeck),
                                       cmocka_unit_test(one_payment_comes_later),
                                       cmocka_unit_test(the_first_payment_at_once),
                                       cmocka_unit_test(a_payment_is_undone),
                                       cmocka_unit_test(extended_and_restructured),
                                       cmocka_unit_test(a_service_is_refused),
                                       cmocka_unit_test(a_sum_says_why),
                                       cmocka_unit_test(what_the_law_forbids)};
    return cmocka_run_group_tests_name("loan_rules", tests, NULL, NULL);
}
