/* closing_rules_test.c: see closing_rules.h. */
#include "closing/closing_rules.h"

#include <setjmp.h>

#include <cmocka.h>

#define LAST (1000 * DAY)
#define AFTER(days) (LAST + (days)*DAY)

static const struct idle_terms terms = {366 * DAY, 30 * DAY, 7 * DAY, 30 * DAY};

static void each_step_has_its_day(void **state) {
    (void)state;
    static const struct {
        struct idle idle;
        moment now;
        enum idle_act act;
        moment due;
    } rows[] = {
        {{IDLE_AWAKE, LAST, 0}, LAST, IDLE_NOTHING, AFTER(336)},
        {{IDLE_AWAKE, LAST, 0}, AFTER(336) - 1, IDLE_NOTHING, AFTER(336)},
        {{IDLE_AWAKE, LAST, 0}, AFTER(336), IDLE_WARN, AFTER(336)},
        {{IDLE_AWAKE, LAST, 0}, AFTER(4000), IDLE_WARN, AFTER(336)}, /* however late: first a warning */
        {{IDLE_WARNED, LAST, AFTER(336)}, AFTER(359) - 1, IDLE_NOTHING, AFTER(359)},
        {{IDLE_WARNED, LAST, AFTER(336)}, AFTER(359), IDLE_WARN_AGAIN, AFTER(359)},
        {{IDLE_WARNED, LAST, AFTER(337)}, AFTER(359), IDLE_NOTHING, AFTER(360)},
        {{IDLE_WARNED, LAST, AFTER(4000)}, AFTER(4022), IDLE_NOTHING, AFTER(4023)},
        {{IDLE_WARNED_TWICE, LAST, AFTER(359)}, AFTER(366) - 1, IDLE_NOTHING, AFTER(366)},
        {{IDLE_WARNED_TWICE, LAST, AFTER(359)}, AFTER(366), IDLE_CLOSE, AFTER(366)},
        {{IDLE_WARNED_TWICE, LAST, AFTER(361)}, AFTER(367), IDLE_NOTHING, AFTER(368)},
        {{IDLE_WARNED_TWICE, LAST, AFTER(4023)}, AFTER(4030), IDLE_CLOSE, AFTER(4030)},
        {{IDLE_KEPT, LAST, AFTER(366)}, AFTER(396) - 1, IDLE_NOTHING, AFTER(396)},
        {{IDLE_KEPT, LAST, AFTER(366)}, AFTER(396), IDLE_CLOSE, AFTER(396)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct idle_step step = idle_step(&terms, &rows[i].idle, rows[i].now);
        assert_int_equal(step.act, rows[i].act);
        assert_int_equal(step.due, rows[i].due);
    }
}

static void an_operation_begins_anew(void **state) {
    (void)state;
    struct idle idle = {IDLE_WARNED_TWICE, LAST, AFTER(359)};
    idle_woken(&idle, LAST);
    assert_int_equal(idle.stage, IDLE_WARNED_TWICE);
    idle_woken(&idle, AFTER(365));
    assert_int_equal(idle.stage, IDLE_AWAKE);
    assert_int_equal(idle_step(&terms, &idle, AFTER(366)).due, AFTER(365 + 336));
}

static void what_is_told_is_kept(void **state) {
    (void)state;
    for (int64_t began = 336; began < 5000; began += 311) { /* the day on which the pass first sees it */
        struct idle idle = {.last = LAST};
        moment told = 0;
        for (int64_t day = began;; day++) {
            struct idle_step step = idle_step(&terms, &idle, AFTER(day));
            if (step.act == IDLE_NOTHING) continue;
            idle_done(&idle, step.act, AFTER(day));
            if (step.act == IDLE_CLOSE) {
                assert_true(day >= 366 && AFTER(day) >= told); /* never before the day that he was told */
                assert_true(day >= began + 30);
                break;
            }
            assert_true(idle_closes(&terms, &idle) >= told);
            told = idle_closes(&terms, &idle);
            assert_true(told >= AFTER(day) + (step.act == IDLE_WARN ? 30 : 7) * DAY);
        }
        assert_int_equal(idle.stage, IDLE_KEPT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_step_has_its_day),
                                       cmocka_unit_test(an_operation_begins_anew),
                                       cmocka_unit_test(what_is_told_is_kept)};
    return cmocka_run_group_tests_name("closing_rules", tests, NULL, NULL);
}
