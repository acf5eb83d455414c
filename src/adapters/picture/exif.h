/* exif.h: which way up a photo is: cameras write the sensor's rows as they are and say in EXIF how to turn them. What
 * is drawn anew loses EXIF, so it must be turned. Pure; every byte read is a stranger's. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* 1 (as it is) to 8, as EXIF 2.32 §4.6.4 numbers them; 1 when the JPEG does not say, or says nonsense. */
int exif_orientation(const uint8_t *jpeg, size_t size);

/* The place in a picture of width × height (before turning) from which the dot (x, y) of the upright one is taken. */
struct exif_place {
    size_t x, y;
};
struct exif_place exif_source(int orientation, size_t width, size_t height, size_t x, size_t y);
/* Width and height change places. */
static inline int exif_lies(int orientation) { return orientation >= 5; }
