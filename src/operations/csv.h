/* csv.h: operations as a table for spreadsheets (RFC 4180). Russian spreadsheets want semicolons, a decimal comma and a
 * byte order mark; others commas and a point. Cells that a spreadsheet would take for a formula are defused. */
#pragma once

#include "base/money.h"
#include "base/text.h"

enum csv_dialect { CSV_COMMA, CSV_SEMICOLON };

void csv_begin(struct buffer *out); /* the byte order mark */
/* first: the row's first cell. */
void csv_cell(struct buffer *out, enum csv_dialect dialect, bool first, struct text cell);
void csv_money(struct buffer *out, enum csv_dialect dialect, bool first, struct money sum);
void csv_end_row(struct buffer *out);
