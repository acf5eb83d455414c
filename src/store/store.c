/* store.c: opening and closing, and what the store tells of itself. */
#include "base/check.h"
#include "store/driver.h"

#include <stdlib.h>
#include <string.h>

#define GROUP_ARENA ((size_t)256 << 20)
#define GROUP_USUAL ((size_t)1 << 20) /* what a full group of transfers takes */

static const struct driver *driver_for(const char *where) {
    bool postgres = strncmp(where, "postgresql://", 13) == 0 || strncmp(where, "postgres://", 11) == 0;
    return postgres ? &postgres_driver : &sqlite_driver;
}

static void store_free(struct store *store) {
    if (store->writer != NULL) store->driver->close(store->writer);
    arena_free(store->arena);
    pthread_cond_destroy(&store->wake);
    pthread_mutex_destroy(&store->mutex);
    free(store->where);
    free(store);
}

static struct store *store_new(const struct store_options *options) {
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL) return NULL;
    store->driver = driver_for(options->where);
    store->world = options->world;
    store->queue_max = options->queue_max == 0 ? 4096 : options->queue_max;
    store->group_max = options->group_max == 0 ? 256 : options->group_max;
    store->manual = options->manual;
    store->shares = options->shares;
    pthread_mutex_init(&store->mutex, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&store->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    store->where = strdup(options->where);
    store->arena = arena_new_roomy(GROUP_ARENA, GROUP_USUAL);
    if (store->where != NULL && store->arena != NULL) return store;
    store_free(store);
    return NULL;
}

struct store *store_open(struct arena *arena, const struct store_options *options, struct text *problem) {
    struct store *store = store_new(options);
    if (store == NULL) {
        *problem = TEXT("out of memory");
        return NULL;
    }
    /* Only looks: who will write is asked when it migrates or starts, so that another process may read beside it. */
    char why[PROBLEM_SIZE] = "";
    struct connection *probe = store->driver->open(store->world, store->where, false, why);
    if (probe == NULL) {
        *problem = text_copy(arena, text_from(why));
        store_free(store);
        return NULL;
    }
    store->driver->close(probe);
    return store;
}

bool store_writer(struct store *store, char problem[PROBLEM_SIZE]) {
    if (store->writer == NULL) store->writer = store->driver->open(store->world, store->where, true, problem);
    if (store->writer == NULL) return false;
    store->writer->generation = &store->generation;
    store->writer->shares = store->shares;
    store->writer->heard = store->heard;
    store->writer->hearer = store->hearer;
    return true;
}

void store_join(struct store *store, struct participant participant) {
    check(store->state == WRITER_NEW);
    check(store->participant_count < PARTICIPANTS_MAX);
    store->participants[store->participant_count++] = participant;
}

void store_hear(struct store *store, void (*heard)(void *self, struct text news), void *self) {
    check(store->state == WRITER_NEW);
    store->heard = heard;
    store->hearer = self;
    if (store->writer == NULL) return;
    store->writer->heard = heard; /* it was opened to migrate */
    store->writer->hearer = self;
}

void store_close(struct store *store) {
    if (store == NULL) return;
    writer_close(store);
    store_free(store);
}

bool store_is_postgres(const struct store *store) {
    return store->driver == &postgres_driver;
}

int64_t store_generation(const struct store *store) {
    return atomic_load(&store->generation);
}

bool store_reads_inline(const struct store *store) {
    return store->driver->reads_inline;
}

struct store_figures store_figures(const struct store *store) {
    pthread_mutex_t *mutex = (pthread_mutex_t *)(uintptr_t)&store->mutex;
    pthread_mutex_lock(mutex);
    struct store_figures figures = {.queue_now = (int64_t)store->queue.count};
    pthread_mutex_unlock(mutex);
    figures.groups = atomic_load(&store->groups);
    figures.commands = atomic_load(&store->commands);
    figures.failures = atomic_load(&store->failures);
    figures.replays = atomic_load(&store->replays);
    figures.queue_full = atomic_load(&store->queue_full);
    if (store->writer == NULL) return figures;
    figures.checkpoints = atomic_load(&store->writer->checkpoints);
    figures.checkpoint_max_us = atomic_load(&store->writer->checkpoint_max_us);
    return figures;
}
