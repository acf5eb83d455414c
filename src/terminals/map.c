/* map.c: a picture of where they are: drawn here, so that it needs neither scripts nor anybody else's library. The
 * operator's tile server (map_tiles) supplies what lies beneath; without one there are rings of distance instead. */
#include "terminals/internal.h"

#include <string.h>

#define WIDTH 480
#define HEIGHT 300
#define TILE 256
#define RINGS 3

/* "https://tile.example/{z}/{x}/{y}.png" */
static struct text tile_address(struct arena *arena, const char *pattern, int zoom, int64_t x, int64_t y) {
    struct buffer out = buffer_new(arena, 128);
    for (; *pattern != '\0'; pattern++) {
        int64_t number = pattern[0] == '{' && pattern[1] == 'z' ? zoom : pattern[1] == 'x' ? x : y;
        if (*pattern == '{' && memchr("xyz", pattern[1], 3) != NULL && pattern[2] == '}') {
            buffer_add_int(&out, number);
            pattern += 2;
        } else buffer_add_char(&out, *pattern);
    }
    return buffer_text(&out);
}

static int64_t tile_of(int64_t pixel) {
    return pixel >= 0 ? pixel / TILE : -((TILE - 1 - pixel) / TILE);
}

static void tell_tiles(struct request *request, struct node *node, const struct map *map, const char *pattern) {
    struct node *tiles = doc_array(node, "tiles");
    int64_t across = (int64_t)1 << map->zoom;
    for (int64_t y = tile_of(map->top); y * TILE < map->top + HEIGHT; y++) {
        for (int64_t x = tile_of(map->left); x * TILE < map->left + WIDTH; x++) {
            if (y < 0 || y >= across) continue;
            struct node *tile = doc_add_object(tiles);
            int64_t wrapped = (x % across + across) % across; /* the world goes on behind its edge */
            doc_text(tile, "href", tile_address(request->arena, pattern, map->zoom, wrapped, y));
            doc_int(tile, "x", x * TILE - map->left);
            doc_int(tile, "y", y * TILE - map->top);
        }
    }
}

/* 1, 2 or 5 and noughts, so that three of them reach over half the picture. */
static int64_t ring_step(int64_t metres_across) {
    int64_t step = 50;
    for (int i = 0; step * RINGS * 2 < metres_across; i++) step = i % 3 == 1 ? step / 2 * 5 : step * 2;
    return step;
}

static void tell_rings(struct node *node, const struct map *map, struct place middle) {
    struct node *rings = doc_array(node, "rings");
    int64_t pixels = map_pixels(map, middle.latitude, 100000);
    if (pixels <= 0) return;
    int64_t step = ring_step((int64_t)HEIGHT * 100000 / pixels);
    int x, y;
    map_point(map, middle, &x, &y);
    for (int i = 1; i <= RINGS; i++) {
        struct node *ring = doc_add_object(rings);
        int64_t metres = step * i, radius = map_pixels(map, middle.latitude, metres);
        doc_int(ring, "x", x);
        doc_int(ring, "y", y);
        doc_int(ring, "radius", radius);
        doc_int(ring, "word_y", y - radius - 4);
        doc_int(ring, "metres", metres);
        doc_int(ring, "kilometres", metres % 1000 == 0 ? metres / 1000 : 0);
    }
}

void map_tell(struct request *request, struct node *document, const struct place *places, size_t count, bool around) {
    const struct config_base *base = engine_config(request->engine);
    struct map map = map_of(places, count, around, WIDTH, HEIGHT);
    struct node *node = doc_object(document, "map"), *marks = doc_array(node, "marks");
    if (*base->map_tiles != '\0') {
        tell_tiles(request, node, &map, base->map_tiles);
        doc_text(node, "credit", text_from(base->map_credit));
    } else if (around) tell_rings(node, &map, places[0]);
    for (size_t i = count; i-- > 0;) { /* the nearest on top */
        int x, y;
        map_point(&map, places[i], &x, &y);
        if (around && i == 0) {
            struct node *here = doc_object(node, "here");
            doc_int(here, "x", x);
            doc_int(here, "y", y);
            continue;
        }
        struct node *mark = doc_add_object(marks);
        doc_int(mark, "number", (int64_t)(around ? i : i + 1));
        doc_int(mark, "x", x);
        doc_int(mark, "y", y);
        doc_int(mark, "word_y", y + 5);
    }
}
