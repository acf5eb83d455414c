/* query_fuzz.c: urlencoded text. What is taken must come back the same when written again strictly and read once
 * more. */
#include "base/check.h"
#include "http/raw.h"

static struct arena *arena;

static void encode(struct buffer *out, struct text text) {
    for (size_t i = 0; i < text.size; i++) buffer_format(out, "%%%02x", (unsigned)(unsigned char)text.data[i]);
}

static void run(void *data) {
    struct raw_field *first, *second;
    if (!form_parse_urlencoded(arena, *(const struct text *)data, &first)) return;
    struct buffer out = buffer_new(arena, 256);
    size_t count = 0;
    for (const struct raw_field *field = first; field != NULL; field = field->next, count++) {
        check(field->name.size > 0 && field->name.size <= RAW_NAME_MAX && field->is_string);
        check(raw_readable(field->name) && raw_readable(field->value));
        if (count > 0) buffer_add_char(&out, '&');
        encode(&out, field->name);
        buffer_add_char(&out, '=');
        encode(&out, field->value);
    }
    check(count <= RAW_FIELDS_MAX);
    check(form_parse_urlencoded(arena, buffer_text(&out), &second));
    for (; first != NULL; first = first->next, second = second->next)
        check(second != NULL && text_equal(first->name, second->name) && text_equal(first->value, second->value));
    check(second == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (arena == NULL) arena = arena_new(1 << 22);
    struct text input = {(const char *)data, size};
    arena_guard(arena, run, &input);
    arena_clear(arena);
    return 0;
}
