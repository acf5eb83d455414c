/* reader.c: snapshots, one connection a reading thread. */
#include "base/check.h"
#include "store/driver.h"

#include <stdlib.h>

#define READER_ARENA ((size_t)64 << 20)

struct reader {
    struct store *store;
    const struct driver *driver;
    struct connection *connection;
    struct arena *arena;
    struct tx tx;
    bool reading;
};

struct reader *reader_new(struct store *store) {
    struct reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) return NULL;
    char problem[PROBLEM_SIZE];
    reader->store = store;
    reader->driver = store->driver;
    reader->arena = arena_new(READER_ARENA);
    reader->connection = store->driver->open(store->world, store->where, false, problem);
    if (reader->arena != NULL && reader->connection != NULL) return reader;
    reader_free(reader);
    return NULL;
}

void reader_free(struct reader *reader) {
    if (reader == NULL) return;
    check(!reader->reading);
    if (reader->connection != NULL) reader->driver->close(reader->connection);
    arena_free(reader->arena);
    free(reader);
}

struct tx *reader_begin(struct reader *reader) {
    check(!reader->reading);
    struct tx *tx = &reader->tx;
    tx_init(tx, reader->store, reader->connection, reader->arena, false);
    if (!reader->driver->ready(reader->connection, tx->problem)) return NULL;
    reader->reading = true;
    return tx;
}

bool reader_end(struct reader *reader, struct tx *tx) {
    check(reader->reading && tx == &reader->tx);
    if (tx->begun) reader->driver->rollback(tx);
    reader->reading = false;
    arena_clear(reader->arena);
    return tx->trouble == TROUBLE_NONE;
}
