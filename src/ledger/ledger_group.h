/* ledger_group.h: the ledger's memory for the time of one group of commands; private to src/ledger.
 *
 * Accounts are fetched once (and locked, on PostgreSQL) and changed here; new entries are collected; all is written
 * when the group ends. An undone command leaves no trace: the journal holds what its accounts were, and what it fetched
 * is forgotten, since undoing to a savepoint lets its row locks go. */
#pragma once

#include "ledger/ledger_memo.h"
#include "ledger/ledger_rules.h"
#include "ledger/ledger_sweep.h"

#define WAYPOINT_EVERY 256
#define WANTED_MAX 64

/* How an account differs from what it was before the group. */
enum touch {
    TOUCH_NONE,
    TOUCH_MOVED,   /* by plain transfers: its entries tell, so its row may be late */
    TOUCH_CHANGED, /* else: its row is written */
};

/* An account in memory. Its address stays until the group ends. */
struct slot {
    struct account account;
    struct account before;   /* at the last mark; valid when marked is the group's present mark */
    struct account first;    /* when it came into the group */
    enum touch touch, touch_before;
    bool known;              /* false: forgotten, to be fetched again */
    bool guessed;            /* from memory, without a lock (PostgreSQL): the flush verifies it */
    uint64_t marked;
    struct slot *next_touched, *next_fetched;
};

/* An entry not yet written. */
struct pending {
    struct entry entry;
    int32_t counted;
};

struct group {
    struct tx *tx;           /* NULL outside of groups; not to be used when the group ends */
    struct world *world;
    struct slot **table;     /* open addressing by account id; size is a power of two */
    size_t table_size, slot_count;
    struct pending *pending; /* ids rising */
    size_t pending_count, pending_room;
    int64_t locked_max;      /* the largest account id locked so far: see group_slot */
    uint64_t mark;
    size_t pending_marked;
    struct slot *touched, *fetched; /* since the mark */
    bool published;          /* to the memo: to be kept or taken back */
};

/* Bringing rows up to date when a tenure begins (ledger_recover.c). */
struct renewal {
    int64_t tenure;            /* 0: none yet */
    int64_t position, reached; /* the entries told to their rows by earlier groups; by this one */
    bool running, ending;      /* ending: by this group */
    bool giving_way, gave_way; /* rows may be late no more; this group was the last piece of it */
    bool torn;                 /* an entry follows no row */
};

struct ledger {
    struct store *store;
    struct ledger_memo *memo;
    bool far;                 /* the database is a network away (PostgreSQL): statements are few and carry much */
    _Atomic bool alone;       /* no other process writes */
    _Atomic int64_t since;    /* what memory knows is of no use to snapshots begun before this many groups */
    moment guess_from;        /* among other nodes: accounts are locked until then, since one was in the way */
    struct sweep sweep;
    struct renewal renewal;
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

/* As well: see ledger_recover.c. */
bool renewal_run(void *self, struct tx *tx, bool *more);
void renewal_give_way(void *self, struct tx *tx, bool *more);
void renewal_ended(struct ledger *ledger, bool committed);

/* Brings accounts into the group in one query, where no other node writes; ids in any order, which it changes. */
void group_fetch(struct ledger *ledger, struct tx *tx, int64_t *ids, size_t count);
/* The account in this group, fetched when need be; NULL when missing. Only in commands. */
struct slot *group_slot(struct ledger *ledger, struct tx *tx, int64_t id);
/* Puts an account that has just been made. */
void group_put(struct ledger *ledger, const struct account *account);
/* Call before changing slot->account. */
void group_touch(struct ledger *ledger, struct slot *slot, enum touch touch);
/* Appends an entry to its account, which already has its new balance; sets version, previous and balance of the
 * entry. */
void group_append(struct ledger *ledger, struct slot *slot, struct entry entry, int32_t counted);
/* An entry of this group; NULL when it is not one. */
const struct pending *group_pending(const struct ledger *ledger, const struct tx *tx, int64_t id);

/* Rows of accounts. */
#define ACCOUNT_COLUMNS                                                                                                \
    "id, owner, purpose, class, currency, balance, held, overdraft, version, last_entry, limits, flags, day, "         \
    "day_out, month_out, month_in, aside, head"
struct account account_from(const struct rows *rows); /* of a query of ACCOUNT_COLUMNS */
int64_t account_flags(const struct account *account);
int ids_compare(const void *left, const void *right); /* for qsort */
/* The account as a snapshot has it. */
bool account_seen(struct ledger *ledger, struct tx *tx, int64_t id, struct account *account);
void account_insert(struct tx *tx, const struct account *account);
/* Updates the rows that the accounts have had since they were made. */
void accounts_write(struct ledger *ledger, struct tx *tx, const struct account *const *accounts, size_t count);
