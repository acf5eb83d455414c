/* till_rules_test.c: signatures as they come, right and otherwise; the right one was computed apart, by
 * `openssl dgst -sha256 -hmac`. */
#include "till/till_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void read(void **state) {
    (void)state;
    static const struct {
        const char *authorization;
        bool good;
    } cases[] = {
        {"Shop 12 1800000000:" HEX, true}, {"Shop 12 1800000000:" HEX "0", false}, {"Shop 12 1800000000:", false},
        {"Shop 12 " HEX, false},           {"Shop 0 1800000000:" HEX, false},      {"Shop -1 1800000000:" HEX, false},
        {"Shop x 1800000000:" HEX, false}, {"Shop 12 -5:" HEX, false},             {"Shop", false},
        {"", false},                       {"Bearer 12 1800000000:" HEX, false},   {"Shop  1800000000:" HEX, false},
        {"Shop 12345678901234567890 1800000000:" HEX, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct till_signature signature = {0};
        if (till_signature_read(text_from(cases[i].authorization), &signature) != cases[i].good)
            fail_msg("case %zu", i);
        if (cases[i].good) assert_int_equal(signature.shop, 12);
    }
}

static void sign(void **state) {
    (void)state;
    struct arena *arena = arena_new(65536);
    struct text mac = till_sign(arena, TEXT("a key of a shop"), "POST", TEXT("/partner/applications"), 1800000000,
                                TEXT("{\"number\":\"1\"}"));
    assert_true(text_is(mac, "98af229f05e63af2c7f47a36a3e32308d8f0024192f10051c83836e45efb21d2"));
    arena_free(arena);
}

static void timely(void **state) {
    (void)state;
    moment now = 1800000000 * SECOND;
    assert_true(till_timely(1800000000, now) && till_timely(1800000300, now) && till_timely(1799999700, now));
    assert_false(till_timely(1800000301, now) || till_timely(1799999699, now));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(read), cmocka_unit_test(sign), cmocka_unit_test(timely)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
