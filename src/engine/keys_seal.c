/* keys_seal.c: a full table of keys becomes a segment: sorted on a worker, written by a row of small commands (so that
 * no transfer waits for four megabytes), the last of which adds the segment itself; then it is answered from its
 * filter. Segments older than the window are forgotten. */
#include "engine/keys_internal.h"

#include "base/check.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#define PIECE (16 * KEY_CHUNK) /* keys written by one command */

struct sealing {
    struct task task;
    struct command command;
    struct keys *keys;
    struct key_slot *sorted;
    size_t count, written;
    int64_t number, last_id;
    uint64_t *filter;
    size_t blocks;
};

STATEMENT(add_chunk, "INSERT INTO key_chunk (segment, first, data) VALUES ($1, $2, $3)");
STATEMENT(add_segment, "INSERT INTO key_segment (segment, last_id, keys, filter) VALUES ($1, $2, $3, $4)");
STATEMENT(old_segments, "SELECT segment FROM key_segment WHERE last_id < $1 ORDER BY segment");
STATEMENT(drop_chunks, "DELETE FROM key_chunk WHERE segment = $1");
STATEMENT(drop_segment, "DELETE FROM key_segment WHERE segment = $1");
STATEMENT(all_segments, "SELECT segment, last_id, filter FROM key_segment ORDER BY segment");
STATEMENT(log_tail, "SELECT key, id FROM command_log WHERE id > $1 AND key IS NOT NULL ORDER BY id");

static int by_order(const void *left, const void *right) {
    int64_t a = key_order(((const struct key_slot *)left)->fingerprint);
    int64_t b = key_order(((const struct key_slot *)right)->fingerprint);
    return (a > b) - (a < b);
}

static void sealing_free(struct sealing *sealing) {
    if (sealing == NULL) return;
    arena_free(sealing->command.arena);
    free(sealing->sorted);
    free(sealing->filter);
    free(sealing);
}

static void write_chunks(struct sealing *sealing, struct tx *tx) {
    size_t end = sealing->count - sealing->written < PIECE ? sealing->count : sealing->written + PIECE;
    for (size_t at = sealing->written; at < end; at += KEY_CHUNK) {
        size_t count = end - at < KEY_CHUNK ? end - at : KEY_CHUNK;
        const struct key_slot *chunk = sealing->sorted + at;
        tx_run(tx, &add_chunk,
               VALUES(V_INT(sealing->number), V_INT(key_order(chunk->fingerprint)),
                      V_BYTES(chunk, count * sizeof *chunk)));
    }
}

static void write_segment(struct sealing *sealing, struct tx *tx) {
    tx_run(tx, &add_segment,
           VALUES(V_INT(sealing->number), V_INT(sealing->last_id), V_INT((int64_t)sealing->count),
                  V_BYTES(sealing->filter, sealing->blocks * KEY_BLOCK_WORDS * sizeof(uint64_t))));
    int64_t too_old = id_from_moment(world_now(tx_world(tx)) - sealing->keys->window_us);
    for (struct rows *rows = tx_query(tx, &old_segments, VALUES(V_INT(too_old))); rows_next(rows);) {
        tx_queue(tx, &drop_chunks, VALUES(V_INT(row_int(rows, 0))));
        tx_queue(tx, &drop_segment, VALUES(V_INT(row_int(rows, 0))));
    }
}

static enum command_outcome write_piece(struct command *command, struct tx *tx) {
    struct sealing *sealing = (struct sealing *)((char *)command - offsetof(struct sealing, command));
    /* A crash may have left chunks of a segment that never came to be; they must not stand between ours. */
    if (sealing->written == 0) tx_run(tx, &drop_chunks, VALUES(V_INT(sealing->number)));
    write_chunks(sealing, tx);
    if (sealing->count - sealing->written <= PIECE) write_segment(sealing, tx);
    return COMMAND_KEEP;
}

/* With the mutex held. Takes the filter over; false without memory (the filter stays the caller's). */
static bool add_segment_filter(struct keys *keys, struct key_segment segment) {
    if (keys->segment_count == keys->segment_room) {
        size_t room = keys->segment_room == 0 ? 16 : keys->segment_room * 2;
        struct key_segment *grown = realloc(keys->segments, room * sizeof *grown);
        if (grown == NULL) return false;
        keys->segments = grown;
        keys->segment_room = room;
    }
    keys->segments[keys->segment_count++] = segment;
    return true;
}

static void sealed(struct sealing *sealing, bool whole) {
    struct keys *keys = sealing->keys;
    pthread_mutex_lock(&keys->mutex);
    if (whole && add_segment_filter(keys, (struct key_segment){sealing->number, sealing->last_id, sealing->filter,
                                                               sealing->blocks})) {
        sealing->filter = NULL;
        key_table_clear(&keys->frozen);
    }
    keys->seal_runs = false;
    pthread_mutex_unlock(&keys->mutex);
    if (!whole) /* the frozen table goes on answering; the next start reads the log's tail again */
        log_event(LOG_WARNING, TEXT_NONE, "keys.not_sealed", LOG_NUMBER("segment", sealing->number));
    sealing_free(sealing);
}

static void piece_written(struct command *command, enum store_status status) {
    struct sealing *sealing = (struct sealing *)((char *)command - offsetof(struct sealing, command));
    bool whole = sealing->count - sealing->written <= PIECE;
    if (status == STORE_DURABLE && !whole) {
        sealing->written += PIECE;
        if (store_submit(sealing->keys->store, &sealing->command)) return;
    }
    sealed(sealing, status == STORE_DURABLE && whole);
}

static void sort_and_submit(struct task *task) {
    struct sealing *sealing = (struct sealing *)task;
    const struct key_table *frozen = &sealing->keys->frozen; /* nobody changes it before the segment is there */
    for (size_t i = 0; i < frozen->room; i++)
        if (frozen->slots[i].id != 0) sealing->sorted[sealing->count++] = frozen->slots[i];
    qsort(sealing->sorted, sealing->count, sizeof *sealing->sorted, by_order);
    for (size_t i = 0; i < sealing->count; i++)
        key_filter_add(sealing->filter, sealing->blocks, sealing->sorted[i].fingerprint);
    if (!store_submit(sealing->keys->store, &sealing->command)) sealed(sealing, false);
}

static struct sealing *sealing_new(struct keys *keys) {
    struct sealing *sealing = calloc(1, sizeof *sealing);
    if (sealing == NULL) return NULL;
    sealing->keys = keys;
    sealing->blocks = KEY_SEGMENT * KEY_BITS / (KEY_BLOCK_WORDS * 64);
    sealing->filter = calloc(sealing->blocks * KEY_BLOCK_WORDS, sizeof(uint64_t));
    sealing->sorted = malloc(keys->frozen.count * sizeof *sealing->sorted);
    sealing->command = (struct command){.run = write_piece, .done = piece_written, .arena = arena_new(1 << 20)};
    sealing->task.run = sort_and_submit;
    if (sealing->filter == NULL || sealing->sorted == NULL || sealing->command.arena == NULL) {
        sealing_free(sealing);
        return NULL;
    }
    sealing->number = keys->frozen.last_id; /* time-ordered, unique, and survives restarts */
    sealing->last_id = keys->frozen.last_id;
    return sealing;
}

void keys_seal(struct keys *keys) {
    pthread_mutex_lock(&keys->mutex);
    struct sealing *sealing = NULL;
    if (keys->sealing) sealing = sealing_new(keys);
    else key_table_clear(&keys->frozen);
    if (sealing == NULL) keys->seal_runs = false;
    pthread_mutex_unlock(&keys->mutex);
    if (sealing != NULL && !pool_submit(keys->workers, &sealing->task))
        sealed(sealing, false);
}

bool keys_load(struct keys *keys, struct tx *tx) {
    if (!keys->sealing) return !tx_failed(tx);
    int64_t last = id_from_moment(world_now(tx_world(tx)) - keys->window_us);
    for (struct rows *rows = tx_query(tx, &all_segments, NO_VALUES); rows_next(rows);) {
        struct text filter = row_text(rows, 2);
        struct key_segment segment = {row_int(rows, 0), row_int(rows, 1), malloc(filter.size + 1),
                                      filter.size / (KEY_BLOCK_WORDS * sizeof(uint64_t))};
        if (segment.filter == NULL || segment.blocks == 0) return false;
        memcpy(segment.filter, filter.data, filter.size);
        if (!add_segment_filter(keys, segment)) return false;
        if (segment.last_id > last) last = segment.last_id;
    }
    for (struct rows *rows = tx_query(tx, &log_tail, VALUES(V_INT(last))); rows_next(rows);) {
        struct text key = row_text(rows, 0);
        if (key.size == KEY_SIZE) keys_add(keys, (const uint8_t *)key.data, row_int(rows, 1));
    }
    return !tx_failed(tx);
}
