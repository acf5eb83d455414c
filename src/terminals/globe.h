/* globe.h: places, how far apart they are, and where they lie on a map. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Degrees in millionths, WGS 84: a tenth of a metre. */
struct place {
    int32_t latitude, longitude;
};

/* Metres over the globe (haversine on a sphere of 6 371 km; half a per cent of the truth). */
int64_t place_distance(struct place from, struct place to);

/* ---- the map: Web Mercator, as tiles of 256 pixels have it ---- */

struct map {
    int zoom;          /* 3..17 */
    int64_t left, top; /* of the map's corner, in pixels of that zoom's world */
    int width, height;
};

/* The nearest zoom at which all of them fit, with the first, or the middle, in the middle. count ≥ 1. */
struct map map_of(const struct place *places, size_t count, bool around_first, int width, int height);
/* Pixels from the map's corner. */
void map_point(const struct map *map, struct place place, int *x, int *y);
/* How many pixels a length is there. */
int64_t map_pixels(const struct map *map, int32_t latitude, int64_t metres);
