/* markup_rules_test.c: what answers may be written with (some of SU 5), as a table. */
#include "support/markup_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* "p" paragraph, "h" heading, "i" item; spans: 'text', *bold*, <words|address>. */
static struct text told(struct arena *arena, const char *words) {
    struct block *blocks = arena_array(arena, struct block, BLOCKS_MAX);
    size_t count = markup_read(arena, text_from(words), blocks);
    struct buffer out = buffer_new(arena, 64);
    for (size_t i = 0; i < count; i++) {
        buffer_format(&out, "%s%c", i > 0 ? " " : "", "phi"[blocks[i].kind]);
        for (size_t k = 0; k < blocks[i].count; k++) {
            const struct span *span = &blocks[i].spans[k];
            if (span->bold) buffer_format(&out, "*%.*s*", TEXT_ARG(span->text));
            else if (span->href.data != NULL)
                buffer_format(&out, "<%.*s|%.*s>", TEXT_ARG(span->text), TEXT_ARG(span->href));
            else buffer_format(&out, "'%.*s'", TEXT_ARG(span->text));
        }
    }
    return buffer_text(&out);
}

static void test_markup(void **state) {
    (void)state;
    static const struct {
        const char *words, *told;
    } cases[] = {
        {"", ""},
        {"\n\n", ""},
        {"One\ntwo\n\nthree", "p'One\ntwo' p'three'"},
        {"## Head\nText", "h'Head' p'Text'"},
        {"Text\n- a\n- b\nmore", "p'Text' i'a' i'b' p'more'"},
        {"a **b** c", "p'a '*b*' c'"},
        {"**all**", "p*all*"},
        {"a ** b", "p'a ** b'"},
        {"****", "p'****'"},
        {"see [here](/help/code).", "p'see '<here|/help/code>'.'"},
        {"[x](https://evil.example)", "p'[x](https://evil.example)'"},
        {"[x](//evil.example)", "p'[x](//evil.example)'"},
        {"[x](javascript:1)", "p'[x](javascript:1)'"},
        {"[x](/a b)", "p'[x](/a b)'"},
        {"[x](/a\"onclick=)", "p'[x](/a\"onclick=)'"},
        {"[](/a)", "p'[](/a)'"},
        {"[x](/a", "p'[x](/a'"},
        {"<b>&</b>", "p'<b>&</b>'"},
        {"##no", "p'##no'"},
        {"-no", "p'-no'"},
    };
    struct arena *arena = arena_new(1 << 22);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(text_copy(arena, told(arena, cases[i].words)).data, cases[i].told);
    arena_free(arena);
}

static void test_bound(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 22);
    struct buffer words = buffer_new(arena, 4096);
    for (size_t i = 0; i < 2 * BLOCKS_MAX; i++) buffer_add_literal(&words, "a\n- b\n");
    struct block *blocks = arena_array(arena, struct block, BLOCKS_MAX);
    assert_int_equal(markup_read(arena, buffer_text(&words), blocks), BLOCKS_MAX);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_markup), cmocka_unit_test(test_bound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
