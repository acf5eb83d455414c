/* pdf.c: see pdf.h. Drawn by cairo and pango so that Cyrillic and «₽» are right. */
#include "operations/pdf.h"

#include <cairo-pdf.h>

static cairo_status_t keep(void *data, const unsigned char *bytes, unsigned int size) {
    struct buffer *out = data;
    if (size >= out->room - out->size) return CAIRO_STATUS_WRITE_ERROR; /* the arena must not unwind through cairo */
    buffer_add(out, bytes, size);
    return CAIRO_STATUS_SUCCESS;
}

void pdf_begin(struct pdf *pdf, struct arena *arena, size_t most, int width, int height, struct text title) {
    pdf->out = buffer_new(arena, most);
    pdf->surface = cairo_pdf_surface_create_for_stream(keep, &pdf->out, width, height);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_TITLE, text_copy(arena, title).data);
    pdf->cairo = cairo_create(pdf->surface);
    pdf->layout = pango_cairo_create_layout(pdf->cairo);
}

bool pdf_end(struct pdf *pdf, struct text *bytes) {
    g_object_unref(pdf->layout);
    cairo_destroy(pdf->cairo);
    cairo_surface_finish(pdf->surface);
    bool good = cairo_surface_status(pdf->surface) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(pdf->surface);
    if (good) *bytes = buffer_text(&pdf->out);
    return good;
}
