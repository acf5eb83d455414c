/* engine.h: takes a request through its route's declarations and stages, and keeps what they all need: the store, the
 * keyring, the settings, the worker pool, the outbox and the jobs.
 *
 * A request's way: caller → rates → CSRF → form → idempotency → stages → answer. Writing stages run inside the store's
 * group; each is recorded in the command log (who, what, under which key, what was answered), which serves LE-4
 * (the same key gives the same answer), the audit trail (BO-1) and nothing else. */
#pragma once

#include "engine/feature.h"
#include "engine/settings.h"

struct engine;
struct ledger;

struct engine_options {
    const struct config *config;
    struct world *world;
    struct keyring *keyring;
    bool manual;              /* nothing runs by itself: the simulation steps the store, workers, outbox and jobs */
};

struct engine *engine_open(const struct engine_options *options, struct arena *arena, struct text *problem);
bool engine_start(struct engine *engine); /* writer, workers, dispatchers, scheduler */
void engine_close(struct engine *engine);
void engine_handle(void *engine, struct request *request); /* server_options.handle */
const struct route *const *engine_routes(const struct engine *engine);

struct store *engine_store(const struct engine *engine);
struct ledger *engine_ledger(const struct engine *engine);
struct world *engine_world(const struct engine *engine);
const struct keyring *engine_keyring(const struct engine *engine);
const struct config_base *engine_config(const struct engine *engine);
const struct zone *engine_zone(const struct engine *engine);
const void *engine_settings(const struct engine *engine, const struct feature *feature);
void *engine_state(const struct engine *engine, const struct feature *feature); /* what open() gave */
bool engine_enabled(const struct engine *engine, const char *feature);
const struct feature *const *engine_features(const struct engine *engine, size_t *count); /* enabled ones */
const struct operation_kind *engine_operation_kind(const struct engine *engine, int code);

/* The reader of the calling thread, made at first use. */
struct reader *engine_reader(struct engine *engine);

/* Who is calling: set by the identity feature when it opens. Inline (cache) where possible: gives true when known at
 * once; false: call again with a snapshot. */
struct identifier {
    bool (*quick)(void *self, struct request *request);
    void (*full)(void *self, struct request *request, struct tx *tx);
    /* A page's form for WHO_CUSTOMER came with a session cookie that is no longer good (ID-14): keeps what was typed
     * and answers 303 to the sign-in page. Run as a WRITE stage. */
    stage_function *keep_form;
    void *self;
};
void engine_identify_by(struct engine *engine, struct identifier identifier);

/* Runs after the present command's group is on disk; dropped when it is undone. Writer thread; must not block. Memory:
 * data must outlive the group (the request's arena does). */
void engine_after(struct engine *engine, struct tx *tx, void (*run)(void *data), void *data);

/* Tells every enabled feature, in their order, at once and in this transaction. */
void engine_emit(struct engine *engine, struct tx *tx, const struct event *event);

/* Wakes every request streaming on this customer's topic (server-sent events); after the commit. */
void engine_notify(struct engine *engine, struct tx *tx, int64_t customer, const char *event);
/* tell() is called on the writer's thread and must not block; false without memory. Ended by engine_unlisten. */
bool engine_listen(struct engine *engine, int64_t customer, void (*tell)(void *self, const char *event), void *self);
void engine_unlisten(struct engine *engine, void *self);

/* Simulation and tests (manual): one step each; true when something was done. */
bool engine_step_workers(struct engine *engine);
bool engine_step_outbox(struct engine *engine);
bool engine_step_jobs(struct engine *engine);
