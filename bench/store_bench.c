/* store_bench.c: what the store alone can do, without ledger or HTTP: commands of one appended row each, submitted by
 * two threads and committed in groups; what a savepoint costs; and a snapshot with one look-up by key.
 *
 *     store_bench [FOLDER]    SQLite in FOLDER (or /tmp), PostgreSQL of KABINET_TEST_POSTGRES when it is set */
#include "store/store_fixture.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SUBMITTERS 2

static const struct migration migrations[] = {
    {"bench", 1,
     "CREATE TABLE item ( -- distributed by owner\n"
     "    id ROWKEY, owner BIGINT NOT NULL, number BIGINT NOT NULL, word TEXT NOT NULL, ROWKEY(owner, id)\n"
     ");"},
};

STATEMENT(item_add, "INSERT INTO item (id, owner, number, word) VALUES ($1, $2, $3, $4)");
STATEMENT(item_get, "SELECT number, word FROM item WHERE id = $1 AND owner = 1");
STATEMENT(item_count, "SELECT COUNT(*) FROM item");

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Processor time of all our threads: what stays comparable on a machine that others use too. */
static double processor_seconds(void) {
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

/* ---- writing ---- */

enum shape { SHAPE_APPEND, SHAPE_UNDO_TENTH, SHAPE_NOTHING };

struct submitter {
    struct store *store;
    pthread_mutex_t mutex;
    pthread_cond_t freed;
    struct item_command *free;
    int64_t left;
    bool waits;
};

struct item_command {
    struct command command;
    struct submitter *submitter;
    struct item_command *next_free;
    enum shape shape;
};

static int64_t last_id; /* the writer thread's */

static enum command_outcome item_run(struct command *command, struct tx *tx) {
    struct item_command *item = (struct item_command *)command;
    int64_t id = ++last_id;
    if (item->shape == SHAPE_NOTHING) return COMMAND_KEEP;
    tx_queue(tx, &item_add, VALUES(V_INT(id), V_INT(1), V_INT(id * 7), V_TEXT(TEXT("a word or two of text"))));
    return item->shape == SHAPE_UNDO_TENTH && id % 10 == 0 ? COMMAND_UNDO : COMMAND_KEEP;
}

static void item_done(struct command *command, enum store_status status) {
    struct item_command *item = (struct item_command *)command;
    struct submitter *submitter = item->submitter;
    if (status != STORE_DURABLE) {
        fprintf(stderr, "unavailable: %.*s\n", TEXT_ARG(command->problem));
        exit(1);
    }
    pthread_mutex_lock(&submitter->mutex);
    item->next_free = submitter->free;
    submitter->free = item;
    submitter->left--;
    bool wake = submitter->waits;
    submitter->waits = false;
    pthread_mutex_unlock(&submitter->mutex);
    if (wake) pthread_cond_signal(&submitter->freed);
}

/* Keeps `window` commands under way until its count is done. */
static void *submit_all(void *data) {
    struct submitter *submitter = data;
    int64_t wanted = submitter->left, sent = 0;
    pthread_mutex_lock(&submitter->mutex);
    while (submitter->left > 0) {
        struct item_command *item = sent < wanted ? submitter->free : NULL;
        if (item == NULL) {
            submitter->waits = true;
            pthread_cond_wait(&submitter->freed, &submitter->mutex);
            continue;
        }
        submitter->free = NULL; /* takes all that is free */
        pthread_mutex_unlock(&submitter->mutex);
        while (item != NULL && sent < wanted) {
            struct item_command *next = item->next_free;
            while (!store_submit(submitter->store, &item->command)) {}
            sent++;
            item = next;
        }
        pthread_mutex_lock(&submitter->mutex);
    }
    pthread_mutex_unlock(&submitter->mutex);
    return NULL;
}

static void write_many(struct store_fixture *fixture, const char *name, enum shape shape, int window, int64_t count) {
    struct submitter submitters[SUBMITTERS];
    struct item_command *items = calloc((size_t)(SUBMITTERS * window), sizeof *items);
    pthread_t threads[SUBMITTERS];
    struct store_figures before = store_figures(fixture->store);
    double began = seconds(), used = processor_seconds();
    for (int i = 0; i < SUBMITTERS; i++) {
        submitters[i] = (struct submitter){.store = fixture->store, .left = count / SUBMITTERS};
        pthread_mutex_init(&submitters[i].mutex, NULL);
        pthread_cond_init(&submitters[i].freed, NULL);
        for (int j = 0; j < window; j++) {
            struct item_command *item = &items[i * window + j];
            *item = (struct item_command){.command.run = item_run, .command.done = item_done, .shape = shape};
            item->submitter = &submitters[i];
            item->next_free = submitters[i].free;
            submitters[i].free = item;
        }
        pthread_create(&threads[i], NULL, submit_all, &submitters[i]);
    }
    for (int i = 0; i < SUBMITTERS; i++) pthread_join(threads[i], NULL);
    double took = seconds() - began;
    used = processor_seconds() - used;
    struct store_figures after = store_figures(fixture->store);
    int64_t groups = after.groups - before.groups;
    printf("%-9s %-26s window %3d: %8.0f commands/s, %6.0f commits/s, %5.1f a group, %5.2f us processor each, "
           "%" PRId64 " replays, checkpoint max %" PRId64 " us\n",
           store_kind_name(fixture->kind), name, window * SUBMITTERS, (double)count / took, (double)groups / took,
           (double)count / (double)groups, used * 1e6 / (double)count, after.replays - before.replays,
           after.checkpoint_max_us);
    fflush(stdout);
    free(items);
}

/* ---- reading ---- */

static void read_many(struct store_fixture *fixture, int64_t count) {
    struct reader *reader = reader_new(fixture->store);
    int64_t seed = 1, sum = 0, rows_in_all = 0;
    struct tx *tx = reader_begin(reader);
    struct rows *counted = tx_query(tx, &item_count, NO_VALUES);
    if (rows_next(counted)) rows_in_all = row_int(counted, 0);
    reader_end(reader, tx);
    double began = seconds();
    for (int64_t i = 0; i < count; i++) {
        seed = (seed * 1103515245 + 12345) & INT32_MAX;
        tx = reader_begin(reader);
        struct rows *rows = tx_query(tx, &item_get, VALUES(V_INT(seed % rows_in_all + 1)));
        if (rows_next(rows)) sum += row_int(rows, 0);
        reader_end(reader, tx);
    }
    double took = seconds() - began;
    printf("%-9s begin + look-up among %" PRId64 " rows + end: %.2f us (%s)\n", store_kind_name(fixture->kind),
           rows_in_all, took * 1e6 / (double)count, sum == 0 ? "nothing found" : "found");
    reader_free(reader);
}

int main(int count, char **arguments) {
    if (count > 1) setenv("TMPDIR", arguments[1], 1);
    for (enum store_kind kind = 0; kind < STORE_KINDS; kind++) {
        struct store_fixture fixture;
        if (!store_fixture_new(&fixture, kind)) continue;
        last_id = 0;
        static const size_t group_max[] = {64, 256};
        for (size_t i = 0; i < 2; i++) {
            store_fixture_open(&fixture, migrations, 1, &(struct store_options){.group_max = group_max[i]});
            store_fixture_start(&fixture);
            int64_t rows = kind == STORE_SQLITE ? 600000 : 200000;
            int window = (int)group_max[i];
            printf("groups of at most %zu\n", group_max[i]);
            write_many(&fixture, "nothing", SHAPE_NOTHING, window, rows);
            write_many(&fixture, "one row", SHAPE_APPEND, window, rows);
            write_many(&fixture, "one row, each 10th undone", SHAPE_UNDO_TENTH, window, rows);
            if (i == 1) write_many(&fixture, "one row", SHAPE_APPEND, 1, 4000);
            if (i == 1) read_many(&fixture, kind == STORE_SQLITE ? 200000 : 20000);
            store_fixture_close(&fixture);
        }
        store_fixture_free(&fixture);
    }
    return 0;
}
