/* tariff_rules_test.c: IN-3: a shop's terms in words, what the law of a day leaves of them, its fee to the kopeck. */
#include "products/instalments/tariff_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define TARIFF "sum 1000.00 50000.00\nmonths 3 later 4.5\nmonths 6 later 9\nmonths 6 now 8.25\nfortnights 4 now 6\n"

static int64_t day(const char *text) {
    struct date date;
    assert_true(date_parse(text_from(text), &date));
    return date_to_days(date);
}

static struct tariff tariff_of(const char *text) {
    struct tariff tariff;
    struct text wrong;
    assert_true(tariff_read(text_from(text), &tariff, &wrong));
    return tariff;
}

static void words(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    struct tariff tariff = tariff_of(TARIFF);
    assert_int_equal(tariff.least, 100000);
    assert_int_equal(tariff.most, 5000000);
    assert_int_equal(tariff.count, 4);
    assert_int_equal(tariff.terms[2].fee, 82500);
    assert_true(tariff.terms[3].first_now && tariff.terms[3].unit == TARIFF_FORTNIGHTS);
    assert_true(text_is(tariff_write(arena, &tariff),
                        "sum 1000.00 50000.00\nmonths 3 later 4.5\nmonths 6 later 9\nmonths 6 now 8.25\n"
                        "fortnights 4 now 6\n"));
    arena_free(arena);
    static const struct {
        const char *text, *wrong;
    } rows[] = {
        {"", "sum"},
        {"sum 1.00 2.00", "terms"},
        {"sum 2.00 1.00\nmonths 3 later 1", "sum"},
        {"sum 0.00 1.00\nmonths 3 later 1", "sum"},
        {"sum 1,00 2.00\nmonths 3 later 1", "sum"},
        {"sum 1.00 2.00\nweeks 3 later 1", "weeks"},
        {"sum 1.00 2.00\nmonths three later 1", "months"},
        {"sum 1.00 2.00\nmonths 3 soon 1", "months"},
        {"sum 1.00 2.00\nmonths 3 later", "months"},
        {"sum 1.00 2.00\nmonths 3 later 101", "term"},
        {"sum 1.00 2.00\nmonths 0 later 1", "term"},
        {"sum 1.00 2.00\nmonths 27 later 1", "term"},
        {"sum 1.00 2.00\nmonths 1 now 1", "term"}, /* one payment at once is no instalments */
        {"sum 1.00 2.00\nmonths 3 later 1\nmonths 3 later 2", "term"},
        {"sum 0.02 2.00\nmonths 3 later 1", "term"}, /* of less than a kopeck each */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tariff read;
        struct text wrong = TEXT_NONE;
        assert_false(tariff_read(text_from(rows[i].text), &read, &wrong));
        if (!text_is(wrong, rows[i].wrong))
            fail_msg("row %zu: %.*s, wanted %s", i, TEXT_ARG(wrong), rows[i].wrong);
    }
}

/* Six months from 2026-04-01, four from 2028-04-01; before that no law of its own. */
static void the_law_of_the_day(void **state) {
    (void)state;
    static const struct {
        const char *on;
        enum tariff_unit unit;
        int64_t parts;
        bool now, lawful;
        const char *ends;
    } rows[] = {
        {"2026-03-31", TARIFF_MONTHS, 12, false, true, "2027-03-31"},
        {"2026-04-01", TARIFF_MONTHS, 6, false, true, "2026-10-01"},
        {"2026-04-01", TARIFF_MONTHS, 7, false, false, "2026-11-01"},
        {"2026-04-01", TARIFF_MONTHS, 7, true, true, "2026-10-01"},
        {"2026-08-31", TARIFF_MONTHS, 6, false, true, "2027-02-28"},
        {"2026-04-01", TARIFF_FORTNIGHTS, 13, false, true, "2026-09-30"},
        {"2026-04-01", TARIFF_FORTNIGHTS, 14, false, false, "2026-10-14"},
        {"2026-04-01", TARIFF_FORTNIGHTS, 14, true, true, "2026-09-30"},
        {"2028-03-31", TARIFF_MONTHS, 6, false, true, "2028-09-30"},
        {"2028-04-01", TARIFF_MONTHS, 5, false, false, "2028-09-01"},
        {"2028-04-01", TARIFF_MONTHS, 4, false, true, "2028-08-01"},
        {"2028-04-01", TARIFF_MONTHS, 5, true, true, "2028-08-01"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct tariff_term term = {rows[i].unit, rows[i].parts, rows[i].now, 0};
        int64_t on = day(rows[i].on);
        assert_int_equal(tariff_term_ends(&term, on), day(rows[i].ends));
        if (tariff_term_lawful(&term, on, NULL, 0) != rows[i].lawful) fail_msg("row %zu", i);
    }
    const struct law_line shorter = {LAW_INSTALMENT_MONTHS, {2027, 1, 1}, 3, "a later law"};
    const struct tariff_term term = {TARIFF_MONTHS, 4, false, 0};
    assert_true(tariff_term_lawful(&term, day("2026-12-31"), &shorter, 1));
    assert_false(tariff_term_lawful(&term, day("2027-01-01"), &shorter, 1));
}

static void refusals_in_their_order(void **state) {
    (void)state;
    static const struct {
        int64_t sum, parts;
        bool now;
        enum tariff_refusal refusal;
    } rows[] = {
        {99999, 5, false, TARIFF_SUM_SMALL}, /* whatever else is wrong */
        {5000001, 5, false, TARIFF_SUM_LARGE}, {100000, 5, false, TARIFF_NO_TERM},
        {100000, 6, false, TARIFF_ABOVE_LAW},  {100000, 6, true, TARIFF_ABOVE_LAW},
        {100000, 3, false, TARIFF_OK},         {5000000, 3, false, TARIFF_OK},
    };
    const struct tariff tariff = tariff_of(TARIFF);
    struct tariff_term terms[TARIFF_TERMS], term;
    int64_t on = day("2028-05-01");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct tariff_term wanted = {TARIFF_MONTHS, rows[i].parts, rows[i].now, 0};
        enum tariff_refusal refusal = tariff_choose(&tariff, rows[i].sum, &wanted, on, NULL, 0, &term);
        if (refusal != rows[i].refusal) fail_msg("row %zu: %d", i, (int)refusal);
        if (refusal == TARIFF_OK) assert_int_equal(term.fee, 45000);
    }
    assert_int_equal(tariff_offers(&tariff, 100000, on, NULL, 0, terms), 2);
    assert_int_equal(terms[1].unit, TARIFF_FORTNIGHTS);
    assert_int_equal(tariff_offers(&tariff, 100000, day("2027-05-01"), NULL, 0, terms), 4);
    assert_int_equal(tariff_offers(&tariff, 99999, on, NULL, 0, terms), 0);
}

static void the_fee_half_up(void **state) {
    (void)state;
    static const int64_t rows[][3] = {{100000, 45000, 4500}, {11, 45000, 0}, {12, 45000, 1}, {1, 500000, 1},
                                      {1, 499999, 0},        {0, 45000, 0},  {7, 1000000, 7}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(tariff_fee(rows[i][0], rows[i][1]), rows[i][2]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(words), cmocka_unit_test(the_law_of_the_day),
                                       cmocka_unit_test(refusals_in_their_order), cmocka_unit_test(the_fee_half_up)};
    return cmocka_run_group_tests_name("tariff_rules", tests, NULL, NULL);
}
