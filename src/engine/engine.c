/* engine.c: opening, starting and closing the engine; what others ask of it. */
#include "engine/internal.h"

#include "base/check.h"
#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define KEY_WINDOW (30 * DAY)
#define READERS_QUEUE 4096
#define WORKERS_QUEUE 512
#define FEATURES_MAX 64
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
    count = gather_migrations(all, count, outbox_migrations);
    count = gather_migrations(all, count, jobs_migrations);
    for (size_t i = 0; i < engine->feature_count; i++)
        count = gather_migrations(all, count, engine->features[i]->migrations);
    return store_migrate(engine->store, arena, all, count, problem);
}

static bool run_feature_job(void *self, const struct job_entry *entry, struct tx *tx) {
    const struct job *job = entry->job;
    return job->run(self, tx);
}

static bool gather_jobs(struct engine *engine, struct arena *arena) {
    struct job_entry *entries = arena_array(arena, struct job_entry, JOBS_MAX);
    size_t count = 0;
    for (size_t i = 0; i < engine->feature_count; i++) {
        const struct job *job = engine->features[i]->jobs;
        for (; job != NULL && job->name != NULL; job++) {
            check(count < JOBS_MAX);
            entries[count++] = (struct job_entry){job->name, job->every_us, run_feature_job, engine, job};
        }
    }
    engine->jobs = jobs_open(engine->store, engine->world, entries, count);
    return engine->jobs != NULL;
}

static void gather_routes(struct engine *engine, struct arena *arena) {
    size_t count = 0;
    for (size_t i = 0; i < engine->feature_count; i++)
        for (const struct route *route = engine->features[i]->routes; route != NULL && route->path != NULL; route++)
            count++;
    const struct route **routes = arena_array(arena, const struct route *, count + 1);
    count = 0;
    for (size_t i = 0; i < engine->feature_count; i++)
        for (const struct route *route = engine->features[i]->routes; route != NULL && route->path != NULL; route++)
            routes[count++] = route;
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

static bool open_parts(struct engine *engine, struct arena *arena) {
    engine->readers = pool_new(READERS_QUEUE);
    engine->workers = pool_new(WORKERS_QUEUE);
    engine->rates = rates_new();
    engine->topics = topics_new();
    if (engine->readers == NULL || engine->workers == NULL || engine->rates == NULL || engine->topics == NULL)
        return false;
    engine->keys = keys_open(engine->store, engine->workers, arena, KEY_WINDOW);
    engine->ledger = ledger_open(engine->store, engine->zone, engine->config->limits, LIMIT_SETS);
    engine->outbox = outbox_open(engine);
    if (engine->keys == NULL || engine->ledger == NULL || engine->outbox == NULL) return false;
    journal_init(&engine->journal, engine->store, engine->keys);
    after_init(&engine->after);
    store_join(engine->store, journal_participant(&engine->journal));
    store_join(engine->store, after_participant(&engine->after));
    return gather_jobs(engine, arena);
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
    struct store_options store = {.where = base->database, .world = engine->world, .manual = options->manual};
    engine->store = store_open(arena, &store, problem);
    if (engine->store == NULL) return NULL;
    choose_features(engine, arena);
    gather_routes(engine, arena);
    gather_menu(engine, arena);
    if (!migrate(engine, arena, problem)) {
        engine_close(engine);
        return NULL;
    }
    if (!open_parts(engine, arena)) *problem = TEXT("no memory for the engine");
    else if (!store_start(engine->store)) *problem = TEXT("the store's writer cannot start");
    else if (!load_keys(engine)) *problem = TEXT("the idempotency keys cannot be read");
    else if (open_features(engine, arena, problem)) return engine;
    engine_close(engine);
    return NULL;
}

bool engine_start(struct engine *engine) {
    const struct config_base *base = &engine->config->base;
    size_t readers = store_reads_inline(engine->store) ? 1 : 4;
    engine->started = pool_start(engine->readers, readers) &&
                      pool_start(engine->workers, (size_t)base->worker_threads) && outbox_start(engine->outbox) &&
                      jobs_start(engine->jobs, SECOND);
    return engine->started;
}

void engine_close(struct engine *engine) {
    if (engine->jobs != NULL) jobs_stop(engine->jobs);
    if (engine->outbox != NULL) outbox_stop(engine->outbox);
    pool_free(engine->workers);
    pool_free(engine->readers);
    forget_own_reader(engine);
    if (engine->store != NULL) store_close(engine->store);
    for (size_t i = engine->feature_count; i-- > 0;)
        if (engine->features[i]->close != NULL && engine->states[i] != NULL)
            engine->features[i]->close(engine->states[i]);
    jobs_free(engine->jobs);
    outbox_free(engine->outbox);
    if (engine->ledger != NULL) ledger_close(engine->ledger);
    keys_free(engine->keys);
    rates_free(engine->rates);
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

void engine_identify_by(struct engine *engine, struct identifier identifier) {
    engine->identifier = identifier;
}

void engine_after(struct engine *engine, struct tx *tx, void (*run)(void *data), void *data) {
    after_add(&engine->after, tx, run, data);
}

void engine_emit(struct engine *engine, struct tx *tx, const struct event *event) {
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->on_event != NULL) engine->features[i]->on_event(engine, tx, event);
}

bool engine_step_workers(struct engine *engine) {
    return pool_step(engine->workers) || pool_step(engine->readers);
}

bool engine_step_outbox(struct engine *engine) {
    return outbox_step(engine->outbox);
}

bool engine_step_jobs(struct engine *engine) {
    return jobs_step(engine->jobs);
}
