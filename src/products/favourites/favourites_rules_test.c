/* favourites_rules_test.c: WA-7 (favourites): the rules as tables. */
#include "products/favourites/favourites_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void verdicts(void **state) {
    (void)state;
    static const struct {
        int64_t count;
        bool known, own;
        enum favourite_verdict verdict;
    } rows[] = {
        {0, false, false, FAVOURITE_NEW},
        {FAVOURITES_MAX - 1, false, false, FAVOURITE_NEW},
        {FAVOURITES_MAX, false, false, FAVOURITE_FULL},
        {FAVOURITES_MAX, true, false, FAVOURITE_RENAMED},
        {1, true, false, FAVOURITE_RENAMED},
        {0, false, true, FAVOURITE_OWN},
        {FAVOURITES_MAX, true, true, FAVOURITE_OWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(favourite_verdict(rows[i].count, rows[i].known, rows[i].own), rows[i].verdict);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(verdicts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
