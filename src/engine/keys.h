/* keys.h: which idempotency keys have been used, for SQLite, where one process writes: the youngest in a hash table in
 * memory, older ones in sealed segments of 2^18: sorted chunks in the database with a Bloom filter each in memory. So a
 * key costs no random page of an index over all history, a start reads at most one segment's worth of log, and 10
 * million keys cost 20 MB of filters. On PostgreSQL, where several processes may write, table command_key decides and
 * this only answers early for what this process has just seen.
 *
 * Thread-safe. "Maybe" is told by key_maybe(); who asks then reads the log row and compares the whole key. */
#pragma once

#include "engine/pool.h"
#include "store/store.h"

#define KEY_SIZE 16

struct keys;

struct keys *keys_open(struct store *store, struct pool *workers, struct arena *arena, int64_t window_us);
void keys_free(struct keys *keys);
/* Reads segments and the log's tail, at start. False when the database fails. */
bool keys_load(struct keys *keys, struct tx *tx);

/* Marks a key as in flight: false when it is already (409). Every true is ended by keys_release. */
bool keys_claim(struct keys *keys, const uint8_t key[KEY_SIZE]);
void keys_release(struct keys *keys, const uint8_t key[KEY_SIZE]);

/* May this key have been used? No database. */
bool keys_maybe(struct keys *keys, const uint8_t key[KEY_SIZE]);
/* The log rows that may be this key's, newest first; how many (at most `most`). */
size_t keys_candidates(struct keys *keys, struct tx *tx, const uint8_t key[KEY_SIZE], int64_t *ids, size_t most);
/* A key is on disk now, in log row id; called in the order of ids. */
void keys_add(struct keys *keys, const uint8_t key[KEY_SIZE], int64_t id);
/* Bytes held, for figures. */
size_t keys_memory(struct keys *keys);
