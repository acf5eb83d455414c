/* password_rules_test.c: the two policies (ID-2). */
#include "identity/password_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct {
    const char *password;
    unsigned composed; /* least 7 */
    unsigned modern;   /* least 8 */
} rows[] = {
    {"Abcd12!", 0, PASSWORD_SHORT},
    {"abcd12!", PASSWORD_NO_UPPER, PASSWORD_SHORT},
    {"ABCD12!", PASSWORD_NO_LOWER, PASSWORD_SHORT},
    {"Abcdef!", PASSWORD_NO_DIGIT, PASSWORD_SHORT},
    {"Abcd123", PASSWORD_NO_SIGN, PASSWORD_SHORT},
    {"Ab12!", PASSWORD_SHORT, PASSWORD_SHORT},
    {"", PASSWORD_SHORT | PASSWORD_NO_LOWER | PASSWORD_NO_UPPER | PASSWORD_NO_DIGIT | PASSWORD_NO_SIGN,
     PASSWORD_SHORT | PASSWORD_COMMON},
    /* Cyrillic letters are welcome, but are not the Latin ones; a blank is no sign */
    {"Пароль1!", PASSWORD_NO_LOWER | PASSWORD_NO_UPPER, 0},
    {"Пароль", PASSWORD_SHORT | PASSWORD_NO_LOWER | PASSWORD_NO_UPPER | PASSWORD_NO_DIGIT | PASSWORD_NO_SIGN,
     PASSWORD_SHORT},
    {"Abcd 123", PASSWORD_NO_SIGN, 0},
    {"кошка любит рыбу", PASSWORD_NO_LOWER | PASSWORD_NO_UPPER | PASSWORD_NO_DIGIT | PASSWORD_NO_SIGN, 0},
    {"correct horse battery", PASSWORD_NO_UPPER | PASSWORD_NO_DIGIT | PASSWORD_NO_SIGN, 0},
    {"PassWord123", PASSWORD_NO_SIGN, PASSWORD_COMMON},
    {"йцукен123", PASSWORD_NO_LOWER | PASSWORD_NO_UPPER | PASSWORD_NO_SIGN, PASSWORD_COMMON},
    {"aaaaaaaaaa", PASSWORD_NO_UPPER | PASSWORD_NO_DIGIT | PASSWORD_NO_SIGN, PASSWORD_COMMON},
    {"23456789", PASSWORD_NO_LOWER | PASSWORD_NO_UPPER | PASSWORD_NO_SIGN, PASSWORD_COMMON},
    {"1234567890", PASSWORD_NO_LOWER | PASSWORD_NO_UPPER | PASSWORD_NO_SIGN, PASSWORD_COMMON},
    {"0987654321", PASSWORD_NO_LOWER | PASSWORD_NO_UPPER | PASSWORD_NO_SIGN, PASSWORD_COMMON},
    {"98765432", PASSWORD_NO_LOWER | PASSWORD_NO_UPPER | PASSWORD_NO_SIGN, PASSWORD_COMMON},
    {"abcdefgh", PASSWORD_NO_UPPER | PASSWORD_NO_DIGIT | PASSWORD_NO_SIGN, PASSWORD_COMMON},
    {"9161234567", PASSWORD_NO_LOWER | PASSWORD_NO_UPPER | PASSWORD_NO_SIGN, PASSWORD_COMMON},
    {"89161234567", PASSWORD_NO_LOWER | PASSWORD_NO_UPPER | PASSWORD_NO_SIGN, PASSWORD_COMMON},
    {"+79161234567", PASSWORD_NO_LOWER | PASSWORD_NO_UPPER, PASSWORD_COMMON},
    {"bad\x01"
     "Abc1!",
     PASSWORD_MALFORMED, PASSWORD_MALFORMED},
    {"\xff\xfe"
     " Abc1!",
     PASSWORD_MALFORMED, PASSWORD_MALFORMED},
};

static void policies(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text password = text_from(rows[i].password);
        unsigned composed = password_faults(password, PASSWORD_COMPOSED, 7, TEXT("+79161234567"));
        unsigned modern = password_faults(password, PASSWORD_MODERN, 8, TEXT("+79161234567"));
        if (composed != rows[i].composed || modern != rows[i].modern)
            fail_msg("“%s”: composed %u, modern %u", rows[i].password, composed, modern);
    }
}

static void long_ones(void **state) {
    (void)state;
    char password[PASSWORD_MAX + 2];
    memset(password, 'x', sizeof password);
    memcpy(password, "Ab1!", 4);
    struct text text = {password, PASSWORD_MAX};
    assert_int_equal(password_faults(text, PASSWORD_COMPOSED, 7, TEXT_NONE), 0);
    text.size++;
    assert_int_equal(password_faults(text, PASSWORD_COMPOSED, 7, TEXT_NONE), PASSWORD_LONG);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(policies), cmocka_unit_test(long_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
