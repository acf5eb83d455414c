/* body_urlencoded.c: application/x-www-form-urlencoded, of bodies and of queries (WHATWG URL §5.1, but strict: what a
 * browser never sends is malformed, not guessed at). */
#include "http/form.h"

#include "http/raw.h"

#include <string.h>

static int hex_digit(char byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
}

static bool decode(struct arena *arena, struct text encoded, struct text *decoded) {
    char *out = arena_alloc(arena, encoded.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < encoded.size; i++) {
        char byte = encoded.data[i];
        if (byte == '+') {
            byte = ' ';
        } else if (byte == '%') {
            if (encoded.size - i < 3) return false;
            int high = hex_digit(encoded.data[i + 1]), low = hex_digit(encoded.data[i + 2]);
            if (high < 0 || low < 0) return false;
            byte = (char)(high * 16 + low);
            i += 2;
        }
        out[size++] = byte;
    }
    *decoded = (struct text){out, size};
    return raw_readable(*decoded);
}

bool form_parse_urlencoded(struct arena *arena, struct text body, struct raw_field **fields) {
    struct raw_list list = {0};
    *fields = NULL;
    struct text rest = body.size > 0 ? body : TEXT_NONE;
    while (rest.data != NULL) {
        struct text value = TEXT_NONE;
        struct text name = text_split(text_split(rest, '&', &rest), '=', &value);
        if (name.size == 0 && value.data == NULL) continue; /* "a=1&&b=2" */
        struct raw_field field = {.is_string = true};
        if (!decode(arena, name, &field.name) || field.name.size == 0) return false;
        if (!decode(arena, value, &field.value)) return false;
        if (!raw_add(&list, arena, &field)) return false;
    }
    *fields = list.first;
    return true;
}
