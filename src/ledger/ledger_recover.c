/* ledger_recover.c: rows brought up to date: when this process begins to be alone with the database (at the start, and
 * whenever its connection was another's meanwhile), at the end, and before other nodes write. After a crash rows are
 * told the entries that they do not show yet (ledger_sweep.h); each piece is a group of its own and may be repeated: an
 * entry is told only to the version before it. */
#include "ledger/ledger_books.h"

#include "base/check.h"

#define PIECE 20000 /* entries */
#define PIECE_ARENA ((size_t)64 << 20)

STATEMENT(entries_above,
          "SELECT id, account, amount, balance, version, counted FROM entry WHERE id > $1 ORDER BY id LIMIT $2");
STATEMENT(newest_entry, "SELECT MAX(id) FROM entry");

static int64_t newest(struct tx *tx) {
    struct rows *rows = tx_query(tx, &newest_entry, NO_VALUES);
    int64_t id = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return id;
}

/* False when the account's row cannot have been before this entry. */
static bool tell(struct ledger *ledger, struct tx *tx, const struct pending *told) {
    const struct entry *entry = &told->entry;
    struct slot *slot = group_slot(ledger, tx, entry->account);
    if (!slot) return tx_failed(tx);
    if (slot->account.version >= entry->version) return true;
    if (slot->account.version + 1 != entry->version) return false;
    group_touch(ledger, slot, TOUCH_CHANGED);
    rules_replay(&slot->account, entry, told->counted);
    return true;
}

/* The next entries above the position, read whole before any row is asked for. */
static size_t read_piece(struct tx *tx, int64_t position, struct pending *piece, int64_t *accounts) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &entries_above, VALUES(V_INT(position), V_INT(PIECE)));
    for (; count < PIECE && rows_next(rows); count++) {
        piece[count] = (struct pending){.entry = {.id = row_int(rows, 0),
                                                  .account = row_int(rows, 1),
                                                  .amount = row_int(rows, 2),
                                                  .balance = row_int(rows, 3),
                                                  .version = row_int(rows, 4)},
                                        .counted = (int32_t)row_int(rows, 5)};
        accounts[count] = piece[count].entry.account;
    }
    rows_end(rows);
    return count;
}

/* Gives how many there were. */
static size_t tell_piece(struct ledger *ledger, struct tx *tx) {
    struct renewal *renewal = &ledger->renewal;
    struct pending *piece = arena_array(tx_arena(tx), struct pending, PIECE);
    int64_t *accounts = arena_array(tx_arena(tx), int64_t, PIECE);
    size_t count = read_piece(tx, renewal->position, piece, accounts);
    group_fetch(ledger, tx, accounts, count);
    for (size_t i = 0; i < count && !renewal->torn; i++) renewal->torn = !tell(ledger, tx, &piece[i]);
    renewal->reached = count > 0 ? piece[count - 1].entry.id : renewal->position;
    return count;
}

/* Memory is forgotten; until the end no snapshot may rely on it. */
static void renewal_begin(struct ledger *ledger, struct tx *tx) {
    atomic_store(&ledger->since, INT64_MAX);
    atomic_store(&ledger->alone, tx_alone(tx));
    ledger_memo_clear(ledger->memo);
    ledger->sweep = (struct sweep){0};
    ledger->renewal = (struct renewal){.tenure = tx_tenure(tx), .running = true};
}

bool renewal_run(void *self, struct tx *tx, bool *more) {
    struct ledger *ledger = self;
    struct renewal *renewal = &ledger->renewal;
    if (renewal->tenure != tx_tenure(tx)) renewal_begin(ledger, tx);
    renewal->torn = renewal->ending = false;
    if (!ledger->alone) {
        renewal->ending = true; /* whoever was alone before us has left no row behind */
        return true;
    }
    bool known;
    int64_t watermark = sweep_watermark(tx, &known);
    if (!known) watermark = newest(tx);
    if (renewal->position < watermark) renewal->position = watermark;
    *more = tell_piece(ledger, tx) == PIECE;
    renewal->ending = !*more && !renewal->torn;
    if (renewal->ending) sweep_recovered(&ledger->sweep, tx, renewal->reached);
    return !renewal->torn;
}

void renewal_give_way(void *self, struct tx *tx, bool *more) {
    struct ledger *ledger = self;
    ledger->renewal.giving_way = true;
    if (ledger_memo_late_count(ledger->memo) > 0) {
        ledger->sweep.state.wanted = *more = true;
        return;
    }
    sweep_gone(&ledger->sweep, tx);
    ledger->renewal.gave_way = true;
}

void renewal_ended(struct ledger *ledger, bool committed) {
    struct renewal *renewal = &ledger->renewal;
    if (committed && (renewal->ending || renewal->gave_way)) {
        /* A snapshot of an earlier moment may see rows as they were. */
        atomic_store(&ledger->since, store_generation(ledger->store));
        renewal->running = false;
    }
    if (committed && renewal->running) renewal->position = renewal->reached;
    renewal->ending = renewal->gave_way = false;
}

static enum command_outcome run_nothing(struct command *command, struct tx *tx) {
    (void)command;
    (void)tx;
    return COMMAND_KEEP;
}

bool ledger_recover(struct ledger *ledger, struct text *problem) {
    struct command command = {.run = run_nothing, .arena = arena_new(PIECE_ARENA)};
    bool good = command.arena != NULL && store_run(ledger->store, &command) == STORE_DURABLE && heads_settle(ledger);
    if (!good)
        *problem = ledger->renewal.torn ? TEXT("the books have a gap: see `kabinet verify`")
                                        : TEXT("the books cannot be brought up to date");
    arena_free(command.arena);
    return good;
}

/* ---- settling ---- */

bool ledger_settle(struct ledger *ledger, struct tx *tx, int64_t age_us) {
    struct sweep_state *state = &ledger->sweep.state;
    if (!ledger->alone || !state->ready || ledger_memo_late_count(ledger->memo) == 0) return false;
    moment now = world_now(tx_world(tx));
    if (!state->passing && now - state->wanted_at >= age_us) {
        state->wanted = true;
        state->wanted_at = now;
    }
    return state->passing || state->wanted;
}

struct settling {
    struct command command; /* first: a command is cast to it */
    struct ledger *ledger;
    bool more;
};

static enum command_outcome run_settling(struct command *command, struct tx *tx) {
    struct settling *settling = (struct settling *)command;
    settling->more = ledger_settle(settling->ledger, tx, 0);
    return COMMAND_KEEP;
}

void ledger_settle_all(struct ledger *ledger) {
    struct settling settling = {
        .ledger = ledger, .more = true, .command = {.run = run_settling, .arena = arena_new(PIECE_ARENA)}};
    bool good = settling.command.arena != NULL;
    while (good && settling.more) good = store_run(ledger->store, &settling.command) == STORE_DURABLE;
    arena_free(settling.command.arena);
}
