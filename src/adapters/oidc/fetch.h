/* fetch.h: one HTTP exchange with an identity provider: bounded in time and size, no redirects followed. Blocks. */
#pragma once

#include "base/text.h"

struct fetch {
    const char *url;
    struct text authorization; /* "Bearer …"; TEXT_NONE: none */
    struct text post;          /* a form, urlencoded; TEXT_NONE: GET */
    size_t most;               /* bytes of an answer that are believed; a longer one fails */
    int64_t timeout_us;
};

enum fetched { FETCH_ANSWERED, FETCH_REFUSED, FETCH_FAILED }; /* 200; 4xx; all else */

/* https, or http on this very machine (tests and demos). */
bool fetch_allowed(const char *url);
/* *body lives in the arena. */
enum fetched fetch_run(struct arena *arena, const struct fetch *fetch, struct text *body);
