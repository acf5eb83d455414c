/* sqlite.c: SQLite connections, transactions and housekeeping.
 *
 * One writer in one process, kept so by a lock file, alone in checkpointing too: SQLite 3.40 can lose a WAL reset when
 * several connections do (fixed in 3.51.3). WAL with synchronous=FULL: a commit is one write and one fsync of the
 * WAL. */
#include "store/sqlite.h"

#include "base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Pages of 4 KiB: those of the system's cache, and one level of tree less to read than with 2. (When each group wrote
 * the rows of its accounts, 2 were quicker.) A larger WAL makes checkpoints rarer, and longer: with 8 000 pages p99 at
 * 256 connections was 37 to 73 ms, with 2 000 26 ms, and no fewer transfers. */
int sqlite_checkpoint_pages = 2000;
#define RESTART_TRIES 40                     /* readers are in the WAL: ask them to leave and wait 4 ms for them */
#define RESTART_PAUSE_US 100
#define LONG_TIMES 8                         /* … and 50 ms, once it is so many times longer than it should be */
#define LONG_TRIES 500
#define BUSY_WAIT_MS 5000                    /* an operator's sqlite3 holding a lock */
#define CLOSING_WAIT_MS 50
#define IDLE_MS 1000

/* Cache sizes count as resident memory: the writer's grows to this under load. A reader forgets its cache at every
 * commit of the writer, so a large one would not help it (nor does mapping the file: it is mapped anew as it grows). */
#define WRITER_PRAGMAS                                                                                                 \
    "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"    \
    "PRAGMA cache_size = -131072; PRAGMA journal_size_limit = 134217728; PRAGMA secure_delete = ON;" COMMON_PRAGMAS
#define READER_PRAGMAS                                                                                                 \
    "PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -4096;" COMMON_PRAGMAS
#define COMMON_PRAGMAS "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0;"

/* ---- opening ---- */

static pthread_once_t configured = PTHREAD_ONCE_INIT;

static void configure(void) {
    /* Its memory statistics are a mutex that all connections meet at. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)sqlite3_initialize();
}

static int wal_written(void *data, sqlite3 *db, const char *database, int pages) {
    (void)db;
    (void)database;
    struct sqlite *connection = data;
    if (pages < connection->wal_pages) connection->checkpoint_at = sqlite_checkpoint_pages; /* the WAL began anew */
    connection->wal_pages = pages;
    return SQLITE_OK;
}

static bool lock_take(struct sqlite *connection, char problem[PROBLEM_SIZE]) {
    char path[4096];
    int size = snprintf(path, sizeof path, "%s.lock", connection->head.where);
    if (size < 0 || (size_t)size >= sizeof path) {
        problem_set(problem, "%s: path too long", connection->head.where);
        return false;
    }
    connection->lock_file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (connection->lock_file < 0) {
        problem_set(problem, "%s: %s", path, strerrordesc_np(errno));
        return false;
    }
    if (flock(connection->lock_file, LOCK_EX | LOCK_NB) == 0) return true;
    problem_set(problem, "%s: another process writes this database; only one may", connection->head.where);
    return false;
}

/* People's data: for our own eyes only. Its name is made durable too. A file that is there is not opened: closing it
 * would let go of every lock that SQLite has on it in this process, and the next stranger's sqlite3, alone as it
 * believes, would take the WAL away from under us. */
static bool file_make(const char *path, char problem[PROBLEM_SIZE]) {
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno != EEXIST) {
        problem_set(problem, "%s: %s", path, strerrordesc_np(errno));
        return false;
    }
    if (file >= 0) close(file);
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    int handle = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    bool synced = handle >= 0 && fsync(handle) == 0;
    if (!synced) problem_set(problem, "%s: its folder: %s", path, strerrordesc_np(errno));
    if (handle >= 0) close(handle);
    return synced;
}

static bool database_open(struct sqlite *connection, char problem[PROBLEM_SIZE]) {
    pthread_once(&configured, configure);
    bool writer = connection->head.writer;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int code = sqlite3_open_v2(connection->head.where, &connection->db, flags, NULL);
    if (code == SQLITE_OK) {
        sqlite3_busy_timeout(connection->db, BUSY_WAIT_MS);
        sqlite3_db_config(connection->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        /* The last connection to close would checkpoint by itself; that is the writer's work. */
        sqlite3_db_config(connection->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        code = sqlite3_exec(connection->db, writer ? WRITER_PRAGMAS : READER_PRAGMAS, NULL, NULL, NULL);
    }
    if (code != SQLITE_OK) {
        const char *message = connection->db == NULL ? "out of memory" : sqlite3_errmsg(connection->db);
        problem_set(problem, "%s: %s", connection->head.where, message);
        return false;
    }
    sqlite3_set_authorizer(connection->db, sqlite_authorize, connection);
    if (writer) sqlite3_wal_hook(connection->db, wal_written, connection);
    return true;
}

static void sqlite_close(struct connection *head) {
    struct sqlite *connection = (struct sqlite *)head;
    sqlite_prepared_free(connection);
    if (connection->db != NULL && head->writer) {
        sqlite3_busy_timeout(connection->db, CLOSING_WAIT_MS);
        sqlite3_wal_checkpoint_v2(connection->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    sqlite3_close_v2(connection->db);
    if (connection->lock_file >= 0) close(connection->lock_file);
    free(connection);
}

static struct connection *sqlite_open(struct world *world, const char *where, bool writer,
                                      char problem[PROBLEM_SIZE]) {
    if (*where == '\0' || strncmp(where, ":memory:", 8) == 0 || strncmp(where, "file:", 5) == 0) {
        problem_set(problem, "\"%s\" is not a path of a database file", where);
        return NULL;
    }
    struct sqlite *connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
        problem_set(problem, "out of memory");
        return NULL;
    }
    connection->head.world = world;
    connection->head.where = where;
    connection->head.writer = writer;
    connection->head.tenure = 1; /* the lock file's, for ever */
    connection->head.alone = true;
    connection->lock_file = -1;
    connection->checkpoint_at = sqlite_checkpoint_pages;
    if ((writer && !lock_take(connection, problem)) || !file_make(where, problem) ||
        !database_open(connection, problem)) {
        sqlite_close(&connection->head);
        return NULL;
    }
    return &connection->head;
}

static bool sqlite_ready(struct connection *connection, char problem[PROBLEM_SIZE]) {
    (void)connection;
    (void)problem;
    return true; /* a full disk is noticed by the statement that meets it, and is well again by itself */
}

static bool sqlite_start(struct connection *connection, char problem[PROBLEM_SIZE]) {
    return sqlite_ready(connection, problem);
}

/* ---- the end of a failed commit ---- */

/* When the fsync of a commit fails, its frames stand whole in the WAL behind the last valid one. This process ignores
 * them and its next commit overwrites them; but a crash before that would bring back what was told as undone. So they
 * are cut off. Where valid frames end stands in the WAL index: mxFrame at byte 16, the page size at byte 14 (SQLite's
 * walformat.html). */
static bool tail_cut(struct sqlite *connection) {
    sqlite3_file *database = NULL, *wal = NULL;
    sqlite3_file_control(connection->db, "main", SQLITE_FCNTL_FILE_POINTER, &database);
    sqlite3_file_control(connection->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
    /* no WAL */
    if (database == NULL || wal == NULL || database->pMethods == NULL || wal->pMethods == NULL) return true;
    void volatile *index = NULL;
    if (database->pMethods->xShmMap(database, 0, 32768, 0, &index) != SQLITE_OK || index == NULL) return false;
    const unsigned char volatile *bytes = index;
    const uint32_t frames = *(const uint32_t volatile *)(bytes + 16);
    const uint16_t written = *(const uint16_t volatile *)(bytes + 14);
    sqlite3_int64 page = written == 1 ? 65536 : written, end = 32 + (sqlite3_int64)frames * (24 + page), size = 0;
    if (wal->pMethods->xFileSize(wal, &size) != SQLITE_OK) return false;
    if (size <= end) return true;
    return wal->pMethods->xTruncate(wal, end) == SQLITE_OK &&
           wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL) == SQLITE_OK;
}

/* ---- transactions ---- */

STATEMENT(begin_writing, "BEGIN IMMEDIATE");
STATEMENT(begin_reading, "BEGIN");
STATEMENT(commit, "COMMIT");
STATEMENT(rollback, "ROLLBACK");
STATEMENT(rollback_command, "ROLLBACK TO command");
STATEMENT(release_command, "RELEASE command");

static void sqlite_rollback(struct tx *tx) {
    struct sqlite *connection = (struct sqlite *)tx->connection;
    sqlite_close_rows(tx);
    connection->mark_wanted = connection->mark_open = false;
    if (sqlite3_get_autocommit(connection->db) == 0) sqlite_simple(tx, &rollback);
}

static bool sqlite_begin(struct tx *tx) {
    struct sqlite *connection = (struct sqlite *)tx->connection;
    connection->idle_since_ms = 0;
    if (connection->tail_unsure) connection->tail_unsure = !tail_cut(connection);
    if (sqlite3_get_autocommit(connection->db) == 0) sqlite_rollback(tx); /* one that could not be ended before */
    return sqlite_simple(tx, tx->writing ? &begin_writing : &begin_reading);
}

static enum commit_result sqlite_commit(struct tx *tx) {
    struct sqlite *connection = (struct sqlite *)tx->connection;
    sqlite_close_rows(tx);
    connection->mark_wanted = connection->mark_open = false;
    if (sqlite_simple(tx, &commit)) return COMMIT_DONE;
    sqlite_rollback(tx);
    connection->tail_unsure = !tail_cut(connection);
    return COMMIT_NOT;
}

static enum commit_result sqlite_settle(struct connection *connection) {
    (void)connection;
    check_failed("SQLite always knows how a commit ended", __FILE__, __LINE__);
}

static void sqlite_mark(struct tx *tx) {
    ((struct sqlite *)tx->connection)->mark_wanted = true;
}

static void sqlite_keep(struct tx *tx) {
    struct sqlite *connection = (struct sqlite *)tx->connection;
    connection->mark_wanted = false;
    if (!connection->mark_open) return;
    connection->mark_open = false;
    sqlite_simple(tx, &release_command);
}

static void sqlite_undo(struct tx *tx) {
    struct sqlite *connection = (struct sqlite *)tx->connection;
    connection->mark_wanted = false;
    if (!connection->mark_open) return;
    connection->mark_open = false;
    if (sqlite_simple(tx, &rollback_command)) sqlite_simple(tx, &release_command);
}

static bool sqlite_script(struct tx *tx, const char *sql) {
    struct sqlite *connection = (struct sqlite *)tx->connection;
    char *text = sql_rewrite(sql, DIALECT_SQLITE, FORM_PLAIN, NULL, 0);
    if (text == NULL) {
        tx_fail(tx, TROUBLE_GONE, "out of memory");
        return false;
    }
    if (sqlite3_exec(connection->db, text, NULL, NULL, NULL) != SQLITE_OK) sqlite_fail(tx, "script");
    free(text);
    return tx->trouble == TROUBLE_NONE;
}

/* ---- housekeeping ---- */

static int64_t monotonic_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int wait_for_readers(void *tries, int tried) {
    static const struct timespec pause = {.tv_nsec = RESTART_PAUSE_US * 1000};
    if (tried >= *(int *)tries) return 0;
    nanosleep(&pause, NULL);
    return 1;
}

/* First what can be moved beside the readers, then, when they look at the newest state alone, the rest; so that the
 * next commit begins the WAL anew. */
static void checkpoint(struct sqlite *connection, int tries) {
    int64_t began = monotonic_us();
    sqlite3 *db = connection->db;
    /* Errors: a full disk may have room next time. */
    sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (tries > 0) {
        atomic_fetch_add(connection->head.generation, 1); /* kept snapshots are let go */
        sqlite3_busy_handler(db, wait_for_readers, &tries);
        sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
        sqlite3_busy_timeout(db, BUSY_WAIT_MS);
    }
    connection->checkpoint_at = connection->wal_pages + sqlite_checkpoint_pages; /* wal_written sees when it is anew */
    int64_t took = monotonic_us() - began;
    atomic_fetch_add(&connection->head.checkpoints, 1);
    if (took > atomic_load(&connection->head.checkpoint_max_us))
        atomic_store(&connection->head.checkpoint_max_us, took);
}

static void sqlite_between(struct connection *head, bool idle) {
    struct sqlite *connection = (struct sqlite *)head;
    if (connection->wal_pages >= connection->checkpoint_at) {
        bool long_since = connection->wal_pages >= LONG_TIMES * sqlite_checkpoint_pages;
        checkpoint(connection, long_since ? LONG_TRIES : RESTART_TRIES);
    }
    if (!idle) return;
    int64_t now = monotonic_ms();
    if (connection->idle_since_ms == 0) connection->idle_since_ms = now;
    if (now - connection->idle_since_ms < IDLE_MS) return;
    bool unmoved = connection->wal_pages > connection->checkpoint_at - sqlite_checkpoint_pages;
    if (unmoved) checkpoint(connection, 0);
}

const struct driver sqlite_driver = {
    .reads_inline = true,
    .open = sqlite_open,
    .close = sqlite_close,
    .ready = sqlite_ready,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .settle = sqlite_settle,
    .mark = sqlite_mark,
    .undo = sqlite_undo,
    .keep = sqlite_keep,
    .close_rows = sqlite_close_rows,
    .run = sqlite_run,
    .queue = sqlite_queue,
    .insert_many = sqlite_insert_many,
    .query = sqlite_query,
    .query_ids = sqlite_query_ids,
    .query_keys = sqlite_query_keys,
    .next = sqlite_next,
    .end = sqlite_end,
    .row_int = sqlite_row_int,
    .row_null = sqlite_row_null,
    .row_text = sqlite_row_text,
    .script = sqlite_script,
    .start = sqlite_start,
    .between = sqlite_between,
};
