/* shaped.h: text as glyphs in their places. Pango lays a text out once (which is where the time of a long statement
 * went); what comes again is copied, figures are put together of their digits, and a page's glyphs go to cairo in a
 * few calls. Of a fixed size, whatever is drawn. */
#pragma once

#include "base/text.h"

#include <pango/pangocairo.h>

/* How a column's texts are laid out. */
struct shape_style {
    double width, points;
    PangoAlignment align;
    bool bold;
    bool figures; /* dates and sums: each sign stands by itself, so a line of them is no more than its signs */
};

struct shaper;
struct shaped; /* one text, until the same place shapes the next one */

#define SHAPER_PLACES 4

/* In the arena, which must outlive it; let go of by shaper_close. */
struct shaper *shaper_open(struct arena *arena, cairo_t *cairo);
void shaper_close(struct shaper *shaper); /* before the cairo is destroyed */

/* place: below SHAPER_PLACES: so many texts are held at once. */
const struct shaped *shaper_shape(struct shaper *shaper, size_t place, const struct shape_style *style,
                                  struct text text);
double shaped_height(const struct shaped *shaped);
/* Its left upper corner there; seen once the shaper is flushed. */
void shaper_put(struct shaper *shaper, const struct shaped *shaped, double x, double y);
void shaper_flush(struct shaper *shaper);
