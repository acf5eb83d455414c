/* windows1251_test.c: what becomes of letters, marks and what the page lacks; each byte as iconv gives it. */
#include "operations/windows1251.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <iconv.h>
#include <string.h>

static struct text converted(struct arena *arena, struct text text) {
    struct buffer out = buffer_new(arena, 64);
    windows1251_add(&out, text);
    return buffer_text(&out);
}

static void texts(void **state) {
    (void)state;
    static const struct {
        const char *utf8, *bytes;
    } table[] = {
        {"", ""},
        {"Sum=1.00", "Sum=1.00"},
        {"АЯая", "\xC0\xDF\xE0\xFF"},
        {"Ёж №5", "\xA8\xE6 \xB9""5"},
        {"«да»", "\xAB\xE4\xE0\xBB"},
        {"a\r\nb\tc", "a  b c"},
        {"1 ₽ 😀", "1 ? ?"},
        {"1\u202F500", "1\xA0""500"},
        {"7\u2011916", "7-916"},
        {"\xD0", "?"},
    };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct text bytes = converted(arena, text_from(table[i].utf8));
        assert_int_equal(bytes.size, strlen(table[i].bytes));
        assert_memory_equal(bytes.data, table[i].bytes, bytes.size);
    }
    arena_free(arena);
}

/* Whatever of the page we give, the system's own table reads back as what went in. */
static void read_back(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    char all[] = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя№«»–—“”„…•§©®°±·ЄІЇЎєіїўҐґ€™‘’";
    struct text bytes = converted(arena, text_from(all));
    char back[512] = "", *from = (char *)bytes.data, *to = back;
    size_t from_left = bytes.size, to_left = sizeof back - 1;
    iconv_t way = iconv_open("UTF-8", "CP1251");
    assert_true(way != (iconv_t)-1);
    assert_int_equal(iconv(way, &from, &from_left, &to, &to_left), 0);
    iconv_close(way);
    assert_string_equal(back, all);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts), cmocka_unit_test(read_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
