/* bind_rules_test.c: states of a binding against all that a bank may say. */
#include "acquiring/bind_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A row for each state, a letter for each word, in the order of enum binding_said: nonsense, pending, check, bound,
 * void, declined, cancelled, expired, unbound. */
static const char letters[] = {[BIND_NOTHING] = '.', [BIND_ASK_SUM] = 'a', [BIND_WRONG] = 'w',
                               [BIND_DONE] = 'd',    [BIND_FAIL] = 'f',    [BIND_CONTRADICTS] = 'x'};

static void every_word_in_every_state(void **state) {
    static const struct {
        enum bound_state state;
        const char *steps;
    } rows[] = {
        {BOUND_OPEN, "..axxfffx"},     {BOUND_CHECK, "...xxxxfx"},     {BOUND_CHECKING, "..wdfxxfx"},
        {BOUND_LIVE, "....xxxxx"},     {BOUND_REMOVED, "....xxxx."},   {BOUND_DECLINED, "...xx.xxx"},
        {BOUND_CANCELLED, "...xxx.xx"}, {BOUND_EXPIRED, "...xxxx.x"},  {BOUND_VOID, "...x.xxxx"},
        {BOUND_TAKEN, "....xxxx."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int said = BINDING_NONSENSE; said <= BINDING_UNBOUND; said++) {
            enum bind_step step = bind_decide(rows[i].state, 1, (enum binding_said)said, 1);
            if (letters[step] != rows[i].steps[said])
                fail_msg("%s, %d: %c", bound_state_name(rows[i].state), said, letters[step]);
        }
}

static void what_was_said_before_we_told_is_no_verdict(void **state) {
    (void)state;
    assert_int_equal(bind_decide(BOUND_CHECKING, 2, BINDING_CHECK, 1), BIND_NOTHING);
    assert_int_equal(bind_decide(BOUND_CHECKING, 2, BINDING_CHECK, 2), BIND_WRONG);
    assert_int_equal(bind_decide(BOUND_CHECKING, 2, BINDING_BOUND, 1), BIND_CONTRADICTS);
}

static void time_ends_what_nobody_finished(void **state) {
    (void)state;
    for (int i = BOUND_OPEN; i < BOUND_STATES; i++) {
        enum bound_state old = (enum bound_state)i;
        bool ends = old == BOUND_OPEN || old == BOUND_CHECK;
        assert_int_equal(bound_state_now(old, 10, 9), old);
        assert_int_equal(bound_state_now(old, 10, 10), ends ? BOUND_EXPIRED : old);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_in_every_state),
        cmocka_unit_test(what_was_said_before_we_told_is_no_verdict),
        cmocka_unit_test(time_ends_what_nobody_finished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
