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
    int64_t generation; /* of a snapshot: the store's when it was begun, or an earlier one */
    bool begun;     /* a snapshot is taken by its first query: one that asks nothing costs nothing */
    bool wrote;     /* since the last mark */
    struct loan *loans; /* loan.c */
    enum trouble trouble;
    char problem[PROBLEM_SIZE];
};

struct connection { /* first member of each driver's own */
    struct world *world;
    const char *where;
    bool writer;
    /* Of a writer (tenure.c). The tenure's number changes whenever another process may have written since. */
    int64_t tenure;
    bool alone;  /* no other process writes during it */
    bool shares; /* never to be alone */
    bool asked;  /* another node asks to write, too */
    _Atomic int64_t checkpoints, checkpoint_max_us; /* of a SQLite writer */
    _Atomic int64_t *generation; /* of a writer: its store's */
    void (*heard)(void *self, struct text news); /* of a writer; NULL: nobody listens */
    void *hearer;
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
    struct rows *(*query_keys)(struct tx *tx, struct statement *statement, const struct text *keys, size_t count);
    bool (*next)(struct rows *rows);
    void (*end)(struct rows *rows);
    int64_t (*row_int)(const struct rows *rows, int column);
    bool (*row_null)(const struct rows *rows, int column);
    struct text (*row_text)(const struct rows *rows, int column);

    void (*announce)(struct tx *tx, struct text news);
    bool (*script)(struct tx *tx, const char *sql); /* several statements of a migration */
    bool (*start)(struct connection *connection, char problem[PROBLEM_SIZE]); /* the schema is there */
    void (*between)(struct connection *connection, bool idle); /* between groups: housekeeping */
    /* Of a writer that is alone: lets others write from now on, which begins a new tenure. */
    bool (*share)(struct connection *connection, char problem[PROBLEM_SIZE]);
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
    bool manual, shares;
    void (*heard)(void *self, struct text news);
    void *hearer;

    struct connection *writer; /* the writer thread's, or before store_start the caller's */
    struct arena *arena;       /* of the group */
    struct participant participants[PARTICIPANTS_MAX];
    size_t participant_count;
    int64_t tenure;            /* the last that all participants know of */
    bool renewing, giving_way; /* the group that runs is tenure.c's own; pieces of giving way are left */
    int marked_groups;         /* how many of the next groups are tried with marks at once */
    struct command_list doubtful; /* a group whose commit may or may not have happened */
    char problem[PROBLEM_SIZE];   /* the last one the writer met */

    pthread_mutex_t mutex; /* over what follows */
    pthread_cond_t wake;   /* the writer's */
    struct command_list queue;
    enum writer_state state;
    bool writer_sleeps;

    pthread_t thread;
    /* Goes up with each commit, and when the WAL shall begin anew: no snapshot begun before is taken up again. */
    _Atomic int64_t generation;
    _Atomic int64_t groups, commands, failures, replays, queue_full;
};

/* sticky: the first trouble stays. problem is a format's result. */
void tx_fail(struct tx *tx, enum trouble trouble, const char *format, ...) __attribute__((format(printf, 3, 4)));
void tx_init(struct tx *tx, struct store *store, struct connection *connection, struct arena *arena, bool writing);
/* loan.c: what row_text gives of a row, and the end of all that this row gave. */
#ifdef ARENA_POISONED
struct text loan_of(const struct rows *rows, struct text text);
void loans_end(const struct rows *rows);
#else
static inline struct text loan_of(const struct rows *rows, struct text text) { return (void)rows, text; }
static inline void loans_end(const struct rows *rows) { (void)rows; }
#endif
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

/* tenure.c: before a group; true when the participants know of the writer's present tenure. */
bool tenure_known(struct store *store);
/* Between groups: does a piece of giving way when another node asks; true when there is more to do at once. */
bool tenure_tend(struct store *store);

/* writer.c: finishes what is queued and ends the thread. */
void writer_close(struct store *store);
/* Tells whoever waits in store_run. */
void waiter_wake(struct waiter *waiter);
/* store.c: the writer's connection, opened when it is not; false with problem. */
bool store_writer(struct store *store, char problem[PROBLEM_SIZE]);
