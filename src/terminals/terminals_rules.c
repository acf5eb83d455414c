/* terminals_rules.c: see terminals_rules.h. */
#include "terminals/terminals_rules.h"

#include "base/search.h"

#include <stdlib.h>

#define MILLION 1000000

/* ---- the list ---- */

enum column {
    COLUMN_TITLE, COLUMN_ADDRESS, COLUMN_LATITUDE, COLUMN_LONGITUDE, COLUMN_HOURS, COLUMN_NOTE, COLUMN_COUNT
};
static const char *const names[COLUMN_COUNT] = {"title", "address", "latitude", "longitude", "hours", "note"};

struct columns {
    size_t at[COLUMN_COUNT]; /* SIZE_MAX: not in this file */
    size_t count;
};

static bool read_columns(const struct text *cells, size_t count, struct columns *columns) {
    columns->count = count;
    for (size_t i = 0; i < COLUMN_COUNT; i++) columns->at[i] = SIZE_MAX;
    for (size_t i = 0; count != SIZE_MAX && i < count; i++) {
        size_t column = 0;
        while (column < COLUMN_COUNT && !text_is(cells[i], names[column])) column++;
        if (column == COLUMN_COUNT || columns->at[column] != SIZE_MAX) return false;
        columns->at[column] = i;
    }
    for (size_t i = 0; i < COLUMN_HOURS; i++)
        if (columns->at[i] == SIZE_MAX) return false;
    return true;
}

/* "55.757131", "55,757131" */
static bool read_degrees(struct text text, int64_t most, int32_t *millionths) {
    bool below = text_starts(text, "-");
    if (below) text = text_slice(text, 1, text.size);
    int64_t value = 0;
    int decimals = -1;
    if (text.size == 0 || text.size > 16) return false;
    for (size_t i = 0; i < text.size; i++) {
        char letter = text.data[i];
        if ((letter == '.' || letter == ',') && decimals < 0 && i > 0) {
            decimals = 0;
            continue;
        }
        if (letter < '0' || letter > '9') return false;
        if (decimals >= 6) continue; /* below a tenth of a metre */
        value = value * 10 + (letter - '0');
        if (decimals >= 0) decimals++;
        if (value > (int64_t)1000 * MILLION) return false;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 6; i++) value *= 10;
    if (value > most * MILLION) return false;
    *millionths = (int32_t)(below ? -value : value);
    return true;
}

static bool read_place(struct text latitude, struct text longitude, struct place *place) {
    return read_degrees(latitude, 90, &place->latitude) && read_degrees(longitude, 180, &place->longitude) &&
        (place->latitude != 0 || place->longitude != 0); /* what spreadsheets make of nothing */
}

static bool fits(struct text text, size_t least, size_t most) {
    if (!text_valid_utf8(text)) return false;
    size_t length = text_length_utf8(text);
    return length >= least && length <= most;
}

static enum terminals_problem read_row(struct arena *arena, const struct columns *columns, const struct text *cells,
                                       size_t count, struct terminal *terminal) {
    struct text of[COLUMN_COUNT];
    if (count != columns->count) return TERMINALS_CELLS;
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        of[i] = columns->at[i] == SIZE_MAX ? TEXT("") : text_trim(cells[columns->at[i]]);
    *terminal = (struct terminal){.title = of[COLUMN_TITLE],
                                  .address = of[COLUMN_ADDRESS],
                                  .hours = of[COLUMN_HOURS],
                                  .note = of[COLUMN_NOTE]};
    if (!fits(terminal->title, 1, 60)) return TERMINALS_TITLE;
    if (!fits(terminal->address, 3, 160)) return TERMINALS_ADDRESS;
    if (!read_place(of[COLUMN_LATITUDE], of[COLUMN_LONGITUDE], &terminal->place)) return TERMINALS_PLACE;
    if (!fits(terminal->hours, 0, 60) || !fits(terminal->note, 0, 120)) return TERMINALS_WORDS;
    terminal->found = search_fold(arena, text_format(arena, "%.*s %.*s", TEXT_ARG(terminal->title),
                                                     TEXT_ARG(terminal->address)));
    return TERMINALS_GOOD;
}

static size_t count_lines(struct text file) {
    size_t lines = 1;
    for (size_t i = 0; i < file.size; i++) lines += file.data[i] == '\n';
    return lines;
}

enum terminals_problem terminals_read(struct arena *arena, struct text file, struct terminals *terminals,
                                      size_t *line) {
    struct csv_reader reader;
    struct text cells[CSV_CELLS];
    struct columns columns;
    size_t count;
    *terminals = (struct terminals){NULL, 0};
    *line = 1;
    csv_open(&reader, file);
    if (!csv_record(&reader, arena, cells, &count, line)) return TERMINALS_EMPTY;
    if (!read_columns(cells, count, &columns)) return TERMINALS_COLUMNS;
    size_t room = count_lines(file);
    if (room > TERMINALS_MOST) room = TERMINALS_MOST;
    terminals->list = arena_array(arena, struct terminal, room);
    while (csv_record(&reader, arena, cells, &count, line)) {
        if (terminals->count == room) return TERMINALS_TOO_MANY;
        enum terminals_problem problem =
            read_row(arena, &columns, cells, count, &terminals->list[terminals->count]);
        if (problem != TERMINALS_GOOD) return problem;
        terminals->count++;
    }
    return terminals->count > 0 ? TERMINALS_GOOD : TERMINALS_EMPTY;
}

/* ---- places ---- */

bool place_parse(struct text text, struct place *place) {
    struct text longitude, latitude = text_split(text, ',', &longitude);
    return longitude.data != NULL && text_find(longitude, ',') < 0 && read_place(latitude, longitude, place);
}

struct text place_text(struct arena *arena, struct place place) {
    int32_t latitude = place.latitude, longitude = place.longitude;
    return text_format(arena, "%s%d.%06d,%s%d.%06d", latitude < 0 ? "-" : "", abs(latitude) / MILLION,
                       abs(latitude) % MILLION, longitude < 0 ? "-" : "", abs(longitude) / MILLION,
                       abs(longitude) % MILLION);
}

size_t terminals_near(const struct terminals *terminals, struct place from, struct near *found, size_t most) {
    size_t count = 0;
    for (size_t i = 0; i < terminals->count; i++) {
        int64_t north = (int64_t)terminals->list[i].place.latitude - from.latitude; /* a millionth is above 0.11 m */
        if (count == most && llabs(north) * 11 / 100 >= found[count - 1].metres) continue;
        struct near here = {&terminals->list[i], place_distance(from, terminals->list[i].place)};
        if (count == most && here.metres >= found[count - 1].metres) continue;
        size_t at = count < most ? count++ : count - 1;
        for (; at > 0 && found[at - 1].metres > here.metres; at--) found[at] = found[at - 1];
        found[at] = here;
    }
    return count;
}
