/* listing.h: walking several accounts' entries as one list, newest first, with a filter. */
#pragma once

#include "operations/operations.h"

/* One call takes no more pains than this, so that a search over a long history is answered in pieces: an entry of a
 * digest is one, one that has to be read from the ledger, or told to be searched, so many. */
#define PAINS_MOST 2000000
#define PAINS_OF_ENTRY 1000
#define PAINS_OF_LOT 100

struct listing;

/* An entry and what is told of it; `node` is filled for what matches. */
struct listed {
    struct entry entry;
    const struct operation_kind *kind;
    struct text title;
};
struct listed listing_listed(struct listing *listing, const struct entry *entry);

/* What is told lives in `arena`, which may outlive the tx. */
struct listing *listing_begin(struct engine *engine, struct tx *tx, struct arena *arena, const struct locale *locale,
                              const struct operations_wanted *wanted);
/* The next that matches, told into *node (a new object). False at the end or when it has been pains enough. */
bool listing_next(struct listing *listing, struct listed *listed, struct node **node);
/* Where to go on; 0: everything was seen. */
int64_t listing_rest(struct listing *listing);

/* Tells one entry: id, kind, title, direction, sum, at, counterparty, note, balance, version, and what he says of it
 * (wanted.labels). */
void listing_tell(struct listing *listing, const struct listed *listed, struct node *operation);
