/* globe.c: see globe.h. The one place where numbers are not whole: no money is here. */
#include "terminals/globe.h"

#include <math.h>

#define MILLION 1000000
#define EARTH_METRES 6371008.8
#define MERCATOR_EDGE 85.05112878
#define TILE 256.0
#define ZOOM_LEAST 3
#define ZOOM_MOST 17
#define MARGIN 24 /* pixels around what the map shows */

static double radians(int64_t millionths) {
    return (double)millionths / MILLION * (M_PI / 180);
}

int64_t place_distance(struct place from, struct place to) {
    double up = sin(radians((int64_t)to.latitude - from.latitude) / 2);
    double across = sin(radians((int64_t)to.longitude - from.longitude) / 2);
    double half = up * up + cos(radians(from.latitude)) * cos(radians(to.latitude)) * across * across;
    return llround(2 * EARTH_METRES * asin(sqrt(half > 1 ? 1 : half)));
}

/* ---- the map ---- */

/* Both from 0 to 1, down and to the right. */
static void mercator(struct place place, double *x, double *y) {
    double latitude = place.latitude / (double)MILLION;
    if (latitude > MERCATOR_EDGE) latitude = MERCATOR_EDGE;
    if (latitude < -MERCATOR_EDGE) latitude = -MERCATOR_EDGE;
    double sine = sin(latitude * (M_PI / 180));
    *x = place.longitude / (double)MILLION / 360 + 0.5;
    *y = 0.5 - log((1 + sine) / (1 - sine)) / (4 * M_PI);
}

struct map map_of(const struct place *places, size_t count, bool around_first, int width, int height) {
    double x, y, left, right, top, bottom;
    mercator(places[0], &left, &top);
    right = left;
    bottom = top;
    double middle_x = left, middle_y = top;
    for (size_t i = 1; i < count; i++) {
        mercator(places[i], &x, &y);
        left = fmin(left, x);
        right = fmax(right, x);
        top = fmin(top, y);
        bottom = fmax(bottom, y);
    }
    if (!around_first) {
        middle_x = (left + right) / 2;
        middle_y = (top + bottom) / 2;
    }
    double reach_x = fmax(middle_x - left, right - middle_x), reach_y = fmax(middle_y - top, bottom - middle_y);
    struct map map = {.zoom = ZOOM_MOST, .width = width, .height = height};
    double world = TILE * (1 << ZOOM_MOST);
    while (map.zoom > ZOOM_LEAST &&
           (reach_x * world > width / 2.0 - MARGIN || reach_y * world > height / 2.0 - MARGIN)) {
        map.zoom--;
        world /= 2;
    }
    map.left = llround(middle_x * world - width / 2.0);
    map.top = llround(middle_y * world - height / 2.0);
    return map;
}

void map_point(const struct map *map, struct place place, int *x, int *y) {
    double world = TILE * (1 << map->zoom), across, down;
    mercator(place, &across, &down);
    *x = (int)(llround(across * world) - map->left);
    *y = (int)(llround(down * world) - map->top);
}

int64_t map_pixels(const struct map *map, int32_t latitude, int64_t metres) {
    double around = 2 * M_PI * EARTH_METRES * cos(radians(latitude));
    return around > 1 ? llround((double)metres / around * TILE * (1 << map->zoom)) : 0;
}
