/* money_test.c: every sum the product must refuse, and the arithmetic at its edges. */
#include "base/money.h"

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

#define NO INT64_MIN

static const struct {
    const char *text;
    int64_t strict, typed; /* NO: refused */
} sums[] = {
    {"0", 0, 0}, /* whether zero will do is the form's business */
    {"0.00", 0, 0},
    {"1", 100, 100},
    {"1.5", 150, 150},
    {"1.05", 105, 105},
    {"0.01", 1, 1},
    {"1500.00", 150000, 150000},
    {"007", 700, 700},
    {"1000000000000000", MONEY_MAX, MONEY_MAX},
    {"1000000000000000.00", MONEY_MAX, MONEY_MAX},
    {"999999999999999.99", MONEY_MAX - 1, MONEY_MAX - 1},
    {"1000000000000000.01", NO, NO},
    {"1000000000000001", NO, NO},
    {"10000000000000000", NO, NO},
    {"9223372036854775807", NO, NO},
    {"9223372036854775808", NO, NO}, /* 2^63 */
    {"18446744073709551617", NO, NO},
    {"99999999999999999999999999999999999", NO, NO},
    {"00000000000000000000000000000000000000001", NO, NO}, /* longer than any sum */
    {"", NO, NO},
    {"-1", NO, NO},
    {"-0", NO, NO},
    {"−1", NO, NO},
    {"+1", NO, NO},
    {"1.005", NO, NO},
    {"1.000", NO, NO},
    {"1.", NO, NO},
    {".5", NO, NO},
    {".", NO, NO},
    {"1..5", NO, NO},
    {"1.5.0", NO, NO},
    {"1e3", NO, NO},
    {"1E3", NO, NO},
    {"0x10", NO, NO},
    {"NaN", NO, NO},
    {"nan", NO, NO},
    {"inf", NO, NO},
    {"Infinity", NO, NO},
    {"1/2", NO, NO},
    {"1'000", NO, NO},
    {"1_000", NO, NO},
    {" 1", NO, NO},
    {"1 ", NO, NO},
    {"1\n", NO, NO},
    {"1\t000", NO, NO},
    {"1 .5", NO, NO},
    {"1. 5", NO, NO},
    {"1.0 0", NO, NO},
    {" ", NO, NO},
    {"١٢٣", NO, NO},
    {"１２", NO, NO},
    {"[1]", NO, NO},
    {"\"1\"", NO, NO},
    {"1₽", NO, NO},
    {"null", NO, NO},
    /* only people type these */
    {"1,5", NO, 150},
    {"1500,50", NO, 150050},
    {"1 500,50", NO, 150050},
    {"1 500.50", NO, 150050},
    {"1\u00A0500,50", NO, 150050},
    {"1\u202F500,50", NO, 150050},
    {"1 000\u00A0000", NO, 100000000},
    {"12 345 678,9", NO, 1234567890},
    {"100 000 000 000 000,01", NO, 10000000000000001},
    {"1 000 000 000 000 000,00", NO, MONEY_MAX},
    {"1 000 000 000 000 000,01", NO, NO},
    {"1 50", NO, NO},
    {"1 5000", NO, NO},
    {"1500 500", NO, NO},
    {"1  500", NO, NO},
    {"1 500 ", NO, NO},
    {"1 500,5 0", NO, NO},
    {"1 500 ,5", NO, NO},
    {"1 50,5", NO, NO},
    {"1 500,", NO, NO},
    {"1,500,000", NO, NO},
    {"1,500.00", NO, NO},
    {"1.500,00", NO, NO},
    {",5", NO, NO},
    {" ,5", NO, NO},
    {"1,505", NO, NO},
    {"-1 500", NO, NO},
    {"1\xC2", NO, NO},
    {"1\xE2\x80", NO, NO},
};

static void parses_strictly_and_as_typed(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        struct money strict = {NO, CURRENCY_USD}, typed = {NO, CURRENCY_USD};
        bool strictly = money_parse(text_from(sums[i].text), CURRENCY_RUB, &strict);
        bool as_typed = money_parse_typed(text_from(sums[i].text), CURRENCY_RUB, &typed);
        if (strict.minor != sums[i].strict || typed.minor != sums[i].typed) fail_msg("sum «%s»", sums[i].text);
        assert_int_equal(strictly, sums[i].strict != NO);
        assert_int_equal(as_typed, sums[i].typed != NO);
        assert_int_equal(strict.currency, strictly ? CURRENCY_RUB : CURRENCY_USD); /* left alone when refused */
    }
    struct money money;
    assert_false(money_parse(TEXT_NONE, CURRENCY_RUB, &money));
    assert_false(money_parse((struct text){"1\0", 2}, CURRENCY_RUB, &money));
    static char longest[1 << 16];
    memset(longest, '1', sizeof longest);
    assert_false(money_parse((struct text){longest, sizeof longest}, CURRENCY_RUB, &money));
    assert_false(money_parse_typed((struct text){longest, sizeof longest}, CURRENCY_RUB, &money));
}

static void writes_decimals(void **state) {
    (void)state;
    static const struct {
        int64_t minor;
        const char *decimal;
    } rows[] = {
        {0, "0.00"},
        {1, "0.01"},
        {-1, "-0.01"},
        {99, "0.99"},
        {100, "1.00"},
        {-350, "-3.50"},
        {150000, "1500.00"},
        {MONEY_MAX, "1000000000000000.00"},
        {INT64_MIN, "-92233720368547758.08"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text text = money_decimal(arena, rub(rows[i].minor));
        assert_string_equal(text.data, rows[i].decimal);
        struct money back;
        bool inside = rows[i].minor >= 0 && rows[i].minor <= MONEY_MAX;
        assert_int_equal(money_parse(text, CURRENCY_RUB, &back), inside);
        if (inside) assert_int_equal(back.minor, rows[i].minor);
    }
}

static void adds_within_limits(void **state) {
    (void)state;
    static const struct {
        int64_t left, right;
        bool fits;
    } rows[] = {
        {1, 2, true},
        {MONEY_MAX, 0, true},
        {MONEY_MAX, 1, false},
        {MONEY_MAX, MONEY_MAX, false},
        {-MONEY_MAX, 0, true},
        {-MONEY_MAX, -1, false},
        {INT64_MAX, INT64_MAX, false},
        {INT64_MIN, INT64_MIN, false},
        {MONEY_MAX, -MONEY_MAX, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct money sum = rub(7);
        assert_int_equal(money_add(rub(rows[i].left), rub(rows[i].right), &sum), rows[i].fits);
        assert_int_equal(sum.minor, rows[i].fits ? rows[i].left + rows[i].right : 7);
    }
}

static void shares_round_half_away_from_zero(void **state) {
    (void)state;
    static const struct {
        int64_t minor, numerator, denominator, share;
    } rows[] = {
        {100, 1, 3, 33},
        {200, 1, 3, 67},
        {1, 1, 2, 1},
        {-1, 1, 2, -1},
        {1, -1, 2, -1},
        {-1, -1, 2, 1},
        {3, 1, 2, 2},
        {149, 1, 100, 1},
        {150, 1, 100, 2},
        {-149, 1, 100, -1},
        {-150, 1, 100, -2},
        {0, 5, 7, 0},
        {MONEY_MAX, MONEY_MAX, MONEY_MAX, MONEY_MAX},
        {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX},
        {INT64_MIN + 1, INT64_MAX, INT64_MAX, INT64_MIN + 1},
        {1, INT64_MAX - 1, INT64_MAX, 1},
        {1, INT64_MAX / 2, INT64_MAX, 0},
        {1, INT64_MAX / 2 + 1, INT64_MAX, 1},
        {1000000, 167, 10000, 16700},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(money_share(rows[i].minor, rows[i].numerator, rows[i].denominator), rows[i].share);
    }
}

static void knows_currencies(void **state) {
    (void)state;
    enum currency currency = CURRENCY_RUB;
    assert_string_equal(currency_code(CURRENCY_RUB).data, "RUB");
    assert_true(currency_from_code(TEXT("USD"), &currency));
    assert_int_equal(currency, CURRENCY_USD);
    assert_false(currency_from_code(TEXT("usd"), &currency));
    assert_false(currency_from_code(TEXT("RU"), &currency));
    assert_int_equal(currency, CURRENCY_USD);
    assert_int_equal(currency_decimals(CURRENCY_EUR), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_strictly_and_as_typed),
        cmocka_unit_test(writes_decimals),
        cmocka_unit_test(adds_within_limits),
        cmocka_unit_test(shares_round_half_away_from_zero),
        cmocka_unit_test(knows_currencies),
    };
    return cmocka_run_group_tests_name("money", tests, setup, teardown);
}
