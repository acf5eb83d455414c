/* pdf.h: a PDF that is drawn as a whole, of few pages: where it begins and ends. What stands on the pages is its
 * caller's; export_pdf.c, whose pages leave one by one, has its own. */
#pragma once

#include "base/text.h"

#include <cairo.h>
#include <pango/pangocairo.h>

/* Must not be moved while it is open: cairo writes into `out`. */
struct pdf {
    cairo_t *cairo;
    PangoLayout *layout;
    cairo_surface_t *surface;
    struct buffer out;
};

/* Of at most `most` bytes; its pages are of so many points. Each one begun must end. */
void pdf_begin(struct pdf *pdf, struct arena *arena, size_t most, int width, int height, struct text title);

/* Lets go of all but its bytes, which are the arena's. False: it could not be drawn, or was larger than `most`. */
bool pdf_end(struct pdf *pdf, struct text *bytes);
