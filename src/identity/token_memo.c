/* token_memo.c: which hash a token has, for tokens seen lately, found by a quick keyed tag of 128 bits. What it
 * says is always true, so nothing ever has to be taken out; of four places a newer token takes an empty one or any.
 * Any thread. */
#include "identity/session.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define LINES 32768 /* 6.5 MB, touched as it fills */
#define WAYS 4
#define LOCKS 64

struct remembered {
    uint8_t tag[SECRET_TAG_SIZE];
    uint8_t hash[SECRET_HASH_SIZE];
    bool used;
};

struct token_memo {
    pthread_mutex_t locks[LOCKS];
    struct remembered lines[LINES][WAYS];
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

static struct remembered *find(struct remembered *line, const uint8_t tag[SECRET_TAG_SIZE]) {
    for (size_t way = 0; way < WAYS; way++)
        if (line[way].used && memcmp(line[way].tag, tag, SECRET_TAG_SIZE) == 0) return &line[way];
    return NULL;
}

/* Its own place, when another thread was quicker; else an empty one; else one that the tag, as good as chance, says. */
static struct remembered *place_for(struct remembered *line, const uint8_t tag[SECRET_TAG_SIZE]) {
    struct remembered *place = find(line, tag);
    for (size_t way = 0; place == NULL && way < WAYS; way++)
        if (!line[way].used) place = &line[way];
    return place != NULL ? place : &line[tag[SECRET_TAG_SIZE - 1] % WAYS];
}

void token_memo_hash(struct token_memo *memo, const struct keyring *keyring, struct text token,
                     uint8_t hash[SECRET_HASH_SIZE]) {
    uint8_t tag[SECRET_TAG_SIZE];
    uint64_t first;
    secret_tag(keyring, token, tag);
    memcpy(&first, tag, sizeof first);
    struct remembered *line = memo->lines[first % LINES];
    pthread_mutex_t *lock = &memo->locks[first % LOCKS];

    pthread_mutex_lock(lock);
    const struct remembered *known = find(line, tag);
    if (known) memcpy(hash, known->hash, SECRET_HASH_SIZE);
    pthread_mutex_unlock(lock);
    if (known) return;

    secret_hash(keyring, "session", token, hash);
    pthread_mutex_lock(lock);
    struct remembered *place = place_for(line, tag);
    memcpy(place->tag, tag, sizeof place->tag);
    memcpy(place->hash, hash, SECRET_HASH_SIZE);
    place->used = true;
    pthread_mutex_unlock(lock);
}
