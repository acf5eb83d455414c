/* field.c: what each type of field accepts. Text is not interpreted here: no markup is stripped, nothing is
 * corrected. */
#include "http/field.h"

#include <string.h>

#define TEXT_MAX 4096 /* code points, where the form sets no bound */

typedef enum field_fault reader_function(struct arena *arena, const struct field *field, const struct raw_field *raw,
                                         bool typed, struct field_value *value);

static bool has_bounds(const struct field *field) {
    return field->min != 0 || field->max != 0;
}

static enum field_fault within(const struct field *field, int64_t number) {
    if (!has_bounds(field)) return FAULT_NONE;
    if (number < field->min) return FAULT_TOO_SMALL;
    return number > field->max ? FAULT_TOO_LARGE : FAULT_NONE;
}

static enum field_fault text_within(const struct field *field, struct text text) {
    int64_t length = (int64_t)text_length_utf8(text);
    if (length > (field->max != 0 ? field->max : TEXT_MAX)) return FAULT_TOO_LARGE;
    return length < field->min ? FAULT_TOO_SMALL : FAULT_NONE;
}

static enum field_fault read_text(struct arena *arena, const struct field *field, const struct raw_field *raw,
                                  bool typed, struct field_value *value) {
    (void)arena, (void)typed;
    value->text = text_trim(raw->value);
    return text_within(field, value->text);
}

static enum field_fault read_secret(struct arena *arena, const struct field *field, const struct raw_field *raw,
                                    bool typed, struct field_value *value) {
    (void)arena, (void)typed;
    value->text = raw->value;
    return text_within(field, value->text);
}

/* Digits; the blanks that messages put between them are dropped, U+00A0 among them. */
static enum field_fault read_code(struct arena *arena, const struct field *field, const struct raw_field *raw,
                                  bool typed, struct field_value *value) {
    (void)typed;
    struct buffer digits = buffer_new(arena, raw->value.size + 1);
    for (size_t i = 0; i < raw->value.size; i++) {
        char byte = raw->value.data[i];
        if (byte >= '0' && byte <= '9') buffer_add_char(&digits, byte);
        else if (text_starts(text_slice(raw->value, i, 2), "\xC2\xA0")) i++;
        else if (byte != ' ' && byte != '\t') return FAULT_MALFORMED;
    }
    value->text = buffer_text(&digits);
    if (has_bounds(field) && (int64_t)value->text.size < field->min) return FAULT_MALFORMED;
    return (int64_t)value->text.size > (has_bounds(field) ? field->max : 32) ? FAULT_MALFORMED : FAULT_NONE;
}

static enum field_fault read_phone(struct arena *arena, const struct field *field, const struct raw_field *raw,
                                   bool typed, struct field_value *value) {
    (void)field, (void)typed;
    struct phone phone;
    if (phone_parse(raw->value, &phone) != PHONE_MOBILE) return FAULT_MALFORMED;
    value->text = text_copy(arena, phone_text(&phone));
    return FAULT_NONE;
}

/* Zero is no sum, unless the form's own bounds allow it. */
static enum field_fault read_money(struct arena *arena, const struct field *field, const struct raw_field *raw,
                                   bool typed, struct field_value *value) {
    (void)arena;
    struct money money;
    if (!(typed ? money_parse_typed(text_trim(raw->value), CURRENCY_RUB, &money)
                : money_parse(raw->value, CURRENCY_RUB, &money))) {
        return FAULT_MALFORMED;
    }
    value->number = money.minor;
    if (!has_bounds(field)) return money.minor > 0 ? FAULT_NONE : FAULT_TOO_SMALL;
    return within(field, money.minor);
}

static enum field_fault read_int(struct arena *arena, const struct field *field, const struct raw_field *raw,
                                 bool typed, struct field_value *value) {
    (void)arena;
    struct text text = typed ? text_trim(raw->value) : raw->value;
    return text_to_int(text, &value->number) ? within(field, value->number) : FAULT_MALFORMED;
}

/* Ids are written in one way only, so that an address or a key has one spelling. */
static enum field_fault read_id(struct arena *arena, const struct field *field, const struct raw_field *raw, bool typed,
                                struct field_value *value) {
    (void)arena, (void)field, (void)typed;
    bool canonical = raw->value.data[0] >= '1' && raw->value.data[0] <= '9';
    return canonical && text_to_int(raw->value, &value->number) ? FAULT_NONE : FAULT_MALFORMED;
}

/* 3.11.2026 and 03.11.2026, as people type dates. */
static bool parse_typed_date(struct text text, struct date *date) {
    int64_t part[3];
    struct text rest = text;
    for (int i = 0; i < 3; i++) {
        struct text piece = text_split(rest, '.', &rest);
        if (piece.size == 0 || piece.size > 4 || (i == 2 && piece.size != 4) || piece.data[0] == '-') return false;
        if (!text_to_int(piece, &part[i]) || (i < 2 && piece.size > 2)) return false;
    }
    if (rest.data != NULL) return false;
    struct date found = {.year = (int)part[2], .month = (int)part[1], .day = (int)part[0]};
    if (!date_valid(found)) return false;
    *date = found;
    return true;
}

static enum field_fault read_date(struct arena *arena, const struct field *field, const struct raw_field *raw,
                                  bool typed, struct field_value *value) {
    (void)arena;
    struct date date;
    struct text text = typed ? text_trim(raw->value) : raw->value;
    if (!date_parse(text, &date) && !(typed && parse_typed_date(text, &date))) return FAULT_MALFORMED;
    value->number = date_to_days(date);
    return within(field, value->number);
}

static enum field_fault read_bool(struct arena *arena, const struct field *field, const struct raw_field *raw,
                                  bool typed, struct field_value *value) {
    (void)arena, (void)field, (void)typed;
    if (text_is(raw->value, "on") || text_is(raw->value, "true") || text_is(raw->value, "1")) value->number = 1;
    else if (!text_is(raw->value, "off") && !text_is(raw->value, "false") && !text_is(raw->value, "0"))
        return FAULT_MALFORMED;
    return FAULT_NONE;
}

static enum field_fault read_choice(struct arena *arena, const struct field *field, const struct raw_field *raw,
                                    bool typed, struct field_value *value) {
    (void)arena, (void)typed;
    for (int64_t i = 0; field->choices[i] != NULL; i++) {
        if (!text_is(raw->value, field->choices[i])) continue;
        value->number = i;
        value->text = raw->value;
        return FAULT_NONE;
    }
    return FAULT_MALFORMED;
}

static enum field_fault read_file(struct arena *arena, const struct field *field, const struct raw_field *raw,
                                  bool typed, struct field_value *value) {
    (void)arena, (void)typed;
    if (raw->upload == NULL) return FAULT_MALFORMED;
    value->upload = raw->upload;
    return field->max != 0 && raw->upload->size > field->max ? FAULT_TOO_LARGE : FAULT_NONE;
}

/* What a JSON value must be: a string, or (numbers, true, false) anything but one. */
static bool is_string_type(enum field_type type) {
    return type != FIELD_INT && type != FIELD_BOOL;
}

enum field_fault field_read(struct arena *arena, const struct field *field, const struct raw_field *raw, bool typed,
                            bool strict, struct field_value *value) {
    static reader_function *const readers[] = {
        [FIELD_TEXT] = read_text,     [FIELD_SECRET] = read_secret, [FIELD_CODE] = read_code,
        [FIELD_PHONE] = read_phone,
        [FIELD_MONEY] = read_money,   [FIELD_INT] = read_int,       [FIELD_DATE] = read_date, [FIELD_ID] = read_id,
        [FIELD_BOOL] = read_bool,     [FIELD_CHOICE] = read_choice, [FIELD_FILE] = read_file,
    };
    if (strict && field->type != FIELD_FILE && raw->is_string != is_string_type(field->type)) return FAULT_MALFORMED;
    if (strict && field->type == FIELD_BOOL && !text_is(raw->value, "true") && !text_is(raw->value, "false")) {
        return FAULT_MALFORMED;
    }
    return readers[field->type](arena, field, raw, typed, value);
}
