/* body_json.c: a JSON body: one flat object. jansson parses; the limits and what a scalar becomes are here. */
#include "http/form.h"

#include "base/json.h"
#include "http/raw.h"

#include <jansson.h>

#define DEPTH_MAX 8 /* jansson recurses: refuse before it does. Anything below depth 1 is refused by the form anyway */

static bool shallow(struct text body) {
    int depth = 0;
    bool inside = false; /* a string */
    for (size_t i = 0; i < body.size; i++) {
        char byte = body.data[i];
        if (inside) {
            if (byte == '\\') i++;
            else if (byte == '"') inside = false;
        } else if (byte == '"') {
            inside = true;
        } else if (byte == '{' || byte == '[') {
            if (++depth > DEPTH_MAX) return false;
        } else if (byte == '}' || byte == ']') {
            depth--;
        }
    }
    return true;
}

/* A scalar as text, the way a form would have sent it; is_string tells "1" from 1. */
static void take_value(struct arena *arena, const json_t *value, struct raw_field *field) {
    switch (json_typeof(value)) {
    case JSON_STRING:
        field->value = text_copy(arena, (struct text){json_string_value(value), json_string_length(value)});
        field->is_string = true;
        break;
    case JSON_INTEGER: field->value = text_format(arena, "%lld", (long long)json_integer_value(value)); break;
    case JSON_REAL: field->value = text_format(arena, "%.17g", json_real_value(value)); break;
    case JSON_TRUE: field->value = TEXT("true"); break;
    case JSON_FALSE: field->value = TEXT("false"); break;
    case JSON_NULL: field->is_null = true; break;
    case JSON_OBJECT:
    case JSON_ARRAY: field->bad_type = true; break;
    }
}

static bool take_members(struct arena *arena, json_t *object, struct raw_field **fields) {
    struct raw_list list = {0};
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        const char *name = json_object_iter_key(at);
        struct raw_field field = {.name = text_copy(arena, text_from(name))};
        take_value(arena, json_object_iter_value(at), &field);
        if (field.is_string && !raw_readable(field.value)) return false;
        if (!raw_add(&list, arena, &field)) return false;
    }
    *fields = list.first;
    return true;
}

bool form_parse_json(struct arena *arena, struct text body, struct raw_field **fields) {
    *fields = NULL;
    if (body.size == 0 || !shallow(body)) return false;
    json_t *object = json_read(arena, body);
    return json_is_object(object) && take_members(arena, object, fields);
}
