/* list.c: the newest list in memory, read again when another has become the newest. It is immutable and counted: who
 * draws a page from it keeps it until his arena goes. */
#include "base/log.h"
#include "terminals/internal.h"

#include <pthread.h>

#define LIST_MOST ((size_t)64 << 20)

STATEMENT(newest, "SELECT MAX(version) FROM terminal_list");
STATEMENT(content_of, "SELECT content FROM terminal_list WHERE version = $1");

struct held {
    struct arena *arena; /* it lies in it itself */
    struct terminals terminals;
    int64_t version;
    size_t users;        /* the state is one of them */
};

struct terminals_state {
    pthread_mutex_t mutex; /* of the pointer and its users */
    struct held *held;     /* NULL: none was read yet */
};

static const struct terminals nothing;

static void drop(struct held *held) {
    if (held != NULL && --held->users == 0) arena_free(held->arena);
}

struct taken {
    struct terminals_state *state;
    struct held *held;
};

static void give_back(void *data) {
    struct taken *taken = data;
    pthread_mutex_lock(&taken->state->mutex);
    drop(taken->held);
    pthread_mutex_unlock(&taken->state->mutex);
}

struct load {
    struct held *held;
    struct tx *tx;
};

static void load_guarded(void *data) {
    struct load *load = data;
    struct held *held = load->held;
    size_t line;
    struct rows *rows = tx_query(load->tx, &content_of, VALUES(V_INT(held->version)));
    struct text content = rows_next(rows) ? row_copy(rows, 0, held->arena) : TEXT("");
    rows_end(rows);
    enum terminals_problem problem = terminals_read(held->arena, content, &held->terminals, &line);
    if (problem == TERMINALS_GOOD || tx_failed(load->tx)) return;
    log_event(LOG_ERROR, TEXT_NONE, "terminals.unreadable", LOG_NUMBER("version", held->version),
              LOG_NUMBER("line", (int64_t)line));
    held->terminals = nothing;
}

static struct held *load_version(struct tx *tx, int64_t version) {
    struct arena *arena = arena_new(LIST_MOST);
    if (arena == NULL) return NULL;
    struct held *held = arena_new_of(arena, struct held);
    *held = (struct held){.arena = arena, .version = version, .users = 1};
    struct load load = {held, tx};
    if (arena_guard(arena, load_guarded, &load) && !tx_failed(tx)) return held;
    arena_free(arena);
    return NULL;
}

/* Makes the state's the snapshot's newest. */
static void look(struct terminals_state *state, struct tx *tx) {
    struct rows *rows = tx_query(tx, &newest, NO_VALUES);
    int64_t version = rows_next(rows) && !row_null(rows, 0) ? row_int(rows, 0) : 0;
    rows_end(rows);
    pthread_mutex_lock(&state->mutex);
    bool same = state->held != NULL ? state->held->version >= version : version == 0;
    pthread_mutex_unlock(&state->mutex);
    struct held *fresh = same ? NULL : load_version(tx, version);
    if (fresh == NULL) return; /* after a failure the next look tries again */
    pthread_mutex_lock(&state->mutex);
    drop(state->held);
    state->held = fresh;
    pthread_mutex_unlock(&state->mutex);
}

const struct terminals *terminals_take(struct engine *engine, struct tx *tx, struct arena *arena) {
    struct terminals_state *state = engine_state(engine, &terminals_feature);
    struct taken *taken = arena_new_of(arena, struct taken);
    look(state, tx);
    pthread_mutex_lock(&state->mutex);
    *taken = (struct taken){state, state->held};
    if (taken->held != NULL) taken->held->users++;
    pthread_mutex_unlock(&state->mutex);
    if (taken->held == NULL) return &nothing;
    arena_on_free(arena, give_back, taken);
    return &taken->held->terminals;
}

void *terminals_open(struct engine *engine, struct arena *arena, struct text *problem) {
    (void)engine;
    (void)problem;
    struct terminals_state *state = arena_new_of(arena, struct terminals_state);
    pthread_mutex_init(&state->mutex, NULL);
    return state;
}

void terminals_close(void *data) {
    struct terminals_state *state = data;
    drop(state->held);
    pthread_mutex_destroy(&state->mutex);
}
