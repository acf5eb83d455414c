/* walk.h: an account's entries from the newest to the oldest, in lots, as figures: what filters and reports ask of
 * them. Long histories are read from digests (digest.h), the rest from the ledger; both look the same here. */
#pragma once

#include "operations/digest_rules.h"
#include "operations/operations.h"
#include "operations/signature_rules.h"

struct walk_wish {
    int64_t customer, account;
    int64_t before;  /* only entries older than this id; 0: from the newest */
    int64_t from;    /* none older than this id */
    bool figures;    /* kinds and categories are asked for; else entries alone, always from the ledger */
    bool payees;     /* … and payees */
    /* Of digests those are left out in which nothing has a sum without its sign from `min` to `max` (0: open), one of
     * these kinds and one of these categories (bits by digest_rules.h; 0: any); … */
    int64_t min, max;
    uint64_t kinds, categories;
    /* … and those in which no entry may hold a text that has these places. */
    const uint8_t *places;
    size_t place_count;
    bool none_left_out; /* by the text: their entries are wanted for something else, too; lot.may says what is known */
};

struct walk_lot {
    size_t count;
    const struct digest_entry *entries; /* the newest first */
    const struct digest_class *classes; /* wish.figures */
    size_t class_count;
    const int64_t *payees;              /* wish.payees: for each entry */
    const uint64_t *may;                /* a bit for each entry that may hold the text; NULL: all may */
    const struct entry *whole;          /* of the ledger: the entries themselves; NULL: of a digest */
};

struct walk;
struct walk *walk_begin(struct engine *engine, struct tx *tx, const struct walk_wish *wish);
/* False at the end. A lot may be empty. It lives until the next. */
bool walk_next(struct walk *walk, struct walk_lot *lot);
