/* order_rules_test.c: what is done about what the acquirer says (WA-2), as a table of every state and word. */
#include "acquiring/order_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SUM 50000

static void decides_orders(void **state) {
    (void)state;
    static const struct {
        enum order_state state;
        const char *word, *reference, *told_reference;
        int64_t told;
        enum order_step step;
    } table[] = {
        {ORDER_CREATED, "paid", NULL, "r1", SUM, STEP_CREDIT},
        {ORDER_CREATED, "paid", NULL, "r1", SUM + 1, STEP_CONTRADICTS}, /* another sum is another order */
        {ORDER_CREATED, "paid", NULL, "r1", 0, STEP_CONTRADICTS},
        {ORDER_CREATED, "declined", NULL, "", SUM, STEP_FAIL},
        {ORDER_CREATED, "cancelled", NULL, "", SUM, STEP_FAIL},
        {ORDER_CREATED, "expired", NULL, "", SUM, STEP_FAIL},
        {ORDER_CREATED, "pending", NULL, "", SUM, STEP_NOTHING},
        {ORDER_CREATED, "PAID", NULL, "r1", SUM, STEP_CONTRADICTS}, /* a word we do not know */
        {ORDER_CREATED, "", NULL, "r1", SUM, STEP_CONTRADICTS},
        /* told again */
        {ORDER_PAID, "paid", "r1", "r1", SUM, STEP_NOTHING},
        {ORDER_PAID, "paid", "r1", "r2", SUM, STEP_CONTRADICTS},
        {ORDER_PAID, "paid", "r1", "r1", SUM + 1, STEP_CONTRADICTS},
        {ORDER_PAID, "declined", "r1", "r1", SUM, STEP_CONTRADICTS},
        {ORDER_PAID, "cancelled", "r1", "r1", SUM, STEP_CONTRADICTS},
        {ORDER_PAID, "pending", "r1", "r1", SUM, STEP_CONTRADICTS},
        {ORDER_DECLINED, "declined", NULL, "", SUM, STEP_NOTHING},
        {ORDER_DECLINED, "paid", NULL, "r1", SUM, STEP_CONTRADICTS},
        {ORDER_DECLINED, "cancelled", NULL, "", SUM, STEP_CONTRADICTS},
        {ORDER_CANCELLED, "cancelled", NULL, "", SUM, STEP_NOTHING},
        {ORDER_CANCELLED, "paid", NULL, "r1", SUM, STEP_CONTRADICTS},
        /* we gave up; they did take the money */
        {ORDER_EXPIRED, "paid", NULL, "r1", SUM, STEP_CREDIT},
        {ORDER_EXPIRED, "declined", NULL, "", SUM, STEP_NOTHING},
        {ORDER_EXPIRED, "expired", NULL, "", SUM, STEP_NOTHING},
        /* on its way back */
        {ORDER_REFUNDING, "paid", "r1", "r1", SUM, STEP_NOTHING},
        {ORDER_REFUNDED, "paid", "r1", "r1", SUM, STEP_NOTHING},
        {ORDER_STUCK, "paid", "r1", "r1", SUM, STEP_NOTHING},
        {ORDER_REFUNDED, "declined", "r1", "r1", SUM, STEP_CONTRADICTS},
        /* taken back by the payer's bank */
        {ORDER_PAID, "reversed", "r1", "r1", SUM, STEP_REVERSE},
        {ORDER_PAID, "reversed", "r1", "r2", SUM, STEP_CONTRADICTS},
        {ORDER_PAID, "reversed", "r1", "r1", SUM - 1, STEP_CONTRADICTS},
        {ORDER_REVERSED, "reversed", "r1", "r1", SUM, STEP_NOTHING},
        {ORDER_REVERSED, "paid", "r1", "r1", SUM, STEP_NOTHING}, /* told late: before it was taken back */
        {ORDER_REVERSED, "paid", "r1", "r2", SUM, STEP_CONTRADICTS},
        {ORDER_REVERSED, "declined", "r1", "r1", SUM, STEP_CONTRADICTS},
        {ORDER_CREATED, "reversed", NULL, "r1", SUM, STEP_FAIL}, /* "paid" is still on its way */
        {ORDER_EXPIRED, "reversed", NULL, "r1", SUM, STEP_FAIL},
        {ORDER_STUCK, "reversed", "r1", "r1", SUM, STEP_FAIL},
        {ORDER_REFUNDING, "reversed", "r1", "r1", SUM, STEP_CONTRADICTS},
        {ORDER_REFUNDED, "reversed", "r1", "r1", SUM, STEP_CONTRADICTS},
        {ORDER_DECLINED, "reversed", NULL, "r1", SUM, STEP_CONTRADICTS},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct order_news news = {.state = table[i].state,
                                        .ordered_minor = SUM,
                                        .reference = text_from(table[i].reference),
                                        .outcome = order_outcome_from(text_from(table[i].word)),
                                        .told_minor = table[i].told,
                                        .told_reference = text_from(table[i].told_reference)};
        enum order_step step = order_decide(&news);
        if (step != table[i].step)
            fail_msg("row %zu (%s, %s): %d, wanted %d", i, order_state_name(table[i].state), table[i].word, (int)step,
                     (int)table[i].step);
    }
}

/* Whatever is said, money enters an account only where none has entered or been refused before. */
static void credits_at_most_once(void **state) {
    (void)state;
    static const char *const words[] = {"paid", "declined", "cancelled", "expired", "pending", "reversed", "?"};
    for (int at = ORDER_CREATED; at <= ORDER_REVERSED; at++)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            const struct order_news news = {.state = (enum order_state)at,
                                            .ordered_minor = SUM,
                                            .outcome = order_outcome_from(text_from(words[i])),
                                            .told_minor = SUM};
            if (order_decide(&news) != STEP_CREDIT) continue;
            assert_true(at == ORDER_CREATED || at == ORDER_EXPIRED);
            assert_string_equal(words[i], "paid");
        }
}

/* What has come goes again only where it has come, and has not gone yet. */
static void reverses_at_most_once(void **state) {
    (void)state;
    for (int at = ORDER_CREATED; at <= ORDER_REVERSED; at++) {
        const struct order_news news = {.state = (enum order_state)at,
                                        .ordered_minor = SUM,
                                        .outcome = OUTCOME_REVERSED,
                                        .told_minor = SUM};
        assert_int_equal(order_decide(&news) == STEP_REVERSE, at == ORDER_PAID);
    }
}

static void waits_longer_and_longer(void **state) {
    (void)state;
    static const struct {
        enum order_state state;
        int64_t age;
        int seconds;
    } table[] = {
        {ORDER_CREATED, 0, 2},
        {ORDER_CREATED, 29 * SECOND, 2},
        {ORDER_CREATED, 30 * SECOND, 10},
        {ORDER_CREATED, 9 * MINUTE, 10},
        {ORDER_CREATED, HOUR, 60},
        {ORDER_REFUNDING, HOUR, 60},
        {ORDER_PAID, 0, 0},
        {ORDER_DECLINED, 0, 0},
        {ORDER_STUCK, 0, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(order_refresh_s(table[i].state, table[i].age), table[i].seconds);
}

static void callbacks_are_timely(void **state) {
    (void)state;
    const moment now = INT64_C(1800000000) * SECOND + 999999;
    static const struct {
        int64_t stamp_s;
        bool timely;
    } table[] = {
        {1800000000, true}, {1800000300, true}, {1799999700, true}, {1800000301, false}, {1799999699, false},
        {0, false},         {-1, false},        {INT64_MAX, false}, {INT64_MIN, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(callback_timely(table[i].stamp_s, now), table[i].timely);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_orders),
        cmocka_unit_test(credits_at_most_once),
        cmocka_unit_test(reverses_at_most_once),
        cmocka_unit_test(waits_longer_and_longer),
        cmocka_unit_test(callbacks_are_timely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
