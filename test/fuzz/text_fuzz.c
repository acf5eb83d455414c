/* text_fuzz.c: the text parsers against ICU and the C library where these know the answer, and round trips. */
#include "base/check.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ustring.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Valid for us is what ICU can decode and what holds no control character but tab, CR and LF. */
static void check_utf8(struct text text) {
    UErrorCode status = U_ZERO_ERROR;
    int32_t length = 0;
    u_strFromUTF8(NULL, 0, &length, text.size == 0 ? "" : text.data, (int32_t)text.size, &status);
    bool decodes = status == U_BUFFER_OVERFLOW_ERROR || U_SUCCESS(status), control = false;
    for (int32_t at = 0; decodes && at < (int32_t)text.size;) {
        UChar32 point;
        U8_NEXT((const uint8_t *)text.data, at, (int32_t)text.size, point);
        control = control || point == 0x7F || (point >= 0x80 && point < 0xA0) ||
                  (point < 0x20 && point != '\t' && point != '\r' && point != '\n');
    }
    check(text_valid_utf8(text) == (decodes && !control));
    if (decodes && !control) {
        size_t surrogates = 0; /* UTF-16 units beyond one for each code point */
        for (size_t i = 0; i < text.size; i++) surrogates += (unsigned char)text.data[i] >= 0xF0;
        check(text_length_utf8(text) + surrogates == (size_t)length);
    }
}

static void check_int(struct arena *arena, struct text text) {
    int64_t value = 42;
    bool digits = text.size > 0 && text.data[text.size - 1] >= '0' && text.data[text.size - 1] <= '9';
    for (size_t i = 0; i < text.size; i++) {
        bool digit = text.data[i] >= '0' && text.data[i] <= '9';
        digits = digits && (digit || (i == 0 && text.data[i] == '-'));
    }
    errno = 0;
    long long expected = digits ? strtoll(text_copy(arena, text).data, NULL, 10) : 0;
    bool valid = digits && errno != ERANGE;
    check(text_to_int(text, &value) == valid);
    check(value == (valid ? expected : 42));
}

static void check_encodings(struct arena *arena, struct text text) {
    struct text bytes;
    check(text_unhex(arena, text_hex(arena, text.data, text.size), &bytes) && text_equal(bytes, text));
    check(text_unbase64(arena, text_base64url(arena, text.data, text.size), &bytes) && text_equal(bytes, text));
    if (text_unhex(arena, text, &bytes)) {
        check(text_equal(text_hex(arena, bytes.data, bytes.size), text_lower_ascii(arena, text)));
    }
    if (text_unbase64(arena, text, &bytes)) { /* one encoding only, but for its alphabet and padding */
        struct text again = text_base64url(arena, bytes.data, bytes.size);
        check(again.size <= text.size && text.size - again.size <= 2);
        for (size_t i = 0; i < again.size; i++) {
            char byte = text.data[i] == '+' ? '-' : text.data[i] == '/' ? '_' : text.data[i];
            check(byte == again.data[i]);
        }
    }
}

static void check_cuts(struct arena *arena, struct text text) {
    char separator = text.size > 0 ? text.data[text.size / 2] : ',';
    struct buffer buffer = buffer_new(arena, 0);
    struct text rest = text;
    do {
        buffer_add_text(&buffer, text_split(rest, separator, &rest));
        if (rest.data != NULL) buffer_add_char(&buffer, separator);
    } while (rest.data != NULL);
    check(text_equal(buffer_text(&buffer), text));
    struct text trimmed = text_trim(text), again = text_trim(trimmed);
    check(text_equal(trimmed, again) && text_equal_secret(trimmed, again));
    struct text left = text_slice(text, 0, text.size / 3), right = text_slice(text, text.size / 3, SIZE_MAX);
    check(text_equal(text_join(arena, left, right), text));
    struct text lower = text_lower_ascii(arena, text);
    check(text_equal(text_lower_ascii(arena, lower), lower));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct arena *arena;
    if (arena == NULL) arena = arena_new((size_t)64 << 20);
    struct text text = {(const char *)data, size};
    if (size > 1 << 20) return 0;
    check_utf8(text);
    check_int(arena, text);
    check_encodings(arena, text);
    check_cuts(arena, text);
    arena_clear(arena);
    return 0;
}
