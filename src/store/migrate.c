/* migrate.c: brings the schema to what this program knows. Forward only, never twice, never silently different: each
 * migration that ran is remembered with a hash of its text. */
#include "base/check.h"
#include "store/driver.h"

#include <inttypes.h>
#include <string.h>

static const char bootstrap[] =
    "CREATE TABLE IF NOT EXISTS store_migration ( -- reference\n"
    "    feature TEXT NOT NULL,\n"
    "    number BIGINT NOT NULL,\n"
    "    hash BIGINT NOT NULL,\n"
    "    applied BIGINT NOT NULL,\n"
    "    PRIMARY KEY (feature, number)\n"
    ") CLUSTERED;\n"
    "CREATE TABLE IF NOT EXISTS store_group ( -- distributed by node\n"
    "    node BIGINT NOT NULL PRIMARY KEY,\n"
    "    number BIGINT NOT NULL\n"
    ") CLUSTERED;\n";

STATEMENT(migrations_run, "SELECT number, hash FROM store_migration WHERE feature = $1 ORDER BY number");
STATEMENT(migration_add, "INSERT INTO store_migration (feature, number, hash, applied) VALUES ($1, $2, $3, $4)");

struct migrating {
    struct tx *tx;
    const struct migration *migrations; /* one feature's, numbered from `first` */
    size_t count;
    int64_t first;
    int64_t last; /* the highest this program knows */
};

static int64_t hash_of(const char *sql) { /* FNV-1a: finds edits, not enemies */
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *sql != '\0'; sql++) hash = (hash ^ (unsigned char)*sql) * UINT64_C(0x100000001b3);
    return (int64_t)(hash >> 1);
}

/* Compares with what ran before; gives the number of the last one that did. */
static int64_t compare(struct migrating *migrating) {
    const char *feature = migrating->migrations[0].feature;
    struct tx *tx = migrating->tx;
    int64_t last = 0;
    struct rows *rows = tx_query(tx, &migrations_run, VALUES(V_TEXT(text_from(feature))));
    while (rows_next(rows)) {
        int64_t number = row_int(rows, 0), at = number - migrating->first;
        if (number != last + 1) {
            tx_fail(tx, TROUBLE_STATEMENT, "%s: migration %" PRId64 " is missing from the database", feature, last + 1);
        } else if (at >= 0 && (size_t)at < migrating->count &&
                   row_int(rows, 1) != hash_of(migrating->migrations[at].sql)) {
            tx_fail(tx, TROUBLE_STATEMENT,
                    "%s: migration %" PRId64 " is not the one that was run on this database; released migrations never "
                    "change, add another",
                    feature, number);
        }
        last = number;
    }
    rows_end(rows);
    if (tx->trouble == TROUBLE_NONE && last > migrating->last) {
        tx_fail(tx, TROUBLE_STATEMENT,
                "%s: the database has migration %" PRId64 ", this program knows only %" PRId64
                ": it was last used by a newer version",
                feature, last, migrating->last);
    }
    return last;
}

static void migrate_feature(struct migrating *migrating) {
    struct tx *tx = migrating->tx;
    if (!tx->driver->script(tx, bootstrap)) return;
    int64_t ran = compare(migrating);
    for (size_t i = 0; i < migrating->count && tx->trouble == TROUBLE_NONE; i++) {
        const struct migration *migration = &migrating->migrations[i];
        if (migration->number <= ran) continue;
        if (!tx->driver->script(tx, migration->sql)) {
            char why[PROBLEM_SIZE];
            memcpy(why, tx->problem, sizeof why);
            problem_set(tx->problem, "%s: migration %d: %.*s", migration->feature, migration->number,
                        PROBLEM_SIZE - 64, why);
            return;
        }
        tx_run(tx, &migration_add,
               VALUES(V_TEXT(text_from(migration->feature)), V_INT(migration->number), V_INT(hash_of(migration->sql)),
                      V_INT(world_now(tx_world(tx)))));
    }
}

/* One feature in one transaction; false with problem. */
static bool run_feature(struct store *store, struct migrating *migrating, char problem[PROBLEM_SIZE]) {
    struct tx tx;
    tx_init(&tx, store, store->writer, store->arena, true);
    migrating->tx = &tx;
    if (store->driver->begin(&tx)) migrate_feature(migrating);
    enum commit_result result = COMMIT_NOT;
    if (tx.trouble == TROUBLE_NONE) {
        result = store->driver->commit(&tx);
    } else {
        store->driver->rollback(&tx);
    }
    problem_set(problem, "%s", tx.problem);
    if (result == COMMIT_UNKNOWN) problem_set(problem, "the connection was lost while migrating; start again");
    return result == COMMIT_DONE;
}

/* Numbers are 1, 2, … for each feature in the given order. */
static bool numbers_contiguous(const struct migration *migrations, size_t count, char problem[PROBLEM_SIZE]) {
    for (size_t i = 0; i < count; i++) {
        int before = 0;
        for (size_t j = 0; j < i; j++) before += strcmp(migrations[j].feature, migrations[i].feature) == 0;
        if (migrations[i].number == before + 1) continue;
        problem_set(problem, "%s: migration %d stands where %d must", migrations[i].feature, migrations[i].number,
                    before + 1);
        return false;
    }
    return true;
}

static bool migrate_all(struct store *store, const struct migration *migrations, size_t count,
                        char problem[PROBLEM_SIZE]) {
    if (!numbers_contiguous(migrations, count, problem) || !store_writer(store, problem)) return false;
    for (size_t i = 0; i < count;) {
        struct migrating migrating = {.migrations = &migrations[i], .first = migrations[i].number};
        while (i < count && strcmp(migrations[i].feature, migrating.migrations[0].feature) == 0) {
            i++;
            migrating.count++;
        }
        for (size_t j = 0; j < count; j++) {
            if (strcmp(migrations[j].feature, migrating.migrations[0].feature) == 0)
                migrating.last = migrations[j].number;
        }
        if (!run_feature(store, &migrating, problem)) return false;
    }
    return true;
}

bool store_migrate(struct store *store, struct arena *arena, const struct migration *migrations, size_t count,
                   struct text *problem) {
    check(store->state == WRITER_NEW);
    char why[PROBLEM_SIZE] = "";
    if (migrate_all(store, migrations, count, why)) return true;
    *problem = text_copy(arena, text_from(why));
    return false;
}
