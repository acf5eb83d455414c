/* markup_rules.h: how answers of the help pages are written: paragraphs, "## heading", "- item", **bold** and
 * [words](/address of ours). Nothing else means anything, so nothing else can be put into a page. Pure. */
#pragma once

#include "base/text.h"

enum block_kind { BLOCK_PARAGRAPH, BLOCK_HEADING, BLOCK_ITEM };

struct span {
    struct text text;
    bool bold;
    struct text href; /* TEXT_NONE: no link */
};

struct block {
    enum block_kind kind;
    struct span *spans;
    size_t count;
};

#define BLOCKS_MAX 200

/* The blocks of a text, in order; those beyond BLOCKS_MAX are left out. How many. */
size_t markup_read(struct arena *arena, struct text words, struct block blocks[BLOCKS_MAX]);
