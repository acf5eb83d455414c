/* export_pdf.c: a statement on paper: A4, the operations as a table, drawn by cairo page by page; what is drawn leaves
 * at once, so that only the page numbers' table grows. */
#include "operations/export.h"

#include "base/check.h"
#include "generated/strings_operations.h"
#include "operations/shaped.h"

#include <cairo-pdf.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_WIDTH 595.0 /* A4 in points */
#define PAGE_HEIGHT 842.0
#define MARGIN 40.0
#define FOOT 30.0
#define RULES_MOST 128 /* a row is higher than its line by 7 */

/* Columns: when, what, sum, balance. */
static const struct {
    double x;
    struct shape_style style;
} columns[] = {{MARGIN, {80, 8, PANGO_ALIGN_LEFT, false, true}},
               {MARGIN + 88, {245, 8, PANGO_ALIGN_LEFT, false, false}},
               {MARGIN + 341, {82, 8, PANGO_ALIGN_RIGHT, false, true}},
               {MARGIN + 431, {84, 8, PANGO_ALIGN_RIGHT, false, true}}};
#define COLUMNS (sizeof columns / sizeof *columns)
_Static_assert(COLUMNS <= SHAPER_PLACES, "a row is held at once");

struct sheet_state {
    cairo_surface_t *surface;
    cairo_t *cairo;
    struct shaper *shaper;
    double rules[RULES_MOST]; /* of this page, drawn at its end in one go */
    size_t rule_count;
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
    if (sheet->shaper != NULL) shaper_close(sheet->shaper);
    if (sheet->cairo != NULL) cairo_destroy(sheet->cairo);
    if (sheet->surface != NULL) cairo_surface_destroy(sheet->surface);
    free(sheet->bytes);
}

static void take(struct export_piece *piece) {
    struct sheet_state *sheet = piece->export->sheet;
    buffer_add(piece->out, sheet->bytes, sheet->size);
    sheet->size = 0;
}

static void put(struct sheet_state *sheet, double points, bool bold, struct text text) {
    const struct shape_style style = {PAGE_WIDTH - 2 * MARGIN, points, PANGO_ALIGN_LEFT, bold, false};
    const struct shaped *shaped = shaper_shape(sheet->shaper, 0, &style, text);
    shaper_put(sheet->shaper, shaped, MARGIN, sheet->y);
    sheet->y += shaped_height(shaped);
}

static void rule(struct sheet_state *sheet) {
    check(sheet->rule_count < RULES_MOST);
    sheet->rules[sheet->rule_count++] = sheet->y;
    sheet->y += 4;
}

static void draw_rules(struct sheet_state *sheet) {
    for (size_t i = 0; i < sheet->rule_count; i++) {
        cairo_move_to(sheet->cairo, MARGIN, sheet->rules[i]);
        cairo_line_to(sheet->cairo, PAGE_WIDTH - MARGIN, sheet->rules[i]);
    }
    cairo_stroke(sheet->cairo);
    sheet->rule_count = 0;
}

struct row {
    const struct shaped *cells[COLUMNS];
    double height; /* of its highest */
};

static struct row shape_row(struct sheet_state *sheet, const struct text cells[COLUMNS], bool heads) {
    struct row row = {.height = 0};
    for (size_t i = 0; i < COLUMNS; i++) {
        struct shape_style style = columns[i].style;
        style.bold = heads;
        style.figures = style.figures && !heads;
        row.cells[i] = shaper_shape(sheet->shaper, i, &style, cells[i]);
        if (shaped_height(row.cells[i]) > row.height) row.height = shaped_height(row.cells[i]);
    }
    return row;
}

static void put_row(struct sheet_state *sheet, const struct row *row) {
    for (size_t i = 0; i < COLUMNS; i++) shaper_put(sheet->shaper, row->cells[i], columns[i].x, sheet->y);
    sheet->y += row->height + 3;
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
    struct row row = shape_row(sheet, heads, true);
    put_row(sheet, &row);
}

static void end_page(struct export_piece *piece) {
    struct sheet_state *sheet = piece->export->sheet;
    static const struct shape_style number = {PAGE_WIDTH - 2 * MARGIN, 8, PANGO_ALIGN_RIGHT, false, true};
    const struct shaped *shaped =
        shaper_shape(sheet->shaper, 0, &number, text_format(piece->arena, "%d", sheet->page));
    shaper_put(sheet->shaper, shaped, MARGIN, PAGE_HEIGHT - FOOT);
    shaper_flush(sheet->shaper);
    draw_rules(sheet);
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
    sheet->shaper = shaper_open(piece->export->arena, sheet->cairo);
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
    struct row row = shape_row(sheet, cells, false);
    if (sheet->y + row.height > PAGE_HEIGHT - MARGIN - FOOT) {
        end_page(piece);
        begin_page(piece); /* … and its heads take the row's places */
        row = shape_row(sheet, cells, false);
    }
    put_row(sheet, &row);
}

static void end(struct export_piece *piece) {
    struct sheet_state *sheet = piece->export->sheet;
    end_page(piece);
    cairo_surface_finish(sheet->surface);
    take(piece);
}

const struct export_format export_pdf = {.name = "pdf", .content_type = "application/pdf", .extension = "pdf",
                                         .prepare = prepare, .begin = begin, .row = row, .end = end};
