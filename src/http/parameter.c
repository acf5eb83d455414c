/* parameter.c: see parameter.h. */
#include "http/parameter.h"

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t';
}

static struct text skip_blanks(struct text text) {
    while (text.size > 0 && is_blank(text.data[0])) text = text_slice(text, 1, text.size);
    return text;
}

struct text parameters_begin(struct text field, struct parameters *parameters) {
    ptrdiff_t end = text_find(field, ';');
    *parameters = (struct parameters){.rest = TEXT("")};
    if (end < 0) return text_trim(field);
    parameters->rest = text_slice(field, (size_t)end, field.size);
    return text_trim(text_slice(field, 0, (size_t)end));
}

/* Behind the opening quote. False when it never closes. */
static bool take_quoted(struct text *rest, struct arena *arena, struct text *value) {
    char *out = arena_alloc(arena, rest->size + 1);
    size_t size = 0;
    for (size_t i = 0; i < rest->size; i++) {
        char byte = rest->data[i];
        if (byte == '"') {
            *value = (struct text){out, size};
            *rest = text_slice(*rest, i + 1, rest->size);
            return true;
        }
        if (byte == '\\') {
            if (++i == rest->size) return false;
            byte = rest->data[i];
        }
        out[size++] = byte;
    }
    return false;
}

static bool take_one(struct text *rest, struct arena *arena, struct text *name, struct text *value) {
    if (rest->size == 0 || rest->data[0] != ';') return false;
    *rest = skip_blanks(text_slice(*rest, 1, rest->size));
    ptrdiff_t equals = text_find(*rest, '=');
    if (equals <= 0) return false;
    *name = text_slice(*rest, 0, (size_t)equals);
    for (size_t i = 0; i < name->size; i++)
        if (name->data[i] <= ' ' || name->data[i] == ';' || name->data[i] == '"') return false;
    *rest = text_slice(*rest, (size_t)equals + 1, rest->size);
    if (rest->size > 0 && rest->data[0] == '"') {
        *rest = text_slice(*rest, 1, rest->size);
        if (!take_quoted(rest, arena, value)) return false;
    } else {
        size_t size = 0;
        while (size < rest->size && rest->data[size] != ';' && !is_blank(rest->data[size])) size++;
        *value = text_slice(*rest, 0, size);
        *rest = text_slice(*rest, size, rest->size);
    }
    *rest = skip_blanks(*rest);
    return true;
}

bool parameters_next(struct parameters *parameters, struct arena *arena, struct text *name, struct text *value) {
    if (parameters->malformed || parameters->rest.size == 0) return false;
    parameters->malformed = !take_one(&parameters->rest, arena, name, value);
    return !parameters->malformed;
}
