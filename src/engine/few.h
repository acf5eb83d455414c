/* few.h: which customers may have something that few have: a bit for many of them, so that whoever has it not costs no
 * query where money moves. Rows are never forgotten; those of other nodes are learnt each second (engine_watch). */
#pragma once

#include "engine/engine.h"

#include <stdatomic.h>

#define FEW_WORDS 1024

struct few { /* zeroed */
    _Atomic uint64_t bits[FEW_WORDS];
    _Atomic int64_t learnt; /* the newest row of which it is known; 0: not yet ready */
};

/* In the command that adds his row; undone, it costs a query now and then. */
void few_add(struct few *few, int64_t customer);
bool few_may_have(const struct few *few, int64_t customer);
/* newer: "SELECT id, customer FROM … WHERE id > $1 ORDER BY id LIMIT 1000", ids made when a row is. */
void few_learn(struct few *few, struct engine *engine, struct tx *tx, struct statement *newer);
