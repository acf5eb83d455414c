/* mokka_rules.c: see mokka_rules.h. */
#include "products/instalments/mokka_rules.h"

#include "base/money.h"

#include <string.h>

const char *mokka_message(int code) {
    static const struct {
        enum mokka_code code;
        const char *message;
    } messages[] = {
        {MOKKA_OK, "Payload valid"},
        {MOKKA_JSON, "JSON decode error"},
        {MOKKA_NUMBER_MISSING, "Order order_id missing"},
        {MOKKA_NUMBER_WRONG, "Wrong order order_id format"},
        {MOKKA_EXISTS, "Order exists"},
        {MOKKA_EXPIRED, "Order expired"},
        {MOKKA_NOT_FOUND, "Order with specified id not found"},
        {MOKKA_AMOUNT, "Wrong order amount format"},
        {MOKKA_PREPAYMENT_FORMAT, "Wrong order prepayment amount format"},
        {MOKKA_AMOUNT_DIFFERS, "Order amount is different from the amount specified before"},
        {MOKKA_OUTSIDE_TARIFF, "Order amount is outside of tariff_limits"},
        {MOKKA_TERM, "Order term value is wrong"},
        {MOKKA_PREPAYMENT, "Order prepayment amount is wrong"},
        {MOKKA_CALLBACK_MISSING, "Order callback_url missing"},
        {MOKKA_REDIRECT_MISSING, "Order redirect_url missing"},
        {MOKKA_STORE_MISSING, "Store id is missing"},
        {MOKKA_STORE_UNKNOWN, "Store not found"},
        {MOKKA_SIGNATURE_MISSING, "Signature missing"},
        {MOKKA_SIGNATURE_WRONG, "Signature wrong"},
        {MOKKA_FILE, "Error saving file"},
        {MOKKA_PHONE_DIFFERS, "Phone number is different"},
        {MOKKA_NO_LIMIT, "Client has not enough limit"},
        {MOKKA_CANNOT_FINISH, "Unable to finish - order is already finished/canceled"},
        {MOKKA_CANNOT_CANCEL, "Unable to cancel - order is already finished/canceled"},
        {MOKKA_CANNOT_CHANGE, "Unable to change - order is already finished/canceled"},
        {MOKKA_CART_MISSING, "Cart items are missing"},
        {MOKKA_TIME_WRONG, "Invalid time format value"},
    };
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if ((int)messages[i].code == code) return messages[i].message;
    return "At the moment the server cannot process your request";
}

void mokka_query_read(struct text query, struct text *store, struct text *signature) {
    *store = *signature = TEXT_NONE;
    while (query.size > 0) {
        struct text value, name = text_split(text_split(query, '&', &query), '=', &value);
        if (value.size == 0) continue;
        if (text_is(name, "store_id")) *store = value;
        if (text_is(name, "signature")) *signature = value;
    }
}

bool mokka_sum_read(struct text text, int64_t *minor) {
    struct money money;
    if (text_find(text, '.') < 0 || !money_parse(text, CURRENCY_RUB, &money)) return false;
    *minor = money.minor;
    return true;
}

/* ---- dates ---- */

/* Digits where the pattern has 0, its own characters elsewhere; blanks of it stand for themselves. */
static bool matches(struct text text, const char *pattern) {
    if (text.size != strlen(pattern)) return false;
    for (size_t i = 0; i < text.size; i++) {
        bool digit = text.data[i] >= '0' && text.data[i] <= '9';
        if (pattern[i] == '0' ? !digit : text.data[i] != pattern[i]) return false;
    }
    return true;
}

static int number(struct text text, size_t from, size_t digits) {
    int value = 0;
    for (size_t i = from; i < from + digits; i++) value = value * 10 + (text.data[i] - '0');
    return value;
}

bool mokka_moment_read(struct text text, moment *at) {
    bool west = matches(text, "00.00.0000 00:00:00-00:00");
    if (!west && !matches(text, "00.00.0000 00:00:00+00:00")) return false;
    const struct date date = {.year = number(text, 6, 4), .month = number(text, 3, 2), .day = number(text, 0, 2)};
    int64_t hour = number(text, 11, 2), minute = number(text, 14, 2), second = number(text, 17, 2),
            zone_hour = number(text, 20, 2), zone_minute = number(text, 23, 2);
    if (!date_valid(date) || hour > 23 || minute > 59 || second > 59 || zone_hour > 14 || zone_minute > 59)
        return false;
    int64_t east = zone_hour * HOUR + zone_minute * MINUTE;
    *at = date_to_days(date) * DAY + hour * HOUR + minute * MINUTE + second * SECOND - (west ? -east : east);
    return true;
}

struct text mokka_date(struct arena *arena, int64_t day) {
    struct date date = date_from_days(day);
    return text_format(arena, "%02d.%02d.%04d", date.day, date.month, date.year);
}

/* ---- numbers ---- */

bool mokka_phone_read(struct arena *arena, struct text text, struct text *e164) {
    if (!matches(text, "0000000000")) return false;
    *e164 = text_join(arena, TEXT("+7"), text);
    return true;
}

struct text mokka_phone(struct text e164) {
    return text_starts(e164, "+7") ? text_slice(e164, 2, e164.size) : e164;
}

enum mokka_trial mokka_trial_of(struct text e164) {
    struct text digits = mokka_phone(e164);
    if (text_starts(digits, "8881")) return MOKKA_TRIAL_APPROVED;
    if (text_starts(digits, "88821")) return MOKKA_TRIAL_REFUSED;
    return text_starts(digits, "88822") ? MOKKA_TRIAL_LOANS : MOKKA_TRIAL_NONE;
}

/* ---- multipart/form-data (RFC 7578), of which only the part `body` is wanted ---- */

/* Where `wanted` begins at or after `from`; text.size when it does not. */
static size_t find(struct text text, struct text wanted, size_t from) {
    for (size_t at = from; wanted.size <= text.size && at <= text.size - wanted.size; at++)
        if (memcmp(text.data + at, wanted.data, wanted.size) == 0) return at;
    return text.size;
}

static bool has(struct text text, const char *wanted) {
    return find(text, text_from(wanted), 0) < text.size;
}

static struct text boundary_of(struct text content_type) {
    size_t at = find(content_type, TEXT("boundary="), 0);
    if (at == content_type.size) return TEXT_NONE;
    struct text rest, boundary = text_slice(content_type, at + 9, content_type.size);
    boundary = text_trim(text_split(boundary, ';', &rest));
    if (boundary.size > 1 && boundary.data[0] == '"') boundary = text_slice(boundary, 1, boundary.size - 2);
    return boundary.size > 0 && boundary.size <= 70 ? boundary : TEXT_NONE;
}

struct text mokka_body(struct text content_type, struct text body) {
    if (!text_starts(content_type, "multipart/form-data")) return body;
    struct text boundary = boundary_of(content_type);
    if (boundary.data == NULL) return TEXT_NONE;
    for (size_t at = find(body, boundary, 0); at < body.size;) {
        size_t head = at + boundary.size, head_end = find(body, TEXT("\r\n\r\n"), head),
               next = find(body, boundary, head);
        if (head_end + 4 > next || next == body.size) return TEXT_NONE;
        /* Before the next boundary stand a line's end and two hyphens. */
        if (has(text_slice(body, head, head_end - head), "name=\"body\""))
            return next - head_end >= 8 ? text_slice(body, head_end + 4, next - head_end - 8) : TEXT_NONE;
        at = next;
    }
    return TEXT_NONE;
}
