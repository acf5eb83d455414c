/* keys.c: the memory half of keys.h: the table of young keys, the keys in flight, the segments' filters. The sealing of
 * a full table into the database is keys_seal.c. */
#include "engine/keys_internal.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

/* ---- a table of (fingerprint, id), open addressing, linear probing ---- */

static bool table_grow(struct key_table *table) {
    size_t room = table->room == 0 ? KEY_SEGMENT * 2 : table->room * 2; /* growing would keep transfers waiting */
    struct key_slot *slots = calloc(room, sizeof *slots);
    if (slots == NULL) return false;
    for (size_t i = 0; i < table->room; i++) {
        if (table->slots[i].id == 0) continue;
        size_t at = table->slots[i].fingerprint & (room - 1);
        while (slots[at].id != 0) at = (at + 1) & (room - 1);
        slots[at] = table->slots[i];
    }
    free(table->slots);
    table->slots = slots;
    table->room = room;
    return true;
}

static void table_add(struct key_table *table, uint64_t fingerprint, int64_t id) {
    if (table->count * 2 >= table->room && !table_grow(table) && table->count + 1 >= table->room) {
        table->lossy = true; /* no memory: the database still knows it after the next start */
        return;
    }
    size_t at = fingerprint & (table->room - 1);
    while (table->slots[at].id != 0) at = (at + 1) & (table->room - 1);
    table->slots[at] = (struct key_slot){fingerprint, id};
    table->count++;
    if (table->first_id == 0) table->first_id = id;
    table->last_id = id;
}

static size_t table_find(const struct key_table *table, uint64_t fingerprint, int64_t *ids, size_t most) {
    size_t found = 0;
    if (table->room == 0) return 0;
    for (size_t at = fingerprint & (table->room - 1); table->slots[at].id != 0; at = (at + 1) & (table->room - 1))
        if (table->slots[at].fingerprint == fingerprint && found < most) ids[found++] = table->slots[at].id;
    return found;
}

void key_table_clear(struct key_table *table) {
    free(table->slots);
    *table = (struct key_table){0};
}

/* ---- filters: Bloom, six bits in one cache line ---- */

void key_filter_add(uint64_t *filter, size_t blocks, uint64_t fingerprint) {
    uint64_t *block = filter + (fingerprint >> 40) % blocks * KEY_BLOCK_WORDS;
    for (int i = 0; i < 4; i++) block[fingerprint >> (9 * i + 6) & 7] |= UINT64_C(1) << (fingerprint >> (9 * i) & 63);
    block[fingerprint >> 61] |= UINT64_C(1) << (fingerprint >> 55 & 63);
}

static bool filter_has(const struct key_segment *segment, uint64_t fingerprint) {
    const uint64_t *block = segment->filter + (fingerprint >> 40) % segment->blocks * KEY_BLOCK_WORDS;
    for (int i = 0; i < 4; i++)
        if ((block[fingerprint >> (9 * i + 6) & 7] >> (fingerprint >> (9 * i) & 63) & 1) == 0) return false;
    return (block[fingerprint >> 61] >> (fingerprint >> 55 & 63) & 1) != 0;
}

/* ---- the keys ---- */

uint64_t key_fingerprint(const uint8_t key[KEY_SIZE]) {
    uint64_t fingerprint;
    memcpy(&fingerprint, key, sizeof fingerprint);
    return fingerprint;
}

struct keys *keys_open(struct store *store, struct pool *workers, struct arena *arena, int64_t window_us) {
    (void)arena;
    struct keys *keys = calloc(1, sizeof *keys);
    if (keys == NULL) return NULL;
    keys->store = store;
    keys->workers = workers;
    keys->window_us = window_us;
    keys->sealing = !store_is_postgres(store);
    check(pthread_mutex_init(&keys->mutex, NULL) == 0);
    return keys;
}

void keys_free(struct keys *keys) {
    if (keys == NULL) return;
    key_table_clear(&keys->young);
    key_table_clear(&keys->frozen);
    for (size_t i = 0; i < keys->segment_count; i++) free(keys->segments[i].filter);
    free(keys->segments);
    free(keys->flying);
    pthread_mutex_destroy(&keys->mutex);
    free(keys);
}

bool keys_claim(struct keys *keys, const uint8_t key[KEY_SIZE]) {
    bool claimed = true;
    pthread_mutex_lock(&keys->mutex);
    for (size_t i = 0; i < keys->flying_count && claimed; i++)
        claimed = memcmp(keys->flying[i].key, key, KEY_SIZE) != 0;
    if (claimed && keys->flying_count == keys->flying_room) {
        size_t room = keys->flying_room == 0 ? 256 : keys->flying_room * 2;
        struct key_flying *grown = realloc(keys->flying, room * sizeof *grown);
        if (grown != NULL) {
            keys->flying = grown;
            keys->flying_room = room;
        }
        claimed = grown != NULL;
    }
    if (claimed) memcpy(keys->flying[keys->flying_count++].key, key, KEY_SIZE);
    pthread_mutex_unlock(&keys->mutex);
    return claimed;
}

void keys_release(struct keys *keys, const uint8_t key[KEY_SIZE]) {
    pthread_mutex_lock(&keys->mutex);
    size_t at = 0;
    while (at < keys->flying_count && memcmp(keys->flying[at].key, key, KEY_SIZE) != 0) at++;
    check(at < keys->flying_count);
    keys->flying[at] = keys->flying[--keys->flying_count];
    pthread_mutex_unlock(&keys->mutex);
}

bool keys_maybe(struct keys *keys, const uint8_t key[KEY_SIZE]) {
    uint64_t fingerprint = key_fingerprint(key);
    int64_t id;
    pthread_mutex_lock(&keys->mutex);
    bool maybe = table_find(&keys->young, fingerprint, &id, 1) > 0 ||
                 table_find(&keys->frozen, fingerprint, &id, 1) > 0;
    for (size_t i = keys->segment_count; i-- > 0 && !maybe;) maybe = filter_has(&keys->segments[i], fingerprint);
    pthread_mutex_unlock(&keys->mutex);
    return maybe;
}

STATEMENT(chunk_of, "SELECT data FROM key_chunk WHERE segment = $1 AND first <= $2 ORDER BY first DESC LIMIT 1");

/* The ids of one segment's rows with that fingerprint: its chunk by the database, then a binary search. */
static size_t segment_find(struct tx *tx, int64_t segment, uint64_t fingerprint, int64_t *ids, size_t most) {
    size_t found = 0;
    struct rows *rows = tx_query(tx, &chunk_of, VALUES(V_INT(segment), V_INT(key_order(fingerprint))));
    if (rows_next(rows)) {
        struct text data = row_text(rows, 0);
        size_t low = 0, high = data.size / sizeof(struct key_slot), count = high;
        struct key_slot slot;
        while (low < high) {
            size_t middle = (low + high) / 2;
            memcpy(&slot, data.data + middle * sizeof slot, sizeof slot);
            if (key_order(slot.fingerprint) < key_order(fingerprint)) low = middle + 1;
            else high = middle;
        }
        for (; low < count && found < most; low++) {
            memcpy(&slot, data.data + low * sizeof slot, sizeof slot);
            if (slot.fingerprint != fingerprint) break;
            ids[found++] = slot.id;
        }
    }
    rows_end(rows);
    return found;
}

size_t keys_candidates(struct keys *keys, struct tx *tx, const uint8_t key[KEY_SIZE], int64_t *ids, size_t most) {
    uint64_t fingerprint = key_fingerprint(key);
    int64_t suspects[64];
    size_t suspect_count = 0;
    pthread_mutex_lock(&keys->mutex);
    size_t found = table_find(&keys->young, fingerprint, ids, most);
    found += table_find(&keys->frozen, fingerprint, ids + found, most - found);
    for (size_t i = keys->segment_count; i-- > 0 && suspect_count < 64;)
        if (filter_has(&keys->segments[i], fingerprint)) suspects[suspect_count++] = keys->segments[i].number;
    pthread_mutex_unlock(&keys->mutex);
    for (size_t i = 0; i < suspect_count && found < most; i++)
        found += segment_find(tx, suspects[i], fingerprint, ids + found, most - found);
    return found;
}

void keys_add(struct keys *keys, const uint8_t key[KEY_SIZE], int64_t id) {
    pthread_mutex_lock(&keys->mutex);
    table_add(&keys->young, key_fingerprint(key), id);
    if (keys->young.count >= KEY_SEGMENT && keys->frozen.room == 0) {
        keys->frozen = keys->young;
        keys->young = (struct key_table){0};
    }
    bool seal = keys->frozen.room != 0 && !keys->seal_runs && keys->young.count % KEY_SEAL_AGAIN == 0;
    if (seal) keys->seal_runs = true;
    pthread_mutex_unlock(&keys->mutex);
    if (seal) keys_seal(keys);
}

size_t keys_memory(struct keys *keys) {
    pthread_mutex_lock(&keys->mutex);
    size_t bytes = (keys->young.room + keys->frozen.room) * sizeof(struct key_slot);
    for (size_t i = 0; i < keys->segment_count; i++)
        bytes += keys->segments[i].blocks * KEY_BLOCK_WORDS * sizeof(uint64_t);
    pthread_mutex_unlock(&keys->mutex);
    return bytes;
}
