/* ledger_sweep.h: writes the rows of late accounts (ledger_memo.h), a few with each group, walking through the table in
 * the order of ids: so a page with thirty accounts is written once for hundreds of transfers. Private to src/ledger.
 *
 * A pass that ended makes the watermark durable: all entries up to it are in their accounts' rows. After a crash the
 * entries above it are told to the rows again (sweep_recover). */
#pragma once

#include "ledger/ledger_memo.h"
#include "store/store.h"

struct ledger;

#define SWEPT_MOST 4096 /* rows of one group */

struct sweep_state {
    bool ready;       /* the watermark is known: rows may be late */
    bool wanted;      /* someone asked for a pass now */
    moment wanted_at; /* when last */
    bool passing;
    int64_t position; /* the account that the pass has come to */
    int64_t newest;   /* entry */
    int64_t covered;  /* the newest entry when the pass began */
    int64_t waiting;  /* entries made since then */
};

struct sweep {
    struct sweep_state state, before; /* before: at the end of the last group that was committed */
    int64_t swept[SWEPT_MOST];        /* accounts whose rows this group wrote */
    size_t swept_count;
};

/* False until sweep_recovered. */
bool sweep_ready(const struct sweep *sweep);
/* At a group's end, after its accounts were published: `entries` of it, the newest among them (0: none). */
void sweep_step(struct ledger *ledger, struct tx *tx, size_t entries, int64_t newest);
void sweep_ended(struct sweep *sweep, struct ledger_memo *memo, bool committed);

/* The watermark. Not known: no row was ever late. Any tx. */
int64_t sweep_watermark(struct tx *tx, bool *known);
/* All rows are true up to the entry `newest`: from the next group on they may be late. In a command. */
void sweep_recovered(struct sweep *sweep, struct tx *tx, int64_t newest);
/* No row is late, and none will be: no watermark is needed. In a command. */
void sweep_gone(struct sweep *sweep, struct tx *tx);
