/* money.c: parsing and adding sums; one digit at a time, no library's number parser, so nothing else slips in. */
#include "base/money.h"

#include "base/check.h"

#include <string.h>

#define LONGEST_DECIMAL 40 /* bytes; more is not a sum, whatever it says */

static const struct currency_row {
    enum currency currency;
    int decimals;
    const char *code;
} currencies[] = {
    {CURRENCY_RUB, 2, "RUB"},
    {CURRENCY_USD, 2, "USD"},
    {CURRENCY_EUR, 2, "EUR"},
};

static const struct currency_row *currency_row(enum currency currency) {
    size_t i = 0;
    while (i < sizeof currencies / sizeof *currencies && currencies[i].currency != currency) i++;
    check(i < sizeof currencies / sizeof *currencies);
    return &currencies[i];
}

struct text currency_code(enum currency currency) {
    return text_from(currency_row(currency)->code);
}

bool currency_from_code(struct text code, enum currency *currency) {
    for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++) {
        if (!text_is(code, currencies[i].code)) continue;
        *currency = currencies[i].currency;
        return true;
    }
    return false;
}

int currency_decimals(enum currency currency) { return currency_row(currency)->decimals; }

static bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/* minor × 10 + digit, when it stays within MONEY_MAX. */
static bool append_digit(int64_t *minor, char digit) {
    *minor = *minor * 10 + (digit - '0'); /* MONEY_MAX × 10 + 9 fits 63 bits */
    return *minor <= MONEY_MAX;
}

bool money_parse(struct text text, enum currency currency, struct money *money) {
    int decimals = currency_decimals(currency), digits = 0;
    size_t at = 0;
    int64_t minor = 0;
    if (text.size > LONGEST_DECIMAL) return false;
    for (; at < text.size && is_digit(text.data[at]); at++) {
        if (!append_digit(&minor, text.data[at])) return false;
    }
    if (at == 0) return false;
    if (at < text.size) {
        if (text.data[at++] != '.') return false;
        for (; at < text.size && is_digit(text.data[at]) && digits < decimals; at++, digits++) {
            if (!append_digit(&minor, text.data[at])) return false;
        }
        if (digits == 0 || at < text.size) return false;
    }
    for (; digits < decimals; digits++) {
        if (!append_digit(&minor, '0')) return false;
    }
    *money = (struct money){minor, currency};
    return true;
}

/* The bytes of the blank between groups that the text begins with, or 0. */
static size_t group_blank(struct text text) {
    return text_starts(text, " ") ? 1 : text_starts(text, "\xC2\xA0") ? 2 : text_starts(text, "\xE2\x80\xAF") ? 3 : 0;
}

bool money_parse_typed(struct text text, enum currency currency, struct money *money) {
    char plain[LONGEST_DECIMAL];
    size_t size = 0, group = 0, groups = 0;
    bool whole = true; /* before the point */
    for (size_t at = 0; at < text.size;) {
        struct text rest = text_slice(text, at, text.size);
        size_t blank = whole ? group_blank(rest) : 0;
        if (size == sizeof plain) return false;
        if (blank > 0) {
            if (group == 0 || group > 3 || (groups > 0 && group != 3)) return false;
            groups++;
            group = 0;
            at += blank;
            continue;
        }
        char byte = rest.data[0];
        if (whole && (byte == ',' || byte == '.')) {
            if (groups > 0 && group != 3) return false;
            whole = false;
            byte = '.';
        }
        plain[size++] = byte;
        group++;
        at++;
    }
    if (whole && groups > 0 && group != 3) return false;
    return money_parse((struct text){plain, size}, currency, money);
}

struct text money_decimal(struct arena *arena, struct money money) {
    int decimals = currency_decimals(money.currency);
    char digits[32];
    size_t at = sizeof digits;
    uint64_t rest = money.minor < 0 ? -(uint64_t)money.minor : (uint64_t)money.minor;
    for (int place = 0; place <= decimals || rest > 0; place++) {
        if (place == decimals && decimals > 0) digits[--at] = '.';
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (money.minor < 0) digits[--at] = '-';
    return text_copy(arena, (struct text){digits + at, sizeof digits - at});
}

bool money_add(struct money left, struct money right, struct money *sum) {
    check(left.currency == right.currency);
    int64_t minor;
    if (__builtin_add_overflow(left.minor, right.minor, &minor)) return false;
    if (minor > MONEY_MAX || minor < -MONEY_MAX) return false;
    *sum = (struct money){minor, left.currency};
    return true;
}

int64_t money_share(int64_t minor, int64_t numerator, int64_t denominator) {
    check(denominator > 0);
    __int128 product = (__int128)minor * numerator; /* at most 2^126 either way */
    unsigned __int128 size = product < 0 ? -(unsigned __int128)product : (unsigned __int128)product;
    unsigned __int128 share = size / (uint64_t)denominator, rest = size % (uint64_t)denominator;
    if (rest >= (uint64_t)denominator - rest) share++; /* half up, away from zero */
    check(share <= INT64_MAX);
    return product < 0 ? -(int64_t)share : (int64_t)share;
}
