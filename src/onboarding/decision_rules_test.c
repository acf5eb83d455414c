/* decision_rules_test.c: the automatic decision at each of its bounds (ID-3). */
#include "onboarding/decision_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct decision_policy policy = {.age_min = 18, .age_max = 75, .income_min = 2000000, .grace_days = 90};

static struct date day(const char *text) {
    struct date date = {0};
    if (*text != '\0') assert_true(date_parse(text_from(text), &date));
    return date;
}

static void decisions(void **state) {
    (void)state;
    static const struct {
        const char *today, *birth, *passport;
        int64_t income;
        enum reason reason;
    } cases[] = {
        {"2026-11-22", "1990-04-12", "2011-05-20", -1, REASON_NONE},
        {"2026-11-22", "2008-11-22", "", -1, REASON_NONE},               /* 18 today */
        {"2026-11-22", "2008-11-23", "", -1, REASON_YOUNG},              /* tomorrow */
        {"2026-11-22", "1950-11-23", "1996-01-01", -1, REASON_NONE},     /* 75 */
        {"2026-11-22", "1950-11-22", "1996-01-01", -1, REASON_OLD},      /* 76 */
        {"2026-11-22", "2006-11-01", "2020-12-01", -1, REASON_NONE},     /* just 20, within the grace */
        {"2026-11-22", "2006-08-24", "2020-12-01", -1, REASON_NONE},     /* its last day */
        {"2026-11-22", "2006-08-23", "2020-12-01", -1, REASON_PASSPORT_OLD},
        {"2026-11-22", "2006-08-23", "2026-08-23", -1, REASON_NONE},     /* changed on the day */
        {"2026-11-22", "1980-01-01", "2005-01-01", -1, REASON_PASSPORT_OLD}, /* 45 is over */
        {"2026-11-22", "1980-01-01", "2025-01-02", -1, REASON_NONE},
        {"2026-11-22", "1990-04-12", "2011-05-20", 1999999, REASON_INCOME},
        {"2026-11-22", "1990-04-12", "2011-05-20", 2000000, REASON_NONE},
        {"2026-11-22", "2010-01-01", "2005-01-01", 0, REASON_YOUNG},     /* of several, the first */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct decision_facts facts = {
            .today = day(cases[i].today),
            .birth = day(cases[i].birth),
            .passport = day(cases[i].passport),
            .income = cases[i].income,
        };
        enum reason reason = decide(&policy, &facts);
        if (reason != cases[i].reason) fail_msg("case %zu: %d", i, (int)reason);
    }
}

static void ages(void **state) {
    (void)state;
    assert_int_equal(age_at(day("2008-02-29"), day("2026-02-28")), 17);
    assert_int_equal(age_at(day("2008-02-29"), day("2026-03-01")), 18);
    assert_int_equal(age_at(day("2026-11-22"), day("2026-11-22")), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(decisions), cmocka_unit_test(ages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
