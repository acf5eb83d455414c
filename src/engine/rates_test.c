/* rates_test.c: the brake against floods lets exactly its count through in a window, each caller apart. */
#include "engine/rates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct route by_address = {.rates = {{RATE_ADDRESS, 3, MINUTE}}};
static const struct route by_caller = {.rates = {{RATE_CALLER, 2, MINUTE}, {RATE_WHOLE, 5, MINUTE}}};

static int count(struct rates *rates, const struct route *route, const char *address, int64_t customer, moment at) {
    struct request request = {.route = route, .address = text_from(address), .started = at};
    request.caller.customer = customer;
    return rates_count(rates, &request);
}

static void one_window(void **state) {
    (void)state;
    struct rates *rates = rates_new();
    for (int i = 0; i < 3; i++) assert_int_equal(count(rates, &by_address, "10.0.0.1", 0, 1000), 0);
    assert_int_equal(count(rates, &by_address, "10.0.0.1", 0, 1000 + 30 * SECOND), 31);
    assert_int_equal(count(rates, &by_address, "10.0.0.2", 0, 1000), 0);
    assert_int_equal(count(rates, &by_address, "10.0.0.1", 0, 1000 + MINUTE), 0);
    rates_free(rates);
}

static void callers_and_all(void **state) {
    (void)state;
    struct rates *rates = rates_new();
    assert_int_equal(count(rates, &by_caller, "10.0.0.1", 7, 0), 0);
    assert_int_equal(count(rates, &by_caller, "10.0.0.9", 7, 0), 0);
    assert_true(count(rates, &by_caller, "10.0.0.1", 7, 0) > 0); /* the same person from anywhere */
    assert_int_equal(count(rates, &by_caller, "10.0.0.1", 8, 0), 0);
    assert_int_equal(count(rates, &by_caller, "10.0.0.1", 8, 0), 0);
    assert_true(count(rates, &by_caller, "10.0.0.1", 9, 0) > 0); /* the whole route's five are spent */
    rates_free(rates);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_window), cmocka_unit_test(callers_and_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
