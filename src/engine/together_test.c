/* together_test.c: lots grow while one is under way, none is lost, each is run once and never beside another. */
#include "engine/together.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TASKS 20000
#define ADDERS 4

struct one {
    struct task task;
    _Atomic int runs;
};

static struct {
    struct together *together;
    _Atomic int inside, lots;
    _Atomic size_t largest, ran, refused;
    struct one *ones;
} all;

static void run_one(struct task *task) {
    struct one *one = (struct one *)((char *)task - offsetof(struct one, task));
    atomic_fetch_add(&one->runs, 1);
    atomic_fetch_add(&all.ran, 1);
}

static void run_lot(void *self, struct task *const *tasks, size_t count) {
    assert_ptr_equal(self, &all);
    assert_int_equal(atomic_fetch_add(&all.inside, 1), 0);
    assert_true(count > 0 && count <= 64);
    if (count > atomic_load(&all.largest)) atomic_store(&all.largest, count);
    atomic_fetch_add(&all.lots, 1);
    for (size_t i = 0; i < count; i++) tasks[i]->run(tasks[i]);
    atomic_fetch_sub(&all.inside, 1);
}

static void begin(struct pool *pool, struct one *ones) {
    memset(&all, 0, sizeof all);
    all.ones = ones;
    all.together = together_new(pool, run_lot, &all);
    assert_non_null(all.together);
    for (size_t i = 0; i < TASKS; i++) ones[i] = (struct one){.task = {.run = run_one}};
}

static void *add_many(void *first) {
    for (struct one *one = first; one < (struct one *)first + TASKS / ADDERS; one++)
        if (!together_add(all.together, &one->task)) atomic_fetch_add(&all.refused, 1);
    return NULL;
}

static struct one ones[TASKS];

static void many_threads_add(void **state) {
    (void)state;
    struct pool *pool = pool_new(16);
    begin(pool, ones);
    assert_true(pool_start(pool, 3));
    pthread_t adders[ADDERS];
    for (size_t i = 0; i < ADDERS; i++)
        assert_int_equal(pthread_create(&adders[i], NULL, add_many, ones + i * (TASKS / ADDERS)), 0);
    for (size_t i = 0; i < ADDERS; i++) pthread_join(adders[i], NULL);
    pool_free(pool); /* finishes what waits */
    together_free(all.together);
    size_t ran = 0;
    for (size_t i = 0; i < TASKS; i++) {
        assert_true(ones[i].runs <= 1);
        ran += (size_t)ones[i].runs;
    }
    assert_int_equal(ran + all.refused, TASKS);
    assert_int_equal(ran, all.ran);
}

static void lots_grow_and_are_bounded(void **state) {
    (void)state;
    struct pool *pool = pool_new(1);
    begin(pool, ones);
    for (size_t i = 0; i < 4096; i++) assert_true(together_add(all.together, &ones[i].task));
    assert_false(together_add(all.together, &ones[4096].task));
    assert_true(pool_step(pool));
    assert_int_equal(all.ran, 64); /* one lot, then others' turn */
    while (pool_step(pool)) {}
    assert_int_equal(all.ran, 4096);
    assert_int_equal(all.lots, 64);
    assert_true(together_add(all.together, &ones[5000].task));
    assert_true(pool_step(pool));
    assert_int_equal(all.ran, 4097);
    pool_free(pool);
    together_free(all.together);
}

static void stray_task(struct task *task) {
    (void)task;
}

static void a_full_pool_refuses(void **state) {
    (void)state;
    struct pool *pool = pool_new(1);
    begin(pool, ones);
    struct task stray = {.run = stray_task};
    assert_true(pool_submit(pool, &stray));
    assert_false(together_add(all.together, &ones[0].task));
    assert_true(pool_step(pool));
    assert_true(together_add(all.together, &ones[1].task));
    for (size_t i = 2; i < 100; i++) assert_true(together_add(all.together, &ones[i].task));
    while (pool_step(pool)) {}
    assert_int_equal(all.ran, 99);
    assert_int_equal(ones[0].runs, 0);
    pool_free(pool);
    together_free(all.together);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_threads_add),
        cmocka_unit_test(lots_grow_and_are_bounded),
        cmocka_unit_test(a_full_pool_refuses),
    };
    return cmocka_run_group_tests_name("together", tests, NULL, NULL);
}
