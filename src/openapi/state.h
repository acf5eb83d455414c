/* state.h: what the feature keeps from its opening on. */
#pragma once

#include "openapi/internal.h"

#include <pthread.h>

struct openapi_state {
    pthread_mutex_t lock;
    struct arena *arena;
    struct text json; /* TEXT_NONE: nobody has asked for it yet */
    const char *tag;  /* its ETag */
};

/* The one of all that is enabled. NULL: there is no memory for it. */
const struct openapi_state *openapi_described(struct engine *engine);
