/* terminals_rules.h: where one can put cash in: the operator's list read from CSV, and what is near a place. No store,
 * no HTTP, no clock.
 *
 * The list's first line names the columns, in any order:
 *
 *     title       whose it is: «Магазин «Рядом»»     1–60 characters
 *     address     «Москва, Тверская, 1»              3–160
 *     latitude    55.757131, or with a comma
 *     longitude   37.611245
 *     hours       «круглосуточно»; may be left out   0–60
 *     note        «у входа»; may be left out         0–120
 */
#pragma once

#include "base/csv_read.h"
#include "terminals/globe.h"

struct terminal {
    struct place place;
    struct text title, address, hours, note;
    struct text found; /* title and address folded (search.h) */
};

struct terminals {
    struct terminal *list;
    size_t count;
};

#define TERMINALS_MOST 20000

enum terminals_problem {
    TERMINALS_GOOD,
    TERMINALS_EMPTY,      /* no line at all, or the first alone */
    TERMINALS_COLUMNS,    /* the first line */
    TERMINALS_CELLS,      /* not as many as the first line has, or a quote that is not closed */
    TERMINALS_TITLE,
    TERMINALS_ADDRESS,
    TERMINALS_PLACE,
    TERMINALS_WORDS,      /* hours or note too long, or no text */
    TERMINALS_TOO_MANY,
};

/* The whole file, or what is wrong first and in which line. Texts borrow the file's, or lie in the arena. */
enum terminals_problem terminals_read(struct arena *arena, struct text file, struct terminals *terminals,
                                      size_t *line);

/* "55.757131,37.611245", as in an address of ours; a comma between, points within. */
bool place_parse(struct text text, struct place *place);
struct text place_text(struct arena *arena, struct place place);

struct near {
    const struct terminal *terminal;
    int64_t metres;
};
/* The nearest, the nearest first; how many. At most NEAR_MOST. */
#define NEAR_MOST 50
size_t terminals_near(const struct terminals *terminals, struct place from, struct near *found, size_t most);
