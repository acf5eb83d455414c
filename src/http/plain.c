/* plain.c: values as machines write them. */
#include "http/plain.h"

#include "base/check.h"

void plain_write_decimal(struct buffer *out, int64_t minor, int decimals) {
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    for (int i = 0; i < decimals || rest > 0 || i == decimals; i++) {
        if (i == decimals && decimals > 0) digits[--at] = '.';
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (minor < 0) digits[--at] = '-';
    buffer_add(out, digits + at, sizeof digits - at);
}

/* number as `count` digits, the last before end; gives where they begin. */
static char *put_digits(char *end, int number, int count) {
    while (count-- > 0) {
        *--end = (char)('0' + number % 10);
        number /= 10;
    }
    return end;
}

/* "2026-11-03" */
static void put_date(char text[10], struct date date) {
    put_digits(text + 4, date.year, 4);
    text[4] = text[7] = '-';
    put_digits(text + 7, date.month, 2);
    put_digits(text + 10, date.day, 2);
}

static bool four_digits(int year) {
    return year >= 0 && year <= 9999;
}

static void write_date(struct buffer *out, struct date date) {
    char text[10];
    if (!four_digits(date.year)) {
        buffer_add_text(out, date_format(out->arena, date));
        return;
    }
    put_date(text, date);
    buffer_add(out, text, sizeof text);
}

/* As moment_format, without printf: documents are full of moments. */
static void write_moment(struct buffer *out, moment at) {
    struct civil civil = civil_at(at, zone_utc());
    if (!four_digits(civil.date.year)) {
        buffer_add_text(out, moment_format(out->arena, at));
        return;
    }
    char text[] = "yyyy-mm-ddThh:mm:ss.mmmZ";
    put_date(text, civil.date);
    put_digits(text + 13, civil.hour, 2);
    put_digits(text + 16, civil.minute, 2);
    put_digits(text + 19, civil.second, 2);
    put_digits(text + 23, civil.microsecond / 1000, 3);
    buffer_add(out, text, sizeof text - 1);
}

void plain_write(const struct node *node, struct buffer *out) {
    switch (node->kind) {
    case NODE_NULL: return;
    case NODE_BOOL: buffer_add_text(out, node->number != 0 ? TEXT("true") : TEXT("false")); return;
    case NODE_INT:
    case NODE_ID: buffer_add_int(out, node->number); return;
    case NODE_TEXT: buffer_add_text(out, node->text); return;
    case NODE_MONEY: plain_write_decimal(out, node->number, currency_decimals(node->currency)); return;
    case NODE_MOMENT: write_moment(out, node->number); return;
    case NODE_DATE: write_date(out, date_from_days(node->number)); return;
    case NODE_OBJECT:
    case NODE_ARRAY: break;
    }
    check(false && "only a scalar can be written");
}
