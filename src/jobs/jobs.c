/* jobs.c: see jobs.h. */
#include "jobs/jobs.h"

#include "base/check.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define JOB_ARENA ((size_t)16 << 20)

const struct migration jobs_migrations[] = {
    {"jobs", 1,
     "CREATE TABLE job ( -- reference\n"
     "  name TEXT NOT NULL, next_at BIGINT NOT NULL, ran_at BIGINT NOT NULL, runs BIGINT NOT NULL,\n"
     "  PRIMARY KEY (name)) CLUSTERED;"},
    {.sql = NULL},
};

STATEMENT(add_job, "INSERT INTO job (name, next_at, ran_at, runs) VALUES ($1, 0, 0, 0) ON CONFLICT (name) DO NOTHING");
STATEMENT(claim_job, "UPDATE job SET next_at = $2, ran_at = $3, runs = runs + 1 WHERE name = $1 AND next_at <= $3");
STATEMENT(job_due_again, "UPDATE job SET next_at = $2 WHERE name = $1");

struct run {
    struct command command;
    struct jobs *jobs;
    const struct job_entry *entry;
    moment next_at;    /* as this process knows it; the row decides */
    bool busy, more;
};

struct jobs {
    struct store *store;
    struct world *world;
    struct run *runs;
    size_t count;
    pthread_t thread;
    pthread_mutex_t mutex; /* runs[].busy, .next_at, .more, and stopping */
    pthread_cond_t wake, idle;
    bool started, stopping;
    int64_t tick_us;
    void (*look)(void *self); /* see jobs_each */
    void *self;
};

static enum command_outcome run_job(struct command *command, struct tx *tx) {
    struct run *run = (struct run *)command;
    const struct job_entry *entry = run->entry;
    struct text name = text_from(entry->name);
    moment now = world_now(run->jobs->world);
    run->more = false;
    tx_run(tx, &add_job, VALUES(V_TEXT(name)));
    if (tx_run(tx, &claim_job, VALUES(V_TEXT(name), V_INT(now + entry->every_us), V_INT(now))) != 1)
        return COMMAND_UNDO;
    run->more = entry->run(entry->self, entry, tx);
    if (run->more) tx_run(tx, &job_due_again, VALUES(V_TEXT(name), V_INT(now)));
    return COMMAND_KEEP;
}

static void job_ended(struct command *command, enum store_status status) {
    struct run *run = (struct run *)command;
    struct jobs *jobs = run->jobs;
    pthread_mutex_lock(&jobs->mutex);
    bool again = status == STORE_DURABLE && run->more;
    run->next_at = again ? 0 : world_now(jobs->world) + (status == STORE_DURABLE ? run->entry->every_us : 5 * SECOND);
    run->busy = false;
    pthread_cond_broadcast(again ? &jobs->wake : &jobs->idle);
    pthread_cond_broadcast(&jobs->idle);
    pthread_mutex_unlock(&jobs->mutex);
}

struct jobs *jobs_open(struct store *store, struct world *world, const struct job_entry *entries, size_t count) {
    struct jobs *jobs = calloc(1, sizeof *jobs);
    struct run *runs = calloc(count + 1, sizeof *runs);
    if (jobs == NULL || runs == NULL) {
        free(jobs);
        free(runs);
        return NULL;
    }
    *jobs = (struct jobs){.store = store, .world = world, .runs = runs, .count = count};
    pthread_mutex_init(&jobs->mutex, NULL);
    pthread_cond_init(&jobs->wake, NULL);
    pthread_cond_init(&jobs->idle, NULL);
    for (size_t i = 0; i < count; i++) {
        runs[i] = (struct run){.command = {.run = run_job, .done = job_ended}, .jobs = jobs, .entry = &entries[i]};
        runs[i].command.arena = arena_new(JOB_ARENA);
        if (runs[i].command.arena == NULL) {
            jobs_free(jobs);
            return NULL;
        }
    }
    return jobs;
}

void jobs_each(struct jobs *jobs, void (*look)(void *self), void *self) {
    jobs->look = look;
    jobs->self = self;
}

bool jobs_step(struct jobs *jobs) {
    bool any = false;
    moment now = world_now(jobs->world);
    if (jobs->look != NULL) jobs->look(jobs->self);
    for (size_t i = 0; i < jobs->count; i++) {
        struct run *run = &jobs->runs[i];
        const struct job_entry *entry = run->entry;
        pthread_mutex_lock(&jobs->mutex);
        bool due = !run->busy && run->next_at <= now;
        if (due && entry->wanted != NULL && !entry->wanted(entry->self, entry)) {
            run->next_at = now + entry->every_us;
            due = false;
        }
        if (due) run->busy = true;
        pthread_mutex_unlock(&jobs->mutex);
        if (!due) continue;
        arena_clear(run->command.arena);
        any = true;
        if (!store_submit(jobs->store, &run->command)) job_ended(&run->command, STORE_UNAVAILABLE);
    }
    return any;
}

/* One that asked to be run again may have ended before the scheduler came to wait for it. */
static bool any_waits(const struct jobs *jobs) {
    for (size_t i = 0; i < jobs->count; i++)
        if (!jobs->runs[i].busy && jobs->runs[i].next_at == 0) return true;
    return false;
}

static void *schedule(void *data) {
    struct jobs *jobs = data;
    for (;;) {
        jobs_step(jobs);
        pthread_mutex_lock(&jobs->mutex);
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        int64_t nanoseconds = until.tv_nsec + jobs->tick_us % SECOND * 1000;
        until.tv_sec += jobs->tick_us / SECOND + nanoseconds / 1000000000;
        until.tv_nsec = nanoseconds % 1000000000;
        if (!jobs->stopping && !any_waits(jobs)) pthread_cond_timedwait(&jobs->wake, &jobs->mutex, &until);
        bool stopping = jobs->stopping;
        pthread_mutex_unlock(&jobs->mutex);
        if (stopping) return NULL;
    }
}

bool jobs_start(struct jobs *jobs, int64_t tick_us) {
    jobs->tick_us = tick_us;
    jobs->started = pthread_create(&jobs->thread, NULL, schedule, jobs) == 0;
    return jobs->started;
}

void jobs_stop(struct jobs *jobs) {
    pthread_mutex_lock(&jobs->mutex);
    jobs->stopping = true;
    pthread_cond_broadcast(&jobs->wake);
    pthread_mutex_unlock(&jobs->mutex);
    if (jobs->started) pthread_join(jobs->thread, NULL);
    jobs->started = false;
    pthread_mutex_lock(&jobs->mutex);
    for (size_t i = 0; i < jobs->count;)
        if (jobs->runs[i].busy) pthread_cond_wait(&jobs->idle, &jobs->mutex);
        else i++;
    pthread_mutex_unlock(&jobs->mutex);
}

void jobs_free(struct jobs *jobs) {
    if (jobs == NULL) return;
    for (size_t i = 0; i < jobs->count; i++) arena_free(jobs->runs[i].command.arena);
    free(jobs->runs);
    pthread_mutex_destroy(&jobs->mutex);
    pthread_cond_destroy(&jobs->wake);
    pthread_cond_destroy(&jobs->idle);
    free(jobs);
}
