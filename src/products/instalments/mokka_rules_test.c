/* mokka_rules_test.c: IN-3: the forms of Mokka's interface as its document has them. */
#include "products/instalments/mokka_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_text(struct text text, const char *expected) {
    if (!text_is(text, expected)) fail_msg("«%.*s» is not «%s»", TEXT_ARG(text), expected);
}

static void test_query(void **state) {
    struct text store, signature;
    (void)state;
    mokka_query_read(TEXT("store_id=72&signature=347e"), &store, &signature);
    assert_text(store, "72");
    assert_text(signature, "347e");
    mokka_query_read(TEXT("signature=&x=1&store_id"), &store, &signature);
    assert_null(store.data);
    assert_null(signature.data);
    mokka_query_read(TEXT_NONE, &store, &signature);
    assert_null(store.data);
}

static void test_sums(void **state) {
    static const struct {
        const char *text;
        int64_t minor; /* -1: none */
    } cases[] = {{"5000.00", 500000}, {"4999.0", 499900}, {"0.01", 1},   {"5000", -1}, {"5000,00", -1},
                 {"-1.00", -1},       {"1.000", -1},      {"", -1},      {".50", -1},  {"1e3.0", -1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t minor = -1;
        assert_int_equal(mokka_sum_read(text_from(cases[i].text), &minor), cases[i].minor >= 0);
        assert_int_equal(minor, cases[i].minor);
    }
}

static void test_moments(void **state) {
    static const struct {
        const char *text, *same; /* NULL: none */
    } cases[] = {{"21.07.2018 12:08:01+03:00", "2018-07-21T09:08:01Z"},
                 {"01.01.2018 00:30:00-02:30", "2018-01-01T03:00:00Z"},
                 {"31.02.2018 00:00:00+00:00", NULL},
                 {"21.07.2018 24:00:00+03:00", NULL},
                 {"21.07.2018 12:08:01", NULL},
                 {"2018-07-21T12:08:01+03:00", NULL},
                 {"21.07.2018 12:08:01+03:0x", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moment at = 0, expected = 0;
        assert_int_equal(mokka_moment_read(text_from(cases[i].text), &at), cases[i].same != NULL);
        if (cases[i].same != NULL) assert_true(moment_parse(text_from(cases[i].same), &expected));
        assert_int_equal(at, expected);
    }
}

static void test_numbers(void **state) {
    struct arena *arena = *state;
    struct text phone = TEXT_NONE;
    assert_true(mokka_phone_read(arena, TEXT("9268180621"), &phone));
    assert_text(phone, "+79268180621");
    assert_text(mokka_phone(phone), "9268180621");
    assert_false(mokka_phone_read(arena, TEXT("89268180621"), &phone));
    assert_false(mokka_phone_read(arena, TEXT("926818062x"), &phone));
    assert_int_equal(mokka_trial_of(TEXT("+78881000001")), MOKKA_TRIAL_APPROVED);
    assert_int_equal(mokka_trial_of(TEXT("+78882100001")), MOKKA_TRIAL_REFUSED);
    assert_int_equal(mokka_trial_of(TEXT("+78882200001")), MOKKA_TRIAL_LOANS);
    assert_int_equal(mokka_trial_of(TEXT("+79268180621")), MOKKA_TRIAL_NONE);
    assert_text(mokka_date(arena, date_to_days((struct date){2018, 6, 9})), "09.06.2018");
}

static void test_bodies(void **state) {
    static const struct {
        const char *type, *body, *found; /* NULL: none */
    } cases[] = {
        {"application/json", "{}", "{}"},
        {"multipart/form-data; boundary=xx",
         "--xx\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\n{\"a\":1}\r\n--xx--\r\n", "{\"a\":1}"},
        {"multipart/form-data; boundary=\"xx\"; charset=utf-8",
         "--xx\r\nContent-Disposition: form-data; name=\"check\"; filename=\"a.pdf\"\r\n\r\n%PDF\r\n"
         "--xx\r\nContent-Disposition: form-data; name=\"body\"\r\nContent-Type: application/json\r\n\r\n{}\r\n--xx--",
         "{}"},
        {"multipart/form-data; boundary=xx",
         "--xx\r\nContent-Disposition: form-data; name=\"check\"\r\n\r\n1\r\n--xx--", NULL},
        {"multipart/form-data; boundary=xx", "--xx\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\n{}", NULL},
        {"multipart/form-data; boundary=xx", "--xx\r\nname=\"body\"\r\n\r\n--xx--", NULL},
        {"multipart/form-data; boundary=xx", "--xx--xx--xx", NULL},
        {"multipart/form-data", "--xx\r\n\r\n", NULL},
        {"multipart/form-data; boundary=", "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text found = mokka_body(text_from(cases[i].type), text_from(cases[i].body));
        if (cases[i].found == NULL) assert_int_equal(found.size, 0);
        else assert_text(found, cases[i].found);
    }
}

static void test_messages(void **state) {
    (void)state;
    assert_string_equal(mokka_message(MOKKA_OK), "Payload valid");
    assert_string_equal(mokka_message(MOKKA_NO_LIMIT), "Client has not enough limit");
    assert_string_equal(mokka_message(100), mokka_message(12345));
}

static int with_arena(void **state) {
    *state = arena_new(1 << 16);
    return 0;
}

static int without_arena(void **state) {
    arena_free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query), cmocka_unit_test(test_sums),   cmocka_unit_test(test_moments),
        cmocka_unit_test(test_bodies), cmocka_unit_test(test_messages),
        cmocka_unit_test_setup_teardown(test_numbers, with_arena, without_arena),
    };
    return cmocka_run_group_tests_name("mokka_rules", tests, NULL, NULL);
}
