/* pool.h: a few threads and a bounded queue of tasks: for slow computing (Argon2id, PDF) and for reads that block. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pool;

struct task {
    void (*run)(struct task *task);
    struct task *next; /* the pool's */
};

/* NULL when there is no memory. threads 0: nothing runs until pool_step. */
struct pool *pool_new(size_t queue_max);
bool pool_start(struct pool *pool, size_t threads);
/* Before pool_start: its threads give way to all others (what is slow computes only while nothing quick waits). */
void pool_give_way(struct pool *pool);
/* False when the queue is full or the pool is stopping. */
bool pool_submit(struct pool *pool, struct task *task);
/* Runs one waiting task on the calling thread; false when there is none. */
bool pool_step(struct pool *pool);
/* Takes one waiting task, which will not run; NULL when there is none. */
struct task *pool_take(struct pool *pool);
/* Finishes what is queued, joins the threads. NULL is allowed. */
void pool_free(struct pool *pool);
