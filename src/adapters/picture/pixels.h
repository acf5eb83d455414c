/* pixels.h: a picture as the child has it between decoding and encoding. Nothing of it is freed: the child ends
 * soon. */
#pragma once

#include "adapters/picture/picture.h"

/* Pixels of 3 (RGB) or 4 (RGBA) bytes. */
struct pixels {
    uint8_t *data;
    size_t width, height, bytes;
};

/* logo.c: fitted into a square of PICTURE_LOGO_SIDE, as WebP on standard output. */
enum picture_verdict logo_say(const struct pixels *pixels);
