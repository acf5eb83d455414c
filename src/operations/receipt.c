/* receipt.c: a receipt as a PDF of one page. Knows nothing of operations: labels and values come ready. */
#include "operations/pages.h"

#include "operations/pdf.h"

#define RECEIPT_MAX (128 * 1024) /* bytes; one has about 20 KiB, most of it fonts */
#define PAGE_WIDTH 420.0 /* A5 in points */
#define PAGE_HEIGHT 595.0
#define MARGIN 40.0
#define LABEL_WIDTH 130.0

struct sheet {
    cairo_t *cairo;
    PangoLayout *layout;
    double y;
};

/* Draws at (x, sheet->y) within width; gives the height taken. */
static double put(struct sheet *sheet, double x, double width, const char *font, double grey, struct text text) {
    PangoFontDescription *description = pango_font_description_from_string(font);
    pango_layout_set_font_description(sheet->layout, description);
    pango_font_description_free(description);
    pango_layout_set_width(sheet->layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(sheet->layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(sheet->layout, text.data, (int)text.size);
    cairo_set_source_rgb(sheet->cairo, grey, grey, grey);
    cairo_move_to(sheet->cairo, x, sheet->y);
    pango_cairo_show_layout(sheet->cairo, sheet->layout);
    int height;
    pango_layout_get_size(sheet->layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

static void rule(struct sheet *sheet) {
    cairo_set_source_rgb(sheet->cairo, 0.8, 0.8, 0.8);
    cairo_set_line_width(sheet->cairo, 0.7);
    cairo_move_to(sheet->cairo, MARGIN, sheet->y);
    cairo_line_to(sheet->cairo, PAGE_WIDTH - MARGIN, sheet->y);
    cairo_stroke(sheet->cairo);
}

static void draw_sheet(struct sheet *sheet, const struct receipt *receipt) {
    const double width = PAGE_WIDTH - 2 * MARGIN;
    sheet->y = MARGIN;
    sheet->y += put(sheet, MARGIN, width, "DejaVu Sans Bold 11", 0.35, receipt->company) + 24;
    sheet->y += put(sheet, MARGIN, width, "DejaVu Sans 13", 0, receipt->title) + 4;
    sheet->y += put(sheet, MARGIN, width, "DejaVu Sans Bold 22", 0, receipt->sum) + 18;
    for (size_t i = 0; i < receipt->line_count; i++) {
        rule(sheet);
        sheet->y += 8;
        double label = put(sheet, MARGIN, LABEL_WIDTH - 10, "DejaVu Sans 9", 0.4, receipt->lines[i].label);
        double value = put(sheet, MARGIN + LABEL_WIDTH, width - LABEL_WIDTH, "DejaVu Sans 9", 0,
                           receipt->lines[i].value);
        sheet->y += (label > value ? label : value) + 8;
    }
    rule(sheet);
    sheet->y += 16;
    put(sheet, MARGIN, width, "DejaVu Sans 8", 0.4, receipt->footer);
}

bool receipt_draw(struct arena *arena, const struct receipt *receipt, struct text *pdf) {
    struct pdf drawn;
    pdf_begin(&drawn, arena, RECEIPT_MAX, PAGE_WIDTH, PAGE_HEIGHT, receipt->title);
    struct sheet sheet = {.cairo = drawn.cairo, .layout = drawn.layout};
    draw_sheet(&sheet, receipt);
    cairo_show_page(drawn.cairo);
    return pdf_end(&drawn, pdf);
}
