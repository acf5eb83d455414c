/* driver.h: what a database must do for the store, and what the files of src/store share. Private to src/store.
 *
 * A driver knows one kind of database. It never decides what to do about a failure: it says in the tx which kind of
 * trouble it met, and group.c or reader.c act. */
#pragma once

#include "store/sql.h"
#include "store/store.h"

#include <pthread.h>

enum trouble {
    TROUBLE_NONE,
    TROUBLE_STATEMENT, /* the database refused this statement (a constraint, a value): its command's own fault */
    TROUBLE_CONFLICT,  /* another node was in the way: the same again may pass */
    TROUBLE_GONE,      /* disk or connection: nothing works for now */
};

#define PROBLEM_SIZE 240

struct tx {
    struct store *store;
    struct connection *connection;
    const struct driver *driver;
    struct arena *arena;
    bool writing;
    bool begun;     /* a snapshot is taken by its first query: one that asks nothing costs nothing */
    bool wrote;     /* since the last mark */
    enum trouble trouble;
    char problem[PROBLEM_SIZE];
};

struct connection { /* first member of each driver's own */
    struct world *world;
    const char *where;
    bool writer;
    _Atomic int64_t checkpoints, checkpoint_max_us; /* of a SQLite writer */
};

struct rows { /* first member of each driver's own */
    struct tx *tx;
    bool open;
};

enum commit_result {
    COMMIT_DONE,
    COMMIT_NOT,     /* rolled back; tx->trouble says why */
    COMMIT_UNKNOWN, /* the connection was lost while it was under way: ask settle() */
};

struct driver {
    bool reads_inline;
    bool reconnects; /* after TROUBLE_GONE the same may pass on a new connection */

    /* The only ways to a connection; NULL with problem filled. Only one writer at a time may exist for a database and
     * node, in any process: another is refused. */
    struct connection *(*open)(struct world *world, const char *where, bool writer, char problem[PROBLEM_SIZE]);
    void (*close)(struct connection *connection);
    /* Reconnects if it must and may by now; false while the database is gone. */
    bool (*ready)(struct connection *connection, char problem[PROBLEM_SIZE]);

    bool (*begin)(struct tx *tx);
    enum commit_result (*commit)(struct tx *tx);
    void (*rollback)(struct tx *tx); /* also ends a snapshot */
    /* After COMMIT_UNKNOWN: COMMIT_UNKNOWN while it cannot be told. */
    enum commit_result (*settle)(struct connection *connection);

    void (*mark)(struct tx *tx);     /* a command begins; an undo comes back here */
    void (*undo)(struct tx *tx);
    void (*keep)(struct tx *tx);     /* the marked command ends well; its failures are known after it */
    void (*close_rows)(struct tx *tx);

    int64_t (*run)(struct tx *tx, struct statement *statement, const struct value *values, size_t count);
    void (*queue)(struct tx *tx, struct statement *statement, const struct value *values, size_t count);
    void (*insert_many)(struct tx *tx, struct statement *statement, const enum value_type *types, size_t columns,
                        const struct value *values, size_t rows);
    struct rows *(*query)(struct tx *tx, struct statement *statement, const struct value *values, size_t count);
    struct rows *(*query_ids)(struct tx *tx, struct statement *statement, const int64_t *ids, size_t count);
    bool (*next)(struct rows *rows);
    void (*end)(struct rows *rows);
    int64_t (*row_int)(const struct rows *rows, int column);
    bool (*row_null)(const struct rows *rows, int column);
    struct text (*row_text)(const struct rows *rows, int column);

    bool (*script)(struct tx *tx, const char *sql); /* several statements of a migration */
    bool (*start)(struct connection *connection, char problem[PROBLEM_SIZE]); /* the schema is there */
    void (*between)(struct connection *connection, bool idle); /* between groups: housekeeping */
};

extern const struct driver sqlite_driver, postgres_driver;

/* A command waits in a list of this kind. */
struct command_list {
    struct command *first, *last;
    size_t count;
};

enum writer_state { WRITER_NEW, WRITER_RUNNING, WRITER_CLOSING, WRITER_ENDED };

#define PARTICIPANTS_MAX 8

struct store {
    const struct driver *driver;
    struct world *world;
    char *where;
    size_t queue_max, group_max;
    bool manual;

    struct connection *writer; /* the writer thread's, or before store_start the caller's */
    struct arena *arena;       /* of the group */
    struct participant participants[PARTICIPANTS_MAX];
    size_t participant_count;
    int marked_groups;         /* how many of the next groups are tried with marks at once */
    struct command_list doubtful; /* a group whose commit may or may not have happened */
    char problem[PROBLEM_SIZE];   /* the last one the writer met */

    pthread_mutex_t mutex; /* over what follows */
    pthread_cond_t wake;   /* the writer's */
    struct command_list queue;
    enum writer_state state;
    bool writer_sleeps;

    pthread_t thread;
    _Atomic int64_t groups, commands, failures, replays, queue_full;
};

/* sticky: the first trouble stays. problem is a format's result. */
void tx_fail(struct tx *tx, enum trouble trouble, const char *format, ...) __attribute__((format(printf, 3, 4)));
void tx_init(struct tx *tx, struct store *store, struct connection *connection, struct arena *arena, bool writing);
void problem_set(char problem[PROBLEM_SIZE], const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The statement's number, given at its first use; ends the program when it writes what is not its own. */
int statement_slot(struct statement *statement);
/* The database refuses the text itself: a bug. */
_Noreturn void statement_wrong(const struct statement *statement, const char *message);

/* For what must not depend on the simulated clock: back-off and timeouts. */
int64_t monotonic_ms(void);
void pause_ms(int64_t ms);

void list_init(struct command_list *list);
void list_add(struct command_list *list, struct command *command);

/* group.c: runs one group (taken off the queue) to its end, whatever happens; calls done for all but a doubtful one. */
void group_run(struct store *store, struct command_list *group);
/* Tries to learn the doubtful group's fate; true when it is known and told. With give_up it is told unavailable. */
bool group_settle(struct store *store, bool give_up);
void group_unavailable(struct store *store, struct command_list *group);

/* writer.c: finishes what is queued and ends the thread. */
void writer_close(struct store *store);
/* Tells whoever waits in store_run. */
void waiter_wake(struct waiter *waiter);
/* store.c: the writer's connection, opened when it is not; false with problem. */
bool store_writer(struct store *store, char problem[PROBLEM_SIZE]);
