/* money_fuzz.c: whatever money_parse takes, it writes back as a text that means the same; and shares against a slower
 * way of computing them. */
#include "base/check.h"
#include "base/money.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(struct arena *arena, struct money money) {
    struct money strict, typed;
    struct text decimal = money_decimal(arena, money);
    check(money.minor >= 0 && money.minor <= MONEY_MAX && money.currency == CURRENCY_RUB);
    check(money_parse(decimal, CURRENCY_RUB, &strict) && strict.minor == money.minor);
    check(money_parse_typed(decimal, CURRENCY_RUB, &typed) && typed.minor == money.minor);
}

/* What the strict form may consist of. */
static void check_strict_form(struct text text) {
    size_t points = 0;
    for (size_t i = 0; i < text.size; i++) {
        points += text.data[i] == '.';
        check(text.data[i] == '.' || (text.data[i] >= '0' && text.data[i] <= '9'));
    }
    check(points <= 1 && text.size > 0 && text.data[0] != '.' && text.data[text.size - 1] != '.');
}

static void check_share(const uint8_t *data) {
    int64_t numbers[3];
    memcpy(numbers, data, sizeof numbers);
    int64_t minor = numbers[0] % MONEY_MAX, numerator = numbers[1] % 1000000, denominator = numbers[2] % 1000000;
    if (denominator <= 0) denominator = 1 - denominator;
    __int128 doubled = (__int128)minor * numerator * 2, rest = denominator;
    __int128 share = (doubled < 0 ? doubled - rest : doubled + rest) / (2 * rest); /* C rounds towards zero */
    if (share <= INT64_MAX && share >= -INT64_MAX) check(money_share(minor, numerator, denominator) == (int64_t)share);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct arena *arena;
    if (arena == NULL) arena = arena_new(1 << 20);
    struct text text = {(const char *)data, size};
    struct money strict = {-1, CURRENCY_USD}, typed = {-1, CURRENCY_USD};
    bool strictly = money_parse(text, CURRENCY_RUB, &strict), as_typed = money_parse_typed(text, CURRENCY_RUB, &typed);
    if (strictly) {
        check_strict_form(text);
        round_trip(arena, strict);
        check(as_typed && typed.minor == strict.minor); /* people may type what programs may */
    } else {
        check(strict.minor == -1 && strict.currency == CURRENCY_USD);
    }
    if (as_typed) {
        round_trip(arena, typed);
    } else {
        check(typed.minor == -1 && typed.currency == CURRENCY_USD);
    }
    if (size >= 24) check_share(data);
    arena_clear(arena);
    return 0;
}
