/* arena_test.c: what arena.h promises, the failures first. */
#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#ifdef ARENA_POISONED
#include <sanitizer/asan_interface.h>
#endif

struct work {
    struct arena *arena, *other;
    size_t size, times;
    int done;
    bool inner;
};

static void allocate(void *data) {
    struct work *work = data;
    for (size_t i = 0; i < work->times; i++) {
        char *memory = arena_alloc(work->arena, work->size);
        memset(memory, 0x5A, work->size);
    }
    work->done++;
}

static void cap_unwinds(void **state) {
    (void)state;
    static const struct {
        size_t cap, size, times;
        bool met;
    } rows[] = {
        {4096, 1024, 3, true},
        {4096, 1024, 5, false},
        {4096, 8192, 1, false},
        {1 << 20, 1000, 900, true},
        {1 << 20, 1000, 1100, false},
        {1 << 20, 1 << 20, 1, false},
        {1 << 20, 900000, 1, true},
        {1 << 20, SIZE_MAX, 1, false},
        {1 << 20, SIZE_MAX - 15, 1, false},
        {1 << 20, PTRDIFF_MAX, 1, false},
        {0, 1000, 1, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct work work = {.arena = arena_new(rows[i].cap), .size = rows[i].size, .times = rows[i].times};
        assert_int_equal(arena_guard(work.arena, allocate, &work), rows[i].met);
        assert_int_equal(work.done, rows[i].met);
        arena_clear(work.arena);
        work.size = 16; /* usable again after unwinding */
        work.times = 1;
        if (rows[i].cap > 0) assert_true(arena_guard(work.arena, allocate, &work));
        arena_free(work.arena);
    }
}

static void array_overflow(void *data) {
    struct work *work = data;
    arena_alloc_array(work->arena, SIZE_MAX / 2 + 2, 2);
    work->done++;
}

static void overflowing_array_unwinds(void **state) {
    (void)state;
    struct work work = {.arena = arena_new(4096)};
    assert_false(arena_guard(work.arena, array_overflow, &work));
    assert_int_equal(work.done, 0);
    arena_free(work.arena);
}

static void inner_guard_of_another_arena(void *data) {
    struct work *work = data;
    struct work inner = {.arena = work->arena, .size = 1 << 20, .times = 1};
    work->inner = arena_guard(work->other, allocate, &inner);
    work->done++;
}

static void inner_guard_of_same_arena(void *data) {
    struct work *work = data;
    struct work inner = {.arena = work->arena, .size = 1 << 20, .times = 1};
    work->inner = arena_guard(work->arena, allocate, &inner);
    allocate(&(struct work){.arena = work->arena, .size = 8, .times = 1});
    work->done++;
}

static void unwinds_to_the_nearest_guard_of_the_arena(void **state) {
    (void)state;
    struct work work = {.arena = arena_new(4096), .other = arena_new(4096), .inner = true};
    assert_false(arena_guard(work.arena, inner_guard_of_another_arena, &work));
    assert_int_equal(work.done, 0); /* jumped past the other arena's guard */
    assert_true(arena_guard(work.arena, inner_guard_of_same_arena, &work));
    assert_int_equal(work.done, 1);
    assert_false(work.inner);
    arena_free(work.arena);
    arena_free(work.other);
}

static char trace[64];

static void note(void *data) {
    strncat(trace, data, sizeof trace - strlen(trace) - 1);
}

static void add_cleanups_and_fail(void *data) {
    struct work *work = data;
    arena_on_free(work->arena, note, "a");
    arena_on_free(work->arena, note, "b");
    allocate(work);
}

static void cleanups_run_once_last_first(void **state) {
    (void)state;
    struct work work = {.arena = arena_new(4096), .size = 8192, .times = 1};
    trace[0] = '\0';
    assert_false(arena_guard(work.arena, add_cleanups_and_fail, &work));
    assert_string_equal(trace, ""); /* kept by unwinding */
    arena_clear(work.arena);
    assert_string_equal(trace, "ba");
    arena_on_free(work.arena, note, "c");
    arena_free(work.arena);
    assert_string_equal(trace, "bac");
    arena_free(NULL);
}

static void cleanup_without_room_runs_at_once(void **state) {
    (void)state;
    struct work work = {.arena = arena_new(4096), .size = 1, .times = 0};
    trace[0] = '\0';
    arena_fail_after(1);
    assert_false(arena_guard(work.arena, add_cleanups_and_fail, &work));
    assert_true(arena_fail_never());
    assert_string_equal(trace, "b");
    arena_free(work.arena);
    assert_string_equal(trace, "ba");
}

static void faults_hit_the_nth_allocation(void **state) {
    (void)state;
    struct work work = {.size = 32, .times = 10};
    int failures = 0;
    for (int64_t met = 0;; met++) {
        arena_fail_after(met);
        work.arena = arena_new(1 << 20);
        bool all = work.arena != NULL && arena_guard(work.arena, allocate, &work);
        arena_free(work.arena);
        int64_t asked = arena_fail_count();
        if (!arena_fail_never()) {
            assert_true(all);
            assert_int_equal(asked, 11); /* arena_new and ten */
            break;
        }
        assert_false(all);
        assert_int_equal(asked, met + 1);
        failures++;
    }
    assert_int_equal(failures, 11);
    work.arena = arena_new(1 << 20);
    arena_fail_from(0);
    for (int i = 0; i < 3; i++) assert_false(arena_guard(work.arena, allocate, &work));
    assert_null(arena_new(100));
    assert_true(arena_fail_never());
    assert_true(arena_guard(work.arena, allocate, &work));
    arena_free(work.arena);
}

static void memory_is_zeroed_and_aligned(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 7, 16, 17, 100, 1000, 5000, 9000, 40000, 3000000};
    static const char zeros[3000000];
    struct arena *arena = arena_new((size_t)64 << 20);
    for (int round = 0; round < 3; round++) {
        char *before = NULL;
        for (size_t i = 0; i < 5 * sizeof sizes / sizeof *sizes; i++) {
            size_t size = sizes[i * 7 % (sizeof sizes / sizeof *sizes)];
            char *memory = arena_alloc(arena, size);
            assert_ptr_not_equal(memory, before);
            before = memory;
            assert_int_equal((uintptr_t)memory % 16, 0);
            assert_memory_equal(memory, zeros, size);
            memset(memory, 0xA5, size);
        }
        assert_true(arena_used(arena) > 3000000);
        arena_clear(arena);
        assert_int_equal(arena_used(arena), 0);
    }
    arena_free(arena);
}

static void allocations_do_not_overlap(void **state) {
    (void)state;
    struct arena *arena = arena_new((size_t)64 << 20);
    unsigned char *made[2000];
    size_t sizes[2000];
    uint32_t random = 12345;
    for (size_t i = 0; i < 2000; i++) {
        random = random * 1664525 + 1013904223;
        sizes[i] = random >> 16 & (i % 50 == 0 ? 0xFFFF : 0xFF);
        made[i] = arena_alloc(arena, sizes[i]);
        memset(made[i], (int)(i & 255), sizes[i]);
    }
    for (size_t i = 0; i < 2000; i++) {
        for (size_t at = 0; at < sizes[i]; at++) assert_int_equal(made[i][at], i & 255);
    }
    arena_free(arena);
}

static void extends_only_the_last(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    char *first = arena_alloc(arena, 10), *second = arena_alloc(arena, 10);
    assert_false(arena_extend(arena, first, 10, 20));
    assert_true(arena_extend(arena, second, 10, 1000));
    for (int i = 10; i < 1000; i++) assert_int_equal(second[i], 0);
    memset(second, 'x', 1000);
    char *third = arena_alloc(arena, 1);
    assert_true(third >= second + 1000);
    assert_false(arena_extend(arena, third, 1, 1 << 20));
    assert_false(arena_extend(arena, third, 1, SIZE_MAX));
    arena_free(arena);
}

#ifdef ARENA_POISONED
/* Under ASan what was not handed out, or was taken back, may not be touched. */
static void poisons_what_is_not_handed_out(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 13, 16, 100, 5000, 100000};
    struct arena *arena = arena_new((size_t)1 << 20);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *memory = arena_alloc(arena, sizes[i]);
        assert_null(__asan_region_is_poisoned(memory, sizes[i]));
        assert_true(__asan_address_is_poisoned(memory + sizes[i]));
    }
    char *first = arena_alloc(arena, 10);
    assert_true(arena_extend(arena, first, 10, 20));
    assert_null(__asan_region_is_poisoned(first, 20));
    assert_true(__asan_address_is_poisoned(first + 20));
    arena_clear(arena);
    char *kept = arena_alloc(arena, 32);
    arena_clear(arena);
    assert_true(__asan_address_is_poisoned(kept) && __asan_address_is_poisoned(kept + 31));
    arena_free(arena);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cap_unwinds),
        cmocka_unit_test(overflowing_array_unwinds),
        cmocka_unit_test(unwinds_to_the_nearest_guard_of_the_arena),
        cmocka_unit_test(cleanups_run_once_last_first),
        cmocka_unit_test(cleanup_without_room_runs_at_once),
        cmocka_unit_test(faults_hit_the_nth_allocation),
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(allocations_do_not_overlap),
        cmocka_unit_test(extends_only_the_last),
#ifdef ARENA_POISONED
        cmocka_unit_test(poisons_what_is_not_handed_out),
#endif
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
