/* schedule_rules_test.c: published schedules (golden.tsv has them again, read from the file) and what holds for every
 * contract, tried with random ones: KABINET_SEEDS of them. */
#include "lending/schedule_rules.h"

#include "base/money.h"
#include "lending/interest.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

#define MONTHLY(...)                                                                                                   \
    (struct schedule_terms) { .unit = SCHEDULE_MONTHS, .length = 1, __VA_ARGS__ }

static int64_t total_interest(const struct schedule_row *rows, size_t count) {
    int64_t all = 0;
    for (size_t i = 0; i < count; i++) all += rows[i].interest;
    return all;
}

static void the_formula_is_the_published_one(void **state) {
    (void)state;
    static const struct {
        int64_t sum, count, rate, payment;
    } rows[] = {
        {11000000, 60, 129000, 249721}, {10000000, 3, 120000, 3400221}, {10000000, 12, 120000, 888488},
        {50000000, 12, 115000, 4430753}, {10000, 3, 0, 3333},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct schedule_terms terms =
            MONTHLY(.sum = rows[i].sum, .count = rows[i].count, .rate = rows[i].rate, .from = {2024, 1, 10});
        assert_int_equal(annuity_payment(&terms), rows[i].payment);
    }
    struct schedule_terms terms = MONTHLY(.sum = 1, .count = 60, .rate = 129000);
    assert_int_equal(annuity_sum(&terms, 249721), 10999997);
    terms.rate = 0;
    assert_int_equal(annuity_sum(&terms, 249721), 60 * 249721);
}

static void schedules_are_the_published_ones(void **state) {
    (void)state;
    static const struct {
        struct schedule_terms terms;
        int64_t interest, last;
    } cases[] = {
        {{.sum = 50000000, .count = 12, .rate = 115000, .from = {2018, 10, 25}, .day = 25, .length = 1}, 3168422,
         4430139},
        {{.sum = 100000, .count = 4, .rate = 50000, .from = {2021, 7, 6}, .length = 1}, 1057, 0},
        {{.sum = 80000, .count = 12, .rate = 30000, .from = {2016, 2, 22}, .length = 1}, 1299, 0},
        {{.sum = 5479848, .count = 25, .rate = 171210, .from = {2022, 1, 16}, .length = 1}, 1071102, 0},
        {{.kind = SCHEDULE_BULLET, .sum = 5000000, .count = 12, .rate = 115000, .from = {2016, 10, 25}, .length = 1},
         574713, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct schedule_row rows[SCHEDULE_MOST];
        size_t count = schedule_make(&cases[i].terms, rows);
        assert_int_equal(count, cases[i].terms.count);
        assert_int_equal(total_interest(rows, count), cases[i].interest);
        if (cases[i].last != 0)
            assert_int_equal(rows[count - 1].principal + rows[count - 1].interest, cases[i].last);
    }
}

static void the_day_is_the_month_s_last_where_it_is_shorter(void **state) {
    (void)state;
    struct schedule_terms terms = MONTHLY(.sum = 100000, .count = 14, .from = {2023, 12, 31}, .day = 31);
    assert_int_equal(date_to_days(schedule_due(&terms, 2)), date_to_days((struct date){2024, 2, 29}));
    assert_int_equal(date_to_days(schedule_due(&terms, 3)), date_to_days((struct date){2024, 3, 31}));
    assert_int_equal(date_to_days(schedule_due(&terms, 14)), date_to_days((struct date){2025, 2, 28}));
    terms = (struct schedule_terms){.unit = SCHEDULE_DAYS, .length = 14, .from = {2024, 2, 20}};
    assert_int_equal(date_to_days(schedule_due(&terms, 1)), date_to_days((struct date){2024, 3, 5}));
}

static void a_larger_payment_ends_it_sooner(void **state) {
    (void)state;
    struct schedule_terms terms = MONTHLY(.sum = 10000000, .count = 24, .rate = 240000, .from = {2024, 5, 7});
    struct schedule_row rows[SCHEDULE_MOST];
    terms.payment = annuity_payment(&terms) * 2;
    size_t count = schedule_make(&terms, rows);
    assert_true(count < 13);
    assert_true(rows[count - 1].principal + rows[count - 1].interest <= terms.payment);
    assert_int_equal(rows[count - 1].balance, 0);
}

static void what_cannot_be_is_not_valid(void **state) {
    (void)state;
    const struct schedule_terms good = MONTHLY(.sum = 1, .count = 1, .from = {2024, 1, 1});
    assert_true(schedule_valid(&good));
    struct schedule_terms wrong[] = {good, good, good, good, good, good, good};
    wrong[0].sum = 0;
    wrong[1].count = 0;
    wrong[2].count = SCHEDULE_MOST + 1;
    wrong[3].rate = -1;
    wrong[4].length = 0;
    wrong[5].day = 32;
    wrong[6].sum = SCHEDULE_SUM_MOST + 1;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_false(schedule_valid(&wrong[i]));
}

/* ---- for all contracts ---- */

static uint64_t seed;

static int64_t below(int64_t most) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((seed >> 33) % (uint64_t)most);
}

static struct schedule_terms some_contract(void) {
    bool days = below(3) == 0;
    struct schedule_terms terms = {.kind = (enum schedule_kind)below(3),
                                   .sum = 1 + below(below(2) == 0 ? 100000 : 1000000000),
                                   .rate = below(4) == 0 ? 0 : below(2920001),
                                   .from = date_from_days(18000 + below(4000)),
                                   .unit = days ? SCHEDULE_DAYS : SCHEDULE_MONTHS,
                                   .length = 1 + below(days ? 30 : 3),
                                   .count = 1 + below(60)};
    if (!days && below(2) == 0) terms.day = 1 + (int)below(31);
    return terms;
}

/* Each row's interest day by day, by whoever does not know of spans: exact parts of a kopeck, rounded once. */
static int64_t interest_day_by_day(int64_t balance, int64_t rate, struct date from, struct date to) {
    __int128 parts = 0;
    for (int64_t day = date_to_days(from) + 1; day <= date_to_days(to); day++) {
        int year = date_from_days(day).year;
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        parts += (__int128)balance * rate * (leap ? 365 : 366);
    }
    const __int128 whole = (__int128)1000000 * 365 * 366;
    return (int64_t)((parts * 2 + whole) / (whole * 2));
}

static void every_schedule_closes_and_adds_up(void **state) {
    (void)state;
    const char *wanted = getenv("KABINET_SEEDS");
    int64_t contracts = wanted != NULL ? atoll(wanted) : 20000;
    for (int64_t n = 0; n < contracts; n++) {
        seed = (uint64_t)n * 977 + 1;
        struct schedule_terms terms = some_contract();
        struct schedule_row rows[SCHEDULE_MOST];
        assert_true(schedule_valid(&terms));
        size_t count = schedule_make(&terms, rows);
        int64_t balance = terms.sum;
        struct date from = terms.from;
        assert_true(count >= 1 && (int64_t)count <= terms.count);
        for (size_t i = 0; i < count; i++) {
            assert_true(date_to_days(rows[i].due) > date_to_days(from));
            assert_int_equal(rows[i].interest, interest_day_by_day(balance, terms.rate, from, rows[i].due));
            assert_true(rows[i].principal >= 0 && rows[i].principal <= balance);
            balance -= rows[i].principal;
            assert_int_equal(rows[i].balance, balance);
            from = rows[i].due;
        }
        assert_int_equal(balance, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_formula_is_the_published_one),
                                       cmocka_unit_test(schedules_are_the_published_ones),
                                       cmocka_unit_test(the_day_is_the_month_s_last_where_it_is_shorter),
                                       cmocka_unit_test(a_larger_payment_ends_it_sooner),
                                       cmocka_unit_test(what_cannot_be_is_not_valid),
                                       cmocka_unit_test(every_schedule_closes_and_adds_up)};
    return cmocka_run_group_tests_name("schedule_rules", tests, NULL, NULL);
}
