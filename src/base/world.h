/* world.h: the only door to the clock and to randomness, so that tests and the simulation own both. */
#pragma once

#include "base/calendar.h"

struct world {
    moment (*now)(struct world *world);
    void (*random)(struct world *world, void *data, size_t size); /* cryptographically strong in the real world */
    uint64_t node;                                                /* 0..255: which process made an id */
    _Atomic int64_t last_id;
};

/* The real clock and libsodium's generator. */
struct world *world_real(uint64_t node);

/* A world that stands still at `now` until moved, and whose randomness follows from the seed alone. Caller frees
 * with world_free. */
struct world *world_simulated(uint64_t seed, moment now);
void world_advance(struct world *world, int64_t microseconds); /* simulated worlds only; any thread */
void world_free(struct world *world);

moment world_now(struct world *world);
/* The machine's clock, for log lines alone, which are outside every world. */
moment world_wall_clock(void);
void world_random(struct world *world, void *data, size_t size);
uint64_t world_random_below(struct world *world, uint64_t bound); /* uniform in 0..bound-1 */

/* A new id: positive, 63 bits, even, later ids are larger (milliseconds since 2020 in the high 41 bits, a counter
 * of 13 bits, the node's 8 bits, a zero bit), so that rows are appended in order. Any thread. */
int64_t world_id(struct world *world);
/* A new id larger than `floor`, though another node's clock that made `floor` be ahead of ours; those after it
 * follow. */
int64_t world_id_after(struct world *world, int64_t floor);
moment id_moment(int64_t id);      /* when it was made, to the millisecond */
int64_t id_from_moment(moment at); /* the smallest id made at or after `at` */
