/* store.h: the one door to the database: SQLite or PostgreSQL, the same SQL for both.
 *
 * Reads run at once on a snapshot. Writes are *commands*: the store's writer runs them one after another in a group,
 * each undone alone if it asks so, with one commit (one fsync) for the group, and only then tells each of them that
 * it is done. A command never waits, locks or retries; it may be run again from its start (another's undo or error in
 * its group, another node's lock, a lost connection), so it derives everything from its input and the transaction.
 *
 * Failures (disk, connection) are sticky in a tx: after one, statements do nothing, queries give no rows, and who
 * opened the tx learns it at the end. So the code between reads straight; whatever it concluded is thrown away.
 *
 * SQL is literal text with $1…$n. Only what both databases understand, plus these tokens, rewritten by the store:
 *   BYTES       column type: BLOB / BYTEA
 *   ROWKEY      column type of a time-ordered id that alone is unique: INTEGER PRIMARY KEY / BIGINT NOT NULL
 *   ROWKEY(a,b) table constraint that goes with it: nothing / PRIMARY KEY (a, b), the distribution key among them
 *   BYTEWISE    after a column's type TEXT, which is looked for by its beginning: nothing / COLLATE "C"
 *   CLUSTERED   after the closing parenthesis of a table without a ROWKEY: WITHOUT ROWID / nothing
 *   FOR_UPDATE  at the end of a SELECT in a command: nothing / FOR UPDATE (waits for other nodes' row locks)
 *   FOR_UPDATE_NOW  the same, but where another node holds one the group is run again instead of waiting
 * Column types are BIGINT, TEXT and BYTES alone. Each CREATE TABLE is followed on its first line by a comment that
 * names its distribution key: "-- distributed by customer" (or "-- reference" for a catalogue); tidy checks it. */
#pragma once

#include "base/secret.h"
#include "base/world.h"

struct store;
struct reader;
struct tx; /* a transaction or a snapshot, for the time of one function call */

/* ---- statements ---- */

struct statement {
    const char *sql;
    const char *file; /* where it is declared: ledger tables are written by src/ledger/ alone */
    _Atomic int slot; /* 0 until first used; connections keep what they prepared under it */
};

/* STATEMENT(account_by_id, "SELECT … WHERE id = $1"); the text must be a literal: a built one fails to compile. */
#define STATEMENT(name, literal) static struct statement name = {"" literal "", __FILE__, 0}
/* One without a name, within a table at file scope: its address. */
#define STATEMENT_OF(literal) (&(struct statement){"" literal "", __FILE__, 0})

enum value_type { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BYTES };

struct value {
    enum value_type type;
    int64_t integer;
    struct text text; /* also bytes; borrowed until the call returns (for tx_queue: until the group ends) */
};

/* Text is UTF-8 without NUL: another is a failure of the command, on both databases. TEXT_NONE is NULL. */

#define V_NULL ((struct value){.type = VALUE_NULL})
#define V_INT(number) ((struct value){.type = VALUE_INT, .integer = (number)})
#define V_TEXT(string) ((struct value){.type = VALUE_TEXT, .text = (string)})
#define V_BYTES(address, length)                                                                                       \
    ((struct value){.type = VALUE_BYTES, .text = {(const char *)(address), (length)}})
#define VALUES(...)                                                                                                    \
    (const struct value[]){__VA_ARGS__}, sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)
#define NO_VALUES NULL, 0

/* Runs a writing statement; gives the number of rows changed (0 also after a failure). */
int64_t tx_run(struct tx *tx, struct statement *statement, const struct value *values, size_t count);

/* A write whose result nobody in the command needs: may be sent later, before the commit, in order with the tx's
 * other statements. Texts must live until the group ends (the command's arena does). */
void tx_queue(struct tx *tx, struct statement *statement, const struct value *values, size_t count);

/* The same INSERT … VALUES ($1,…,$n) [ON CONFLICT …] for many rows (rows × columns values, row after row), as fast as
 * the database can: a loop on SQLite, arrays on PostgreSQL. The VALUES list must be plain $1…$n in order, and each
 * column's values of one type (or NULL; types says which for PostgreSQL: one of VALUE_INT, _TEXT, _BYTES each). */
void tx_insert_many(struct tx *tx, struct statement *statement, const enum value_type *types, size_t columns,
                    const struct value *values, size_t rows);

/* for (struct rows *rows = tx_query(tx, &statement, VALUES(V_INT(id))); rows_next(rows);) { … row_int(rows, 0) … }
 * One that is not read to its end is closed by rows_end, by the next use of the same statement in this tx, or with
 * the tx. Queries nest when their statements differ. */
struct rows *tx_query(struct tx *tx, struct statement *statement, const struct value *values, size_t count);
/* The rows of a query by one key, "… WHERE id = $1 ORDER BY id FOR_UPDATE", for many ids at once: ids rising, without
 * repeats; those that have no row are skipped; rows come in that order. A loop on SQLite; on PostgreSQL "= $1" becomes
 * "= ANY($1)" and all rows are locked in id order by one statement. ids must live until the rows end. */
struct rows *tx_query_ids(struct tx *tx, struct statement *statement, const int64_t *ids, size_t count);
/* The same by keys of bytes, in any order, for a snapshot that looks many up in one trip; the rows' order is nobody's
 * promise. keys must live until the rows end. */
struct rows *tx_query_keys(struct tx *tx, struct statement *statement, const struct text *keys, size_t count);
bool rows_next(struct rows *rows);
void rows_end(struct rows *rows);
int64_t row_int(const struct rows *rows, int column); /* 0 for NULL */
bool row_null(const struct rows *rows, int column);
struct text row_text(const struct rows *rows, int column); /* bytes too; valid until the next rows_next */
struct text row_copy(const struct rows *rows, int column, struct arena *arena);

/* As a failure of the tx: what it read is not to be used. `why` is told in the log. */
void tx_give_up(struct tx *tx, const char *why);
bool tx_failed(const struct tx *tx);
struct text tx_problem(const struct tx *tx); /* what failed, for the log; lives as long as the tx */
bool tx_writing(const struct tx *tx);
struct world *tx_world(const struct tx *tx);
/* In a command: no other process writes to this database, so what memory knows of it is true (SQLite: always;
 * PostgreSQL: while this node is the only one). tx_tenure is another number each time it may not have been so. */
bool tx_alone(const struct tx *tx);
int64_t tx_tenure(const struct tx *tx);
/* How many groups this process had committed when the snapshot was begun, or fewer; in a command: by now. */
int64_t tx_generation(const struct tx *tx);
/* In a command: tells every other process on this database, once the command is on disk, in a few bytes (at most
 * NEWS_MAX). Those who may read the database may read it: ids, never what names a person. It may get lost with a
 * connection, so it only hastens what is found by asking, too. Nothing happens while no other process writes. */
#define NEWS_MAX 200
void tx_announce(struct tx *tx, struct text news);
/* Lives until the group (or the read) ends. A command may exhaust it like its own; who reads guards it. */
struct arena *tx_arena(const struct tx *tx);

/* ---- snapshots ---- */

/* One per thread that reads. NULL when the database cannot be opened. */
struct reader *reader_new(struct store *store);
void reader_free(struct reader *reader);
/* NULL when the database is gone; it reconnects by itself later. The snapshot is of the moment of the first query. */
struct tx *reader_begin(struct reader *reader);
/* Ends the snapshot; false when something failed in it (answer 503). */
bool reader_end(struct reader *reader, struct tx *tx);
/* For a thread that answers many requests a turn: from now on a snapshot stays open after reader_end, for the next
 * reader_begin to use again while nothing has been committed since, until this is called again. So the thread calls it
 * each time before it waits; an idle reader holds nothing. Only where reads are inline; elsewhere it does nothing. */
void reader_rest(struct reader *reader);
/* True when reading takes microseconds and may be done on an I/O thread (SQLite). */
bool store_reads_inline(const struct store *store);

/* ---- commands ---- */

enum command_outcome {
    COMMAND_KEEP, /* its writes are part of the group */
    COMMAND_UNDO, /* its writes are undone, the command has still been answered (a refusal) */
};

enum store_status {
    STORE_DURABLE,     /* on disk */
    STORE_UNAVAILABLE, /* nothing of it happened: answer 503 */
};

struct command {
    /* On the writer thread (or a PostgreSQL writer's), inside the group's transaction. */
    enum command_outcome (*run)(struct command *command, struct tx *tx);
    /* On the writer thread, after the commit or its failure. Must not block. */
    void (*done)(struct command *command, enum store_status status);
    struct arena *arena;       /* guards run(): out of memory counts as STORE_UNAVAILABLE for this command alone */
    /* ledger accounts it will touch, where known before: fetched and locked for the group at once */
    const int64_t *accounts;
    size_t account_count;
    struct command *next;      /* the store's */
    enum store_status status;  /* the store's */
    enum command_outcome outcome;
    struct text problem;       /* the store's: why it is unavailable, for the log; for the time of done() */
    struct waiter *waiter;     /* the store's: who called store_run */
};

/* Queues a command; false when the queue is full or the store is closing (answer 503 with Retry-After: 1). Any
 * thread. */
bool store_submit(struct store *store, struct command *command);
/* Submits and waits: for start-up, the command line and tests; never on an I/O or writer thread. */
enum store_status store_run(struct store *store, struct command *command);
/* Without a writer thread (options.manual): runs one group of what is queued, gives how many commands it held. */
size_t store_step(struct store *store);

/* What keeps state of its own beside the rows for the time of a group: the ledger's accounts, the command log. Called
 * on the writer thread only. Memory in tx_arena lives until `ended`, which follows every begin, also one that was cut
 * short by a failure; the group may then be tried again, from begin. A function that is NULL is not called. */
struct participant {
    void *self;
    void (*begin)(void *self, struct tx *tx, const struct command *first); /* first → next …: the whole group */
    void (*mark)(void *self);                      /* a command is about to run */
    void (*undo)(void *self);                      /* back to the last mark */
    void (*flush)(void *self, struct tx *tx);      /* write what is kept; the commit follows */
    void (*ended)(void *self, bool committed);     /* before the commands' done */
    /* In a group of its own, before the first of a new tenure: what memory knows may be wrong. False: it cannot be put
     * right, and no group may run. *more: to be called again, in another group. */
    bool (*renew)(void *self, struct tx *tx, bool *more);
    /* In a group of its own: others will write when all have no *more. */
    void (*give_way)(void *self, struct tx *tx, bool *more);
};

/* ---- opening ---- */

struct migration {
    const char *feature; /* "ledger" */
    int number;          /* 1, 2, …: forward only, never changed once released */
    const char *sql;     /* several statements, separated by semicolons */
};

struct store_options {
    const char *where;   /* a path, ":memory:" is refused; or postgresql://… */
    struct world *world;
    size_t queue_max;    /* commands waiting; 0 → 4096 */
    size_t group_max;    /* commands in a group; 0 → 256 */
    bool manual;         /* no writer thread: the simulation calls store_step */
    bool shares;         /* on PostgreSQL: other nodes may write from the start, this one is never alone */
};

/* NULL with *problem (static text or in the caller's arena) when it cannot be opened. */
struct store *store_open(struct arena *arena, const struct store_options *options, struct text *problem);
/* Runs each migration not yet run, in the given order, in one transaction each feature. False with *problem. */
bool store_migrate(struct store *store, struct arena *arena, const struct migration *migrations, size_t count,
                   struct text *problem);
void store_join(struct store *store, struct participant participant); /* before store_start */
/* Before store_start: what other processes announce, on the writer's thread between its groups, within half a second.
 * Must not block. */
void store_hear(struct store *store, void (*heard)(void *self, struct text news), void *self);
bool store_start(struct store *store); /* the writer begins; false when threads or the database are not to be had */
/* Refuses new commands, finishes those queued, checkpoints, closes. Readers are freed before. */
void store_close(struct store *store);
bool store_is_postgres(const struct store *store);
/* How many groups were committed, by this process. */
int64_t store_generation(const struct store *store);

struct store_figures {
    int64_t groups, commands;      /* commits, and commands answered as durable by them */
    int64_t failures;              /* commands answered as unavailable */
    int64_t replays;               /* groups run again: a conflict, a lost connection, an undo or error among them */
    int64_t queue_now, queue_full; /* waiting now; refused because the queue was full */
    int64_t checkpoints, checkpoint_max_us; /* SQLite's, and the longest time the writer was in one */
};
struct store_figures store_figures(const struct store *store);
