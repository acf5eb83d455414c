/* interest_test.c: interest as tables: years, rounding, what fractions add up to; rates as they are written. */
#include "lending/interest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int64_t day(const char *text) {
    struct date date;
    assert_true(date_parse(text_from(text), &date));
    return date_to_days(date);
}

static void earned(void **state) {
    (void)state;
    static const struct {
        int64_t balance, rate;
        const char *from, *to;
        int64_t kopecks;
    } rows[] = {
        {100000, 168000, "2015-11-10", "2015-12-10", 1381},          /* published: 30 days of 2015 */
        {100000, 167000, "2015-12-10", "2016-01-10", 1417},          /* published: over the new year */
        {87000000, 90000, "2023-10-03", "2023-11-03", 665014},       /* published: 31 days */
        {87665014, 90000, "2023-11-03", "2023-12-03", 648481},       /* … and the month after it */
        {36500, 10000, "2023-01-01", "2023-01-02", 1},               /* a kopeck a day */
        {18250, 10000, "2023-01-01", "2023-01-02", 1},               /* half of one: up */
        {18249, 10000, "2023-01-01", "2023-01-02", 0},
        {36600, 10000, "2023-12-31", "2024-01-01", 1},               /* the day itself is of a leap year */
        {36500, 10000, "2024-12-31", "2025-01-01", 1},
        {36600, 10000, "2023-12-31", "2024-12-31", 366},             /* a whole leap year */
        {0, 10000, "2023-01-01", "2024-01-01", 0},
        {100, 0, "2023-01-01", "2024-01-01", 0},
        {100, 150000, "2024-02-01", "2024-02-01", 0},                /* no day */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct interest interest = {0, 0};
        interest_add(&interest, rows[i].balance, rows[i].rate, interest_days(day(rows[i].from), day(rows[i].to)));
        assert_int_equal(interest_rounded(&interest), rows[i].kopecks);
    }
}

/* Day by day is the same as at once, to the last part. */
static void by_day(void **state) {
    (void)state;
    struct interest at_once = {0, 0}, daily = {0, 0}, joined = {0, 0};
    int64_t from = day("2019-11-30"), to = day("2025-03-01");
    interest_add(&at_once, 123456789, 132185, interest_days(from, to));
    for (int64_t at = from; at < to; at++) {
        struct interest one = {0, 0};
        interest_add(&daily, 123456789, 132185, interest_days(at, at + 1));
        interest_add(&one, 123456789, 132185, interest_days(at, at + 1));
        interest_join(&joined, &one);
    }
    assert_int_equal(at_once.whole, daily.whole);
    assert_int_equal(at_once.part, daily.part);
    assert_int_equal(joined.whole, daily.whole);
    assert_int_equal(joined.part, daily.part);
}

static void largest(void **state) {
    (void)state;
    struct interest interest = {0, 0};
    interest_add(&interest, INTEREST_BASE_MOST, RATE_MOST, interest_days(day("2023-01-01"), day("2024-01-01")));
    assert_true(interest.whole > INTEREST_BASE_MOST * 9);
    assert_int_equal(year_length(day("2024-05-01")), 366);
    assert_int_equal(year_length(day("1900-05-01")), 365);
}

static void rates(void **state) {
    (void)state;
    static const struct {
        const char *typed;
        int64_t rate;
        const char *written; /* NULL: none */
    } rows[] = {{"15", 150000, "15"},     {"13.218", 132180, "13.218"}, {"13,2185", 132185, "13.2185"},
                {"0.01", 100, "0.01"},    {"0", 0, "0"},                {"1000", RATE_MOST, "1000"},
                {"1000.0001", 0, NULL},   {"", 0, NULL},                {"15.", 0, NULL},
                {".5", 0, NULL},          {"-1", 0, NULL},              {"1.23456", 0, NULL},
                {"15 %", 0, NULL},        {"9999999999", 0, NULL}};
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t rate = -1;
        assert_int_equal(rate_parse(text_from(rows[i].typed), &rate), rows[i].written != NULL);
        if (rows[i].written == NULL) continue;
        assert_int_equal(rate, rows[i].rate);
        assert_string_equal(rate_text(arena, rate).data, rows[i].written);
    }
    struct interest interest = {0, 0};
    interest_add(&interest, 87000000, 90000, (struct year_days){31, 0});
    assert_string_equal(interest_exact(arena, &interest).data, "6650.1369");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(earned), cmocka_unit_test(by_day), cmocka_unit_test(largest),
                                       cmocka_unit_test(rates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
