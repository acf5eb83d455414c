/* pool.c: see pool.h. One mutex: tasks here take from tens of microseconds up, so it is never the cost. */
#include "engine/pool.h"

#include "base/check.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define POOL_THREADS_MAX 64

struct pool {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct task *first, **last;
    size_t queued, queue_max;
    bool stopping, gives_way;
    size_t threads;
    pthread_t thread[POOL_THREADS_MAX];
};

struct pool *pool_new(size_t queue_max) {
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL) return NULL;
    pool->last = &pool->first;
    pool->queue_max = queue_max;
    check(pthread_mutex_init(&pool->mutex, NULL) == 0 && pthread_cond_init(&pool->wake, NULL) == 0);
    return pool;
}

/* With the mutex held; NULL when there is none. */
static struct task *take(struct pool *pool) {
    struct task *task = pool->first;
    if (task == NULL) return NULL;
    pool->first = task->next;
    if (pool->first == NULL) pool->last = &pool->first;
    pool->queued--;
    return task;
}

static void *work(void *data) {
    struct pool *pool = data;
    if (pool->gives_way) (void)setpriority(PRIO_PROCESS, (id_t)gettid(), 10); /* without it they are only slower */
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        struct task *task = take(pool);
        if (task != NULL) {
            pthread_mutex_unlock(&pool->mutex);
            task->run(task);
            pthread_mutex_lock(&pool->mutex);
        } else if (pool->stopping) {
            break;
        } else {
            pthread_cond_wait(&pool->wake, &pool->mutex);
        }
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

void pool_give_way(struct pool *pool) {
    pool->gives_way = true;
}

bool pool_start(struct pool *pool, size_t threads) {
    check(threads <= POOL_THREADS_MAX);
    for (; pool->threads < threads; pool->threads++)
        if (pthread_create(&pool->thread[pool->threads], NULL, work, pool) != 0) return false;
    return true;
}

bool pool_submit(struct pool *pool, struct task *task) {
    pthread_mutex_lock(&pool->mutex);
    bool room = pool->queued < pool->queue_max && !pool->stopping;
    if (room) {
        task->next = NULL;
        *pool->last = task;
        pool->last = &task->next;
        pool->queued++;
        pthread_cond_signal(&pool->wake);
    }
    pthread_mutex_unlock(&pool->mutex);
    return room;
}

struct task *pool_take(struct pool *pool) {
    pthread_mutex_lock(&pool->mutex);
    struct task *task = take(pool);
    pthread_mutex_unlock(&pool->mutex);
    return task;
}

bool pool_step(struct pool *pool) {
    struct task *task = pool_take(pool);
    if (task != NULL) task->run(task);
    return task != NULL;
}

void pool_free(struct pool *pool) {
    if (pool == NULL) return;
    pthread_mutex_lock(&pool->mutex);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
    for (size_t i = 0; i < pool->threads; i++) pthread_join(pool->thread[i], NULL);
    pthread_mutex_destroy(&pool->mutex);
    pthread_cond_destroy(&pool->wake);
    free(pool);
}
