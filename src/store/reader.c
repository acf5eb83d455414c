/* reader.c: snapshots, one connection a reading thread. */
#include "base/check.h"
#include "store/driver.h"

#include <stdlib.h>

#define READER_ARENA ((size_t)64 << 20)
#define READER_FIRST ((size_t)64 << 10) /* holds what most snapshots need, so that they ask for no memory */

struct reader {
    struct store *store;
    const struct driver *driver;
    struct connection *connection;
    struct arena *arena;
    struct tx tx;
    bool reading;
    bool lingers;   /* the thread says when it rests */
    bool open;      /* a snapshot of an earlier reader_begin, still good while the store's generation is this */
    int64_t generation;
};

struct reader *reader_new(struct store *store) {
    struct reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) return NULL;
    char problem[PROBLEM_SIZE];
    reader->store = store;
    reader->driver = store->driver;
    reader->arena = arena_new_roomy(READER_ARENA, READER_FIRST);
    reader->connection = store->driver->open(store->world, store->where, false, problem);
    if (reader->arena != NULL && reader->connection != NULL) return reader;
    reader_free(reader);
    return NULL;
}

static void snapshot_drop(struct reader *reader) {
    if (reader->open) reader->driver->rollback(&reader->tx);
    reader->open = false;
}

void reader_free(struct reader *reader) {
    if (reader == NULL) return;
    check(!reader->reading);
    snapshot_drop(reader);
    if (reader->connection != NULL) reader->driver->close(reader->connection);
    arena_free(reader->arena);
    free(reader);
}

void reader_rest(struct reader *reader) {
    check(!reader->reading);
    reader->lingers = reader->driver->reads_inline;
    snapshot_drop(reader);
}

struct tx *reader_begin(struct reader *reader) {
    check(!reader->reading);
    struct tx *tx = &reader->tx;
    int64_t generation = atomic_load(&reader->store->generation);
    if (reader->open && generation != reader->generation) snapshot_drop(reader);
    tx_init(tx, reader->store, reader->connection, reader->arena, false);
    tx->begun = reader->open;
    if (!reader->open) reader->generation = generation; /* or a later one: then it is dropped too early */
    tx->generation = reader->generation;
    if (!reader->driver->ready(reader->connection, tx->problem)) return NULL;
    reader->reading = true;
    return tx;
}

bool reader_end(struct reader *reader, struct tx *tx) {
    check(reader->reading && tx == &reader->tx);
    bool good = tx->trouble == TROUBLE_NONE;
    reader->open = tx->begun;
    if (reader->open && reader->lingers && good) reader->driver->close_rows(tx);
    else snapshot_drop(reader);
    reader->reading = false;
    arena_clear(reader->arena);
    return good && tx->trouble == TROUBLE_NONE;
}
