/* personal_rules_test.c: names of personal pages, and what may stand on them (BK-4), as tables. */
#include "products/personal/personal_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_name_is_judged(void **state) {
    (void)state;
    static const struct {
        const char *typed;
        enum name_verdict verdict;
    } rows[] = {
        {"masha", NAME_GOOD},     {"@Masha_99", NAME_GOOD},  {" masha ", NAME_GOOD},
        {"a1234567890123456789", NAME_GOOD},
        {"mas", NAME_LENGTH},     {"", NAME_LENGTH},         {"a12345678901234567890", NAME_LENGTH},
        {"9masha", NAME_SIGNS},   {"_masha", NAME_SIGNS},    {"ma-sha", NAME_SIGNS},      {"маша", NAME_SIGNS},
        {"ma sha", NAME_SIGNS},   {"Support", NAME_RESERVED}, {"support_24", NAME_RESERVED}, {"supporter", NAME_GOOD},
    };
    struct arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(name_verdict(name_fold(arena, text_from(rows[i].typed))), rows[i].verdict);
    arena_free(arena);
}

static void words_are_clean(void **state) {
    (void)state;
    static const struct {
        const char *words;
        bool clean;
    } rows[] = {{"С днём рождения! 🎂 №1 & «всё»", true}, {"", true},        {"<b>x", false},
                {"a\nb", false},                            {"a\tb", false},   {"a\u202Eb", false},
                {"a\u200Bb", false},                        {"a\u2067b", false}, {"\uFEFFa", false}, {"a — b", true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(words_clean(text_from(rows[i].words)), rows[i].clean);
}

static void sums_are_read(void **state) {
    (void)state;
    static const struct {
        const char *typed;
        int count;
        int64_t last;
    } rows[] = {{"", 0, 0},     {"100", 1, 10000},     {"100, 500,1000 , 2000", 4, 200000}, {"1,2,3,4,5", -1, 0},
                {"0", -1, 0},   {"100,x", -1, 0},      {"100,,200", -1, 0},                 {"1000001", -1, 0},
                {"-5", -1, 0},  {"1.50", -1, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t sums[SUMS_MOST] = {0};
        int count = sums_read(text_from(rows[i].typed), sums);
        assert_int_equal(count, rows[i].count);
        if (count > 0) assert_int_equal(sums[count - 1], rows[i].last);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_judged),
        cmocka_unit_test(words_are_clean),
        cmocka_unit_test(sums_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
