/* text_test.c: the strict parsers as tables, then encodings and the buffer. */
#include "base/text.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new((size_t)16 << 20);
    return arena == NULL;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static void assert_text(struct text text, const char *expected) {
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
}

static void parses_integers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool valid;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"007", true, 7},
        {"-12", true, -12},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"18446744073709551617", false, 0},
        {"99999999999999999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"--1", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"0x10", false, 0},
        {"١٢", false, 0},
        {"NaN", false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t value = 42;
        assert_int_equal(text_to_int(text_from(rows[i].text), &value), rows[i].valid);
        assert_int_equal(value, rows[i].valid ? rows[i].value : 42);
    }
    int64_t value = 42;
    assert_false(text_to_int(TEXT_NONE, &value));
    assert_false(text_to_int((struct text){"1\0", 2}, &value));
}

static void checks_utf8(void **state) {
    (void)state;
    static const struct {
        struct text text;
        bool valid;
        size_t length;
    } rows[] = {
        {{"", 0}, true, 0},
        {TEXT("Привет, мир"), true, 11},
        {TEXT("a\tb\r\n"), true, 5},
        {TEXT("\xF0\x9F\x98\x80"), true, 1},
        {TEXT("\xF4\x8F\xBF\xBF"), true, 1},
        {TEXT("\xC2\xA0"), true, 1},
        {TEXT("\xEF\xBF\xBD"), true, 1},
        {{"a\0b", 3}, false, 0},
        {TEXT("\x1B[0m"), false, 0},
        {TEXT("\x7F"), false, 0},
        {TEXT("\xC2\x85"), false, 0},         /* next line, a control */
        {TEXT("\xC0\x80"), false, 0},         /* overlong NUL */
        {TEXT("\xC1\xBF"), false, 0},         /* overlong */
        {TEXT("\xE0\x9F\xBF"), false, 0},     /* overlong */
        {TEXT("\xF0\x8F\xBF\xBF"), false, 0}, /* overlong */
        {TEXT("\xED\xA0\x80"), false, 0},     /* surrogate */
        {TEXT("\xF4\x90\x80\x80"), false, 0}, /* above U+10FFFF */
        {TEXT("\xF5\x80\x80\x80"), false, 0},
        {TEXT("\xD0"), false, 0}, /* cut short */
        {TEXT("\xE2\x82"), false, 0},
        {TEXT("\xF0\x9F\x98"), false, 0},
        {TEXT("\x80"), false, 0},
        {TEXT("\xE2\x28\xA1"), false, 0},
        {TEXT("\xFF"), false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(text_valid_utf8(rows[i].text), rows[i].valid);
        if (rows[i].valid) assert_int_equal(text_length_utf8(rows[i].text), rows[i].length);
    }
}

static void looks_and_cuts(void **state) {
    (void)state;
    assert_true(text_is(TEXT("abc"), "abc"));
    assert_false(text_is(TEXT("abc"), "abcd"));
    assert_true(text_equal(TEXT_NONE, TEXT("")));
    assert_true(text_starts(TEXT("abc"), "") && text_starts(TEXT("abc"), "ab") && !text_starts(TEXT("a"), "ab"));
    assert_true(text_ends(TEXT("abc"), "bc") && !text_ends(TEXT("c"), "bc") && text_ends(TEXT_NONE, ""));
    assert_true(text_equal_secret(TEXT("abc"), TEXT("abc")) && !text_equal_secret(TEXT("abc"), TEXT("abd")));
    assert_false(text_equal_secret(TEXT("abc"), TEXT("ab")));
    assert_text(text_trim(TEXT(" \t\r\n a b \v\f")), "a b");
    assert_text(text_trim(TEXT("   ")), "");
    assert_text(text_slice(TEXT("abcdef"), 2, 3), "cde");
    assert_text(text_slice(TEXT("abcdef"), 4, SIZE_MAX), "ef");
    assert_text(text_slice(TEXT("abcdef"), 9, 1), "");
    assert_null(text_slice(TEXT_NONE, 0, 1).data);
    assert_int_equal(text_find(TEXT("abc"), 'c'), 2);
    assert_int_equal(text_find(TEXT_NONE, 'c'), -1);
    struct text rest = TEXT("a,,b"), part = text_split(rest, ',', &rest);
    assert_text(part, "a");
    part = text_split(rest, ',', &rest);
    assert_text(part, "");
    part = text_split(rest, ',', &rest);
    assert_text(part, "b");
    assert_null(rest.data);
    part = text_split(TEXT("a,"), ',', &rest);
    assert_non_null(rest.data); /* something follows the separator: nothing, but not "none" */
    assert_int_equal(rest.size, 0);
}

static void makes_texts_with_a_nul_behind(void **state) {
    (void)state;
    struct text copy = text_copy(arena, text_slice(TEXT("abcdef"), 0, 3));
    assert_string_equal(copy.data, "abc");
    assert_string_equal(text_join(arena, TEXT("ab"), TEXT("cd")).data, "abcd");
    assert_string_equal(text_join(arena, TEXT_NONE, TEXT_NONE).data, "");
    assert_string_equal(text_lower_ascii(arena, TEXT("AbZ Щ[@")).data, "abz Щ[@");
    assert_string_equal(text_format(arena, "%d-%.*s", 5, TEXT_ARG(TEXT("xy"))).data, "5-xy");
    char longer[1000];
    memset(longer, 'q', sizeof longer - 1);
    longer[999] = '\0';
    for (size_t size = 250; size < 260; size++) {
        struct text made = text_format(arena, "%.*s", (int)size, longer);
        assert_int_equal(made.size, size);
        assert_int_equal(strlen(made.data), size);
    }
    assert_string_equal(text_format(arena, "%s", longer).data, longer);
}

static void encodes_hex_and_base64(void **state) {
    (void)state;
    static const struct {
        const char *clear, *hex, *base64;
    } rows[] = {
        /* RFC 4648 §10 */
        {"", "", ""},
        {"f", "66", "Zg"},
        {"fo", "666f", "Zm8"},
        {"foo", "666f6f", "Zm9v"},
        {"foob", "666f6f62", "Zm9vYg"},
        {"fooba", "666f6f6261", "Zm9vYmE"},
        {"foobar", "666f6f626172", "Zm9vYmFy"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text clear = text_from(rows[i].clear), back;
        assert_string_equal(text_hex(arena, clear.data, clear.size).data, rows[i].hex);
        assert_string_equal(text_base64url(arena, clear.data, clear.size).data, rows[i].base64);
        assert_true(text_unhex(arena, text_from(rows[i].hex), &back) && text_equal(back, clear));
        assert_true(text_unbase64(arena, text_from(rows[i].base64), &back) && text_equal(back, clear));
    }
    struct text bytes;
    assert_string_equal(text_base64url(arena, "\xFB\xFF\xFE", 3).data, "-__-");
    assert_true(text_unbase64(arena, TEXT("+//+"), &bytes) && text_equal(bytes, TEXT("\xFB\xFF\xFE")));
    assert_true(text_unbase64(arena, TEXT("Zg=="), &bytes) && text_equal(bytes, TEXT("f")));
    assert_true(text_unhex(arena, TEXT("aBCd"), &bytes) && text_equal(bytes, TEXT("\xAB\xCD")));
    static const char *const bad_base64[] = {"Z", "Zg=",  "Zg===", "Zm9v=", "Zm 9", "Zm9v\n",
                                             "=", "====", "Zh",    "Zm9",   "Z*8=", "Zg==Zg=="};
    for (size_t i = 0; i < sizeof bad_base64 / sizeof *bad_base64; i++) {
        assert_false(text_unbase64(arena, text_from(bad_base64[i]), &bytes));
    }
    static const char *const bad_hex[] = {"a", "0x", "gg", "a b0", "0g", "Ａ1"};
    for (size_t i = 0; i < sizeof bad_hex / sizeof *bad_hex; i++) {
        assert_false(text_unhex(arena, text_from(bad_hex[i]), &bytes));
    }
}

static void buffer_grows(void **state) {
    (void)state;
    struct buffer buffer = buffer_new(arena, 0);
    assert_string_equal(buffer_text(&buffer).data, "");
    size_t expected = 0;
    for (int i = 0; i < 3000; i++) {
        if (i % 7 == 0) arena_alloc(arena, 8); /* so that it must move at times */
        buffer_add_char(&buffer, 'c');
        buffer_add_literal(&buffer, "literal");
        buffer_add_text(&buffer, TEXT("текст"));
        buffer_add_int(&buffer, i);
        buffer_format(&buffer, "%d;", i);
        expected += 1 + 7 + 10 + 2 * (size_t)(i < 10 ? 1 : i < 100 ? 2 : i < 1000 ? 3 : 4) + 1;
    }
    struct text text = buffer_text(&buffer);
    assert_int_equal(text.size, expected);
    assert_int_equal(strlen(text.data), expected);
    assert_true(text_starts(text, "cliteralтекст00;cliteralтекст11;") && text_ends(text, "cliteralтекст29992999;"));
    buffer = buffer_new(arena, 1);
    buffer_add_int(&buffer, INT64_MIN);
    buffer_add_int(&buffer, INT64_MAX);
    buffer_add_text(&buffer, TEXT_NONE);
    assert_string_equal(buffer_text(&buffer).data, "-92233720368547758089223372036854775807");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_integers),        cmocka_unit_test(checks_utf8),
        cmocka_unit_test(looks_and_cuts),         cmocka_unit_test(makes_texts_with_a_nul_behind),
        cmocka_unit_test(encodes_hex_and_base64), cmocka_unit_test(buffer_grows),
    };
    return cmocka_run_group_tests_name("text", tests, setup, teardown);
}
