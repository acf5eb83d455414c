/* text.h: text as pointer and length, and a buffer to write text into.
 *
 * A text is borrowed: who made it says how long it lives (mostly: as long as the arena). It is UTF-8 where it is
 * meant for people; it need not end in NUL, but whatever comes from an arena function below does. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    const char *data;
    size_t size; /* bytes */
};

#define TEXT(literal) ((struct text){"" literal "", sizeof(literal) - 1})
#define TEXT_NONE ((struct text){NULL, 0})
/* for printf: text_format(arena, "hello %.*s", TEXT_ARG(name)) */
#define TEXT_ARG(text) (int)(text).size, (text).data

struct text text_from(const char *string); /* borrowed; NULL gives TEXT_NONE */
bool text_equal(struct text left, struct text right);
bool text_is(struct text text, const char *string);
bool text_starts(struct text text, const char *prefix);
bool text_ends(struct text text, const char *suffix);
/* Equal in time that depends on the lengths alone: for secrets. */
bool text_equal_secret(struct text left, struct text right);
struct text text_trim(struct text text);                            /* without ASCII white space at both ends */
struct text text_slice(struct text text, size_t from, size_t size); /* clamped to the text */
/* The part before the first separator; *rest is what follows it (TEXT_NONE when there is none). */
struct text text_split(struct text text, char separator, struct text *rest);
ptrdiff_t text_find(struct text text, char wanted); /* -1 when absent */

bool text_valid_utf8(struct text text);    /* and without NUL and control bytes other than tab, CR, LF */
size_t text_length_utf8(struct text text); /* in code points; the text is valid */
/* Bytes of the code point that a text of at least one byte begins with; 0 when malformed. Control bytes count as 1. */
size_t text_utf8_step(struct text text);

/* Whole text as a decimal number: no sign but a leading '-', no blanks, nothing after it. False leaves *value. */
bool text_to_int(struct text text, int64_t *value);

struct text text_copy(struct arena *arena, struct text text);
struct text text_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct text text_join(struct arena *arena, struct text left, struct text right);
struct text text_lower_ascii(struct arena *arena, struct text text);
struct text text_hex(struct arena *arena, const void *data, size_t size);
struct text text_base64url(struct arena *arena, const void *data, size_t size); /* RFC 4648 §5, no padding */
/* Decoders give false on anything malformed. Padding is allowed, not required. */
bool text_unhex(struct arena *arena, struct text hex, struct text *bytes);
bool text_unbase64(struct arena *arena, struct text encoded, struct text *bytes); /* both alphabets */

/* Grows in its arena. */
struct buffer {
    struct arena *arena;
    char *data;
    size_t size, room;
};

struct buffer buffer_new(struct arena *arena, size_t room);
static inline void buffer_add(struct buffer *buffer, const void *data, size_t size);
static inline void buffer_add_text(struct buffer *buffer, struct text text);
static inline void buffer_add_char(struct buffer *buffer, char byte);
void buffer_add_int(struct buffer *buffer, int64_t value);
void buffer_format(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define buffer_add_literal(buffer, literal) buffer_add((buffer), "" literal "", sizeof(literal) - 1)
struct text buffer_text(const struct buffer *buffer); /* what is in it; valid until the next add */

/* ---- the fast path, inline: nothing below is for callers ---- */

/* Room for `more` bytes and a NUL behind them. */
void buffer_reserve(struct buffer *buffer, size_t more);

static inline void buffer_add(struct buffer *buffer, const void *data, size_t size) {
    if (size == 0) return;
    if (__builtin_expect(size >= buffer->room - buffer->size, 0)) buffer_reserve(buffer, size); /* size < room always */
    __builtin_memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
}

static inline void buffer_add_text(struct buffer *buffer, struct text text) {
    buffer_add(buffer, text.data, text.size);
}

static inline void buffer_add_char(struct buffer *buffer, char byte) {
    if (__builtin_expect(buffer->room - buffer->size < 2, 0)) buffer_reserve(buffer, 1);
    buffer->data[buffer->size++] = byte;
}
