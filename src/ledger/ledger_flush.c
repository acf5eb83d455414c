/* ledger_flush.c: the end of a group: its entries and accounts are written, and what memory keeps of it. See
 * ledger_group.h. */
#include "ledger/ledger_group.h"

#include "base/check.h"

#include <stdlib.h>

#define ENTRY_COLUMN_COUNT 12
#define WAYPOINT_COLUMN_COUNT 2
#define MOVE_COLUMN_COUNT 18
#define SEEN_COLUMN_COUNT 6
#define FLUSH_ROWS 1024       /* in one call; a usual group needs one call for each table */
#define DISTRUST (5 * SECOND) /* after another node was in the way, accounts are locked for so long */

/* Changes all these rows, each still what it was when it came into the group, or none: then it divides by zero, which
 * the store takes for a conflict with another node. */
STATEMENT(accounts_move,
          "WITH moved (id, balance, held, overdraft, version, last_entry, limits, flags, day, day_out, month_out, "
          "month_in, aside, was_version, was_held, was_overdraft, was_limits, was_flags) AS ("
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)), "
          "done AS (UPDATE account SET balance = moved.balance, held = moved.held, overdraft = moved.overdraft, "
          "version = moved.version, last_entry = moved.last_entry, limits = moved.limits, flags = moved.flags, "
          "day = moved.day, day_out = moved.day_out, month_out = moved.month_out, month_in = moved.month_in, "
          "aside = moved.aside FROM moved WHERE account.id = moved.id AND account.version = was_version AND "
          "account.held = was_held AND account.overdraft = was_overdraft AND account.limits = was_limits AND "
          "account.flags = was_flags "
          "RETURNING 1) "
          "SELECT 1 / (CASE WHEN (SELECT count(*) FROM done) = (SELECT count(*) FROM moved) THEN 1 ELSE 0 END)");
STATEMENT(accounts_unchanged,
          "WITH seen (id, version, held, overdraft, limits, flags) AS (VALUES ($1, $2, $3, $4, $5, $6)) "
          "SELECT 1 / (CASE WHEN (SELECT count(*) FROM seen JOIN account USING (id, version, held, overdraft, limits, "
          "flags)) = (SELECT count(*) FROM seen) THEN 1 ELSE 0 END)");
STATEMENT(entry_add,
          "INSERT INTO entry (id, account, other, amount, balance, version, previous, subject, cause, kind, counted, "
          "note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
STATEMENT(waypoint_add, "INSERT INTO waypoint (account, entry) VALUES ($1, $2)");

static const enum value_type integers[MOVE_COLUMN_COUNT] = {
    VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT,
    VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT,
};
static const enum value_type entry_types[ENTRY_COLUMN_COUNT] = {
    VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT,
    VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_TEXT,
};

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
    return ids_compare(&(*(struct slot *const *)left)->account.id, &(*(struct slot *const *)right)->account.id);
}

/* The changed accounts in the order of ids. */
static size_t changed_slots(struct group *group, struct slot **changed) {
    size_t count = 0;
    for (size_t i = 0; i < group->table_size; i++) {
        struct slot *slot = group->table[i];
        if (slot && slot->known && slot->touch != TOUCH_NONE) changed[count++] = slot;
    }
    qsort(changed, count, sizeof *changed, by_account);
    return count;
}

/* Among other nodes. What it finds changed by another node since it came into the group is a conflict: the group is run
 * again with locks. So is what was guessed and only looked at, for a refusal may rest on it. */
static void flush_accounts(struct group *group, struct tx *tx, struct value *values, struct slot **changed,
                           size_t total) {
    for (size_t done = 0, count; done < total; done += count) {
        count = total - done;
        if (count > FLUSH_ROWS) count = FLUSH_ROWS;
        for (size_t i = 0; i < count; i++) {
            const struct account *now = &changed[done + i]->account, *first = &changed[done + i]->first;
            const int64_t columns[MOVE_COLUMN_COUNT] = {
                now->id,        now->balance,      now->held,     now->overdraft,    now->version,  now->last_entry,
                now->limits,    account_flags(now), now->day,     now->day_out,      now->month_out, now->month_in,
                now->aside,
                first->version, first->held,       first->overdraft, first->limits, account_flags(first),
            };
            for (size_t c = 0; c < MOVE_COLUMN_COUNT; c++) values[i * MOVE_COLUMN_COUNT + c] = V_INT(columns[c]);
        }
        tx_insert_many(tx, &accounts_move, integers, MOVE_COLUMN_COUNT, values, count);
    }
    size_t count = 0;
    for (size_t i = 0; i < group->table_size; i++) {
        const struct slot *slot = group->table[i];
        if (!slot || !slot->guessed || slot->touch != TOUCH_NONE) continue;
        const struct account *first = &slot->first;
        const int64_t columns[SEEN_COLUMN_COUNT] = {first->id, first->version, first->held, first->overdraft,
                                                    first->limits, account_flags(first)};
        for (size_t c = 0; c < SEEN_COLUMN_COUNT; c++) values[count * SEEN_COLUMN_COUNT + c] = V_INT(columns[c]);
        if (++count < FLUSH_ROWS) continue;
        tx_insert_many(tx, &accounts_unchanged, integers, SEEN_COLUMN_COUNT, values, count);
        count = 0;
    }
    tx_insert_many(tx, &accounts_unchanged, integers, SEEN_COLUMN_COUNT, values, count);
}

/* Where nobody else writes, snapshots learn from memory what plain transfers changed; the sweep writes it later. */
static void publish_accounts(struct ledger *ledger, struct tx *tx, struct slot **changed, size_t total) {
    struct group *group = &ledger->group;
    struct ledger_memo *memo = ledger->memo;
    const struct account **written = arena_array(tx_arena(tx), const struct account *, total + 1);
    size_t count = 0;
    ledger_memo_begin(memo, tx_arena(tx), group->slot_count);
    group->published = true;
    for (size_t i = 0; i < total; i++) {
        const struct account *account = &changed[i]->account;
        bool late = changed[i]->touch == TOUCH_MOVED && sweep_ready(&ledger->sweep) && !ledger->renewal.giving_way;
        if (late && ledger_memo_publish(memo, account, true)) continue;
        ledger_memo_publish(memo, account, false);
        written[count++] = account;
    }
    accounts_write(ledger, tx, written, count);
    for (size_t i = 0; i < group->table_size; i++) {
        const struct slot *slot = group->table[i];
        struct account known;
        if (!slot || !slot->known || slot->touch != TOUCH_NONE) continue;
        if (!ledger_memo_find(memo, slot->account.id, &known)) ledger_memo_publish(memo, &slot->account, false);
    }
}

void group_flush(void *self, struct tx *tx) {
    struct ledger *ledger = self;
    struct group *group = &ledger->group;
    check(tx == group->tx);
    struct value *values = arena_array(tx_arena(tx), struct value, FLUSH_ROWS * MOVE_COLUMN_COUNT);
    flush_entries(group, tx, values);
    flush_waypoints(group, tx, values);
    struct slot **changed = arena_array(tx_arena(tx), struct slot *, group->slot_count + 1);
    size_t total = changed_slots(group, changed);
    if (!ledger->alone) {
        flush_accounts(group, tx, values, changed, total);
        ledger_memo_begin(ledger->memo, tx_arena(tx), group->slot_count);
        group->published = true;
        return;
    }
    publish_accounts(ledger, tx, changed, total);
    int64_t newest = group->pending_count > 0 ? group->pending[group->pending_count - 1].entry.id : 0;
    sweep_step(ledger, tx, group->pending_count, newest);
}

/* After the group, what it knows is memory's guess for the next; after a failure nothing is. */
static void guesses_ended(struct ledger *ledger, bool committed) {
    struct group *group = &ledger->group;
    for (size_t i = 0; i < group->table_size; i++) {
        const struct slot *slot = group->table[i];
        if (!slot) continue;
        if (!committed) ledger_memo_forget(ledger->memo, slot->account.id);
        else if (slot->known && group->published) ledger_memo_publish(ledger->memo, &slot->account, false);
        if (!committed && slot->guessed) ledger->guess_from = world_now(group->world) + DISTRUST;
    }
    if (group->published) ledger_memo_keep(ledger->memo);
}

void group_ended(void *self, bool committed) {
    struct ledger *ledger = self;
    struct group *group = &ledger->group;
    if (committed) ledger->wanted_count = 0;
    if (!ledger->alone) {
        guesses_ended(ledger, committed);
    } else {
        if (group->published && committed) ledger_memo_keep(ledger->memo);
        if (group->published && !committed) ledger_memo_take_back(ledger->memo);
        sweep_ended(&ledger->sweep, ledger->memo, committed);
    }
    renewal_ended(ledger, committed);
    *group = (struct group){0};
}
