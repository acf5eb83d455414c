/* locale_data.h: what ICU knows of a language, read once: signs, month names, orders, plural rules. With it sums and
 * dates are drawn without asking ICU again. Private to http. */
#pragma once

#include "http/locale.h"

#define LOCALE_NAME_SIZE 48
#define LOCALE_CURRENCIES 3

struct locale_pattern {
    char letters[LOCALE_NAME_SIZE]; /* "d MMMM y": d, M and y stand for the date's parts, the rest for itself */
};

struct locale_data {
    char group[8], decimal[8];
    struct {
        enum currency currency;
        char before[16], after[16]; /* the sum: "₽" with its blank, where the language puts it */
    } currencies[LOCALE_CURRENCIES];
    char months[12][LOCALE_NAME_SIZE]; /* as they stand beside a day: «ноября» */
    struct locale_pattern day_month, full_date;
};

/* Lives for the process; made at first use, by whichever thread comes first. */
const struct locale_data *locale_data(enum language language);

/* "one", "few", …: the form that a language uses for a number. scale: how many of number's digits are decimals. */
const char *locale_plural(enum language language, bool ordinal, int64_t number, int scale);
