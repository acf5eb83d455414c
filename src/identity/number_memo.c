/* number_memo.c: which customer has a number, for numbers looked up lately, so that a payment to someone often paid
 * needs no SQL. Learnt from snapshots alone (what a command sees may yet be undone), found by a quick keyed tag; a
 * newer number takes an older one's place. Whoever gives a number to another customer must forget it here, once
 * that is on disk; other nodes learn of it within NUMBER_FRESH. Any thread. */
#include "identity/number_memo.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PLACES ((size_t)1 << 18)
#define LOCKS 64
#define NUMBER_FRESH MINUTE

struct remembered {
    uint8_t tag[SECRET_TAG_SIZE];
    int64_t customer; /* 0: an empty place */
    moment read;
};

struct number_memo {
    pthread_mutex_t locks[LOCKS];
    struct remembered places[PLACES];
};

struct number_memo *number_memo_new(void) {
    struct number_memo *memo = calloc(1, sizeof *memo);
    for (size_t i = 0; memo && i < LOCKS; i++) pthread_mutex_init(&memo->locks[i], NULL);
    return memo;
}

void number_memo_free(struct number_memo *memo) {
    if (!memo) return;
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_destroy(&memo->locks[i]);
    free(memo);
}

void number_memo_tag(const struct keyring *keyring, struct text e164, struct number_tag *tag) {
    secret_tag(keyring, e164, tag->bytes);
}

static size_t place_of(const struct number_tag *tag) {
    uint64_t first;
    memcpy(&first, tag->bytes, sizeof first);
    return (size_t)(first % PLACES);
}

int64_t number_memo_find(struct number_memo *memo, const struct number_tag *tag, moment now) {
    size_t at = place_of(tag);
    const struct remembered *place = &memo->places[at];
    pthread_mutex_lock(&memo->locks[at % LOCKS]);
    bool known = place->customer != 0 && now - place->read < NUMBER_FRESH &&
                 memcmp(place->tag, tag->bytes, sizeof place->tag) == 0;
    int64_t customer = known ? place->customer : 0;
    pthread_mutex_unlock(&memo->locks[at % LOCKS]);
    return customer;
}

void number_memo_keep(struct number_memo *memo, const struct number_tag *tag, int64_t customer, moment now) {
    size_t at = place_of(tag);
    struct remembered *place = &memo->places[at];
    pthread_mutex_lock(&memo->locks[at % LOCKS]);
    memcpy(place->tag, tag->bytes, sizeof place->tag);
    place->customer = customer;
    place->read = now;
    pthread_mutex_unlock(&memo->locks[at % LOCKS]);
}
