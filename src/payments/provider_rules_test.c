/* provider_rules_test.c: provider's own fields: right, wrong, at their bounds; patterns that would never end (WA-3). */
#include "payments/pattern.h"
#include "payments/provider_rules.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new((size_t)1 << 20);
    return arena == NULL;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct pattern *pattern(const char *source) {
    struct text problem = TEXT_NONE;
    const struct pattern *made = pattern_make(arena, text_from(source), &problem);
    if (made == NULL) fail_msg("%s: %.*s", source, TEXT_ARG(problem));
    return made;
}

static void values(void **state) {
    (void)state;
    const struct pattern *contract = pattern("[A-ZА-Я]{2}\\d+");
    static const struct value_choice choices[] = {{{"1", 1}, {"One", 3}}, {{"22", 2}, {"Two", 3}}};
    const struct value_rule bank = {.kind = VALUE_KIND_CHOICE, .choices = choices, .choice_count = 2};
    const struct {
        struct value_rule rule;
        const char *typed, *value;
        enum value_fault fault;
    } rows[] = {
        {{.kind = VALUE_KIND_DIGITS, .least = 10, .most = 10}, " 12 34-567890 ", "1234567890", VALUE_GOOD},
        {{.kind = VALUE_KIND_DIGITS, .least = 10, .most = 10}, "123456789", NULL, VALUE_SHORT},
        {{.kind = VALUE_KIND_DIGITS, .least = 10, .most = 10}, "12345678901", NULL, VALUE_LONG},
        {{.kind = VALUE_KIND_DIGITS, .least = 10, .most = 10}, "12345678x0", NULL, VALUE_MALFORMED},
        {{.kind = VALUE_KIND_DIGITS}, "--", NULL, VALUE_MALFORMED},
        {{.kind = VALUE_KIND_DIGITS}, "  ", NULL, VALUE_MISSING},
        {{.kind = VALUE_KIND_DIGITS, .optional = true}, "", NULL, VALUE_GOOD},
        {{.kind = VALUE_KIND_DIGITS, .check = CHECK_LUHN}, "4111 1111 1111 1111", "4111111111111111", VALUE_GOOD},
        {{.kind = VALUE_KIND_DIGITS, .check = CHECK_LUHN}, "4111 1111 1111 1112", NULL, VALUE_MALFORMED},
        {{.kind = VALUE_KIND_DIGITS, .check = CHECK_INN}, "7707083893", "7707083893", VALUE_GOOD},
        {{.kind = VALUE_KIND_DIGITS, .check = CHECK_INN}, "7707083894", NULL, VALUE_MALFORMED},
        {{.kind = VALUE_KIND_DIGITS, .check = CHECK_BIK}, "044525225", "044525225", VALUE_GOOD},
        {{.kind = VALUE_KIND_DIGITS, .check = CHECK_BIK}, "04452522", NULL, VALUE_MALFORMED},
        {{.kind = VALUE_KIND_DIGITS, .check = CHECK_ACCOUNT}, "40817 810 5 0000 0010000", "40817810500000010000",
         VALUE_GOOD},
        {{.kind = VALUE_KIND_DIGITS, .check = CHECK_CORRESPONDENT}, "301018104000000", NULL, VALUE_MALFORMED},
        {{.kind = VALUE_KIND_TEXT, .check = CHECK_KPP}, "7708AB001", "7708AB001", VALUE_GOOD},
        {{.kind = VALUE_KIND_TEXT, .check = CHECK_KPP}, "7708-1001", NULL, VALUE_MALFORMED},
        {{.kind = VALUE_KIND_DIGITS, .check = CHECK_CARD}, "2200 0000 0004 0000", "2200000000040000", VALUE_GOOD},
        {{.kind = VALUE_KIND_DIGITS, .check = CHECK_CARD}, "2200 0000 0004 0001", NULL, VALUE_MALFORMED},
        {{.kind = VALUE_KIND_DIGITS, .check = CHECK_CARD}, "18", NULL, VALUE_MALFORMED}, /* Luhn holds, but no card */
        {bank, " 22 ", "22", VALUE_GOOD},
        {bank, "2", NULL, VALUE_MALFORMED},
        {bank, "Two", NULL, VALUE_MALFORMED},
        {bank, "", NULL, VALUE_MISSING},
        {{.kind = VALUE_KIND_PHONE}, "8 (916) 123-45-67", "9161234567", VALUE_GOOD},
        {{.kind = VALUE_KIND_PHONE}, "8 (495) 123-45-67", NULL, VALUE_MALFORMED},
        {{.kind = VALUE_KIND_TEXT, .most = 5}, "Ник", "Ник", VALUE_GOOD},
        {{.kind = VALUE_KIND_TEXT, .most = 5}, "Никита", NULL, VALUE_LONG},
        {{.kind = VALUE_KIND_TEXT}, "a\nb", NULL, VALUE_MALFORMED},
        {{.kind = VALUE_KIND_TEXT, .pattern = contract}, "АБ123", "АБ123", VALUE_GOOD},
        {{.kind = VALUE_KIND_TEXT, .pattern = contract}, "АБ123x", NULL, VALUE_MALFORMED}, /* the whole of it */
        {{.kind = VALUE_KIND_TEXT, .pattern = contract}, "xАБ123", NULL, VALUE_MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text value;
        enum value_fault fault = value_take(arena, &rows[i].rule, text_from(rows[i].typed), &value);
        bool same = rows[i].value == NULL ? value.size == 0 : text_is(value, rows[i].value);
        if (fault != rows[i].fault || !same) fail_msg("row %zu: %d %.*s", i, (int)fault, TEXT_ARG(value));
    }
}

static void accounts_fit_their_bank(void **state) {
    (void)state;
    const struct text bik = TEXT("044525225");
    assert_true(account_fits(CHECK_ACCOUNT, TEXT("40817810500000010000"), bik));
    assert_false(account_fits(CHECK_ACCOUNT, TEXT("40817810500000010001"), bik));
    assert_false(account_fits(CHECK_ACCOUNT, TEXT("40817810500000010000"), TEXT("044525974")));
    assert_true(account_fits(CHECK_CORRESPONDENT, TEXT("30101810400000000225"), bik));
    assert_false(account_fits(CHECK_ACCOUNT, TEXT("30101810400000000225"), bik));
}

static void order_numbers(void **state) {
    (void)state;
    static const struct {
        const char *digits;
        bool valid;
    } rows[] = {
        {"18810152200000000122", false}, {"00000000000000000000", false}, {"1881015220000000012", false},
        {"188101522000000001233", false}, {"0000000000000000000000000", false}, {"1234567890123456789012345", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (uin_valid(text_from(rows[i].digits)) != rows[i].valid) fail_msg("row %zu", i);
    int good = 0; /* of ten last digits one is the key */
    char number[] = "18810152200000000120";
    for (char last = '0'; last <= '9'; last++) {
        number[19] = last;
        good += uin_valid(text_from(number));
    }
    assert_int_equal(good, 1);
}

static void a_pattern_cannot_stop_us(void **state) {
    (void)state;
    struct text problem = TEXT_NONE;
    assert_null(pattern_make(arena, TEXT("(a"), &problem));
    assert_true(problem.size > 0);
    assert_null(pattern_make(arena, TEXT(""), &problem));
    const struct pattern *slow = pattern("(a+)+b");
    assert_false(pattern_matches(slow, TEXT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")));
    assert_true(pattern_matches(slow, TEXT("aab")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(accounts_fit_their_bank),
        cmocka_unit_test(order_numbers),
        cmocka_unit_test(a_pattern_cannot_stop_us),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
