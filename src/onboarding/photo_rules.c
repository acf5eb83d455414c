/* photo_rules.c: see photo_rules.h. */
#include "onboarding/photo_rules.h"

#include <string.h>

static uint32_t big_endian(const unsigned char *data, size_t size) {
    uint32_t number = 0;
    for (size_t i = 0; i < size; i++) number = number << 8 | data[i];
    return number;
}

static bool sides_good(uint32_t width, uint32_t height) {
    return width >= PHOTO_SIDE_MIN && height >= PHOTO_SIDE_MIN;
}

static bool png_readable(const unsigned char *data, size_t size) {
    static const unsigned char begin[] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
    if (size < 24 || memcmp(data, begin, sizeof begin) != 0) return false;
    return sides_good(big_endian(data + 16, 4), big_endian(data + 20, 4));
}

/* From segment to segment to the frame, which says the size. */
static bool jpeg_readable(const unsigned char *data, size_t size) {
    if (size < 4 || data[0] != 0xFF || data[1] != 0xD8) return false;
    for (size_t at = 2; at + 9 < size;) {
        if (data[at] != 0xFF) return false;
        unsigned char marker = data[at + 1];
        if (marker == 0xFF) {
            at++;
            continue;
        }
        bool frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (frame) return sides_good(big_endian(data + at + 7, 2), big_endian(data + at + 5, 2));
        if (marker == 0xDA || marker == 0xD9) return false;
        uint32_t length = big_endian(data + at + 2, 2);
        if (length < 2) return false;
        at += 2 + length;
    }
    return false;
}

bool photo_readable(struct text bytes) {
    const unsigned char *data = (const unsigned char *)bytes.data;
    return png_readable(data, bytes.size) || jpeg_readable(data, bytes.size);
}
