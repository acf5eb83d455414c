/* walk.c: see walk.h. The newest entries, of which there is no digest yet, are read along their chain; where a digest
 * ends with the next of them, digests go on, each telling which entry comes before its own. Where one is missing, the
 * chain is read again. */
#include "operations/walk.h"

#include "operations/classes.h"
#include "operations/digest.h"

#include <string.h>

#define CHAIN_LOT 64

struct walk {
    struct engine *engine;
    struct tx *tx;
    struct walk_wish wish;
    struct entry_cursor *cursor;  /* of the chain; NULL: among digests */
    int64_t next;                 /* the entry that comes next; 0: not known */
    int64_t digested;             /* the newest entry that ends a digest and is not newer than the next; 0: none */
    struct digest_shelf *shelf;
    struct digest digest;         /* the lot */
    struct entry whole[CHAIN_LOT];
    uint64_t may[DIGEST_ENTRIES / 64];
    bool over;
};

/* The chain from an entry on; cursors begin at moments, so that what is newer is skipped. 0: from the newest. Digests
 * go on where one ends by digest_until. */
static void go_by_chain(struct walk *walk, int64_t newest, int64_t digest_until) {
    moment start = newest != 0 ? id_moment(newest) + SECOND / 1000 : 0;
    walk->cursor = ledger_entries(engine_ledger(walk->engine), walk->tx, walk->wish.account, start);
    walk->next = newest;
    walk->digested = walk->wish.figures ? digest_before(walk->shelf, digest_until) : 0;
}

struct walk *walk_begin(struct engine *engine, struct tx *tx, const struct walk_wish *wish) {
    struct walk *walk = arena_new_of(tx_arena(tx), struct walk);
    walk->engine = engine;
    walk->tx = tx;
    walk->wish = *wish;
    if (wish->figures) walk->shelf = digest_shelf_new(tx, &walk->wish);
    int64_t within = wish->figures && wish->before != 0 ? digest_around(walk->shelf, wish->before) : 0;
    if (within != 0) walk->next = within;
    else if (wish->before != 0) go_by_chain(walk, wish->before - 1, wish->before - 1);
    else go_by_chain(walk, 0, INT64_MAX);
    return walk;
}

/* ---- the chain ---- */

static bool chain_lot(struct walk *walk, struct walk_lot *lot) {
    size_t count = 0, most = walk->wish.figures ? CHAIN_LOT : 1; /* a page reads no more than it shows */
    struct entry entry;
    walk->digest.class_count = 0;
    while (count < most) {
        if (!entry_next(walk->cursor, &entry) || entry.id < walk->wish.from) {
            walk->over = true;
            break;
        }
        if (walk->next != 0 && entry.id > walk->next) continue;
        if (entry.id == walk->digested) { /* a digest has it, and those before */
            walk->cursor = NULL;
            walk->next = entry.id;
            break;
        }
        walk->digest.entries[count] = (struct digest_entry){entry.id, entry.amount, 0};
        walk->whole[count] = entry;
        if (walk->wish.figures)
            operations_digest_entry(walk->engine, walk->tx, walk->wish.customer, &entry, &walk->digest, count);
        count++;
    }
    *lot = (struct walk_lot){.count = count,
                             .entries = walk->digest.entries,
                             .payees = walk->digest.payees,
                             .classes = walk->digest.classes,
                             .class_count = walk->digest.class_count,
                             .whole = walk->whole};
    return true;
}

/* ---- digests ---- */

static bool digest_lot(struct walk *walk, struct walk_lot *lot) {
    struct digest_place place;
    if (walk->next < walk->wish.from || walk->next == 0) return false;
    if (!digest_next(walk->shelf, walk->next, &place, &walk->digest, walk->may)) {
        go_by_chain(walk, walk->next, walk->next - 1);
        return chain_lot(walk, lot);
    }
    walk->next = place.previous;
    struct digest *digest = &walk->digest;
    size_t first = 0, count = place.left_out ? 0 : digest->count;
    while (first < count && walk->wish.before != 0 && digest->entries[first].id >= walk->wish.before) first++;
    while (count > first && digest->entries[count - 1].id < walk->wish.from) count--;
    *lot = (struct walk_lot){.count = count - first,
                             .entries = digest->entries + first,
                             .payees = digest->payees + first,
                             .classes = digest->classes,
                             .class_count = digest->class_count};
    if (walk->wish.place_count > 0 && first == 0) lot->may = walk->may; /* else it is the first of all: each may */
    return true;
}

bool walk_next(struct walk *walk, struct walk_lot *lot) {
    *lot = (struct walk_lot){0};
    if (walk->over || tx_failed(walk->tx)) return false;
    return walk->cursor != NULL ? chain_lot(walk, lot) : digest_lot(walk, lot);
}
