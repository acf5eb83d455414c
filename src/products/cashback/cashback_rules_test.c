/* cashback_rules_test.c: which rule decides and what it gives, as tables; and properties over many random purchases. */
#include "products/cashback/cashback_rules.h"

#include "base/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define HOME TEXT("home")

static void gives(void **state) {
    (void)state;
    static const struct {
        struct cashback_rule rule;
        int64_t sum, cashback;
    } cases[] = {
        {{.bp = 100}, 10000, 100},
        {{.bp = 100}, 99, 0},        /* 0,99 kopeck: rounded down */
        {{.bp = 100}, 199, 1},
        {{.bp = 333}, 100000, 3330},
        {{.bp = 0}, 100000, 0},
        {{.bp = CASHBACK_BP_MOST}, MONEY_MAX, MONEY_MAX / 2},
        {{.bp = 1000, .operation_most = 500}, 4999, 499},
        {{.bp = 1000, .operation_most = 500}, 5001, 500},
        {{.bp = 1000, .operation_most = 500}, 900000, 500},
        {{.bp = 1000, .month_most = 1000}, 5000, 500},
        {{.bp = 1000, .month_most = 1000, .used = 600}, 5000, 400},
        {{.bp = 1000, .month_most = 1000, .used = 1000}, 5000, 0},
        {{.bp = 1000, .month_most = 1000, .used = 1500}, 5000, 0}, /* the bound was lowered since */
        {{.bp = 1000, .operation_most = 300, .month_most = 1000, .used = 900}, 5000, 100},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cashback_of(&cases[i].rule, cases[i].sum), cases[i].cashback);
}

static void applies(void **state) {
    (void)state;
    const struct cashback_purchase payment = {.provider = 7, .category = HOME, .sum = 5000, .at = 100};
    const struct cashback_purchase card = {.mcc = 5411, .sum = 5000, .at = 100};
    const struct {
        struct cashback_rule rule;
        bool payment, card;
    } cases[] = {
        {{.bp = 1}, true, true},
        {{.provider = 7}, true, false},
        {{.provider = 8}, false, false},
        {{.category = HOME}, true, false},
        {{.category = TEXT("games")}, false, false},
        {{.mcc = 5411}, false, true},
        {{.mcc = 5412}, false, false},
        {{.least = 5000}, true, true},
        {{.least = 5001}, false, false},
        {{.since = 100}, true, true},
        {{.since = 101}, false, false},
        {{.until = 101}, true, true},
        {{.until = 100}, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cashback_applies(&cases[i].rule, &payment), cases[i].payment);
        assert_int_equal(cashback_applies(&cases[i].rule, &card), cases[i].card);
    }
}

static void decides(void **state) {
    (void)state;
    const struct cashback_purchase payment = {.provider = 7, .category = HOME, .sum = 10000, .at = 100};
    const struct {
        struct cashback_rule rules[3];
        size_t chosen;
        int64_t sum;
    } cases[] = {
        {{{.provider = 8}, {.category = TEXT("games"), .bp = 100}, {.mcc = 1, .bp = 100}}, 3, 0},
        {{{.bp = 500}, {.category = HOME, .bp = 200}, {.provider = 7, .bp = 100}}, 2, 100},   /* the most specific */
        {{{.bp = 500}, {.category = HOME, .bp = 200}, {.provider = 8, .bp = 900}}, 1, 200},
        {{{.bp = 100}, {.bp = 300}, {.bp = 200}}, 1, 300},                                      /* then the highest */
        {{{.bp = 300, .operation_most = 50}, {.bp = 100}, {.bp = 99}}, 1, 100},                 /* … now */
        {{{.bp = 100}, {.bp = 100}, {.bp = 100}}, 0, 100},                                      /* then the first */
        {{{.bp = 500}, {.category = HOME, .bp = 0}, {.bp = 900}}, 1, 0},                        /* 0 % excludes */
        {{{.bp = 500}, {.provider = 7, .bp = 100, .month_most = 5, .used = 5}, {.bp = 1}}, 1, 0},
        {{{.bp = 500}, {.provider = 7, .bp = 900, .least = 10001}, {.bp = 1}}, 0, 500},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t sum;
        assert_int_equal(cashback_choose(cases[i].rules, 3, &payment, &sum), cases[i].chosen);
        assert_int_equal(sum, cases[i].sum);
    }
}

static void sound(void **state) {
    (void)state;
    const struct {
        struct cashback_rule rule;
        bool good;
    } cases[] = {
        {{.bp = 100}, true},
        {{.bp = CASHBACK_BP_MOST}, true},
        {{.bp = CASHBACK_BP_MOST + 1}, false},
        {{.bp = -1}, false},
        {{.provider = 1, .category = HOME}, false},
        {{.provider = 1, .mcc = 1}, false},
        {{.mcc = 10000}, false},
        {{.since = 5, .until = 5}, false},
        {{.since = 5, .until = 6}, true},
        {{.least = -1}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cashback_sound(&cases[i].rule), cases[i].good);
}

static void keeps(void **state) {
    (void)state;
    static const int64_t cases[][4] = {
        {1250, 100000, 0, 1250}, {1250, 100000, 100000, 0}, {1250, 100000, 50000, 625}, {1250, 100000, 1, 1249},
        {1, 100000, 1, 0},       {0, 100, 50, 0},           {MONEY_MAX / 2, MONEY_MAX, 1, MONEY_MAX / 2 - 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cashback_kept(cases[i][0], cases[i][1], cases[i][2]), cases[i][3]);
}

/* Whatever is bought and given back: never above what the rule allows, never more than half of what was paid in the
 * end, a month is never passed, and giving back in pieces ends where giving back at once does. */
static void holds_for_all(void **state) {
    (void)state;
    struct world *world = world_simulated(4711, 1000);
    for (int run = 0; run < 20000; run++) {
        struct cashback_rule rule = {.bp = (int64_t)world_random_below(world, CASHBACK_BP_MOST + 1),
                                     .operation_most = (int64_t)world_random_below(world, 3) * 700,
                                     .month_most = (int64_t)world_random_below(world, 3) * 2000};
        for (int purchase = 0; purchase < 5; purchase++) {
            int64_t sum = 1 + (int64_t)world_random_below(world, 300000), gives = cashback_of(&rule, sum);
            assert_true(gives >= 0 && gives <= sum / 2);
            assert_true(rule.operation_most == 0 || gives <= rule.operation_most);
            assert_true(gives * 10000 <= sum * rule.bp);
            rule.used += gives;
            assert_true(rule.month_most == 0 || rule.used <= rule.month_most);
            int64_t returned = 0, kept = gives;
            while (returned < sum) {
                returned += 1 + (int64_t)world_random_below(world, (uint64_t)(sum - returned));
                int64_t now = cashback_kept(gives, sum, returned);
                assert_true(now >= 0 && now <= kept && now <= (sum - returned) / 2);
                kept = now;
            }
            assert_int_equal(kept, 0);
        }
    }
    world_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(gives), cmocka_unit_test(applies), cmocka_unit_test(decides),
                                       cmocka_unit_test(sound), cmocka_unit_test(keeps),
                                       cmocka_unit_test(holds_for_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
