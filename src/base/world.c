/* world.c: the real world, and a simulated one that is the same on every machine. */
#include "base/world.h"

#include "base/check.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ID_EPOCH (INT64_C(1577836800) * SECOND) /* 2020-01-01 */
#define NODE_BITS 8
#define COUNTER_BITS 13
#define LOW_BITS (NODE_BITS + 1) /* the last bit is 0 */

moment world_wall_clock(void) {
    struct timespec time;
    check(clock_gettime(CLOCK_REALTIME, &time) == 0);
    return time.tv_sec * SECOND + time.tv_nsec / 1000;
}

static moment real_now(struct world *world) {
    (void)world;
    return world_wall_clock();
}

static void real_random(struct world *world, void *data, size_t size) {
    (void)world;
    randombytes_buf(data, size);
}

struct world *world_real(uint64_t node) {
    check(node < 1U << NODE_BITS);
    check(sodium_init() >= 0);
    struct world *world = calloc(1, sizeof *world);
    if (world == NULL) return NULL;
    world->now = real_now;
    world->random = real_random;
    world->node = node;
    return world;
}

/* ---- simulated ---- */

struct simulated {
    struct world world; /* first: a world is cast to it */
    _Atomic moment now;
    _Atomic uint64_t calls; /* each call draws from its own stream, so threads need no lock */
    unsigned char key[crypto_stream_chacha20_KEYBYTES];
};

static moment simulated_now(struct world *world) { return ((struct simulated *)(void *)world)->now; }

static void simulated_random(struct world *world, void *data, size_t size) {
    struct simulated *simulated = (struct simulated *)(void *)world;
    uint64_t call = simulated->calls++;
    unsigned char nonce[crypto_stream_chacha20_NONCEBYTES];
    _Static_assert(sizeof nonce == sizeof call, "one nonce for each call");
    for (size_t i = 0; i < sizeof nonce; i++) nonce[i] = (unsigned char)(call >> 8 * i);
    crypto_stream_chacha20(data, size, nonce, simulated->key);
}

struct world *world_simulated(uint64_t seed, moment now) {
    check(sodium_init() >= 0);
    struct simulated *simulated = calloc(1, sizeof *simulated);
    if (simulated == NULL) return NULL;
    simulated->world.now = simulated_now;
    simulated->world.random = simulated_random;
    simulated->now = now;
    for (size_t i = 0; i < sizeof seed; i++) simulated->key[i] = (unsigned char)(seed >> 8 * i);
    return &simulated->world;
}

void world_advance(struct world *world, int64_t microseconds) {
    check(world->now == simulated_now);
    ((struct simulated *)(void *)world)->now += microseconds;
}

void world_free(struct world *world) { free(world); }

/* ---- both ---- */

moment world_now(struct world *world) { return world->now(world); }

void world_random(struct world *world, void *data, size_t size) { world->random(world, data, size); }

uint64_t world_random_below(struct world *world, uint64_t bound) {
    check(bound > 0);
    uint64_t drawn, unfair = -bound % bound; /* how many of the 2^64 values are too many for even shares */
    do { world_random(world, &drawn, sizeof drawn); } while (drawn < unfair);
    return drawn % bound;
}

/* The upper bits of an id (milliseconds and counter) as one number: the next id takes the larger of the clock's and
 * the last one's plus one, so ids rise even when the clock goes back or more than 8 192 are made in a millisecond. */
int64_t world_id(struct world *world) { return world_id_after(world, 0); }

int64_t world_id_after(struct world *world, int64_t floor) {
    int64_t milliseconds = (world_now(world) - ID_EPOCH) / 1000;
    check(milliseconds >= 0 && milliseconds < INT64_C(1) << 41);
    int64_t clock = milliseconds << COUNTER_BITS, next, last = world->last_id;
    do {
        next = (last > floor ? last : floor) >> LOW_BITS;
        next = (next >= clock ? next + 1 : clock) << LOW_BITS | (int64_t)(world->node << 1);
    } while (!atomic_compare_exchange_weak(&world->last_id, &last, next));
    return next;
}

moment id_moment(int64_t id) { return (id >> (COUNTER_BITS + LOW_BITS)) * 1000 + ID_EPOCH; }

int64_t id_from_moment(moment at) {
    if (at <= ID_EPOCH) return 0;
    int64_t milliseconds = (at - ID_EPOCH) / 1000;
    return milliseconds >= INT64_C(1) << 41 ? INT64_MAX : milliseconds << (COUNTER_BITS + LOW_BITS);
}
