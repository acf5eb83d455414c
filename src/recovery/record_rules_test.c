/* record_rules_test.c: names, words and passports as people say them, as a table. */
#include "recovery/record_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct row {
    const char *said, *kept;
    bool same;
};

static void words_are_the_same_as_people_write_them(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"Иванова", "Иванова", true},
        {"иванова", "ИВАНОВА", true},
        {" Иванова ", "Иванова", true},
        {"Мамин Сибиряк", "Мамин-Сибиряк", true},
        {"Королёв", "королев", true},
        {"ЁЛКИН", "елкин", true},
        {"Ivanova", "IVANOVA", true},
        {"Øster", "Øster", true},
        {"Иванов", "Иванова", false},
        {"Иванова", "Иванов", false},
        {"Петрова", "Иванова", false},
        {"Ivanova", "Иванова", false},
        {"", "Иванова", false},
        {"Иванова", "", false},
        {"", "", false},
        {"-", " ", false},
        {"\xD0", "\xD0", true},
        {"\xD0", "\xD1", false},
    };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (record_same_word(arena, text_from(rows[i].said), text_from(rows[i].kept)) != rows[i].same)
            fail_msg("«%s» and «%s»", rows[i].said, rows[i].kept);
    }
    assert_false(record_same_word(arena, TEXT_NONE, TEXT_NONE));
    arena_free(arena);
}

static void passports_are_the_same_however_spaced(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"4510 123456", "45 10 123456", true},
        {"4510123456", "45 10 № 123456", true},
        {"4510123457", "4510123456", false},
        {"451012345", "4510123456", false},
        {"", "4510123456", false},
        {"4510123456", "", false},
        {"", "", false},
        {"what", "what", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (record_same_passport(text_from(rows[i].said), text_from(rows[i].kept)) != rows[i].same)
            fail_msg("«%s» and «%s»", rows[i].said, rows[i].kept);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_the_same_as_people_write_them),
        cmocka_unit_test(passports_are_the_same_however_spaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
