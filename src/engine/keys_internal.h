/* keys_internal.h: what keys.c and keys_seal.c share. */
#pragma once

#include "engine/keys.h"

#include <pthread.h>

#define KEY_SEGMENT ((size_t)1 << 18) /* keys in a sealed segment */
#define KEY_BLOCK_WORDS 8             /* a filter block is one cache line */
#define KEY_BITS 16                   /* filter bits a key */
#define KEY_SEAL_AGAIN 4096           /* keys until a failed sealing is tried again */
#define KEY_CHUNK 240                 /* keys in a chunk row: a page is read for a false alarm, not sixteen */

struct key_slot {
    uint64_t fingerprint; /* the first bytes of the key's hash */
    int64_t id;           /* of the log row; 0: empty */
};

struct key_table {
    struct key_slot *slots;
    size_t room, count; /* room: a power of two, or 0 */
    int64_t first_id, last_id;
    bool lossy;
};

struct key_segment {
    int64_t number, last_id;
    uint64_t *filter;
    size_t blocks;
};

struct key_flying {
    uint8_t key[KEY_SIZE];
};

struct keys {
    struct store *store;
    struct pool *workers;
    int64_t window_us;
    bool sealing; /* SQLite: full tables become segments; PostgreSQL: they are dropped, command_key knows */
    pthread_mutex_t mutex;
    struct key_table young, frozen; /* frozen: being sealed, or waiting to be tried again */
    bool seal_runs;
    struct key_segment *segments;   /* oldest first */
    size_t segment_count, segment_room;
    struct key_flying *flying;
    size_t flying_count, flying_room;
};

uint64_t key_fingerprint(const uint8_t key[KEY_SIZE]);
/* Fingerprints in the order the database sorts them: as signed numbers. */
static inline int64_t key_order(uint64_t fingerprint) {
    return (int64_t)fingerprint;
}
void key_table_clear(struct key_table *table);
void key_filter_add(uint64_t *filter, size_t blocks, uint64_t fingerprint);
/* The frozen table is full: turn it into a segment. From the writer's thread; must not block. */
void keys_seal(struct keys *keys);
