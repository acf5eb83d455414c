/* jobs.h: scheduled work, once for all nodes: each run is a command which first moves the job's row to its next time,
 * so that of several nodes one runs it, and a kill in the middle leaves it due (OP-5). */
#pragma once

#include "store/store.h"

struct jobs;

struct job_entry {
    const char *name;
    int64_t every_us;
    /* Does a bounded piece; true when there is more to do at once. */
    bool (*run)(void *self, const struct job_entry *entry, struct tx *tx);
    /* Asked before, without the database: false leaves it for the next look. NULL: always wanted. */
    bool (*wanted)(void *self, const struct job_entry *entry);
    void *self;
    const void *job; /* the owner's */
};

extern const struct migration jobs_migrations[]; /* ended by .sql NULL */

/* entries must outlive it. NULL without memory. */
struct jobs *jobs_open(struct store *store, struct world *world, const struct job_entry *entries, size_t count);
/* Called at each look, by every process: what is not once for all nodes. Before jobs_start. */
void jobs_each(struct jobs *jobs, void (*look)(void *self), void *self);
/* A thread that looks every `tick`; wakes early when told to stop. */
bool jobs_start(struct jobs *jobs, int64_t tick_us);
void jobs_stop(struct jobs *jobs);
void jobs_free(struct jobs *jobs);
/* Without the thread: submits the commands of what is due by the world's clock; true when there were any. The store
 * then wants its steps. */
bool jobs_step(struct jobs *jobs);
