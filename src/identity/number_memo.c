/* number_memo.c: which customer has a number, for numbers looked up lately and their neighbours in the table, so that a
 * payment needs no SQL. Learnt from snapshots alone (what a command sees may yet be undone), found by 96 bits of the
 * number's keyed hash, which nobody without the key can aim at. Each number has four places, two lines of the
 * processor's cache, and the newest takes that of the longest known. Whoever gives a number to another customer must
 * forget it here, once that is on disk; other nodes learn of it when what is known here is no longer fresh. Any
 * thread. */
#include "identity/number_memo.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define LINES ((size_t)1 << 19) /* 48 MB, touched as it fills: two million numbers */
#define WAYS 4
#define LOCKS 64
#define TAG_SIZE 12
#define FORGOTTEN (-1) /* lately: what a snapshot from before still says is not learnt again */
#define FORGOTTEN_FOR_S 60 /* no snapshot lives so long */

struct remembered {
    uint8_t tag[TAG_SIZE];
    uint32_t read_s;
    int64_t customer; /* 0: an empty place; FORGOTTEN */
};

struct number_memo {
    pthread_mutex_t locks[LOCKS];
    int64_t fresh_s;
    struct remembered lines[LINES][WAYS];
};

struct number_memo *number_memo_new(int64_t fresh_us) {
    struct number_memo *memo = calloc(1, sizeof *memo);
    if (!memo) return NULL;
    memo->fresh_s = fresh_us / SECOND;
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_init(&memo->locks[i], NULL);
    return memo;
}

void number_memo_free(struct number_memo *memo) {
    if (!memo) return;
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_destroy(&memo->locks[i]);
    free(memo);
}

static size_t line_of(const uint8_t hash[SECRET_HASH_SIZE]) {
    uint32_t part;
    memcpy(&part, hash + TAG_SIZE, sizeof part);
    return part % LINES;
}

static bool is_of(const struct remembered *place, const uint8_t hash[SECRET_HASH_SIZE]) {
    return place->customer != 0 && memcmp(place->tag, hash, TAG_SIZE) == 0;
}

static int64_t age_s(const struct remembered *place, moment now) {
    return now / SECOND - place->read_s;
}

int64_t number_memo_find(struct number_memo *memo, const uint8_t hash[SECRET_HASH_SIZE], moment now) {
    size_t at = line_of(hash);
    const struct remembered *line = memo->lines[at];
    int64_t customer = 0;
    pthread_mutex_lock(&memo->locks[at % LOCKS]);
    for (size_t way = 0; way < WAYS && customer == 0; way++)
        if (is_of(&line[way], hash) && age_s(&line[way], now) < memo->fresh_s) customer = line[way].customer;
    pthread_mutex_unlock(&memo->locks[at % LOCKS]);
    return customer == FORGOTTEN ? 0 : customer;
}

/* Its own place, else an empty one (read at 0), else that of the longest known: a number stands in one place only. */
static struct remembered *place_for(struct remembered *line, const uint8_t hash[SECRET_HASH_SIZE]) {
    struct remembered *oldest = &line[0];
    for (size_t way = 0; way < WAYS; way++) {
        if (is_of(&line[way], hash)) return &line[way];
        if (line[way].read_s < oldest->read_s) oldest = &line[way];
    }
    return oldest;
}

static void put(struct number_memo *memo, const uint8_t hash[SECRET_HASH_SIZE], int64_t customer, moment now) {
    size_t at = line_of(hash);
    pthread_mutex_lock(&memo->locks[at % LOCKS]);
    struct remembered *place = place_for(memo->lines[at], hash);
    bool gone = is_of(place, hash) && place->customer == FORGOTTEN && age_s(place, now) < FORGOTTEN_FOR_S;
    if (customer == FORGOTTEN || !gone) {
        memcpy(place->tag, hash, TAG_SIZE);
        place->customer = customer;
        place->read_s = (uint32_t)(now / SECOND);
    }
    pthread_mutex_unlock(&memo->locks[at % LOCKS]);
}

void number_memo_keep(struct number_memo *memo, const uint8_t hash[SECRET_HASH_SIZE], int64_t customer, moment now) {
    put(memo, hash, customer, now);
}

void number_memo_forget(struct number_memo *memo, const uint8_t hash[SECRET_HASH_SIZE], moment now) {
    put(memo, hash, FORGOTTEN, now);
}
