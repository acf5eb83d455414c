/* fault.h: allocations that fail on demand, for the fault loops of tests. Not for product code.
 *
 * Counts every arena allocation (and arena_new) of every thread while armed; costs one predicted branch when not. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The next `met` allocations succeed, the one after them fails; once. */
void arena_fail_after(int64_t met);
/* The same, and all that follow fail too. */
void arena_fail_from(int64_t met);
/* Disarms. True when an allocation was refused since arming: a fault loop ends at the first false. */
bool arena_fail_never(void);
/* Allocations asked for since arming. */
int64_t arena_fail_count(void);
