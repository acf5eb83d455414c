/* favourites_rules.h: what may become a favourite. Pure: no store, no HTTP, no clock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define FAVOURITES_MAX 50 /* more is no longer a list one looks through */

enum favourite_verdict {
    FAVOURITE_NEW,
    FAVOURITE_RENAMED, /* the number is on the list already: it gets the new name */
    FAVOURITE_OWN,     /* one's own number: nothing can be sent there */
    FAVOURITE_FULL,
};

/* count: how many there are; known: this number among them; own: it is the customer's. The first that applies, in the
 * order: own, renamed, full, new. */
enum favourite_verdict favourite_verdict(int64_t count, bool known, bool own);
