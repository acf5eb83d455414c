/* read.c: the file into rows, each problem told by its line; and the key of each row. */
#include "imports/internal.h"

#define ROWS_FIRST 1024

void import_wrong(struct import *import, size_t line, const char *problem) {
    import->report->problems++;
    import->listener->wrong(import->listener->self, line, problem);
}

static void add_row(struct import *import, size_t *room, const struct import_row *row) {
    if (import->count == *room) {
        size_t more = *room == 0 ? ROWS_FIRST : 2 * *room;
        struct import_row *rows = arena_array(import->arena, struct import_row, more);
        for (size_t i = 0; i < import->count; i++) rows[i] = import->rows[i];
        import->rows = rows;
        *room = more;
    }
    import->rows[import->count++] = *row;
}

void import_read(struct import *import, struct text file) {
    struct csv_reader reader;
    struct text cells[CSV_CELLS];
    size_t count, line, room = 0;
    const char *problem = NULL;
    moment now = world_now(import->world->real);
    csv_open(&reader, file);
    if (!csv_record(&reader, import->arena, cells, &count, &line)) {
        import_wrong(import, 1, "the file is empty");
        return;
    }
    struct import_columns *columns = import_columns(import->arena, cells, count, &problem);
    if (columns == NULL) {
        import_wrong(import, line, problem);
        return;
    }
    while (csv_record(&reader, import->arena, cells, &count, &line)) {
        struct import_row row = {.line = line};
        if (import_row_read(columns, import->arena, engine_zone(import->engine), now, cells, count, &row, &problem))
            add_row(import, &room, &row);
        else import_wrong(import, line, problem);
    }
    import->report->rows = import->count;
}
