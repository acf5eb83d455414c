/* erasure_rules_test.c: see erasure_rules.h. */
#include "erasure/erasure_rules.h"

#include <setjmp.h>

#include <cmocka.h>

static void dates_follow_from_the_terms(void **state) {
    (void)state;
    static const struct {
        int64_t delay, kept;
        moment asked;
        bool identified;
        moment closes, destroys;
    } rows[] = {
        {0, 5 * 365 * DAY, 1000, false, 1000, 1000}, /* at once */
        {30 * DAY, 5 * 365 * DAY, 1000, false, 1000 + 30 * DAY, 1000 + 30 * DAY},
        {30 * DAY, 5 * 365 * DAY, 1000, true, 1000 + 30 * DAY, 1000 + 30 * DAY + 5 * 365 * DAY},
        {0, 0, 7, true, 7, 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct erasure_terms terms = {rows[i].delay, rows[i].kept};
        struct erasure_dates dates = erasure_dates(&terms, rows[i].asked, rows[i].identified);
        assert_int_equal(dates.closes, rows[i].closes);
        assert_int_equal(dates.destroys, rows[i].destroys);
        /* closed a day late: what is kept is kept a day longer */
        assert_int_equal(erasure_destroys(&terms, dates.closes + DAY, rows[i].identified, true), dates.destroys + DAY);
        /* closed by staff: by them nobody was asked to think it over */
        assert_int_equal(erasure_destroys(&terms, 7, rows[i].identified, false),
                         7 + (rows[i].identified ? rows[i].kept : rows[i].delay));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(dates_follow_from_the_terms)};
    return cmocka_run_group_tests_name("erasure_rules", tests, NULL, NULL);
}
