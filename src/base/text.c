/* text.c: looking at text, strict parsers, and copies in an arena. Hex and base64 are in text_encode.c. */
#include "base/text.h"

#include "base/check.h"

#include <stdio.h>
#include <string.h>

struct text text_from(const char *string) {
    return string == NULL ? TEXT_NONE : (struct text){string, strlen(string)};
}

bool text_equal(struct text left, struct text right) {
    return left.size == right.size && (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}

bool text_is(struct text text, const char *string) { return text_equal(text, text_from(string)); }

bool text_starts(struct text text, const char *prefix) {
    size_t size = strlen(prefix);
    return text.size >= size && (size == 0 || memcmp(text.data, prefix, size) == 0);
}

bool text_ends(struct text text, const char *suffix) {
    size_t size = strlen(suffix);
    return text.size >= size && (size == 0 || memcmp(text.data + text.size - size, suffix, size) == 0);
}

bool text_equal_secret(struct text left, struct text right) {
    if (left.size != right.size) return false;
    volatile unsigned char difference = 0;
    for (size_t i = 0; i < left.size; i++) {
        difference = (unsigned char)(difference | (left.data[i] ^ right.data[i]));
    }
    return difference == 0;
}

static bool is_blank(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

struct text text_trim(struct text text) {
    while (text.size > 0 && is_blank(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && is_blank(text.data[text.size - 1])) text.size--;
    return text;
}

struct text text_slice(struct text text, size_t from, size_t size) {
    if (text.data == NULL) return TEXT_NONE;
    if (from > text.size) from = text.size;
    if (size > text.size - from) size = text.size - from;
    return (struct text){text.data + from, size};
}

ptrdiff_t text_find(struct text text, char wanted) {
    const char *found = text.size == 0 ? NULL : memchr(text.data, wanted, text.size);
    return found == NULL ? -1 : found - text.data;
}

struct text text_split(struct text text, char separator, struct text *rest) {
    ptrdiff_t at = text_find(text, separator);
    *rest = at < 0 ? TEXT_NONE : text_slice(text, (size_t)at + 1, text.size);
    return at < 0 ? text : text_slice(text, 0, (size_t)at);
}

/* The bytes of the sequence that `lead` opens, and the smallest second byte allowed and the largest (Unicode 15,
 * table 3-7): so overlong forms, surrogates and what is above U+10FFFF fall out. 0 for no lead byte. */
static size_t utf8_sequence(unsigned char lead, unsigned char *least, unsigned char *most) {
    *least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) return 2;
    if (lead >= 0xE0 && lead <= 0xEF) return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

size_t text_utf8_step(struct text text) {
    unsigned char lead = (unsigned char)text.data[0], least, most;
    if (lead < 0x80) return 1;
    size_t length = utf8_sequence(lead, &least, &most);
    if (length == 0 || length > text.size) return 0;
    unsigned char second = (unsigned char)text.data[1];
    if (second < least || second > most) return 0;
    for (size_t i = 2; i < length; i++) {
        if (((unsigned char)text.data[i] & 0xC0) != 0x80) return 0;
    }
    return length;
}

bool text_valid_utf8(struct text text) {
    for (size_t at = 0; at < text.size;) {
        unsigned char byte = (unsigned char)text.data[at];
        if (byte >= 0x20 && byte < 0x7F) {
            at++;
            continue;
        }
        if (byte < 0x20 && byte != '\t' && byte != '\r' && byte != '\n') return false;
        if (byte == 0x7F) return false;
        size_t step = text_utf8_step((struct text){text.data + at, text.size - at});
        if (step == 0) return false;
        /* U+0080…U+009F are control characters too */
        if (byte == 0xC2 && (unsigned char)text.data[at + 1] < 0xA0) return false;
        at += step;
    }
    return true;
}

size_t text_length_utf8(struct text text) {
    size_t length = 0;
    for (size_t i = 0; i < text.size; i++) length += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return length;
}

bool text_to_int(struct text text, int64_t *value) {
    bool negative = text.size > 0 && text.data[0] == '-';
    size_t at = negative;
    if (at == text.size) return false;
    int64_t sum = 0; /* kept negative: the negative range is the longer one */
    for (; at < text.size; at++) {
        char byte = text.data[at];
        if (byte < '0' || byte > '9') return false;
        if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_sub_overflow(sum, byte - '0', &sum)) return false;
    }
    if (!negative && sum == INT64_MIN) return false;
    *value = negative ? sum : -sum;
    return true;
}

/* ---- in an arena; one more byte than the text, for the NUL ---- */

struct text text_copy(struct arena *arena, struct text text) {
    char *data = arena_alloc(arena, text.size + 1);
    if (text.size > 0) memcpy(data, text.data, text.size);
    return (struct text){data, text.size};
}

struct text text_join(struct arena *arena, struct text left, struct text right) {
    char *data = arena_alloc(arena, left.size + right.size + 1);
    if (left.size > 0) memcpy(data, left.data, left.size);
    if (right.size > 0) memcpy(data + left.size, right.data, right.size);
    return (struct text){data, left.size + right.size};
}

struct text text_lower_ascii(struct arena *arena, struct text text) {
    char *data = arena_alloc(arena, text.size + 1);
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        data[i] = byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
    }
    return (struct text){data, text.size};
}

/* The text that vsnprintf makes; short ones need one pass only. */
static struct text format_list(struct arena *arena, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));

static struct text format_list(struct arena *arena, const char *format, va_list list) {
    char shorter[256];
    va_list again;
    va_copy(again, list);
    int size = vsnprintf(shorter, sizeof shorter, format, again);
    va_end(again);
    check(size >= 0);
    if ((size_t)size < sizeof shorter) return text_copy(arena, (struct text){shorter, (size_t)size});
    char *data = arena_alloc(arena, (size_t)size + 1);
    vsnprintf(data, (size_t)size + 1, format, list);
    return (struct text){data, (size_t)size};
}

struct text text_format(struct arena *arena, const char *format, ...) {
    va_list list;
    va_start(list, format);
    struct text text = format_list(arena, format, list);
    va_end(list);
    return text;
}

/* ---- buffer ---- */

struct buffer buffer_new(struct arena *arena, size_t room) {
    if (room < 64) room = 64;
    return (struct buffer){arena, arena_alloc(arena, room), 0, room};
}

void buffer_reserve(struct buffer *buffer, size_t more) {
    size_t needed;
    check(!__builtin_add_overflow(buffer->size, more, &needed) && needed < SIZE_MAX / 4);
    if (needed < buffer->room) return;
    size_t room = 2 * buffer->room > needed + 1 ? 2 * buffer->room : needed + 1;
    if (!arena_extend(buffer->arena, buffer->data, buffer->room, room)) {
        char *data = arena_alloc(buffer->arena, room);
        memcpy(data, buffer->data, buffer->size);
        buffer->data = data;
    }
    buffer->room = room;
}

void buffer_add_int(struct buffer *buffer, int64_t value) {
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) digits[--at] = '-';
    buffer_add(buffer, digits + at, sizeof digits - at);
}

void buffer_format(struct buffer *buffer, const char *format, ...) {
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    check(size >= 0);
    buffer_reserve(buffer, (size_t)size);
    vsnprintf(buffer->data + buffer->size, (size_t)size + 1, format, list);
    va_end(list);
    buffer->size += (size_t)size;
}

struct text buffer_text(const struct buffer *buffer) {
    buffer->data[buffer->size] = '\0';
    return (struct text){buffer->data, buffer->size};
}
