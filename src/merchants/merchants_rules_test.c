/* merchants_rules_test.c: values, moments, signatures and addresses of merchants' bills (WA-11, IF-3), as tables. */
#include "merchants/merchants_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new((size_t)1 << 20);
    return arena == NULL;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static void amounts_are_rounded_down_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t minor; /* 0: refused */
    } rows[] = {
        {"1", 100},
        {"1.0", 100},
        {"1.00", 100},
        {"0.01", 1},
        {"100.10", 10010},
        {"0.29", 29},
        {"10.999", 1099},
        {"0.019999", 1},
        {"999999.99", 99999999},
        {"00012.50", 1250},
        {"999999.991", 99999999},
        {"1000000", 0},
        {"0", 0},
        {"0.00", 0},
        {"0.009", 0},
        {"-1.00", 0},
        {"+1", 0},
        {"1,00", 0},
        {"1.", 0},
        {".5", 0},
        {"1e3", 0},
        {"1 000", 0},
        {"", 0},
        {"NaN", 0},
        {"9999999999999999", 0},
        {"1.2.3", 0},
        {"0x10", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t minor = 0;
        bool good = bill_amount_read(text_from(rows[i].text), &minor);
        if (good != (rows[i].minor != 0) || minor != rows[i].minor) fail_msg("%s", rows[i].text);
    }
}

static void moments_come_in_several_writings(void **state) {
    (void)state;
    static const struct {
        const char *text, *same; /* NULL: refused */
    } rows[] = {
        {"2018-04-13T14:30:00+03:00", "2018-04-13T11:30:00Z"},
        {"2018-04-13T14:30:00+03", "2018-04-13T11:30:00Z"},
        {"2018-04-13T14:30:00.123+0300", "2018-04-13T11:30:00Z"},
        {"2018-04-13T14:30-07:30", "2018-04-13T22:00:00Z"},
        {"2018-04-13T14:30:00Z", "2018-04-13T14:30:00Z"},
        {"2018-04-13T14:30:00", "2018-04-13T11:30:00Z"}, /* Moscow's */
        {"2018-04-13T1430", "2018-04-13T11:30:00Z"},
        {"2018-04-13T14:30", "2018-04-13T11:30:00Z"},
        {"2018-04-13", NULL},
        {"2018-04-31T14:30:00Z", NULL},
        {"2018-04-13 14:30:00Z", NULL},
        {"2018-04-13T24:00:00Z", NULL},
        {"2018-04-13T14:60:00Z", NULL},
        {"2018-04-13T14:30:00.Z", NULL},
        {"2018-04-13T14:30:00+3", NULL},
        {"2018-04-13T14:30:00Zx", NULL},
        {"2018-04-13T14:30:00+03:00:00", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moment at = 0, wanted = 0;
        bool good = bill_moment_read(text_from(rows[i].text), zone_named("Europe/Moscow"), &at);
        if (good != (rows[i].same != NULL)) fail_msg("%s", rows[i].text);
        if (!good) continue;
        assert_true(moment_parse(text_from(rows[i].same), &wanted));
        if (at != wanted) fail_msg("%s: %lld", rows[i].text, (long long)(at - wanted));
    }
}

static void a_bill_ends_at_its_time_unless_it_ended_before(void **state) {
    (void)state;
    assert_int_equal(bill_state_at(BILL_WAITING, 100, 99), BILL_WAITING);
    assert_int_equal(bill_state_at(BILL_WAITING, 100, 100), BILL_EXPIRED);
    assert_int_equal(bill_state_at(BILL_PAID, 100, 200), BILL_PAID);
    assert_int_equal(bill_state_at(BILL_REJECTED, 100, 200), BILL_REJECTED);
}

static void never_more_is_given_back_than_was_paid(void **state) {
    (void)state;
    static const struct {
        enum bill_state state;
        int64_t paid, refunded, sum;
        enum refund_verdict verdict;
    } rows[] = {
        {BILL_PAID, 1000, 0, 1000, REFUND_GOOD},      {BILL_PAID, 1000, 0, 1001, REFUND_TOO_MUCH},
        {BILL_PAID, 1000, 400, 600, REFUND_GOOD},     {BILL_PAID, 1000, 400, 601, REFUND_TOO_MUCH},
        {BILL_PAID, 1000, 1000, 1, REFUND_TOO_MUCH},  {BILL_WAITING, 1000, 0, 1, REFUND_NOT_PAID},
        {BILL_REJECTED, 1000, 0, 1, REFUND_NOT_PAID}, {BILL_EXPIRED, 1000, 0, 1, REFUND_NOT_PAID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(refund_verdict(rows[i].state, rows[i].paid, rows[i].refunded, rows[i].sum), rows[i].verdict);
}

/* The published interface's own example. */
static void a_callback_is_signed_as_published(void **state) {
    (void)state;
    struct text signature = bill_signature(arena, TEXT("test-merchant-secret-for-signature-check"), TEXT("RUB"),
                                           TEXT("1.00"), TEXT("test_bill"), TEXT("test"), TEXT("PAID"));
    assert_true(text_is(signature, "07e0ebb10916d97760c196034105d010607a6c6b7d72bfa1c3451448ac484a3b"));
}

static void numbers_and_bearers_are_read(void **state) {
    (void)state;
    assert_true(bill_number_good(TEXT("893794793973")));
    assert_true(bill_number_good(TEXT("заказ 17|a")));
    assert_false(bill_number_good(TEXT("")));
    assert_false(bill_number_good(TEXT("a\nb")));
    char longest[BILL_NUMBER_MAX + 1];
    for (size_t i = 0; i < sizeof longest; i++) longest[i] = 'x';
    assert_true(bill_number_good((struct text){longest, BILL_NUMBER_MAX}));
    assert_false(bill_number_good((struct text){longest, BILL_NUMBER_MAX + 1}));
    assert_true(text_is(bearer_of(TEXT("Bearer abc")), "abc"));
    assert_true(bearer_of(TEXT("Basic abc")).data == NULL);
    assert_true(bearer_of(TEXT_NONE).data == NULL);
}

static void addresses_are_judged(void **state) {
    (void)state;
    static const struct {
        const char *address;
        bool good, plain, origin;
    } rows[] = {
        {"https://shop.example", true, true, true},
        {"https://shop.example:8443/notify?x=1", true, true, false},
        {"http://127.0.0.1:8090", false, true, true},
        {"https://[2001:db8::1]/a", true, true, false},
        {"https://shop.example/", true, true, false},
        {"https://user@shop.example/", false, false, false},
        {"https://shop.example\\@evil.example", false, false, false},
        {"https:///path", false, false, false},
        {"ftp://shop.example", false, false, false},
        {"javascript:alert(1)", false, false, false},
        {"https://shop.example/a b", false, false, false},
        {"https://магазин.рф", false, false, false},
        {"", false, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text address = text_from(rows[i].address);
        if (address_good(address, false) != rows[i].good || address_good(address, true) != rows[i].plain ||
            origin_good(address) != rows[i].origin)
            fail_msg("%s", rows[i].address);
    }
    struct text site = TEXT("https://shop.example");
    assert_true(origin_has(site, TEXT("https://shop.example/thanks?order=1")));
    assert_true(origin_has(site, TEXT("https://shop.example")));
    assert_false(origin_has(site, TEXT("https://shop.example.evil.example/")));
    assert_false(origin_has(site, TEXT("https://shop.example@evil.example/")));
    assert_false(origin_has(site, TEXT("http://shop.example/")));
    assert_false(origin_has(TEXT(""), TEXT("https://evil.example/")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_rounded_down_or_refused),
        cmocka_unit_test(moments_come_in_several_writings),
        cmocka_unit_test(a_bill_ends_at_its_time_unless_it_ended_before),
        cmocka_unit_test(never_more_is_given_back_than_was_paid),
        cmocka_unit_test(a_callback_is_signed_as_published),
        cmocka_unit_test(numbers_and_bearers_are_read),
        cmocka_unit_test(addresses_are_judged),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
