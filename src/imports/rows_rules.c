/* rows_rules.c: see rows_rules.h. */
#include "imports/rows_rules.h"

#include "base/phone.h"

#define NAME_MAX_CHARACTERS 40
#define NOTE_MAX_CHARACTERS 140
#define REFERENCE_MAX 100

enum column {
    COLUMN_KIND, COLUMN_PHONE, COLUMN_DATE, COLUMN_SUM, COLUMN_NOTE, COLUMN_REFERENCE, COLUMN_NAME, COLUMN_LEVEL,
    COLUMN_LANGUAGE, COLUMN_BALANCE, COLUMN_COUNT
};

static const char *const names[COLUMN_COUNT] = {"kind",      "phone", "date",  "sum",      "note",
                                                "reference", "name",  "level", "language", "balance"};

struct import_columns {
    size_t place[COLUMN_COUNT]; /* SIZE_MAX: not in this file */
    size_t count;
};

/* ---- columns ---- */

struct import_columns *import_columns(struct arena *arena, const struct text *cells, size_t count,
                                      const char **problem) {
    struct import_columns *columns = arena_new_of(arena, struct import_columns);
    for (int i = 0; i < COLUMN_COUNT; i++) columns->place[i] = SIZE_MAX;
    if (count == SIZE_MAX) count = 0;
    columns->count = count;
    for (size_t at = 0; at < count; at++) {
        int column = 0;
        while (column < COLUMN_COUNT && !text_is(cells[at], names[column])) column++;
        if (column == COLUMN_COUNT || columns->place[column] != SIZE_MAX) {
            *problem =
                "a column that is not known, or stands twice; columns are kind, phone, date, sum, note, reference, "
                       "name, level, language, balance";
            return NULL;
        }
        columns->place[column] = at;
    }
    if (columns->place[COLUMN_KIND] != SIZE_MAX && columns->place[COLUMN_PHONE] != SIZE_MAX) return columns;
    *problem = "the first line must name the columns, kind and phone among them";
    return NULL;
}

static struct text cell_of(const struct import_columns *columns, const struct text *cells, enum column column) {
    return columns->place[column] == SIZE_MAX ? TEXT("") : cells[columns->place[column]];
}

/* ---- a row ---- */

static bool choose(struct text cell, const char *const *words, int count, int fallback, int *chosen) {
    *chosen = fallback;
    if (cell.size == 0) return fallback >= 0;
    for (int i = 0; i < count; i++) {
        if (!text_is(cell, words[i])) continue;
        *chosen = i;
        return true;
    }
    return false;
}

static bool read_moment(struct text cell, const struct zone *zone, moment *at) {
    struct date date;
    if (date_parse(cell, &date)) {
        *at = day_start(date, zone);
        return true;
    }
    return moment_parse(cell, at);
}

static bool read_sum(struct text cell, int64_t *minor) {
    struct money sum;
    if (!money_parse_typed(cell, CURRENCY_RUB, &sum)) return false;
    *minor = sum.minor;
    return true;
}

static bool short_enough(struct text text, size_t characters) {
    return text_valid_utf8(text) && text_length_utf8(text) <= characters;
}

static const char *read_texts(const struct import_columns *columns, const struct text *cells, struct import_row *row) {
    row->note = cell_of(columns, cells, COLUMN_NOTE);
    row->reference = cell_of(columns, cells, COLUMN_REFERENCE);
    row->name = cell_of(columns, cells, COLUMN_NAME);
    if (!short_enough(row->note, NOTE_MAX_CHARACTERS)) return "note: at most 140 characters of UTF-8";
    if (!short_enough(row->reference, REFERENCE_MAX)) return "reference: at most 100 characters of UTF-8";
    if (!short_enough(row->name, NAME_MAX_CHARACTERS)) return "name: at most 40 characters of UTF-8";
    return NULL;
}

static const char *read_customer(const struct import_columns *columns, const struct text *cells,
                                 struct import_row *row) {
    static const char *const levels[] = {"minimal", "simplified", "full"}, *const languages[] = {"ru", "en"};
    int level;
    if (!choose(cell_of(columns, cells, COLUMN_LEVEL), levels, 3, 0, &level))
        return "level: must be minimal, simplified or full";
    row->level = level + 1;
    if (!choose(cell_of(columns, cells, COLUMN_LANGUAGE), languages, 2, 0, &row->english))
        return "language: must be ru or en";
    struct text balance = cell_of(columns, cells, COLUMN_BALANCE);
    row->balance = -1;
    if (balance.size > 0 && !read_sum(balance, &row->balance)) return "balance: not a sum";
    if (cell_of(columns, cells, COLUMN_SUM).size > 0) return "sum: a customer has none (balance is for proving)";
    return NULL;
}

static const char *read_operation(const struct import_columns *columns, const struct text *cells,
                                  struct import_row *row) {
    if (!read_sum(cell_of(columns, cells, COLUMN_SUM), &row->sum) || row->sum == 0)
        return "sum: must be above nothing, like 1500.00";
    if (row->at < IMPORT_EPOCH) return "date: operations before 2020 belong into the opening balance";
    return NULL;
}

static const char *read_all(const struct import_columns *columns, struct arena *arena, const struct zone *zone,
                            moment now, const struct text *cells, struct import_row *row) {
    static const char *const kinds[] = {"customer", "opening", "in", "out"};
    struct phone phone;
    int kind;
    if (!choose(cell_of(columns, cells, COLUMN_KIND), kinds, 4, -1, &kind))
        return "kind: must be customer, opening, in or out";
    row->kind = (enum import_kind)kind;
    if (phone_parse(cell_of(columns, cells, COLUMN_PHONE), &phone) != PHONE_MOBILE)
        return "phone: not a mobile number";
    row->phone = text_copy(arena, phone_text(&phone));
    if (!read_moment(cell_of(columns, cells, COLUMN_DATE), zone, &row->at))
        return "date: must be like 2024-03-01 or 2024-03-01T12:00:00+03:00";
    if (row->at > now) return "date: lies ahead";
    const char *problem = read_texts(columns, cells, row);
    if (problem != NULL) return problem;
    return row->kind == IMPORT_CUSTOMER ? read_customer(columns, cells, row) : read_operation(columns, cells, row);
}

bool import_row_read(const struct import_columns *columns, struct arena *arena, const struct zone *zone, moment now,
                     const struct text *cells, size_t count, struct import_row *row, const char **problem) {
    *problem = NULL;
    if (count == SIZE_MAX) *problem = "a quote that is not closed or stands within a cell, or too many cells";
    else if (count != columns->count) *problem = "has not as many cells as the first line";
    else *problem = read_all(columns, arena, zone, now, cells, row);
    return *problem == NULL;
}
