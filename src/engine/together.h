/* together.h: reads that wait are taken together, as the writer takes commands: what comes while one lot is being read
 * is the next lot. So a busy server asks a distant database a few times for a lot, not a few times for each. */
#pragma once

#include "engine/pool.h"

struct together;

/* run() gets up to 64 tasks, on one of the pool's threads, never two lots at once; it must end each of them. NULL
 * without memory. */
struct together *together_new(struct pool *pool, void (*run)(void *self, struct task *const *tasks, size_t count),
                              void *self);
/* False when too many wait or the pool is stopping. */
bool together_add(struct together *together, struct task *task);
/* After the pool has ended. NULL is allowed. */
void together_free(struct together *together);
