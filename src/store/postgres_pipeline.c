/* postgres_pipeline.c: sending without waiting, and collecting results in the order of sending (libpq's pipeline mode).
 *
 * After an error the server skips everything up to the next sync; libpq then gives "aborted" for each thing skipped. */
#include "base/check.h"
#include "store/postgres.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRITER_PATIENCE_MS 60000 /* longer than lock_timeout: silence beyond it is a lost server */

static struct pg *pg_of(const struct tx *tx) {
    return (struct pg *)tx->connection;
}

/* ---- what is under way ---- */

size_t pg_pending(const struct pg *pg) {
    return pg->sent_end - pg->sent_first;
}

void pg_forget_sent(struct pg *pg) {
    pg->sent_first = pg->sent_end = 0;
}

void pg_sent_pop(struct pg *pg) {
    pg->sent_first++;
    if (pg->sent_first == pg->sent_end) pg_forget_sent(pg);
}

static bool sent_reserve(struct pg *pg) {
    if (pg->sent_end < pg->sent_room) return true;
    size_t room = pg->sent_room == 0 ? 256 : pg->sent_room * 2;
    struct pg_sent *grown = realloc(pg->sent, room * sizeof *grown);
    if (grown == NULL) return false;
    pg->sent = grown;
    pg->sent_room = room;
    return true;
}

void pg_lost(struct tx *tx) {
    struct pg *pg = pg_of(tx);
    pg->lost = true;
    pg->streaming = NULL;
    pg_forget_sent(pg);
    tx_fail(tx, TROUBLE_GONE, "%s", pg->conn == NULL ? "no connection" : PQerrorMessage(pg->conn));
}

/* ---- failures ---- */

static enum trouble trouble_of(struct pg *pg, const char *state) {
    static const struct {
        const char *prefix;
        enum trouble trouble;
        bool reconnect;
    } classes[] = {
        {"40", TROUBLE_CONFLICT, false},    /* serialization failure, deadlock */
        {"55P03", TROUBLE_CONFLICT, false}, /* lock_timeout */
        {"22012", TROUBLE_CONFLICT, false}, /* division by zero: how a statement says that it met what it must not */
        {"08", TROUBLE_GONE, true},
        {"57P0", TROUBLE_GONE, true},       /* shutdown, crash, starting up */
        {"25006", TROUBLE_GONE, true},      /* this server became read-only: another leads now */
        {"26000", TROUBLE_GONE, true},      /* our prepared statements are gone */
        {"0A000", TROUBLE_GONE, true},      /* "cached plan must not change result type" after another's migration */
        {"25P03", TROUBLE_GONE, true},      /* idle_in_transaction_session_timeout */
        {"53", TROUBLE_GONE, false},        /* disk full, out of memory, too many connections */
        {"58", TROUBLE_GONE, false},        /* the server's disk */
    };
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (strncmp(state, classes[i].prefix, strlen(classes[i].prefix)) != 0) continue;
        if (classes[i].reconnect) pg->lost = true;
        return classes[i].trouble;
    }
    return TROUBLE_STATEMENT;
}

void pg_fail(struct tx *tx, const struct statement *statement, const PGresult *result) {
    struct pg *pg = pg_of(tx);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (message == NULL) message = PQresultErrorMessage(result);
    if (state == NULL || PQstatus(pg->conn) == CONNECTION_BAD) {
        pg->lost = pg->lost || PQstatus(pg->conn) == CONNECTION_BAD;
        tx_fail(tx, TROUBLE_GONE, "%s", message);
        return;
    }
    /* Class 42 is what the server does not understand; 42501 a missing permission, the operator's matter. */
    if (strncmp(state, "42", 2) == 0 && strcmp(state, "42501") != 0 && statement != NULL) {
        statement_wrong(statement, message);
    }
    tx_fail(tx, trouble_of(pg, state), "%s: %s (%s)", statement == NULL ? "script" : statement->sql, message, state);
}

/* ---- sending ---- */

static bool statements_reserve(struct pg *pg, size_t slot) {
    if (slot < pg->statement_count) return true;
    size_t count = slot + 64;
    struct pg_statement **grown = realloc(pg->statements, count * sizeof *grown);
    if (grown == NULL) return false;
    memset(grown + pg->statement_count, 0, (count - pg->statement_count) * sizeof *grown);
    pg->statements = grown;
    pg->statement_count = count;
    return true;
}

struct pg_statement *pg_statement_for(struct tx *tx, struct statement *statement) {
    struct pg *pg = pg_of(tx);
    size_t slot = (size_t)statement_slot(statement);
    if (slot < pg->statement_count && pg->statements[slot] != NULL) return pg->statements[slot];
    struct pg_statement *made = statements_reserve(pg, slot) ? calloc(1, sizeof *made) : NULL;
    if (made == NULL) {
        tx_fail(tx, TROUBLE_GONE, "out of memory");
        return NULL;
    }
    made->statement = statement;
    made->reads = strncasecmp(statement->sql, "SELECT", 6) == 0;
    pg->statements[slot] = made;
    return made;
}

void pg_statements_free(struct pg *pg) {
    for (size_t slot = 0; slot < pg->statement_count; slot++) {
        if (pg->statements[slot] == NULL) continue;
        free(pg->statements[slot]->rows.kept);
        free(pg->statements[slot]);
    }
    free(pg->statements);
    pg->statements = NULL;
    pg->statement_count = 0;
}

static bool sent_add(struct tx *tx, int sent, struct pg_sent item) {
    struct pg *pg = pg_of(tx);
    if (sent != 1) {
        pg_lost(tx);
        return false;
    }
    pg->sent[pg->sent_end++] = item;
    return true;
}

static enum value_type value_type_of(Oid array) {
    return array == OID_INT8_ARRAY ? VALUE_INT : array == OID_TEXT_ARRAY ? VALUE_TEXT : VALUE_BYTES;
}

/* Prepares a text at its first use, and again when the type of a parameter becomes known that was only NULL so far. */
static bool form_ready(struct tx *tx, struct pg_statement *statement, enum form kind,
                       const struct pg_parameters *parameters) {
    struct pg *pg = pg_of(tx);
    struct pg_form *form = &statement->forms[kind];
    bool known = form->prepared;
    for (size_t i = 0; i < parameters->count; i++) {
        if (parameters->types[i] == 0 || parameters->types[i] == form->types[i]) continue;
        check(form->types[i] == 0); /* one parameter, one type */
        form->types[i] = parameters->types[i];
        known = false;
    }
    check(!form->prepared || form->count == parameters->count);
    if (known) return true;
    enum value_type columns[PG_PARAMETERS_MAX];
    for (size_t i = 0; i < parameters->count; i++) columns[i] = value_type_of(parameters->types[i]);
    char *sql = sql_rewrite(statement->statement->sql, DIALECT_POSTGRES, kind, columns, parameters->count);
    if (sql == NULL || !sent_reserve(pg)) {
        free(sql);
        tx_fail(tx, TROUBLE_GONE, "out of memory");
        return false;
    }
    snprintf(form->name, sizeof form->name, "s%d_%d_%u", atomic_load(&statement->statement->slot), kind,
             form->version++);
    form->prepared = true;
    form->count = parameters->count;
    int sent = PQsendPrepare(pg->conn, form->name, sql, (int)form->count, form->types);
    free(sql);
    return sent_add(tx, sent, (struct pg_sent){SENT_PREPARE, statement, form});
}

static bool send_now(struct tx *tx, struct pg_statement *statement, enum form kind,
                     const struct pg_parameters *parameters, enum pg_sent_kind sent_kind) {
    struct pg *pg = pg_of(tx);
    if (pg->lost) {
        pg_lost(tx);
        return false;
    }
    bool well = tx->trouble == TROUBLE_NONE;
    pg_stream_keep(tx);
    if (well && tx->trouble != TROUBLE_NONE) return false;
    if (!form_ready(tx, statement, kind, parameters)) return false;
    if (!sent_reserve(pg)) {
        tx_fail(tx, TROUBLE_GONE, "out of memory");
        return false;
    }
    int sent = PQsendQueryPrepared(pg->conn, statement->forms[kind].name, (int)parameters->count, parameters->data,
                                   parameters->sizes, parameters->formats, 1);
    return sent_add(tx, sent, (struct pg_sent){sent_kind, statement, &statement->forms[kind]});
}

STATEMENT(begin_writing, "BEGIN ISOLATION LEVEL READ COMMITTED");
STATEMENT(begin_reading, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");

static const struct pg_parameters nothing;

/* The transaction itself begins with its first statement: no round trip of its own. */
static bool begin_now(struct tx *tx) {
    struct pg *pg = pg_of(tx);
    if (!pg->begin_wanted) return true;
    pg->begin_wanted = false;
    pg->in_transaction = true;
    struct pg_statement *begin = pg_statement_for(tx, tx->writing ? &begin_writing : &begin_reading);
    return begin != NULL && send_now(tx, begin, FORM_PLAIN, &nothing, SENT_STATEMENT);
}

bool pg_send(struct tx *tx, struct pg_statement *statement, enum form form, const struct pg_parameters *parameters) {
    return begin_now(tx) && send_now(tx, statement, form, parameters, SENT_STATEMENT);
}

bool pg_send_simple(struct tx *tx, struct statement *statement) {
    struct pg_statement *found = pg_statement_for(tx, statement);
    bool commits = strcmp(statement->sql, "COMMIT") == 0;
    return found != NULL && begin_now(tx) &&
           send_now(tx, found, FORM_PLAIN, &nothing, commits ? SENT_COMMIT : SENT_STATEMENT);
}

bool pg_send_sync(struct tx *tx) {
    struct pg *pg = pg_of(tx);
    if (pg->lost || !sent_reserve(pg)) {
        pg_lost(tx);
        return false;
    }
    return sent_add(tx, PQpipelineSync(pg->conn), (struct pg_sent){.kind = SENT_SYNC});
}

/* ---- receiving ---- */

static bool socket_wait(struct tx *tx) {
    struct pg *pg = pg_of(tx);
    while (PQisBusy(pg->conn)) {
        int unsent = PQflush(pg->conn);
        struct pollfd wanted = {.fd = PQsocket(pg->conn), .events = (short)(POLLIN | (unsent == 1 ? POLLOUT : 0))};
        int ready = unsent < 0 ? -1 : poll(&wanted, 1, tx->writing ? WRITER_PATIENCE_MS : -1);
        if (ready == 0 || (unsent < 0 && PQconsumeInput(pg->conn) == 0)) return false;
        if ((wanted.revents & ~POLLOUT) != 0 && PQconsumeInput(pg->conn) == 0) return false;
    }
    return true;
}

/* The next result of the oldest thing sent; NULL when it has no more (or the connection is lost). */
PGresult *pg_receive(struct tx *tx) {
    struct pg *pg = pg_of(tx);
    if (pg->conn == NULL || !socket_wait(tx)) {
        pg_lost(tx);
        return NULL;
    }
    PGresult *result = PQgetResult(pg->conn);
    if (PQstatus(pg->conn) != CONNECTION_BAD) return result;
    if (result != NULL && PQresultStatus(result) == PGRES_FATAL_ERROR) pg_fail(tx, NULL, result);
    PQclear(result);
    pg_lost(tx);
    return NULL;
}

static void collected(struct tx *tx, const struct pg_sent *item, const PGresult *result) {
    struct pg *pg = pg_of(tx);
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
        if (item->kind == SENT_COMMIT)
            pg->committed = strcmp(PQcmdStatus((PGresult *)(uintptr_t)result), "COMMIT") == 0;
        break;
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
    case PGRES_PIPELINE_SYNC: break;
    case PGRES_PIPELINE_ABORTED:
        if (item->kind == SENT_PREPARE) item->form->prepared = false;
        tx_fail(tx, TROUBLE_STATEMENT, "skipped after an earlier failure");
        break;
    default:
        if (item->kind == SENT_PREPARE) item->form->prepared = false;
        pg_fail(tx, item->statement == NULL ? NULL : item->statement->statement, result);
    }
}

bool pg_collect_one(struct tx *tx, PGresult **ret_result) {
    struct pg *pg = pg_of(tx);
    struct pg_sent item = pg->sent[pg->sent_first];
    PGresult *result;
    while ((result = pg_receive(tx)) != NULL) {
        collected(tx, &item, result);
        bool last = PQresultStatus(result) == PGRES_PIPELINE_SYNC; /* no NULL follows it */
        if (ret_result != NULL && tx->trouble == TROUBLE_NONE) {
            PQclear(*ret_result);
            *ret_result = result;
        } else {
            PQclear(result);
        }
        if (last) break;
    }
    if (pg_pending(pg) == 0) return false; /* lost */
    pg_sent_pop(pg);
    return true;
}

bool pg_collect(struct tx *tx, size_t left, bool sync) {
    struct pg *pg = pg_of(tx);
    if (pg->lost || (!sync && PQsendFlushRequest(pg->conn) != 1)) {
        pg_lost(tx);
        return false;
    }
    while (pg_pending(pg) > left) {
        if (!pg_collect_one(tx, NULL)) return false;
    }
    return true;
}
