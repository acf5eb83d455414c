/* checkout_rules_test.c: IN-3: every act upon an order in every state, and which refusal is told first. */
#include "products/instalments/checkout_rules.h"

#include "base/money.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW (1000 * SECOND)
#define TILL (2000 * SECOND)
#define SUM 500000

/* What each state answers to each act, of an order in time, of a sum that does; the state after it. */
static void every_act_in_every_state(void **state) {
    (void)state;
    static const struct {
        enum checkout_state from;
        enum checkout_act act;
        enum checkout_refusal refusal;
        enum checkout_state to;
    } table[] = {
        {CHECKOUT_PENDING, CHECKOUT_ASK, CHECKOUT_OK, CHECKOUT_PENDING},
        {CHECKOUT_PENDING, CHECKOUT_CONSENT, CHECKOUT_OK, CHECKOUT_HOLD},
        {CHECKOUT_PENDING, CHECKOUT_DECLINE, CHECKOUT_OK, CHECKOUT_DECLINED},
        {CHECKOUT_PENDING, CHECKOUT_CHANGE, CHECKOUT_OK, CHECKOUT_PENDING},
        {CHECKOUT_PENDING, CHECKOUT_FINISH, CHECKOUT_NOT_YET, CHECKOUT_PENDING},
        {CHECKOUT_PENDING, CHECKOUT_CANCEL, CHECKOUT_OK, CHECKOUT_CANCELED},
        {CHECKOUT_PENDING, CHECKOUT_RETURN, CHECKOUT_NOT_YET, CHECKOUT_PENDING},
        {CHECKOUT_HOLD, CHECKOUT_ASK, CHECKOUT_EXISTS, CHECKOUT_HOLD},
        {CHECKOUT_HOLD, CHECKOUT_CONSENT, CHECKOUT_ENDED, CHECKOUT_HOLD},
        {CHECKOUT_HOLD, CHECKOUT_DECLINE, CHECKOUT_ENDED, CHECKOUT_HOLD},
        {CHECKOUT_HOLD, CHECKOUT_CHANGE, CHECKOUT_OK, CHECKOUT_HOLD},
        {CHECKOUT_HOLD, CHECKOUT_FINISH, CHECKOUT_OK, CHECKOUT_FINISHED},
        {CHECKOUT_HOLD, CHECKOUT_CANCEL, CHECKOUT_OK, CHECKOUT_CANCELED},
        {CHECKOUT_HOLD, CHECKOUT_RETURN, CHECKOUT_NOT_YET, CHECKOUT_HOLD},
        {CHECKOUT_FINISHED, CHECKOUT_ASK, CHECKOUT_EXISTS, CHECKOUT_FINISHED},
        {CHECKOUT_FINISHED, CHECKOUT_CONSENT, CHECKOUT_ENDED, CHECKOUT_FINISHED},
        {CHECKOUT_FINISHED, CHECKOUT_CHANGE, CHECKOUT_ENDED, CHECKOUT_FINISHED},
        {CHECKOUT_FINISHED, CHECKOUT_FINISH, CHECKOUT_ENDED, CHECKOUT_FINISHED},
        {CHECKOUT_FINISHED, CHECKOUT_CANCEL, CHECKOUT_ENDED, CHECKOUT_FINISHED},
        {CHECKOUT_FINISHED, CHECKOUT_RETURN, CHECKOUT_OK, CHECKOUT_REFUNDED}, /* all of it */
        {CHECKOUT_CANCELED, CHECKOUT_ASK, CHECKOUT_EXISTS, CHECKOUT_CANCELED},
        {CHECKOUT_CANCELED, CHECKOUT_CONSENT, CHECKOUT_ENDED, CHECKOUT_CANCELED},
        {CHECKOUT_CANCELED, CHECKOUT_CHANGE, CHECKOUT_ENDED, CHECKOUT_CANCELED},
        {CHECKOUT_CANCELED, CHECKOUT_FINISH, CHECKOUT_ENDED, CHECKOUT_CANCELED},
        {CHECKOUT_CANCELED, CHECKOUT_CANCEL, CHECKOUT_OK, CHECKOUT_CANCELED}, /* asked twice, done once */
        {CHECKOUT_CANCELED, CHECKOUT_RETURN, CHECKOUT_ENDED, CHECKOUT_CANCELED},
        {CHECKOUT_DECLINED, CHECKOUT_ASK, CHECKOUT_EXISTS, CHECKOUT_DECLINED},
        {CHECKOUT_DECLINED, CHECKOUT_DECLINE, CHECKOUT_OK, CHECKOUT_DECLINED},
        {CHECKOUT_DECLINED, CHECKOUT_FINISH, CHECKOUT_ENDED, CHECKOUT_DECLINED},
        {CHECKOUT_DECLINED, CHECKOUT_CANCEL, CHECKOUT_ENDED, CHECKOUT_DECLINED},
        {CHECKOUT_EXPIRED, CHECKOUT_ASK, CHECKOUT_TOO_LATE, CHECKOUT_EXPIRED},
        {CHECKOUT_EXPIRED, CHECKOUT_CONSENT, CHECKOUT_TOO_LATE, CHECKOUT_EXPIRED},
        {CHECKOUT_EXPIRED, CHECKOUT_CHANGE, CHECKOUT_TOO_LATE, CHECKOUT_EXPIRED},
        {CHECKOUT_EXPIRED, CHECKOUT_FINISH, CHECKOUT_TOO_LATE, CHECKOUT_EXPIRED},
        {CHECKOUT_EXPIRED, CHECKOUT_CANCEL, CHECKOUT_TOO_LATE, CHECKOUT_EXPIRED},
        {CHECKOUT_EXPIRED, CHECKOUT_RETURN, CHECKOUT_TOO_LATE, CHECKOUT_EXPIRED},
        {CHECKOUT_REFUNDED, CHECKOUT_ASK, CHECKOUT_EXISTS, CHECKOUT_REFUNDED},
        {CHECKOUT_REFUNDED, CHECKOUT_FINISH, CHECKOUT_ENDED, CHECKOUT_REFUNDED},
        {CHECKOUT_REFUNDED, CHECKOUT_RETURN, CHECKOUT_ENDED, CHECKOUT_REFUNDED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct checkout checkout = {.state = table[i].from, .sum = SUM, .valid_till = TILL};
        const struct checkout_doing doing = {.act = table[i].act, .now = NOW, .sum = SUM, .free = SUM};
        if (table[i].from == CHECKOUT_FINISHED || table[i].from == CHECKOUT_REFUNDED) checkout.finished = SUM;
        if (table[i].from == CHECKOUT_REFUNDED) checkout.returned = SUM;
        enum checkout_refusal refusal = checkout_apply(&checkout, &doing);
        if (refusal != table[i].refusal || checkout.state != table[i].to)
            fail_msg("row %zu: refusal %d, %s", i, (int)refusal, checkout_state_name(checkout.state));
    }
}

/* Several things are wrong: the first of the enum is told. */
static void precedence(void **state) {
    (void)state;
    static const struct {
        struct checkout checkout;
        struct checkout_doing doing;
        enum checkout_refusal refusal;
        int code;
    } table[] = {
        /* a sum of nothing before all else, of what was sold, too */
        {{CHECKOUT_FINISHED, SUM, SUM, 0, TILL}, {CHECKOUT_FINISH, TILL, 0, 0, 0}, CHECKOUT_WRONG_SUM, 30},
        {{CHECKOUT_HOLD, SUM, 0, 0, TILL}, {CHECKOUT_CHANGE, NOW, MONEY_MAX + 1, 0, 0}, CHECKOUT_WRONG_SUM, 30},
        {{CHECKOUT_FINISHED, SUM, SUM, 0, TILL}, {CHECKOUT_ASK, TILL, SUM, 0, 0}, CHECKOUT_EXISTS, 22},
        /* its time is over at valid_till itself, and no longer a matter of sums */
        {{CHECKOUT_HOLD, SUM, 0, 0, TILL}, {CHECKOUT_FINISH, TILL - 1, SUM, 0, 0}, CHECKOUT_OK, 0},
        {{CHECKOUT_HOLD, SUM, 0, 0, TILL}, {CHECKOUT_FINISH, TILL, SUM + 1, 0, 0}, CHECKOUT_TOO_LATE, 23},
        {{CHECKOUT_PENDING, SUM, 0, 0, TILL}, {CHECKOUT_ASK, TILL, SUM, 0, 0}, CHECKOUT_TOO_LATE, 23},
        {{CHECKOUT_HOLD, SUM, 0, 0, TILL}, {CHECKOUT_CHANGE, TILL, SUM, 0, TILL + 1}, CHECKOUT_TOO_LATE, 23},
        {{CHECKOUT_HOLD, SUM, 0, 0, TILL}, {CHECKOUT_RETURN, TILL, SUM, 0, 0}, CHECKOUT_TOO_LATE, 23},
        /* over before what is asked of it */
        {{CHECKOUT_CANCELED, SUM, 0, 0, TILL}, {CHECKOUT_FINISH, NOW, SUM + 1, 0, 0}, CHECKOUT_ENDED, 80},
        {{CHECKOUT_FINISHED, SUM, SUM, 0, TILL}, {CHECKOUT_CANCEL, TILL, 0, 0, 0}, CHECKOUT_ENDED, 81},
        {{CHECKOUT_FINISHED, SUM, SUM, 0, TILL}, {CHECKOUT_CHANGE, NOW, 2 * SUM, 0, 1}, CHECKOUT_ENDED, 82},
        {{CHECKOUT_PENDING, SUM, 0, 0, TILL}, {CHECKOUT_FINISH, NOW, SUM + 1, 0, 0}, CHECKOUT_NOT_YET, 100},
        /* a time that is past before a limit that is not enough */
        {{CHECKOUT_HOLD, SUM, 0, 0, TILL}, {CHECKOUT_CHANGE, NOW, SUM + 1, 0, NOW}, CHECKOUT_WRONG_TIME, 110},
        {{CHECKOUT_HOLD, SUM, 0, 0, TILL}, {CHECKOUT_CHANGE, NOW, SUM + 2, 1, NOW + 1}, CHECKOUT_NO_LIMIT, 71},
        {{CHECKOUT_HOLD, SUM, 0, 0, TILL}, {CHECKOUT_CHANGE, NOW, SUM + 1, 1, 0}, CHECKOUT_OK, 0},
        {{CHECKOUT_PENDING, SUM, 0, 0, TILL}, {CHECKOUT_CHANGE, NOW, 9 * SUM, 0, 0}, CHECKOUT_OK, 0},
        {{CHECKOUT_PENDING, SUM, 0, 0, TILL}, {CHECKOUT_CONSENT, NOW, 0, SUM - 1, 0}, CHECKOUT_NO_LIMIT, 71},
        {{CHECKOUT_HOLD, SUM, 0, 0, TILL}, {CHECKOUT_FINISH, NOW, SUM + 1, SUM, 0}, CHECKOUT_SUM_DIFFERS, 32},
        {{CHECKOUT_FINISHED, SUM, SUM, 1, TILL}, {CHECKOUT_RETURN, NOW, SUM, 0, 0}, CHECKOUT_SUM_DIFFERS, 100},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct checkout checkout = table[i].checkout;
        enum checkout_refusal refusal = checkout_apply(&checkout, &table[i].doing);
        if (refusal != table[i].refusal) fail_msg("row %zu: %d, wanted %d", i, (int)refusal, (int)table[i].refusal);
        assert_int_equal(checkout_code(table[i].doing.act, refusal), table[i].code);
        bool late = checkout_late(&table[i].checkout, table[i].doing.now);
        if (late) assert_int_equal(checkout.state, CHECKOUT_EXPIRED);
        else if (refusal != CHECKOUT_OK) assert_memory_equal(&checkout, &table[i].checkout, sizeof checkout);
    }
}

static void a_part_is_sold_and_comes_back_in_parts(void **state) {
    (void)state;
    struct checkout checkout = {.state = CHECKOUT_HOLD, .sum = SUM, .valid_till = TILL};
    struct checkout_doing doing = {.act = CHECKOUT_FINISH, .now = NOW, .sum = 300000};
    assert_int_equal(checkout_apply(&checkout, &doing), CHECKOUT_OK);
    assert_int_equal(checkout.finished, 300000);
    doing = (struct checkout_doing){.act = CHECKOUT_RETURN, .now = TILL + DAY, .sum = 100000};
    assert_int_equal(checkout_apply(&checkout, &doing), CHECKOUT_OK);
    assert_int_equal(checkout.state, CHECKOUT_FINISHED);
    assert_int_equal(checkout_apply(&checkout, &doing), CHECKOUT_OK); /* the same once more is another one */
    assert_int_equal(checkout_apply(&checkout, &doing), CHECKOUT_OK);
    assert_int_equal(checkout.state, CHECKOUT_REFUNDED);
}

static void words(void **state) {
    (void)state;
    enum checkout_state read;
    for (int i = CHECKOUT_PENDING; i <= CHECKOUT_REFUNDED; i++) {
        assert_true(checkout_state_read(text_from(checkout_state_name((enum checkout_state)i)), &read));
        assert_int_equal(read, i);
    }
    assert_false(checkout_state_read(TEXT("cancelled"), &read));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_act_in_every_state), cmocka_unit_test(precedence),
                                       cmocka_unit_test(a_part_is_sold_and_comes_back_in_parts),
                                       cmocka_unit_test(words)};
    return cmocka_run_group_tests_name("checkout_rules", tests, NULL, NULL);
}
