/* suspicious_rules_test.c: which transfers are looked at, and when payees are counted (some of BO 3). */
#include "backoffice/suspicious_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void each_rule(void **state) {
    (void)state;
    static const struct {
        struct suspicion_limits limits;
        struct paid paid;
        unsigned found;
    } rows[] = {
        {{100, 3}, {99, false, false}, 0},
        {{100, 3}, {100, false, false}, SUSPICION_SUM},
        {{100, 3}, {1, true, false}, SUSPICION_CHANGED},
        {{100, 3}, {1, false, true}, SUSPICION_FROZEN},
        {{100, 3}, {500, true, true}, SUSPICION_SUM | SUSPICION_CHANGED | SUSPICION_FROZEN},
        {{0, 3}, {INT64_MAX, false, false}, 0}, /* it is off */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(suspicions(&rows[i].limits, &rows[i].paid), rows[i].found);
}

static void worth_counting(void **state) {
    (void)state;
    static const struct {
        int64_t account, version;
        moment at, before; /* after the beginning; 0: not known */
        bool due;
        int looked; /* how many new payees were found then; -1: nobody looked */
    } rows[] = {
        {1, 1, 1, 0, false, -1}, /* of one entry nobody has paid three */
        {1, 2, 2, 1, false, -1},
        {1, 3, 3, 2, true, -1}, /* three at most: read them */
        {1, 4, 4, 3, true, 1},  /* still to be read; one was new, so two more may make three */
        {1, 5, 5, 4, false, -1},
        {1, 6, 6, 5, true, 3}, /* found */
        {1, 60, 7, 6, false, -1}, /* once is enough */
        {1, 61, HOUR + 1, 7, true, 0}, /* another hour, in which nobody knows what was before */
        {1, 64, HOUR + 2, 8, true, -1},
        {2, 70, HOUR + 3, 0, true, -1}, /* another account in its place, whose history is not known */
        {3, 70, HOUR + 4, 1, false, -1}, /* …; quiet for an hour before: counted from here */
        {3, 71, HOUR + 5, HOUR + 4, false, -1},
        {3, 79, HOUR + 6, HOUR + 5, true, -1}, /* others' entries between: some node's */
        {3, 80, 1, 0, true, -1}, /* a clock set back begins anew */
    };
    struct haste place = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moment began = 100 * DAY, before = rows[i].before == 0 ? 0 : began + rows[i].before;
        bool due = haste_due(&place, rows[i].account, rows[i].version, before, 3, began + rows[i].at);
        if (due != rows[i].due) fail_msg("row %zu", i);
        if (rows[i].looked >= 0) haste_looked(&place, rows[i].account, rows[i].version, (size_t)rows[i].looked, 3);
    }
    haste_looked(&place, 9, 100, 0, 3); /* looked at too late: the place is another's */
    assert_true(haste_due(&place, 3, 81, 0, 3, 100 * DAY + 2));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_rule), cmocka_unit_test(worth_counting)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
