/* requests_rules_test.c: whom one may ask for money, and when a request is over (WA-11), as tables. */
#include "products/requests/requests_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void the_first_reason_wins(void **state) {
    (void)state;
    static const struct {
        struct request_look look;
        enum request_verdict verdict;
    } rows[] = {
        /* own again open most day day_most */
        {{false, false, 0, 10, 0, 20}, REQUEST_GOOD},   {{false, false, 9, 10, 19, 20}, REQUEST_GOOD},
        {{false, false, 0, 10, 20, 20}, REQUEST_DAY},   {{false, false, 10, 10, 20, 20}, REQUEST_MANY},
        {{false, true, 10, 10, 20, 20}, REQUEST_AGAIN}, {{true, true, 10, 10, 20, 20}, REQUEST_OWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(request_verdict(&rows[i].look), rows[i].verdict);
}

static void an_open_one_lapses(void **state) {
    (void)state;
    assert_int_equal(request_state_at(REQUEST_OPEN, 100, 99), REQUEST_OPEN);
    assert_int_equal(request_state_at(REQUEST_OPEN, 100, 100), REQUEST_LAPSED);
    assert_int_equal(request_state_at(REQUEST_PAID, 100, 200), REQUEST_PAID);
    assert_string_equal(request_state_name(REQUEST_LAPSED), "lapsed");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_reason_wins),
        cmocka_unit_test(an_open_one_lapses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
