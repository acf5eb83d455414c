/* number_memo_test.c: what is remembered of numbers, for how long, and what is not learnt again after a number has
 * changed hands. */
#include "identity/number_memo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define FRESH (10 * MINUTE)

enum step { KEEP, FORGET };

static const struct {
    const char *what;
    struct {
        enum step step;
        int64_t customer;
        moment at;
    } steps[3];
    size_t count;
    moment asked;
    int64_t found;
} cases[] = {
    {"nothing is known", {{KEEP, 0, 0}}, 0, SECOND, 0},
    {"what was learnt", {{KEEP, 7, SECOND}}, 1, 2 * SECOND, 7},
    {"not for ever", {{KEEP, 7, SECOND}}, 1, SECOND + FRESH, 0},
    {"the newest", {{KEEP, 7, SECOND}, {KEEP, 8, 2 * SECOND}}, 2, 3 * SECOND, 8},
    {"forgotten", {{KEEP, 7, SECOND}, {FORGET, 0, 2 * SECOND}}, 2, 3 * SECOND, 0},
    {"an older snapshot does not bring it back",
     {{KEEP, 7, SECOND}, {FORGET, 0, 2 * SECOND}, {KEEP, 7, 3 * SECOND}},
     3,
     4 * SECOND,
     0},
    {"forgotten before it was known", {{FORGET, 0, SECOND}, {KEEP, 7, 2 * SECOND}}, 2, 3 * SECOND, 0},
    {"learnt anew later", {{FORGET, 0, SECOND}, {KEEP, 8, 2 * MINUTE}}, 2, 3 * MINUTE, 8},
};

/* In the same line, so that places are told apart by their tags. */
static const uint8_t tag[SECRET_HASH_SIZE] = {1, [11] = 5}, other[SECRET_HASH_SIZE] = {1, [11] = 6};

static void remembers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct number_memo *memo = number_memo_new(FRESH);
        number_memo_keep(memo, other, 99, SECOND);
        for (size_t j = 0; j < cases[i].count; j++) {
            if (cases[i].steps[j].step == KEEP)
                number_memo_keep(memo, tag, cases[i].steps[j].customer, cases[i].steps[j].at);
            else number_memo_forget(memo, tag, cases[i].steps[j].at);
        }
        if (number_memo_find(memo, tag, cases[i].asked) != cases[i].found) fail_msg("%s", cases[i].what);
        assert_int_equal(number_memo_find(memo, other, 2 * SECOND), 99);
        number_memo_free(memo);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(remembers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
