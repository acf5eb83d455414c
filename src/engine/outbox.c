/* outbox.c: the outbox's table, its dispatcher and its senders.
 *
 * The dispatcher claims due rows by a command which moves their next time a lease ahead (so that another node, or this
 * one after a crash, takes them up again later), hands them to senders, and ends or puts off each row by a command with
 * the adapter's verdict. */
#include "engine/internal.h"

#include "base/check.h"
#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OUTBOX_SENDERS 64 /* they wait for others most of their time */
#define OUTBOX_BATCH 64
#define OUTBOX_FLYING (4 * OUTBOX_BATCH)
#define OUTBOX_LEASE (60 * SECOND)
#define OUTBOX_BUSY_MOST 100 /* turns, of so long each, which one waits with a place among those flying */
#define OUTBOX_BUSY_NS 3000000
#define OUTBOX_ARENA ((size_t)1 << 20)
#define OUTBOX_TICK_NS 500000000

enum { OUTBOX_STATE_WAITING, OUTBOX_STATE_DONE, OUTBOX_STATE_REFUSED, OUTBOX_STATE_EXPIRED };

const struct migration outbox_migrations[] = {
    {"outbox", 1,
     "CREATE TABLE outbox ( -- distributed by owner\n"
     "  id ROWKEY, owner BIGINT NOT NULL, kind TEXT NOT NULL, subject BIGINT NOT NULL, payload BYTES NOT NULL,\n"
     "  state BIGINT NOT NULL, attempt BIGINT NOT NULL, next_at BIGINT NOT NULL, deadline BIGINT NOT NULL,\n"
     "  ROWKEY(id, owner));\n"
     "CREATE INDEX outbox_due ON outbox (next_at) WHERE state = 0;"},
    {.sql = NULL},
};

STATEMENT(add_item, "INSERT INTO outbox (id, owner, kind, subject, payload, state, attempt, next_at, deadline) "
                    "VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7)");
STATEMENT(due_items, "SELECT id, owner, kind, subject, payload, attempt, deadline FROM outbox "
                     "WHERE state = 0 AND next_at <= $1 ORDER BY next_at LIMIT 64");
STATEMENT(claim_item, "UPDATE outbox SET attempt = attempt + 1, next_at = $3 "
                      "WHERE id = $1 AND owner = $2 AND state = 0 AND next_at <= $4");
STATEMENT(take_over, "UPDATE outbox SET next_at = $1 "
                     "WHERE state = 0 AND attempt > 0 AND next_at > $1 AND next_at <= $2");
STATEMENT(put_off_item, "UPDATE outbox SET next_at = $3 WHERE id = $1 AND owner = $2 AND state = 0");
STATEMENT(end_item, "UPDATE outbox SET state = $3, payload = $4 WHERE id = $1 AND owner = $2 AND state = 0");

STATEMENT(drop_items, "UPDATE outbox SET state = 3, payload = '' WHERE owner = $1 AND state = 0");

const struct erase outbox_erases[] = {{"outbox", &drop_items}, {.what = NULL}};

struct dispatch {
    struct task task;
    struct command command;
    struct outbox *outbox;
    struct arena *arena;      /* the item's: payload and reply */
    struct outbox_item item;
    const struct outbox_kind *kind;
    enum outbox_verdict verdict;
    struct text reply;
    int turns;                /* for which it has waited */
    struct dispatch *next;
};

struct outbox {
    struct engine *engine;
    struct pool *senders;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool started, stopping, poked;
    bool claiming;            /* one claim at a time */
    bool took_over;           /* what whoever ran before had claimed */
    int flying;               /* dispatches between their claim and their end, at most OUTBOX_FLYING */
    struct dispatch *claimed; /* filled by the claim command; taken when it is durable */
    struct command claim;
    struct arena *claim_arena;
};

static const struct outbox_kind *kind_named(const struct engine *engine, struct text name) {
    for (size_t i = 0; i < engine->feature_count; i++) {
        const struct outbox_kind *kind = engine->features[i]->outbox;
        for (; kind != NULL && kind->name != NULL; kind++)
            if (text_is(name, kind->name)) return kind;
    }
    return NULL;
}

/* ---- adding ---- */

static void poke(void *data) {
    struct outbox *outbox = data;
    pthread_mutex_lock(&outbox->mutex);
    outbox->poked = true;
    pthread_cond_signal(&outbox->wake);
    pthread_mutex_unlock(&outbox->mutex);
}

int64_t outbox_add(struct engine *engine, struct tx *tx, const char *kind, int64_t owner, int64_t subject,
                   struct text payload, moment not_before, moment deadline) {
    check(kind_named(engine, text_from(kind)) != NULL);
    int64_t id = world_id(engine->world);
    struct text sealed = secret_seal(engine->keyring, engine->world, tx_arena(tx), "outbox", id, payload);
    tx_queue(tx, &add_item,
             VALUES(V_INT(id), V_INT(owner), V_TEXT(text_from(kind)), V_INT(subject),
                    V_BYTES(sealed.data, sealed.size), V_INT(not_before), V_INT(deadline)));
    engine_after(engine, tx, poke, engine->outbox);
    return id;
}

bool outbox_done(struct tx *tx, int64_t owner, int64_t id) {
    return tx_run(tx, &end_item, VALUES(V_INT(id), V_INT(owner), V_INT(OUTBOX_STATE_DONE), V_BYTES("", 0))) == 1;
}

#define FORGET_PIECE 256
STATEMENT(forget_ended, "DELETE FROM outbox WHERE id IN "
                        "(SELECT id FROM outbox WHERE id < $1 AND state <> 0 ORDER BY id LIMIT 256)");

bool outbox_forget(struct tx *tx, int64_t kept) {
    return tx_run(tx, &forget_ended, VALUES(V_INT(id_from_moment(world_now(tx_world(tx)) - kept)))) >= FORGET_PIECE;
}

/* ---- the end of one dispatch ---- */

static int64_t pause_after(const struct outbox_kind *kind, int attempt) {
    int64_t pause = SECOND, most = kind->pause_most_us != 0 ? kind->pause_most_us : 10 * MINUTE;
    for (int i = 1; i < attempt && pause < most; i++) pause *= 2;
    return pause < most ? pause : most;
}

static void dispatch_free(struct dispatch *dispatch) {
    struct outbox *outbox = dispatch->outbox;
    arena_free(dispatch->arena);
    arena_free(dispatch->command.arena);
    free(dispatch);
    pthread_mutex_lock(&outbox->mutex);
    outbox->flying--;
    pthread_cond_broadcast(&outbox->wake);
    pthread_mutex_unlock(&outbox->mutex);
}

static struct dispatch *dispatch_of(struct command *command) {
    return (struct dispatch *)((char *)command - offsetof(struct dispatch, command));
}

static enum command_outcome end_dispatch(struct command *command, struct tx *tx) {
    struct dispatch *dispatch = dispatch_of(command);
    const struct outbox_item *item = &dispatch->item;
    struct value id = V_INT(item->id), owner = V_INT(item->owner);
    moment now = world_now(tx_world(tx));
    enum outbox_verdict verdict = dispatch->verdict;
    if (verdict == OUTBOX_AGAIN && now + pause_after(dispatch->kind, item->attempt) >= item->deadline)
        verdict = OUTBOX_EXPIRED;
    if (verdict == OUTBOX_AGAIN) {
        tx_queue(tx, &put_off_item, VALUES(id, owner, V_INT(now + pause_after(dispatch->kind, item->attempt))));
        return COMMAND_KEEP;
    }
    int64_t state = verdict == OUTBOX_DONE      ? OUTBOX_STATE_DONE
                    : verdict == OUTBOX_REFUSED ? OUTBOX_STATE_REFUSED
                                                : OUTBOX_STATE_EXPIRED;
    /* What was sent is not kept here: it may hold a code or personal data. */
    if (tx_run(tx, &end_item, VALUES(id, owner, V_INT(state), V_BYTES("", 0))) != 1) return COMMAND_UNDO;
    if (dispatch->kind->result != NULL)
        dispatch->kind->result(dispatch->outbox->engine, tx, item, verdict, dispatch->reply);
    return COMMAND_KEEP;
}

static void dispatch_ended(struct command *command, enum store_status status) {
    struct dispatch *dispatch = dispatch_of(command);
    if (status != STORE_DURABLE) /* its lease runs out and it is sent again */
        log_event(LOG_WARNING, TEXT_NONE, "outbox.verdict_lost", LOG_NUMBER("item", dispatch->item.id));
    dispatch_free(dispatch);
}

static void send_now(void *data) {
    struct dispatch *dispatch = data;
    struct engine *engine = dispatch->outbox->engine;
    if (world_now(engine->world) >= dispatch->item.deadline) {
        dispatch->verdict = OUTBOX_EXPIRED; /* a code is never sent late */
        return;
    }
    dispatch->verdict = dispatch->kind->send(engine, &dispatch->item, dispatch->arena, &dispatch->reply);
}

/* Its turn comes behind those that wait already, some times; true when it waits. */
static bool wait_turn(struct dispatch *dispatch) {
    if (dispatch->turns++ == OUTBOX_BUSY_MOST) return false;
    nanosleep(&(struct timespec){.tv_nsec = OUTBOX_BUSY_NS}, NULL);
    return pool_submit(dispatch->outbox->senders, &dispatch->task);
}

static void send_task(struct task *task) {
    struct dispatch *dispatch = (struct dispatch *)task;
    if (!arena_guard(dispatch->arena, send_now, dispatch)) dispatch->verdict = OUTBOX_AGAIN;
    if (dispatch->verdict == OUTBOX_BUSY && wait_turn(dispatch)) return;
    if (dispatch->verdict == OUTBOX_BUSY) dispatch->verdict = OUTBOX_AGAIN;
    if (dispatch->verdict != OUTBOX_DONE)
        log_event(LOG_WARNING, TEXT_NONE, "outbox.not_sent", LOG_TEXT("kind", text_from(dispatch->kind->name)),
                  LOG_NUMBER("item", dispatch->item.id), LOG_NUMBER("attempt", dispatch->item.attempt),
                  LOG_NUMBER("verdict", dispatch->verdict));
    if (!store_submit(dispatch->outbox->engine->store, &dispatch->command))
        dispatch_ended(&dispatch->command, STORE_UNAVAILABLE);
}

/* ---- claiming what is due ---- */

struct unsealing {
    struct dispatch *dispatch;
    struct text sealed;
    bool opened;
};

static void unseal(void *data) {
    struct unsealing *unsealing = data;
    struct dispatch *dispatch = unsealing->dispatch;
    unsealing->opened = secret_open(dispatch->outbox->engine->keyring, dispatch->arena, "outbox", dispatch->item.id,
                                    unsealing->sealed, &dispatch->item.payload);
}

static struct dispatch *dispatch_new(struct outbox *outbox, const struct rows *row) {
    struct dispatch *dispatch = calloc(1, sizeof *dispatch);
    if (dispatch == NULL) return NULL;
    dispatch->outbox = outbox;
    dispatch->task.run = send_task;
    dispatch->arena = arena_new(OUTBOX_ARENA);
    dispatch->command = (struct command){.run = end_dispatch, .done = dispatch_ended, .arena = arena_new(OUTBOX_ARENA)};
    dispatch->kind = kind_named(outbox->engine, row_text(row, 2));
    dispatch->item = (struct outbox_item){.id = row_int(row, 0), .owner = row_int(row, 1), .subject = row_int(row, 3),
                                          .attempt = (int)row_int(row, 5) + 1, .made = id_moment(row_int(row, 0)),
                                          .deadline = row_int(row, 6)};
    pthread_mutex_lock(&outbox->mutex);
    outbox->flying++;
    pthread_mutex_unlock(&outbox->mutex);
    struct unsealing unsealing = {dispatch, row_text(row, 4), false};
    bool good = dispatch->arena != NULL && dispatch->command.arena != NULL && dispatch->kind != NULL &&
                arena_guard(dispatch->arena, unseal, &unsealing) && unsealing.opened;
    if (good) return dispatch;
    log_event(LOG_ERROR, TEXT_NONE, "outbox.unreadable", LOG_NUMBER("item", dispatch->item.id));
    dispatch_free(dispatch);
    return NULL;
}

static void drop_claimed(struct outbox *outbox) {
    while (outbox->claimed != NULL) {
        struct dispatch *dispatch = outbox->claimed;
        outbox->claimed = dispatch->next;
        dispatch_free(dispatch);
    }
}

static enum command_outcome claim_due(struct command *command, struct tx *tx) {
    struct outbox *outbox = (struct outbox *)((char *)command - offsetof(struct outbox, claim));
    drop_claimed(outbox); /* of an earlier try of this very command */
    moment now = world_now(tx_world(tx));
    /* After a crash, with no other node about, nobody is at what is leased: it need not wait until its lease ends. */
    if (!outbox->took_over && tx_alone(tx)) tx_run(tx, &take_over, VALUES(V_INT(now), V_INT(now + OUTBOX_LEASE)));
    for (struct rows *rows = tx_query(tx, &due_items, VALUES(V_INT(now))); rows_next(rows);) {
        struct dispatch *dispatch = dispatch_new(outbox, rows);
        if (dispatch == NULL) { /* nor may it stand before those that can be sent */
            tx_queue(tx, &put_off_item, VALUES(V_INT(row_int(rows, 0)), V_INT(row_int(rows, 1)), V_INT(now + HOUR)));
            continue;
        }
        dispatch->next = outbox->claimed;
        outbox->claimed = dispatch;
    }
    struct dispatch **at = &outbox->claimed;
    while (*at != NULL) {
        struct dispatch *dispatch = *at;
        if (tx_run(tx, &claim_item,
                   VALUES(V_INT(dispatch->item.id), V_INT(dispatch->item.owner), V_INT(now + OUTBOX_LEASE),
                          V_INT(now))) == 1) {
            at = &dispatch->next;
        } else { /* another node was faster */
            *at = dispatch->next;
            dispatch_free(dispatch);
        }
    }
    return COMMAND_KEEP;
}

static void claim_ended(struct command *command, enum store_status status) {
    struct outbox *outbox = (struct outbox *)((char *)command - offsetof(struct outbox, claim));
    if (status != STORE_DURABLE) drop_claimed(outbox);
    else outbox->took_over = true;
    while (outbox->claimed != NULL) {
        struct dispatch *dispatch = outbox->claimed;
        outbox->claimed = dispatch->next;
        if (!pool_submit(outbox->senders, &dispatch->task)) dispatch_free(dispatch); /* its lease runs out */
    }
    pthread_mutex_lock(&outbox->mutex);
    outbox->claiming = false;
    pthread_cond_broadcast(&outbox->wake);
    pthread_mutex_unlock(&outbox->mutex);
}

STATEMENT(any_due, "SELECT 1 FROM outbox WHERE state = 0 AND next_at <= $1 LIMIT 1");

STATEMENT(count_waiting, "SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE state = 0 AND next_at <= $1 "
                         "LIMIT $2) AS due");

int64_t outbox_waiting(struct tx *tx, int64_t most) {
    struct rows *rows = tx_query(tx, &count_waiting, VALUES(V_INT(world_now(tx_world(tx))), V_INT(most)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

static bool something_due(struct outbox *outbox) {
    struct reader *reader = engine_reader(outbox->engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    if (tx == NULL) return false;
    struct rows *rows = tx_query(tx, &any_due, VALUES(V_INT(world_now(outbox->engine->world))));
    bool due = rows_next(rows);
    rows_end(rows);
    return reader_end(reader, tx) && due;
}

/* One claim in flight at a time; true when one was begun. */
static bool claim_some(struct outbox *outbox) {
    if (!generations_fit(outbox->engine->generations)) return false;
    if (outbox->took_over && !something_due(outbox)) return false;
    arena_clear(outbox->claim_arena);
    outbox->claim = (struct command){.run = claim_due, .done = claim_ended, .arena = outbox->claim_arena};
    pthread_mutex_lock(&outbox->mutex);
    outbox->claiming = true;
    pthread_mutex_unlock(&outbox->mutex);
    if (store_submit(outbox->engine->store, &outbox->claim)) return true;
    claim_ended(&outbox->claim, STORE_UNAVAILABLE);
    return false;
}

/* ---- the dispatcher ---- */

static void *dispatch_all(void *data) {
    struct outbox *outbox = data;
    pthread_mutex_lock(&outbox->mutex);
    while (!outbox->stopping) {
        outbox->poked = false;
        if (!outbox->claiming && outbox->flying + OUTBOX_BATCH <= OUTBOX_FLYING) {
            pthread_mutex_unlock(&outbox->mutex);
            claim_some(outbox);
            pthread_mutex_lock(&outbox->mutex);
        }
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += OUTBOX_TICK_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (!outbox->stopping && !outbox->poked) pthread_cond_timedwait(&outbox->wake, &outbox->mutex, &until);
    }
    pthread_mutex_unlock(&outbox->mutex);
    return NULL;
}

struct outbox *outbox_open(struct engine *engine) {
    struct outbox *outbox = calloc(1, sizeof *outbox);
    if (outbox == NULL) return NULL;
    outbox->engine = engine;
    outbox->senders = pool_new(OUTBOX_FLYING);
    outbox->claim_arena = arena_new(OUTBOX_ARENA);
    pthread_mutex_init(&outbox->mutex, NULL);
    pthread_cond_init(&outbox->wake, NULL);
    if (outbox->senders != NULL && outbox->claim_arena != NULL) return outbox;
    outbox_free(outbox);
    return NULL;
}

bool outbox_start(struct outbox *outbox) {
    outbox->started = pool_start(outbox->senders, OUTBOX_SENDERS) &&
                      pthread_create(&outbox->thread, NULL, dispatch_all, outbox) == 0;
    return outbox->started;
}

void outbox_stop(struct outbox *outbox) {
    pthread_mutex_lock(&outbox->mutex);
    outbox->stopping = true;
    pthread_cond_broadcast(&outbox->wake);
    pthread_mutex_unlock(&outbox->mutex);
    if (outbox->started) pthread_join(outbox->thread, NULL);
    pthread_mutex_lock(&outbox->mutex);
    while (outbox->started && (outbox->flying > 0 || outbox->claiming))
        pthread_cond_wait(&outbox->wake, &outbox->mutex);
    pthread_mutex_unlock(&outbox->mutex);
    outbox->started = false;
    pool_free(outbox->senders); /* none of them may still be waking the store when it closes */
    outbox->senders = NULL;
}

void outbox_free(struct outbox *outbox) {
    if (outbox == NULL) return;
    pool_free(outbox->senders);
    arena_free(outbox->claim_arena);
    pthread_mutex_destroy(&outbox->mutex);
    pthread_cond_destroy(&outbox->wake);
    free(outbox);
}

bool outbox_step(struct outbox *outbox) {
    if (pool_step(outbox->senders)) return true;
    return !outbox->claiming && outbox->flying == 0 && claim_some(outbox);
}
