/* json_fuzz.c: JSON bodies. What is taken is a flat object without doubles, and no body outlives its arena. */
#include "base/check.h"
#include "http/raw.h"

static struct arena *arena;

static void run(void *data) {
    struct raw_field *first;
    struct text body = *(const struct text *)data;
    if (!form_parse_json(arena, body, &first)) return;
    check(text_trim(body).data[0] == '{');
    size_t count = 0;
    for (const struct raw_field *field = first; field != NULL; field = field->next, count++) {
        check(field->name.size <= RAW_NAME_MAX && raw_readable(field->name) && raw_readable(field->value));
        check(field->is_string + field->is_null + field->bad_type <= 1);
        check(!(field->is_null || field->bad_type) || field->value.size == 0);
        for (const struct raw_field *other = field->next; other != NULL; other = other->next)
            check(!text_equal(field->name, other->name));
    }
    check(count <= RAW_FIELDS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (arena == NULL) arena = arena_new(1 << 22);
    struct text input = {(const char *)data, size};
    arena_guard(arena, run, &input);
    arena_clear(arena);
    return 0;
}
