/* ledger_entries.c: an account's entries read backwards along their chain, and what follows from them: balances at past
 * moments, turnovers, what limits leave.
 *
 * There is no index of entries by account. The account names its last entry, each entry the one before it; for the
 * past, waypoints name every 256th, so that any moment is at most 256 steps from one. */
#include "ledger/ledger_books.h"

#define PAGE_MIN 21 /* a page of operations, and whether there are more */
#define PAGE_MAX WAYPOINT_EVERY

#define ENTRY_COLUMNS "id, account, other, amount, balance, version, previous, subject, cause, kind, counted, note"

STATEMENT(entry_by_id, "SELECT " ENTRY_COLUMNS " FROM entry WHERE id = $1 AND account = $2");
STATEMENT(entry_chain,
          "SELECT " ENTRY_COLUMNS " FROM (WITH RECURSIVE chain AS ("
          "SELECT " ENTRY_COLUMNS " FROM entry WHERE id = $1 AND account = $2 "
          "UNION ALL "
          "SELECT e.id, e.account, e.other, e.amount, e.balance, e.version, e.previous, e.subject, e.cause, e.kind, "
          "e.counted, e.note FROM entry e, chain WHERE e.id = chain.previous AND e.account = $2) "
          "SELECT " ENTRY_COLUMNS " FROM chain LIMIT $3) AS page");
STATEMENT(entry_before,
          "SELECT id, balance FROM (WITH RECURSIVE chain AS ("
          "SELECT id, account, balance, previous FROM entry WHERE id = $1 AND account = $2 "
          "UNION ALL "
          "SELECT e.id, e.account, e.balance, e.previous FROM entry e, chain "
          "WHERE e.id = chain.previous AND e.account = $2 AND chain.id >= $3) "
          "SELECT id, balance FROM chain WHERE id < $3 LIMIT 1) AS found");
STATEMENT(waypoint_at, "SELECT entry FROM waypoint WHERE account = $1 AND entry >= $2 ORDER BY entry LIMIT 1");

STATEMENT(waypoints, "SELECT account, entry FROM waypoint WHERE entry > $1 AND entry <= $2 ORDER BY entry LIMIT $3");

struct entry_cursor {
    struct ledger *ledger;
    struct tx *tx;
    int64_t account, next; /* next: the entry to give, 0 at the end */
    enum currency currency;
    struct pending *page;
    size_t count, given, room;
};

static struct pending entry_from(const struct rows *rows, struct arena *arena) {
    return (struct pending){
        .entry = {
            .id = row_int(rows, 0),
            .account = row_int(rows, 1),
            .other = row_int(rows, 2),
            .amount = row_int(rows, 3),
            .balance = row_int(rows, 4),
            .version = row_int(rows, 5),
            .previous = row_int(rows, 6),
            .subject = row_int(rows, 7),
            .cause = row_int(rows, 8),
            .kind = (int)row_int(rows, 9),
            .note = row_null(rows, 11) ? TEXT_NONE : row_copy(rows, 11, arena),
        },
        .counted = (int32_t)row_int(rows, 10),
    };
}

bool books_entry(struct ledger *ledger, struct tx *tx, int64_t account, int64_t id, struct pending *entry) {
    const struct pending *pending = group_pending(ledger, tx, id);
    if (pending) {
        if (pending->entry.account != account) return false;
        *entry = *pending;
        return true;
    }
    struct rows *rows = tx_query(tx, &entry_by_id, VALUES(V_INT(id), V_INT(account)));
    if (!rows_next(rows)) return false;
    *entry = entry_from(rows, tx_arena(tx));
    rows_end(rows);
    return true;
}

bool ledger_entry(struct ledger *ledger, struct tx *tx, int64_t account, int64_t id, struct entry *entry) {
    struct account owner;
    struct pending found;
    if (!books_entry(ledger, tx, account, id, &found) || !ledger_account(ledger, tx, account, &owner)) return false;
    *entry = found.entry;
    entry->currency = owner.currency;
    return true;
}

/* ---- the cursor ---- */

/* The next page: of this group's entries while there are any, then of rows, each page larger than the one before. */
static void cursor_fill(struct entry_cursor *cursor) {
    cursor->count = cursor->given = 0;
    const struct pending *pending;
    while (cursor->count < cursor->room && cursor->next &&
           (pending = group_pending(cursor->ledger, cursor->tx, cursor->next))) {
        cursor->page[cursor->count++] = *pending;
        cursor->next = pending->entry.previous;
    }
    if (cursor->count > 0 || cursor->next == 0) return;
    struct rows *rows = tx_query(cursor->tx, &entry_chain,
                                 VALUES(V_INT(cursor->next), V_INT(cursor->account), V_INT((int64_t)cursor->room)));
    while (cursor->count < cursor->room && rows_next(rows)) {
        cursor->page[cursor->count++] = entry_from(rows, tx_arena(cursor->tx));
    }
    rows_end(rows);
    cursor->next = cursor->count > 0 ? cursor->page[cursor->count - 1].entry.previous : 0;
}

static void cursor_page(struct entry_cursor *cursor, size_t room) {
    cursor->room = room;
    cursor->page = arena_array(tx_arena(cursor->tx), struct pending, room);
}

bool entry_next(struct entry_cursor *cursor, struct entry *entry) {
    if (cursor->given == cursor->count) {
        if (cursor->next == 0) return false;
        if (cursor->count == cursor->room && cursor->room < PAGE_MAX) cursor_page(cursor, PAGE_MAX);
        cursor_fill(cursor);
        if (cursor->count == 0) return false;
    }
    *entry = cursor->page[cursor->given++].entry;
    entry->currency = cursor->currency;
    return true;
}

/* The newest entry of an account below `floor`, 0 when none, and the balance after it. */
struct newest {
    int64_t id, balance;
};

static struct newest newest_before(struct ledger *ledger, struct tx *tx, const struct account *account, int64_t floor) {
    if (account->last_entry < floor) return (struct newest){account->last_entry, account->balance};
    int64_t start = account->last_entry;
    for (const struct pending *pending; (pending = group_pending(ledger, tx, start));) {
        start = pending->entry.previous;
        if (start < floor) return (struct newest){start, pending->entry.balance - pending->entry.amount};
    }
    if (account->version >= WAYPOINT_EVERY) {
        struct rows *waypoint = tx_query(tx, &waypoint_at, VALUES(V_INT(account->id), V_INT(floor)));
        if (rows_next(waypoint)) start = row_int(waypoint, 0);
        rows_end(waypoint);
    }
    struct newest newest = {0, 0};
    struct rows *rows = tx_query(tx, &entry_before, VALUES(V_INT(start), V_INT(account->id), V_INT(floor)));
    if (rows_next(rows)) newest = (struct newest){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    return newest;
}

struct entry_cursor *ledger_entries(struct ledger *ledger, struct tx *tx, int64_t account, moment before) {
    struct entry_cursor *cursor = arena_new_of(tx_arena(tx), struct entry_cursor);
    *cursor = (struct entry_cursor){.ledger = ledger, .tx = tx, .account = account};
    struct account owner;
    if (!ledger_account(ledger, tx, account, &owner)) return cursor;
    cursor->currency = owner.currency;
    cursor->next = before == 0 ? owner.last_entry : newest_before(ledger, tx, &owner, id_from_moment(before)).id;
    if (cursor->next) cursor_page(cursor, PAGE_MIN);
    return cursor;
}

size_t ledger_waypoints(struct tx *tx, int64_t after, int64_t until, struct ledger_waypoint *found, size_t most) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &waypoints, VALUES(V_INT(after), V_INT(until), V_INT((int64_t)most)));
    while (count < most && rows_next(rows))
        found[count++] = (struct ledger_waypoint){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    return count;
}

/* ---- what follows from entries ---- */

bool ledger_balance_at(struct ledger *ledger, struct tx *tx, int64_t account, moment at, int64_t *balance) {
    struct account owner;
    if (!ledger_account(ledger, tx, account, &owner)) return false;
    *balance = newest_before(ledger, tx, &owner, id_from_moment(at)).balance;
    return true;
}

bool ledger_turnover(struct ledger *ledger, struct tx *tx, int64_t account, moment from, moment to,
                     struct turnover *turnover) {
    struct turnover sum = {0};
    if (!ledger_balance_at(ledger, tx, account, to, &sum.closing)) return false;
    sum.opening = sum.closing;
    int64_t first = id_from_moment(from);
    struct entry_cursor *cursor = ledger_entries(ledger, tx, account, to);
    for (struct entry entry; entry_next(cursor, &entry) && entry.id >= first;) {
        sum.opening = entry.balance - entry.amount;
        if (entry.amount > 0) sum.in += entry.amount;
        else sum.out -= entry.amount;
        sum.entries++;
    }
    *turnover = sum;
    return true;
}

static struct limit_state limit_state(int64_t max, int64_t spent) {
    int64_t rest = spent < max ? max - spent : 0;
    return (struct limit_state){.max = max, .spent = spent, .rest = max > 0 ? rest : INT64_MAX};
}

struct limit_report ledger_limits(struct ledger *ledger, struct tx *tx, const struct account *account) {
    struct account asked = *account, head;
    struct account now = *head_counted(ledger, tx, &asked, &head);
    rules_roll(&now, books_day(ledger, tx));
    const struct limit_set *limits = books_limits(ledger, tx, &now);
    return (struct limit_report){
        .balance = limit_state(limits->balance_max, now.balance + now.aside),
        .day_out = limit_state(limits->day_out_max, now.day_out),
        .month_out = limit_state(limits->month_out_max, now.month_out),
        .month_in = limit_state(limits->month_in_max, now.month_in),
        .operation_max = limits->operation_max,
    };
}
