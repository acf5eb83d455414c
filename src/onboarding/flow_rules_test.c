/* flow_rules_test.c: which lists of steps make sense, and in what order a flow is walked (ID-3, ID-5). */
#include "onboarding/flow_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void lists(void **state) {
    (void)state;
    static const struct {
        const char *steps;
        bool good;
    } cases[] = {
        {"number, code, password, open", true},
        {"number,code,pin,open", true},
        {"none", true},
        {"number, code, open", true}, /* the shortest: no secret, a code signs in */
        {"number, code, short, decision, open, email", true},
        {"calculator, number, code, contact, consents, password, open", true},
        {"number, code, short, pin, decision, open, email", true},
        {"number, code, person, passport, address, photos, password, call, review, open", true},
        {"", false},
        {"number", false},
        {"number, code, password", false},                  /* never opens */
        {"number, code, password, pin, open", false},       /* two secrets */
        {"number, code, open, password", false},            /* the secret too late */
        {"code, number, password, open", false},            /* the code before the number */
        {"number, contact, code, password, open", false},   /* data of an unproved number */
        {"contact, number, code, password, open", false},   /* … before any number */
        {"number, code, email, password, open", false},     /* an address is confirmed in the cabinet */
        {"number, code, password, open, contact", false},   /* nothing else after it is open */
        {"number, code, password, password, open", false},  /* twice */
        {"number, code, passwords, open", false},           /* no such step */
        {"number, code, password, open,", false},           /* an empty one */
        {"none, number, code, password, open", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan plan;
        bool good = plan_read(text_from(cases[i].steps), &plan) == NULL;
        if (good != cases[i].good) fail_msg("“%s”", cases[i].steps);
    }
}

static void kinds(void **state) {
    (void)state;
    struct plan plan;
    assert_null(plan_read(TEXT("number, code, password, open"), &plan));
    assert_true(plan.plain);
    assert_false(plan.by_code);
    assert_null(plan_read(TEXT("number, code, open"), &plan));
    assert_true(plan.by_code && !plan.plain);
    assert_int_equal(plan_asked(&plan), 2);
    assert_null(plan_read(TEXT("number, code, pin, open"), &plan));
    assert_false(plan.plain);
    assert_null(plan_read(TEXT("none"), &plan));
    assert_true(plan.closed);
}

static uint64_t done_of(const struct plan *plan, size_t count) {
    uint64_t done = 0;
    for (size_t i = 0; i < count; i++) done |= planned_bit(&plan->steps[i]);
    return done;
}

/* number code short pin decision open email */
static void order(void **state) {
    (void)state;
    static const struct {
        size_t done; /* so many from the beginning */
        bool frozen;
        const char *step;
        bool may;
    } cases[] = {
        {2, false, "short", true},     {2, false, "pin", false},  {2, false, "email", false},
        {2, false, "number", false},   {2, false, "code", false}, {3, false, "pin", true},
        {3, false, "short", true}, /* back */
        {3, false, "decision", false}, {3, false, "open", false}, {4, true, "short", false}, /* refused or waiting */
        {4, true, "pin", false},       {6, true, "short", false}, {6, true, "pin", false}, /* the cabinet is open */
        {6, true, "email", true},      {6, false, "short", false},
    };
    struct plan plan;
    assert_null(plan_read(TEXT("number, code, short, pin, decision, open, email"), &plan));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool may = plan_may(&plan, done_of(&plan, cases[i].done), cases[i].frozen,
                            plan_find(&plan, text_from(cases[i].step)));
        if (may != cases[i].may) fail_msg("%zu done, %s", cases[i].done, cases[i].step);
    }
    assert_false(plan_may(&plan, ~UINT64_C(0), false, plan.count));
    for (size_t i = 0; i <= plan.count; i++) assert_int_equal(plan_next(&plan, done_of(&plan, i)), i);
    assert_int_equal(plan_find(&plan, TEXT("photos")), plan.count);
}

static void back_and_numbers(void **state) {
    (void)state;
    struct plan plan;
    assert_null(plan_read(TEXT("number, code, person, passport, call, password, open, email"), &plan));
    assert_int_equal(plan_back(&plan, plan_find(&plan, TEXT("person"))), plan.count); /* the code is not gone back to */
    assert_int_equal(plan_back(&plan, plan_find(&plan, TEXT("passport"))), 2);
    assert_int_equal(plan_back(&plan, plan_find(&plan, TEXT("password"))), 3); /* over the call */
    assert_int_equal(plan_back(&plan, plan_find(&plan, TEXT("email"))), plan.count);
    assert_int_equal(plan_number(&plan, 0), 1);
    assert_int_equal(plan_number(&plan, plan_find(&plan, TEXT("password"))), 5);
    assert_int_equal(plan_asked(&plan), 6);
}

/* Sets of steps done are kept in the database: a step's bit must never change. */
static void bits(void **state) {
    (void)state;
    static const struct {
        const char *list;
        const char *step;
        uint64_t bit;
    } cases[] = {
        {"number, code, password, open", "number", UINT64_C(1) << 0},
        {"number, code, password, open", "code", UINT64_C(1) << 1},
        {"number, code, password, open", "password", UINT64_C(1) << 5},
        {"number, code, pin, open, email", "open", UINT64_C(1) << 10},
        {"number, code, pin, open, email", "email", UINT64_C(1) << 11},
        {"number, code, short, pin, open", "short", UINT64_C(1) << 32},
        {"number, code, work, pin, open", "work", UINT64_C(1) << 37},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan plan;
        assert_null(plan_read(text_from(cases[i].list), &plan));
        size_t at = plan_find(&plan, text_from(cases[i].step));
        assert_true(planned_bit(&plan.steps[at]) == cases[i].bit);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists),
        cmocka_unit_test(kinds),
        cmocka_unit_test(order),
        cmocka_unit_test(back_and_numbers),
        cmocka_unit_test(bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
