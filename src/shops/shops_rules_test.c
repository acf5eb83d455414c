/* shops_rules_test.c: logins, addresses, ends of keys; signatures computed apart, by `openssl dgst`. */
#include "shops/shops_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void logins(void **state) {
    (void)state;
    assert_true(shop_login_good(TEXT("anna.1")) && shop_login_good(TEXT("kassa-2")));
    assert_false(shop_login_good(TEXT("an")) || shop_login_good(TEXT("Anna")) || shop_login_good(TEXT("анна")) ||
                 shop_login_good(TEXT("")) || shop_login_good(TEXT("a b c")));
}

static void addresses(void **state) {
    (void)state;
    static const struct {
        const char *address;
        bool good, plain; /* plain: good where http is */
    } cases[] = {
        {"https://shop.example/paid?x=1", true, true},
        {"https://shop.example", true, true},
        {"https://[::1]:8443/paid", true, true},
        {"http://127.0.0.1:8080/paid", false, true},
        {"ftp://shop.example/", false, false},
        {"https://", false, false},
        {"https:///paid", false, false},
        {"https://user:word@shop.example/", false, false},
        {"https://shop.example/a b", false, false},
        {"https://shop.example/\n", false, false},
        {"https://магазин.example/", false, false},
        {"shop.example", false, false},
        {"", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text address = text_from(cases[i].address);
        if (shop_address_good(address, false) != cases[i].good || shop_address_good(address, true) != cases[i].plain)
            fail_msg("case %zu", i);
    }
}

static void ends(void **state) {
    (void)state;
    assert_int_equal(key_end_at(KEY_END_NOW, 5), 5);
    assert_int_equal(key_end_at(KEY_END_DAY, 5), 5 + DAY);
    assert_int_equal(key_end_at(KEY_END_WEEK, 5), 5 + 7 * DAY);
}

static void signatures(void **state) {
    (void)state;
    struct arena *arena = arena_new(65536);
    struct text key = TEXT("a key of a shop"), body = TEXT("{\"order_id\":\"R-1\"}");
    assert_true(text_is(shop_signature_sha1(arena, key, body), "9632a4198b6d58dc73bdf641d42211384b4de888"));
    assert_true(text_is(shop_signature_sha256(arena, key, body),
                        "4cec7c83cbd3e361e887735a747e67843abbcfa523450b437b1e10c92645b35a"));
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(logins), cmocka_unit_test(addresses), cmocka_unit_test(ends),
                                       cmocka_unit_test(signatures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
