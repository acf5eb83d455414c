/* tags_rules_test.c: BK-6: tags as they are typed, as a table. */
#include "spending/tags_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct arena *arena;

static void joined(const struct tags *tags, const char *wanted) {
    struct buffer out = buffer_new(arena, 64);
    for (size_t i = 0; i < tags->count; i++) {
        if (i > 0) buffer_add_char(&out, '|');
        buffer_add_text(&out, tags->of[i]);
    }
    struct text text = buffer_text(&out);
    assert_true(text_equal(text, text_from(wanted)) || (text.size == 0 && wanted[0] == 0));
}

static void typed(void **state) {
    (void)state;
    static const struct {
        const char *typed;
        enum tags_fault fault;
        const char *tags;
    } rows[] = {
        {"", TAGS_NONE, ""},
        {" # , #", TAGS_NONE, ""},
        {"#кафе", TAGS_GOOD, "кафе"},
        {"Кафе", TAGS_GOOD, "кафе"},
        {"#КАФЕ #кафе кафе", TAGS_GOOD, "кафе"},
        {"#Отпуск, #Сочи2026; еда", TAGS_GOOD, "отпуск|сочи2026|еда"},
        {"#a#b", TAGS_GOOD, "a|b"},
        {"#на_двоих #кофе-с-собой", TAGS_GOOD, "на_двоих|кофе-с-собой"},
        {"#й", TAGS_GOOD, "й"},
        {"#a.b", TAGS_MALFORMED, ""},
        {"#<b>", TAGS_MALFORMED, ""},
        {"#--", TAGS_MALFORMED, ""},
        {"#кафе !", TAGS_MALFORMED, "кафе"},
        {"#\xD0", TAGS_MALFORMED, ""},
        {"абвгдежзийклмнопрстуфхцчшщъыьэ", TAGS_GOOD, "абвгдежзийклмнопрстуфхцчшщъыьэ"},
        {"абвгдежзийклмнопрстуфхцчшщъыьэю", TAGS_TOO_LONG, ""},
        {"1 2 3 4 5 6 7 8 9 10", TAGS_GOOD, "1|2|3|4|5|6|7|8|9|10"},
        {"1 2 3 4 5 6 7 8 9 10 11", TAGS_TOO_MANY, "1|2|3|4|5|6|7|8|9|10"},
        {"1 2 3 4 5 6 7 8 9 10 1", TAGS_GOOD, "1|2|3|4|5|6|7|8|9|10"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tags tags;
        assert_int_equal(tags_typed(arena, text_from(rows[i].typed), &tags), rows[i].fault);
        joined(&tags, rows[i].tags);
    }
}

static void in_words(void **state) {
    (void)state;
    static const struct {
        const char *words, *tags;
    } rows[] = {
        {"", ""},
        {"за кофе", ""},
        {"за кофе #Кафе", "кафе"},
        {"#кафе. #отпуск!", "кафе|отпуск"},
        {"дом#5 и #дом", "дом"},
        {"# #-- #_", ""},
        {"#1 #2 #3 #4 #5 #6 #7 #8 #9 #10 #11", "1|2|3|4|5|6|7|8|9|10"},
        {"#абвгдежзийклмнопрстуфхцчшщъыьэюя #да", "да"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tags tags;
        tags_in_words(arena, text_from(rows[i].words), &tags);
        joined(&tags, rows[i].tags);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(typed), cmocka_unit_test(in_words)};
    arena = arena_new((size_t)4 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
