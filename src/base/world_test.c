/* world_test.c: ids under many threads and odd clocks, fair draws, and a simulation that repeats itself. */
#include "base/world.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START (INT64_C(1767225600) * SECOND) /* 2026-01-01 */

static void ids_rise_and_tell_their_time(void **state) {
    (void)state;
    struct world *world = world_simulated(1, START);
    world->node = 255;
    int64_t first = world_id(world), last = first;
    assert_true(first > 0);
    assert_int_equal(id_moment(first), START);
    assert_int_equal(first & 0x1FF, 255 << 1); /* node, and even */
    for (int i = 0; i < 20000; i++) {          /* more than the counter holds in a millisecond */
        int64_t id = world_id(world);
        assert_true(id > last && (id & 0x1FF) == 255 << 1);
        last = id;
    }
    assert_int_equal(id_moment(last), START + 2000); /* borrowed from the next two */
    world_advance(world, -HOUR);                     /* the clock was set back */
    int64_t after = world_id(world);
    assert_true(after > last);
    world_advance(world, 2 * HOUR);
    assert_int_equal(id_moment(world_id(world)), START + HOUR);
    int64_t ahead = id_from_moment(START + DAY) | 0x1FE, past = world_id_after(world, ahead);
    assert_true(past > ahead && world_id(world) > past); /* another node's clock is a day ahead */
    assert_int_equal(past & 0x1FF, 255 << 1);
    world_free(world);
}

static void ids_and_moments_compare(void **state) {
    (void)state;
    struct world *world = world_simulated(1, START + 999);
    int64_t id = world_id(world);
    assert_true(id_from_moment(START) <= id);
    assert_true(id_from_moment(START + 999) <= id); /* same millisecond: not past it */
    assert_true(id_from_moment(START + 1000) > id);
    assert_int_equal(id_moment(id_from_moment(START)), START);
    assert_int_equal(id_from_moment(0), 0);
    assert_int_equal(id_from_moment(INT64_MIN), 0);
    assert_int_equal(id_from_moment(INT64_MAX), INT64_MAX);
    world_free(world);
}

#define THREADS 8
#define IDS 20000

struct maker {
    struct world *world;
    int64_t ids[IDS];
};

static void *make_ids(void *data) {
    struct maker *maker = data;
    uint64_t sum = 0;
    for (int i = 0; i < IDS; i++) {
        maker->ids[i] = world_id(maker->world);
        if (i % 100 == 0) {
            sum += world_random_below(maker->world, 10);
            if (maker->world->node == 1) world_advance(maker->world, 10);
        }
    }
    return (void *)(uintptr_t)sum;
}

static int compare_ids(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void threads_make_distinct_rising_ids(void **state) {
    (void)state;
    struct world *worlds[] = {world_simulated(7, START), world_real(2)};
    worlds[0]->node = 1;
    static struct maker makers[THREADS];
    static int64_t all[THREADS * IDS];
    for (int w = 0; w < 2; w++) {
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++) {
            makers[i].world = worlds[w];
            assert_int_equal(pthread_create(&threads[i], NULL, make_ids, &makers[i]), 0);
        }
        for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
        for (int i = 0; i < THREADS; i++) {
            for (int j = 1; j < IDS; j++) {
                if (makers[i].ids[j] <= makers[i].ids[j - 1]) fail();
            }
            memcpy(all + i * IDS, makers[i].ids, sizeof makers[i].ids);
        }
        qsort(all, THREADS * IDS, sizeof *all, compare_ids);
        for (int i = 1; i < THREADS * IDS; i++) {
            if (all[i] == all[i - 1]) fail();
        }
        world_free(worlds[w]);
    }
}

static void simulation_repeats_itself(void **state) {
    (void)state;
    struct world *one = world_simulated(42, START), *same = world_simulated(42, START);
    struct world *other = world_simulated(43, START);
    unsigned char a[100], b[100], c[100], first[8];
    world_random(one, a, sizeof a);
    world_random(same, b, sizeof b);
    world_random(other, c, sizeof c);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
    memcpy(first, a, sizeof first);
    /* ChaCha20 with key 42,0,… and nonce 0: the same on every machine and for ever, or old seeds say nothing. */
    static const unsigned char expected[8] = {0x1f, 0x76, 0xe5, 0x26, 0x51, 0x0a, 0xe3, 0x6a};
    assert_memory_equal(first, expected, sizeof expected);
    world_random(one, c, sizeof c);
    assert_memory_not_equal(a, c, sizeof a); /* not the same again */
    assert_int_equal(world_now(one), START);
    world_advance(one, 5);
    assert_int_equal(world_now(one), START + 5);
    world_free(one);
    world_free(same);
    world_free(other);
}

static void draws_are_fair(void **state) {
    (void)state;
    struct world *world = world_simulated(3, START);
    int counts[6] = {0};
    for (int i = 0; i < 60000; i++) counts[world_random_below(world, 6)]++;
    for (int i = 0; i < 6; i++) assert_in_range(counts[i], 9600, 10400); /* four standard deviations are 365 */
    assert_int_equal(world_random_below(world, 1), 0);
    uint64_t bound = (UINT64_C(1) << 63) + 1, upper = 0;
    for (int i = 0; i < 1000; i++) { /* a bound for which half of the draws must be thrown away */
        uint64_t drawn = world_random_below(world, bound);
        assert_true(drawn < bound);
        upper += drawn >= bound / 2;
    }
    assert_in_range(upper, 430, 570);
    world_free(world);
}

static void real_world_runs(void **state) {
    (void)state;
    struct world *world = world_real(0);
    moment before = world_now(world);
    assert_true(before > START - 3650 * DAY);
    unsigned char a[32] = {0}, b[32] = {0};
    world_random(world, a, sizeof a);
    world_random(world, b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    assert_in_range(id_moment(world_id(world)) / 1000, before / 1000, before / 1000 + 60000);
    world_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_rise_and_tell_their_time),
        cmocka_unit_test(ids_and_moments_compare),
        cmocka_unit_test(threads_make_distinct_rising_ids),
        cmocka_unit_test(simulation_repeats_itself),
        cmocka_unit_test(draws_are_fair),
        cmocka_unit_test(real_world_runs),
    };
    return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
