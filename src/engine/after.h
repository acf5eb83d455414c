/* after.h: what commands asked to be done once their group is on disk (engine_after): a store participant. */
#pragma once

#include "store/store.h"

struct after {
    struct deed *first, **last, **mark;
};

void after_init(struct after *after);
struct participant after_participant(struct after *after);
void after_add(struct after *after, struct tx *tx, void (*run)(void *data), void *data);
