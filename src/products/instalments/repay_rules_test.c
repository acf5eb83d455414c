/* repay_rules_test.c: IN-4: what is paid next of several purchases, and which of them a sum pays. */
#include "products/instalments/repay_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PURCHASES 3

/* Two purchases with a payment on day 110, one of them late; a third whose first comes on day 105. */
static const struct due unordered[] = {
    {1, 110, 4000}, {1, 124, 4001}, {0, 110, 2500}, {2, 105, 900}, {0, 0, 3000}, {2, 119, 901},
};
#define COUNT (sizeof unordered / sizeof *unordered)
#define ALL 15302

static void ordered(struct due dues[COUNT]) {
    for (size_t i = 0; i < COUNT; i++) dues[i] = unordered[i];
    dues_sort(dues, COUNT);
}

static void test_order(void **state) {
    static const struct due expected[COUNT] = {
        {0, 0, 3000}, {2, 105, 900}, {0, 110, 2500}, {1, 110, 4000}, {2, 119, 901}, {1, 124, 4001},
    };
    struct due dues[COUNT];
    (void)state;
    ordered(dues);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(dues[i].purchase, expected[i].purchase);
        assert_int_equal(dues[i].day, expected[i].day);
        assert_int_equal(dues[i].sum, expected[i].sum);
    }
}

/* What is late is next whatever else; then all of a day together. */
static void test_next(void **state) {
    static const struct {
        size_t from;
        int64_t day, sum;
    } cases[] = {{0, 0, 3000}, {1, 105, 900}, {2, 110, 6500}, {4, 119, 901}, {5, 124, 4001}, {6, 0, 0}};
    struct due dues[COUNT];
    (void)state;
    ordered(dues);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t day, sum = dues_next(dues + cases[i].from, COUNT - cases[i].from, &day);
        assert_int_equal(sum, cases[i].sum);
        assert_int_equal(day, cases[i].day);
    }
}

static void test_wished(void **state) {
    static const struct {
        enum purchase_wish wish;
        int64_t sum, wished;
    } cases[] = {{PURCHASE_NEXT, 0, 3000},  {PURCHASE_NEXT, 99999, 3000}, {PURCHASE_ANY, 1, 1},
                 {PURCHASE_ANY, ALL, ALL}, {PURCHASE_ANY, ALL + 1, ALL}, {PURCHASE_ALL, 0, ALL}};
    struct due dues[COUNT];
    (void)state;
    ordered(dues);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(dues_wished(dues, COUNT, cases[i].wish, cases[i].sum), cases[i].wished);
    assert_int_equal(dues_wished(dues, 0, PURCHASE_ALL, 0), 0);
}

static void test_split(void **state) {
    static const struct {
        int64_t sum, shares[PURCHASES], left;
    } cases[] = {
        {1, {1, 0, 0}, 0},
        {3000, {3000, 0, 0}, 0},
        {3500, {3000, 0, 500}, 0},
        {6401, {5500, 1, 900}, 0},
        {ALL, {5500, 8001, 1801}, 0},
        {ALL + 7, {5500, 8001, 1801}, 7},
    };
    struct due dues[COUNT];
    (void)state;
    ordered(dues);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t shares[PURCHASES] = {0};
        assert_int_equal(dues_split(dues, COUNT, cases[i].sum, shares), cases[i].left);
        for (size_t k = 0; k < PURCHASES; k++) assert_int_equal(shares[k], cases[i].shares[k]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_next),
                                       cmocka_unit_test(test_wished), cmocka_unit_test(test_split)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
