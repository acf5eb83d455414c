/* paper.h: a contract or a certificate as a PDF. Lines come ready, in words; what they say is the caller's. */
#pragma once

#include "base/text.h"

enum paper_kind { PAPER_HEAD, PAPER_TEXT, PAPER_FACT, PAPER_SUM, PAPER_ROW_HEAD, PAPER_ROW };

#define PAPER_CELLS 5
#define PAPER_FRAMES 2

struct paper_line {
    enum paper_kind kind;
    struct text label, value; /* label: of facts and sums */
    struct text row[PAPER_CELLS];
    size_t cells;
};

struct paper {
    struct text company, title, file_name, footer;
    struct text frames[PAPER_FRAMES]; /* squares at the top right of the first page; TEXT_NONE: there are none */
    struct paper_line *lines;
    size_t count, room;
};

/* Slow: of a worker's stage. False: it could not be drawn. */
bool paper_draw(struct arena *arena, const struct paper *paper, struct text *pdf);
