/* reseal.c: see reseal.h. A piece is a command: it reads rows after the last one done, locked, so that no other node
 * changes them before it is on disk; writes each anew; and notes where it ended. */
#include "engine/reseal.h"

#include "engine/internal.h"

#include "base/check.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#define PIECE_ROWS 200
#define PIECE_FILES 8
#define PIECE_BYTES ((size_t)4 << 20) /* and one file more */
#define PIECE_ARENA ((size_t)96 << 20)
#define KEY_MAX 2
#define SETTLE (3 * SECOND)      /* until each node seals by the new one */
#define LOOK_AGAIN (10 * MINUTE) /* at what could not be moved */

STATEMENT(turn_read, "SELECT activated, done FROM key_generation WHERE generation = $1");
STATEMENT(progress_read, "SELECT what, after, ended, moved, stuck FROM key_progress");
STATEMENT(progress_write, "INSERT INTO key_progress (what, after, ended, moved, stuck) VALUES ($1, $2, $3, $4, $5) "
                          "ON CONFLICT (what) DO UPDATE SET after = $2, ended = $3, moved = $4, stuck = $5");
STATEMENT(progress_clear, "DELETE FROM key_progress");

struct progress {
    struct text after; /* TEXT_NONE: from the beginning */
    bool ended;
    int64_t moved, stuck;
};

struct reseal {
    struct arena *arena; /* a piece's: files are larger than a job's arena */
    moment look_next;    /* at this generation; 0: at once */
    int generation;
    const struct sealed *all[SEALED_MAX];
    size_t count;        /* 0: not yet gathered */
};

struct reseal *reseal_open(struct engine *engine, struct arena *arena) {
    (void)engine;
    struct reseal *reseal = arena_new_of(arena, struct reseal);
    *reseal = (struct reseal){.arena = arena_new(PIECE_ARENA)};
    return reseal->arena != NULL ? reseal : NULL;
}

void reseal_close(struct reseal *reseal) {
    if (reseal != NULL) arena_free(reseal->arena);
}

bool reseal_wanted(struct engine *engine) {
    int active = keyring_active(engine->keyring);
    if (!keyring_several(engine->keyring) || active != keyring_newest(engine->keyring)) return false;
    return active != engine->reseal->generation || world_now(engine->world) >= engine->reseal->look_next;
}

/* ---- keys as bytes: where a pass came to ---- */

static void key_write(struct buffer *out, char type, struct value value) {
    int64_t number = type == 'i' ? value.integer : (int64_t)value.text.size;
    buffer_add(out, &number, sizeof number);
    if (type != 'i') buffer_add_text(out, value.text);
}

static struct value key_least(char type) {
    switch (type) {
    case 'i': return V_INT(INT64_MIN);
    case 'b': return V_BYTES("", 0);
    default: return V_TEXT(TEXT(""));
    }
}

/* Written by another program's version, or not at all: from the beginning. */
static void key_read(struct text from, const char *types, struct value values[KEY_MAX]) {
    size_t at = 0, count = strlen(types);
    check(count <= KEY_MAX);
    for (size_t i = 0; i < count; i++) {
        int64_t number;
        if (from.size < at + sizeof number) break;
        memcpy(&number, from.data + at, sizeof number);
        at += sizeof number;
        if (types[i] == 'i') {
            values[i] = V_INT(number);
            continue;
        }
        if (number < 0 || (size_t)number > from.size - at) break;
        struct text text = {from.data + at, (size_t)number};
        values[i] = types[i] == 'b' ? V_BYTES(text.data, text.size) : V_TEXT(text);
        at += (size_t)number;
    }
}

/* ---- one row ---- */

struct sealed_row {
    struct value key[KEY_MAX];
    int64_t context;
    struct text sealed;
};

struct piece {
    struct engine *engine;
    struct tx *tx;
    struct arena *arena;
    const struct sealed *sealed;
    size_t key_count;
    struct progress *progress;
};

static void move_hash(const struct piece *piece, const struct lookup *lookup, int older, struct text clear,
                      const struct sealed_row *row) {
    const struct keyring *keyring = piece->engine->keyring;
    struct tx *tx = piece->tx;
    uint8_t old[SECRET_HASH_SIZE], fresh[SECRET_HASH_SIZE];
    struct text message = lookup->folded ? text_lower_ascii(piece->arena, clear) : clear;
    secret_lookup_by(keyring, older, lookup->purpose, message, old);
    secret_lookup(keyring, lookup->purpose, message, fresh);
    const struct value from = V_BYTES(old, sizeof old), to = V_BYTES(fresh, sizeof fresh), whose = V_INT(row->context);
    int64_t moved = 0, removed = 0;
    if (lookup->update != NULL) {
        struct value values[2 + KEY_MAX] = {to, from};
        memcpy(values + 2, row->key, piece->key_count * sizeof *values);
        moved = tx_run(tx, lookup->update, values, 2 + piece->key_count);
    }
    if (lookup->copy != NULL) moved = tx_run(tx, lookup->copy, VALUES(to, from, whose));
    if (lookup->remove != NULL) removed = tx_run(tx, lookup->remove, VALUES(from, whose));
    if (lookup->put != NULL && removed == 1) moved = tx_run(tx, lookup->put, VALUES(to, whose));
    if (moved > 0 || removed > 0) piece->progress->moved++;
}

/* Whether or not the row itself is sealed anew already: its hash may have been made a moment before its seal. */
static void move_hashes(const struct piece *piece, struct text clear, const struct sealed_row *row) {
    struct generation known[KEYRING_GENERATIONS];
    size_t count = keyring_generations(piece->engine->keyring, known);
    int active = keyring_active(piece->engine->keyring);
    for (const struct lookup *lookup = piece->sealed->lookups; lookup->purpose != NULL; lookup++)
        for (size_t i = 0; i < count && known[i].number < active; i++)
            move_hash(piece, lookup, known[i].number, clear, row);
}

static void reseal_row(const struct piece *piece, const struct sealed_row *row) {
    const struct sealed *sealed = piece->sealed;
    struct engine *engine = piece->engine;
    struct text clear;
    bool current = row->sealed.size > 0 && (unsigned char)row->sealed.data[0] == keyring_active(engine->keyring);
    if (row->sealed.size == 0 || (current && sealed->lookups == NULL)) return; /* destroyed, or done */
    if (!secret_open(engine->keyring, piece->arena, sealed->purpose, row->context, row->sealed, &clear)) {
        piece->progress->stuck++;
        return;
    }
    if (sealed->lookups != NULL) move_hashes(piece, clear, row);
    if (current) return;
    struct text fresh = secret_seal(engine->keyring, engine->world, piece->arena, sealed->purpose, row->context, clear);
    struct value values[1 + KEY_MAX] = {V_BYTES(fresh.data, fresh.size)};
    memcpy(values + 1, row->key, piece->key_count * sizeof *values);
    tx_queue(piece->tx, sealed->put, values, 1 + piece->key_count);
    piece->progress->moved++;
}

/* ---- a piece of one column ---- */

static struct value key_of(const struct piece *piece, const struct rows *rows, int column) {
    char type = piece->sealed->key_types[column];
    if (type == 'i') return V_INT(row_int(rows, column));
    struct text text = row_copy(rows, column, piece->arena);
    return type == 'b' ? V_BYTES(text.data, text.size) : V_TEXT(text);
}

/* Copies of them, since they are changed while others are read. *whole: there are no more behind them. */
static size_t read_rows(const struct piece *piece, struct sealed_row *list, size_t most, bool *whole) {
    struct value values[1 + KEY_MAX] = {V_INT((int64_t)most)};
    int keys = (int)piece->key_count;
    for (int i = 0; i < keys; i++) values[1 + i] = key_least(piece->sealed->key_types[i]);
    key_read(piece->progress->after, piece->sealed->key_types, values + 1);
    size_t count = 0, bytes = 0;
    bool more = true;
    struct rows *rows = tx_query(piece->tx, piece->sealed->list, values, 1 + piece->key_count);
    while (count < most && bytes < PIECE_BYTES && (more = rows_next(rows))) {
        struct sealed_row *row = &list[count++];
        for (int i = 0; i < keys; i++) row->key[i] = key_of(piece, rows, i);
        row->context = row_int(rows, keys);
        row->sealed = row_null(rows, keys + 1) ? TEXT_NONE : row_copy(rows, keys + 1, piece->arena);
        bytes += row->sealed.size;
    }
    rows_end(rows);
    *whole = !more;
    return count;
}

static void write_progress(struct tx *tx, struct text what, const struct progress *progress) {
    struct text after = progress->after.data != NULL ? progress->after : TEXT("");
    tx_run(tx, &progress_write, VALUES(V_TEXT(what), V_BYTES(after.data, after.size), V_INT(progress->ended),
                                       V_INT(progress->moved), V_INT(progress->stuck)));
}

static void do_piece(struct piece *piece) {
    size_t most = piece->sealed->large ? PIECE_FILES : PIECE_ROWS;
    struct sealed_row *list = arena_array(piece->arena, struct sealed_row, most);
    if (piece->sealed->lookups != NULL) lookup_hold(piece->engine, piece->tx);
    size_t count = read_rows(piece, list, most, &piece->progress->ended);
    for (size_t i = 0; i < count; i++) reseal_row(piece, &list[i]);
    if (count > 0) {
        struct buffer after = buffer_new(piece->arena, 64);
        for (size_t i = 0; i < piece->key_count; i++)
            key_write(&after, piece->sealed->key_types[i], list[count - 1].key[i]);
        piece->progress->after = buffer_text(&after);
    }
    write_progress(piece->tx, text_from(piece->sealed->where), piece->progress);
}

/* ---- a pass ---- */

static void read_progress(struct tx *tx, struct arena *arena, const struct sealed *const *all, size_t count,
                          struct progress *progress) {
    struct rows *rows = tx_query(tx, &progress_read, NO_VALUES);
    while (rows_next(rows)) {
        for (size_t i = 0; i < count; i++)
            if (text_is(row_text(rows, 0), all[i]->where))
                progress[i] = (struct progress){row_copy(rows, 1, arena), row_int(rows, 2) != 0, row_int(rows, 3),
                                                row_int(rows, 4)};
    }
    rows_end(rows);
}

/* Every column was gone through. True: once more, since a row that was moved shows that others still wrote by the older
 * generation when the pass began. */
static bool end_pass(struct engine *engine, struct tx *tx, const struct progress *progress, size_t count) {
    int64_t moved = 0, stuck = 0;
    for (size_t i = 0; i < count; i++) {
        moved += progress[i].moved;
        stuck += progress[i].stuck;
    }
    tx_run(tx, &progress_clear, NO_VALUES);
    if (moved > 0) return true;
    engine->reseal->look_next = world_now(engine->world) + LOOK_AGAIN;
    if (stuck > 0) log_event(LOG_ERROR, TEXT_NONE, "keys.unreadable", LOG_NUMBER("rows", stuck));
    else {
        generations_done(engine, tx);
        log_event(LOG_INFO, TEXT_NONE, "keys.done", LOG_NUMBER("generation", keyring_active(engine->keyring)));
    }
    return false;
}

/* Its turn has come, and it has not been found done just now. */
static bool turn_of(struct engine *engine, struct tx *tx) {
    moment begins = INT64_MAX;
    struct rows *rows = tx_query(tx, &turn_read, VALUES(V_INT(keyring_active(engine->keyring))));
    if (rows_next(rows) && row_int(rows, 0) != 0)
        begins = row_int(rows, 1) == 0 ? row_int(rows, 0) + SETTLE : row_int(rows, 1) + LOOK_AGAIN;
    rows_end(rows);
    engine->reseal->generation = keyring_active(engine->keyring);
    engine->reseal->look_next = begins != INT64_MAX ? begins : 0;
    return world_now(engine->world) >= begins;
}

struct turn {
    struct engine *engine;
    struct tx *tx;
    bool more;
};

static void next_piece(void *data) {
    struct turn *turn = data;
    struct reseal *reseal = turn->engine->reseal;
    const char *behind;
    if (reseal->count == 0) reseal->count = sealed_gather(turn->tx, reseal->all, &behind);
    size_t count = reseal->count, at = 0;
    struct progress *progress = arena_array(reseal->arena, struct progress, count + 1);
    read_progress(turn->tx, reseal->arena, reseal->all, count, progress);
    while (at < count && progress[at].ended) at++;
    turn->more = at < count || end_pass(turn->engine, turn->tx, progress, count);
    if (at == count) return;
    struct piece piece = {.engine = turn->engine, .tx = turn->tx, .arena = reseal->arena, .sealed = reseal->all[at],
                          .key_count = strlen(reseal->all[at]->key_types), .progress = &progress[at]};
    do_piece(&piece);
}

bool reseal_piece(struct engine *engine, struct tx *tx) {
    struct turn turn = {engine, tx, false};
    int64_t strangers = keyring_strangers(engine->keyring);
    if (!turn_of(engine, tx)) return false;
    arena_clear(engine->reseal->arena);
    if (!arena_guard(engine->reseal->arena, next_piece, &turn)) tx_give_up(tx, "no memory for a file to be sealed");
    if (keyring_strangers(engine->keyring) != strangers) tx_give_up(tx, "a generation that the key file lacks");
    return turn.more;
}
