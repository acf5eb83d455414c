/* operator_rules_test.c: ranges of numbers as staff write them; whose a number is (WA-3). */
#include "payments/operator_rules.h"

#include <setjmp.h>

#include <cmocka.h>

static void ranges_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int64_t from, to;
    } table[] = {
        {"916", true, 9160000000, 9169999999},
        {" 985 ", true, 9850000000, 9859999999},
        {"9", true, 9000000000, 9999999999},
        {"9161234567", true, 9161234567, 9161234567},
        {"9160000000-9164999999", true, 9160000000, 9164999999},
        {"9160000000 - 9160000000", true, 9160000000, 9160000000},
        {"", false, 0, 0},
        {"-", false, 0, 0},
        {"495", false, 0, 0},
        {"79161234567", false, 0, 0},
        {"91612345678", false, 0, 0},
        {"9160000001-9160000000", false, 0, 0},
        {"916-917", false, 0, 0},
        {"9160000000-", false, 0, 0},
        {"9160000000-9161-9162", false, 0, 0},
        {"91a", false, 0, 0},
        {"+916", false, 0, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct number_range range = {-1, -1};
        bool good = number_range_read(text_from(table[i].text), &range);
        if (good != table[i].good) fail_msg("%s", table[i].text);
        if (!good) assert_int_equal(range.from, -1); /* untouched */
        if (!good) continue;
        assert_int_equal(range.from, table[i].from);
        assert_int_equal(range.to, table[i].to);
    }
}

static void the_narrowest_counts(void **state) {
    (void)state;
    static const struct number_range ranges[] = {{9160000000, 9169999999}, {9161200000, 9161299999}};
    static const struct {
        const char *number;
        int64_t width;
    } table[] = {
        {"9160000000", 10000000}, {"9169999999", 10000000}, {"9161200000", 100000}, {"9161299999", 100000},
        {"9161300000", 10000000}, {"9159999999", 0},        {"9170000000", 0},      {"916", 0},
        {"", 0},                  {"8160000000", 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(number_range_width(ranges, 2, text_from(table[i].number)), table[i].width);
    assert_int_equal(number_range_width(NULL, 0, TEXT("9160000000")), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(ranges_are_read), cmocka_unit_test(the_narrowest_counts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
