/* internal.h: the engine from inside. */
#pragma once

#include "engine/after.h"
#include "engine/config.h"
#include "engine/engine.h"
#include "engine/journal.h"
#include "engine/pool.h"
#include "engine/rates.h"
#include "jobs/jobs.h"
#include "ledger/ledger.h"

struct outbox;
struct topics;

struct engine {
    const struct config *config;
    struct world *world;
    struct keyring *keyring;
    const struct zone *zone;
    struct store *store;
    struct ledger *ledger;
    const struct feature **features; /* enabled ones, in the order of needs */
    void **states;
    size_t feature_count;
    const struct route **routes;     /* NULL-ended */
    const struct menu_item **menu;   /* in order, NULL-ended */
    struct pool *readers;            /* reads that would block an I/O thread, and what follows a command */
    struct pool *workers;            /* slow computing */
    struct keys *keys;
    struct journal journal;
    struct after after;
    struct rates *rates;
    struct outbox *outbox;
    struct jobs *jobs;
    struct topics *topics;
    struct identifier identifier;
    bool manual, started;
};

/* page.c: what only pages need, into request->page. */
void page_build(struct engine *engine, struct request *request);
bool page_csrf_matches(struct engine *engine, const struct request *request, struct text token);

/* outbox.c */
extern const struct migration outbox_migrations[];
struct outbox *outbox_open(struct engine *engine);
bool outbox_start(struct outbox *outbox);
void outbox_stop(struct outbox *outbox);
void outbox_free(struct outbox *outbox);
bool outbox_step(struct outbox *outbox);

/* topics.c: who listens to which customer's events. */
struct topics *topics_new(void);
void topics_free(struct topics *topics);
