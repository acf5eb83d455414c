/* levels_rules_test.c: what comes next, and passports that ended, as tables. */
#include "levels/levels_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void next(void **state) {
    (void)state;
    static const struct {
        int level;
        enum review_state review;
        enum level_step step;
    } cases[] = {
        {1, REVIEW_NONE, STEP_PASSPORT},     {1, REVIEW_FILLING, STEP_PASSPORT},  {1, REVIEW_WAITING, STEP_PASSPORT},
        {2, REVIEW_NONE, STEP_DOCUMENTS},    {2, REVIEW_FILLING, STEP_DOCUMENTS}, {2, REVIEW_WAITING, STEP_WAIT},
        {2, REVIEW_REFUSED, STEP_DOCUMENTS}, {2, REVIEW_APPROVED, STEP_DOCUMENTS}, {3, REVIEW_NONE, STEP_NOTHING},
        {3, REVIEW_APPROVED, STEP_NOTHING},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (level_next(cases[i].level, cases[i].review) != cases[i].step) fail_msg("case %zu", i);
}

static void person(void **state) {
    (void)state;
    static const struct {
        const char *name;
        struct date birth, issued, today;
        bool number, needed;
        enum person_fault fault;
    } cases[] = {
        {"good", {1990, 4, 12}, {2011, 5, 20}, {2026, 11, 28}, true, true, PERSON_GOOD},
        {"no number, none needed", {1990, 4, 12}, {2011, 5, 20}, {2026, 11, 28}, false, false, PERSON_GOOD},
        {"no number", {1990, 4, 12}, {2011, 5, 20}, {2026, 11, 28}, false, true, PERSON_NO_NUMBER},
        {"the day of 20", {2006, 11, 28}, {2021, 1, 1}, {2026, 11, 28}, true, true, PERSON_GOOD},
        {"20 and the grace", {2006, 8, 30}, {2021, 1, 1}, {2026, 11, 28}, true, true, PERSON_GOOD},
        {"a day after the grace", {2006, 8, 29}, {2021, 1, 1}, {2026, 11, 28}, true, true, PERSON_PASSPORT_ENDED},
        {"ended before no number", {2000, 1, 1}, {2015, 1, 1}, {2026, 11, 28}, false, true, PERSON_PASSPORT_ENDED},
        {"issued on the birthday", {2000, 1, 1}, {2020, 1, 1}, {2026, 11, 28}, true, true, PERSON_GOOD},
        {"45", {1980, 1, 1}, {2001, 1, 1}, {2026, 11, 28}, true, true, PERSON_PASSPORT_ENDED},
        {"45 and replaced", {1980, 1, 1}, {2025, 1, 1}, {2026, 11, 28}, true, true, PERSON_GOOD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct person_facts facts = {.birth = cases[i].birth, .issued = cases[i].issued, .today = cases[i].today,
                                           .grace_days = 90, .number = cases[i].number,
                                           .number_needed = cases[i].needed};
        if (person_judge(&facts) != cases[i].fault) fail_msg("%s", cases[i].name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(next), cmocka_unit_test(person)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
