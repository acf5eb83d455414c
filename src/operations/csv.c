/* csv.c: see csv.h. */
#include "operations/csv.h"

#include <string.h>

/* Without the mark Excel takes UTF-8 for the machine's old code page, whatever the language. */
void csv_begin(struct buffer *out) {
    buffer_add_literal(out, "\xEF\xBB\xBF");
}

static void separate(struct buffer *out, enum csv_dialect dialect, bool first) {
    if (!first) buffer_add_char(out, dialect == CSV_SEMICOLON ? ';' : ',');
}

/* OWASP, CSV injection: a cell that begins so may be run as a formula. An apostrophe makes it text. */
static bool dangerous(struct text cell) {
    return cell.size > 0 && memchr("=+-@\t\r\n", cell.data[0], 7) != NULL;
}

void csv_cell(struct buffer *out, enum csv_dialect dialect, bool first, struct text cell) {
    separate(out, dialect, first);
    bool quoted = dangerous(cell);
    for (size_t i = 0; i < cell.size && !quoted; i++) quoted = memchr("\";,\n\r", cell.data[i], 5) != NULL;
    if (!quoted) {
        buffer_add_text(out, cell);
        return;
    }
    buffer_add_char(out, '"');
    if (dangerous(cell)) buffer_add_char(out, '\'');
    for (size_t i = 0; i < cell.size; i++) {
        if (cell.data[i] == '"') buffer_add_char(out, '"');
        buffer_add_char(out, cell.data[i]);
    }
    buffer_add_char(out, '"');
}

void csv_money(struct buffer *out, enum csv_dialect dialect, bool first, struct money sum) {
    separate(out, dialect, first);
    struct text decimal = money_decimal(out->arena, sum);
    for (size_t i = 0; i < decimal.size; i++)
        buffer_add_char(out, decimal.data[i] == '.' && dialect == CSV_SEMICOLON ? ',' : decimal.data[i]);
}

void csv_end_row(struct buffer *out) {
    buffer_add_literal(out, "\r\n");
}
