/* locale.c: draws sums, numbers and dates for people, from what ICU told at the start (locale_data.c). */
#include "http/locale.h"

#include "base/check.h"
#include "generated/strings_http.h"
#include "http/locale_data.h"
#include "http/plain.h"

#include <string.h>

#define MINUS "\xE2\x88\x92" /* U+2212 */

static void add(struct buffer *out, const char *string) {
    buffer_add(out, string, strlen(string));
}

static uint64_t magnitude_of(int64_t number) {
    return number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
}

/* Digits in groups of three. */
static void write_grouped(struct buffer *out, uint64_t number, const char *group) {
    char digits[96]; /* 20 digits, and up to 7 bytes between groups */
    size_t at = sizeof digits, size = strlen(group);
    check(size < 8);
    for (int count = 0; number > 0 || count == 0; count++) {
        if (count > 0 && count % 3 == 0) {
            at -= size;
            memcpy(digits + at, group, size);
        }
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    }
    buffer_add(out, digits + at, sizeof digits - at);
}

static void write_money(struct buffer *out, const struct locale *locale, struct money money, bool hide_zeros) {
    const struct locale_data *data = locale_data(locale->language);
    size_t at = 0;
    while (at < LOCALE_CURRENCIES && data->currencies[at].currency != money.currency) at++;
    check(at < LOCALE_CURRENCIES);
    int decimals = currency_decimals(money.currency);
    uint64_t unit = 1, sum = magnitude_of(money.minor);
    for (int i = 0; i < decimals; i++) unit *= 10;
    if (money.minor < 0) add(out, MINUS);
    add(out, data->currencies[at].before);
    write_grouped(out, sum / unit, data->group);
    if (decimals > 0 && !(hide_zeros && sum % unit == 0)) {
        add(out, data->decimal);
        for (unit /= 10; unit > 0; unit /= 10) buffer_add_char(out, (char)('0' + sum / unit % 10));
    }
    add(out, data->currencies[at].after);
}

void locale_money(struct buffer *out, const struct locale *locale, struct money money) {
    write_money(out, locale, money, false);
}

void locale_number(struct buffer *out, const struct locale *locale, int64_t number) {
    if (number < 0) add(out, MINUS);
    write_grouped(out, magnitude_of(number), locale_data(locale->language)->group);
}

static void write_pattern(struct buffer *out, const struct locale_data *data, const struct locale_pattern *pattern,
                          struct date date) {
    for (const char *at = pattern->letters; *at != 0; at++) {
        if (*at == 'd') buffer_add_int(out, date.day);
        else if (*at == 'y') buffer_add_int(out, date.year);
        else if (*at == 'M') add(out, data->months[date.month - 1]);
        else buffer_add_char(out, *at);
        while (at[1] == *at && strchr("dMy", *at) != NULL) at++; /* MMMM is one month */
    }
}

void locale_date(struct buffer *out, const struct locale *locale, struct date date) {
    const struct locale_data *data = locale_data(locale->language);
    write_pattern(out, data, &data->full_date, date);
}

static struct date today(const struct locale *locale) {
    return civil_at(locale->now, locale->zone).date;
}

/* A day as it is called today, by these words for today and yesterday. */
static void write_day(struct buffer *out, const struct locale *locale, struct date date, string_id today_word,
                      string_id yesterday_word) {
    const struct locale_data *data = locale_data(locale->language);
    struct date now = today(locale);
    int64_t ago = date_to_days(now) - date_to_days(date);
    if (ago == 0 || ago == 1) {
        buffer_add_text(out, string_get(out->arena, locale, ago == 0 ? today_word : yesterday_word, NULL, 0));
    } else {
        write_pattern(out, data, date.year == now.year ? &data->day_month : &data->full_date, date);
    }
}

void locale_day(struct buffer *out, const struct locale *locale, struct date date) {
    write_day(out, locale, date, S_http_day_today, S_http_day_yesterday);
}

static void write_clock(struct buffer *out, struct civil civil) {
    char digits[5] = {(char)('0' + civil.hour / 10), (char)('0' + civil.hour % 10), ':',
                      (char)('0' + civil.minute / 10), (char)('0' + civil.minute % 10)};
    buffer_add(out, digits, sizeof digits);
}

void locale_time(struct buffer *out, const struct locale *locale, moment at) {
    write_clock(out, civil_at(at, locale->zone));
}

void locale_moment(struct buffer *out, const struct locale *locale, moment at) {
    struct civil civil = civil_at(at, locale->zone);
    write_day(out, locale, civil.date, S_http_moment_today, S_http_moment_yesterday);
    add(out, ", ");
    write_clock(out, civil);
}

static struct date date_of(const struct locale *locale, const struct node *node) {
    return node->kind == NODE_MOMENT ? civil_at(node->number, locale->zone).date : date_from_days(node->number);
}

static void write_dated(struct buffer *out, const struct locale *locale, const struct node *node,
                        enum value_style style) {
    if (style == STYLE_DAY) locale_day(out, locale, date_of(locale, node));
    else if (style == STYLE_DATE || node->kind == NODE_DATE) locale_date(out, locale, date_of(locale, node));
    else if (style == STYLE_TIME) locale_time(out, locale, node->number);
    else locale_moment(out, locale, node->number);
}

void locale_value(struct buffer *out, const struct locale *locale, const struct node *node, enum value_style style) {
    if (style == STYLE_PLAIN) {
        plain_write(node, out);
        return;
    }
    switch (node->kind) {
    case NODE_INT: locale_number(out, locale, node->number); return;
    case NODE_MONEY:
        if (style == STYLE_SIGNED && node->number > 0) buffer_add_char(out, '+');
        write_money(out, locale, (struct money){node->number, node->currency}, style == STYLE_SHORT);
        return;
    case NODE_MOMENT:
    case NODE_DATE: write_dated(out, locale, node, style); return;
    case NODE_NULL:
    case NODE_BOOL:
    case NODE_TEXT:
    case NODE_ID:
    case NODE_OBJECT:
    case NODE_ARRAY: plain_write(node, out); return;
    }
}
