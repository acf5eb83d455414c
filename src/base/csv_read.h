/* csv_read.h: a table as spreadsheets save it (RFC 4180): cells parted by the commas or semicolons of the first line,
 * in quotes where they hold one; UTF-8, with or without a byte order mark. */
#pragma once

#include "base/text.h"

struct csv_reader {
    struct text rest;
    char separator;
    size_t line; /* of what follows */
};
#define CSV_CELLS 16

void csv_open(struct csv_reader *reader, struct text file);
/* The next record's cells, false at the end. *line: the one that it begins on. A quote that is not closed or stands in
 * the middle, or too many cells, is a record of SIZE_MAX cells. */
bool csv_record(struct csv_reader *reader, struct arena *arena, struct text cells[CSV_CELLS], size_t *count,
                size_t *line);
