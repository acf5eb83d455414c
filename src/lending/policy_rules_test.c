/* policy_rules_test.c: LO-2, IN-2: who gets how much by the example of `profiles/`, and why; files that are none. */
#include "lending/policy_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct policy policy;
static struct policy_outcome outcome;
static const struct date today = {2026, 11, 30};

static void read_example(void) {
    static char bytes[1 << 16];
    FILE *file = fopen("profiles/policy_microloans.txt", "r");
    int line;
    const char *what;
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    if (!policy_read((struct text){bytes, size}, &policy, &line, &what)) fail_msg("line %d: %s", line, what);
}

/* Somebody to whom nothing speaks against lending. */
#define INPUTS 14
static struct policy_value good[INPUTS] = {
    {TEXT("age"), 30},         {TEXT("asked"), 1000000}, {TEXT("loans"), 0},        {TEXT("costly"), 1},
    {TEXT("repaid"), 0},       {TEXT("level"), 3},       {TEXT("days_overdue"), 0}, {TEXT("bankrupt"), 0},
    {TEXT("income_proved"), 0}, {TEXT("terror_list"), 0}, {TEXT("lost_passports"), 0}, {TEXT("self_ban"), 0},
    {TEXT("income"), 6000000}, {TEXT("payments"), 1500000},
};

static void decide_with(const char *name, int64_t value, struct date day) {
    struct policy_value values[INPUTS];
    for (size_t i = 0; i < INPUTS; i++) {
        values[i] = good[i];
        if (name != NULL && text_is(good[i].name, name)) values[i].value = value;
    }
    policy_decide(&policy, day, values, INPUTS, NULL, 0, &outcome);
}

/* Whether a rule that was met has that reason. */
static bool said(const char *reason) {
    for (size_t i = 0; i < outcome.met_count; i++)
        if (text_is(policy.rules[outcome.met[i]].reason, reason)) return true;
    return false;
}

static void one_input_decides(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t value;
        enum policy_decision decision;
        const char *reason;
        int64_t score, limit;
    } rows[] = {
        {NULL, 0, POLICY_GRANTED, NULL, 350, 1000000},
        {"age", 17, POLICY_REFUSED, "too_young", 320, 0},
        {"age", 18, POLICY_GRANTED, NULL, 280, 1000000},
        {"age", 24, POLICY_GRANTED, NULL, 320, 1000000},
        {"age", 76, POLICY_REFUSED, "too_old", 320, 0},
        {"level", 1, POLICY_REFUSED, "not_identified", 350, 0},
        {"loans", 2, POLICY_REFUSED, "too_many_loans", 350, 0},
        {"bankrupt", 1, POLICY_REFUSED, "bankrupt", 350, 0},
        {"self_ban", 1, POLICY_REFUSED, "self_ban", 350, 0},
        {"costly", 2, POLICY_GRANTED, NULL, 350, 1000000},
        {"costly", 3, POLICY_REFUSED, "too_many_costly_loans", 350, 0},
        {"repaid", 1, POLICY_GRANTED, NULL, 410, 3000000},
        {"repaid", 3, POLICY_GRANTED, NULL, 470, 10000000},
        {"days_overdue", 10, POLICY_REFUSED, "few_points", 250, 0},
        {"days_overdue", 61, POLICY_REFUSED, "long_overdue", 350, 0},
        {"payments", 3000001, POLICY_REVIEWED, "income_to_be_proved", 270, 1000000},
        {"payments", 4800001, POLICY_REFUSED, "debt_load", 270, 0},
        {"income", 0, POLICY_REFUSED, "debt_load", 270, 0},
        {"income_proved", 1, POLICY_GRANTED, NULL, 390, 3000000},
    };
    read_example();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        decide_with(rows[i].name, rows[i].value, today);
        assert_int_equal(outcome.decision, rows[i].decision);
        assert_int_equal(outcome.score, rows[i].score);
        assert_int_equal(outcome.limit, rows[i].limit);
        assert_int_equal(outcome.missing, 0);
        if (rows[i].reason != NULL) assert_true(said(rows[i].reason));
    }
}

/* Every reason is told, not the first alone; each input is there with its value. */
static void all_that_speaks_against_it_is_said(void **state) {
    (void)state;
    read_example();
    struct policy_value values[INPUTS];
    for (size_t i = 0; i < INPUTS; i++) values[i] = good[i];
    values[0].value = 16;
    values[7].value = values[9].value = 1;
    policy_decide(&policy, today, values, INPUTS, NULL, 0, &outcome);
    assert_int_equal(outcome.decision, POLICY_REFUSED);
    assert_true(said("too_young") && said("bankrupt") && said("terror_list") && !said("too_old"));
    for (size_t i = 0; i < policy.input_count; i++) {
        assert_true(outcome.known[i]);
        for (size_t k = 0; k < INPUTS; k++)
            if (text_equal(policy.inputs[i].name, values[k].name)) assert_int_equal(outcome.values[i], values[k].value);
    }
    for (size_t i = 0; i < outcome.met_count; i++) assert_true(policy.rules[outcome.met[i]].line > 0);
}

static void the_law_s_number_is_of_the_day(void **state) {
    (void)state;
    read_example();
    decide_with("costly", 3, (struct date){2026, 9, 30}); /* two at once from October 2026 */
    assert_int_equal(outcome.decision, POLICY_GRANTED);
    decide_with("costly", 3, (struct date){2026, 10, 1});
    assert_int_equal(outcome.decision, POLICY_REFUSED);
    const struct law_line own = {LAW_COSTLY_LOANS, {2026, 11, 1}, 0, "one day"};
    policy_decide(&policy, today, good, INPUTS, &own, 1, &outcome);
    assert_int_equal(outcome.decision, POLICY_REFUSED);
}

static void what_nobody_knows_is_looked_at(void **state) {
    (void)state;
    read_example();
    policy_decide(&policy, today, good, INPUTS - 1, NULL, 0, &outcome); /* no payments: no debt load */
    assert_int_equal(outcome.missing, 1);
    assert_int_equal(outcome.decision, POLICY_REVIEWED);
    assert_int_equal(outcome.score, 330);
    policy_decide(&policy, today, good + 1, INPUTS - 2, NULL, 0, &outcome);
    assert_int_equal(outcome.missing, 2);
    /* nor is a limit where nothing is known but the last line */
    policy_decide(&policy, today, NULL, 0, NULL, 0, &outcome);
    assert_int_equal(outcome.decision, POLICY_REVIEWED);
}

/* What forbids is told apart from what refuses; and what may yet forbid, by what nobody knows. */
static void what_a_law_forbids_is_told_apart(void **state) {
    (void)state;
    struct policy_value values[INPUTS];
    read_example();
    decide_with(NULL, 0, today);
    assert_false(outcome.forbidden || outcome.unchecked);
    decide_with("self_ban", 1, today);
    assert_true(outcome.forbidden && outcome.decision == POLICY_REFUSED);
    decide_with("costly", 3, today);
    assert_true(outcome.forbidden);
    decide_with("bankrupt", 1, today);
    assert_true(!outcome.forbidden && outcome.decision == POLICY_REFUSED);
    for (size_t i = 0; i < INPUTS; i++) values[i] = good[i];
    values[11].name = TEXT("nobody_asks"); /* for the self-ban */
    policy_decide(&policy, today, values, INPUTS, NULL, 0, &outcome);
    assert_true(outcome.unchecked && !outcome.forbidden && outcome.decision == POLICY_REVIEWED);
    values[11] = good[11];
    values[7].name = TEXT("nobody_asks"); /* bankrupt: ours to overlook */
    policy_decide(&policy, today, values, INPUTS, NULL, 0, &outcome);
    assert_true(!outcome.unchecked && outcome.missing == 1);
}

static void debt_load(void **state) {
    (void)state;
    assert_int_equal(policy_debt_load(10000, 0), 0);
    assert_int_equal(policy_debt_load(10000, 5000), 50);
    assert_int_equal(policy_debt_load(10000, 5001), 51);
    assert_int_equal(policy_debt_load(0, 1), POLICY_NO_INCOME);
    assert_int_equal(policy_debt_load(0, 0), 0);
    assert_int_equal(policy_debt_load(1, INT64_C(1000000000000000)), POLICY_NO_INCOME);
}

static void a_file_says_where_it_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *file;
        int line; /* 0: it is good */
        const char *what;
    } rows[] = {
        {"limit 1.00", 0, NULL},
        {"# a remark\r\n\r\ninput age number\r\nlimit 1.00 when age >= 18 and age < 70 # too\r\n", 0, NULL},
        {"input sum money\nlimit 5.00 when sum 0.00..100.00", 0, NULL},
        {"", 2, "no line gives a limit"},
        {"refuse score < 1 because few", 2, "no line gives a limit"},
        {"limit one", 1, "a limit is in roubles with kopecks: 100.00"},
        {"limit -1.00", 1, "a limit is in roubles with kopecks: 100.00"},
        {"limit 1.00 if score > 1", 1, "conditions begin with: when"},
        {"limit 1.00 when score > 1 or score < 0", 1, "between conditions stands: and"},
        {"limit 1.00 when scores > 1", 1, "no input is called so"},
        {"limit 1.00 when score ~ 1", 1, "after an input comes <, <=, =, !=, >=, > or FROM..TO"},
        {"limit 1.00 when score 5..1", 1, "after an input comes <, <=, =, !=, >=, > or FROM..TO"},
        {"limit 1.00\nrefuse score < 1", 2, "conditions end with: because REASON"},
        {"limit 1.00\nrefuse score < 1 because Few", 2, "a reason is a word of a-z, 0-9 and _"},
        {"limit 1.00\nrefuse score < 1 because few points", 2, "more words than the line may have"},
        {"limit 1.00\nscore 5 when score > 1", 2, "points cannot go by points"},
        {"limit 1.00\nscore 5000000", 2, "too many points"},
        {"input age number\ninput age number", 2, "this input is there already"},
        {"input income money", 1, "this input is there already"},
        {"input Age number", 1, "a name is of a-z, 0-9 and _"},
        {"input age years", 1, "an input is a number, money or a flag"},
        {"stop age\nstop age", 2, "this input is there already"},
        {"stop bans\nlimit 1.00 when bans = 1", 2,
         "no such value: a whole number, roubles with kopecks (100.00), yes or no, or law:NAME"},
        {"limit 1.00 when score = law:costly-loans", 1, "the law's numbers are bounds: <, <=, >= or >"},
        {"grant 1.00", 1, "a line begins with input, stop, forbid, refuse, review, score or limit"},
        {"limit 1.00 \xff", 1, "not UTF-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int line = 0;
        const char *what = NULL;
        assert_int_equal(policy_read(text_from(rows[i].file), &policy, &line, &what), rows[i].line == 0);
        if (rows[i].line == 0) continue;
        assert_string_equal(what, rows[i].what);
        assert_int_equal(line, rows[i].line);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_input_decides),
                                       cmocka_unit_test(all_that_speaks_against_it_is_said),
                                       cmocka_unit_test(the_law_s_number_is_of_the_day),
                                       cmocka_unit_test(what_nobody_knows_is_looked_at),
                                       cmocka_unit_test(what_a_law_forbids_is_told_apart),
                                       cmocka_unit_test(debt_load),
                                       cmocka_unit_test(a_file_says_where_it_is_wrong)};
    return cmocka_run_group_tests_name("policy_rules", tests, NULL, NULL);
}
