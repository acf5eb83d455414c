/* sqlite_statement.c: statements and rows on SQLite. Each connection keeps what it prepared under the statement's
 * slot. */
#include "base/check.h"
#include "store/sqlite.h"

#include <stdlib.h>
#include <string.h>

static struct sqlite *sqlite_of(const struct tx *tx) {
    return (struct sqlite *)tx->connection;
}

/* ---- failures ---- */

static enum trouble trouble_of(int code) {
    switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    case SQLITE_ERROR: return TROUBLE_STATEMENT;
    default: return TROUBLE_GONE; /* disk, memory, another process's lock */
    }
}

void sqlite_fail(struct tx *tx, const char *doing) {
    struct sqlite *connection = sqlite_of(tx);
    enum trouble trouble = trouble_of(sqlite3_errcode(connection->db));
    /* Some failures end the whole transaction by themselves: then nothing of the group is left. */
    if (tx->writing && sqlite3_get_autocommit(connection->db) != 0) trouble = TROUBLE_GONE;
    tx_fail(tx, trouble, "%s: %s (%d)", doing, sqlite3_errmsg(connection->db),
            sqlite3_extended_errcode(connection->db));
}

/* ---- preparing ---- */

/* The second fence behind sql_ledger_write(): SQLite itself says what a statement does. */
int sqlite_authorize(void *data, int action, const char *table, const char *second, const char *database,
                     const char *trigger) {
    (void)second;
    (void)database;
    (void)trigger;
    const struct sqlite *connection = data;
    const struct statement *statement = connection->preparing;
    if (statement == NULL) return SQLITE_OK; /* migrations, pragmas of ours, and what was admitted before */
    switch (action) {
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE: return sql_ledger_table(table) && !sql_ledger_file(statement->file) ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    default: return SQLITE_DENY; /* schema, ATTACH, PRAGMA: not a statement's business */
    }
}

static bool prepared_reserve(struct sqlite *connection, size_t slot) {
    if (slot < connection->prepared_count) return true;
    size_t count = slot + 64;
    struct sqlite_rows **grown = realloc(connection->prepared, count * sizeof *grown);
    if (grown == NULL) return false;
    memset(grown + connection->prepared_count, 0, (count - connection->prepared_count) * sizeof *grown);
    connection->prepared = grown;
    connection->prepared_count = count;
    return true;
}

static sqlite3_stmt *handle_new(struct tx *tx, struct statement *statement) {
    struct sqlite *connection = sqlite_of(tx);
    char *sql = sql_rewrite(statement->sql, DIALECT_SQLITE, FORM_PLAIN, NULL, 0);
    if (sql == NULL) return NULL;
    sqlite3_stmt *handle = NULL;
    connection->preparing = statement;
    int code = sqlite3_prepare_v3(connection->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);
    connection->preparing = NULL;
    free(sql);
    if ((code & 0xFF) == SQLITE_ERROR || (code & 0xFF) == SQLITE_AUTH) {
        statement_wrong(statement, sqlite3_errmsg(connection->db));
    }
    if (code != SQLITE_OK) sqlite_fail(tx, statement->file);
    return handle;
}

static struct sqlite_rows *prepared_new(struct tx *tx, struct statement *statement, size_t slot) {
    struct sqlite *connection = sqlite_of(tx);
    struct sqlite_rows *rows = calloc(1, sizeof *rows);
    if (rows == NULL || !prepared_reserve(connection, slot) || (rows->handle = handle_new(tx, statement)) == NULL) {
        tx_fail(tx, TROUBLE_GONE, "%s: out of memory", statement->file);
        free(rows);
        return NULL;
    }
    rows->parameters = sql_parameters(statement->sql);
    check((size_t)sqlite3_bind_parameter_count(rows->handle) == rows->parameters);
    rows->reads = sqlite3_stmt_readonly(rows->handle) != 0;
    connection->prepared[slot] = rows;
    return rows;
}

/* Ready to be bound; a former run of it is closed. */
struct sqlite_rows *sqlite_prepare(struct tx *tx, struct statement *statement) {
    struct sqlite *connection = sqlite_of(tx);
    size_t slot = (size_t)statement_slot(statement);
    struct sqlite_rows *rows = slot < connection->prepared_count ? connection->prepared[slot] : NULL;
    if (rows == NULL) return prepared_new(tx, statement, slot);
    if (rows->head.open) sqlite_end(&rows->head);
    return rows;
}

void sqlite_prepared_free(struct sqlite *connection) {
    for (size_t slot = 0; slot < connection->prepared_count; slot++) {
        if (connection->prepared[slot] == NULL) continue;
        sqlite3_finalize(connection->prepared[slot]->handle);
        free(connection->prepared[slot]);
    }
    free(connection->prepared);
    connection->prepared = NULL;
    connection->prepared_count = 0;
}

/* ---- values ---- */

static int bind_one(sqlite3_stmt *handle, int index, const struct value *value, sqlite3_destructor_type lifetime) {
    const char *data = value->text.data;
    size_t size = value->text.size;
    switch (value->type) {
    case VALUE_INT: return sqlite3_bind_int64(handle, index, value->integer);
    case VALUE_TEXT: return sqlite3_bind_text64(handle, index, data, size, lifetime, SQLITE_UTF8);
    case VALUE_BYTES: return sqlite3_bind_blob64(handle, index, data, size, lifetime);
    case VALUE_NULL: break;
    }
    return sqlite3_bind_null(handle, index);
}

static bool bind_all(struct tx *tx, const struct sqlite_rows *rows, const struct value *values, size_t count,
                     sqlite3_destructor_type lifetime) {
    check(count == rows->parameters);
    for (size_t i = 0; i < count; i++) {
        if (bind_one(rows->handle, (int)i + 1, &values[i], lifetime) == SQLITE_OK) continue;
        sqlite_fail(tx, "bind");
        return false;
    }
    return true;
}

/* ---- writing ---- */

STATEMENT(savepoint, "SAVEPOINT command");

/* The savepoint is opened by the first write: most commands that are refused have written nothing. */
static bool before_write(struct tx *tx) {
    struct sqlite *connection = sqlite_of(tx);
    tx->wrote = true;
    if (!connection->mark_wanted) return true;
    connection->mark_wanted = false;
    connection->mark_open = sqlite_simple(tx, &savepoint);
    return connection->mark_open;
}

/* Steps a bound statement to its end and resets it. */
static bool finish(struct tx *tx, struct sqlite_rows *rows) {
    int code;
    do code = sqlite3_step(rows->handle);
    while (code == SQLITE_ROW);
    if (code != SQLITE_DONE) sqlite_fail(tx, sqlite3_sql(rows->handle));
    sqlite3_reset(rows->handle);
    return code == SQLITE_DONE;
}

bool sqlite_simple(struct tx *tx, struct statement *statement) {
    struct sqlite_rows *rows = sqlite_prepare(tx, statement);
    return rows != NULL && finish(tx, rows);
}

int64_t sqlite_run(struct tx *tx, struct statement *statement, const struct value *values, size_t count) {
    struct sqlite_rows *rows = sqlite_prepare(tx, statement);
    if (rows == NULL || !before_write(tx) || !bind_all(tx, rows, values, count, SQLITE_STATIC)) return 0;
    return finish(tx, rows) ? sqlite3_changes64(sqlite_of(tx)->db) : 0;
}

void sqlite_queue(struct tx *tx, struct statement *statement, const struct value *values, size_t count) {
    sqlite_run(tx, statement, values, count);
}

void sqlite_insert_many(struct tx *tx, struct statement *statement, const enum value_type *types, size_t columns,
                        const struct value *values, size_t row_count) {
    (void)types;
    struct sqlite_rows *rows = sqlite_prepare(tx, statement);
    if (rows == NULL || !before_write(tx)) return;
    for (size_t row = 0; row < row_count; row++) {
        if (!bind_all(tx, rows, values + row * columns, columns, SQLITE_STATIC) || !finish(tx, rows)) return;
    }
}

/* ---- rows ---- */

static struct rows *rows_open(struct tx *tx, struct sqlite_rows *rows) {
    struct sqlite *connection = sqlite_of(tx);
    rows->head.tx = tx;
    rows->head.open = true;
    rows->older = connection->open_rows;
    connection->open_rows = rows;
    return &rows->head;
}

struct rows *sqlite_query(struct tx *tx, struct statement *statement, const struct value *values, size_t count) {
    struct sqlite_rows *rows = sqlite_prepare(tx, statement);
    if (rows == NULL) return NULL;
    check(rows->reads || tx->writing);
    if (!rows->reads && !before_write(tx)) return NULL;
    rows->ids = NULL;
    rows->id_count = 0;
    if (!bind_all(tx, rows, values, count, SQLITE_TRANSIENT)) return NULL;
    return rows_open(tx, rows);
}

static bool bind_next_id(struct tx *tx, struct sqlite_rows *rows) {
    struct value id = rows->keys == NULL ? V_INT(*rows->ids++) : V_BYTES(rows->keys->data, rows->keys->size);
    if (rows->keys != NULL) rows->keys++;
    rows->id_count--;
    return bind_all(tx, rows, &id, 1, SQLITE_STATIC);
}

static struct rows *query_many(struct tx *tx, struct statement *statement, const int64_t *ids,
                               const struct text *keys, size_t count) {
    struct sqlite_rows *rows = sqlite_prepare(tx, statement);
    if (rows == NULL) return NULL;
    check(rows->reads);
    rows->ids = ids;
    rows->keys = keys;
    rows->id_count = count;
    return bind_next_id(tx, rows) ? rows_open(tx, rows) : NULL;
}

struct rows *sqlite_query_ids(struct tx *tx, struct statement *statement, const int64_t *ids, size_t count) {
    return query_many(tx, statement, ids, NULL, count);
}

struct rows *sqlite_query_keys(struct tx *tx, struct statement *statement, const struct text *keys, size_t count) {
    return query_many(tx, statement, NULL, keys, count);
}

bool sqlite_next(struct rows *head) {
    struct sqlite_rows *rows = (struct sqlite_rows *)head;
    while (head->tx->trouble == TROUBLE_NONE) {
        int code = sqlite3_step(rows->handle);
        if (code == SQLITE_ROW) return true;
        if (code != SQLITE_DONE) sqlite_fail(head->tx, sqlite3_sql(rows->handle));
        if (code != SQLITE_DONE || rows->id_count == 0) break;
        sqlite3_reset(rows->handle);
        if (!bind_next_id(head->tx, rows)) break;
    }
    sqlite_end(head);
    return false;
}

void sqlite_end(struct rows *head) {
    loans_end(head);
    struct sqlite_rows *rows = (struct sqlite_rows *)head;
    struct sqlite_rows **link = &sqlite_of(head->tx)->open_rows;
    while (*link != rows) link = &(*link)->older;
    *link = rows->older;
    head->open = false;
    sqlite3_reset(rows->handle);
}

void sqlite_close_rows(struct tx *tx) {
    struct sqlite *connection = sqlite_of(tx);
    while (connection->open_rows != NULL) sqlite_end(&connection->open_rows->head);
}

static sqlite3_stmt *handle_at(const struct rows *head, int column) {
    sqlite3_stmt *handle = ((const struct sqlite_rows *)head)->handle;
    check(column >= 0 && column < sqlite3_data_count(handle));
    return handle;
}

int64_t sqlite_row_int(const struct rows *head, int column) {
    sqlite3_stmt *handle = handle_at(head, column);
    int type = sqlite3_column_type(handle, column);
    check(type == SQLITE_INTEGER || type == SQLITE_NULL);
    return sqlite3_column_int64(handle, column);
}

bool sqlite_row_null(const struct rows *head, int column) {
    return sqlite3_column_type(handle_at(head, column), column) == SQLITE_NULL;
}

struct text sqlite_row_text(const struct rows *head, int column) {
    sqlite3_stmt *handle = handle_at(head, column);
    int type = sqlite3_column_type(handle, column);
    if (type == SQLITE_NULL) return TEXT_NONE;
    check(type == SQLITE_TEXT || type == SQLITE_BLOB);
    const char *data = type == SQLITE_TEXT ? (const char *)sqlite3_column_text(handle, column)
                                           : sqlite3_column_blob(handle, column);
    size_t size = (size_t)sqlite3_column_bytes(handle, column);
    return (struct text){data == NULL ? "" : data, size};
}
