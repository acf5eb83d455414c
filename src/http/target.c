/* target.c: see target.h. */
#include "http/target.h"

#include <string.h>

static int hex_digit(char byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
}

static bool clean_bytes(struct text raw) {
    for (size_t i = 0; i < raw.size; i++)
        if (raw.data[i] <= ' ' || raw.data[i] >= 0x7f || raw.data[i] == '#') return false;
    return true;
}

static bool decode_path(struct arena *arena, struct text raw, struct text *path) {
    if (memchr(raw.data, '%', raw.size) == NULL) {
        *path = text_copy(arena, raw);
        return true;
    }
    char *decoded = arena_alloc(arena, raw.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < raw.size; i++) {
        char byte = raw.data[i];
        if (byte == '%') {
            int high = i + 2 < raw.size ? hex_digit(raw.data[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(raw.data[i + 2]) : -1;
            if (low < 0) return false;
            byte = (char)(high * 16 + low);
            i += 2;
            if (byte == '/' || byte == '\\' || (unsigned char)byte < 0x20 || byte == 0x7f) return false;
        }
        decoded[size++] = byte;
    }
    *path = (struct text){decoded, size};
    return text_valid_utf8(*path);
}

static bool has_dot_segment(struct text path) {
    struct text rest = path;
    while (rest.data != NULL) {
        struct text segment = text_split(rest, '/', &rest);
        if (text_is(segment, ".") || text_is(segment, "..")) return true;
    }
    return false;
}

bool target_parse(struct arena *arena, struct text raw, struct target *target) {
    *target = (struct target){.path = TEXT_NONE};
    if (raw.data == NULL || !clean_bytes(raw)) return false;
    size_t scheme = text_starts(raw, "http://") ? 7 : text_starts(raw, "https://") ? 8 : 0;
    if (scheme > 0) {
        struct text rest = text_slice(raw, scheme, raw.size);
        size_t size = 0;
        while (size < rest.size && rest.data[size] != '/' && rest.data[size] != '?') size++;
        target->host = text_slice(rest, 0, size);
        raw = text_slice(rest, size, rest.size);
        if (target->host.size == 0) return false;
        if (raw.size == 0) raw = TEXT("/");
    }
    struct text query = TEXT_NONE;
    struct text path = text_split(raw, '?', &query);
    if (path.size == 0 || path.data[0] != '/' || memchr(path.data, '\\', path.size) != NULL) return false;
    target->query = query;
    return decode_path(arena, path, &target->path) && !has_dot_segment(target->path);
}
