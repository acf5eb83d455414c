/* register_rules_test.c: what differs between our payments and a provider's register (WA-3), as tables. */
#include "payments/register_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define PAIR(state_, sum_, returned_, ...)                                                                             \
    { .ours = true, .state = state_, .sum = sum_, .returned = returned_, __VA_ARGS__ }
#define SETTLED .settled = true
#define HAS(sum_) .theirs = true, .told = sum_
#define TOOK_BACK(sum_) .theirs = true, .cancelled = true, .told = sum_

static void compared(void **state) {
    (void)state;
    static const struct {
        struct register_pair pair;
        enum difference_kind difference;
        int64_t ours;
    } rows[] = {
        {PAIR(PAYMENT_DONE, 500, 0, SETTLED, HAS(500)), DIFFERENCE_NONE, 500},
        {PAIR(PAYMENT_DONE, 500, 0, SETTLED, HAS(400)), DIFFERENCE_SUM, 500},
        {PAIR(PAYMENT_DONE, 500, 0, SETTLED, HAS(600)), DIFFERENCE_SUM, 500},
        {PAIR(PAYMENT_DONE, 500, 100, SETTLED, HAS(400)), DIFFERENCE_NONE, 400},
        {PAIR(PAYMENT_DONE, 500, 100, SETTLED, HAS(500)), DIFFERENCE_SUM, 400},
        {PAIR(PAYMENT_DONE, 500, 0, SETTLED, TOOK_BACK(500)), DIFFERENCE_CANCELLED, 500},
        {PAIR(PAYMENT_DONE, 500, 0, SETTLED), DIFFERENCE_MISSING, 500},
        {PAIR(PAYMENT_DONE, 500, 0), DIFFERENCE_NONE, 500}, /* done since they were asked */
        {PAIR(PAYMENT_REFUNDED, 500, 500, SETTLED), DIFFERENCE_NONE, 0},
        {PAIR(PAYMENT_REFUNDED, 500, 500, SETTLED, TOOK_BACK(500)), DIFFERENCE_NONE, 0},
        {PAIR(PAYMENT_REFUNDED, 500, 500, SETTLED, HAS(500)), DIFFERENCE_UNKNOWN, 0},
        {PAIR(PAYMENT_REFUSED, 500, 0, SETTLED, HAS(500)), DIFFERENCE_UNKNOWN, 0},
        {PAIR(PAYMENT_EXPIRED, 500, 0, SETTLED, HAS(500)), DIFFERENCE_UNKNOWN, 0},
        {PAIR(PAYMENT_EXPIRED, 500, 0, SETTLED), DIFFERENCE_NONE, 0},
        {PAIR(PAYMENT_SENDING, 500, 0), DIFFERENCE_NONE, 0},
        {PAIR(PAYMENT_SENDING, 500, 0, HAS(500)), DIFFERENCE_NONE, 0},
        {PAIR(PAYMENT_STUCK, 500, 0, HAS(500)), DIFFERENCE_ANSWERED, 0},
        {PAIR(PAYMENT_STUCK, 500, 0, HAS(400)), DIFFERENCE_NONE, 0},
        {PAIR(PAYMENT_STUCK, 500, 0, TOOK_BACK(500)), DIFFERENCE_NONE, 0},
        {PAIR(PAYMENT_STUCK, 500, 0), DIFFERENCE_NONE, 0}, /* staff ask */
        {{HAS(500)}, DIFFERENCE_UNKNOWN, 0},
        {{TOOK_BACK(500)}, DIFFERENCE_NONE, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum difference_kind found = register_compare(&rows[i].pair);
        if (found != rows[i].difference) fail_msg("row %zu: %s", i, difference_name(found));
        assert_int_equal(register_ours(&rows[i].pair), rows[i].ours);
    }
}

static void decided(void **state) {
    (void)state;
    static const struct {
        enum difference_kind difference;
        int64_t ours, theirs;
        bool cancels;
        const char *fits; /* of r p x c: refund, push, cancel, close */
    } rows[] = {
        {DIFFERENCE_MISSING, 500, 0, true, "rpc"},   {DIFFERENCE_CANCELLED, 500, 0, true, "rc"},
        {DIFFERENCE_SUM, 500, 400, true, "rc"},      {DIFFERENCE_SUM, 500, 600, true, "c"},
        {DIFFERENCE_UNKNOWN, 0, 500, true, "xc"},    {DIFFERENCE_UNKNOWN, 0, 500, false, "c"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char fits[DECISIONS + 1] = "";
        size_t count = 0;
        for (int decision = 0; decision < DECISIONS; decision++)
            if (decision_fits((enum decision)decision, rows[i].difference, rows[i].ours, rows[i].theirs,
                              rows[i].cancels))
                fits[count++] = "rpxc"[decision];
        assert_string_equal(fits, rows[i].fits);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(compared), cmocka_unit_test(decided)};
    return cmocka_run_group_tests_name("register rules", tests, NULL, NULL);
}
