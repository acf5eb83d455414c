/* smtp_test.c: a letter as RFC 5322, 2045 and 2047 want it (some of MS 1). Sending it is
 * test/interface/messaging.test.mjs. */
#include "adapters/smtp/smtp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int make(void **state) {
    (void)state;
    arena = arena_new(1 << 20);
    return arena == NULL;
}

static int drop(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct {
    const char *address;
    bool valid;
} addresses[] = {
    {"a@b.ru", true},          {"first.last+tag@mail.example.ru", true},
    {"", false},               {"a@b", false},
    {"@b.ru", false},          {"a@", false},
    {"a@.ru", false},          {"a@b..ru", false},
    {".a@b.ru", false},        {"a b@c.ru", false},
    {"a@b.ru\r\nBcc: c@d.ru", false}, {"<a@b.ru>", false},
    {"a@b@c.ru", false},       {"имя@b.ru", false},
    {"a@почта.рф", false},     {"a@b_c.ru", false},
};

static void knows_addresses(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
        assert_int_equal(smtp_address_valid(text_from(addresses[i].address)), addresses[i].valid);
    char longest[300];
    memset(longest, 'a', sizeof longest);
    memcpy(longest + 64, "@b.ru", 6);
    assert_true(smtp_address_valid(text_from(longest)));
    memcpy(longest + 64, "a@b.ru", 7);
    assert_false(smtp_address_valid(text_from(longest)));
}

static const struct {
    const char *value, *header;
} headers[] = {
    {"Plain", "Plain"},
    {"Код", "=?UTF-8?B?0JrQvtC0?="},
    {"a=b", "=?UTF-8?B?YT1i?="}, /* may look like an encoded word */
    {"x\r\nBcc: y@z.ru", "=?UTF-8?B?eA0KQmNjOiB5QHoucnU=?="},
    /* never split inside a letter: 42 bytes a word at most */
    {"Подтверждение адреса электронной почты",
     "=?UTF-8?B?0J/QvtC00YLQstC10YDQttC00LXQvdC40LUg0LDQtNGA0LXRgdCwINGN?=\r\n"
     " =?UTF-8?B?0LvQtdC60YLRgNC+0L3QvdC+0Lkg0L/QvtGH0YLRiw==?="},
};

static void encodes_headers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct text header = smtp_header_text(arena, text_from(headers[i].value));
        assert_string_equal(text_copy(arena, header).data, headers[i].header);
    }
}

static void writes_a_letter(void **state) {
    (void)state;
    const struct smtp_letter letter = {
        .id = 42, .to = TEXT("a@b.ru"), .subject = TEXT("Hello"), .text = TEXT("one\ntwo"),
        .unsubscribe = TEXT("https://my/u?x=1"), .at = 1793703845 * SECOND,
    };
    assert_string_equal(smtp_letter_text(arena, "no-reply@my.ru", "Я", &letter).data,
                        "From: =?UTF-8?B?0K8=?= <no-reply@my.ru>\r\nTo: <a@b.ru>\r\nSubject: Hello\r\n"
                        "Date: Tue, 3 Nov 2026 11:04:05 +0000\r\nMessage-ID: <42.kabinet@my.ru>\r\n"
                        "List-Unsubscribe: <https://my/u?x=1>\r\n"
                        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
                        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                        "b25lDQp0d28NCg==\r\n");
}

static void brings_a_file(void **state) {
    (void)state;
    const struct smtp_letter letter = {
        .id = 42, .to = TEXT("a@b.ru"), .subject = TEXT("Hello"), .text = TEXT("one"), .at = 1793703845 * SECOND,
        .file = {"receipt-1.pdf", "application/pdf", TEXT("%PDF")},
    };
    const char *text = smtp_letter_text(arena, "no-reply@my.ru", "x", &letter).data;
    assert_string_equal(strstr(text, "MIME-Version"),
                        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_kabinet_part\"\r\n\r\n"
                        "--=_kabinet_part\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                        "b25lDQo=\r\n"
                        "--=_kabinet_part\r\n"
                        "Content-Type: application/pdf; name=\"receipt-1.pdf\"\r\n"
                        "Content-Disposition: attachment; filename=\"receipt-1.pdf\"\r\n"
                        "Content-Transfer-Encoding: base64\r\n\r\n"
                        "JVBERg==\r\n"
                        "--=_kabinet_part--\r\n");
}

static void keeps_lines_short(void **state) {
    (void)state;
    char body[5000];
    memset(body, 'x', sizeof body);
    const struct smtp_letter letter = {.to = TEXT("a@b.ru"), .subject = TEXT("s"), .text = {body, sizeof body}};
    struct text rest = smtp_letter_text(arena, "no-reply@my.ru", "name", &letter);
    while (rest.size > 0) assert_true(text_split(rest, '\n', &rest).size <= 77);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(knows_addresses, make, drop),
        cmocka_unit_test_setup_teardown(encodes_headers, make, drop),
        cmocka_unit_test_setup_teardown(writes_a_letter, make, drop),
        cmocka_unit_test_setup_teardown(brings_a_file, make, drop),
        cmocka_unit_test_setup_teardown(keeps_lines_short, make, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
