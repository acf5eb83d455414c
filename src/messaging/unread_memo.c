/* unread_memo.c: what stands beside the menu's entry on every page, without a statement for every page: a customer's
 * number is read at most once a minute, and again after a change of this process. What another node changed shows
 * within that minute. Each customer has four places, the newest takes that of the longest known. Any thread. */
#include "messaging/unread_memo.h"

#include <pthread.h>
#include <stdlib.h>

#define SETS_BITS 13
#define SETS ((size_t)1 << SETS_BITS) /* 1 MB, touched as it fills */
#define WAYS 4
#define LOCKS 64
#define FRESH MINUTE

struct unread_known {
    int64_t customer; /* 0: an empty place */
    moment read;
    int64_t count;
};

struct unread_set {
    struct unread_known known[WAYS];
    uint32_t changes;
};

struct unread_memo {
    struct unread_set *sets;
    pthread_mutex_t locks[LOCKS];
};

struct unread_memo *unread_memo_new(void) {
    struct unread_memo *memo = calloc(1, sizeof *memo);
    if (memo == NULL) return NULL;
    memo->sets = calloc(SETS, sizeof *memo->sets);
    if (memo->sets == NULL) {
        free(memo);
        return NULL;
    }
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_init(&memo->locks[i], NULL);
    return memo;
}

void unread_memo_free(struct unread_memo *memo) {
    if (memo == NULL) return;
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_destroy(&memo->locks[i]);
    free(memo->sets);
    free(memo);
}

/* Ids made in one millisecond differ in their low bits alone. */
static size_t set_of(int64_t customer) {
    return (size_t)(((uint64_t)customer * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - SETS_BITS));
}

static struct unread_set *set_lock(struct unread_memo *memo, int64_t customer) {
    size_t at = set_of(customer);
    pthread_mutex_lock(&memo->locks[at % LOCKS]);
    return &memo->sets[at];
}

static void set_unlock(struct unread_memo *memo, int64_t customer) {
    pthread_mutex_unlock(&memo->locks[set_of(customer) % LOCKS]);
}

/* His own place, else an empty one (read at 0), else that of the longest known. */
static struct unread_known *place_of(struct unread_set *set, int64_t customer) {
    struct unread_known *oldest = &set->known[0];
    for (size_t way = 0; way < WAYS; way++) {
        if (set->known[way].customer == customer) return &set->known[way];
        if (set->known[way].read < oldest->read) oldest = &set->known[way];
    }
    return oldest;
}

int64_t unread_memo_find(struct unread_memo *memo, int64_t customer, moment now) {
    struct unread_known *place = place_of(set_lock(memo, customer), customer);
    bool known = place->customer == customer && now - place->read < FRESH;
    int64_t count = known ? place->count : -1;
    set_unlock(memo, customer);
    return count;
}

uint32_t unread_memo_begin(struct unread_memo *memo, int64_t customer) {
    uint32_t changes = set_lock(memo, customer)->changes;
    set_unlock(memo, customer);
    return changes;
}

void unread_memo_keep(struct unread_memo *memo, int64_t customer, moment now, int64_t count, uint32_t begun) {
    struct unread_set *set = set_lock(memo, customer);
    if (set->changes == begun) *place_of(set, customer) = (struct unread_known){customer, now, count};
    set_unlock(memo, customer);
}

void unread_memo_forget(struct unread_memo *memo, int64_t customer) {
    struct unread_set *set = set_lock(memo, customer);
    struct unread_known *place = place_of(set, customer);
    if (place->customer == customer) *place = (struct unread_known){0};
    set->changes++;
    set_unlock(memo, customer);
}
