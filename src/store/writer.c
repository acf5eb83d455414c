/* writer.c: the bounded queue of commands and the thread that takes groups off it. */
#include "base/check.h"
#include "store/driver.h"

#include <errno.h>
#include <time.h>

#define IDLE_WAKE_MS 500
#define DOUBT_WAKE_MS 50
#define DOUBT_LAST_TRIES 100 /* at closing: five seconds */

struct waiter {
    pthread_mutex_t mutex;
    pthread_cond_t told;
    bool done;
};

/* ---- submitting ---- */

bool store_submit(struct store *store, struct command *command) {
    pthread_mutex_lock(&store->mutex);
    bool closing = store->state == WRITER_CLOSING || store->state == WRITER_ENDED;
    bool full = store->queue.count >= store->queue_max, wake = false;
    if (!closing && !full) {
        command->status = STORE_UNAVAILABLE;
        command->outcome = COMMAND_UNDO;
        list_add(&store->queue, command);
        wake = store->writer_sleeps;
        store->writer_sleeps = false;
    }
    pthread_mutex_unlock(&store->mutex);
    if (wake) pthread_cond_signal(&store->wake);
    if (full && !closing) atomic_fetch_add(&store->queue_full, 1);
    return !closing && !full;
}

void waiter_wake(struct waiter *waiter) {
    pthread_mutex_lock(&waiter->mutex);
    waiter->done = true;
    pthread_cond_signal(&waiter->told);
    pthread_mutex_unlock(&waiter->mutex);
}

enum store_status store_run(struct store *store, struct command *command) {
    struct waiter waiter = {.mutex = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER, .done = false};
    command->waiter = &waiter;
    if (!store_submit(store, command)) {
        command->waiter = NULL;
        return STORE_UNAVAILABLE;
    }
    while (store->manual && !waiter.done) store_step(store);
    pthread_mutex_lock(&waiter.mutex);
    while (!waiter.done) pthread_cond_wait(&waiter.told, &waiter.mutex);
    pthread_mutex_unlock(&waiter.mutex);
    pthread_cond_destroy(&waiter.told);
    pthread_mutex_destroy(&waiter.mutex);
    command->waiter = NULL;
    return command->status;
}

/* ---- taking ---- */

/* Up to group_max from the front of the queue; the mutex is held. */
static struct command_list queue_take(struct store *store) {
    struct command_list group;
    list_init(&group);
    struct command *last = NULL;
    while (group.count < store->group_max && store->queue.first != NULL) {
        last = store->queue.first;
        store->queue.first = last->next;
        store->queue.count--;
        if (group.first == NULL) group.first = last;
        group.count++;
    }
    if (last != NULL) last->next = NULL;
    return group;
}

/* Waits at most wait_ms for a command; an empty group when none came. */
static struct command_list queue_wait(struct store *store, int64_t wait_ms) {
    pthread_mutex_lock(&store->mutex);
    if (store->queue.first == NULL && store->state == WRITER_RUNNING) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += (wait_ms % 1000) * 1000000;
        until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        store->writer_sleeps = true;
        int code = 0;
        while (store->queue.first == NULL && store->state == WRITER_RUNNING && code != ETIMEDOUT) {
            code = pthread_cond_timedwait(&store->wake, &store->mutex, &until);
        }
        store->writer_sleeps = false;
    }
    struct command_list group = queue_take(store);
    pthread_mutex_unlock(&store->mutex);
    return group;
}

/* ---- the writer ---- */

/* While a commit is in doubt nothing else can be promised: what comes is refused at once. */
static void writer_doubt(struct store *store) {
    while (store->doubtful.first != NULL) {
        if (group_settle(store, false)) continue;
        struct command_list group = queue_wait(store, DOUBT_WAKE_MS);
        if (group.count > 0) {
            group_unavailable(store, &group);
            continue;
        }
        pthread_mutex_lock(&store->mutex);
        bool closing = store->state == WRITER_CLOSING;
        pthread_mutex_unlock(&store->mutex);
        for (int i = 0; closing && store->doubtful.first != NULL; i++) {
            pause_ms(DOUBT_WAKE_MS);
            group_settle(store, i == DOUBT_LAST_TRIES);
        }
    }
}

static void *writer_main(void *data) {
    struct store *store = data;
    bool more = false;
    for (;;) {
        struct command_list group = queue_wait(store, more ? 0 : IDLE_WAKE_MS);
        if (group.count > 0) {
            group_run(store, &group);
            writer_doubt(store);
            store->driver->between(store->writer, false);
            more = tenure_tend(store);
            continue;
        }
        pthread_mutex_lock(&store->mutex);
        bool ended = store->state == WRITER_CLOSING && store->queue.first == NULL;
        pthread_mutex_unlock(&store->mutex);
        if (ended) return NULL;
        store->driver->between(store->writer, true);
        more = tenure_tend(store);
    }
}

size_t store_step(struct store *store) {
    check(store->manual);
    while (store->doubtful.first != NULL && !group_settle(store, false)) pause_ms(DOUBT_WAKE_MS);
    pthread_mutex_lock(&store->mutex);
    struct command_list group = queue_take(store);
    pthread_mutex_unlock(&store->mutex);
    size_t count = group.count;
    if (count == 0) return 0;
    check(store->state != WRITER_NEW);
    group_run(store, &group);
    while (store->doubtful.first != NULL && !group_settle(store, false)) pause_ms(DOUBT_WAKE_MS);
    store->driver->between(store->writer, false);
    (void)tenure_tend(store);
    return count;
}

/* ---- beginning and end ---- */

bool store_start(struct store *store) {
    check(store->state == WRITER_NEW);
    if (!store_writer(store, store->problem) || !store->driver->start(store->writer, store->problem)) return false;
    store->state = WRITER_RUNNING;
    if (store->manual) return true;
    if (pthread_create(&store->thread, NULL, writer_main, store) == 0) return true;
    store->state = WRITER_NEW;
    return false;
}

/* What is queued is finished; nothing new comes in. */
void writer_close(struct store *store) {
    pthread_mutex_lock(&store->mutex);
    bool running = store->state == WRITER_RUNNING;
    if (!running) store->state = WRITER_ENDED;
    if (running) store->state = WRITER_CLOSING;
    pthread_cond_signal(&store->wake);
    pthread_mutex_unlock(&store->mutex);
    if (running && store->manual) {
        while (store_step(store) > 0) {}
    } else if (running) {
        pthread_join(store->thread, NULL);
    }
    struct command_list left = store->queue; /* of a store that never started */
    list_init(&store->queue);
    group_unavailable(store, &left);
}
