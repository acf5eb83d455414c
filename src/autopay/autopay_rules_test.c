/* autopay_rules_test.c: the next day, in short months and at the year's end; what becomes of a failure. */
#include "autopay/autopay_rules.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new((size_t)1 << 20);
    return arena == NULL;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static void the_next_day(void **state) {
    (void)state;
    static const struct {
        const char *days, *after, *next;
    } rows[] = {
        {"day", "2026-11-29", "2026-11-30"},       {"day", "2026-12-31", "2027-01-01"},
        {"week-1", "2026-11-29", "2026-11-30"},    {"week-1", "2026-11-30", "2026-12-07"},
        {"week-7", "2026-11-29", "2026-12-06"},    {"week-7", "2026-12-27", "2027-01-03"},
        {"month-5", "2026-11-04", "2026-11-05"},   {"month-5", "2026-11-05", "2026-12-05"},
        {"month-5", "2026-12-05", "2027-01-05"},   {"month-31", "2026-11-29", "2026-11-30"},
        {"month-31", "2026-11-30", "2026-12-31"},  {"month-31", "2027-01-31", "2027-02-28"},
        {"month-31", "2027-02-28", "2027-03-31"},  {"month-30", "2028-01-30", "2028-02-29"},
        {"month-29", "2027-01-29", "2027-02-28"},  {"month-1", "2026-12-31", "2027-01-01"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct autopay_days days;
        struct date after;
        assert_true(autopay_days_read(text_from(rows[i].days), &days));
        assert_true(date_parse(text_from(rows[i].after), &after));
        struct text next = date_format(arena, autopay_next(&days, after));
        if (!text_is(next, rows[i].next)) fail_msg("%s after %s: %s", rows[i].days, rows[i].after, next.data);
        assert_true(text_is(autopay_days_write(arena, &days), rows[i].days));
    }
}

static void what_are_no_days(void **state) {
    (void)state;
    static const char *const rows[] = {"", "week", "week-0", "week-8", "month-0", "month-32", "month-5x", "days",
                                       "month--1", "Week-1"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct autopay_days days;
        if (autopay_days_read(text_from(rows[i]), &days)) fail_msg("%s", rows[i]);
    }
}

static void what_becomes_of_a_failure(void **state) {
    (void)state;
    static const struct {
        enum autopay_reason reason;
        int attempt;
        enum autopay_fate fate;
    } rows[] = {
        {AUTOPAY_NO_MONEY, 1, FATE_AGAIN}, {AUTOPAY_NO_MONEY, 2, FATE_AGAIN}, {AUTOPAY_NO_MONEY, 3, FATE_PAUSE},
        {AUTOPAY_SILENT, 1, FATE_AGAIN},   {AUTOPAY_SILENT, 3, FATE_PAUSE},   {AUTOPAY_OFF, 2, FATE_AGAIN},
        {AUTOPAY_LIMIT, 1, FATE_AGAIN},    {AUTOPAY_COOLING, 3, FATE_PAUSE},  {AUTOPAY_REFUSED, 1, FATE_PAUSE},
        {AUTOPAY_FROZEN, 1, FATE_PAUSE},   {AUTOPAY_LEVEL, 1, FATE_PAUSE},    {AUTOPAY_ACCOUNT, 1, FATE_PAUSE},
        {AUTOPAY_ABOVE, 1, FATE_ON},       {AUTOPAY_ABOVE, 9, FATE_ON},       {AUTOPAY_BY_HIM, 1, FATE_ON},
        {AUTOPAY_UNTOLD, 1, FATE_PAUSE},   {AUTOPAY_TERMS, 1, FATE_PAUSE},    {AUTOPAY_CLOSED, 1, FATE_PAUSE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(autopay_fate_of(rows[i].reason, rows[i].attempt, 3), rows[i].fate);
}

static void what_is_a_habit(void **state) {
    (void)state;
    const moment now = 1000 * DAY;
    static const struct {
        int newest, third; /* days ago; -1: there is none */
        bool habit;
    } rows[] = {{0, -1, false}, {0, 0, true},    {0, 92, true},   {0, 93, false},
                {62, 154, true}, {62, 155, false}, {63, 64, false}, {1, 60, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            autopay_habit(now - rows[i].newest * DAY, rows[i].third < 0 ? 0 : now - rows[i].third * DAY, now),
                         rows[i].habit);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_day),
        cmocka_unit_test(what_are_no_days),
        cmocka_unit_test(what_becomes_of_a_failure),
        cmocka_unit_test(what_is_a_habit),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
