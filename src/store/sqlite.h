/* sqlite.h: what sqlite.c (connections, transactions, housekeeping) and sqlite_statement.c share. */
#pragma once

#include "store/driver.h"

#include <sqlite3.h>

/* A prepared statement and the rows of its present run. */
struct sqlite_rows {
    struct rows head;
    sqlite3_stmt *handle;
    size_t parameters;
    bool reads;                /* it only reads */
    const int64_t *ids;        /* of query_ids: those not yet asked for */
    const struct text *keys;   /* of query_keys, in their stead */
    size_t id_count;
    struct sqlite_rows *older; /* in the connection's list of open ones */
};

/* The writer moves a WAL of so many pages into the database between groups; tests of that lower it before they open. */
extern int sqlite_checkpoint_pages;

struct sqlite {
    struct connection head;
    sqlite3 *db;
    int lock_file;                   /* of a writer; -1 */
    struct sqlite_rows **prepared;   /* by slot */
    size_t prepared_count;
    struct sqlite_rows *open_rows;
    const struct statement *preparing; /* for the authorizer */
    bool mark_wanted;                /* a savepoint is to be opened before the next write */
    bool mark_open;
    int wal_pages;                   /* after the last commit */
    int checkpoint_at;               /* wal_pages that ask for the next checkpoint */
    int64_t idle_since_ms;           /* 0: not idle */
    bool tail_unsure;                /* a failed commit could not yet be cut off the WAL */
};

/* Says in the tx what the connection's last error was. */
void sqlite_fail(struct tx *tx, const char *doing);
/* A statement without values or rows: BEGIN and the like. */
bool sqlite_simple(struct tx *tx, struct statement *statement);
struct sqlite_rows *sqlite_prepare(struct tx *tx, struct statement *statement);
void sqlite_prepared_free(struct sqlite *connection);
int sqlite_authorize(void *connection, int action, const char *table, const char *second, const char *database,
                     const char *trigger);

/* The driver's functions on statements, in sqlite_statement.c. */
int64_t sqlite_run(struct tx *tx, struct statement *statement, const struct value *values, size_t count);
void sqlite_queue(struct tx *tx, struct statement *statement, const struct value *values, size_t count);
void sqlite_insert_many(struct tx *tx, struct statement *statement, const enum value_type *types, size_t columns,
                        const struct value *values, size_t rows);
struct rows *sqlite_query(struct tx *tx, struct statement *statement, const struct value *values, size_t count);
struct rows *sqlite_query_ids(struct tx *tx, struct statement *statement, const int64_t *ids, size_t count);
struct rows *sqlite_query_keys(struct tx *tx, struct statement *statement, const struct text *keys, size_t count);
bool sqlite_next(struct rows *rows);
void sqlite_end(struct rows *rows);
int64_t sqlite_row_int(const struct rows *rows, int column);
bool sqlite_row_null(const struct rows *rows, int column);
struct text sqlite_row_text(const struct rows *rows, int column);
void sqlite_close_rows(struct tx *tx);
