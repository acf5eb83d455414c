/* search_test.c: how help is searched (some of SU 5), as tables. */
#include "base/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_fold(void **state) {
    (void)state;
    static const struct {
        const char *text, *folded;
    } cases[] = {
        {"", ""},
        {"Не пришёл КОД!", "не пришел код"},
        {"  SMS — 1070, Ё  ", "sms 1070 е"},
        {"naïve\xff", "na ve"},
        {"АЯ аяЀ", "ая аяЀ"},
        {"!!!", ""},
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text folded = search_fold(arena, text_from(cases[i].text));
        assert_true(text_equal(folded, text_from(cases[i].folded)));
    }
    arena_free(arena);
}

static void test_score(void **state) {
    (void)state;
    static const struct {
        const char *asked, *title, *words;
        int score;
    } cases[] = {
        {"переводы", "перевод по номеру", "деньги сразу", 3},
        {"перевод деньгам", "перевод по номеру", "деньги сразу", 4},
        {"код", "не пришел код", "", 3},
        {"код", "раскодировать", "", 0}, /* only from a word's beginning */
        {"код карта", "не пришел код", "подождите", 0},
        {"", "x", "y", 0},
        {"смс", "x", "жду смс", 1},
        {"см", "смс", "", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(search_score(text_from(cases[i].asked), text_from(cases[i].title), text_from(cases[i].words)),
                         cases[i].score);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fold), cmocka_unit_test(test_score)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
