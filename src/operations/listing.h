/* listing.h: walking several accounts' entries as one list, newest first, with a filter. */
#pragma once

#include "operations/operations.h"

/* One call looks at no more than this many entries, so that a search over a long history is answered in pieces. */
#define SCAN_MOST 2000

struct listing;

/* An entry and what is told of it; `node` is filled for what matches. */
struct listed {
    struct entry entry;
    const struct operation_kind *kind;
    struct text title;
};

/* What is told lives in `arena`, which may outlive the tx. */
struct listing *listing_begin(struct engine *engine, struct tx *tx, struct arena *arena, const struct locale *locale,
                              const struct operations_wanted *wanted);
/* The next that matches, told into *node (a new object). False at the end or when SCAN_MOST were seen. */
bool listing_next(struct listing *listing, struct listed *listed, struct node **node);
/* Where to go on; 0: everything was seen. */
int64_t listing_rest(const struct listing *listing);

/* Tells one entry: id, kind, title, direction, sum, at, counterparty, note, balance, version. */
void listing_tell(struct listing *listing, const struct listed *listed, struct node *operation);
