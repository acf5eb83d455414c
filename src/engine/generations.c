/* generations.c: see generations.h. What is to be read and written at once is one command, run every few seconds by
 * each node; it writes only what has changed, and that the node is alive. */
#include "engine/generations.h"

#include "engine/internal.h"

#include "base/check.h"
#include "base/log.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_EVERY (2 * SECOND)
#define BEAT_EVERY (30 * SECOND)
#define ALIVE_FOR (2 * MINUTE)
#define TELL_EVERY MINUTE
#define LOOK_ARENA ((size_t)1 << 20)

const struct migration generation_migrations[] = {
    {"generations", 1,
     "CREATE TABLE key_generation ( -- reference\n"
     "  generation BIGINT NOT NULL PRIMARY KEY, print BYTES NOT NULL, from_at BIGINT NOT NULL,\n"
     "  activated BIGINT NOT NULL, done BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE key_node ( -- reference\n"
     "  node BIGINT NOT NULL PRIMARY KEY, newest BIGINT NOT NULL, seen BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE key_progress ( -- reference\n"
     "  what TEXT NOT NULL PRIMARY KEY, after BYTES NOT NULL, ended BIGINT NOT NULL, moved BIGINT NOT NULL,\n"
     "  stuck BIGINT NOT NULL\n"
     ") CLUSTERED"},
    {.sql = NULL},
};

STATEMENT(read_all, "SELECT generation, print, from_at, activated, done FROM key_generation ORDER BY generation");
STATEMENT(add, "INSERT INTO key_generation (generation, print, from_at, activated, done) VALUES ($1, $2, $3, $4, $5) "
               "ON CONFLICT (generation) DO NOTHING");
STATEMENT(activate, "UPDATE key_generation SET activated = $2 WHERE generation = $1 AND activated = 0");
STATEMENT(drop_older, "DELETE FROM key_generation WHERE generation < $1");
STATEMENT(set_done, "UPDATE key_generation SET done = $2 WHERE generation = $1");
STATEMENT(beat, "INSERT INTO key_node (node, newest, seen) VALUES ($1, $2, $3) "
                "ON CONFLICT (node) DO UPDATE SET newest = $2, seen = $3");
STATEMENT(nodes_read, "SELECT node, newest, seen FROM key_node WHERE seen > $1 ORDER BY node");

struct generations {
    struct command command; /* first: a command is cast to it */
    struct engine *engine;
    struct arena *arena;
    _Atomic bool busy, unfit;
    moment look_next, beat_next, tell_next; /* of the ticking thread */
    /* what the command concludes, and its done() makes true */
    struct generation_row rows[KEYRING_NUMBER_MAX];
    size_t count;
    int active, behind;     /* behind: 1 + a node that keeps the newest from becoming active */
    bool beats;
    struct text problem;
};

/* ---- reading ---- */

size_t generations_read(const struct keyring *keyring, struct tx *tx,
                        struct generation_row rows[KEYRING_NUMBER_MAX]) {
    size_t count = 0;
    struct rows *found = tx_query(tx, &read_all, NO_VALUES);
    while (count < KEYRING_NUMBER_MAX && rows_next(found)) {
        uint8_t print[KEYRING_PRINT_SIZE];
        struct generation_row *row = &rows[count++];
        *row = (struct generation_row){.number = (int)row_int(found, 0), .from = row_int(found, 2),
                                       .activated = row_int(found, 3), .done = row_int(found, 4), .needed = true};
        row->known = keyring_knows(keyring, row->number);
        if (row->known) keyring_print(keyring, row->number, print);
        row->same = row->known && text_equal(row_text(found, 1), (struct text){(const char *)print, sizeof print});
    }
    rows_end(found);
    bool later_done = false;
    for (size_t i = count; i-- > 0;) {
        rows[i].needed = !later_done;
        later_done = later_done || rows[i].done != 0;
    }
    return count;
}

struct text generations_problem(struct arena *arena, const struct generation_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].needed) continue;
        if (!rows[i].known && rows[i].activated == 0) continue; /* nothing is sealed by it yet */
        if (!rows[i].known)
            return text_format(arena,
                               "the key file lacks generation %d, by which the database is sealed: copy the file "
                               "from a node that has it, or from its backup",
                               rows[i].number);
        if (!rows[i].same)
            return text_format(arena, "generation %d of the key file is another key than the database is sealed by: "
                                      "this is another database's file", rows[i].number);
    }
    return TEXT_NONE;
}

size_t generations_nodes(struct tx *tx, moment now, struct node_row nodes[NODES_MAX]) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &nodes_read, VALUES(V_INT(now - ALIVE_FOR)));
    for (; count < NODES_MAX && rows_next(rows); count++)
        nodes[count] = (struct node_row){row_int(rows, 0), (int)row_int(rows, 1), row_int(rows, 2)};
    rows_end(rows);
    return count;
}

/* ---- the command ---- */

/* Those of the file that the database has not seen. In one that has seen none nothing is sealed yet: what may be used
 * is used, and there is nothing to be moved to it. */
static void record(struct generations *generations, struct tx *tx, moment now) {
    const struct keyring *keyring = generations->engine->keyring;
    struct generation known[KEYRING_GENERATIONS];
    size_t count = keyring_generations(keyring, known), had = generations->count;
    int newest = had > 0 ? generations->rows[had - 1].number : 0;
    for (size_t i = 0; i < count; i++) {
        if (known[i].number <= newest) continue;
        uint8_t print[KEYRING_PRINT_SIZE];
        moment at = had == 0 && (i == 0 || known[i].from <= now) ? now : 0;
        keyring_print(keyring, known[i].number, print);
        tx_run(tx, &add, VALUES(V_INT(known[i].number), V_BYTES(print, sizeof print), V_INT(known[i].from), V_INT(at),
                                V_INT(at)));
    }
    generations->count = generations_read(keyring, tx, generations->rows);
}

/* The newest, when its moment has come and whoever is alive knows it. */
static void choose(struct generations *generations, struct tx *tx, moment now) {
    struct node_row nodes[NODES_MAX];
    struct generation_row *newest = &generations->rows[generations->count - 1];
    if (newest->activated == 0 && newest->known && newest->same && newest->from <= now) {
        size_t count = generations_nodes(tx, now, nodes);
        for (size_t i = 0; i < count; i++)
            if (nodes[i].newest < newest->number) generations->behind = 1 + (int)nodes[i].node;
        if (generations->behind == 0 && tx_run(tx, &activate, VALUES(V_INT(newest->number), V_INT(now))) == 1)
            newest->activated = now;
    }
    for (size_t i = 0; i < generations->count; i++)
        if (generations->rows[i].activated != 0) generations->active = generations->rows[i].number;
}

static enum command_outcome look(struct command *command, struct tx *tx) {
    struct generations *generations = (struct generations *)command;
    struct engine *engine = generations->engine;
    moment now = world_now(engine->world);
    generations->active = generations->behind = 0;
    if (generations->beats)
        tx_run(tx, &beat, VALUES(V_INT(engine->config->base.node), V_INT(keyring_newest(engine->keyring)), V_INT(now)));
    generations->count = generations_read(engine->keyring, tx, generations->rows);
    generations->problem = generations_problem(tx_arena(tx), generations->rows, generations->count);
    if (generations->problem.data != NULL) generations->problem = text_copy(generations->arena, generations->problem);
    else {
        record(generations, tx, now);
        choose(generations, tx, now);
        int oldest = keyring_file_oldest(engine->keyring);
        if (generations->count > 0 && generations->rows[0].number < oldest && !generations->rows[0].needed)
            tx_run(tx, &drop_older, VALUES(V_INT(oldest)));
    }
    return COMMAND_KEEP;
}

void generations_done(struct engine *engine, struct tx *tx) {
    tx_run(tx, &set_done, VALUES(V_INT(keyring_active(engine->keyring)), V_INT(world_now(engine->world))));
}

/* ---- making it true ---- */

/* The file must not lose what is still needed, though this process has it in memory. */
static struct text missing_from_file(const struct generations *generations) {
    int oldest = keyring_file_oldest(generations->engine->keyring);
    for (size_t i = 0; i < generations->count; i++)
        if (generations->rows[i].needed && generations->rows[i].number < oldest)
            return TEXT("the key file has lost a generation by which the database is still sealed: put it back before "
                        "the next start");
    return TEXT_NONE;
}

static void conclude(struct generations *generations) {
    struct keyring *keyring = generations->engine->keyring;
    moment now = world_now(generations->engine->world);
    struct text problem = generations->problem;
    bool tells = now >= generations->tell_next;
    atomic_store(&generations->unfit, problem.data != NULL);
    if (problem.data == NULL && generations->active != 0 && generations->active != keyring_active(keyring)) {
        keyring_activate(keyring, generations->active);
        log_event(LOG_INFO, TEXT_NONE, "keys.active", LOG_NUMBER("generation", generations->active));
    }
    if (problem.data == NULL) problem = missing_from_file(generations);
    if (problem.data == NULL) keyring_forget_dropped(keyring);
    else if (tells) log_event(LOG_ERROR, TEXT_NONE, "keys.wrong", LOG_TEXT("problem", problem));
    if (generations->behind != 0 && tells)
        log_event(LOG_WARNING, TEXT_NONE, "keys.node_behind", LOG_NUMBER("node", generations->behind - 1),
                  LOG_NUMBER("lacks", keyring_newest(keyring)));
    if (tells && (problem.data != NULL || generations->behind != 0)) generations->tell_next = now + TELL_EVERY;
}

static void looked(struct command *command, enum store_status status) {
    struct generations *generations = (struct generations *)command;
    if (status == STORE_DURABLE) {
        conclude(generations);
        if (generations->beats) generations->beat_next = world_now(generations->engine->world) + BEAT_EVERY;
    }
    atomic_store_explicit(&generations->busy, false, memory_order_release);
}

static void prepare(struct generations *generations, bool beats) {
    arena_clear(generations->arena);
    generations->beats = beats;
    generations->command = (struct command){.run = look, .done = looked, .arena = generations->arena};
    atomic_store(&generations->busy, true);
}

struct generations *generations_open(struct engine *engine, struct arena *arena, struct text *problem) {
    struct generations *generations = arena_new_of(arena, struct generations);
    *generations = (struct generations){.engine = engine, .arena = arena_new(LOOK_ARENA)};
    if (generations->arena == NULL) {
        *problem = TEXT("no memory for the key generations");
        return NULL;
    }
    if (!keyring_has_file(engine->keyring) || engine->manual) return generations;
    prepare(generations, false);
    if (store_run(engine->store, &generations->command) != STORE_DURABLE)
        *problem = TEXT("the key generations cannot be read");
    else if (generations->problem.data != NULL) *problem = text_copy(arena, generations->problem);
    if (problem->data == NULL) return generations;
    generations_close(generations);
    return NULL;
}

void generations_close(struct generations *generations) {
    if (generations != NULL) arena_free(generations->arena);
}

/* ---- ticking ---- */

static void read_file(struct generations *generations) {
    const char *problem = NULL;
    struct keyring *keyring = generations->engine->keyring;
    switch (keyring_reread(keyring, &problem)) {
    case KEYRING_SAME: return;
    case KEYRING_CHANGED:
        log_event(LOG_INFO, TEXT_NONE, "keys.file_changed", LOG_NUMBER("newest", keyring_newest(keyring)),
                  LOG_NUMBER("oldest", keyring_file_oldest(keyring)));
        generations->look_next = generations->beat_next = 0;
        return;
    case KEYRING_BAD:
        log_event(LOG_ERROR, TEXT_NONE, "keys.file_refused", LOG_TEXT("problem", text_from(problem)));
        return;
    }
}

void generations_tick(struct generations *generations) {
    struct engine *engine = generations->engine;
    if (!keyring_has_file(engine->keyring) || engine->manual) return;
    if (atomic_load_explicit(&generations->busy, memory_order_acquire)) return;
    read_file(generations);
    moment now = world_now(engine->world);
    if (now < generations->look_next) return;
    generations->look_next = now + LOOK_EVERY;
    prepare(generations, now >= generations->beat_next);
    if (!store_submit(engine->store, &generations->command)) looked(&generations->command, STORE_UNAVAILABLE);
}

bool generations_fit(const struct generations *generations) {
    return !atomic_load_explicit(&generations->unfit, memory_order_relaxed);
}
