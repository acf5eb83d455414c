/* exif.c: see exif.h. JPEG's segment APP1, in it a TIFF header and one directory of entries of twelve bytes. */
#include "adapters/picture/exif.h"

#include <stdbool.h>
#include <string.h>

#define ORIENTATION 0x0112
#define SHORT_TYPE 3

struct tiff {
    const uint8_t *data;
    size_t size;
    bool little;
};

/* 0 behind the end: nothing that is looked for is 0. */
static uint32_t number(const struct tiff *tiff, size_t at, size_t bytes) {
    uint32_t value = 0;
    if (bytes > tiff->size || at > tiff->size - bytes) return 0;
    for (size_t i = 0; i < bytes; i++) {
        uint32_t byte = tiff->data[at + i];
        value = tiff->little ? value | byte << (8 * i) : value << 8 | byte;
    }
    return value;
}

static int tiff_orientation(struct tiff tiff) {
    if (tiff.size < 8) return 1;
    tiff.little = memcmp(tiff.data, "II", 2) == 0;
    if (!tiff.little && memcmp(tiff.data, "MM", 2) != 0) return 1;
    if (number(&tiff, 2, 2) != 42) return 1;
    size_t directory = number(&tiff, 4, 4);
    uint32_t entries = number(&tiff, directory, 2);
    for (uint32_t i = 0; i < entries; i++) {
        size_t at = directory + 2 + (size_t)i * 12;
        if (at >= tiff.size) return 1;
        if (number(&tiff, at, 2) != ORIENTATION || number(&tiff, at + 2, 2) != SHORT_TYPE) continue;
        uint32_t value = number(&tiff, at + 8, 2);
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

int exif_orientation(const uint8_t *jpeg, size_t size) {
    if (size < 4 || jpeg[0] != 0xFF || jpeg[1] != 0xD8) return 1;
    for (size_t at = 2; at + 4 <= size;) {
        if (jpeg[at] != 0xFF) return 1;
        uint8_t marker = jpeg[at + 1];
        size_t length = (size_t)jpeg[at + 2] << 8 | jpeg[at + 3];
        if (marker == 0xDA || marker == 0xD9 || length < 2 || length > size - at - 2) return 1;
        if (marker == 0xE1 && length >= 8 && memcmp(jpeg + at + 4, "Exif\0\0", 6) == 0)
            return tiff_orientation((struct tiff){jpeg + at + 10, length - 8, false});
        at += 2 + length;
    }
    return 1;
}

struct exif_place exif_source(int orientation, size_t width, size_t height, size_t x, size_t y) {
    switch (orientation) {
    case 2: return (struct exif_place){width - 1 - x, y};
    case 3: return (struct exif_place){width - 1 - x, height - 1 - y};
    case 4: return (struct exif_place){x, height - 1 - y};
    case 5: return (struct exif_place){y, x};
    case 6: return (struct exif_place){y, height - 1 - x};
    case 7: return (struct exif_place){width - 1 - y, height - 1 - x};
    case 8: return (struct exif_place){width - 1 - y, x};
    default: return (struct exif_place){x, y};
    }
}
