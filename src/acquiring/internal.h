/* internal.h: what the files of acquiring share. Nothing outside this folder includes it. */
#pragma once

#include "acquiring/acquiring.h"

struct acquiring_settings {
    const char *url, *merchant, *secret_file;
    int64_t least, most;
    int64_t life, ask, watch;
};

struct acquiring_state {
    const struct acquiring_settings *settings;
    struct acquirer *bank; /* NULL: no cards are taken */
};

struct acquiring_state *acquiring_state_of(const struct engine *engine); /* NULL: not enabled */
