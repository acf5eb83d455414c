/* logo.c: a picture as a logo: fitted into a square with nothing around it, as a WebP of a few kilobytes, which carries
 * drawings without loss and photographs in a tenth of a PNG. */
#include "adapters/picture/pixels.h"
#include "base/cage.h"

#include <stdlib.h>
#include <webp/encode.h>

#define SIDE ((size_t)PICTURE_LOGO_SIDE)
#define EXACT_MOST 3072 /* bytes: above them some loss is better than weight */

/* The mean of a rectangle; colours weigh as much as they are seen, so that no edge gets the colour of what is not. */
static void mean(const struct pixels *from, const size_t at[2], const size_t end[2], uint8_t *out) {
    uint64_t colours[3] = {0}, opacity = 0, count = 0;
    for (size_t y = at[1]; y < end[1]; y++) {
        const uint8_t *pixel = from->data + (y * from->width + at[0]) * from->bytes;
        for (size_t x = at[0]; x < end[0]; x++, pixel += from->bytes, count++) {
            uint64_t alpha = from->bytes == 4 ? pixel[3] : 255;
            for (int part = 0; part < 3; part++) colours[part] += alpha * pixel[part];
            opacity += alpha;
        }
    }
    for (int part = 0; part < 3; part++) out[part] = opacity > 0 ? (uint8_t)(colours[part] / opacity) : 0;
    out[3] = (uint8_t)(opacity / count);
}

/* The range of `size` pixels that falls on the i-th of `parts`: one at least, where the picture is made larger. */
static void share(size_t size, size_t parts, size_t i, size_t *from, size_t *end) {
    *from = i * size / parts;
    *end = (i + 1) * size / parts;
    if (*end == *from) (*end)++;
}

static uint8_t *fit(const struct pixels *from) {
    size_t longer = from->width > from->height ? from->width : from->height;
    size_t width = from->width * SIDE / longer, height = from->height * SIDE / longer;
    uint8_t *square = calloc(SIDE * SIDE, 4);
    if (square == NULL) return NULL;
    if (width == 0) width = 1;
    if (height == 0) height = 1;
    size_t left = (SIDE - width) / 2, top = (SIDE - height) / 2;
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
            size_t at[2], end[2];
            share(from->width, width, x, &at[0], &end[0]);
            share(from->height, height, y, &at[1], &end[1]);
            mean(from, at, end, square + ((top + y) * SIDE + left + x) * 4);
        }
    }
    return square;
}

enum picture_verdict logo_say(const struct pixels *pixels) {
    const uint8_t *square = fit(pixels);
    uint8_t *bytes = NULL;
    if (square == NULL) return PICTURE_FAILED;
    size_t size = WebPEncodeLosslessRGBA(square, (int)SIDE, (int)SIDE, (int)SIDE * 4, &bytes);
    static const int8_t qualities[] = {85, 65, 45, 25};
    for (size_t i = 0; i < sizeof qualities && size > EXACT_MOST; i++)
        size = WebPEncodeRGBA(square, (int)SIDE, (int)SIDE, (int)SIDE * 4, qualities[i], &bytes);
    return size > 0 && cage_say(bytes, size) ? PICTURE_GOOD : PICTURE_FAILED;
}
