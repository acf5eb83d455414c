/* friends_rules_test.c: BK-3: the rules of friends as tables. */
#include "products/friends/friends_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void verdicts(void **state) {
    (void)state;
    static const struct {
        int64_t count, most;
        bool known, own;
        enum friend_verdict verdict;
    } rows[] = {
        {0, 5, false, false, FRIEND_NEW},  {4, 5, false, false, FRIEND_NEW}, {5, 5, false, false, FRIEND_FULL},
        {5, 5, true, false, FRIEND_KNOWN}, {1, 5, true, true, FRIEND_OWN},   {5, 5, false, true, FRIEND_OWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(friend_verdict(rows[i].count, rows[i].most, rows[i].known, rows[i].own), rows[i].verdict);
}

#define TAG "AAAAAAAAAAAAAAAAAAAAAA"

static void lines(void **state) {
    (void)state;
    static const struct {
        const char *lines;
        int count;
        const char *label; /* of the first */
    } rows[] = {
        {"", 0, NULL},
        {TAG, 1, NULL},
        {TAG " ", 1, NULL},
        {TAG " Мама", 1, "Мама"},
        {TAG "  Тётя Оля \r\n\n" TAG, 2, "Тётя Оля"},
        {TAG "\n" TAG "\n" TAG, -1, NULL}, /* room for two */
        {"x", -1, NULL},
        {TAG "A", -1, NULL},
        {"AAAAAAAAAAAAAAAAAAAA", -1, NULL},
        {TAG " 0123456789012345678901234567890123456789", 1, "0123456789012345678901234567890123456789"},
        {TAG " 01234567890123456789012345678901234567890", -1, NULL},
        {" Мама", -1, NULL},
    };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct friend_found found[2];
        assert_int_equal(friends_parse(arena, text_from(rows[i].lines), found, 2), rows[i].count);
        if (rows[i].count < 1) continue;
        assert_true(rows[i].label == NULL ? found[0].label.size == 0 : text_is(found[0].label, rows[i].label));
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(verdicts), cmocka_unit_test(lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
