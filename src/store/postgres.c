/* postgres.c: PostgreSQL connections and transactions.
 *
 * A writer holds an advisory lock for its node, so that one node has one writer in the whole cluster; a new connection
 * gets it only when the server has ended the old one's transaction. So what a new connection finds in store_group says
 * for certain whether a group is on disk whose COMMIT got no answer. */
#include "store/postgres.h"

#include "base/check.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_FIRST_MS 50
#define RETRY_LONGEST_MS 1000
#define LOCK_TRIES 100
#define LOCK_PAUSE_MS 30
#define TENURE_PATIENCE_MS 60000
#define TENURE_PAUSE_MS 50

static struct pg *pg_of(const struct tx *tx) {
    return (struct pg *)tx->connection;
}

/* ---- connecting ---- */

static void ignore_notice(void *data, const char *message) {
    (void)data;
    (void)message;
}

static void disconnect(struct pg *pg) {
    if (pg->conn != NULL) PQfinish(pg->conn);
    pg->conn = NULL;
    pg->lost = true;
    pg->begin_wanted = pg->in_transaction = false;
    pg->streaming = NULL;
    pg_forget_sent(pg);
    for (size_t slot = 0; slot < pg->statement_count; slot++) {
        if (pg->statements[slot] == NULL) continue;
        for (size_t form = 0; form < FORMS; form++) pg->statements[slot]->forms[form] = (struct pg_form){0};
    }
}

PGresult *pg_ask(struct pg *pg, const char *sql, char problem[PROBLEM_SIZE]) {
    PGresult *result = PQexec(pg->conn, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
    problem_set(problem, "%s", PQerrorMessage(pg->conn));
    PQclear(result);
    return NULL;
}

bool pg_tell(struct pg *pg, const char *sql, char problem[PROBLEM_SIZE]) {
    PGresult *result = pg_ask(pg, sql, problem);
    PQclear(result);
    return result != NULL;
}

/* Waits a moment for one that is just ending: of a killed one the database may first finish a commit on a busy disk. */
static bool lock_node(struct pg *pg, char problem[PROBLEM_SIZE]) {
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT pg_try_advisory_lock(%d, %d)", LOCK_CLASS, (int)pg->head.world->node);
    bool locked = false;
    for (int tries = 0; tries < LOCK_TRIES && !locked; tries++) {
        if (tries > 0) pause_ms(LOCK_PAUSE_MS);
        PGresult *result = pg_ask(pg, sql, problem);
        if (result == NULL) return false;
        locked = strcmp(PQgetvalue(result, 0, 0), "t") == 0;
        PQclear(result);
    }
    if (!locked) {
        problem_set(problem, "another process writes this database as node %d; every process needs a number of its own",
                    (int)pg->head.world->node);
    }
    return locked;
}

static bool group_read(struct pg *pg, char problem[PROBLEM_SIZE]) {
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT number FROM store_group WHERE node = %d", (int)pg->head.world->node);
    PGresult *result = pg_ask(pg, sql, problem);
    if (result == NULL) return false;
    pg->group_on_disk = 0;
    if (PQntuples(result) > 0) text_to_int(text_from(PQgetvalue(result, 0, 0)), &pg->group_on_disk);
    PQclear(result);
    return true;
}

/* Durability is never less than asked for here; who configured more (remote_apply) keeps it. */
static const char session_sql[] =
    "SET default_transaction_isolation = 'read committed'; SET lock_timeout = '10s'; SET jit = off;"
    "SET idle_in_transaction_session_timeout = '60s'; SET standard_conforming_strings = on;"
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') IN ('off', 'local')";

static bool connect_now(struct pg *pg, char problem[PROBLEM_SIZE]) {
    /* What the connection string says wins over what stands before it. */
    const char *names[] = {"connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count",
                           "tcp_user_timeout", "fallback_application_name", "dbname", "client_encoding", NULL};
    const char *values[] = {"3", "5", "5", "3", "15000", "kabinet", pg->head.where, "UTF8", NULL};
    pg->conn = PQconnectdbParams(names, values, 1);
    if (pg->conn == NULL || PQstatus(pg->conn) != CONNECTION_OK) {
        problem_set(problem, "%s", pg->conn == NULL ? "out of memory" : PQerrorMessage(pg->conn));
        return false;
    }
    PQsetNoticeProcessor(pg->conn, ignore_notice, NULL);
    const char *encoding = PQparameterStatus(pg->conn, "server_encoding");
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0) {
        problem_set(problem, "the database's encoding is not UTF8");
        return false;
    }
    if (!pg_tell(pg, session_sql, problem) || (pg->head.writer && !lock_node(pg, problem)) ||
        (pg->started && !(pg_tenure_begin(pg, problem) && group_read(pg, problem)))) {
        return false;
    }
    if (PQsetnonblocking(pg->conn, 1) == 0 && PQenterPipelineMode(pg->conn) == 1) return true;
    problem_set(problem, "%s", PQerrorMessage(pg->conn));
    return false;
}

static bool reconnect(struct pg *pg, char problem[PROBLEM_SIZE]) {
    disconnect(pg);
    if (connect_now(pg, problem)) {
        pg->lost = false;
        pg->retry_pause_ms = 0;
        return true;
    }
    disconnect(pg);
    pg->retry_pause_ms = pg->retry_pause_ms == 0 ? RETRY_FIRST_MS : pg->retry_pause_ms * 2;
    if (pg->retry_pause_ms > RETRY_LONGEST_MS) pg->retry_pause_ms = RETRY_LONGEST_MS;
    pg->retry_at_ms = monotonic_ms() + pg->retry_pause_ms;
    return false;
}

static void pg_close(struct connection *connection) {
    struct pg *pg = (struct pg *)connection;
    disconnect(pg);
    pg_statements_free(pg);
    free(pg->sent);
    free(pg->scratch);
    free(pg);
}

static struct connection *pg_open(struct world *world, const char *where, bool writer, char problem[PROBLEM_SIZE]) {
    struct pg *pg = calloc(1, sizeof *pg);
    if (pg == NULL) {
        problem_set(problem, "out of memory");
        return NULL;
    }
    pg->head.world = world;
    pg->head.where = where;
    pg->head.writer = writer;
    if (reconnect(pg, problem)) return &pg->head;
    pg_close(&pg->head);
    return NULL;
}

/* An idle connection that the server closed is noticed here, before anything is lost by it. */
static bool still_there(struct pg *pg) {
    struct pollfd look = {.fd = PQsocket(pg->conn), .events = POLLIN};
    while (PQstatus(pg->conn) == CONNECTION_OK && poll(&look, 1, 0) > 0) {
        if (PQconsumeInput(pg->conn) == 0) return false; /* behind the last answers stands the end */
    }
    return PQstatus(pg->conn) == CONNECTION_OK;
}

static bool pg_ready(struct connection *connection, char problem[PROBLEM_SIZE]) {
    struct pg *pg = (struct pg *)connection;
    if (!pg->lost && pg->conn != NULL && still_there(pg)) return true;
    if (monotonic_ms() < pg->retry_at_ms) {
        problem_set(problem, "the database is not reachable");
        return false;
    }
    return reconnect(pg, problem);
}

/* ---- transactions ---- */

STATEMENT(commit, "COMMIT");
STATEMENT(rollback, "ROLLBACK");
STATEMENT(savepoint, "SAVEPOINT command");
STATEMENT(rollback_command, "ROLLBACK TO SAVEPOINT command");
STATEMENT(release_command, "RELEASE SAVEPOINT command");
STATEMENT(group_set, "INSERT INTO store_group (node, number) VALUES ($1, $2) "
                     "ON CONFLICT (node) DO UPDATE SET number = excluded.number");

static bool pg_begin(struct tx *tx) {
    struct pg *pg = pg_of(tx);
    pg->begin_wanted = true;
    pg->in_transaction = false;
    pg->dirty = false;
    return true;
}

/* Everything sent gets its result, whatever it is, and the server is ready for more even after an error. */
static void drain(struct tx *tx) {
    enum trouble met = tx->trouble;
    if (met == TROUBLE_NONE) tx->trouble = TROUBLE_STATEMENT; /* what comes now changes nothing */
    pg_close_rows(tx);
    if (pg_send_sync(tx)) pg_collect(tx, 0, true);
    tx->trouble = met;
}

/* A snapshot's end is sent and not waited for: its answer is collected by the next one. */
static void end_reading(struct tx *tx) {
    if (tx->trouble != TROUBLE_NONE) drain(tx);
    pg_send_simple(tx, tx->trouble == TROUBLE_NONE ? &commit : &rollback);
    pg_send_sync(tx);
}

static void pg_rollback(struct tx *tx) {
    struct pg *pg = pg_of(tx);
    pg_close_rows(tx);
    pg->begin_wanted = false;
    if (!pg->in_transaction || pg->lost) return;
    pg->in_transaction = false;
    enum trouble met = tx->trouble;
    if (!tx->writing) {
        end_reading(tx);
    } else {
        drain(tx);
        if (pg_send_simple(tx, &rollback)) drain(tx);
    }
    if (!tx->writing && met == TROUBLE_NONE) tx->trouble = TROUBLE_NONE; /* all that was read stands */
}

static enum commit_result pg_commit(struct tx *tx) {
    struct pg *pg = pg_of(tx);
    pg_close_rows(tx);
    if (pg->begin_wanted) { /* nothing was asked of the database */
        pg->begin_wanted = false;
        return COMMIT_DONE;
    }
    if (pg->started && pg->dirty) {
        pg->group++;
        pg_queue(tx, &group_set, VALUES(V_INT((int64_t)pg->head.world->node), V_INT(pg->group)));
    }
    pg->committed = false;
    bool sent = pg_send_simple(tx, &commit) && pg_send_sync(tx);
    bool failed_before = false;
    while (sent && pg_pending(pg) > 0) {
        bool last = pg->sent[pg->sent_first].kind == SENT_COMMIT;
        if (last) failed_before = tx->trouble != TROUBLE_NONE;
        if (!pg_collect_one(tx, NULL)) break;
    }
    pg->in_transaction = false;
    if (pg->committed) { /* whatever happened to the connection after it said so */
        tx->trouble = TROUBLE_NONE;
        return COMMIT_DONE;
    }
    if (!pg->lost) {
        tx_fail(tx, TROUBLE_STATEMENT, "the commit was refused");
        if (pg_send_simple(tx, &rollback)) drain(tx);
        return COMMIT_NOT;
    }
    tx_fail(tx, TROUBLE_GONE, "the connection was lost");
    bool unknown = sent && pg->dirty && pg->started && !failed_before;
    return unknown ? COMMIT_UNKNOWN : COMMIT_NOT;
}

static enum commit_result pg_settle(struct connection *connection) {
    struct pg *pg = (struct pg *)connection;
    char problem[PROBLEM_SIZE];
    if (!pg_ready(connection, problem)) return COMMIT_UNKNOWN;
    return pg->group_on_disk == pg->group ? COMMIT_DONE : COMMIT_NOT;
}

static void pg_mark(struct tx *tx) {
    pg_send_simple(tx, &savepoint);
}

static void pg_keep(struct tx *tx) {
    if (pg_send_simple(tx, &release_command)) pg_collect(tx, 0, false);
}

static void pg_undo(struct tx *tx) {
    drain(tx);
    if (pg_send_simple(tx, &rollback_command) && pg_send_simple(tx, &release_command)) pg_collect(tx, 0, false);
}

/* ---- the schema ---- */

/* Several statements at once need the plain protocol. Nodes that start together migrate one after another. */
static bool pg_script(struct tx *tx, const char *sql) {
    struct pg *pg = pg_of(tx);
    char *text = sql_rewrite(sql, DIALECT_POSTGRES, FORM_PLAIN, NULL, 0);
    char lock[96];
    snprintf(lock, sizeof lock, "SELECT pg_advisory_xact_lock(%d, -1)", LOCK_CLASS);
    STATEMENT(begin_sent, "SELECT 1"); /* sends the BEGIN before it */
    bool idle = text != NULL && pg_send_simple(tx, &begin_sent) && pg_send_sync(tx) && pg_collect(tx, 0, true) &&
                PQexitPipelineMode(pg->conn) == 1;
    if (!idle) {
        tx_fail(tx, TROUBLE_GONE, "%s", text == NULL ? "out of memory" : PQerrorMessage(pg->conn));
        free(text);
        return false;
    }
    char problem[PROBLEM_SIZE];
    if (!pg_tell(pg, lock, problem) || !pg_tell(pg, text, problem)) tx_fail(tx, TROUBLE_STATEMENT, "%s", problem);
    free(text);
    pg->dirty = true;
    if (PQstatus(pg->conn) == CONNECTION_BAD || PQenterPipelineMode(pg->conn) != 1) pg_lost(tx);
    return tx->trouble == TROUBLE_NONE;
}

/* Another node may be alone: it gives way, in pieces. */
static bool tenure_wait(struct pg *pg, char problem[PROBLEM_SIZE]) {
    int64_t until = monotonic_ms() + TENURE_PATIENCE_MS;
    while (!pg_tenure_begin(pg, problem)) {
        if (PQstatus(pg->conn) != CONNECTION_OK || monotonic_ms() > until) return false;
        pause_ms(TENURE_PAUSE_MS);
    }
    return true;
}

static bool pg_start(struct connection *connection, char problem[PROBLEM_SIZE]) {
    struct pg *pg = (struct pg *)connection;
    pg->started = true; /* from now on a new connection reads the group's number */
    bool read = PQexitPipelineMode(pg->conn) == 1 && tenure_wait(pg, problem) && group_read(pg, problem) &&
                PQenterPipelineMode(pg->conn) == 1;
    pg->lost = !read;
    pg->group = pg->group_on_disk;
    return read;
}

static void pg_between(struct connection *connection, bool idle) {
    char problem[PROBLEM_SIZE];
    if (idle) pg_ready(connection, problem); /* back before the next command asks */
    pg_tenure_look((struct pg *)connection);
}

const struct driver postgres_driver = {
    .reads_inline = false,
    .reconnects = true,
    .open = pg_open,
    .close = pg_close,
    .ready = pg_ready,
    .begin = pg_begin,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .settle = pg_settle,
    .mark = pg_mark,
    .undo = pg_undo,
    .keep = pg_keep,
    .close_rows = pg_close_rows,
    .run = pg_run,
    .queue = pg_queue,
    .insert_many = pg_insert_many,
    .query = pg_query,
    .query_ids = pg_query_ids,
    .query_keys = pg_query_keys,
    .next = pg_next,
    .end = pg_end,
    .row_int = pg_row_int,
    .row_null = pg_row_null,
    .row_text = pg_row_text,
    .announce = pg_announce,
    .script = pg_script,
    .start = pg_start,
    .between = pg_between,
    .share = pg_share,
};
