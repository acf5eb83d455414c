/* side_memo.c: who is behind an account, for accounts that stood in a list lately: a page of twenty operations would
 * else ask forty statements for their other sides. An account's owner never changes, so that is true for ever; how he
 * is seen (a short name, or his number masked) is asked again after a minute, so that a new name shows within that
 * time, on all nodes. Each account has four places, the newest takes that of the longest known. Any thread. */
#include "operations/side_memo.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SETS_BITS 15
#define SETS ((size_t)1 << SETS_BITS) /* 8 MB, touched as it fills */
#define WAYS 4
#define LOCKS 64
#define SIDE_FRESH MINUTE
#define LINE 64           /* bytes of a cache line: a place fills one, for most lookups miss the processor's cache */
#define NAME_MAX_BYTES 39 /* a longer name is asked each time */

struct remembered {
    int64_t account; /* 0: an empty place */
    int64_t owner;
    moment read;
    uint8_t size; /* of the name */
    char name[NAME_MAX_BYTES];
};
_Static_assert(sizeof(struct remembered) == LINE, "a place is a cache line");

struct side_memo {
    struct remembered (*sets)[WAYS];
    void *block; /* where they are, aligned; untouched memory costs nothing */
    pthread_mutex_t locks[LOCKS];
};

struct side_memo *side_memo_new(void) {
    struct side_memo *memo = calloc(1, sizeof *memo);
    if (memo == NULL) return NULL;
    memo->block = calloc(SETS * WAYS + 1, LINE);
    if (memo->block == NULL) {
        free(memo);
        return NULL;
    }
    memo->sets = (void *)(((uintptr_t)memo->block + LINE - 1) & ~(uintptr_t)(LINE - 1));
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_init(&memo->locks[i], NULL);
    return memo;
}

void side_memo_free(struct side_memo *memo) {
    if (memo == NULL) return;
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_destroy(&memo->locks[i]);
    free(memo->block);
    free(memo);
}

/* Ids made in one millisecond differ in their low bits alone. */
static size_t set_of(int64_t account) {
    return (size_t)(((uint64_t)account * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - SETS_BITS));
}

void side_memo_expect(const struct side_memo *memo, int64_t account) {
    __builtin_prefetch(&memo->sets[set_of(account)][0]); /* most are in the first of their places */
}

bool side_memo_find(struct side_memo *memo, int64_t account, moment now, struct arena *arena, struct side *side,
                    bool *fresh) {
    size_t at = set_of(account), size = 0, way = 0;
    const struct remembered *set = memo->sets[at];
    char name[NAME_MAX_BYTES]; /* nothing may unwind under the lock */
    pthread_mutex_lock(&memo->locks[at % LOCKS]);
    while (way < WAYS && set[way].account != account) way++;
    if (way < WAYS) {
        side->owner = set[way].owner;
        *fresh = now - set[way].read < SIDE_FRESH;
        size = set[way].size;
        memcpy(name, set[way].name, size);
    }
    pthread_mutex_unlock(&memo->locks[at % LOCKS]);
    if (way < WAYS) side->name = size > 0 ? text_copy(arena, (struct text){name, size}) : TEXT_NONE;
    return way < WAYS;
}

/* Its own place, else an empty one (read at 0), else that of the longest known: an account stands in one place only. */
static struct remembered *place_for(struct remembered *set, int64_t account) {
    struct remembered *oldest = &set[0];
    for (size_t way = 0; way < WAYS; way++) {
        if (set[way].account == account) return &set[way];
        if (set[way].read < oldest->read) oldest = &set[way];
    }
    return oldest;
}

void side_memo_keep(struct side_memo *memo, int64_t account, moment now, const struct side *side) {
    if (side->name.size > NAME_MAX_BYTES) return;
    size_t at = set_of(account);
    pthread_mutex_lock(&memo->locks[at % LOCKS]);
    struct remembered *place = place_for(memo->sets[at], account);
    place->account = account;
    place->owner = side->owner;
    place->read = now;
    place->size = (uint8_t)side->name.size;
    if (side->name.size > 0) memcpy(place->name, side->name.data, side->name.size);
    pthread_mutex_unlock(&memo->locks[at % LOCKS]);
}
