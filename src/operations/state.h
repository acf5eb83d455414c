/* state.h: what the feature keeps while it runs. */
#pragma once

#include "engine/few.h"
#include "operations/operations.h"
#include "operations/side_memo.h"

struct operations_settings {
    int64_t digest_after;
};

struct operations_state {
    const struct operations_settings *settings;
    struct side_memo *sides;
    moment digests_since; /* the job's: how many digests it has made since then */
    int digests;
    struct few mailed; /* who may want the receipt of each operation by e-mail */
};

static inline struct operations_state *operations_state(const struct engine *engine) {
    return engine_state(engine, &operations_feature);
}

/* ---- own_data.c ---- */

bool operations_own_data(struct own_data *piece);
extern const struct erase operations_erases[];

/* ---- schema.c ---- */

extern const struct migration operations_migrations[];
