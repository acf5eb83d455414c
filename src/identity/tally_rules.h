/* tally_rules.h: how many tries somebody has, and how long he waits after them (ID-15). Pure: no store, no clock.
 *
 * A try is *reserved* before anything is compared, so that tries made at once cannot outrun the count. The last
 * allowed try begins the pause; each pause that follows soon is twice as long. */
#pragma once

#include "base/calendar.h"

struct tally {
    int64_t count;       /* tries reserved in the window */
    moment began;        /* of the window */
    moment locked_until; /* no try before it */
    int64_t pauses;      /* made in a row */
};

struct tally_policy {
    int64_t tries;        /* in one window; ≥ 1 */
    int64_t window_us;    /* after so long the count starts anew */
    int64_t pause_us;     /* the first pause; 0: until the window ends */
    int64_t pause_max_us; /* pauses double up to this; quiet for so long after one, they start from the first again */
};

/* Counts one more try. False when there is none left: *free_at is when the next may be made, *tally is unchanged. */
bool tally_reserve(struct tally *tally, const struct tally_policy *policy, moment now, moment *free_at);

/* The pause before a code may be sent again, after `sent` of them: first, then twice as long each time. */
int64_t resend_pause(int64_t sent, int64_t first_us, int64_t most_us);
