/* side_memo_test.c: what is remembered of other sides: its age, its size, what falls out, many threads. */
#include "operations/side_memo.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW (100 * DAY)

static struct side named(int64_t owner, const char *name) {
    return (struct side){owner, name != NULL ? text_from(name) : TEXT_NONE};
}

static void age_and_size(void **state) {
    (void)state;
    struct side_memo *memo = side_memo_new();
    struct arena *arena = arena_new(65536);
    struct side side = {0}, anna = named(7, "Анна П."), anne = named(7, "Анна К."), system = named(0, NULL);
    struct side long_name = named(9, "a name of more than thirty-nine bytes...");
    bool fresh = false;
    assert_false(side_memo_find(memo, 1, NOW, arena, &side, &fresh));
    side_memo_keep(memo, 1, NOW, &anna);
    side_memo_keep(memo, 2, NOW, &system);
    side_memo_keep(memo, 3, NOW, &long_name);
    assert_true(side_memo_find(memo, 1, NOW + MINUTE - 1, arena, &side, &fresh));
    assert_true(fresh && side.owner == 7 && text_is(side.name, "Анна П."));
    assert_true(side_memo_find(memo, 1, NOW + MINUTE, arena, &side, &fresh)); /* whose it is stays true */
    assert_true(!fresh && side.owner == 7);
    side_memo_keep(memo, 1, NOW + MINUTE, &anne);
    assert_true(side_memo_find(memo, 1, NOW + MINUTE, arena, &side, &fresh));
    assert_true(fresh && text_is(side.name, "Анна К."));
    assert_true(side_memo_find(memo, 2, NOW, arena, &side, &fresh));
    assert_true(fresh && side.owner == 0 && side.name.data == NULL);
    assert_false(side_memo_find(memo, 3, NOW, arena, &side, &fresh)); /* asked each time */
    arena_free(arena);
    side_memo_free(memo);
}

/* More than there are places: what is found is right, the newest are found, and most of what would fit is. */
static void newest_stay(void **state) {
    (void)state;
    struct side_memo *memo = side_memo_new();
    struct arena *arena = arena_new((size_t)64 << 20);
    const int64_t count = 400000;
    int64_t found = 0, recent = 0;
    for (int64_t i = 1; i <= count; i++) {
        struct side side = named(i * 3, "Имя О.");
        side_memo_keep(memo, i << 20, NOW + i, &side);
    }
    for (int64_t i = 1; i <= count; i++) {
        struct side side;
        bool fresh;
        if (!side_memo_find(memo, i << 20, NOW + count, arena, &side, &fresh)) continue;
        assert_true(side.owner == i * 3 && text_is(side.name, "Имя О."));
        found++;
        recent += i > count - 1000;
        arena_clear(arena);
    }
    assert_true(found > 120000 && found <= 131072);
    assert_int_equal(recent, 1000);
    arena_free(arena);
    side_memo_free(memo);
}

static void *keep_and_find(void *data) {
    struct side_memo *memo = data;
    struct arena *arena = arena_new(65536);
    for (int64_t i = 1; i < 20000; i++) {
        int64_t account = i % 50 + 1;
        struct side side = named(account * 11, account % 2 == 0 ? "even" : "odd");
        bool fresh;
        side_memo_expect(memo, account);
        side_memo_keep(memo, account, NOW + i, &side);
        if (!side_memo_find(memo, account, NOW + i, arena, &side, &fresh)) return NULL;
        if (side.owner != account * 11 || !text_is(side.name, account % 2 == 0 ? "even" : "odd")) return NULL;
        arena_clear(arena);
    }
    arena_free(arena);
    return memo;
}

static void threads(void **state) {
    (void)state;
    struct side_memo *memo = side_memo_new();
    pthread_t all[4];
    for (size_t i = 0; i < 4; i++) assert_int_equal(pthread_create(&all[i], NULL, keep_and_find, memo), 0);
    for (size_t i = 0; i < 4; i++) {
        void *good;
        pthread_join(all[i], &good);
        assert_ptr_equal(good, memo);
    }
    side_memo_free(memo);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(age_and_size),
        cmocka_unit_test(newest_stay),
        cmocka_unit_test(threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
