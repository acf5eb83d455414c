/* tenure.c: whether this process alone writes, and what is to be done when that changes. Where it does, participants
 * may know better than rows (the ledger's late ones); so before another node writes they put all they know into rows.
 *
 * On PostgreSQL it is a lock of the writer's own session: alone it is held exclusively, together it is shared. A
 * commit goes out by that same session, so one that lost its lock can commit nothing. Who finds another node alone asks
 * it (NOTIFY) and waits. A row says that a node has been alone and has not given way: then its rows may be behind, and
 * only who gets the lock exclusively may go on, since he puts them right first. SQLite has one tenure for ever. */
#include "base/check.h"
#include "store/driver.h"

#define RENEWAL_ARENA ((size_t)64 << 20)

STATEMENT(alone_mark, "INSERT INTO store_group (node, number) VALUES (-1, $1) "
                      "ON CONFLICT (node) DO UPDATE SET number = excluded.number");
STATEMENT(alone_unmark, "DELETE FROM store_group WHERE node = -1");

struct piece {
    struct command command; /* first: a command is cast to it */
    struct store *store;
    int64_t tenure; /* under which it ran */
    bool more, impossible;
};

static enum command_outcome run_renewal(struct command *command, struct tx *tx) {
    struct piece *piece = (struct piece *)command;
    struct store *store = piece->store;
    piece->tenure = tx_tenure(tx);
    piece->more = piece->impossible = false;
    if (store_is_postgres(store) && tx_alone(tx)) tx_queue(tx, &alone_mark, VALUES(V_INT(piece->tenure)));
    for (size_t i = 0; i < store->participant_count && !piece->impossible; i++) {
        const struct participant *participant = &store->participants[i];
        bool more = false;
        if (participant->renew == NULL) continue;
        piece->impossible = !participant->renew(participant->self, tx, &more) && !tx_failed(tx);
        piece->more = piece->more || more;
    }
    return piece->impossible ? COMMAND_UNDO : COMMAND_KEEP;
}

static enum command_outcome run_giving_way(struct command *command, struct tx *tx) {
    struct piece *piece = (struct piece *)command;
    struct store *store = piece->store;
    piece->tenure = tx_tenure(tx);
    piece->more = false;
    for (size_t i = 0; i < store->participant_count; i++) {
        const struct participant *participant = &store->participants[i];
        bool more = false;
        if (participant->give_way != NULL) participant->give_way(participant->self, tx, &more);
        piece->more = piece->more || more;
    }
    if (!piece->more) tx_queue(tx, &alone_unmark, NO_VALUES);
    return COMMAND_KEEP;
}

/* Runs one piece as a group of its own; true when it is on disk. */
static bool piece_run(struct piece *piece) {
    struct command_list group;
    list_init(&group);
    list_add(&group, &piece->command);
    piece->store->renewing = true;
    group_run(piece->store, &group);
    if (piece->store->doubtful.first != NULL) (void)group_settle(piece->store, true); /* it may be run again */
    piece->store->renewing = false;
    return piece->command.status == STORE_DURABLE;
}

/* Somebody keeps in memory what rows do not say. */
static bool anybody_renews(const struct store *store) {
    for (size_t i = 0; i < store->participant_count; i++)
        if (store->participants[i].renew != NULL) return true;
    return false;
}

bool tenure_known(struct store *store) {
    if (store->renewing || store->tenure == store->writer->tenure) return true;
    if (!anybody_renews(store)) {
        store->tenure = store->writer->tenure;
        return true;
    }
    struct piece piece = {.store = store, .command = {.run = run_renewal, .arena = arena_new(RENEWAL_ARENA)}};
    bool good = piece.command.arena != NULL;
    store->giving_way = false;
    /* Once more when the connection was lost on the way: then it is another tenure. */
    while (good && store->tenure != store->writer->tenure) {
        good = piece_run(&piece) && !piece.impossible;
        if (good && !piece.more) store->tenure = piece.tenure;
        arena_clear(piece.command.arena);
    }
    arena_free(piece.command.arena);
    return good;
}

bool tenure_tend(struct store *store) {
    if (!store->writer->asked || store->tenure != store->writer->tenure || !store->writer->alone) return false;
    if (store->doubtful.first != NULL) return false;
    struct piece piece = {.store = store, .command = {.run = run_giving_way, .arena = arena_new(RENEWAL_ARENA)}};
    bool good = piece.command.arena != NULL && piece_run(&piece), done = good && !piece.more;
    arena_free(piece.command.arena);
    if (!done) return good;
    store->writer->asked = false;
    if (piece.tenure == store->writer->tenure) (void)store->driver->share(store->writer, store->problem);
    return false;
}
