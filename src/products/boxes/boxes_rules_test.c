/* boxes_rules_test.c: the rules of money boxes as tables. */
#include "products/boxes/boxes_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void fills(void **state) {
    (void)state;
    static const struct {
        enum fill_kind kind;
        int64_t amount, sum, fill;
    } cases[] = {
        {FILL_ROUND, 1000, 12345, 655},   {FILL_ROUND, 1000, 12000, 0},  {FILL_ROUND, 1000, 1, 999},
        {FILL_ROUND, 5000, 12345, 2655},  {FILL_ROUND, 10000, 99, 9901}, {FILL_ROUND, 10000, MONEY_MAX, 0},
        {FILL_PERCENT, 1000, 12345, 1234}, {FILL_PERCENT, 1, 9999, 0},   {FILL_PERCENT, 1, 10000, 1},
        {FILL_PERCENT, 10000, 777, 777},  {FILL_PERCENT, 10000, MONEY_MAX, MONEY_MAX},
        {FILL_SCHEDULE, 50000, 0, 50000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(fill_of(cases[i].kind, cases[i].amount, cases[i].sum), cases[i].fill);
}

static void goals(void **state) {
    (void)state;
    static const struct {
        int64_t wanted, goal, balance, fill;
        int percent;
    } cases[] = {
        {500, 0, 7000, 500, -1},    {500, 10000, 0, 500, 0},      {500, 10000, 9600, 400, 96},
        {500, 10000, 10000, 0, 100}, {500, 10000, 20000, 0, 100}, {500, 10000, 9999, 1, 99},
        {500, MONEY_MAX, MONEY_MAX - 1, 1, 99},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(fill_up_to(cases[i].wanted, cases[i].goal, cases[i].balance), cases[i].fill);
        assert_int_equal(box_percent(cases[i].balance, cases[i].goal), cases[i].percent);
    }
    assert_true(box_reached(9999, 10000, 10000));
    assert_false(box_reached(10000, 11000, 10000));
    assert_false(box_reached(0, 9999, 10000));
    assert_false(box_reached(0, 9999, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(fills), cmocka_unit_test(goals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
