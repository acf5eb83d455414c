/* identifiers.c: people's, organisations' and banks' numbers. Cards and fast-payment links: identifiers_cards.c. */
#include "base/identifiers.h"

#include "base/check.h"

#include <string.h>

static bool all_digits(struct text text, size_t count) {
    if (text.size != count) return false;
    for (size_t i = 0; i < count; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    }
    return true;
}

static int digit(struct text text, size_t at) {
    return text.data[at] - '0';
}

/* Σ digit × weight. */
static int weighted(struct text text, const int *weights, size_t count) {
    int sum = 0;
    for (size_t i = 0; i < count; i++) sum += digit(text, i) * weights[i];
    return sum;
}

/* The number that the first `count` digits make, modulo `by`. */
static int remainder_of(struct text text, size_t count, int by) {
    int rest = 0;
    for (size_t i = 0; i < count; i++) rest = (rest * 10 + digit(text, i)) % by;
    return rest;
}

bool inn_valid(struct text text) {
    static const int weights[] = {3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8};
    if (!all_digits(text, 10) && !all_digits(text, 12)) return false;
    if (text_starts(text, "00")) return false; /* there is no such tax office, and blank forms give zeros */
    if (text.size == 10) return weighted(text, weights + 2, 9) % 11 % 10 == digit(text, 9);
    return weighted(text, weights + 1, 10) % 11 % 10 == digit(text, 10) &&
           weighted(text, weights, 11) % 11 % 10 == digit(text, 11);
}

bool ogrn_valid(struct text text) {
    bool person = text.size == 15;
    if (!all_digits(text, person ? 15 : 13) || digit(text, 0) == 0) return false;
    if (person) return remainder_of(text, 14, 13) % 10 == digit(text, 14);
    return remainder_of(text, 12, 11) % 10 == digit(text, 12);
}

bool kpp_valid(struct text text) {
    if (text.size != 9 || !all_digits(text_slice(text, 0, 4), 4) || !all_digits(text_slice(text, 6, 3), 3))
        return false;
    for (size_t i = 4; i < 6; i++) {
        char byte = text.data[i];
        if (!(byte >= '0' && byte <= '9') && !(byte >= 'A' && byte <= 'Z')) return false;
    }
    return true;
}

/* "123-456-789 01" (or a hyphen last) without its separators; false when they stand elsewhere. */
static bool snils_digits(struct text text, char digits[12]) {
    if (text.size == 14) {
        if (text.data[3] != '-' || text.data[7] != '-') return false;
        if (text.data[11] != ' ' && text.data[11] != '-') return false;
        for (size_t from = 0, to = 0; from < 14; from++) {
            if (from != 3 && from != 7 && from != 11) digits[to++] = text.data[from];
        }
    } else if (text.size == 11) {
        memcpy(digits, text.data, 11);
    } else {
        return false;
    }
    return all_digits((struct text){digits, 11}, 11);
}

bool snils_valid(struct text text) {
    static const int weights[] = {9, 8, 7, 6, 5, 4, 3, 2, 1};
    char digits[12];
    if (!snils_digits(text, digits)) return false;
    struct text number = {digits, 11};
    int64_t value = 0;
    check(text_to_int(text_slice(number, 0, 9), &value));
    if (value == 0) return false;
    if (value <= 1001998) return true;
    return weighted(number, weights, 9) % 101 % 100 == digit(number, 9) * 10 + digit(number, 10);
}

/* ---- passports ---- */

static size_t ignored_in_passport(struct text text) {
    static const char *const ignored[] = {" ", "-", "\u00A0", "\u202F", "№"};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) {
        if (text_starts(text, ignored[i])) return strlen(ignored[i]);
    }
    return 0;
}

bool passport_parse(struct text text, struct passport *passport) {
    char digits[10];
    size_t count = 0;
    for (size_t at = 0; at < text.size;) {
        struct text rest = text_slice(text, at, text.size);
        size_t skip = ignored_in_passport(rest);
        if (skip == 0) {
            if (count == sizeof digits) return false;
            digits[count++] = rest.data[0];
            skip = 1;
        }
        at += skip;
    }
    if (!all_digits((struct text){digits, count}, sizeof digits)) return false;
    memset(passport, 0, sizeof *passport);
    memcpy(passport->series, digits, 4);
    memcpy(passport->number, digits + 4, 6);
    return true;
}

bool passport_office_valid(struct text text) {
    return text.size == 7 && text.data[3] == '-' && all_digits(text_slice(text, 0, 3), 3) &&
           all_digits(text_slice(text, 4, 3), 3);
}

/* ---- banks ---- */

bool bik_valid(struct text text) {
    return all_digits(text, 9);
}

/* Σ (digit × weight mod 10) mod 10 = 0 over three digits of the bank and the account; weights 7, 1, 3 repeating. */
static bool key_holds(const char bank[3], struct text account) {
    static const int weights[] = {7, 1, 3};
    char digits[23];
    memcpy(digits, bank, 3);
    memcpy(digits + 3, account.data, 20);
    int sum = 0;
    for (size_t i = 0; i < sizeof digits; i++) sum += (digits[i] - '0') * weights[i % 3] % 10;
    return sum % 10 == 0;
}

static bool well_formed(struct text account, struct text bik) {
    return all_digits(account, 20) && bik_valid(bik);
}

bool account_key_valid(struct text account, struct text bik) {
    if (!well_formed(account, bik)) return false;
    return text_starts(bik, "01") || key_holds(bik.data + 6, account);
}

bool correspondent_key_valid(struct text account, struct text bik) {
    if (!well_formed(account, bik)) return false;
    const char bank[3] = {'0', bik.data[4], bik.data[5]};
    return text_starts(bik, "01") || key_holds(bank, account);
}
