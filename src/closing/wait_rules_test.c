/* wait_rules_test.c: when a cabinet closes that waits to be closed (BK-10). */
#include "closing/wait_rules.h"

#include <setjmp.h>

#include <cmocka.h>

#define AFTER(days) (1700000000 * SECOND + (int64_t)(days)*DAY)

static const struct wait_terms terms = {.notice = 45 * DAY, .again = 30 * DAY};

static void the_notice_runs_first(void **state) {
    (void)state;
    struct closing_wait wait = wait_begun(&terms, CAUSE_OWN, AFTER(0));
    assert_int_equal(wait_step(&terms, &wait, false, AFTER(0)), WAIT_NOT_YET);
    assert_int_equal(wait_step(&terms, &wait, false, AFTER(45) - 1), WAIT_NOT_YET);
    assert_int_equal(wait_step(&terms, &wait, true, AFTER(45) - 1), WAIT_NOT_YET);
    assert_int_equal(wait_step(&terms, &wait, false, AFTER(45)), WAIT_CLOSE);
}

static void by_law_it_closes_as_soon_as_it_can(void **state) {
    (void)state;
    static const enum closing_cause at_once[] = {CAUSE_LAW, CAUSE_DEATH, CAUSE_WANTED};
    for (size_t i = 0; i < sizeof at_once / sizeof *at_once; i++) {
        struct closing_wait wait = wait_begun(&terms, at_once[i], AFTER(0));
        assert_true(cause_of(at_once[i]).suspends);
        assert_int_equal(wait_step(&terms, &wait, false, AFTER(0)), WAIT_CLOSE);
    }
    static const enum closing_cause later[] = {CAUSE_OWN, CAUSE_AGREEMENT, CAUSE_DOCUMENTS};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        assert_true(cause_of(later[i]).waits && !cause_of(later[i]).suspends && cause_of(later[i]).told);
}

static void what_is_in_the_way_is_told_and_told_again(void **state) {
    (void)state;
    struct closing_wait wait = wait_begun(&terms, CAUSE_AGREEMENT, AFTER(0));
    int told = 0;
    for (int day = 0; day <= 45 + 60; day++) {
        enum wait_act act = wait_step(&terms, &wait, true, AFTER(day));
        wait_done(&wait, act, AFTER(day));
        told += act == WAIT_STAY_AND_TELL;
        assert_int_equal(wait_step(&terms, &wait, true, AFTER(day)), WAIT_NOT_YET); /* once a day */
        assert_true(act == WAIT_NOT_YET || day >= 45);
        assert_int_equal(told, day < 45 ? 0 : day < 75 ? 1 : day < 105 ? 2 : 3);
    }
    assert_int_equal(wait_step(&terms, &wait, false, AFTER(106)), WAIT_CLOSE);
}

static void who_is_wanted_hears_nothing(void **state) {
    (void)state;
    static const enum closing_cause silent[] = {CAUSE_WANTED, CAUSE_DEATH};
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        struct closing_wait wait = wait_begun(&terms, silent[i], AFTER(0));
        for (int day = 0; day < 100; day++) {
            enum wait_act act = wait_step(&terms, &wait, true, AFTER(day));
            assert_int_equal(act, WAIT_STAY);
            wait_done(&wait, act, AFTER(day));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_notice_runs_first),
                                       cmocka_unit_test(by_law_it_closes_as_soon_as_it_can),
                                       cmocka_unit_test(what_is_in_the_way_is_told_and_told_again),
                                       cmocka_unit_test(who_is_wanted_hears_nothing)};
    return cmocka_run_group_tests_name("closing_wait_rules", tests, NULL, NULL);
}
