/* law_rules_test.c: numbers of the law by the day of the contract; what a payment pays first. */
#include "lending/law_rules.h"
#include "lending/waterfall_rules.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static void a_contract_keeps_its_day_s_numbers(void **state) {
    (void)state;
    static const struct {
        enum law law;
        struct date day;
        int64_t value;
    } rows[] = {
        {LAW_OVERPAYMENT, {2019, 12, 31}, LAW_NONE}, {LAW_OVERPAYMENT, {2020, 1, 1}, 150},
        {LAW_OVERPAYMENT, {2023, 6, 30}, 150},       {LAW_OVERPAYMENT, {2023, 7, 1}, 130},
        {LAW_OVERPAYMENT, {2026, 3, 31}, 130},       {LAW_OVERPAYMENT, {2026, 4, 1}, 100},
        {LAW_DAILY_RATE, {2023, 6, 30}, 10000},      {LAW_DAILY_RATE, {2023, 7, 1}, 8000},
        {LAW_PSK, {2024, 1, 1}, 292000},             {LAW_INSTALMENT_MONTHS, {2026, 3, 31}, LAW_NONE},
        {LAW_INSTALMENT_MONTHS, {2026, 4, 1}, 6},    {LAW_INSTALMENT_MONTHS, {2028, 3, 31}, 6},
        {LAW_INSTALMENT_MONTHS, {2028, 4, 1}, 4},    {LAW_COSTLY_LOANS, {2026, 9, 30}, LAW_NONE},
        {LAW_COSTLY_LOANS, {2026, 10, 1}, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(law_at(rows[i].law, rows[i].day, NULL, 0), rows[i].value);
    for (int law = 0; law < LAWS; law++) {
        const struct law_line *line = law_line((enum law)law, (struct date){2030, 1, 1}, NULL, 0);
        assert_non_null(line);
        assert_true(strlen(line->source) > 0 && strlen(law_name((enum law)law)) > 0);
    }
}

static void the_operator_s_line_wins(void **state) {
    (void)state;
    struct law_line own[2];
    assert_true(law_parse(TEXT("2027-01-01 overpayment 80 353-FZ as of 2027"), &own[0]));
    assert_true(law_parse(TEXT("2023-07-01  daily-rate  7000"), &own[1]));
    assert_string_equal(own[0].source, "353-FZ as of 2027");
    assert_int_equal(law_at(LAW_OVERPAYMENT, (struct date){2026, 12, 31}, own, 2), 100);
    assert_int_equal(law_at(LAW_OVERPAYMENT, (struct date){2027, 1, 1}, own, 2), 80);
    assert_int_equal(law_at(LAW_DAILY_RATE, (struct date){2024, 1, 1}, own, 2), 7000);
    assert_int_equal(law_at(LAW_DAILY_RATE, (struct date){2023, 6, 30}, own, 2), 10000);
    struct law_line line;
    static const char *const wrong[] = {"", "2027-13-01 overpayment 80", "2027-01-01 bribes 80",
                                        "2027-01-01 overpayment", "2027-01-01 overpayment -1", "overpayment 80"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_false(law_parse(text_from(wrong[i]), &line));
}

static void what_follows(void **state) {
    (void)state;
    const struct date day = {2025, 9, 1}, before = {2025, 8, 31};
    assert_int_equal(law_overpayment_most(1000000, (struct date){2022, 1, 10}, NULL, 0), 1500000);
    assert_int_equal(law_overpayment_most(1000000, (struct date){2023, 7, 2}, NULL, 0), 1300000);
    assert_int_equal(law_overpayment_most(1000000, (struct date){2018, 1, 1}, NULL, 0), LAW_NONE);
    assert_int_equal(law_cooling_hours(5000000, day, NULL, 0), 0);
    assert_int_equal(law_cooling_hours(5000001, day, NULL, 0), 4);
    assert_int_equal(law_cooling_hours(20000000, day, NULL, 0), 4);
    assert_int_equal(law_cooling_hours(20000001, day, NULL, 0), 48);
    assert_int_equal(law_cooling_hours(20000001, before, NULL, 0), 0);
}

static void the_waterfall_goes_by_the_contract_s_day(void **state) {
    (void)state;
    const int64_t owed[DEBTS] = {[DEBT_OVERDUE_INTEREST] = 100, [DEBT_OVERDUE_PRINCIPAL] = 500, [DEBT_INTEREST] = 80,
                                 [DEBT_PRINCIPAL] = 400,        [DEBT_PENALTY] = 50,            [DEBT_OTHER] = 7};
    int64_t paid[DEBTS];
    assert_int_equal(waterfall((struct date){2024, 7, 2}, owed, 700, paid), 0);
    assert_int_equal(paid[DEBT_OVERDUE_INTEREST], 100);
    assert_int_equal(paid[DEBT_OVERDUE_PRINCIPAL], 500);
    assert_int_equal(paid[DEBT_INTEREST], 80);
    assert_int_equal(paid[DEBT_PRINCIPAL], 20);
    assert_int_equal(paid[DEBT_PENALTY], 0);
    assert_int_equal(waterfall((struct date){2024, 6, 30}, owed, 700, paid), 0);
    assert_int_equal(paid[DEBT_PENALTY], 50); /* third, before */
    assert_int_equal(paid[DEBT_INTEREST], 50);
    assert_int_equal(paid[DEBT_PRINCIPAL], 0);
    for (int64_t sum = 0; sum <= 1200; sum++) {
        int64_t left = waterfall((struct date){2026, 1, 1}, owed, sum, paid), all = left;
        for (size_t i = 0; i < DEBTS; i++) {
            assert_true(paid[i] >= 0 && paid[i] <= owed[i]);
            all += paid[i];
        }
        assert_int_equal(all, sum);
        assert_true(left == 0 || sum > 1137);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_contract_keeps_its_day_s_numbers),
                                       cmocka_unit_test(the_operator_s_line_wins), cmocka_unit_test(what_follows),
                                       cmocka_unit_test(the_waterfall_goes_by_the_contract_s_day)};
    return cmocka_run_group_tests_name("law_rules", tests, NULL, NULL);
}
