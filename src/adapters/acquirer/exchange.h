/* exchange.h: one HTTP exchange with the acquirer. Blocks; 8 s at most. */
#pragma once

#include "adapters/acquirer/acquirer.h"

struct exchange {
    const char *url;
    struct text authorization;
    struct text post; /* a JSON body; TEXT_NONE: GET */
    long *status;     /* theirs, 0: none; NULL: not asked */
};

/* ANSWERED on 200, REFUSED on other 4xx than 408 and 429 (asking again changes nothing), else UNREACHABLE. */
enum acquirer_answer exchange_run(struct arena *arena, const struct exchange *exchange, struct text *body);
