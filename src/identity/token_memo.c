/* token_memo.c: which hash a token has, for tokens seen lately, found by a quick keyed tag of 128 bits. What it
 * says is always true, so nothing ever has to be taken out; a newer token takes an older one's place. Any thread. */
#include "identity/session.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 32768
#define LOCKS 64

struct remembered {
    uint8_t tag[SECRET_TAG_SIZE];
    uint8_t hash[SECRET_HASH_SIZE];
    bool used;
};

struct token_memo {
    pthread_mutex_t locks[LOCKS];
    struct remembered places[PLACES];
};

struct token_memo *token_memo_new(void) {
    struct token_memo *memo = calloc(1, sizeof *memo);
    for (size_t i = 0; memo && i < LOCKS; i++) pthread_mutex_init(&memo->locks[i], NULL);
    return memo;
}

void token_memo_free(struct token_memo *memo) {
    if (!memo) return;
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_destroy(&memo->locks[i]);
    free(memo);
}

void token_memo_hash(struct token_memo *memo, const struct keyring *keyring, struct text token,
                     uint8_t hash[SECRET_HASH_SIZE]) {
    uint8_t tag[SECRET_TAG_SIZE];
    uint64_t first;
    secret_tag(keyring, token, tag);
    memcpy(&first, tag, sizeof first);
    struct remembered *place = &memo->places[first % PLACES];
    pthread_mutex_t *lock = &memo->locks[first % LOCKS];

    pthread_mutex_lock(lock);
    bool found = place->used && memcmp(place->tag, tag, sizeof tag) == 0;
    if (found) memcpy(hash, place->hash, SECRET_HASH_SIZE);
    pthread_mutex_unlock(lock);
    if (found) return;

    secret_hash(keyring, "session", token, hash);
    pthread_mutex_lock(lock);
    memcpy(place->tag, tag, sizeof tag);
    memcpy(place->hash, hash, SECRET_HASH_SIZE);
    place->used = true;
    pthread_mutex_unlock(lock);
}
