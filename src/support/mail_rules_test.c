/* mail_rules_test.c: what of a letter is proof (some of SU 2), as tables. */
#include "support/mail_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SIGN "0123456789abcdef0123"

static void test_tokens(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t first, second; /* 0: none */
    } cases[] = {
        {"", 0, 0},
        {"help+k912345678901234567-" SIGN "@my.ru", 912345678901234567, 0},
        {"<k912345678901234567-" SIGN ".55@my.ru> <x@y>", 912345678901234567, 0},
        {"k9123456789-" SIGN " k9123456780-" SIGN, 9123456789, 9123456780},
        {"kk9123456789-" SIGN, 9123456789, 0},
        {"k912-" SIGN, 0, 0},
        {"k9123456789-0123456789abcdef012", 0, 0},
        {"k9123456789-0123456789abcdef012g", 0, 0},
        {"k9123456789_" SIGN, 0, 0},
        {"k99999999999999999999-" SIGN, 0, 0},
        {"k", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text = text_from(cases[i].text);
        struct mail_token token = {0};
        size_t at = 0;
        assert_int_equal(mail_token_find(text, &at, &token), cases[i].first != 0);
        assert_int_equal(token.id, cases[i].first);
        if (cases[i].first == 0) continue;
        assert_true(text_is(token.sign, SIGN));
        assert_int_equal(mail_token_find(text, &at, &token), cases[i].second != 0);
        if (cases[i].second != 0) assert_int_equal(token.id, cases[i].second);
    }
}

static void test_authentication(void **state) {
    (void)state;
    static const struct {
        const char *results;
        bool good;
    } cases[] = {
        {"mx.my.ru; dmarc=pass header.from=b.ru", true},
        {"mx.my.ru 1; spf=pass smtp.mailfrom=a@b.ru; dkim=pass; dmarc=pass (p=REJECT) header.from=b.ru", true},
        {"MX.my.ru; DMARC=pass header.from=B.RU", true},
        {"", false},
        {"mx.my.ru; none", false},
        {"evil.ru; dmarc=pass header.from=b.ru", false},
        {"mx.my.ru.evil.ru; dmarc=pass header.from=b.ru", false},
        {"mx.my.ru; dmarc=fail header.from=b.ru", false},
        {"mx.my.ru; dmarc=passed header.from=b.ru", false},
        {"mx.my.ru; dmarc=pass header.from=evil.ru", false},
        {"mx.my.ru; dmarc=pass header.from=b.ru.evil.ru", false},
        {"mx.my.ru; dmarc=pass", false},
        {"mx.my.ru; spf=pass smtp.mailfrom=\"x; dmarc=pass header.from=b.ru\"@evil.ru; dmarc=fail", false},
        {"mx.my.ru; spf=pass (x; dmarc=pass header.from=b.ru); dmarc=fail", false},
        {"mx.my.ru; spf=pass (x; dmarc=pass header.from=b.ru", false},
        {"mx.my.ru; dmarc=pass reason=\"header.from=b.ru\" header.from=evil.ru", false},
        {"mx.my.ru; spf=pass; dmarc=fail header.from=b.ru; dkim=pass", false},
        {"mx.my.ru; dkim=pass\\", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(mail_authenticated(text_from(cases[i].results), TEXT("mx.my.ru"), TEXT("a@b.ru")),
                         cases[i].good);
    assert_false(mail_authenticated(TEXT("; dmarc=pass header.from=b.ru"), TEXT(""), TEXT("a@b.ru")));
}

static void test_language(void **state) {
    (void)state;
    assert_true(mail_russian(TEXT("Hello, Привет")));
    assert_false(mail_russian(TEXT("Hello, “friend”")));
    assert_false(mail_russian(TEXT("")));
}

static void test_ids(void **state) {
    (void)state;
    static const struct {
        const char *ids, *last;
    } cases[] = {
        {"", NULL},       {"<a@b>", "<a@b>"},         {"<a@b> <c@d>", "<c@d>"}, {"<a@b> <c d>", "<a@b>"},
        {"no id", NULL},  {"<a@b", NULL},             {"<a<b@c>", "<b@c>"},     {"<>", NULL},
        {"<a\r\nBcc: x@y>", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text last = mail_last_id(text_from(cases[i].ids));
        assert_true(cases[i].last == NULL ? last.data == NULL : text_is(last, cases[i].last));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tokens), cmocka_unit_test(test_authentication),
                                       cmocka_unit_test(test_ids), cmocka_unit_test(test_language)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
