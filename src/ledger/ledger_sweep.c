/* ledger_sweep.c: see ledger_sweep.h. */
#include "ledger/ledger_group.h"

#include "base/check.h"

#define REST_ENTRIES (1 << 19) /* a pass begins when so many entries were made since the last began */
#define ROWS_MIN 64
#define ROWS_MAX 1024 /* looked at by one group that carries commands: some 200 µs */

STATEMENT(accounts_after, "SELECT id FROM account WHERE id > $1 ORDER BY id LIMIT $2");
STATEMENT(watermark_now, "SELECT entry FROM watermark WHERE id = 1");
STATEMENT(watermark_remove, "DELETE FROM watermark WHERE id = 1");
STATEMENT(watermark_save,
          "INSERT INTO watermark (id, entry) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET entry = excluded.entry");

bool sweep_ready(const struct sweep *sweep) {
    return sweep->state.ready;
}

/* Rows are looked at twice as fast as entries are made; all at once when nothing else is to do. */
static size_t rows_now(size_t entries) {
    if (entries == 0) return SWEPT_MOST;
    size_t rows = entries * 2;
    return rows < ROWS_MIN ? ROWS_MIN : rows > ROWS_MAX ? ROWS_MAX : rows;
}

static void pass_begin(struct sweep *sweep) {
    sweep->state.passing = true;
    sweep->state.wanted = false;
    sweep->state.position = INT64_MIN;
    sweep->state.covered = sweep->state.newest;
    sweep->state.waiting = 0;
}

static void write_swept(struct ledger *ledger, struct tx *tx) {
    const struct sweep *sweep = &ledger->sweep;
    struct account *accounts = arena_array(tx_arena(tx), struct account, sweep->swept_count);
    const struct account **each = arena_array(tx_arena(tx), const struct account *, sweep->swept_count);
    for (size_t i = 0; i < sweep->swept_count; i++) {
        check(ledger_memo_find(ledger->memo, sweep->swept[i], &accounts[i]));
        each[i] = &accounts[i];
    }
    accounts_write(ledger, tx, each, sweep->swept_count);
}

static void pass_on(struct ledger *ledger, struct tx *tx, size_t most) {
    struct sweep *sweep = &ledger->sweep;
    const struct ledger_memo *memo = ledger->memo;
    size_t count = 0;
    struct rows *rows = tx_query(tx, &accounts_after, VALUES(V_INT(sweep->state.position), V_INT((int64_t)most)));
    for (; count < most && rows_next(rows); count++) {
        sweep->state.position = row_int(rows, 0);
        if (ledger_memo_late(memo, sweep->state.position)) sweep->swept[sweep->swept_count++] = sweep->state.position;
    }
    rows_end(rows);
    write_swept(ledger, tx);
    bool none_late = ledger_memo_late_count(memo) == sweep->swept_count; /* after this group */
    if (count == most && !none_late) return;
    sweep->state.passing = false;
    tx_queue(tx, &watermark_save, VALUES(V_INT(none_late ? sweep->state.newest : sweep->state.covered)));
}

void sweep_step(struct ledger *ledger, struct tx *tx, size_t entries, int64_t newest) {
    struct sweep *sweep = &ledger->sweep;
    struct sweep_state *state = &sweep->state;
    check(sweep->swept_count == 0);
    if (!state->ready) return;
    if (newest > 0) state->newest = newest;
    state->waiting += (int64_t)entries;
    if (!state->passing && (state->waiting >= REST_ENTRIES || state->wanted)) pass_begin(sweep);
    if (state->passing) pass_on(ledger, tx, rows_now(entries));
}

void sweep_ended(struct sweep *sweep, struct ledger_memo *memo, bool committed) {
    if (committed) {
        for (size_t i = 0; i < sweep->swept_count; i++) ledger_memo_swept(memo, sweep->swept[i]);
        sweep->before = sweep->state;
    } else {
        sweep->state = sweep->before;
    }
    sweep->swept_count = 0;
}

int64_t sweep_watermark(struct tx *tx, bool *known) {
    struct rows *rows = tx_query(tx, &watermark_now, NO_VALUES);
    *known = rows_next(rows);
    int64_t entry = *known ? row_int(rows, 0) : 0;
    rows_end(rows);
    return entry;
}

void sweep_recovered(struct sweep *sweep, struct tx *tx, int64_t newest) {
    tx_queue(tx, &watermark_save, VALUES(V_INT(newest)));
    sweep->state = (struct sweep_state){.ready = true, .newest = newest, .covered = newest};
}

void sweep_gone(struct sweep *sweep, struct tx *tx) {
    tx_queue(tx, &watermark_remove, NO_VALUES);
    sweep->state = (struct sweep_state){0};
}
