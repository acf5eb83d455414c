/* photo_rules_test.c: which pictures show a page, and what is none. */
#include "onboarding/photo_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct text png(unsigned char *data, unsigned width, unsigned height) {
    memset(data, 0, 200);
    memcpy(data, "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR", 16);
    for (int i = 0; i < 4; i++) data[16 + i] = (unsigned char)(width >> (24 - 8 * i));
    for (int i = 0; i < 4; i++) data[20 + i] = (unsigned char)(height >> (24 - 8 * i));
    return (struct text){(const char *)data, 60};
}

static struct text jpeg(unsigned char *data, unsigned width, unsigned height) {
    memset(data, 0, 200);
    static const unsigned char begin[] = {0xFF, 0xD8, 0xFF, 0xE0, 0, 16};
    memcpy(data, begin, sizeof begin);
    unsigned char *frame = data + 20;
    frame[0] = 0xFF, frame[1] = 0xC0, frame[3] = 17, frame[4] = 8;
    frame[5] = (unsigned char)(height >> 8), frame[6] = (unsigned char)height;
    frame[7] = (unsigned char)(width >> 8), frame[8] = (unsigned char)width;
    return (struct text){(const char *)data, 150};
}

static void sizes(void **state) {
    (void)state;
    static const struct {
        unsigned width, height;
        bool good;
    } cases[] = {{1600, 1200, true}, {200, 200, true}, {199, 200, false}, {200, 199, false}, {0, 0, false},
                 {2449, 2449, true}};
    unsigned char data[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (photo_readable(png(data, cases[i].width, cases[i].height)) != cases[i].good) fail_msg("png %zu", i);
        if (photo_readable(jpeg(data, cases[i].width, cases[i].height)) != cases[i].good) fail_msg("jpeg %zu", i);
    }
}

static void others(void **state) {
    (void)state;
    unsigned char data[256];
    static const char *const files[] = {"", "x", "GIF89a", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "%PDF-1.7",
                                        "\x89PNG\r\n\x1A\n", "\xFF\xD8\xFF"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) assert_false(photo_readable(text_from(files[i])));
    for (size_t size = 0; size < 24; size++) assert_false(photo_readable(text_slice(png(data, 800, 600), 0, size)));
    for (size_t size = 0; size < 29; size++) assert_false(photo_readable(text_slice(jpeg(data, 800, 600), 0, size)));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(sizes), cmocka_unit_test(others)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
