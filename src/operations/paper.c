/* paper.c: see paper.h. A4, as many pages as it takes. */
#include "operations/paper.h"

#include "operations/pdf.h"

#define PAPER_MAX (512 * 1024) /* bytes; a contract has about 40 KiB, most of it fonts */
#define PAGE_WIDTH 595         /* A4 in points */
#define PAGE_HEIGHT 842
#define MARGIN 56
#define WIDTH (PAGE_WIDTH - 2 * MARGIN)
#define LABEL_WIDTH 170
#define FRAME_FONT "DejaVu Sans Bold 13" /* no letters of its page are larger */
#define FRAME 162             /* a side: a square of 5 % of the page at least (353-FZ, article 6, part 1) */

struct sheet {
    cairo_t *cairo;
    PangoLayout *layout;
    int y;
    int page;
    struct text footer;
};

static int shape(struct sheet *sheet, int width, const char *font, struct text text) {
    PangoFontDescription *description = pango_font_description_from_string(font);
    pango_layout_set_font_description(sheet->layout, description);
    pango_font_description_free(description);
    pango_layout_set_width(sheet->layout, width * PANGO_SCALE);
    pango_layout_set_wrap(sheet->layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(sheet->layout, text.data, (int)text.size);
    int height;
    pango_layout_get_size(sheet->layout, NULL, &height);
    return (height + PANGO_SCALE - 1) / PANGO_SCALE;
}

/* Draws at (x, sheet->y) within width, so many hundredths grey; gives the height taken. */
static int put(struct sheet *sheet, int x, int width, const char *font, int grey, struct text text) {
    int height = shape(sheet, width, font, text);
    cairo_set_source_rgb(sheet->cairo, grey / 100.0, grey / 100.0, grey / 100.0);
    cairo_move_to(sheet->cairo, x, sheet->y);
    pango_cairo_show_layout(sheet->cairo, sheet->layout);
    return height;
}

static void end_page(struct sheet *sheet) {
    char number[16];
    snprintf(number, sizeof number, "%d", ++sheet->page);
    sheet->y = PAGE_HEIGHT - MARGIN + 14;
    put(sheet, MARGIN, WIDTH - 30, "DejaVu Sans 7", 45, sheet->footer);
    put(sheet, PAGE_WIDTH - MARGIN - 20, 20, "DejaVu Sans 7", 45, text_from(number));
    cairo_show_page(sheet->cairo);
    sheet->y = MARGIN;
}

static void make_room(struct sheet *sheet, int height) {
    if (sheet->y + height > PAGE_HEIGHT - MARGIN && sheet->y > MARGIN) end_page(sheet);
}

static void draw_fact(struct sheet *sheet, const struct paper_line *line) {
    const char *font = line->kind == PAPER_SUM ? "DejaVu Sans Bold 10" : "DejaVu Sans 9";
    int label = shape(sheet, LABEL_WIDTH - 14, "DejaVu Sans 9", line->label);
    int value = shape(sheet, WIDTH - LABEL_WIDTH, font, line->value);
    int height = label > value ? label : value;
    make_room(sheet, height + 12);
    cairo_set_source_rgb(sheet->cairo, 0.8, 0.8, 0.8);
    cairo_set_line_width(sheet->cairo, 0.6);
    cairo_move_to(sheet->cairo, MARGIN, sheet->y);
    cairo_line_to(sheet->cairo, PAGE_WIDTH - MARGIN, sheet->y);
    cairo_stroke(sheet->cairo);
    sheet->y += 6;
    put(sheet, MARGIN, LABEL_WIDTH - 14, "DejaVu Sans 9", 35, line->label);
    put(sheet, MARGIN + LABEL_WIDTH, WIDTH - LABEL_WIDTH, font, 0, line->value);
    sheet->y += height + 6;
}

/* Of a table: its first column left, others right. */
static void draw_row(struct sheet *sheet, const struct paper_line *line) {
    const char *font = line->kind == PAPER_ROW ? "DejaVu Sans 8" : "DejaVu Sans Bold 8";
    int width = WIDTH / (int)line->cells, height = 0;
    for (size_t i = 0; i < line->cells; i++) {
        int each = shape(sheet, width - 6, font, line->row[i]);
        if (each > height) height = each;
    }
    make_room(sheet, height + 4);
    for (size_t i = 0; i < line->cells; i++) {
        pango_layout_set_alignment(sheet->layout, i == 0 ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT);
        put(sheet, MARGIN + (int)i * width, width - 6, font, 0, line->row[i]);
    }
    pango_layout_set_alignment(sheet->layout, PANGO_ALIGN_LEFT);
    sheet->y += height + 4;
}

static void draw_line(struct sheet *sheet, const struct paper_line *line) {
    bool head = line->kind == PAPER_HEAD;
    const char *font = head ? "DejaVu Sans Bold 11" : "DejaVu Sans 9";
    if (line->kind == PAPER_FACT || line->kind == PAPER_SUM) {
        draw_fact(sheet, line);
        return;
    }
    if (line->kind == PAPER_ROW || line->kind == PAPER_ROW_HEAD) {
        draw_row(sheet, line);
        return;
    }
    int height = shape(sheet, WIDTH, font, line->value);
    make_room(sheet, height + (head ? 60 : 10)); /* a heading does not stand alone at a page's foot */
    sheet->y += head ? 12 : 4;
    sheet->y += put(sheet, MARGIN, WIDTH, font, head ? 0 : 15, line->value) + 6;
}

/* Two squares at the top right, black upon white, of the largest letters of the page; nothing else stands beside them
 * but whose paper it is. */
static void draw_frames(struct sheet *sheet, const struct paper *paper) {
    for (int i = 0; i < PAPER_FRAMES; i++) {
        int x = PAGE_WIDTH - MARGIN - FRAME * (PAPER_FRAMES - i) - 8 * (PAPER_FRAMES - 1 - i);
        cairo_set_source_rgb(sheet->cairo, 0, 0, 0);
        cairo_set_line_width(sheet->cairo, 1.5);
        cairo_rectangle(sheet->cairo, x, MARGIN, FRAME, FRAME);
        cairo_stroke(sheet->cairo);
        int height = shape(sheet, FRAME - 16, FRAME_FONT, paper->frames[i]);
        pango_layout_set_alignment(sheet->layout, PANGO_ALIGN_CENTER);
        sheet->y = MARGIN + (FRAME - height) / 2;
        put(sheet, x + 8, FRAME - 16, FRAME_FONT, 0, paper->frames[i]);
        pango_layout_set_alignment(sheet->layout, PANGO_ALIGN_LEFT);
    }
    sheet->y = MARGIN;
    put(sheet, MARGIN, WIDTH - FRAME * PAPER_FRAMES - 24, "DejaVu Sans Bold 10", 35, paper->company);
    sheet->y = MARGIN + FRAME + 18;
}

bool paper_draw(struct arena *arena, const struct paper *paper, struct text *pdf) {
    struct pdf drawn;
    pdf_begin(&drawn, arena, PAPER_MAX, PAGE_WIDTH, PAGE_HEIGHT, paper->title);
    struct sheet sheet = {.cairo = drawn.cairo, .layout = drawn.layout, .y = MARGIN, .footer = paper->footer};
    if (paper->frames[0].size > 0) draw_frames(&sheet, paper);
    else sheet.y += put(&sheet, MARGIN, WIDTH, "DejaVu Sans Bold 10", 35, paper->company) + 18;
    const char *title = paper->frames[0].size > 0 ? FRAME_FONT : "DejaVu Sans Bold 16";
    sheet.y += put(&sheet, MARGIN, WIDTH, title, 0, paper->title) + 10;
    for (size_t i = 0; i < paper->count; i++) draw_line(&sheet, &paper->lines[i]);
    end_page(&sheet);
    return pdf_end(&drawn, pdf);
}
