/* together.c: see together.h. At most one lot is under way: that is what lets the next one grow. */
#include "engine/together.h"

#include "base/check.h"

#include <pthread.h>
#include <stdlib.h>

#define LOT 64
#define WAITING_MAX 4096

struct together {
    struct pool *pool;
    void (*run)(void *self, struct task *const *tasks, size_t count);
    void *self;
    struct task turn; /* in the pool while something waits */
    pthread_mutex_t mutex;
    struct task *first, **last;
    size_t waiting;
    bool under_way;
};

static size_t take(struct together *together, struct task *lot[LOT]) {
    size_t count = 0;
    pthread_mutex_lock(&together->mutex);
    while (count < LOT && together->first != NULL) {
        lot[count++] = together->first;
        together->first = together->first->next;
    }
    if (together->first == NULL) together->last = &together->first;
    together->waiting -= count;
    pthread_mutex_unlock(&together->mutex);
    return count;
}

/* True when another lot waits; else the next to come begins anew. */
static bool more(struct together *together) {
    pthread_mutex_lock(&together->mutex);
    together->under_way = together->first != NULL;
    bool waits = together->under_way;
    pthread_mutex_unlock(&together->mutex);
    return waits;
}

/* One lot, then to the end of the pool's queue: others' reads are not kept waiting. */
static void run_lot(struct task *turn) {
    struct together *together = (struct together *)((char *)turn - offsetof(struct together, turn));
    struct task *lot[LOT];
    do {
        size_t count = take(together, lot);
        together->run(together->self, lot, count);
    } while (more(together) && !pool_submit(together->pool, turn));
}

struct together *together_new(struct pool *pool, void (*run)(void *self, struct task *const *tasks, size_t count),
                              void *self) {
    struct together *together = calloc(1, sizeof *together);
    if (together == NULL) return NULL;
    together->pool = pool;
    together->run = run;
    together->self = self;
    together->turn.run = run_lot;
    together->last = &together->first;
    check(pthread_mutex_init(&together->mutex, NULL) == 0);
    return together;
}

bool together_add(struct together *together, struct task *task) {
    pthread_mutex_lock(&together->mutex);
    bool added = together->waiting < WAITING_MAX;
    if (added && !together->under_way) added = together->under_way = pool_submit(together->pool, &together->turn);
    if (added) {
        task->next = NULL;
        *together->last = task;
        together->last = &task->next;
        together->waiting++;
    }
    pthread_mutex_unlock(&together->mutex);
    return added;
}

void together_free(struct together *together) {
    if (together == NULL) return;
    check(together->first == NULL);
    pthread_mutex_destroy(&together->mutex);
    free(together);
}
