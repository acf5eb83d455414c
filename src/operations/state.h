/* state.h: what the feature keeps while it runs. */
#pragma once

#include "operations/operations.h"
#include "operations/side_memo.h"

struct operations_state {
    struct side_memo *sides;
};

static inline struct operations_state *operations_state(const struct engine *engine) {
    return engine_state(engine, &operations_feature);
}

bool operations_own_data(struct own_data *piece); /* own_data.c */
