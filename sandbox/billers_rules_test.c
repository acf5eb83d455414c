/* billers_rules_test.c: which accounts, sums and fields each biller takes, and what a fault does. */
#include "sandbox/billers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void accounts_have_forms(void **state) {
    (void)state;
    static const struct {
        const char *code, *account;
        bool good;
    } table[] = {
        {"power", "4010240000", true},      {"power", "401024000", false},     {"power", "40102400000", false},
        {"power", "401024000a", false},     {"power", "", false},              {"water", "77260000", true},
        {"water", "7726000", false},        {"mobile", "9161230000", true},    {"mobile", "8161230000", false},
        {"mobile", "89161230000", false},   {"internet", "anna", true},        {"internet", "a_b-c.9", true},
        {"internet", "an", false},          {"internet", "Anna", false},       {"internet", "9nna", false},
        {"internet", "102400", true},       {"internet", "10240", false},      {"internet", "10240000000", false},
        {"tv", "30010240000", true},        {"tv", "3001024000", false},       {"game", "Рыцарь & К°", true},
        {"game", "Я", false},               {"game", "<b>", true},             {"game", " ab", false},
        {"game", "a\nb", false},            {"game", "\xff\xfe", false},       {"loan", "KZ0010240000", true},
        {"loan", "kz0010240000", false},    {"loan", "KZ001024000", false},    {"loan", "K00010240000", false},
        {"fine", "18810177260000050000", true},
        {"fine", "0310491026000000000080000", true},
        {"fine", "1881017726000005000", false},
        {"fine", "188101772600000500001", false},
        {"duty", "0310491026000000000080000", true},
        {"duty", "18810177260000050000", true},
        {"duty", "1", false},               {"school", "702600000", true},     {"school", "7026000000", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct biller *biller = biller_find(text_from(table[i].code));
        assert_non_null(biller);
        if (biller->account_good(text_from(table[i].account)) != table[i].good)
            fail_msg("%s: '%s'", table[i].code, table[i].account);
    }
    assert_null(biller_find(TEXT("gas")));
    for (size_t i = 0; i < BILLERS; i++) {
        assert_true(billers[i].account_good(text_from(billers[i].account)));
        assert_int_equal(biller_fault_of(&billers[i], text_from(billers[i].account), BILLER_PAY), FAULT_WELL);
        assert_true(billers[i].least > 0 && billers[i].least < billers[i].most);
    }
}

#define DUE 150050
#define METER 4000

static void verdicts(void **state) {
    (void)state;
    enum { CHECK = BILLER_CHECK, PAY = BILLER_PAY };
    static const struct {
        const char *code, *account, *name;
        int command;
        int64_t sum, reading;
        int result;
    } table[] = {
        {"power", "4010240000", "", PAY, 100, -1, OSMP_OK},
        {"power", "4010240000", "", PAY, 99, -1, OSMP_TOO_SMALL},
        {"power", "4010240000", "", PAY, 0, -1, OSMP_TOO_SMALL},
        {"power", "4010240000", "", PAY, 10000000, -1, OSMP_OK},
        {"power", "4010240000", "", PAY, 10000001, -1, OSMP_TOO_LARGE},
        {"power", "4010240000", "", PAY, 100, METER, OSMP_OK},
        {"power", "4010240000", "", PAY, 100, METER - 1, OSMP_OTHER},
        {"power", "4010240000", "", CHECK, 100, METER - 1, OSMP_OTHER},
        {"power", "4010240000", "", CHECK, -1, -1, OSMP_OK}, /* what is due? */
        {"power", "4010240000", "", CHECK, 0, -1, OSMP_OK},
        {"power", "4010240000", "", CHECK, 99, -1, OSMP_TOO_SMALL},
        {"power", "401024", "", PAY, 1, -1, OSMP_FORMAT}, /* the account's fault comes first */
        {"mobile", "9161230000", "", PAY, 1500000, METER - 1, OSMP_OK}, /* reads no meters */
        {"mobile", "9161230000", "", PAY, 1500001, -1, OSMP_TOO_LARGE},
        {"water", "77260000", "", PAY, DUE + 1, -1, OSMP_OK}, /* any sum */
        {"fine", "18810177260000050000", "", PAY, DUE, -1, OSMP_OK},
        {"fine", "18810177260000050000", "", PAY, DUE - 1, -1, OSMP_TOO_SMALL},
        {"fine", "18810177260000050000", "", PAY, DUE + 1, -1, OSMP_TOO_LARGE},
        {"fine", "18810177260000050000", "", CHECK, 0, -1, OSMP_OK},
        {"duty", "18810177260000050000", "Анна", PAY, 1000, -1, OSMP_OK},
        {"duty", "18810177260000050000", "", PAY, 1000, -1, OSMP_OTHER},
        {"duty", "18810177260000050000", "", CHECK, 1000, -1, OSMP_OK},
    };
    struct biller_standing standing = {.due = DUE, .meter = METER};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct biller_asking asking = {.biller = biller_find(text_from(table[i].code)),
                                       .command = (enum biller_command)table[i].command,
                                       .account = text_from(table[i].account),
                                       .name = text_from(table[i].name),
                                       .sum = table[i].sum,
                                       .reading = table[i].reading};
        int result = biller_verdict(&asking, &standing);
        if (result != table[i].result) fail_msg("row %zu: %d, wanted %d", i, result, table[i].result);
        asking.malformed = true;
        assert_int_equal(biller_verdict(&asking, &standing), OSMP_OTHER);
    }
    struct biller_asking again = {.biller = biller_find(TEXT("fine")),
                                  .command = BILLER_PAY,
                                  .account = TEXT("18810177260000050000"),
                                  .sum = DUE};
    assert_int_equal(biller_verdict(&again, &(struct biller_standing){.due = 0}), OSMP_REFUSED);
}

static void bills_follow_from_accounts(void **state) {
    (void)state;
    const struct biller *water = biller_find(TEXT("water")), *loan = biller_find(TEXT("loan"));
    struct text account = TEXT("77260000");
    assert_int_equal(biller_bill_of(water, account, 1), biller_bill_of(water, account, 1));
    assert_int_not_equal(biller_bill_of(water, account, 1), biller_bill_of(water, account, 2));
    assert_int_equal(biller_bill_of(loan, account, 1), biller_bill_of(loan, account, 2));
    assert_int_equal(biller_bill_of(biller_find(TEXT("mobile")), account, 1), 0);
    const struct biller *fine = biller_find(TEXT("fine"));
    for (int i = 0; i < 100; i++) {
        char uin[21];
        snprintf(uin, sizeof uin, "188101772600000%05d", i);
        int64_t sum = biller_bill_of(fine, text_from(uin), 1);
        assert_true(sum >= fine->least && sum <= fine->most); /* else nobody could pay it */
    }
}

/* ---- faults ---- */

static void each_fault_has_digits_of_its_own(void **state) {
    (void)state;
    const struct biller *mobile = biller_find(TEXT("mobile")), *game = biller_find(TEXT("game"));
    for (int fault = FAULT_WELL + 1; fault < BILLER_FAULTS; fault++) {
        char number[16], plain[16], marked[16];
        const struct biller_fault_row *row = &biller_faults[fault];
        snprintf(number, sizeof number, "916123%s", row->digits);
        snprintf(plain, sizeof plain, "knight%s", row->digits);
        snprintf(marked, sizeof marked, "knight-%s", row->digits);
        for (unsigned command = BILLER_CHECK; command <= BILLER_CANCEL; command *= 2) {
            int wanted = (row->commands & command) != 0 ? fault : FAULT_WELL;
            assert_int_equal(biller_fault_of(mobile, text_from(number), (enum biller_command)command), wanted);
            assert_int_equal(biller_fault_of(game, text_from(marked), (enum biller_command)command), wanted);
            assert_int_equal(biller_fault_of(game, text_from(plain), (enum biller_command)command), FAULT_WELL);
        }
        /* A rule knows no payments, so what a register has otherwise is said by accounts alone. */
        assert_int_equal(biller_faults_named(text_from(row->name)), fault < FAULT_UNLISTED ? 1u << fault : 0);
    }
    assert_int_equal(biller_faults_named(TEXT("none")), 0);
    assert_int_equal(biller_faults_named(TEXT("thunder")), 0);
    assert_int_equal(__builtin_popcount(biller_faults_named(TEXT("storm"))), FAULT_UNLISTED - 1);
    assert_int_equal(__builtin_popcount(biller_faults_named(TEXT("garbage"))), 7);
    assert_int_equal(biller_fault_of(mobile, TEXT("123"), BILLER_PAY), FAULT_WELL);
}

static void what_a_fault_does(void **state) {
    (void)state;
    enum { CHECK = BILLER_CHECK, PAY = BILLER_PAY, CANCEL = BILLER_CANCEL, ACCOUNT = 1, RULE = 0, KNOWN = 1, NEW = 0 };
    static const struct {
        int fault, command, by_account, asked, known;
        int result, skip, pending, delivery;
    } table[] = {
        {FAULT_WELL, PAY, RULE, 0, NEW, -1, 0, 0, FAULT_WELL},
        {FAULT_NOT_FOUND, CHECK, RULE, 0, NEW, OSMP_NOT_FOUND, 0, 0, FAULT_WELL},
        {FAULT_NOT_FOUND, PAY, RULE, 0, NEW, OSMP_NOT_FOUND, 0, 0, FAULT_WELL},
        {FAULT_NOT_FOUND, PAY, RULE, 0, KNOWN, -1, 0, 0, FAULT_WELL}, /* what is paid is not unpaid by a repeat */
        {FAULT_NOT_FOUND, CANCEL, RULE, 0, KNOWN, -1, 0, 0, FAULT_WELL},
        {FAULT_REFUSES, PAY, ACCOUNT, 0, NEW, OSMP_REFUSED, 0, 0, FAULT_WELL},
        {FAULT_INACTIVE, PAY, ACCOUNT, 5, NEW, OSMP_INACTIVE, 0, 0, FAULT_WELL},
        {FAULT_TECHNICAL, PAY, ACCOUNT, 0, NEW, OSMP_TECHNICAL, 0, 0, FAULT_WELL},
        {FAULT_OTHER, PAY, ACCOUNT, 0, NEW, OSMP_OTHER, 0, 0, FAULT_WELL},
        {FAULT_UNCHECKABLE, CHECK, ACCOUNT, 0, NEW, OSMP_CANNOT_CHECK, 0, 0, FAULT_WELL},
        {FAULT_UNCHECKABLE, PAY, RULE, 0, NEW, -1, 0, 0, FAULT_WELL},
        {FAULT_YES_THEN_NO, CHECK, RULE, 0, NEW, -1, 0, 0, FAULT_WELL},
        {FAULT_YES_THEN_NO, PAY, ACCOUNT, 0, NEW, OSMP_NOT_FOUND, 0, 0, FAULT_WELL},
        {FAULT_LATER, PAY, ACCOUNT, 0, NEW, OSMP_LATER, 1, 0, FAULT_WELL},
        {FAULT_LATER, PAY, ACCOUNT, 1, NEW, OSMP_LATER, 1, 0, FAULT_WELL},
        {FAULT_LATER, PAY, ACCOUNT, 2, NEW, -1, 0, 0, FAULT_WELL},
        {FAULT_LATER, CHECK, RULE, 0, NEW, OSMP_LATER, 1, 0, FAULT_WELL},
        {FAULT_PENDING, PAY, ACCOUNT, 0, NEW, OSMP_OK, 0, 1, FAULT_WELL},
        {FAULT_PENDING, PAY, ACCOUNT, 1, KNOWN, -1, 0, 0, FAULT_WELL},
        {FAULT_PENDING, CHECK, RULE, 0, NEW, -1, 0, 0, FAULT_WELL},
        {FAULT_PENDING_REFUSED, PAY, RULE, 0, NEW, OSMP_REFUSED, 0, 1, FAULT_WELL},
        {FAULT_SLOW, PAY, ACCOUNT, 3, KNOWN, -1, 0, 0, FAULT_SLOW},
        {FAULT_TIMEOUT_BEFORE, PAY, ACCOUNT, 0, NEW, -1, 1, 0, FAULT_TIMEOUT_BEFORE},
        {FAULT_TIMEOUT_BEFORE, PAY, ACCOUNT, 1, NEW, -1, 0, 0, FAULT_WELL},
        {FAULT_TIMEOUT_BEFORE, PAY, RULE, 1, NEW, -1, 1, 0, FAULT_TIMEOUT_BEFORE},
        {FAULT_TIMEOUT_AFTER, PAY, ACCOUNT, 0, NEW, -1, 0, 0, FAULT_TIMEOUT_AFTER},
        {FAULT_TIMEOUT_AFTER, PAY, ACCOUNT, 1, KNOWN, -1, 0, 0, FAULT_WELL},
        {FAULT_CLOSED_AFTER, CANCEL, RULE, 4, KNOWN, -1, 0, 0, FAULT_CLOSED_AFTER},
        {FAULT_HUGE, CHECK, RULE, 0, NEW, -1, 0, 0, FAULT_HUGE},
        {FAULT_OTHER_PRV, PAY, ACCOUNT, 0, NEW, -1, 0, 0, FAULT_WELL},
        {FAULT_OTHER_PRV, PAY, ACCOUNT, 1, KNOWN, -1, 0, 0, FAULT_OTHER_PRV},
        {FAULT_OTHER_SUM, PAY, ACCOUNT, 0, NEW, -1, 0, 0, FAULT_OTHER_SUM},
        {FAULT_OTHER_SUM, PAY, ACCOUNT, 1, KNOWN, -1, 0, 0, FAULT_WELL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct biller_effect effect =
            biller_effect((enum biller_fault)table[i].fault, (enum biller_command)table[i].command,
                          table[i].by_account != 0, table[i].asked, table[i].known != 0);
        if (effect.result != table[i].result || effect.skip != (table[i].skip != 0) ||
            effect.pending != (table[i].pending != 0) || (int)effect.delivery != table[i].delivery)
            fail_msg("row %zu: result %d, skip %d, pending %d, delivery %d", i, effect.result, effect.skip,
                     effect.pending, (int)effect.delivery);
    }
}

static void rules_roll_by_share_biller_and_command(void **state) {
    (void)state;
    struct world *world = world_simulated(1, 100 * SECOND);
    struct biller_rules *rules = biller_rules_new();
    const struct biller *tv = biller_find(TEXT("tv")), *loan = biller_find(TEXT("loan"));
    struct biller_rule rule = {.biller = tv,
                               .faults = biller_faults_named(TEXT("timeout")),
                               .commands = BILLER_PAY,
                               .share = 30,
                               .until = 110 * SECOND};
    assert_true(biller_rules_add(rules, &rule));
    int hits = 0, before = 0;
    for (int i = 0; i < 10000; i++) {
        enum biller_fault fault = biller_rules_roll(rules, world, tv, BILLER_PAY);
        if (fault == FAULT_WELL) continue;
        assert_true(fault == FAULT_TIMEOUT_AFTER || fault == FAULT_TIMEOUT_BEFORE);
        hits++;
        before += fault == FAULT_TIMEOUT_BEFORE;
    }
    assert_in_range(hits, 2800, 3200);
    assert_in_range(before, hits * 45 / 100, hits * 55 / 100);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(biller_rules_roll(rules, world, tv, BILLER_CHECK), FAULT_WELL);
        assert_int_equal(biller_rules_roll(rules, world, loan, BILLER_PAY), FAULT_WELL);
    }
    world_advance(world, 10 * SECOND);
    for (int i = 0; i < 200; i++) assert_int_equal(biller_rules_roll(rules, world, tv, BILLER_PAY), FAULT_WELL);
    struct biller_rule list[BILLER_RULES_MAX];
    assert_int_equal(biller_rules_list(rules, world_now(world), list, BILLER_RULES_MAX), 0);
    rule = (struct biller_rule){.faults = 1u << FAULT_EMPTY, .share = 100, .until = 1000 * SECOND};
    for (int i = 0; i < BILLER_RULES_MAX; i++) assert_true(biller_rules_add(rules, &rule));
    assert_false(biller_rules_add(rules, &rule));
    assert_int_equal(biller_rules_roll(rules, world, loan, BILLER_CANCEL), FAULT_EMPTY);
    biller_rules_clear(rules);
    assert_int_equal(biller_rules_roll(rules, world, loan, BILLER_CANCEL), FAULT_WELL);
    biller_rules_free(rules);
    world_free(world);
}

static void questions_are_counted_apart(void **state) {
    (void)state;
    struct biller_rules *rules = biller_rules_new();
    struct biller_asking pay = {.biller = &billers[0], .command = BILLER_PAY, .txn = TEXT("17")};
    struct biller_asking check = pay, other = pay, elsewhere = pay;
    check.command = BILLER_CHECK;
    other.txn = TEXT("18");
    elsewhere.biller = &billers[1];
    assert_int_equal(biller_rules_asked(rules, &pay), 0);
    assert_int_equal(biller_rules_asked(rules, &pay), 1);
    assert_int_equal(biller_rules_asked(rules, &check), 0);
    assert_int_equal(biller_rules_asked(rules, &other), 0);
    assert_int_equal(biller_rules_asked(rules, &elsewhere), 0);
    assert_int_equal(biller_rules_asked(rules, &pay), 2);
    biller_rules_free(rules);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_have_forms),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(bills_follow_from_accounts),
        cmocka_unit_test(each_fault_has_digits_of_its_own),
        cmocka_unit_test(what_a_fault_does),
        cmocka_unit_test(rules_roll_by_share_biller_and_command),
        cmocka_unit_test(questions_are_counted_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
