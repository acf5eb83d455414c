/* month_test.c: months of cards against a model, from seeds (BK-8, BK-9): purchases of every kind with messages late,
 * twice, out of order and against each other; to the kopeck.
 *
 *     KABINET_SEED=n     one seed alone        KABINET_SEEDS=count   how many, from 1 (or from KABINET_SEED on)
 *     KABINET_CARDS=n    how many cards        KABINET_DAYS=n        how long a month is
 *
 * A seed that fails replays exactly. */
#include "test/month/month.h"

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
#define SEEDS 2
#else
#define SEEDS 5
#endif
#define CARDS 24
#define DAYS 30
#define PURCHASES 30 /* of a card in a month */

static int64_t number_from(const char *name, int64_t otherwise) {
    int64_t number;
    return getenv(name) != NULL && text_to_int(text_from(getenv(name)), &number) ? number : otherwise;
}

static void seeds(void **state) {
    (void)state;
    uint64_t first = (uint64_t)number_from("KABINET_SEED", 1);
    int64_t many = number_from("KABINET_SEEDS", getenv("KABINET_SEED") != NULL ? 1 : SEEDS);
    struct month_totals totals = {0};
    for (int64_t i = 0; i < many; i++) {
        const struct plan plan = {.seed = first + (uint64_t)i, .cards = (int)number_from("KABINET_CARDS", CARDS),
                                  .days = (int)number_from("KABINET_DAYS", DAYS), .purchases = PURCHASES};
        const char *fault = month_run(&plan, &totals);
        if (fault != NULL) fail_msg("seed %llu: %s", (unsigned long long)plan.seed, fault);
    }
    printf(
        "month: %lld messages: %lld approved, %lld declined, %lld known, %lld contradictions; %lld purchases lapsed\n",
           (long long)totals.messages, (long long)totals.approved, (long long)totals.declined, (long long)totals.known,
           (long long)totals.contradictions, (long long)totals.lapsed);
    assert_true(totals.approved > 0 && totals.declined > 0 && totals.known > 0 && totals.contradictions > 0 &&
                totals.lapsed > 0);
}

/* A mistake planted in the model must be noticed: so would be one in the product. */
static void mistakes_are_found(void **state) {
    (void)state;
    for (int planted = 1; planted < MISTAKES; planted++) {
        fflush(stdout);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct month_totals totals = {0};
            bool found = false;
            mistake = (enum mistake)planted;
            for (uint64_t seed = 1; seed <= 5 && !found; seed++) {
                const struct plan plan = {.seed = seed, .cards = CARDS, .days = DAYS, .purchases = PURCHASES};
                found = month_run(&plan, &totals) != NULL;
            }
            _exit(found ? 3 : 0);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 3) fail_msg("the planted mistake %d is not found", planted);
    }
}

static int finish(void **state) {
    (void)state;
    cabinet_folder_remove();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(seeds), cmocka_unit_test(mistakes_are_found)};
    return cmocka_run_group_tests_name("month", tests, NULL, finish);
}
