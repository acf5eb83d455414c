/* split_rules_test.c: BK-3: bills are divided to the kopeck. */
#include "products/requests/split_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void equal_shares(void **state) {
    (void)state;
    static const struct {
        int64_t left;
        size_t people;
        int64_t share, own;
    } rows[] = {
        {100000, 1, 50000, 50000}, {10000, 2, 3333, 3334}, {10001, 2, 3333, 3335}, {1000, 9, 100, 100},
        {999, 9, 0, 999},          {200, 1, 100, 100},     {199, 1, 0, 199},       {101010, 10, 9182, 9190},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t share = split_share(rows[i].left, rows[i].people);
        assert_int_equal(share, rows[i].share);
        assert_int_equal(rows[i].left - (int64_t)rows[i].people * share, rows[i].own);
    }
}

/* Whatever is divided, nothing is lost and nothing made; to who has paid falls a share and what cannot be divided. */
static void adds_up(void **state) {
    (void)state;
    for (int64_t left = 1; left < 30000; left += 7)
        for (size_t people = 1; people <= SPLIT_PEOPLE; people++) {
            int64_t sums[SPLIT_PEOPLE] = {0}, own = left;
            size_t at;
            enum split_verdict verdict = split_verdict(left, sums, people, &at);
            if (verdict == SPLIT_SMALL) continue;
            assert_int_equal(verdict, SPLIT_GOOD);
            for (size_t i = 0; i < people; i++) own -= sums[i];
            assert_true(own >= sums[0] && own < sums[0] + (int64_t)people + 1);
        }
}

static void verdicts(void **state) {
    (void)state;
    static const struct {
        int64_t left, sums[3];
        size_t people;
        enum split_verdict verdict;
        size_t at;
    } rows[] = {
        {1000, {0}, 0, SPLIT_NOBODY, 0},
        {0, {0}, 0, SPLIT_NOBODY, 0},
        {0, {0}, 1, SPLIT_ALL_GONE, 0},
        {-5, {100}, 1, SPLIT_ALL_GONE, 0},
        {299, {0}, 2, SPLIT_SMALL, 0},
        {300, {0}, 2, SPLIT_GOOD, 0},
        {1000, {500, 0}, 2, SPLIT_PARTLY, 1},
        {1000, {0, 2000}, 2, SPLIT_PARTLY, 0},
        {1000, {600, 401}, 2, SPLIT_LARGE, 0},
        {1000, {600, 400}, 2, SPLIT_GOOD, 0},
        {1000, {INT64_MAX, INT64_MAX}, 2, SPLIT_LARGE, 0},
        {1000, {1000}, 1, SPLIT_GOOD, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t sums[3] = {rows[i].sums[0], rows[i].sums[1], rows[i].sums[2]};
        size_t at = 0;
        assert_int_equal(split_verdict(rows[i].left, sums, rows[i].people, &at), rows[i].verdict);
        if (rows[i].verdict == SPLIT_PARTLY) assert_int_equal(at, rows[i].at);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(equal_shares), cmocka_unit_test(adds_up),
                                       cmocka_unit_test(verdicts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
