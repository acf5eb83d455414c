/* internal.h: the engine from inside. */
#pragma once

#include "engine/after.h"
#include "engine/audit.h"
#include "engine/config.h"
#include "engine/engine.h"
#include "engine/generations.h"
#include "engine/journal.h"
#include "engine/pool.h"
#include "engine/rates.h"
#include "engine/reseal.h"
#include "engine/together.h"
#include "jobs/jobs.h"
#include "ledger/ledger.h"

struct outbox;
struct topics;
struct live;

#define WATCHES_MAX 8

struct watch {
    void (*look)(struct engine *engine, struct tx *tx);
    int64_t every_us;
    _Atomic moment next;
};

extern const struct erase outbox_erases[];
extern const struct sealed engine_sealed[];

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
    struct pool *lots;               /* one thread that reads */
    struct together *together;       /* requests whose reads are had for many at once, on that thread */
    struct keys *keys;
    struct journal journal;
    struct audit audit;
    struct after after;
    struct rates *rates;
    struct outbox *outbox;
    struct jobs *jobs;
    struct generations *generations;
    struct reseal *reseal;
    struct topics *topics;
    struct live *live;
    struct task watch_task;          /* see watches_tick */
    _Atomic bool watch_looks;        /* it is on its way */
    _Atomic moment paused_until;     /* 0: at work; see engine_pause */
    struct watch watches[WATCHES_MAX];
    size_t watch_count;
    struct identifier identifier, staff_identifier;
    bool has_support;                /* every page leads to it */
    bool manual, recovered, started; /* recovered: the books' rows show all entries */
};

/* lot.c: a lot of waiting reads, each a struct run's task. */
void lot_read(void *engine, struct task *const *tasks, size_t count);

/* scopes.c: false when a personal token was refused. */
bool scope_passes(struct request *request);

/* page.c: what only pages need, into request->page. */
void page_build(struct engine *engine, struct request *request);
void page_learn(struct engine *engine, const struct request *request, struct tx *tx);
bool page_csrf_matches(struct engine *engine, const struct request *request, struct text token);

/* outbox.c */
extern const struct migration outbox_migrations[];
struct outbox *outbox_open(struct engine *engine); /* with a lane for each kind of the enabled features */
bool outbox_admit(struct outbox *outbox, const struct outbox_kind *kind); /* one more, before anything is sent */
bool outbox_start(struct outbox *outbox);
void outbox_stop(struct outbox *outbox);
void outbox_free(struct outbox *outbox);
bool outbox_step(struct outbox *outbox);
/* A job's piece: rows that ended, older than `kept`; true when there is more. */
bool outbox_forget(struct tx *tx, int64_t kept);

/* topics.c: who listens to which customer's events. */
struct topics *topics_new(void);
void topics_free(struct topics *topics);
void topics_heard(void *engine, struct text news); /* of another node */

/* live.c: open streams of server-sent events. */
struct live *live_open(struct engine *engine, struct arena *arena);
void live_close(struct live *live);
void live_sweep(struct live *live);

/* pause.c: looks that are due, on a snapshot that is open anyway. */
void watches_look(struct engine *engine, struct tx *tx, moment now);
/* Once a second: perhaps nobody reads (at night, while it is paused), so a reader looks by itself. Any thread. */
void watches_tick(struct engine *engine);
