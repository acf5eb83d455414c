/* payment_rules_test.c: fees at their bounds and roundings, states that are final. */
#include "payments/payment_rules.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static void fees(void **state) {
    (void)state;
    static const struct {
        struct fee fee;
        int64_t sum, wanted;
    } rows[] = {
        {{0, 0, 0, 0}, 100000, 0},
        {{100, 0, 0, 0}, 10000, 100},      /* 1 % */
        {{100, 0, 0, 0}, 10049, 100},      /* 1.0049 rounds down */
        {{100, 0, 0, 0}, 10050, 101},      /* … half up */
        {{250, 1000, 0, 0}, 40000, 2000},  /* 2.5 % and 10 */
        {{100, 0, 3000, 0}, 100, 3000},    /* at least 30 */
        {{100, 0, 0, 5000}, 10000000, 5000},
        {{100, 500, 3000, 5000}, 400000, 4500}, /* bounds are of the percentage alone */
        {{0, 700, 0, 0}, 1, 700},
        {{10000, 0, 0, 0}, MONEY_MAX, MONEY_MAX},
        {{10000, MONEY_MAX, 0, 0}, MONEY_MAX, MONEY_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(fee_sound(&rows[i].fee));
        if (fee_on(&rows[i].fee, rows[i].sum) != rows[i].wanted)
            fail_msg("row %zu: %lld", i, (long long)fee_on(&rows[i].fee, rows[i].sum));
    }
}

static void fees_that_cannot_be(void **state) {
    (void)state;
    static const struct fee rows[] = {{-1, 0, 0, 0}, {10001, 0, 0, 0},  {0, -1, 0, 0},           {0, 0, -1, 0},
                                      {0, 0, 0, -1}, {0, 0, 500, 400}, {0, MONEY_MAX + 1, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (fee_sound(&rows[i])) fail_msg("row %zu", i);
}

static void every_state_has_a_name_and_an_end(void **state) {
    (void)state;
    static const enum payment_state open[] = {PAYMENT_CHECKING, PAYMENT_CHECKED, PAYMENT_SENDING, PAYMENT_STUCK};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) assert_false(payment_final(open[i]));
    for (int end = PAYMENT_DONE; end <= PAYMENT_REFUNDED; end++) {
        assert_true(payment_final((enum payment_state)end));
        for (int other = PAYMENT_DONE; other < end; other++)
            assert_string_not_equal(payment_state_name((enum payment_state)end),
                                    payment_state_name((enum payment_state)other));
    }
    for (int reason = REASON_NONE; reason <= REASON_CHANGED; reason++)
        assert_true(strlen(payment_reason_name((enum payment_reason)reason)) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fees),
        cmocka_unit_test(fees_that_cannot_be),
        cmocka_unit_test(every_state_has_a_name_and_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
