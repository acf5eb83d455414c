/* store_fixture.c: see store_fixture.h. */
#include "store/store_fixture.h"

#include "base/check.h"

#include <ctype.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIXTURE_ARENA ((size_t)64 << 20)

static void fail(const char *what, const char *problem) {
    fprintf(stderr, "store fixture: %s: %s\n", what, problem);
    check_failed("the store fixture could not be made", __FILE__, __LINE__);
}

/* ---- PostgreSQL ---- */

static void server_do(const char *sql) {
    PGconn *conn = PQconnectdb(getenv("KABINET_TEST_POSTGRES"));
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) fail(sql, PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
}

static void add_parameter(struct buffer *out, const char *name, const char *value) {
    buffer_format(out, "%s%s=", out->size > 0 && memchr(out->data, '?', out->size) != NULL ? "&" : "?", name);
    for (; *value != '\0'; value++) {
        if (isalnum((unsigned char)*value)) {
            buffer_add_char(out, *value);
        } else {
            buffer_format(out, "%%%02X", (unsigned char)*value);
        }
    }
}

/* The same server, another database. */
static void address_of(struct store_fixture *fixture) {
    char *problem = NULL;
    PQconninfoOption *options = PQconninfoParse(getenv("KABINET_TEST_POSTGRES"), &problem);
    if (options == NULL) fail("KABINET_TEST_POSTGRES", problem);
    struct buffer out = buffer_new(fixture->arena, 256);
    buffer_format(&out, "postgresql:///%s", fixture->database);
    for (PQconninfoOption *option = options; option->keyword != NULL; option++) {
        if (option->val == NULL || *option->val == '\0' || strcmp(option->keyword, "dbname") == 0) continue;
        add_parameter(&out, option->keyword, option->val);
    }
    PQconninfoFree(options);
    struct text where = buffer_text(&out);
    check(where.size < sizeof fixture->where);
    memcpy(fixture->where, where.data, where.size);
    fixture->where[where.size] = '\0';
}

static bool postgres_new(struct store_fixture *fixture) {
    static _Atomic int number;
    if (getenv("KABINET_TEST_POSTGRES") == NULL) {
        fprintf(stderr, "\n!!! SKIPPED: the PostgreSQL half of this test: KABINET_TEST_POSTGRES is not set\n\n");
        return false;
    }
    snprintf(fixture->database, sizeof fixture->database, "kabinet_test_%d_%d", (int)getpid(), number++);
    char sql[160];
    snprintf(sql, sizeof sql, "CREATE DATABASE %s ENCODING 'UTF8' TEMPLATE template0", fixture->database);
    server_do(sql);
    address_of(fixture);
    return true;
}

static void postgres_free(struct store_fixture *fixture) {
    char sql[160];
    snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", fixture->database);
    server_do(sql);
}

/* ---- SQLite ---- */

static bool sqlite_new(struct store_fixture *fixture) {
    const char *folder = getenv("TMPDIR");
    snprintf(fixture->folder, sizeof fixture->folder, "%s/kabinet-test-XXXXXX", folder == NULL ? "/tmp" : folder);
    if (mkdtemp(fixture->folder) == NULL) fail(fixture->folder, "cannot be made");
    snprintf(fixture->where, sizeof fixture->where, "%s/store.db", fixture->folder);
    return true;
}

static void sqlite_free(struct store_fixture *fixture) {
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char path[sizeof fixture->where + 8];
        snprintf(path, sizeof path, "%s%s", fixture->where, suffixes[i]);
        unlink(path);
    }
    rmdir(fixture->folder);
}

/* ---- both ---- */

bool store_fixture_new(struct store_fixture *fixture, enum store_kind kind) {
    *fixture = (struct store_fixture){.kind = kind};
    fixture->arena = arena_new(FIXTURE_ARENA);
    if (kind == STORE_POSTGRES ? !postgres_new(fixture) : !sqlite_new(fixture)) {
        arena_free(fixture->arena);
        return false;
    }
    fixture->world = world_simulated(1, INT64_C(1767225600) * SECOND);
    return true;
}

bool store_fixture_try(struct store_fixture *fixture, const struct migration *migrations, size_t count,
                       const struct store_options *options) {
    check(fixture->store == NULL);
    struct store_options own = options == NULL ? (struct store_options){0} : *options;
    own.where = fixture->where;
    own.world = fixture->world;
    fixture->store = store_open(fixture->arena, &own, &fixture->problem);
    if (fixture->store == NULL) return false;
    if (store_migrate(fixture->store, fixture->arena, migrations, count, &fixture->problem)) return true;
    store_fixture_close(fixture);
    return false;
}

void store_fixture_open(struct store_fixture *fixture, const struct migration *migrations, size_t count,
                        const struct store_options *options) {
    if (!store_fixture_try(fixture, migrations, count, options)) fail(fixture->where, fixture->problem.data);
}

void store_fixture_start(struct store_fixture *fixture) {
    if (!store_start(fixture->store)) fail(fixture->where, "the store does not start");
}

void store_fixture_close(struct store_fixture *fixture) {
    store_close(fixture->store);
    fixture->store = NULL;
}

void store_fixture_free(struct store_fixture *fixture) {
    store_fixture_close(fixture);
    if (fixture->kind == STORE_POSTGRES) {
        postgres_free(fixture);
    } else {
        sqlite_free(fixture);
    }
    world_free(fixture->world);
    arena_free(fixture->arena);
}

struct fixture_command {
    struct command command;
    enum command_outcome (*body)(struct tx *tx, void *data);
    void *data;
};

static enum command_outcome fixture_run(struct command *command, struct tx *tx) {
    struct fixture_command *own = (struct fixture_command *)command;
    return own->body(tx, own->data);
}

enum store_status store_fixture_write(struct store_fixture *fixture,
                                      enum command_outcome (*body)(struct tx *tx, void *data), void *data) {
    struct fixture_command own = {.command.run = fixture_run, .body = body, .data = data};
    return store_run(fixture->store, &own.command);
}

bool store_fixture_read(struct store_fixture *fixture, void (*body)(struct tx *tx, void *data), void *data) {
    struct reader *reader = reader_new(fixture->store);
    struct tx *tx = reader == NULL ? NULL : reader_begin(reader);
    if (tx != NULL) body(tx, data);
    bool well = tx != NULL && reader_end(reader, tx);
    reader_free(reader);
    return well;
}

const char *store_kind_name(enum store_kind kind) {
    return kind == STORE_POSTGRES ? "postgres" : "sqlite";
}

size_t store_migration_count(const struct migration *migrations) {
    size_t count = 0;
    while (migrations[count].sql != NULL) count++;
    return count;
}
