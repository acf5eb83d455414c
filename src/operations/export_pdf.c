/* export_pdf.c: a statement on paper: A4, the operations as a table, drawn by cairo page by page; what is drawn leaves
 * at once, so that only the page numbers' table grows. */
#include "operations/export.h"

#include "generated/strings.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_WIDTH 595.0 /* A4 in points */
#define PAGE_HEIGHT 842.0
#define MARGIN 40.0
#define FOOT 30.0

/* Columns: when, what, sum, balance. */
static const struct {
    double x, width;
    PangoAlignment align;
} columns[] = {{MARGIN, 80, PANGO_ALIGN_LEFT}, {MARGIN + 88, 245, PANGO_ALIGN_LEFT},
               {MARGIN + 341, 82, PANGO_ALIGN_RIGHT}, {MARGIN + 431, 84, PANGO_ALIGN_RIGHT}};
#define COLUMNS (sizeof columns / sizeof *columns)

struct sheet_state {
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoLayout *layout;
    PangoFontDescription *font;
    double y; /* where the next row begins; 0: the page has not begun */
    int page;
    /* What cairo has written and nobody has taken: of malloc, for an arena must not unwind through cairo. */
    char *bytes;
    size_t size, room;
};

static cairo_status_t keep(void *data, const unsigned char *bytes, unsigned int size) {
    struct sheet_state *sheet = data;
    if (sheet->size + size > sheet->room) {
        size_t room = (sheet->size + size) * 2;
        char *more = realloc(sheet->bytes, room);
        if (more == NULL) return CAIRO_STATUS_NO_MEMORY;
        sheet->bytes = more;
        sheet->room = room;
    }
    memcpy(sheet->bytes + sheet->size, bytes, size);
    sheet->size += size;
    return CAIRO_STATUS_SUCCESS;
}

static void let_go(void *data) {
    struct sheet_state *sheet = data;
    if (sheet->layout != NULL) g_object_unref(sheet->layout);
    if (sheet->font != NULL) pango_font_description_free(sheet->font);
    if (sheet->cairo != NULL) cairo_destroy(sheet->cairo);
    if (sheet->surface != NULL) cairo_surface_destroy(sheet->surface);
    free(sheet->bytes);
}

static void take(struct export_piece *piece) {
    struct sheet_state *sheet = piece->export->sheet;
    buffer_add(piece->out, sheet->bytes, sheet->size);
    sheet->size = 0;
}

/* Lays a text out in a column; gives its height. */
static double lay(struct sheet_state *sheet, double width, PangoAlignment align, double points, bool bold,
                  struct text text) {
    pango_font_description_set_size(sheet->font, (int)(points * PANGO_SCALE));
    pango_font_description_set_weight(sheet->font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(sheet->layout, sheet->font);
    pango_layout_set_width(sheet->layout, (int)(width * PANGO_SCALE));
    pango_layout_set_alignment(sheet->layout, align);
    pango_layout_set_text(sheet->layout, text.data != NULL ? text.data : "", (int)text.size);
    int height;
    pango_layout_get_size(sheet->layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

static void show(struct sheet_state *sheet, double x, double y) {
    cairo_move_to(sheet->cairo, x, y);
    pango_cairo_show_layout(sheet->cairo, sheet->layout);
}

static void put(struct sheet_state *sheet, double points, bool bold, struct text text) {
    double height = lay(sheet, PAGE_WIDTH - 2 * MARGIN, PANGO_ALIGN_LEFT, points, bold, text);
    show(sheet, MARGIN, sheet->y);
    sheet->y += height;
}

static void rule(struct sheet_state *sheet) {
    cairo_move_to(sheet->cairo, MARGIN, sheet->y);
    cairo_line_to(sheet->cairo, PAGE_WIDTH - MARGIN, sheet->y);
    cairo_stroke(sheet->cairo);
    sheet->y += 4;
}

/* A row of cells, as high as its highest. */
static double row_height(struct sheet_state *sheet, const struct text cells[COLUMNS], bool bold) {
    double most = 0;
    for (size_t i = 0; i < COLUMNS; i++) {
        double height = lay(sheet, columns[i].width, columns[i].align, 8, bold, cells[i]);
        if (height > most) most = height;
    }
    return most;
}

static void put_row(struct sheet_state *sheet, const struct text cells[COLUMNS], bool bold, double height) {
    for (size_t i = 0; i < COLUMNS; i++) {
        lay(sheet, columns[i].width, columns[i].align, 8, bold, cells[i]);
        show(sheet, columns[i].x, sheet->y);
    }
    sheet->y += height + 3;
    rule(sheet);
}

static void begin_page(struct export_piece *piece) {
    struct sheet_state *sheet = piece->export->sheet;
    sheet->page++;
    sheet->y = MARGIN;
    if (sheet->page == 1) {
        const struct export *export = piece->export;
        struct buffer period = buffer_new(piece->arena, 64);
        put(sheet, 9, true, text_from(engine_config(export->engine)->company));
        sheet->y += 6;
        put(sheet, 15, false, export_say(piece, S_operations_export_title));
        put(sheet, 9, false, export->holder);
        if (export->filter.from != 0) {
            locale_date(&period, &export->locale, civil_at(export->filter.from, export->locale.zone).date);
            buffer_add_literal(&period, " — ");
        }
        locale_date(&period, &export->locale, civil_at(export->filter.until - 1, export->locale.zone).date);
        put(sheet, 9, false, buffer_text(&period));
        sheet->y += 12;
    }
    const struct text heads[] = {export_say(piece, S_operations_csv_at), export_say(piece, S_operations_csv_title),
                                 export_say(piece, S_operations_csv_sum), export_say(piece, S_operations_csv_balance)};
    put_row(sheet, heads, true, row_height(sheet, heads, true));
}

static void end_page(struct export_piece *piece) {
    struct sheet_state *sheet = piece->export->sheet;
    lay(sheet, PAGE_WIDTH - 2 * MARGIN, PANGO_ALIGN_RIGHT, 8, false, text_format(piece->arena, "%d", sheet->page));
    show(sheet, MARGIN, PAGE_HEIGHT - FOOT);
    cairo_show_page(sheet->cairo);
    sheet->y = 0;
    take(piece);
}

static void prepare(struct export *export) {
    export->sheet = arena_new_of(export->arena, struct sheet_state);
    arena_on_free(export->arena, let_go, export->sheet);
}

static void begin(struct export_piece *piece) {
    struct sheet_state *sheet = piece->export->sheet;
    sheet->surface = cairo_pdf_surface_create_for_stream(keep, sheet, PAGE_WIDTH, PAGE_HEIGHT);
    cairo_pdf_surface_set_metadata(sheet->surface, CAIRO_PDF_METADATA_TITLE,
                                   text_copy(piece->arena, export_say(piece, S_operations_export_title)).data);
    sheet->cairo = cairo_create(sheet->surface);
    cairo_set_source_rgb(sheet->cairo, 0, 0, 0);
    cairo_set_line_width(sheet->cairo, 0.3);
    sheet->layout = pango_cairo_create_layout(sheet->cairo);
    pango_layout_set_wrap(sheet->layout, PANGO_WRAP_WORD_CHAR);
    sheet->font = pango_font_description_from_string("DejaVu Sans");
    begin_page(piece);
}

static struct text drawn(const struct export_piece *piece, int64_t minor, enum currency currency) {
    struct buffer out = buffer_new(piece->arena, 32);
    locale_money(&out, &piece->export->locale, (struct money){minor, currency});
    return buffer_text(&out);
}

static void row(struct export_piece *piece, const struct listed *listed, const struct node *operation) {
    struct sheet_state *sheet = piece->export->sheet;
    const struct entry *entry = &listed->entry;
    struct civil civil = civil_at(id_moment(entry->id), piece->export->locale.zone);
    struct buffer what = buffer_new(piece->arena, 128);
    buffer_add_text(&what, listed->title);
    struct text other = export_text(operation, "counterparty");
    if (other.size > 0) buffer_format(&what, ", %.*s", TEXT_ARG(other));
    if (entry->note.size > 0) buffer_format(&what, "\n%.*s", TEXT_ARG(entry->note));
    const struct text cells[] = {text_format(piece->arena, "%02d.%02d.%04d %02d:%02d", civil.date.day, civil.date.month,
                                             civil.date.year, civil.hour, civil.minute),
                                 buffer_text(&what), drawn(piece, entry->amount, entry->currency),
                                 drawn(piece, entry->balance, entry->currency)};
    double height = row_height(sheet, cells, false);
    if (sheet->y + height > PAGE_HEIGHT - MARGIN - FOOT) {
        end_page(piece);
        begin_page(piece);
    }
    put_row(sheet, cells, false, height);
}

static void end(struct export_piece *piece) {
    struct sheet_state *sheet = piece->export->sheet;
    end_page(piece);
    cairo_surface_finish(sheet->surface);
    take(piece);
}

const struct export_format export_pdf = {.name = "pdf", .content_type = "application/pdf", .extension = "pdf",
                                         .prepare = prepare, .begin = begin, .row = row, .end = end};
