/* ledger_group.c: accounts and entries in memory for a group of commands. See ledger_group.h. */
#include "ledger/ledger_group.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

STATEMENT(accounts_locked, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id = $1 ORDER BY id FOR_UPDATE");
STATEMENT(accounts_known, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id = $1 ORDER BY id");
STATEMENT(account_locked_now, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id = $1 FOR_UPDATE_NOW");

/* ---- the table ---- */

static size_t place_of(const struct group *group, int64_t id) {
    uint64_t hash = (uint64_t)id * UINT64_C(0x9E3779B97F4A7C15);
    size_t place = (size_t)(hash >> 20) & (group->table_size - 1);
    while (group->table[place] && group->table[place]->account.id != id) place = (place + 1) & (group->table_size - 1);
    return place;
}

static void table_grow(struct group *group) {
    struct slot **old = group->table;
    size_t old_size = group->table_size;
    struct slot **table = arena_array(tx_arena(group->tx), struct slot *, old_size * 2);
    group->table = table;
    group->table_size = old_size * 2;
    for (size_t i = 0; i < old_size; i++) {
        if (old[i]) group->table[place_of(group, old[i]->account.id)] = old[i];
    }
}

/* All memory is had before anything is changed: an arena may unwind. */
static struct slot *table_put(struct group *group, const struct account *account) {
    if (group->slot_count * 2 >= group->table_size) table_grow(group);
    size_t place = place_of(group, account->id);
    struct slot *slot = group->table[place];
    if (!slot) {
        slot = arena_new_of(tx_arena(group->tx), struct slot);
        group->table[place] = slot;
        group->slot_count++;
    }
    check(!slot->known);
    slot->account = slot->first = *account;
    slot->known = true;
    slot->guessed = false;
    slot->touch = TOUCH_NONE;
    slot->next_fetched = group->fetched;
    group->fetched = slot;
    return slot;
}

struct slot *group_slot(struct ledger *ledger, struct tx *tx, int64_t id) {
    struct group *group = &ledger->group;
    check(tx == group->tx);
    struct slot *slot = group->table[place_of(group, id)];
    if (slot && slot->known) return slot;
    struct account account;
    if (ledger->alone && ledger_memo_find(ledger->memo, id, &account)) return table_put(group, &account);
    if (ledger->wanted_count < WANTED_MAX) ledger->wanted[ledger->wanted_count++] = id;
    /* Nodes wait for each other in the order of ids alone, so never in a ring. Out of order we do not wait: the group
     * is run again, and then begins with all accounts that it turned out to want. */
    struct statement *statement = id > group->locked_max ? &accounts_locked : &account_locked_now;
    if (id > group->locked_max) group->locked_max = id;
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(id)));
    if (!rows_next(rows)) return NULL;
    account = account_from(rows);
    rows_end(rows);
    return table_put(group, &account);
}

void group_put(struct ledger *ledger, const struct account *account) {
    (void)table_put(&ledger->group, account);
}

void group_touch(struct ledger *ledger, struct slot *slot, enum touch touch) {
    struct group *group = &ledger->group;
    if (slot->marked != group->mark) {
        slot->marked = group->mark;
        slot->before = slot->account;
        slot->touch_before = slot->touch;
        slot->next_touched = group->touched;
        group->touched = slot;
    }
    if (touch > slot->touch) slot->touch = touch;
}

/* ---- entries ---- */

static struct pending *pending_new(struct group *group) {
    if (group->pending_count == group->pending_room) {
        struct pending *more = arena_array(tx_arena(group->tx), struct pending, group->pending_room * 2);
        memcpy(more, group->pending, group->pending_count * sizeof *more);
        group->pending = more;
        group->pending_room *= 2;
    }
    return &group->pending[group->pending_count++];
}

void group_append(struct ledger *ledger, struct slot *slot, struct entry entry, int32_t counted) {
    struct group *group = &ledger->group;
    struct account *account = &slot->account;
    check(entry.id > account->last_entry && entry.amount != 0);
    check(group->pending_count == 0 || group->pending[group->pending_count - 1].entry.id < entry.id);
    struct pending *pending = pending_new(group);
    entry.account = account->id;
    entry.currency = account->currency;
    entry.balance = account->balance;
    entry.version = ++account->version;
    entry.previous = account->last_entry;
    account->last_entry = entry.id;
    *pending = (struct pending){entry, counted};
}

const struct pending *group_pending(const struct ledger *ledger, const struct tx *tx, int64_t id) {
    const struct group *group = &ledger->group;
    if (!tx_writing(tx)) return NULL; /* a snapshot, maybe on another thread: the group is not its business */
    size_t low = 0, high = group->pending_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (group->pending[middle].entry.id < id) low = middle + 1;
        else high = middle;
    }
    if (low == group->pending_count || group->pending[low].entry.id != id) return NULL;
    return &group->pending[low];
}

/* ---- participant ---- */

int ids_compare(const void *left, const void *right) {
    int64_t one = *(const int64_t *)left, other = *(const int64_t *)right;
    return (one > other) - (one < other);
}

/* Puts those of the accounts that memory knows, unless another node was in the way lately; not heads, of which neither
 * version nor sums need tell that something happened under them. Gives how many are left to
 * lock, at the front of ids. */
static size_t guess_declared(struct ledger *ledger, int64_t *ids, size_t count) {
    struct group *group = &ledger->group;
    if (world_now(group->world) < ledger->guess_from) return count;
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        struct account account;
        bool known = ledger_memo_find(ledger->memo, ids[i], &account) && !account.heads;
        if (known) table_put(group, &account)->guessed = true;
        else ids[left++] = ids[i];
    }
    return left;
}

static size_t distinct_ids(int64_t *ids, size_t count) {
    size_t distinct = 0;
    qsort(ids, count, sizeof *ids, ids_compare);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || ids[i] != ids[i - 1]) ids[distinct++] = ids[i];
    }
    return distinct;
}

void group_fetch(struct ledger *ledger, struct tx *tx, int64_t *ids, size_t count) {
    struct group *group = &ledger->group;
    size_t wanted = 0;
    count = distinct_ids(ids, count);
    for (size_t i = 0; i < count; i++) {
        const struct slot *slot = group->table[place_of(group, ids[i])];
        struct account account;
        if (slot && slot->known) continue;
        if (ledger_memo_find(ledger->memo, ids[i], &account)) (void)table_put(group, &account);
        else ids[wanted++] = ids[i];
    }
    struct rows *rows = tx_query_ids(tx, &accounts_known, ids, wanted);
    while (rows_next(rows)) {
        struct account account = account_from(rows);
        (void)table_put(group, &account);
    }
}

/* Fetches and locks what the commands say they will touch, and what they turned out to touch when they were run before,
 * in the order of ids. */
static void fetch_declared(struct ledger *ledger, const struct command *first, size_t count) {
    if (count == 0 || (ledger->alone && !ledger->far)) return; /* nobody to wait for: each is fetched when it is met */
    struct group *group = &ledger->group;
    int64_t *ids = arena_array(tx_arena(group->tx), int64_t, count);
    size_t filled = 0;
    for (size_t i = 0; i < ledger->wanted_count; i++) ids[filled++] = ledger->wanted[i];
    for (const struct command *command = first; command; command = command->next) {
        for (size_t i = 0; i < command->account_count; i++) ids[filled++] = command->accounts[i];
    }
    if (ledger->alone) {
        group_fetch(ledger, group->tx, ids, filled);
        return;
    }
    size_t distinct = guess_declared(ledger, ids, distinct_ids(ids, filled));
    if (distinct == 0) return;
    group->locked_max = ids[distinct - 1];
    struct rows *rows = tx_query_ids(group->tx, &accounts_locked, ids, distinct);
    while (rows_next(rows)) {
        struct account account = account_from(rows);
        (void)table_put(group, &account);
    }
}

void group_begin(void *self, struct tx *tx, const struct command *first) {
    struct ledger *ledger = self;
    size_t declared = ledger->wanted_count;
    for (const struct command *command = first; command; command = command->next) declared += command->account_count;
    size_t table_size = 64;
    while (table_size < declared * 4) table_size *= 2;
    ledger->group = (struct group){
        .tx = tx,
        .world = tx_world(tx),
        .table = arena_array(tx_arena(tx), struct slot *, table_size),
        .table_size = table_size,
        .pending_room = 64 + declared,
        .mark = 1,
    };
    ledger->group.pending = arena_array(tx_arena(tx), struct pending, ledger->group.pending_room);
    /* In a new tenure memory may be wrong: it is made anew first. */
    if (tx_tenure(tx) == ledger->renewal.tenure) fetch_declared(ledger, first, declared);
}

void group_mark(void *self) {
    struct group *group = &((struct ledger *)self)->group;
    group->mark++;
    group->touched = group->fetched = NULL;
    group->pending_marked = group->pending_count;
}

void group_undo(void *self) {
    struct group *group = &((struct ledger *)self)->group;
    for (struct slot *slot = group->touched; slot; slot = slot->next_touched) {
        slot->account = slot->before;
        slot->touch = slot->touch_before;
    }
    for (struct slot *slot = group->fetched; slot; slot = slot->next_fetched) slot->known = slot->guessed;
    group->pending_count = group->pending_marked;
    group_mark(self);
}
