/* postgres_statement.c: statements and rows on PostgreSQL.
 *
 * A writer takes results whole. A reader's come row by row, so that a long report holds no memory; when another
 * statement is wanted meanwhile, what is left of the first is taken into memory. */
#include "base/check.h"
#include "store/postgres.h"

#include <stdlib.h>
#include <string.h>

static struct pg *pg_of(const struct tx *tx) {
    return (struct pg *)tx->connection;
}

/* ---- writing ---- */

static void wrote(struct tx *tx) {
    tx->wrote = true;
    pg_of(tx)->dirty = true;
}

/* Collects everything up to what was sent last, and its result; NULL after a failure. */
static PGresult *last_result(struct tx *tx) {
    PGresult *result = NULL;
    if (!pg_collect(tx, 1, false) || !pg_collect_one(tx, &result) || tx->trouble != TROUBLE_NONE) {
        PQclear(result);
        return NULL;
    }
    return result;
}

static struct pg_statement *admitted(struct tx *tx, struct statement *statement, size_t count) {
    struct pg_statement *found = pg_statement_for(tx, statement);
    if (found == NULL) return NULL;
    if (!found->forms[FORM_PLAIN].prepared) check(count == sql_parameters(statement->sql));
    if (found->rows.head.open) pg_end(&found->rows.head);
    return found;
}

int64_t pg_run(struct tx *tx, struct statement *statement, const struct value *values, size_t count) {
    struct pg_parameters parameters;
    struct pg_statement *found = admitted(tx, statement, count);
    if (found == NULL) return 0;
    wrote(tx);
    pg_parameters_plain(&parameters, values, count);
    PGresult *result = pg_send(tx, found, FORM_PLAIN, &parameters) ? last_result(tx) : NULL;
    int64_t changed = 0;
    if (result != NULL) text_to_int(text_from(PQcmdTuples(result)), &changed);
    PQclear(result);
    return changed;
}

void pg_queue(struct tx *tx, struct statement *statement, const struct value *values, size_t count) {
    struct pg_parameters parameters;
    struct pg_statement *found = admitted(tx, statement, count);
    if (found == NULL) return;
    wrote(tx);
    pg_parameters_plain(&parameters, values, count);
    pg_send(tx, found, FORM_PLAIN, &parameters);
}

void pg_insert_many(struct tx *tx, struct statement *statement, const enum value_type *types, size_t columns,
                    const struct value *values, size_t rows) {
    struct pg_parameters parameters;
    struct pg_statement *found = admitted(tx, statement, columns);
    if (found == NULL) return;
    wrote(tx);
    if (!pg_parameters_rows(pg_of(tx), &parameters, types, columns, values, rows)) {
        tx_fail(tx, TROUBLE_GONE, "out of memory");
        return;
    }
    pg_send(tx, found, FORM_ROWS, &parameters);
}

/* ---- rows ---- */

static struct rows *rows_open(struct tx *tx, struct pg_rows *rows) {
    struct pg *pg = pg_of(tx);
    rows->head.tx = tx;
    rows->head.open = true;
    rows->row = -1;
    rows->kept_count = rows->kept_next = 0;
    rows->older = pg->open_rows;
    pg->open_rows = rows;
    return &rows->head;
}

static struct rows *query(struct tx *tx, struct pg_statement *found, enum form form,
                          const struct pg_parameters *parameters) {
    struct pg *pg = pg_of(tx);
    struct pg_rows *rows = &found->rows;
    if (!pg_send(tx, found, form, parameters)) return NULL;
    rows->result = NULL;
    rows->streaming = false;
    if (tx->writing || form == FORM_IDS) { /* no longer than what was asked for: whole */
        rows->result = last_result(tx);
        return rows->result == NULL ? NULL : rows_open(tx, rows);
    }
    if (!pg_collect(tx, 1, false)) return NULL;
    if (tx->trouble != TROUBLE_NONE) {
        pg_collect(tx, 0, false);
        return NULL;
    }
    check(PQsetSingleRowMode(pg->conn) == 1);
    rows->streaming = true;
    pg->streaming = rows;
    return rows_open(tx, rows);
}

struct rows *pg_query(struct tx *tx, struct statement *statement, const struct value *values, size_t count) {
    struct pg_parameters parameters;
    struct pg_statement *found = admitted(tx, statement, count);
    if (found == NULL) return NULL;
    check(found->reads || tx->writing);
    if (!found->reads) wrote(tx);
    pg_parameters_plain(&parameters, values, count);
    return query(tx, found, FORM_PLAIN, &parameters);
}

struct rows *pg_query_ids(struct tx *tx, struct statement *statement, const int64_t *ids, size_t count) {
    struct pg_parameters parameters;
    struct pg_statement *found = admitted(tx, statement, 1);
    if (found == NULL) return NULL;
    if (!pg_parameters_ids(pg_of(tx), &parameters, ids, count)) {
        tx_fail(tx, TROUBLE_GONE, "out of memory");
        return NULL;
    }
    return query(tx, found, FORM_IDS, &parameters);
}

struct rows *pg_query_keys(struct tx *tx, struct statement *statement, const struct text *keys, size_t count) {
    struct pg_parameters parameters;
    struct pg_statement *found = admitted(tx, statement, 1);
    if (found == NULL) return NULL;
    if (!pg_parameters_keys(pg_of(tx), &parameters, keys, count)) {
        tx_fail(tx, TROUBLE_GONE, "out of memory");
        return NULL;
    }
    return query(tx, found, FORM_IDS, &parameters);
}

/* The next row of the streaming query, or NULL at its end. */
static PGresult *stream_next(struct tx *tx, struct pg_rows *rows) {
    struct pg *pg = pg_of(tx);
    struct pg_sent item = pg->sent[pg->sent_first];
    PGresult *result;
    while ((result = pg_receive(tx)) != NULL) {
        if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) return result;
        if (PQresultStatus(result) == PGRES_FATAL_ERROR) pg_fail(tx, item.statement->statement, result);
        PQclear(result);
    }
    rows->streaming = false;
    if (pg->streaming == rows) pg->streaming = NULL;
    if (pg_pending(pg) > 0) pg_sent_pop(pg);
    return NULL;
}

static bool kept_add(struct pg_rows *rows, PGresult *result) {
    if (rows->kept_count == rows->kept_room) {
        size_t room = rows->kept_room == 0 ? 16 : rows->kept_room * 2;
        PGresult **grown = realloc(rows->kept, room * sizeof *grown);
        if (grown == NULL) return false;
        rows->kept = grown;
        rows->kept_room = room;
    }
    rows->kept[rows->kept_count++] = result;
    return true;
}

void pg_stream_keep(struct tx *tx) {
    struct pg_rows *rows = pg_of(tx)->streaming;
    PGresult *result;
    while (rows != NULL && rows->streaming && (result = stream_next(tx, rows)) != NULL) {
        if (kept_add(rows, result)) continue;
        PQclear(result);
        tx_fail(tx, TROUBLE_GONE, "out of memory");
    }
}

bool pg_next(struct rows *head) {
    struct pg_rows *rows = (struct pg_rows *)head;
    while (head->tx->trouble == TROUBLE_NONE) {
        if (rows->result != NULL && ++rows->row < PQntuples(rows->result)) return true;
        PQclear(rows->result);
        rows->result = NULL;
        rows->row = -1;
        if (rows->kept_next < rows->kept_count) {
            rows->result = rows->kept[rows->kept_next++];
        } else if (rows->streaming) {
            rows->result = stream_next(head->tx, rows);
        }
        if (rows->result == NULL) break;
    }
    pg_end(head);
    return false;
}

void pg_end(struct rows *head) {
    loans_end(head);
    struct pg_rows *rows = (struct pg_rows *)head;
    PGresult *result;
    while (rows->streaming && !pg_of(head->tx)->lost && (result = stream_next(head->tx, rows)) != NULL) PQclear(result);
    rows->streaming = false;
    PQclear(rows->result);
    rows->result = NULL;
    while (rows->kept_next < rows->kept_count) PQclear(rows->kept[rows->kept_next++]);
    if (rows->kept_room > 1024) {
        free(rows->kept);
        rows->kept = NULL;
        rows->kept_room = 0;
    }
    struct pg_rows **link = &pg_of(head->tx)->open_rows;
    while (*link != rows) link = &(*link)->older;
    *link = rows->older;
    head->open = false;
}

void pg_close_rows(struct tx *tx) {
    struct pg *pg = pg_of(tx);
    while (pg->open_rows != NULL) pg_end(&pg->open_rows->head);
}

static const struct pg_rows *rows_at(const struct rows *head, int column) {
    const struct pg_rows *rows = (const struct pg_rows *)head;
    check(rows->result != NULL && rows->row >= 0 && column >= 0 && column < PQnfields(rows->result));
    return rows;
}

int64_t pg_row_int(const struct rows *head, int column) {
    const struct pg_rows *rows = rows_at(head, column);
    return pg_integer(rows->result, rows->row, column);
}

bool pg_row_null(const struct rows *head, int column) {
    const struct pg_rows *rows = rows_at(head, column);
    return PQgetisnull(rows->result, rows->row, column) == 1;
}

struct text pg_row_text(const struct rows *head, int column) {
    const struct pg_rows *rows = rows_at(head, column);
    return pg_text(rows->result, rows->row, column);
}
