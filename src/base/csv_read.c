/* csv_read.c: see csv_read.h. */
#include "base/csv_read.h"

void csv_open(struct csv_reader *reader, struct text file) {
    if (text_starts(file, "\xEF\xBB\xBF")) file = text_slice(file, 3, file.size);
    struct text rest, first = text_split(file, '\n', &rest);
    *reader = (struct csv_reader){.rest = file, .separator = text_find(first, ';') >= 0 ? ';' : ',', .line = 1};
}

static char front(const struct csv_reader *reader) {
    return reader->rest.size > 0 ? reader->rest.data[0] : '\n';
}

static void step(struct csv_reader *reader) {
    if (front(reader) == '\n') reader->line++;
    reader->rest = text_slice(reader->rest, 1, reader->rest.size);
}

/* From behind the opening quote to behind the closing one; false when it is never closed. */
static bool read_quoted(struct csv_reader *reader, struct arena *arena, struct text *cell) {
    struct buffer out = buffer_new(arena, 64);
    for (; reader->rest.size > 0; step(reader)) {
        char byte = front(reader);
        if (byte == '"') {
            step(reader);
            if (reader->rest.size == 0 || front(reader) != '"') {
                *cell = buffer_text(&out);
                return true;
            }
        }
        buffer_add_char(&out, byte);
    }
    return false;
}

static bool read_cell(struct csv_reader *reader, struct arena *arena, struct text *cell) {
    if (reader->rest.size > 0 && front(reader) == '"') {
        step(reader);
        if (!read_quoted(reader, arena, cell)) return false;
        if (front(reader) == '\r') step(reader);
        return front(reader) == reader->separator || front(reader) == '\n';
    }
    size_t size = 0;
    bool quoted = false;
    while (size < reader->rest.size && reader->rest.data[size] != reader->separator &&
           reader->rest.data[size] != '\n')
        quoted = reader->rest.data[size++] == '"' || quoted;
    *cell = text_trim(text_slice(reader->rest, 0, size));
    reader->rest = text_slice(reader->rest, size, reader->rest.size);
    return !quoted;
}

static void skip_line(struct csv_reader *reader) {
    while (reader->rest.size > 0 && front(reader) != '\n') step(reader);
    if (reader->rest.size > 0) step(reader);
}

bool csv_record(struct csv_reader *reader, struct arena *arena, struct text cells[CSV_CELLS], size_t *count,
                   size_t *line) {
    while (reader->rest.size > 0 && (front(reader) == '\n' || front(reader) == '\r')) step(reader);
    if (reader->rest.size == 0) return false;
    *line = reader->line;
    *count = 0;
    for (;;) {
        struct text cell = TEXT("");
        if (!read_cell(reader, arena, &cell) || *count == CSV_CELLS) {
            *count = SIZE_MAX;
            skip_line(reader);
            return true;
        }
        cells[(*count)++] = cell;
        if (reader->rest.size == 0) return true;
        char end = front(reader);
        step(reader);
        if (end == '\n') return true;
    }
}
