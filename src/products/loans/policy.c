/* policy.c: policies as rows: a version never changes, the one that decides is the youngest whose moment has come. A
 * few are kept as they were read, each counted: whoever decides by one keeps it until his arena goes. Which version
 * decides is asked of the database each time, so that all nodes decide alike. */
#include "products/loans/loans.h"

#include "base/log.h"

#include <pthread.h>

#define POLICY_MEMORY ((size_t)1 << 20)
#define POLICIES_HELD 4

STATEMENT(now_decides, "SELECT version FROM loan_policy WHERE since > 0 AND since <= $1 "
                       "ORDER BY since DESC, version DESC LIMIT 1");
STATEMENT(content_of, "SELECT content FROM loan_policy WHERE version = $1");
STATEMENT(any_policy, "SELECT version FROM loan_policy LIMIT 1");
STATEMENT(insert, "INSERT INTO loan_policy (id, version, content, note, staff, at, since) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7)");

struct held {
    struct arena *arena; /* it lies in it itself */
    struct policy_version version;
    size_t users;        /* the cache is one of them */
    uint64_t asked;
};

struct policies {
    pthread_mutex_t mutex; /* of the slots and of users */
    struct held *held[POLICIES_HELD];
    uint64_t asked;
};

struct policies *loans_policies_open(struct arena *arena) {
    struct policies *policies = arena_new_of(arena, struct policies);
    pthread_mutex_init(&policies->mutex, NULL);
    return policies;
}

static void drop(struct held *held) {
    if (held != NULL && --held->users == 0) arena_free(held->arena);
}

void loans_policies_close(struct policies *policies) {
    for (size_t i = 0; i < POLICIES_HELD; i++) drop(policies->held[i]);
    pthread_mutex_destroy(&policies->mutex);
}

/* ---- read ---- */

struct load {
    struct held *held;
    struct tx *tx;
    bool good;
};

static void load_guarded(void *data) {
    struct load *load = data;
    struct policy_version *version = &load->held->version;
    const char *what;
    int line;
    struct rows *rows = tx_query(load->tx, &content_of, VALUES(V_INT(version->version)));
    bool there = rows_next(rows);
    if (there) version->content = row_copy(rows, 0, load->held->arena);
    rows_end(rows);
    load->good = there && policy_read(version->content, &version->policy, &line, &what);
}

static struct held *load_version(struct tx *tx, int64_t version) {
    struct arena *arena = arena_new(POLICY_MEMORY);
    if (arena == NULL) return NULL;
    struct held *held = arena_new_of(arena, struct held);
    *held = (struct held){.arena = arena, .version = {.version = version}, .users = 1};
    struct load load = {.held = held, .tx = tx};
    if (arena_guard(arena, load_guarded, &load) && load.good && !tx_failed(tx)) return held;
    arena_free(arena);
    return NULL;
}

static struct held *held_of(struct policies *policies, int64_t version) {
    for (size_t i = 0; i < POLICIES_HELD; i++) {
        struct held *held = policies->held[i];
        if (held != NULL && held->version.version == version) return held;
    }
    return NULL;
}

/* In the place of the one that nobody has asked for longest. */
static void keep(struct policies *policies, struct held *fresh) {
    size_t place = 0;
    for (size_t i = 1; i < POLICIES_HELD; i++) {
        uint64_t here = policies->held[i] != NULL ? policies->held[i]->asked : 0;
        if (here < (policies->held[place] != NULL ? policies->held[place]->asked : 0)) place = i;
    }
    drop(policies->held[place]);
    policies->held[place] = fresh;
}

struct taken {
    struct policies *policies;
    struct held *held;
};

static void give_back(void *data) {
    struct taken *taken = data;
    pthread_mutex_lock(&taken->policies->mutex);
    drop(taken->held);
    pthread_mutex_unlock(&taken->policies->mutex);
}

/* Under the mutex. */
static const struct policy_version *take(struct taken *taken, struct held *held) {
    taken->held = held;
    held->users++;
    held->asked = ++taken->policies->asked;
    return &held->version;
}

const struct policy_version *loans_policy_take(struct engine *engine, struct tx *tx, int64_t version,
                                               struct arena *arena) {
    const struct loans_state *state = engine_state(engine, &loans_feature);
    struct policies *policies = state->policies;
    struct taken *taken = arena_new_of(arena, struct taken);
    const struct policy_version *found = NULL;
    *taken = (struct taken){.policies = policies};
    pthread_mutex_lock(&policies->mutex);
    struct held *held = held_of(policies, version);
    if (held != NULL) found = take(taken, held);
    pthread_mutex_unlock(&policies->mutex);
    if (found == NULL) {
        struct held *fresh = load_version(tx, version);
        if (fresh == NULL) return NULL;
        pthread_mutex_lock(&policies->mutex);
        held = held_of(policies, version); /* another thread may have been faster */
        if (held == NULL) keep(policies, held = fresh);
        else drop(fresh);
        found = take(taken, held);
        pthread_mutex_unlock(&policies->mutex);
    }
    arena_on_free(arena, give_back, taken);
    return found;
}

int64_t loans_policy_at(struct tx *tx, moment at) {
    struct rows *rows = tx_query(tx, &now_decides, VALUES(V_INT(at)));
    int64_t version = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return version;
}

const struct policy_version *loans_policy_now(struct engine *engine, struct tx *tx, struct arena *arena) {
    int64_t version = loans_policy_at(tx, world_now(engine_world(engine)));
    return version != 0 ? loans_policy_take(engine, tx, version, arena) : NULL;
}

/* ---- what an empty database begins with ---- */

bool loans_policy_seed(struct engine *engine, struct tx *tx) {
    const char *path = loans_settings(engine)->policy_file;
    struct rows *rows = tx_query(tx, &any_policy, NO_VALUES);
    bool there = rows_next(rows);
    rows_end(rows);
    if (there || path[0] == '\0') return false;
    struct text content = lending_file(tx_arena(tx), path);
    struct policy *policy = arena_new_of(tx_arena(tx), struct policy);
    const char *what;
    int line;
    moment now = world_now(engine_world(engine));
    if (content.data != NULL && policy_read(content, policy, &line, &what))
        tx_run(tx, &insert,
               VALUES(V_INT(world_id(tx_world(tx))), V_INT(1), V_TEXT(content), V_TEXT(text_from("")), V_INT(0),
                      V_INT(now), V_INT(now)));
    else
        log_event(LOG_ERROR, TEXT_NONE, "loans.policy_unreadable", LOG_TEXT("file", text_from(path)));
    return false;
}
