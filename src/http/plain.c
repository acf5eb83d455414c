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

/* "2026-11-03": years of four digits; others as many as they need. */
static void write_date(struct buffer *out, struct date date) {
    if (date.year < 0 || date.year > 9999) {
        buffer_add_text(out, date_format(out->arena, date));
        return;
    }
    int year = date.year;
    char digits[10] = {(char)('0' + year / 1000), (char)('0' + year / 100 % 10), (char)('0' + year / 10 % 10),
                       (char)('0' + year % 10), '-',
                       (char)('0' + date.month / 10), (char)('0' + date.month % 10), '-',
                       (char)('0' + date.day / 10), (char)('0' + date.day % 10)};
    buffer_add(out, digits, sizeof digits);
}

void plain_write(const struct node *node, struct buffer *out) {
    switch (node->kind) {
    case NODE_NULL: return;
    case NODE_BOOL: buffer_add_text(out, node->number != 0 ? TEXT("true") : TEXT("false")); return;
    case NODE_INT:
    case NODE_ID: buffer_add_int(out, node->number); return;
    case NODE_TEXT: buffer_add_text(out, node->text); return;
    case NODE_MONEY: plain_write_decimal(out, node->number, currency_decimals(node->currency)); return;
    case NODE_MOMENT: buffer_add_text(out, moment_format(out->arena, node->number)); return;
    case NODE_DATE: write_date(out, date_from_days(node->number)); return;
    case NODE_OBJECT:
    case NODE_ARRAY: break;
    }
    check(false && "only a scalar can be written");
}
