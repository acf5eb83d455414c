/* money.h: a sum as an integer of minor units and its currency. Never floating point.
 *
 * How a sum is *drawn* for people («1 500,00 ₽») belongs to http/locale.h. */
#pragma once

#include "base/text.h"

enum currency { CURRENCY_RUB = 643, CURRENCY_USD = 840, CURRENCY_EUR = 978 }; /* ISO 4217 numeric codes */

struct money {
    int64_t minor; /* kopecks, cents */
    enum currency currency;
};

#define MONEY_MAX INT64_C(100000000000000000) /* 10^17 minor units: a sum of any two of them fits 63 bits */

#define rub(kopecks) ((struct money){(kopecks), CURRENCY_RUB})

struct text currency_code(enum currency currency); /* "RUB" */
bool currency_from_code(struct text code, enum currency *currency);
int currency_decimals(enum currency currency); /* 2 */

/* Strict decimal of the JSON interface: digits, optionally '.' and one or two digits. No sign, blanks, exponent,
 * leading '+', empty part, nor anything above MONEY_MAX. False leaves *money. */
bool money_parse(struct text text, enum currency currency, struct money *money);

/* As people type it in a page: also a comma for the point, and blanks (or U+00A0, U+202F) between groups of exactly
 * three digits: "1 500,50". */
bool money_parse_typed(struct text text, enum currency currency, struct money *money);

/* "1500.00", "-3.50": for JSON, CSV and logs. */
struct text money_decimal(struct arena *arena, struct money money);

/* False on overflow past MONEY_MAX either way; both of one currency (checked). */
bool money_add(struct money left, struct money right, struct money *sum);

/* share = sum × numerator / denominator, rounded half up (away from zero), without overflow. denominator > 0. */
int64_t money_share(int64_t minor, int64_t numerator, int64_t denominator);
