/* totp_test.c: the vectors of RFC 6238 (appendix B, SHA-1, the last six digits), the window, single use, what an app is
 * shown (some of ID 13, some of BO 1). */
#include "identity/totp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct text secret = {"12345678901234567890", 20};

static void published_codes(void **state) {
    (void)state;
    static const struct {
        int64_t seconds;
        const char *code;
    } rows[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t step = rows[i].seconds / 30;
        moment at = rows[i].seconds * SECOND;
        struct text code = text_from(rows[i].code);
        assert_int_equal(totp_step(secret, code, at, 0), step);
        assert_int_equal(totp_step(secret, code, at + 30 * SECOND, 0), step); /* a slow thumb */
        assert_int_equal(totp_step(secret, code, at - 30 * SECOND, 0), step); /* a fast clock */
        assert_int_equal(totp_step(secret, code, at + 60 * SECOND, 0), 0);
        if (step > 1) assert_int_equal(totp_step(secret, code, at - 60 * SECOND, 0), 0);
        assert_int_equal(totp_step(secret, code, at, step), 0); /* used */
        assert_int_equal(totp_step(secret, code, at, step + 1), 0);
    }
}

static void wrong(void **state) {
    (void)state;
    static const char *const codes[] = {"", "81804", "0081804", "07081804", "081805", "08180x", "      "};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_int_equal(totp_step(secret, text_from(codes[i]), 1111111109 * SECOND, 0), 0);
}

static void shown(void **state) {
    (void)state;
    struct arena *arena = arena_new((size_t)1 << 20);
    assert_true(text_is(totp_readable(arena, secret, false), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")); /* RFC 4648 */
    assert_true(text_is(totp_readable(arena, secret, true), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"));
    assert_true(text_is(totp_readable(arena, TEXT("f"), false), "MY"));
    assert_true(text_is(totp_readable(arena, TEXT("foob"), false), "MZXW6YQ"));
    assert_true(text_is(totp_readable(arena, TEXT_NONE, false), ""));
    assert_true(text_is(totp_address(arena, TEXT("foob"), TEXT("A&B ы"), TEXT("+7916")),
                        "otpauth://totp/A%26B%20%D1%8B:%2B7916?secret=MZXW6YQ&issuer=A%26B%20%D1%8B"));
    int side = 0;
    struct text path = qr_path(arena, TEXT("otpauth://totp/x"), &side);
    assert_int_equal(side, 33);                     /* version 2 and its quiet zone */
    assert_true(text_starts(path, "M4 4h7v1h-7z")); /* the finder's upper edge */
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(published_codes), cmocka_unit_test(wrong),
                                       cmocka_unit_test(shown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
