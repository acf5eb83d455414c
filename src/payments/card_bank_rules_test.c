/* card_bank_rules_test.c: which bank a card is of and what a transfer to it costs (BK-2), as tables. */
#include "payments/card_bank_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_line_is_read(void **state) {
    (void)state;
    static const struct {
        const char *line;
        bool good;
        int64_t from, to;
        struct fee fee;
        const char *title;
    } rows[] = {
        {"220001 0.50 Речной банк", true, 220001000, 220001999, {50, 0, 0, 0}, "Речной банк"},
        {"2200 0.00 Свой", true, 220000000, 220099999, {0}, "Свой"},
        {"220010-220019 1.00/30.00+5.00 Банк", true, 220010000, 220019999, {100, 500, 3000, 0}, "Банк"},
        {"220010019 1.00+5.00 Банк", true, 220010019, 220010019, {100, 500, 0, 0}, "Банк"},
        {"  220001   0.50   Банк  ", true, 220001000, 220001999, {50, 0, 0, 0}, "Банк"},
        {"220 0.50 Банк", false, .title = ""},
        {"2200100190 0.50 Банк", false, .title = ""},
        {"220019-220010 0.50 Банк", false, .title = ""},
        {"220010-2200199 0.50 Банк", false, .title = ""},
        {"22001x 0.50 Банк", false, .title = ""},
        {"220010 Банк", false, .title = ""},
        {"220010 100.01 Банк", false, .title = ""},
        {"220010 -1.00 Банк", false, .title = ""},
        {"220010 0.50", false, .title = ""},
        {"220010 0.50/ Банк", false, .title = ""},
        {"", false, .title = ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct card_bank bank;
        assert_int_equal(card_bank_read(text_from(rows[i].line), &bank), rows[i].good);
        if (!rows[i].good) continue;
        assert_int_equal(bank.from, rows[i].from);
        assert_int_equal(bank.to, rows[i].to);
        assert_int_equal(bank.fee.percent_bp, rows[i].fee.percent_bp);
        assert_int_equal(bank.fee.fixed, rows[i].fee.fixed);
        assert_int_equal(bank.fee.least, rows[i].fee.least);
        assert_true(text_is(bank.title, rows[i].title));
    }
}

static void the_narrowest_wins(void **state) {
    (void)state;
    struct card_bank banks[3];
    static const char *const lines[] = {"2200 1.50 Все", "220001-220005 0.50 Речной", "220003 0.00 Свой"};
    for (size_t i = 0; i < 3; i++) assert_true(card_bank_read(text_from(lines[i]), &banks[i]));
    static const struct {
        const char *number;
        int bank; /* -1: none */
    } rows[] = {{"2200030000000000", 2}, {"2200040000000000", 1}, {"2200990000000000", 0},
                {"5200030000000000", -1}, {"22000300", -1},       {"22000x0000000000", -1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_ptr_equal(card_bank_of(banks, 3, text_from(rows[i].number)),
                         rows[i].bank < 0 ? NULL : &banks[rows[i].bank]);
    assert_ptr_equal(card_bank_titled(banks, 3, TEXT("Речной")), &banks[1]);
    assert_ptr_equal(card_bank_titled(banks, 3, TEXT("")), NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_read),
        cmocka_unit_test(the_narrowest_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
