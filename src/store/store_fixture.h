/* store_fixture.h: an empty database of either kind for a test, made and removed again.
 *
 *     for (enum store_kind kind = 0; kind < STORE_KINDS; kind++) {
 *         struct store_fixture fixture;
 *         if (!store_fixture_new(&fixture, kind)) continue;
 *         store_fixture_open(&fixture, ledger_migrations, count, NULL);
 *         … join …
 *         store_fixture_start(&fixture);
 *         …
 *         store_fixture_free(&fixture);
 *     }
 *
 * PostgreSQL is the server that the environment's KABINET_TEST_POSTGRES names (postgresql://…, by a user who may create
 * databases); `./run test` provides it. Without it that half is left out, and says so loudly. For tests only. */
#pragma once

#include "store/store.h"

enum store_kind { STORE_SQLITE, STORE_POSTGRES, STORE_KINDS };

struct store_fixture {
    enum store_kind kind;
    struct world *world;      /* simulated, seed 1, at 2026-01-01 */
    struct arena *arena;
    struct store *store;      /* NULL until opened */
    struct text problem;      /* of store_fixture_try */
    char where[1024];         /* what store_options.where takes */
    char folder[256], database[64];
};

/* An empty database, not opened. False when this kind is not to be had. */
bool store_fixture_new(struct store_fixture *fixture, enum store_kind kind);
/* Opens and migrates, not yet started; options may be NULL, its where and world are filled in. Ends the test's process
 * with the problem when it cannot. May be called again after store_fixture_close: the rows are still there. */
void store_fixture_open(struct store_fixture *fixture, const struct migration *migrations, size_t count,
                        const struct store_options *options);
/* The same; false with fixture->problem instead of ending. */
bool store_fixture_try(struct store_fixture *fixture, const struct migration *migrations, size_t count,
                       const struct store_options *options);
void store_fixture_start(struct store_fixture *fixture);
void store_fixture_close(struct store_fixture *fixture);
void store_fixture_free(struct store_fixture *fixture); /* closes, and removes the database */
/* Runs body as a command of its own and waits for it; and as a snapshot (false when it failed). */
enum store_status store_fixture_write(struct store_fixture *fixture,
                                      enum command_outcome (*body)(struct tx *tx, void *data), void *data);
bool store_fixture_read(struct store_fixture *fixture, void (*body)(struct tx *tx, void *data), void *data);
const char *store_kind_name(enum store_kind kind);
size_t store_migration_count(const struct migration *migrations); /* of a list ended by .sql NULL */
