/* exif_test.c: which way up a photo is, by every number of EXIF, in both byte orders; and nonsense, cut anywhere. */
#include "adapters/picture/exif.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

/* A JPEG as far as EXIF goes: start, APP0, APP1 with one directory of two entries. */
static size_t photo(uint8_t *data, int little, unsigned type, unsigned value) {
    static const uint8_t begin[] = {0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xE1, 0, 42, 'E', 'x', 'i', 'f', 0, 0};
    static const uint8_t big[] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 2, 0x01, 0x0F, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0,
                                  0x01, 0x12, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0};
    static const uint8_t small[] = {'I', 'I', 42, 0, 8, 0, 0, 0, 2, 0, 0x0F, 0x01, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0,
                                    0x12, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
    memcpy(data, begin, sizeof begin);
    memcpy(data + sizeof begin, little ? small : big, sizeof big);
    uint8_t *entry = data + sizeof begin + 22;
    entry[little ? 2 : 3] = (uint8_t)type;
    entry[little ? 8 : 9] = (uint8_t)value;
    return sizeof begin + sizeof big;
}

static void numbers(void **state) {
    (void)state;
    uint8_t data[128];
    static const struct {
        unsigned type, value;
        int orientation;
    } cases[] = {{3, 1, 1}, {3, 2, 2}, {3, 3, 3}, {3, 4, 4}, {3, 5, 5}, {3, 6, 6}, {3, 7, 7}, {3, 8, 8},
                 {3, 0, 1}, {3, 9, 1}, {3, 255, 1}, {4, 6, 1} /* of another type */};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int little = 0; little < 2; little++) {
            size_t size = photo(data, little, cases[i].type, cases[i].value);
            if (exif_orientation(data, size) != cases[i].orientation) fail_msg("case %zu, little %d", i, little);
        }
    }
}

static void nonsense(void **state) {
    (void)state;
    uint8_t data[128];
    for (int little = 0; little < 2; little++) {
        size_t whole = photo(data, little, 3, 6);
        for (size_t size = 0; size < whole; size++) assert_int_equal(exif_orientation(data, size), 1);
        for (size_t at = 0; at < whole; at++) { /* each byte at its worst: nothing behind the end is read (ASan) */
            photo(data, little, 3, 6);
            data[at] = 0xFF;
            int orientation = exif_orientation(data, whole);
            assert_true(orientation == 1 || orientation == 6);
        }
    }
}

/* A picture of three by two, each dot its own letter, as each number says that it is to be seen. */
static void turned(void **state) {
    (void)state;
    static const char *const rows[] = {"abc" "def", "abc" "def", "cba" "fed", "fed" "cba", "def" "abc",
                                       "ad" "be" "cf", "da" "eb" "fc", "fc" "eb" "da", "cf" "be" "ad"};
    for (int orientation = 1; orientation <= 8; orientation++) {
        size_t width = exif_lies(orientation) ? 2 : 3, height = exif_lies(orientation) ? 3 : 2;
        for (size_t y = 0; y < height; y++) {
            for (size_t x = 0; x < width; x++) {
                struct exif_place from = exif_source(orientation, 3, 2, x, y);
                char dot = rows[1][from.y * 3 + from.x];
                if (dot != rows[orientation][y * width + x]) fail_msg("orientation %d at %zu, %zu", orientation, x, y);
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers), cmocka_unit_test(nonsense), cmocka_unit_test(turned)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
