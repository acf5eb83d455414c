/* ledger_group.c: accounts and entries in memory for a group of commands. See ledger_group.h. */
#include "ledger/ledger_group.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

#define FLAG_FROZEN 1
#define FLAG_CLOSED 2

#define ACCOUNT_COLUMNS                                                                                                \
    "id, owner, purpose, class, currency, balance, held, overdraft, version, last_entry, limits, flags, day, "         \
    "day_out, month_out, month_in"
#define ACCOUNT_COLUMN_COUNT 16
#define ENTRY_COLUMN_COUNT 12
#define WAYPOINT_COLUMN_COUNT 2
#define FLUSH_ROWS 1024 /* in one call; a usual group needs one call for each table */

STATEMENT(accounts_locked, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id = $1 ORDER BY id FOR_UPDATE");
STATEMENT(account_locked_now, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id = $1 FOR_UPDATE_NOW");
STATEMENT(account_by_id, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id = $1");
STATEMENT(account_save,
          "INSERT INTO account (" ACCOUNT_COLUMNS ") "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) "
          "ON CONFLICT (id) DO UPDATE SET balance = excluded.balance, held = excluded.held, "
          "overdraft = excluded.overdraft, version = excluded.version, last_entry = excluded.last_entry, "
          "limits = excluded.limits, flags = excluded.flags, day = excluded.day, day_out = excluded.day_out, "
          "month_out = excluded.month_out, month_in = excluded.month_in");
/* Of an account that has its row: what a group may change. */
STATEMENT(account_update,
          "UPDATE account SET balance = $2, held = $3, overdraft = $4, version = $5, last_entry = $6, limits = $7, "
          "flags = $8, day = $9, day_out = $10, month_out = $11, month_in = $12 WHERE id = $1");
STATEMENT(entry_add,
          "INSERT INTO entry (id, account, other, amount, balance, version, previous, subject, cause, kind, counted, "
          "note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
STATEMENT(waypoint_add, "INSERT INTO waypoint (account, entry) VALUES ($1, $2)");

static const enum value_type integers[ACCOUNT_COLUMN_COUNT] = {
    VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT,
    VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT,
};
static const enum value_type entry_types[ENTRY_COLUMN_COUNT] = {
    VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT,
    VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_TEXT,
};

/* ---- rows ---- */

static struct account account_from(const struct rows *rows) {
    int64_t flags = row_int(rows, 11);
    int32_t day = (int32_t)row_int(rows, 12);
    return (struct account){
        .id = row_int(rows, 0),
        .owner = row_int(rows, 1),
        .purpose = (int)row_int(rows, 2),
        .class = (enum account_class)row_int(rows, 3),
        .currency = (enum currency)row_int(rows, 4),
        .balance = row_int(rows, 5),
        .held = row_int(rows, 6),
        .overdraft = row_int(rows, 7),
        .version = row_int(rows, 8),
        .last_entry = row_int(rows, 9),
        .limits = (int)row_int(rows, 10),
        .frozen = (flags & FLAG_FROZEN) != 0,
        .closed = (flags & FLAG_CLOSED) != 0,
        .day = day,
        .month = rules_month(day), /* both periods roll together, so the row keeps the day alone */
        .day_out = row_int(rows, 13),
        .month_out = row_int(rows, 14),
        .month_in = row_int(rows, 15),
    };
}

static int64_t account_flags(const struct account *account) {
    return (account->frozen ? FLAG_FROZEN : 0) | (account->closed ? FLAG_CLOSED : 0);
}

static void account_values(const struct account *account, struct value values[ACCOUNT_COLUMN_COUNT]) {
    const int64_t columns[ACCOUNT_COLUMN_COUNT] = {
        account->id,       account->owner,      account->purpose,   account->class,
        account->currency, account->balance,    account->held,      account->overdraft,
        account->version,  account->last_entry, account->limits,
        account_flags(account),
        account->day,      account->day_out,    account->month_out, account->month_in,
    };
    for (size_t i = 0; i < ACCOUNT_COLUMN_COUNT; i++) values[i] = V_INT(columns[i]);
}

bool account_row(struct tx *tx, int64_t id, struct account *account) {
    struct rows *rows = tx_query(tx, &account_by_id, VALUES(V_INT(id)));
    if (!rows_next(rows)) return false;
    *account = account_from(rows);
    rows_end(rows);
    return true;
}

void account_insert(struct tx *tx, const struct account *account) {
    struct value values[ACCOUNT_COLUMN_COUNT];
    account_values(account, values);
    tx_queue(tx, &account_save, values, ACCOUNT_COLUMN_COUNT);
}

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
    slot->account = *account;
    slot->known = true;
    slot->dirty = false;
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
    if (ledger->memo && ledger_memo_find(ledger->memo, id, &account)) return table_put(group, &account);
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

void group_touch(struct ledger *ledger, struct slot *slot) {
    struct group *group = &ledger->group;
    if (slot->marked != group->mark) {
        slot->marked = group->mark;
        slot->before = slot->account;
        slot->dirty_before = slot->dirty;
        slot->next_touched = group->touched;
        group->touched = slot;
    }
    slot->dirty = true;
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

static int by_number(const void *left, const void *right) {
    int64_t one = *(const int64_t *)left, other = *(const int64_t *)right;
    return (one > other) - (one < other);
}

/* Fetches and locks what the commands say they will touch, and what they turned out to touch when they were run before,
 * in the order of ids. */
static void fetch_declared(struct ledger *ledger, const struct command *first, size_t count) {
    if (count == 0 || ledger->memo) return; /* alone there is nobody to wait for: each is fetched when it is met */
    struct group *group = &ledger->group;
    int64_t *ids = arena_array(tx_arena(group->tx), int64_t, count);
    size_t filled = 0;
    for (size_t i = 0; i < ledger->wanted_count; i++) ids[filled++] = ledger->wanted[i];
    for (const struct command *command = first; command; command = command->next) {
        for (size_t i = 0; i < command->account_count; i++) ids[filled++] = command->accounts[i];
    }
    qsort(ids, filled, sizeof *ids, by_number);
    size_t distinct = 0;
    for (size_t i = 0; i < filled; i++) {
        if (i == 0 || ids[i] != ids[i - 1]) ids[distinct++] = ids[i];
    }
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
        .table = arena_array(tx_arena(tx), struct slot *, table_size),
        .table_size = table_size,
        .pending_room = 64 + declared,
        .mark = 1,
    };
    ledger->group.pending = arena_array(tx_arena(tx), struct pending, ledger->group.pending_room);
    fetch_declared(ledger, first, declared);
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
        slot->dirty = slot->dirty_before;
    }
    for (struct slot *slot = group->fetched; slot; slot = slot->next_fetched) slot->known = false;
    group->pending_count = group->pending_marked;
    group_mark(self);
}

/* ---- writing ---- */

static void entry_values(const struct pending *pending, struct value row[ENTRY_COLUMN_COUNT]) {
    const struct entry *entry = &pending->entry;
    const int64_t columns[ENTRY_COLUMN_COUNT - 1] = {
        entry->id,       entry->account, entry->other, entry->amount, entry->balance,   entry->version,
        entry->previous, entry->subject, entry->cause, entry->kind,   pending->counted,
    };
    for (size_t c = 0; c < ENTRY_COLUMN_COUNT - 1; c++) row[c] = V_INT(columns[c]);
    row[ENTRY_COLUMN_COUNT - 1] = entry->note.data ? V_TEXT(entry->note) : V_NULL;
}

static void flush_entries(struct group *group, struct tx *tx, struct value *values) {
    for (size_t done = 0, count; done < group->pending_count; done += count) {
        count = group->pending_count - done;
        if (count > FLUSH_ROWS) count = FLUSH_ROWS;
        for (size_t i = 0; i < count; i++) entry_values(&group->pending[done + i], values + i * ENTRY_COLUMN_COUNT);
        tx_insert_many(tx, &entry_add, entry_types, ENTRY_COLUMN_COUNT, values, count);
    }
}

static void flush_waypoints(struct group *group, struct tx *tx, struct value *values) {
    size_t count = 0;
    for (size_t i = 0; i < group->pending_count; i++) {
        const struct entry *entry = &group->pending[i].entry;
        if (entry->version % WAYPOINT_EVERY != 0) continue;
        values[count * WAYPOINT_COLUMN_COUNT] = V_INT(entry->account);
        values[count++ * WAYPOINT_COLUMN_COUNT + 1] = V_INT(entry->id);
        if (count < FLUSH_ROWS) continue;
        tx_insert_many(tx, &waypoint_add, integers, WAYPOINT_COLUMN_COUNT, values, count);
        count = 0;
    }
    tx_insert_many(tx, &waypoint_add, integers, WAYPOINT_COLUMN_COUNT, values, count);
}

static int by_account(const void *left, const void *right) {
    return by_number(&(*(struct slot *const *)left)->account.id, &(*(struct slot *const *)right)->account.id);
}

/* Accounts have had their rows since they were made. */
static void account_write(struct tx *tx, const struct account *account) {
    const struct value values[] = {
        V_INT(account->id),          V_INT(account->balance),   V_INT(account->held),
        V_INT(account->overdraft),   V_INT(account->version),   V_INT(account->last_entry),
        V_INT(account->limits),      V_INT(account_flags(account)), V_INT(account->day),
        V_INT(account->day_out),     V_INT(account->month_out), V_INT(account->month_in),
    };
    int64_t changed = tx_run(tx, &account_update, values, sizeof values / sizeof *values);
    check(changed == 1 || tx_failed(tx));
}

static void flush_accounts(struct ledger *ledger, struct tx *tx, struct value *values) {
    struct group *group = &ledger->group;
    struct slot **dirty = arena_array(tx_arena(tx), struct slot *, group->slot_count + 1);
    size_t total = 0;
    for (size_t i = 0; i < group->table_size; i++) {
        if (group->table[i] && group->table[i]->known && group->table[i]->dirty) dirty[total++] = group->table[i];
    }
    qsort(dirty, total, sizeof *dirty, by_account);
    if (!store_is_postgres(ledger->store)) {
        for (size_t i = 0; i < total; i++) account_write(tx, &dirty[i]->account);
        return;
    }
    for (size_t done = 0, count; done < total; done += count) {
        count = total - done;
        if (count > FLUSH_ROWS) count = FLUSH_ROWS;
        for (size_t i = 0; i < count; i++) {
            account_values(&dirty[done + i]->account, values + i * ACCOUNT_COLUMN_COUNT);
        }
        tx_insert_many(tx, &account_save, integers, ACCOUNT_COLUMN_COUNT, values, count);
    }
}

void group_flush(void *self, struct tx *tx) {
    struct ledger *ledger = self;
    struct group *group = &ledger->group;
    check(tx == group->tx);
    struct value *values = arena_array(tx_arena(tx), struct value, FLUSH_ROWS * ACCOUNT_COLUMN_COUNT);
    flush_entries(group, tx, values);
    flush_waypoints(group, tx, values);
    flush_accounts(ledger, tx, values);
}

void group_ended(void *self, bool committed) {
    struct ledger *ledger = self;
    struct group *group = &ledger->group;
    if (committed) ledger->wanted_count = 0;
    for (size_t i = 0; ledger->memo && i < group->table_size; i++) {
        const struct slot *slot = group->table[i];
        if (slot && committed && slot->known) ledger_memo_keep(ledger->memo, &slot->account);
        if (slot && !committed) ledger_memo_forget(ledger->memo, slot->account.id);
    }
    *group = (struct group){0};
}
