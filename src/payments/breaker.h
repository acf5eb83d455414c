/* breaker.h: a provider that does not answer must not take the dispatcher's threads from the others: after some silent
 * calls in a row it is left alone for a time, then tried by one call, and taken up again when that one is answered.
 * Memory of this process alone: a brake, not a book. */
#pragma once

#include "base/calendar.h"

#include <stdbool.h>

struct breakers;

struct breakers *breakers_new(void); /* NULL without memory */
void breakers_free(struct breakers *breakers);

enum breaker_word {
    BREAKER_GO,   /* followed by breaker_told */
    BREAKER_FULL, /* BREAKER_AT_ONCE calls of it are under way */
    BREAKER_ILL,  /* left alone */
};
enum breaker_word breaker_asks(struct breakers *breakers, int64_t provider, moment now);
void breaker_told(struct breakers *breakers, int64_t provider, bool answered, moment now);

#define BREAKER_AT_ONCE 16         /* of the outbox's senders: three that hang leave some for the others */
#define BREAKER_SILENT 3           /* in a row */
#define BREAKER_PAUSE (10 * SECOND)
