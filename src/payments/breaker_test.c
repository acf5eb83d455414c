/* breaker_test.c: a silent provider is left alone, tried by one call, and taken up again; others never notice. */
#include "payments/breaker.h"

#include <setjmp.h>

#include <cmocka.h>

static void a_silent_one_is_left_alone(void **state) {
    (void)state;
    struct breakers *breakers = breakers_new();
    assert_non_null(breakers);
    for (int i = 0; i < BREAKER_SILENT; i++) {
        assert_int_equal(breaker_asks(breakers, 17, 0), BREAKER_GO);
        breaker_told(breakers, 17, false, 0);
    }
    assert_int_equal(breaker_asks(breakers, 17, BREAKER_PAUSE - 1), BREAKER_ILL);
    assert_int_equal(breaker_asks(breakers, 18, 0), BREAKER_GO); /* another goes on */
    breaker_told(breakers, 18, true, 0);
    assert_int_equal(breaker_asks(breakers, 17, BREAKER_PAUSE), BREAKER_GO); /* one tries */
    assert_int_equal(breaker_asks(breakers, 17, BREAKER_PAUSE), BREAKER_ILL);
    breaker_told(breakers, 17, false, BREAKER_PAUSE); /* in vain: alone again */
    assert_int_equal(breaker_asks(breakers, 17, 2 * BREAKER_PAUSE - 1), BREAKER_ILL);
    assert_int_equal(breaker_asks(breakers, 17, 2 * BREAKER_PAUSE), BREAKER_GO);
    breaker_told(breakers, 17, true, 2 * BREAKER_PAUSE);
    for (int i = 0; i < BREAKER_AT_ONCE; i++)
        assert_int_equal(breaker_asks(breakers, 17, 2 * BREAKER_PAUSE), BREAKER_GO);
    /* nor may it have all threads when it is well */
    assert_int_equal(breaker_asks(breakers, 17, 2 * BREAKER_PAUSE), BREAKER_FULL);
    breakers_free(breakers);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_silent_one_is_left_alone)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
