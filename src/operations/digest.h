/* digest.h: digests as rows: read in order for a walk, written by a job some time after their entries were. */
#pragma once

#include "operations/walk.h"

struct digest_place {
    int64_t previous; /* the entry before its first: what comes next; 0: none */
    bool left_out;    /* nothing in it can be what is asked for; it was not read */
};

/* An account's digests, from the newest on. `wish` must outlive it. */
struct digest_shelf;
struct digest_shelf *digest_shelf_new(struct tx *tx, const struct walk_wish *wish);
/* The newest that ends not after that entry: the entry it ends with; 0: none. */
int64_t digest_before(struct digest_shelf *shelf, int64_t entry);
/* The one that holds that entry, or would: what it ends with; 0: none. */
int64_t digest_around(struct digest_shelf *shelf, int64_t entry);
/* The one that ends with `last`; they are asked for in order. may: a bit for each entry that may hold the text asked
 * for. False: there is none such. */
bool digest_next(struct digest_shelf *shelf, int64_t last, struct digest_place *place, struct digest *digest,
                 uint64_t may[DIGEST_ENTRIES / 64]);

/* A job's piece: writes the digest of 256 entries that have none; true when there is more to do at once. */
bool digest_job(struct engine *engine, struct tx *tx);
/* Writes the digest of the 256 entries that end with that one, where it is a customer's and there is none yet. */
bool digest_make(struct engine *engine, struct tx *tx, int64_t account, int64_t last);
