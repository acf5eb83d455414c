/* form.c: checks what came against a form's table. Where the fields came from is the parsers' business (body_*.c). */
#include "http/form.h"

#include "generated/strings_http.h"
#include "http/field.h"

static const struct raw_field *raw_named(const struct raw_field *raw, const char *name) {
    for (; raw != NULL; raw = raw->next) {
        if (text_is(raw->name, name)) return raw;
    }
    return NULL;
}

const struct raw_field *form_unknown(const struct form *form, const struct raw_field *raw) {
    if (form->rest) return NULL;
    for (; raw != NULL; raw = raw->next) {
        if (text_starts(raw->name, "_")) continue;
        size_t at = 0;
        while (at < form->count && !text_is(raw->name, form->fields[at].name)) at++;
        if (at == form->count) return raw;
    }
    return NULL;
}

static string_id general_message(const struct field *field, enum field_fault fault) {
    static const string_id malformed[] = {
        [FIELD_TEXT] = S_http_field_text,   [FIELD_SECRET] = S_http_field_text, [FIELD_CODE] = S_http_field_code,
        [FIELD_PHONE] = S_http_field_phone, [FIELD_MONEY] = S_http_field_money, [FIELD_INT] = S_http_field_int,
        [FIELD_DATE] = S_http_field_date,   [FIELD_ID] = S_http_field_choice,   [FIELD_BOOL] = S_http_field_bool,
        [FIELD_CHOICE] = S_http_field_choice, [FIELD_FILE] = S_http_field_file,
    };
    bool written = field->type == FIELD_TEXT || field->type == FIELD_SECRET;
    if (fault == FAULT_MISSING) return field->type == FIELD_BOOL ? S_http_field_bool : S_http_field_missing;
    if (fault == FAULT_TOO_SMALL && field->type == FIELD_MONEY) return S_http_field_money_small;
    if (fault == FAULT_TOO_LARGE && field->type == FIELD_MONEY) return S_http_field_money_large;
    if (fault == FAULT_TOO_SMALL && written) return S_http_field_short;
    if (fault == FAULT_TOO_LARGE && written) return S_http_field_long;
    if (fault == FAULT_TOO_LARGE && field->type == FIELD_FILE) return S_http_field_file_large;
    if ((fault == FAULT_TOO_SMALL || fault == FAULT_TOO_LARGE) && field->type == FIELD_INT) return S_http_field_range;
    return malformed[field->type];
}

static string_id message_of(const struct field *field, enum field_fault fault) {
    string_id own = fault == FAULT_MISSING ? field->missing : field->invalid;
    return own != S_none ? own : general_message(field, fault);
}

/* An unticked box, an empty input and a null are all "not given". */
static bool is_given(const struct field *field, const struct raw_field *raw) {
    if (raw == NULL || raw->is_null) return false;
    if (raw->bad_type) return true;
    if (field->type == FIELD_FILE) return raw->upload != NULL || raw->value.size > 0;
    if (field->type == FIELD_SECRET) return raw->value.size > 0;
    return text_trim(raw->value).size > 0;
}

static enum field_fault check_one(struct arena *arena, const struct field *field, const struct raw_field *raw,
                                  bool typed, bool strict, struct field_value *value) {
    if (!is_given(field, raw)) return field->required ? FAULT_MISSING : FAULT_NONE;
    if (raw->bad_type) return FAULT_MALFORMED;
    if (!text_valid_utf8(raw->value)) return FAULT_MALFORMED;
    if (field->type != FIELD_SECRET) value->typed = raw->value;
    value->given = true;
    enum field_fault fault = field_read(arena, field, raw, typed, strict, value);
    if (fault == FAULT_NONE && field->type == FIELD_BOOL && field->required && value->number == 0) return FAULT_MISSING;
    return fault;
}

bool form_check(struct arena *arena, const struct form *form, const struct raw_field *raw, bool typed, bool strict,
                struct field_value *values) {
    bool valid = !strict || form_unknown(form, raw) == NULL;
    for (size_t i = 0; i < form->count; i++) {
        const struct field *field = &form->fields[i];
        struct field_value value = {0};
        value.fault = check_one(arena, field, raw_named(raw, field->name), typed, strict, &value);
        if (value.fault != FAULT_NONE) {
            value = (struct field_value){.typed = value.typed, .fault = value.fault};
            value.message = message_of(field, value.fault);
            valid = false;
        }
        values[i] = value;
    }
    return valid;
}
