/* purchase_rules_test.c: IN-3, IN-4: purchases as stories, each told by its acts and what is owed then. What holds for
 * every purchase is in purchase_random_test.c. */
#include "products/instalments/purchase_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int64_t day(const char *text) {
    struct date date;
    assert_true(date_parse(text_from(text), &date));
    return date_to_days(date);
}

static const struct purchase_rule rule = {.move_days = 10, .move_times = 1};

struct story {
    struct purchase_terms terms;
    struct purchase_state state;
    struct purchase_done done;
};

/* 9 000.01 on 2026-05-15. */
static struct story sold(enum tariff_unit unit, int64_t parts, bool first_now) {
    struct story story = {.terms = {day("2026-05-15"), 900001, {unit, parts, first_now, 45000}, 200000}};
    const struct purchase_doing sell = {.act = PURCHASE_SELL};
    assert_int_equal(purchase_do(&story.terms, &rule, &story.state, &sell, &story.done), PURCHASE_OK);
    assert_int_equal(story.done.fee, 40500);
    return story;
}

static enum purchase_refusal act(struct story *story, const char *on, const struct purchase_doing doing) {
    const struct loan_contract contract = purchase_contract(&story->terms, &rule);
    if (on != NULL) (void)purchase_days(&contract, &story->state, day(on));
    return purchase_do(&story->terms, &rule, &story->state, &doing, &story->done);
}

#define PAYS(sum_) ((struct purchase_doing){.act = PURCHASE_PAY, .sum = (sum_)})
#define RETURNS(sum_) ((struct purchase_doing){.act = PURCHASE_RETURN, .sum = (sum_)})
#define MOVES(days_) ((struct purchase_doing){.act = PURCHASE_MOVE, .days = (days_)})
#define GIVES(sum_) ((struct purchase_doing){.act = PURCHASE_GIVE, .sum = (sum_)})
#define UNDONE(sum_, penalty_) ((struct purchase_doing){PURCHASE_UNDO, (sum_), (penalty_), 0})

/* "2026-06-15 3000.00" a row; "now" is late. */
struct row {
    const char *day;
    int64_t sum;
};
#define OWES(story, ...)                                                                                               \
    owes(story, (const struct row[]){__VA_ARGS__}, sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))
static void owes(const struct story *story, const struct row *expected, size_t count) {
    const struct loan_contract contract = purchase_contract(&story->terms, &rule);
    struct purchase_row rows[PURCHASE_ROWS];
    int64_t sum = 0;
    assert_int_equal(purchase_schedule(&contract, &story->state, rows), count);
    for (size_t i = 0; i < count; i++) {
        int64_t on = strcmp(expected[i].day, "now") == 0 ? 0 : day(expected[i].day);
        assert_int_equal(rows[i].day, on);
        assert_int_equal(rows[i].sum, expected[i].sum);
        sum += rows[i].sum;
    }
    assert_int_equal(sum, purchase_owed(&story->state));
    assert_int_equal(purchase_wished(&contract, &story->state, PURCHASE_ALL, 0), sum);
    assert_int_equal(purchase_wished(&contract, &story->state, PURCHASE_NEXT, 0), rows[0].sum);
    assert_int_equal(purchase_wished(&contract, &story->state, PURCHASE_ANY, sum + 1), sum);
}

static void paid_in_time(void **state) {
    (void)state;
    struct story story = sold(TARIFF_MONTHS, 3, false);
    OWES(&story, {"2026-06-15", 300000}, {"2026-07-15", 300000}, {"2026-08-15", 300001});
    assert_int_equal(purchase_wakes(&story.state), day("2026-06-16"));
    assert_int_equal(act(&story, "2026-06-15", PAYS(300000)), PURCHASE_OK);
    OWES(&story, {"2026-07-15", 300000}, {"2026-08-15", 300001});
    /* any sum: the next payment, then the one after it on its day */
    assert_int_equal(act(&story, "2026-07-01", PAYS(400000)), PURCHASE_OK);
    OWES(&story, {"2026-08-15", 200001});
    const struct loan_contract contract = purchase_contract(&story.terms, &rule);
    assert_int_equal(purchase_days(&contract, &story.state, day("2026-08-15")), 0);
    OWES(&story, {"2026-08-15", 200001});
    assert_int_equal(act(&story, NULL, PAYS(200001)), PURCHASE_OK);
    assert_int_equal(story.state.loan.status, LOAN_CLOSED);
    assert_int_equal(purchase_wakes(&story.state), 0);
    assert_int_equal(purchase_left(&story.state), 0);
    assert_int_equal(purchase_shop(&story.terms, &story.state), 900001 - 40500);
}

static void the_first_one_now(void **state) {
    (void)state;
    struct story story = sold(TARIFF_FORTNIGHTS, 4, true);
    OWES(&story, {"2026-05-15", 225000}, {"2026-05-29", 225000}, {"2026-06-12", 225000}, {"2026-06-26", 225001});
    assert_int_equal(act(&story, NULL, PAYS(225000)), PURCHASE_OK);
    OWES(&story, {"2026-05-29", 225000}, {"2026-06-12", 225000}, {"2026-06-26", 225001});
    story = sold(TARIFF_MONTHS, 2, true);
    const struct loan_contract contract = purchase_contract(&story.terms, &rule);
    assert_int_equal(purchase_days(&contract, &story.state, day("2026-05-16")), 247); /* 4 500.01 × 20 % / 365 */
    OWES(&story, {"now", 450001 + 247}, {"2026-06-15", 450000});
}

static void late(void **state) {
    (void)state;
    struct story story = sold(TARIFF_MONTHS, 3, false);
    const struct loan_contract contract = purchase_contract(&story.terms, &rule);
    assert_int_equal(purchase_days(&contract, &story.state, day("2026-06-25")), 1644); /* 3 000 × 20 % × 10 / 365 */
    OWES(&story, {"now", 301644}, {"2026-07-15", 300000}, {"2026-08-15", 300001});
    assert_int_equal(purchase_wakes(&story.state), day("2026-06-26"));
    assert_int_equal(act(&story, NULL, MOVES(1)), PURCHASE_LATE);
    assert_int_equal(act(&story, NULL, PAYS(300000)), PURCHASE_OK); /* the goods' price before penalties */
    OWES(&story, {"now", 1644}, {"2026-07-15", 300000}, {"2026-08-15", 300001});
    assert_int_equal(purchase_wakes(&story.state), day("2026-07-16"));
    assert_int_equal(act(&story, NULL, PAYS(601645)), PURCHASE_OK);
    assert_int_equal(story.done.paid[DEBT_PENALTY], 1644);
    assert_int_equal(story.state.loan.status, LOAN_CLOSED);
}

static void goods_come_back(void **state) {
    (void)state;
    struct story story = sold(TARIFF_MONTHS, 3, false);
    assert_int_equal(act(&story, "2026-06-15", PAYS(300000)), PURCHASE_OK);
    assert_int_equal(act(&story, "2026-06-20", RETURNS(100001)), PURCHASE_OK);
    assert_int_equal(story.done.fee, 40500 - 36000); /* of 9 000.01 and of 8 000, half up */
    OWES(&story, {"2026-07-15", 250000}, {"2026-08-15", 250000});
    assert_int_equal(purchase_shop(&story.terms, &story.state), 800000 - 36000);
    assert_int_equal(act(&story, NULL, RETURNS(800001)), PURCHASE_TOO_MUCH);
    assert_int_equal(act(&story, NULL, RETURNS(600000)), PURCHASE_OK);
    assert_int_equal(story.done.left, 100000); /* of what was paid */
    assert_int_equal(story.state.loan.status, LOAN_CLOSED);
    assert_int_equal(act(&story, "2026-07-01", RETURNS(200000)), PURCHASE_OK); /* all of it */
    assert_int_equal(story.done.left, 200000);
    assert_int_equal(purchase_shop(&story.terms, &story.state), 0);
    assert_int_equal(act(&story, "2026-07-02", GIVES(300001)), PURCHASE_WRONG_SUM);
    assert_int_equal(act(&story, NULL, GIVES(300000)), PURCHASE_OK);
    assert_int_equal(story.done.left, -300000);
    assert_int_equal(act(&story, "2026-07-05", PAYS(300000)), PURCHASE_OK); /* it did not reach him */
    assert_int_equal(purchase_left(&story.state), 300000);
}

/* What was paid ahead covers what is left of the goods: nobody waits for its day. */
static void goods_come_back_after_payments_ahead(void **state) {
    (void)state;
    struct story story = sold(TARIFF_MONTHS, 3, false);
    assert_int_equal(act(&story, "2026-05-20", PAYS(500000)), PURCHASE_OK);
    OWES(&story, {"2026-07-15", 100000}, {"2026-08-15", 300001});
    assert_int_equal(act(&story, NULL, RETURNS(450001)), PURCHASE_OK);
    assert_int_equal(story.done.count, 2);
    assert_int_equal(story.state.loan.status, LOAN_CLOSED);
    assert_int_equal(purchase_left(&story.state), 50000);
    story = sold(TARIFF_MONTHS, 3, false); /* late, and then all of it comes back: the days were late nevertheless */
    assert_int_equal(act(&story, "2026-06-25", RETURNS(900001)), PURCHASE_OK);
    OWES(&story, {"now", 1644});
    assert_int_equal(purchase_wakes(&story.state), 0);
}

static void a_day_moves(void **state) {
    (void)state;
    struct story story = sold(TARIFF_MONTHS, 6, false);
    assert_int_equal(act(&story, "2026-06-01", MOVES(0)), PURCHASE_TOO_FAR);
    assert_int_equal(act(&story, NULL, MOVES(11)), PURCHASE_TOO_FAR);
    assert_int_equal(act(&story, NULL, MOVES(10)), PURCHASE_OK);
    OWES(&story, {"2026-06-25", 150000}, {"2026-07-15", 150000}, {"2026-08-15", 150000}, {"2026-09-15", 150000},
         {"2026-10-15", 150000}, {"2026-11-15", 150001});
    assert_int_equal(purchase_wakes(&story.state), day("2026-06-26"));
    assert_int_equal(act(&story, NULL, MOVES(1)), PURCHASE_MOVED);
    story = sold(TARIFF_MONTHS, 6, false);
    for (int i = 0; i < 5; i++) assert_int_equal(act(&story, NULL, PAYS(150000)), PURCHASE_OK);
    assert_int_equal(act(&story, "2026-11-01", MOVES(1)), PURCHASE_TOO_FAR); /* the law's six months */
    assert_int_equal(act(&story, NULL, PAYS(150001)), PURCHASE_OK);
    assert_int_equal(act(&story, NULL, MOVES(1)), PURCHASE_NOT_SO);
}

static void a_payment_is_undone(void **state) {
    (void)state;
    struct story story = sold(TARIFF_MONTHS, 3, false);
    assert_int_equal(act(&story, "2026-06-15", PAYS(350000)), PURCHASE_OK);
    assert_int_equal(act(&story, "2026-07-01", UNDONE(350000, 0)), PURCHASE_OK);
    OWES(&story, {"now", 300000}, {"2026-07-15", 300000}, {"2026-08-15", 300001});
    assert_int_equal(act(&story, NULL, PAYS(900001)), PURCHASE_OK);
    assert_int_equal(act(&story, "2026-10-01", UNDONE(100, 101)), PURCHASE_WRONG_SUM);
    assert_int_equal(act(&story, NULL, UNDONE(900001, 0)), PURCHASE_OK);
    OWES(&story, {"now", 900001});
    assert_int_equal(purchase_wakes(&story.state), day("2026-10-02"));
    assert_int_equal(act(&story, NULL, MOVES(1)), PURCHASE_LATE);
    assert_int_equal(act(&story, "2026-10-02", PAYS(900001)), PURCHASE_OK);
    OWES(&story, {"now", 493}); /* 9 000.01 × 20 % / 365 */
}

static void nothing_before_it_is_sold(void **state) {
    (void)state;
    struct story story = sold(TARIFF_MONTHS, 3, false);
    const struct purchase_doing sell = {.act = PURCHASE_SELL};
    assert_int_equal(act(&story, NULL, sell), PURCHASE_NOT_SO);
    story.state = (struct purchase_state){.moved = 0};
    assert_int_equal(act(&story, NULL, PAYS(1)), PURCHASE_NOT_SO);
    assert_int_equal(act(&story, NULL, MOVES(1)), PURCHASE_NOT_SO);
    story.terms.sum = 0;
    assert_int_equal(act(&story, NULL, sell), PURCHASE_WRONG_SUM);
    assert_int_equal(purchase_penalty(250000, day("2026-05-15"), &rule), 200000); /* 283-FZ */
    assert_int_equal(purchase_penalty(150000, day("2026-05-15"), &rule), 150000);
    assert_int_equal(purchase_penalty(250000, day("2026-03-15"), &rule), 250000);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(paid_in_time), cmocka_unit_test(the_first_one_now),
                                       cmocka_unit_test(late), cmocka_unit_test(goods_come_back),
                                       cmocka_unit_test(goods_come_back_after_payments_ahead),
                                       cmocka_unit_test(a_day_moves), cmocka_unit_test(a_payment_is_undone),
                                       cmocka_unit_test(nothing_before_it_is_sold)};
    return cmocka_run_group_tests_name("purchase_rules", tests, NULL, NULL);
}
