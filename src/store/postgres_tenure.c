/* postgres_tenure.c: the lock by which nodes know who writes; see tenure.c. A session that holds it exclusively is
 * alone, those that share it are not. */
#include "base/check.h"
#include "store/postgres.h"

#include <stdio.h>
#include <string.h>

#define LOCK_TENURE (-2) /* within LOCK_CLASS; -1 is the migrations' */
#define ALONE_EVERY_MS 10000

/* The first column of one row is true. */
static bool says_yes(struct pg *pg, const char *sql, char problem[PROBLEM_SIZE]) {
    PGresult *result = pg_ask(pg, sql, problem);
    bool yes = result != NULL && PQntuples(result) == 1 && strcmp(PQgetvalue(result, 0, 0), "t") == 0;
    PQclear(result);
    return yes;
}

static bool lock(struct pg *pg, const char *function, char problem[PROBLEM_SIZE]) {
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT %s(%d, %d)", function, LOCK_CLASS, LOCK_TENURE);
    return says_yes(pg, sql, problem);
}

static void begin(struct pg *pg, bool alone) {
    pg->head.tenure = ++pg->tenures;
    pg->head.alone = alone;
    pg->head.asked = false;
    pg->alone_at_ms = monotonic_ms() + ALONE_EVERY_MS;
}

/* Nobody who was alone has left without giving way. */
static bool rows_true(struct pg *pg, char problem[PROBLEM_SIZE]) {
    return says_yes(pg, "SELECT NOT EXISTS (SELECT 1 FROM store_group WHERE node = -1)", problem);
}

STATEMENT(announce, "SELECT pg_notify('kabinet_news', $1)");

void pg_announce(struct tx *tx, struct text news) {
    pg_queue(tx, &announce, VALUES(V_TEXT(news)));
}

bool pg_tenure_begin(struct pg *pg, char problem[PROBLEM_SIZE]) {
    if (pg->head.heard != NULL && !pg_tell(pg, "LISTEN kabinet_news", problem)) return false;
    /* Who is never to be alone is so for a moment, where rows must be put right first. */
    bool tries = !pg->head.shares || !rows_true(pg, problem);
    if (tries && lock(pg, "pg_try_advisory_lock", problem)) {
        if (!pg_tell(pg, "LISTEN kabinet_share", problem)) return false;
        begin(pg, true);
        pg->head.asked = pg->head.shares;
        return true;
    }
    if (lock(pg, "pg_try_advisory_lock_shared", problem)) {
        if (rows_true(pg, problem)) {
            begin(pg, false);
            return true;
        }
        lock(pg, "pg_advisory_unlock_shared", problem);
    }
    (void)pg_tell(pg, "NOTIFY kabinet_share", problem);
    if (PQstatus(pg->conn) == CONNECTION_OK) problem_set(problem, "another node is alone and has not yet given way");
    return false;
}

/* ---- between groups ---- */

/* Out of pipeline mode and back, for a few plain statements; a connection that fails in them is a lost one. */
static bool plain_begin(struct pg *pg) {
    return !pg->lost && pg->conn != NULL && pg_pending(pg) == 0 && PQexitPipelineMode(pg->conn) == 1;
}

static void plain_end(struct pg *pg) {
    if (PQstatus(pg->conn) != CONNECTION_OK || PQenterPipelineMode(pg->conn) != 1) pg->lost = true;
}

/* Our own news come back to us, too. */
static void hear(struct pg *pg) {
    PGnotify *notice;
    while (pg->conn != NULL && (notice = PQnotifies(pg->conn)) != NULL) {
        if (strcmp(notice->relname, "kabinet_share") == 0) pg->head.asked = pg->head.alone;
        else if (pg->head.heard != NULL && notice->be_pid != PQbackendPID(pg->conn))
            pg->head.heard(pg->head.hearer, text_from(notice->extra));
        PQfreemem(notice);
    }
}

/* Shared before, so no node was alone meanwhile: all rows are true. */
static void alone_again(struct pg *pg) {
    char problem[PROBLEM_SIZE];
    pg->alone_at_ms = monotonic_ms() + ALONE_EVERY_MS;
    if (!plain_begin(pg)) return;
    if (lock(pg, "pg_try_advisory_lock", problem)) {
        if (lock(pg, "pg_advisory_unlock_shared", problem) && pg_tell(pg, "LISTEN kabinet_share", problem))
            begin(pg, true);
        else pg->lost = true;
    }
    plain_end(pg);
}

void pg_tenure_look(struct pg *pg) {
    if (!pg->started || pg->lost) return;
    hear(pg);
    if (!pg->head.alone && !pg->head.shares && monotonic_ms() >= pg->alone_at_ms) alone_again(pg);
}

bool pg_share(struct connection *connection, char problem[PROBLEM_SIZE]) {
    struct pg *pg = (struct pg *)connection;
    check(pg->head.alone);
    if (!plain_begin(pg)) {
        pg->lost = true; /* a new tenure either way */
        return false;
    }
    bool shared = lock(pg, "pg_try_advisory_lock_shared", problem) && pg_tell(pg, "UNLISTEN kabinet_share", problem) &&
                  lock(pg, "pg_advisory_unlock", problem);
    if (shared) begin(pg, false);
    else pg->lost = true; /* whatever is held goes with the session */
    plain_end(pg);
    return shared;
}
