/* psk_rules_test.c: the full cost of credit: base periods, parts of months, and costs known beforehand. The published
 * examples are in the golden files. */
#include "lending/psk_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define D(year_, month_, day_)                                                                                         \
    (struct date) {                                                                                                    \
        (year_), (month_), (day_)                                                                                      \
    }

static void finds_the_base_period(void **state) {
    (void)state;
    static const struct {
        struct psk_flow flows[5];
        size_t count;
        enum psk_unit unit;
        int64_t length;
    } cases[] = {
        {{{{2026, 9, 1}, -1}, {{2026, 10, 1}, 1}, {{2026, 11, 1}, 1}, {{2026, 12, 1}, 1}}, 4, PSK_MONTHS, 1},
        {{{{2026, 9, 1}, -1}, {{2026, 10, 1}, 1}, {{2026, 10, 31}, 1}, {{2026, 11, 30}, 1}}, 4, PSK_DAYS, 30},
        /* two of 31 days that are months, too */
        {{{{2026, 7, 1}, -1}, {{2026, 8, 1}, 1}, {{2026, 9, 1}, 1}}, 3, PSK_MONTHS, 1},
        /* the last days of months */
        {{{{2027, 1, 31}, -1}, {{2027, 2, 28}, 1}, {{2027, 3, 31}, 1}, {{2027, 4, 30}, 1}}, 4, PSK_MONTHS, 1},
        {{{{2026, 1, 1}, -1}, {{2026, 1, 8}, 1}, {{2026, 1, 15}, 1}, {{2026, 2, 15}, 1}}, 4, PSK_DAYS, 7},
        /* a tie goes to the smaller */
        {{{{2026, 1, 1}, -1}, {{2026, 1, 15}, 1}, {{2026, 1, 29}, 1}, {{2026, 2, 5}, 1}, {{2026, 2, 12}, 1}}, 5,
         PSK_DAYS,
         7},
        /* nothing comes again: the mean, 17.5 days up */
        {{{{2026, 1, 1}, -1}, {{2026, 1, 11}, 1}, {{2026, 2, 5}, 1}}, 3, PSK_DAYS, 18},
        {{{{2026, 1, 1}, -1}, {{2026, 1, 31}, 1}}, 2, PSK_DAYS, 30},
        {{{{2026, 1, 1}, -1}, {{2029, 1, 1}, 1}, {{2033, 1, 1}, 1}}, 3, PSK_MONTHS, 12},
        {{{{2026, 1, 1}, -1}, {{2026, 4, 1}, 1}, {{2026, 7, 1}, 1}, {{2026, 10, 1}, 1}}, 4, PSK_MONTHS, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct psk_period period = psk_period_of(cases[i].flows, cases[i].count);
        if (period.unit != cases[i].unit || period.length != cases[i].length)
            fail_msg("%zu: %d, %lld", i, period.unit, (long long)period.length);
    }
}

static void reckons_what_is_known_beforehand(void **state) {
    (void)state;
    const struct psk_flow year[] = {{D(2026, 1, 1), -10000}, {D(2027, 1, 1), 11000}};
    assert_int_equal(psk_of(year, 2, PSK_MONTH_30), 10000);
    const struct psk_flow free[] = {{D(2026, 1, 1), -10000}, {D(2026, 2, 1), 5000}, {D(2026, 3, 1), 5000}};
    assert_int_equal(psk_of(free, 3, PSK_MONTH_30), 0);
    /* 1 % a month on the whole, paid each month, the sum at the end */
    const struct psk_flow monthly[] = {
        {D(2026, 1, 15), -100000}, {D(2026, 2, 15), 1000}, {D(2026, 3, 15), 1000}, {D(2026, 4, 15), 101000}};
    assert_int_equal(psk_of(monthly, 4, PSK_MONTH_30), 12000);
    /* nobody pays back what he got: there is no cost to be found */
    const struct psk_flow short_of[] = {{D(2026, 1, 1), -10000}, {D(2026, 2, 1), 9000}};
    assert_int_equal(psk_of(short_of, 2, PSK_MONTH_30), PSK_NONE);
    const struct psk_flow back[] = {{D(2026, 2, 1), -10000}, {D(2026, 1, 1), 11000}};
    assert_int_equal(psk_of(back, 2, PSK_MONTH_30), PSK_NONE);
    assert_int_equal(psk_of(year, 1, PSK_MONTH_30), PSK_NONE);
    /* as dear as anybody may be asked: 250 % a week */
    const struct psk_flow dear[] = {{D(2026, 1, 1), -10000}, {D(2026, 1, 8), 35000}};
    assert_int_equal(psk_of(dear, 2, PSK_MONTH_30), 13035714);
}

/* 15 days after a month's end, by each divisor: 0.5, 0.4932 and 15/31 of a month. */
static void parts_of_a_month(void **state) {
    (void)state;
    const struct psk_flow flows[] = {
        {D(2026, 1, 1), -100000}, {D(2026, 2, 1), 1000}, {D(2026, 3, 1), 1000}, {D(2026, 3, 16), 100500}};
    assert_int_equal(psk_of(flows, 4, PSK_MONTH_30), 12000);
    int64_t mean = psk_of(flows, 4, PSK_MONTH_MEAN), own = psk_of(flows, 4, PSK_MONTH_OWN);
    assert_true(mean > 12000 && own > mean && own < 12250);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_base_period),
        cmocka_unit_test(reckons_what_is_known_beforehand),
        cmocka_unit_test(parts_of_a_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
