/* ledger_group.h: the ledger's memory for the time of one group of commands; private to src/ledger.
 *
 * Accounts are fetched once (and locked, on PostgreSQL) and changed here; new entries are collected; all is written
 * when the group ends. An undone command leaves no trace: the journal holds what its accounts were, and what it fetched
 * is forgotten, since undoing to a savepoint lets its row locks go. */
#pragma once

#include "ledger/ledger_memo.h"
#include "ledger/ledger_rules.h"

#define WAYPOINT_EVERY 256
#define WANTED_MAX 64

/* An account in memory. Its address stays until the group ends. */
struct slot {
    struct account account;
    struct account before;   /* at the last mark; valid when marked is the group's present mark */
    bool dirty_before;
    bool known;              /* false: forgotten, to be fetched again */
    bool dirty;              /* differs from its row */
    uint64_t marked;
    struct slot *next_touched, *next_fetched;
};

/* An entry not yet written. */
struct pending {
    struct entry entry;
    int32_t counted;
};

struct group {
    struct tx *tx;           /* NULL outside of groups */
    struct slot **table;     /* open addressing by account id; size is a power of two */
    size_t table_size, slot_count;
    struct pending *pending; /* ids rising */
    size_t pending_count, pending_room;
    int64_t locked_max;      /* the largest account id locked so far: see group_slot */
    uint64_t mark;
    size_t pending_marked;
    struct slot *touched, *fetched; /* since the mark */
};

struct ledger {
    struct store *store;
    struct ledger_memo *memo; /* NULL on PostgreSQL, where other nodes write too */
    const struct zone *zone;
    struct limit_set *limits;
    size_t limit_count;
    struct group group;
    int64_t wanted[WANTED_MAX]; /* accounts fetched that no command had declared, since the last commit */
    size_t wanted_count;
    moment day_begins, day_ends; /* the writer's memory of which day it is */
    int32_t day;
};

/* As struct participant wants them. */
void group_begin(void *self, struct tx *tx, const struct command *first);
void group_mark(void *self);
void group_undo(void *self);
void group_flush(void *self, struct tx *tx);
void group_ended(void *self, bool committed);

/* The account in this group, fetched when need be; NULL when missing. Only in commands. */
struct slot *group_slot(struct ledger *ledger, struct tx *tx, int64_t id);
/* Puts an account that has just been made. */
void group_put(struct ledger *ledger, const struct account *account);
/* Call before changing slot->account. */
void group_touch(struct ledger *ledger, struct slot *slot);
/* Appends an entry to its account, which already has its new balance; sets version, previous and balance of the
 * entry. */
void group_append(struct ledger *ledger, struct slot *slot, struct entry entry, int32_t counted);
/* An entry of this group; NULL when it is not one. */
const struct pending *group_pending(const struct ledger *ledger, const struct tx *tx, int64_t id);

/* The row alone, for snapshots. */
bool account_row(struct tx *tx, int64_t id, struct account *account);
void account_insert(struct tx *tx, const struct account *account);
