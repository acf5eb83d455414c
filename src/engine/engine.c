/* engine.c: opening, starting and closing the engine; what others ask of it. */
#include "engine/internal.h"

#include "base/check.h"
#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define READERS_QUEUE 4096
#define WORKERS_QUEUE 512
#define JOBS_MAX 256
#define MIGRATIONS_MAX 512

extern const struct feature engine_feature;

/* ---- the reader of each thread ---- */

static _Thread_local struct {
    const struct engine *engine;
    struct reader *reader;
} own_reader;
static pthread_key_t reader_key;
static pthread_once_t reader_once = PTHREAD_ONCE_INIT;

static void drop_reader(void *reader) {
    reader_free(reader);
}

static void make_reader_key(void) {
    check(pthread_key_create(&reader_key, drop_reader) == 0);
}

struct reader *engine_reader(struct engine *engine) {
    if (own_reader.engine == engine && own_reader.reader != NULL) return own_reader.reader;
    pthread_once(&reader_once, make_reader_key);
    reader_free(pthread_getspecific(reader_key));
    own_reader.reader = reader_new(engine->store);
    own_reader.engine = engine;
    pthread_setspecific(reader_key, own_reader.reader);
    return own_reader.reader;
}

void engine_idle(void *self) {
    if (own_reader.engine == self && own_reader.reader != NULL) reader_rest(own_reader.reader);
}

/* The thread that closes the engine may have read, too. */
static void forget_own_reader(struct engine *engine) {
    if (own_reader.engine != engine) return;
    reader_free(own_reader.reader);
    own_reader.reader = NULL;
    own_reader.engine = NULL;
    pthread_setspecific(reader_key, NULL);
}

/* ---- migrations, jobs, routes, menu: gathered from the features ---- */

static size_t gather_migrations(struct migration *all, size_t count, const struct migration *migrations) {
    for (; migrations != NULL && migrations->sql != NULL; migrations++) {
        check(count < MIGRATIONS_MAX);
        all[count++] = *migrations;
    }
    return count;
}

static bool migrate(struct engine *engine, struct arena *arena, struct text *problem) {
    struct migration *all = arena_array(arena, struct migration, MIGRATIONS_MAX);
    size_t count = gather_migrations(all, 0, ledger_migrations);
    count = gather_migrations(all, count, journal_migrations);
    count = gather_migrations(all, count, audit_migrations);
    count = gather_migrations(all, count, outbox_migrations);
    count = gather_migrations(all, count, jobs_migrations);
    count = gather_migrations(all, count, generation_migrations);
    for (size_t i = 0; i < engine->feature_count; i++)
        count = gather_migrations(all, count, engine->features[i]->migrations);
    return store_migrate(engine->store, arena, all, count, problem);
}

static bool run_feature_job(void *self, const struct job_entry *entry, struct tx *tx) {
    const struct job *job = entry->job;
    return job->run(self, tx);
}

static bool run_reseal(void *self, const struct job_entry *entry, struct tx *tx) {
    (void)entry;
    return reseal_piece(self, tx);
}

static bool wants_reseal(void *self, const struct job_entry *entry) {
    (void)entry;
    return reseal_wanted(self);
}

static bool gather_jobs(struct engine *engine, struct arena *arena) {
    struct job_entry *entries = arena_array(arena, struct job_entry, JOBS_MAX);
    size_t count = 0;
    entries[count++] = (struct job_entry){
        .name = "engine.reseal", .every_us = 2 * SECOND, .run = run_reseal, .wanted = wants_reseal, .self = engine};
    for (size_t i = 0; i < engine->feature_count; i++) {
        const struct job *job = engine->features[i]->jobs;
        for (; job != NULL && job->name != NULL; job++) {
            check(count < JOBS_MAX);
            entries[count++] = (struct job_entry){
                .name = job->name, .every_us = job->every_us, .run = run_feature_job, .self = engine, .job = job};
        }
    }
    engine->jobs = jobs_open(engine->store, engine->world, entries, count);
    return engine->jobs != NULL;
}

bool engine_route_stands(const struct feature *const *features, size_t count, const struct route *route) {
    bool after = false; /* of two that give way the later feature's stands */
    if (!(route->flags & ROUTE_UNLESS)) return true;
    for (size_t i = 0; i < count; i++)
        for (const struct route *other = features[i]->routes; other != NULL && other->path != NULL; other++) {
            bool same = other->method == route->method && strcmp(other->path, route->path) == 0;
            if (other == route) after = true;
            else if (same && (after || !(other->flags & ROUTE_UNLESS))) return false;
        }
    return true;
}

static void gather_routes(struct engine *engine, struct arena *arena) {
    size_t count = 0;
    for (size_t i = 0; i < engine->feature_count; i++)
        for (const struct route *route = engine->features[i]->routes; route != NULL && route->path != NULL; route++)
            count++;
    const struct route **routes = arena_array(arena, const struct route *, count + 1);
    count = 0;
    for (size_t i = 0; i < engine->feature_count; i++)
        for (const struct route *route = engine->features[i]->routes; route != NULL && route->path != NULL; route++) {
            check((route->who == WHO_STAFF) == (route->roles != 0));
            if (engine_route_stands(engine->features, engine->feature_count, route)) routes[count++] = route;
        }
    engine->routes = routes;
}

static int by_menu_order(const void *left, const void *right) {
    return (*(const struct menu_item *const *)left)->order - (*(const struct menu_item *const *)right)->order;
}

static void gather_menu(struct engine *engine, struct arena *arena) {
    size_t count = 0;
    const struct menu_item **menu = arena_array(arena, const struct menu_item *, FEATURES_MAX * 8 + 1);
    for (size_t i = 0; i < engine->feature_count; i++) {
        const struct menu_item *item = engine->features[i]->menu;
        for (; item != NULL && item->path != NULL && count < FEATURES_MAX * 8; item++) menu[count++] = item;
    }
    qsort(menu, count, sizeof *menu, by_menu_order);
    engine->menu = menu;
}

/* ---- opening ---- */

static void choose_features(struct engine *engine, struct arena *arena) {
    engine->features = arena_array(arena, const struct feature *, FEATURES_MAX);
    engine->states = arena_array(arena, void *, FEATURES_MAX);
    engine->features[engine->feature_count++] = &engine_feature;
    for (const struct feature *const *feature = all_features; *feature != NULL; feature++) {
        if (*feature == &engine_feature || !config_enabled(engine->config, *feature)) continue;
        check(engine->feature_count < FEATURES_MAX);
        engine->features[engine->feature_count++] = *feature;
    }
}

static bool make_parts(struct engine *engine, struct arena *arena) {
    engine->readers = pool_new(READERS_QUEUE);
    engine->workers = pool_new(WORKERS_QUEUE);
    engine->lots = pool_new(1); /* together's one task, come again */
    engine->together = engine->lots == NULL ? NULL : together_new(engine->lots, lot_read, engine);
    engine->rates = rates_new();
    engine->topics = topics_new();
    engine->live = live_open(engine, arena);
    engine->reseal = reseal_open(engine, arena);
    if (engine->readers == NULL || engine->workers == NULL || engine->together == NULL || engine->rates == NULL ||
        engine->topics == NULL || engine->reseal == NULL)
        return false;
    engine->keys = keys_open(engine->store, engine->workers, arena, engine->config->base.key_window);
    engine->ledger = ledger_open(engine->store, engine->zone, engine->config->limits, LIMIT_SETS);
    engine->outbox = outbox_open(engine);
    if (engine->keys == NULL || engine->ledger == NULL || engine->outbox == NULL) return false;
    journal_init(&engine->journal, engine->store, engine->keys);
    after_init(&engine->after);
    audit_init(&engine->audit, engine->keyring, engine->config->base.node);
    store_join(engine->store, journal_participant(&engine->journal));
    store_join(engine->store, after_participant(&engine->after));
    store_join(engine->store, audit_participant(&engine->audit));
    store_hear(engine->store, topics_heard, engine);
    return gather_jobs(engine, arena);
}

static bool open_parts(struct engine *engine, struct arena *arena, struct text *problem) {
    if (make_parts(engine, arena)) return true;
    *problem = TEXT("no memory for the engine");
    return false;
}

STATEMENT(newest_id, "SELECT MAX(id) FROM (SELECT MAX(id) AS id FROM command_log UNION ALL SELECT MAX(id) FROM entry "
                     "UNION ALL SELECT MAX(id) FROM outbox) AS newest");

/* Ids go on rising though the clock was set back while we were down: what is loaded and sealed by their order (keys)
 * depends on it, and none is given twice. */
static void rise_above(struct engine *engine, struct tx *tx) {
    struct rows *rows = tx_query(tx, &newest_id, NO_VALUES);
    if (rows_next(rows)) world_id_after(engine->world, row_int(rows, 0));
    rows_end(rows);
}

static bool load_keys(struct engine *engine) {
    struct reader *reader = engine_reader(engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    if (tx == NULL) return false;
    rise_above(engine, tx);
    bool good = keys_load(engine->keys, tx);
    return reader_end(reader, tx) && good;
}

static bool start_books(struct engine *engine, struct arena *arena, struct text *problem) {
    if (!store_start(engine->store)) {
        *problem = TEXT("the store's writer cannot start");
        return false;
    }
    engine->recovered = ledger_recover(engine->ledger, problem);
    if (!engine->recovered) return false;
    engine->generations = generations_open(engine, arena, problem);
    if (engine->generations == NULL) return false;
    if (load_keys(engine)) return true;
    *problem = TEXT("the idempotency keys cannot be read");
    return false;
}

static bool open_features(struct engine *engine, struct arena *arena, struct text *problem) {
    for (size_t i = 0; i < engine->feature_count; i++) {
        if (engine->features[i]->open == NULL) continue;
        engine->states[i] = engine->features[i]->open(engine, arena, problem);
        if (problem->data != NULL) return false;
    }
    return true;
}

struct engine *engine_open(const struct engine_options *options, struct arena *arena, struct text *problem) {
    struct engine *engine = arena_new_of(arena, struct engine);
    *engine = (struct engine){.config = options->config, .world = options->world, .keyring = options->keyring,
                              .manual = options->manual};
    const struct config_base *base = &engine->config->base;
    engine->zone = zone_named(base->time_zone);
    *problem = TEXT_NONE;
    struct store_options store = {.where = base->database, .world = engine->world, .manual = options->manual,
                                  .shares = base->several_nodes};
    engine->store = store_open(arena, &store, problem);
    if (engine->store == NULL) return NULL;
    choose_features(engine, arena);
    gather_routes(engine, arena);
    gather_menu(engine, arena);
    engine->has_support = engine_enabled(engine, "support");
    if (!migrate(engine, arena, problem)) {
        engine_close(engine);
        return NULL;
    }
    if (open_parts(engine, arena, problem) && start_books(engine, arena, problem) &&
        open_features(engine, arena, problem))
        return engine;
    engine_close(engine);
    return NULL;
}

static void tick(void *data) {
    struct engine *engine = data;
    generations_tick(engine->generations);
    watches_tick(engine);
}

bool engine_start(struct engine *engine) {
    const struct config_base *base = &engine->config->base;
    size_t readers = store_reads_inline(engine->store) ? 1 : 4;
    size_t lots = store_reads_inline(engine->store) ? 0 : 1; /* one: its connection stays warm */
    pool_give_way(engine->workers);
    jobs_each(engine->jobs, tick, engine);
    engine->started = pool_start(engine->readers, readers) && pool_start(engine->lots, lots) &&
                      pool_start(engine->workers, (size_t)base->worker_threads) && outbox_start(engine->outbox) &&
                      jobs_start(engine->jobs, SECOND);
    return engine->started;
}

void engine_close(struct engine *engine) {
    if (engine->jobs != NULL) jobs_stop(engine->jobs);
    if (engine->outbox != NULL) outbox_stop(engine->outbox);
    pool_free(engine->workers);
    pool_free(engine->lots);
    pool_free(engine->readers);
    together_free(engine->together);
    forget_own_reader(engine);
    if (engine->recovered) ledger_settle_all(engine->ledger);
    if (engine->store != NULL) store_close(engine->store);
    for (size_t i = engine->feature_count; i-- > 0;)
        if (engine->features[i]->close != NULL && engine->states[i] != NULL)
            engine->features[i]->close(engine->states[i]);
    jobs_free(engine->jobs);
    generations_close(engine->generations);
    reseal_close(engine->reseal);
    outbox_free(engine->outbox);
    if (engine->ledger != NULL) ledger_close(engine->ledger);
    keys_free(engine->keys);
    rates_free(engine->rates);
    live_close(engine->live);
    topics_free(engine->topics);
}

/* ---- asking ---- */

const struct route *const *engine_routes(const struct engine *engine) {
    return engine->routes;
}

struct store *engine_store(const struct engine *engine) {
    return engine->store;
}

struct ledger *engine_ledger(const struct engine *engine) {
    return engine->ledger;
}

struct world *engine_world(const struct engine *engine) {
    return engine->world;
}

const struct keyring *engine_keyring(const struct engine *engine) {
    return engine->keyring;
}

const struct config_base *engine_config(const struct engine *engine) {
    return &engine->config->base;
}

const struct zone *engine_zone(const struct engine *engine) {
    return engine->zone;
}

const void *engine_settings(const struct engine *engine, const struct feature *feature) {
    return config_settings(engine->config, feature);
}

void *engine_state(const struct engine *engine, const struct feature *feature) {
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i] == feature) return engine->states[i];
    return NULL;
}

bool engine_enabled(const struct engine *engine, const char *feature) {
    for (size_t i = 0; i < engine->feature_count; i++)
        if (strcmp(engine->features[i]->name, feature) == 0) return true;
    return false;
}

const struct operation_kind *engine_operation_kind(const struct engine *engine, int code) {
    for (size_t i = 0; i < engine->feature_count; i++) {
        const struct operation_kind *kind = engine->features[i]->operations;
        for (; kind != NULL && kind->name != NULL; kind++)
            if (kind->code == code) return kind;
    }
    return NULL;
}

const struct feature *const *engine_features(const struct engine *engine, size_t *count) {
    *count = engine->feature_count;
    return (const struct feature *const *)engine->features;
}

void engine_identify_staff_by(struct engine *engine, struct identifier identifier) {
    engine->staff_identifier = identifier;
}

void engine_identify_by(struct engine *engine, struct identifier identifier) {
    engine->identifier = identifier;
}

void engine_after(struct engine *engine, struct tx *tx, void (*run)(void *data), void *data) {
    after_add(&engine->after, tx, run, data);
}

bool engine_answers(struct engine *engine, struct tx *tx, int64_t id, int64_t customer, int64_t payee, int64_t sum) {
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->answers != NULL &&
            engine->features[i]->answers(engine, tx, id, customer, payee, sum))
            return true;
    return false;
}

void engine_emit(struct engine *engine, struct tx *tx, const struct event *event) {
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->on_event != NULL) engine->features[i]->on_event(engine, tx, event);
}

bool engine_step_workers(struct engine *engine) {
    return pool_step(engine->workers) || pool_step(engine->lots) || pool_step(engine->readers);
}

bool engine_step_outbox(struct engine *engine) {
    return outbox_step(engine->outbox);
}

bool engine_step_jobs(struct engine *engine) {
    return jobs_step(engine->jobs);
}
