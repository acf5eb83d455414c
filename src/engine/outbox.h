/* outbox.h: nothing outside happens inside. A command writes an outbox row; after its commit a dispatcher thread calls
 * the adapter, with retries and back-off until the row's deadline, and hands the outcome back as another command.
 * Delivery is at least once: adapters send the row's id along, so that the other side can tell a repeat.
 *
 * Each kind is a lane: its rows are claimed apart from those of others, and it has senders of its own. So what a person
 * waits for never stands behind what many are told ("sms" and "sms.bulk" are two kinds of one adapter), bulk moves on
 * whatever else there is to do, and an adapter that hangs holds nobody but itself. Within a lane rows are begun in the
 * order in which they became due; what is tried again comes when its pause is over. */
#pragma once

#include "store/store.h"

struct engine;

enum outbox_verdict {
    OUTBOX_DONE,
    OUTBOX_AGAIN,   /* not now: unreachable, slow, 5xx */
    OUTBOX_REFUSED, /* never: retrying changes nothing */
    OUTBOX_BUSY,    /* given by send() only: nothing was tried, too many go there already: again in milliseconds */
    OUTBOX_EXPIRED, /* given to result() only: its deadline passed before it was done */
};

struct outbox_item {
    int64_t id, owner;      /* owner: the customer (or 0), the distribution key */
    int64_t subject;        /* whatever the feature wants to find again: a top-up's id */
    struct text payload;    /* JSON by convention; sealed at rest */
    int attempt;            /* 1 for the first */
    moment made, deadline;
};

struct outbox_kind {
    const char *name;       /* "sms", "acquirer.status" */
    /* On a dispatcher thread: may block, at most ~10 s. *reply (in arena) is handed to result. */
    enum outbox_verdict (*send)(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply);
    /* As a command, once the row's fate is known (not after AGAIN), in the transaction that ends the row. NULL: nothing
     * to do. */
    void (*result)(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                   struct text reply);
    int64_t pause_most_us;  /* between two attempts, which come at 1, 2, 4 … s; 0: ten minutes */
    size_t room;            /* bytes that a row and what send() makes of it may take; 0: 1 MiB */
    int at_once;            /* senders of this lane, at most OUTBOX_AT_ONCE_MOST; 0: OUTBOX_AT_ONCE */
};

#define OUTBOX_AT_ONCE 8
#define OUTBOX_AT_ONCE_MOST 64

/* In the same transaction as what it tells of. kind is one of an enabled feature's. */
int64_t outbox_add(struct engine *engine, struct tx *tx, const char *kind, int64_t owner, int64_t subject,
                   struct text payload, moment not_before, moment deadline);

/* How many rows of a kind are due and not yet taken, counted up to `most`: who has much to send waits while there are
 * many. */
int64_t outbox_waiting(struct tx *tx, const char *kind, int64_t most);

/* The other side says by itself that it has it (a delivery report of what we thought lost): it is not sent again, and
 * result() is not called. True when it was still waiting. */
bool outbox_done(struct tx *tx, int64_t owner, int64_t id);
