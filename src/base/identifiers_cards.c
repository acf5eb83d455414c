/* identifiers_cards.c: card numbers and fast-payment links. */
#include "base/identifiers.h"

#include <string.h>

static bool all_digits(struct text text) {
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    }
    return text.size > 0;
}

/* The number that the first `count` digits make; -1 when there are fewer. */
static int first(struct text digits, size_t count) {
    int number = 0;
    if (digits.size < count) return -1;
    for (size_t i = 0; i < count; i++) number = number * 10 + (digits.data[i] - '0');
    return number;
}

enum card_scheme card_scheme_of(struct text digits) {
    if (!all_digits(digits)) return CARD_UNKNOWN;
    int two = first(digits, 2), four = first(digits, 4);
    if (four >= 2200 && four <= 2204) return CARD_MIR;
    if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return CARD_MASTERCARD;
    return digits.data[0] == '4' ? CARD_VISA : CARD_UNKNOWN;
}

const char *card_scheme_name(enum card_scheme scheme) {
    static const char *const names[] = {"", "mir", "mastercard", "visa"};
    return names[scheme];
}

bool luhn_valid(struct text digits) {
    int sum = 0;
    if (digits.size < 2 || !all_digits(digits)) return false;
    for (size_t i = 0; i < digits.size; i++) {
        int digit = digits.data[digits.size - 1 - i] - '0';
        if (i % 2 == 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        sum = (sum + digit) % 10;
    }
    return sum == 0;
}

bool card_number_valid(struct text digits) {
    return digits.size >= 13 && digits.size <= 19 && luhn_valid(digits);
}

struct text card_mask(struct arena *arena, struct text digits) {
    struct text masked = text_copy(arena, digits);
    size_t shown = digits.size < 13 ? 0 : 6, last = digits.size < 13 ? 0 : 4;
    memset((char *)(uintptr_t)masked.data + shown, '*', digits.size - shown - last); /* our own copy */
    return masked;
}

/* ---- fast payments ---- */

uint16_t crc16_ccitt_false(struct text text) {
    uint32_t crc = 0xFFFF;
    for (size_t i = 0; i < text.size; i++) {
        crc ^= (uint32_t)(unsigned char)text.data[i] << 8;
        for (int bit = 0; bit < 8; bit++) crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
        crc &= 0xFFFF;
    }
    return (uint16_t)crc;
}

static bool take(struct text *rest, const char *prefix) {
    if (!text_starts(*rest, prefix)) return false;
    *rest = text_slice(*rest, strlen(prefix), rest->size);
    return true;
}

/* From `least` to `most` characters of the set. */
static bool take_some(struct text *rest, const char *set, size_t least, size_t most) {
    size_t count = 0;
    while (count < rest->size && count < most && rest->data[count] != '\0' && strchr(set, rest->data[count]) != NULL) {
        count++;
    }
    *rest = text_slice(*rest, count, rest->size);
    return count >= least;
}

#define DIGITS "0123456789"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum fast_link fast_link_check(struct text link, uint16_t *crc) {
    static const char hex[] = DIGITS "ABCDEF";
    struct text rest = link;
    if (!take(&rest, "https://qr.nspk.ru/") || !take_some(&rest, DIGITS CAPITALS, 32, 32)) return FAST_LINK_MALFORMED;
    if (!take(&rest, "?type=01") && !take(&rest, "?type=02")) return FAST_LINK_MALFORMED;
    if (!take(&rest, "&bank=") || !take_some(&rest, DIGITS, 12, 12)) return FAST_LINK_MALFORMED;
    if (take(&rest, "&sum=") && (!take_some(&rest, DIGITS, 1, 12) || !take(&rest, "&cur=RUB"))) {
        return FAST_LINK_MALFORMED;
    }
    size_t covered = link.size - rest.size;
    if (!take(&rest, "&crc=") || rest.size != 4) return FAST_LINK_MALFORMED;
    uint32_t told = 0;
    for (size_t i = 0; i < 4; i++) {
        const char *digit = strchr(hex, rest.data[i]);
        if (rest.data[i] == '\0' || digit == NULL) return FAST_LINK_MALFORMED;
        told = told << 4 | (uint32_t)(digit - hex);
    }
    *crc = crc16_ccitt_false(text_slice(link, 0, covered));
    return told == *crc ? FAST_LINK_RIGHT : FAST_LINK_WRONG_CRC;
}
