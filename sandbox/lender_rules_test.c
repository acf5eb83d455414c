/* lender_rules_test.c: what the lender's loans cost, and that what is owed is what was promised. */
#include "sandbox/lender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void promises(void **state) {
    (void)state;
    struct lent_terms terms;
    assert_true(lent_terms(&lendings[0], 100000, 7, 20000, &terms));
    assert_true(terms.count == 1 && terms.total == 105600 && terms.psk == 292000 && terms.dues[0].day == 20007);
    assert_true(lent_terms(&lendings[1], 1000000, 12, 20000, &terms));
    assert_int_equal(terms.count, 12);
    int64_t first = terms.dues[0].sum, last = terms.dues[11].sum, all = 0;
    for (size_t i = 0; i < terms.count; i++) all += terms.dues[i].sum;
    assert_true(all == terms.total && last <= first && last > first - 100);
    assert_true(terms.psk > 85000 && terms.psk < 95000); /* 90 % a year by the day, as days fall into months */
    assert_false(lent_terms(&lendings[0], 99999, 7, 20000, &terms));
    assert_false(lent_terms(&lendings[0], 100000, 31, 20000, &terms));
}

/* Paid on each day that was promised, nothing is left in the end. */
static void owes_what_it_promised(void **state) {
    (void)state;
    for (int i = 0; i < LENDINGS; i++) {
        struct lent_terms terms;
        int64_t since;
        assert_true(lent_terms(&lendings[i], 1234500, lendings[i].term_most, 20000, &terms));
        struct owing owing = {.principal = terms.sum, .day = terms.day};
        for (size_t k = 0; k < terms.count; k++) {
            owing_until(&lendings[i], &terms, &owing, terms.dues[k].day);
            assert_int_equal(owing_overdue(&terms, &owing, &since), 0);
            owing_pay(&owing, terms.dues[k].sum);
        }
        assert_int_equal(owing_all(&owing), 0);
    }
}

static void grows_when_late(void **state) {
    (void)state;
    struct lent_terms terms;
    int64_t since;
    lent_terms(&lendings[0], 100000, 7, 20000, &terms);
    struct owing owing = {.principal = terms.sum, .day = terms.day};
    owing_until(&lendings[0], &terms, &owing, 20007);
    assert_true(owing_all(&owing) == 105600 && owing_overdue(&terms, &owing, &since) == 0);
    owing_until(&lendings[0], &terms, &owing, 20017);
    assert_int_equal(owing_interest(&owing), 13600);
    assert_true(owing_penalty(&owing) > 400 && owing_penalty(&owing) < 600);
    assert_true(owing_overdue(&terms, &owing, &since) >= 105600 && since == 20007);
    int64_t all = owing_all(&owing);
    owing_pay(&owing, all - 1);
    assert_int_equal(owing_all(&owing), 1);
    owing_pay(&owing, 1);
    assert_int_equal(owing_all(&owing), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promises),
        cmocka_unit_test(owes_what_it_promised),
        cmocka_unit_test(grows_when_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
