/* tally_rules_test.c: tries, pauses and windows (ID-15). */
#include "identity/tally_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct tally_policy five = {.tries = 5, .window_us = DAY, .pause_us = MINUTE, .pause_max_us = HOUR};
static const struct tally_policy window = {.tries = 3, .window_us = HOUR, .pause_us = 0, .pause_max_us = DAY};

/* Each row reserves at a moment; free: what it says when refused (0: allowed). */
struct row {
    moment at, free_at;
};

static void run(const struct tally_policy *policy, const struct row *rows, size_t count) {
    struct tally tally = {0};
    for (size_t i = 0; i < count; i++) {
        moment free_at = 0;
        bool allowed = tally_reserve(&tally, policy, rows[i].at, &free_at);
        if (allowed != (rows[i].free_at == 0) || free_at != rows[i].free_at)
            fail_msg("row %zu: allowed %d, free at %lld", i, allowed, (long long)free_at);
    }
}
#define RUN(policy, ...)                                                                                               \
    run((policy), (const struct row[]){__VA_ARGS__}, sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))

/* ID-15: of any number of tries made at once, five pass. */
static void at_once(void **state) {
    (void)state;
    struct tally tally = {0};
    int passed = 0;
    for (int i = 0; i < 200; i++) {
        moment free_at;
        passed += tally_reserve(&tally, &five, DAY, &free_at);
    }
    assert_int_equal(passed, 5);
}

static void pauses_double(void **state) {
    (void)state;
    moment t = 100 * DAY;
    RUN(&five, {t, 0}, {t, 0}, {t, 0}, {t, 0}, {t, 0}, {t, t + MINUTE}, {t + MINUTE - 1, t + MINUTE},
        /* after the pause five more, then twice as long */
        {t + MINUTE, 0}, {t + MINUTE, 0}, {t + MINUTE, 0}, {t + MINUTE, 0}, {t + MINUTE, 0},
        {t + MINUTE, t + 3 * MINUTE}, {t + 3 * MINUTE, 0});
}

static void pauses_end_at_the_longest(void **state) {
    (void)state;
    struct tally tally = {0};
    moment now = DAY, free_at = 0;
    for (int lock = 0; lock < 20; lock++) {
        for (int i = 0; i < 5; i++) assert_true(tally_reserve(&tally, &five, now, &free_at));
        assert_false(tally_reserve(&tally, &five, now, &free_at));
        assert_true(free_at - now <= HOUR);
        now = free_at;
    }
    assert_int_equal(tally.locked_until - now, 0);
    /* quiet for the longest pause: the next is short again */
    now += HOUR;
    for (int i = 0; i < 5; i++) assert_true(tally_reserve(&tally, &five, now, &free_at));
    assert_false(tally_reserve(&tally, &five, now, &free_at));
    assert_int_equal(free_at - now, MINUTE);
}

static void windows(void **state) {
    (void)state;
    moment t = 100 * DAY;
    /* without a pause: until the window ends; a slow one never fills it */
    RUN(&window, {t, 0}, {t + MINUTE, 0}, {t + 2 * MINUTE, 0}, {t + 3 * MINUTE, t + HOUR}, {t + HOUR, 0});
    RUN(&window, {t, 0}, {t + MINUTE, 0}, {t + HOUR, 0}, {t + HOUR + MINUTE, 0}, {t + 2 * HOUR, 0});
    /* one try at most */
    const struct tally_policy one = {1, HOUR, SECOND, SECOND};
    RUN(&one, {t, 0}, {t, t + SECOND}, {t + SECOND, 0});
}

static void resends(void **state) {
    (void)state;
    static const struct {
        int64_t sent, pause;
    } rows[] = {{0, 0},          {1, MINUTE},      {2, 2 * MINUTE},   {3, 4 * MINUTE},
                {4, 8 * MINUTE}, {5, 15 * MINUTE}, {99, 15 * MINUTE}, {INT64_MAX, 15 * MINUTE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(resend_pause(rows[i].sent, MINUTE, 15 * MINUTE), rows[i].pause);
    assert_int_equal(resend_pause(9, 0, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_once), cmocka_unit_test(pauses_double), cmocka_unit_test(pauses_end_at_the_longest),
        cmocka_unit_test(windows), cmocka_unit_test(resends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
