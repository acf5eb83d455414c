/* simulation_test.c: random customers against a model, from seeds (LE-1, LE-3, LE-4, LE-5, WA-2, WA-4, WA-14, ID-2,
 * ID-14).
 *
 *     KABINET_SEED=n      one seed alone        KABINET_SEEDS=count   how many, from 1 (or from KABINET_SEED on)
 *     KABINET_ACTIONS=n   how long each run is  KABINET_SIMULATION_LOG=1   what happens, as it happens
 *
 * A failing seed prints its last actions, and replays exactly. */
#include "test/simulation/simulation.h"

#include "test/support/disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLOW 1
#endif
#endif
#ifdef SLOW
#define SEEDS 60
#else
#define SEEDS 250
#endif
#define ACTIONS 220
#define PROCESSES 2

static int64_t number_from(const char *name, int64_t otherwise) {
    int64_t number;
    return getenv(name) != NULL && text_to_int(text_from(getenv(name)), &number) ? number : otherwise;
}

/* Every PROCESSES-th seed, in a process of its own. True when all went well. */
static void run_share(uint64_t first, int64_t count, int share) {
    struct sim_totals totals = {0};
    int actions = (int)number_from("KABINET_ACTIONS", ACTIONS);
    for (int64_t i = share; i < count; i += PROCESSES) sim_run(first + (uint64_t)i, actions, &totals);
    printf("simulation: share %d: %lld done, %lld refused, %lld repeated, %lld groups, %lld crashes\n", share,
           (long long)totals.done, (long long)totals.refused, (long long)totals.repeated, (long long)totals.steps,
           (long long)totals.crashes);
    fflush(stdout);
    _exit(0);
}

/* LE-5, LE-4, LE-3, WA-4: every answer and every balance is the model's, whatever crashes in between. */
static void seeds(void **state) {
    (void)state;
    uint64_t first = (uint64_t)number_from("KABINET_SEED", 1);
    int64_t count = number_from("KABINET_SEEDS", getenv("KABINET_SEED") != NULL ? 1 : SEEDS);
    pid_t children[PROCESSES];
    fflush(stdout);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) run_share(first, count, i);
    }
    int unwell = 0;
    for (int i = 0; i < PROCESSES; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        if (status != 0) unwell++;
    }
    assert_int_equal(unwell, 0);
}

static void replay(void **state) {
    (void)state;
    struct sim_totals totals = {0};
    for (uint64_t seed = 90001; seed < 90004; seed++) {
        uint64_t once = sim_run(seed, 150, &totals);
        assert_true(once == sim_run(seed, 150, &totals));
    }
}

/* A mistake planted in the model must be noticed: so would be one in the product. */
static void mistakes_are_found(void **state) {
    (void)state;
    for (int planted = 1; planted < MUTATIONS; planted++) {
        fflush(stdout);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct sim_totals totals = {0};
            mutation = (enum mutation)planted;
            if (mutation == MUTATION_DISK_LIES) disk_lie();
            for (uint64_t seed = 1; seed <= 100; seed++) sim_run(seed, ACTIONS, &totals);
            _exit(0);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 3) fail_msg("the planted mistake %d is not found", planted);
    }
}

static int prepare(void **state) {
    (void)state;
    sim_prepare();
    return 0;
}

static int finish(void **state) {
    (void)state;
    sim_finish();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(seeds), cmocka_unit_test(replay),
                                       cmocka_unit_test(mistakes_are_found)};
    return cmocka_run_group_tests_name("simulation", tests, prepare, finish);
}
