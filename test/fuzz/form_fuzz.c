/* form_fuzz.c: urlencoded and JSON bodies against a form with every type of field. Whatever comes, what the form calls
 * good must lie within the field's bounds. */
#include "base/check.h"
#include "http/form.h"

static const char *const choices[] = {"a", "b", NULL};

FORM(every, {.name = "t", .type = FIELD_TEXT, .min = 2, .max = 20},
     {.name = "s", .type = FIELD_SECRET, .required = true}, {.name = "c", .type = FIELD_CODE, .min = 4, .max = 6},
     {.name = "p", .type = FIELD_PHONE}, {.name = "m", .type = FIELD_MONEY, .min = 100, .max = 1500000},
     {.name = "i", .type = FIELD_INT, .min = -5, .max = 5}, {.name = "d", .type = FIELD_DATE},
     {.name = "x", .type = FIELD_ID}, {.name = "b", .type = FIELD_BOOL},
     {.name = "k", .type = FIELD_CHOICE, .choices = choices}, {.name = "f", .type = FIELD_FILE, .max = 10});

static void judge(const struct form *form, const struct field_value *values, bool valid) {
    bool faults = false;
    for (size_t i = 0; i < form->count; i++) {
        const struct field *field = &form->fields[i];
        const struct field_value *value = &values[i];
        faults = faults || value->fault != FAULT_NONE;
        check((value->fault == FAULT_NONE) == (value->message == S_none));
        check(value->fault == FAULT_NONE || !value->given);
        if (!value->given) continue;
        check(value->text.data == NULL || text_valid_utf8(value->text));
        switch (field->type) {
        case FIELD_TEXT: check(text_length_utf8(value->text) >= 2 && text_length_utf8(value->text) <= 20); break;
        case FIELD_CODE: check(value->text.size >= 4 && value->text.size <= 6); break;
        case FIELD_PHONE: check(text_starts(value->text, "+79") && value->text.size == 12); break;
        case FIELD_MONEY:
        case FIELD_INT: check(value->number >= field->min && value->number <= field->max); break;
        case FIELD_ID: check(value->number > 0); break;
        case FIELD_BOOL:
        case FIELD_CHOICE: check(value->number == 0 || value->number == 1); break;
        case FIELD_FILE: check(false && "no upload was ever given"); break;
        case FIELD_SECRET: check(value->typed.data == NULL); break;
        case FIELD_DATE: break;
        }
    }
    check(!(valid && faults));
}

static struct arena *arena;

static void run(void *data) {
    const struct text *input = data;
    struct raw_field *raw;
    struct field_value values[11];
    if (form_parse_urlencoded(arena, *input, &raw)) {
        judge(&every, values, form_check(arena, &every, raw, true, false, values));
        judge(&every, values, form_check(arena, &every, raw, false, false, values));
    }
    if (form_parse_json(arena, *input, &raw)) {
        bool valid = form_check(arena, &every, raw, false, true, values);
        judge(&every, values, valid);
        check(!(valid && form_unknown(&every, raw) != NULL));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (arena == NULL) arena = arena_new(1 << 20);
    struct text input = {(const char *)data, size};
    arena_guard(arena, run, &input);
    arena_clear(arena);
    return 0;
}
