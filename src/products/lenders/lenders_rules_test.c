/* lenders_rules_test.c: which offers are believed, and what a calculator means. */
#include "products/lenders/lenders_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct lent_bounds bounds = {.sum_min = 100000, .sum_max = 3000000, .sum_step = 50000, .term_min = 7,
                                          .term_max = 30, .term_step = 1, .psk_min = 200000, .psk_max = 292000};
static const struct terms_asked asked = {.sum = 200000, .term = 7, .today = {2026, 11, 29}, .tolerance = 10};

static struct lender_terms offer(void) {
    return (struct lender_terms){.sum = 200000, .term = 7, .from = {2026, 11, 29}, .total = 211200, .psk = 292000,
                                 .schedule = {{{2026, 12, 6}, 211200, false}}, .dues = 1};
}

static void judges_offers(void **state) {
    (void)state;
    struct lender_terms terms = offer();
    assert_int_equal(terms_judge(&terms, &asked, &bounds), TERMS_GOOD);
    terms.from.day = 30; /* his midnight was earlier */
    assert_int_equal(terms_judge(&terms, &asked, &bounds), TERMS_PSK);
    terms = offer();
    terms.sum = 150000;
    assert_int_equal(terms_judge(&terms, &asked, &bounds), TERMS_OTHER_LOAN);
    struct terms_asked less = asked;
    less.less = true;
    terms.total = terms.schedule[0].sum = 158400;
    assert_int_equal(terms_judge(&terms, &less, &bounds), TERMS_GOOD);
    less.sum = 100000;
    assert_int_equal(terms_judge(&terms, &less, &bounds), TERMS_OTHER_LOAN);
    terms = offer();
    terms.term = 8;
    assert_int_equal(terms_judge(&terms, &asked, &bounds), TERMS_OTHER_LOAN);
    terms = offer();
    terms.from.day = 27;
    assert_int_equal(terms_judge(&terms, &asked, &bounds), TERMS_DATES);
    terms = offer();
    terms.schedule[0].date = terms.from;
    assert_int_equal(terms_judge(&terms, &asked, &bounds), TERMS_DATES);
    terms = offer();
    terms.total++;
    assert_int_equal(terms_judge(&terms, &asked, &bounds), TERMS_TOTAL);
    terms = offer();
    terms.total = terms.schedule[0].sum = 199999;
    assert_int_equal(terms_judge(&terms, &asked, &bounds), TERMS_TOTAL);
    terms = offer();
    terms.psk = 292001;
    assert_int_equal(terms_judge(&terms, &asked, &bounds), TERMS_PSK_BOUNDS);
    terms = offer();
    terms.psk = 291989;
    assert_int_equal(terms_judge(&terms, &asked, &bounds), TERMS_PSK);
    terms.psk = 291990;
    assert_int_equal(terms_judge(&terms, &asked, &bounds), TERMS_GOOD);
}

static void keeps_to_the_grid(void **state) {
    (void)state;
    assert_true(lent_sum_good(&bounds, 100000) && lent_sum_good(&bounds, 3000000) && lent_sum_good(&bounds, 150000));
    assert_false(lent_sum_good(&bounds, 50000) || lent_sum_good(&bounds, 3050000) || lent_sum_good(&bounds, 100001));
    assert_true(lent_term_good(&bounds, 7) && lent_term_good(&bounds, 30));
    assert_false(lent_term_good(&bounds, 6) || lent_term_good(&bounds, 31));
    assert_int_equal(calculator_value(5, 8, 5), 8); /* the slider moved */
    assert_int_equal(calculator_value(6, 8, 5), 6); /* typed wins */
    assert_int_equal(calculator_value(6, 5, 5), 6);
    assert_int_equal(calculator_value(6, 0, 6), 6); /* there is no slider */
}

static void finds_the_next_payment(void **state) {
    (void)state;
    const struct lender_due dues[] = {{{2026, 12, 6}, 1, true}, {{2027, 1, 6}, 2, false}, {{2027, 2, 6}, 3, false}};
    assert_int_equal(next_due(dues, 3)->sum, 2);
    assert_null(next_due(dues, 1));
}

static void names_its_states(void **state) {
    (void)state;
    for (enum loan_state each = LOAN_CLOSED; each <= LOAN_IMPLAUSIBLE; each++)
        assert_true(loan_ended(each) && loan_state_name(each)[0] != '\0');
    for (enum loan_state each = LOAN_DECIDING; each <= LOAN_OPEN; each++)
        assert_true(!loan_ended(each) && loan_state_name(each)[0] != '\0');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_offers),
        cmocka_unit_test(keeps_to_the_grid),
        cmocka_unit_test(finds_the_next_payment),
        cmocka_unit_test(names_its_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
