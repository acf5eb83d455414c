/* state.h: what the feature keeps from its opening on. */
#pragma once

#include "openapi/internal.h"

struct openapi_state {
    struct text json;
    const char *tag; /* its ETag */
};
