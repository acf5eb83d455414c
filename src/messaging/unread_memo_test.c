/* unread_memo_test.c: what is remembered of unread feeds, and what is not (some of MS 4). */
#include "messaging/unread_memo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW (1000 * DAY)

static void remembers(void **state) {
    (void)state;
    struct unread_memo *memo = unread_memo_new();
    assert_non_null(memo);
    assert_int_equal(unread_memo_find(memo, 7, NOW), -1);
    unread_memo_keep(memo, 7, NOW, 3, unread_memo_begin(memo, 7));
    assert_int_equal(unread_memo_find(memo, 7, NOW), 3);
    assert_int_equal(unread_memo_find(memo, 8, NOW), -1);
    assert_int_equal(unread_memo_find(memo, 7, NOW + MINUTE - 1), 3);
    assert_int_equal(unread_memo_find(memo, 7, NOW + MINUTE), -1);
    unread_memo_forget(memo, 7);
    assert_int_equal(unread_memo_find(memo, 7, NOW), -1);
    unread_memo_free(memo);
}

/* Read before a change, kept after it: that would be the old number. */
static void a_change_meanwhile(void **state) {
    (void)state;
    struct unread_memo *memo = unread_memo_new();
    uint32_t begun = unread_memo_begin(memo, 7);
    unread_memo_forget(memo, 7);
    unread_memo_keep(memo, 7, NOW, 3, begun);
    assert_int_equal(unread_memo_find(memo, 7, NOW), -1);
    unread_memo_free(memo);
}

static void many(void **state) {
    (void)state;
    struct unread_memo *memo = unread_memo_new();
    int known = 0;
    for (int64_t i = 1; i <= 200000; i++) unread_memo_keep(memo, i, NOW + i, i, unread_memo_begin(memo, i));
    for (int64_t i = 1; i <= 200000; i++) {
        int64_t count = unread_memo_find(memo, i, NOW + 200000);
        assert_true(count == i || count == -1);
        if (count == i) known++;
    }
    assert_true(known > 20000);
    unread_memo_free(memo);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(remembers), cmocka_unit_test(a_change_meanwhile),
                                       cmocka_unit_test(many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
