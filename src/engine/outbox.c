/* outbox.c: the outbox's table, its dispatcher and its senders.
 *
 * The dispatcher claims due rows, of each lane so many as it has room for, by a command which moves their next time a
 * lease ahead (so that another node, or this one after a crash, takes them up again later), hands them to the lane's
 * senders, and ends or puts off each row by a command with the adapter's verdict.
 *
 * Who adds a row says so, and only its lane is looked at; what became due with time, or was added at another node, is
 * found by a look at all lanes twice a second: a row of the index each. */
#include "engine/internal.h"

#include "base/check.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OUTBOX_LANES 64
#define OUTBOX_BATCH 64  /* rows of a lane in one claim */
#define OUTBOX_FLIGHT 4  /* for each sender so many between their claim and their end: ten seconds each are a lease */
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
    {"outbox", 2,
     "DROP INDEX outbox_due;\n"
     "CREATE INDEX outbox_lane ON outbox (kind, next_at) WHERE state = 0;"},
    {.sql = NULL},
};

STATEMENT(add_item, "INSERT INTO outbox (id, owner, kind, subject, payload, state, attempt, next_at, deadline) "
                    "VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7)");
STATEMENT(due_items, "SELECT id, owner, subject, payload, attempt, deadline FROM outbox "
                     "WHERE state = 0 AND kind = $1 AND next_at <= $2 ORDER BY next_at LIMIT $3");
STATEMENT(claim_item, "UPDATE outbox SET attempt = attempt + 1, next_at = $3 "
                      "WHERE id = $1 AND owner = $2 AND state = 0 AND next_at <= $4");
STATEMENT(take_over, "UPDATE outbox SET next_at = $1 "
                     "WHERE state = 0 AND kind = $3 AND attempt > 0 AND next_at > $1 AND next_at <= $2");
STATEMENT(put_off_item, "UPDATE outbox SET next_at = $3 WHERE id = $1 AND owner = $2 AND state = 0");
STATEMENT(end_item, "UPDATE outbox SET state = $3, payload = $4 WHERE id = $1 AND owner = $2 AND state = 0");

STATEMENT(drop_items, "UPDATE outbox SET state = 3, payload = '' WHERE owner = $1 AND state = 0");

const struct erase outbox_erases[] = {{"outbox", &drop_items}, {.what = NULL}};

struct lane {
    struct outbox *outbox;
    const struct outbox_kind *kind;
    struct pool *senders;     /* its threads begin with its first row */
    int at_once, flying;      /* flying: dispatches between their claim and their end */
    int wanted, taken;        /* of the claim under way: rows that it may take, and took */
    bool look;                /* something may be due: it was added to, or its last claim got all that it wanted */
    bool took_over;           /* what whoever ran before had claimed */
};

struct dispatch {
    struct task task;
    struct command command;
    struct lane *lane;
    struct arena *arena;      /* the item's: payload and reply */
    struct outbox_item item;
    enum outbox_verdict verdict;
    struct text reply;
    int turns;                /* for which it has waited */
    struct dispatch *next;
};

struct outbox {
    struct engine *engine;
    struct lane lanes[OUTBOX_LANES];
    size_t lane_count;
    pthread_t thread;
    pthread_mutex_t mutex;    /* of `stopping`, `claiming`, `flying`, and of the lanes' flying, look and took_over */
    pthread_cond_t wake;
    bool started, stopping;
    bool claiming;            /* one claim at a time */
    int flying;               /* of all lanes */
    struct dispatch *claimed, **claimed_last; /* filled by the claim command; taken when it is durable */
    struct command claim;
    struct arena *claim_arena;
};

static struct lane *lane_named(struct outbox *outbox, struct text name) {
    for (size_t i = 0; i < outbox->lane_count; i++)
        if (text_is(name, outbox->lanes[i].kind->name)) return &outbox->lanes[i];
    return NULL;
}

/* ---- adding ---- */

static void poke(void *data) {
    struct lane *lane = data;
    struct outbox *outbox = lane->outbox;
    pthread_mutex_lock(&outbox->mutex);
    if (!lane->look) pthread_cond_broadcast(&outbox->wake);
    lane->look = true;
    pthread_mutex_unlock(&outbox->mutex);
}

int64_t outbox_add(struct engine *engine, struct tx *tx, const char *kind, int64_t owner, int64_t subject,
                   struct text payload, moment not_before, moment deadline) {
    struct lane *lane = lane_named(engine->outbox, text_from(kind));
    check(lane != NULL);
    int64_t id = world_id(engine->world);
    struct text sealed = secret_seal(engine->keyring, engine->world, tx_arena(tx), "outbox", id, payload);
    tx_queue(tx, &add_item,
             VALUES(V_INT(id), V_INT(owner), V_TEXT(text_from(kind)), V_INT(subject),
                    V_BYTES(sealed.data, sealed.size), V_INT(not_before), V_INT(deadline)));
    if (not_before <= world_now(engine->world)) engine_after(engine, tx, poke, lane);
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

static int lane_room(const struct lane *lane) {
    return OUTBOX_FLIGHT * lane->at_once - lane->flying;
}

static void dispatch_free(struct dispatch *dispatch) {
    struct lane *lane = dispatch->lane;
    struct outbox *outbox = lane->outbox;
    arena_free(dispatch->arena);
    arena_free(dispatch->command.arena);
    free(dispatch);
    pthread_mutex_lock(&outbox->mutex);
    lane->flying--;
    outbox->flying--;
    if (outbox->stopping || (lane->look && lane_room(lane) >= lane->at_once)) pthread_cond_broadcast(&outbox->wake);
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
    if (verdict == OUTBOX_AGAIN && now + pause_after(dispatch->lane->kind, item->attempt) >= item->deadline)
        verdict = OUTBOX_EXPIRED;
    if (verdict == OUTBOX_AGAIN) {
        tx_queue(tx, &put_off_item, VALUES(id, owner, V_INT(now + pause_after(dispatch->lane->kind, item->attempt))));
        return COMMAND_KEEP;
    }
    int64_t state = verdict == OUTBOX_DONE      ? OUTBOX_STATE_DONE
                    : verdict == OUTBOX_REFUSED ? OUTBOX_STATE_REFUSED
                                                : OUTBOX_STATE_EXPIRED;
    /* What was sent is not kept here: it may hold a code or personal data. */
    if (tx_run(tx, &end_item, VALUES(id, owner, V_INT(state), V_BYTES("", 0))) != 1) return COMMAND_UNDO;
    const struct lane *lane = dispatch->lane;
    if (lane->kind->result != NULL) lane->kind->result(lane->outbox->engine, tx, item, verdict, dispatch->reply);
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
    struct engine *engine = dispatch->lane->outbox->engine;
    if (world_now(engine->world) >= dispatch->item.deadline) {
        dispatch->verdict = OUTBOX_EXPIRED; /* a code is never sent late */
        return;
    }
    dispatch->verdict = dispatch->lane->kind->send(engine, &dispatch->item, dispatch->arena, &dispatch->reply);
}

/* Its turn comes behind those that wait already, some times; true when it waits. */
static bool wait_turn(struct dispatch *dispatch) {
    if (dispatch->turns++ == OUTBOX_BUSY_MOST) return false;
    nanosleep(&(struct timespec){.tv_nsec = OUTBOX_BUSY_NS}, NULL);
    return pool_submit(dispatch->lane->senders, &dispatch->task);
}

static void send_task(struct task *task) {
    struct dispatch *dispatch = (struct dispatch *)task;
    if (!arena_guard(dispatch->arena, send_now, dispatch)) dispatch->verdict = OUTBOX_AGAIN;
    if (dispatch->verdict == OUTBOX_BUSY && wait_turn(dispatch)) return;
    if (dispatch->verdict == OUTBOX_BUSY) dispatch->verdict = OUTBOX_AGAIN;
    if (dispatch->verdict != OUTBOX_DONE)
        log_event(LOG_WARNING, TEXT_NONE, "outbox.not_sent", LOG_TEXT("kind", text_from(dispatch->lane->kind->name)),
                  LOG_NUMBER("item", dispatch->item.id), LOG_NUMBER("attempt", dispatch->item.attempt),
                  LOG_NUMBER("verdict", dispatch->verdict));
    if (!store_submit(dispatch->lane->outbox->engine->store, &dispatch->command))
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
    unsealing->opened = secret_open(dispatch->lane->outbox->engine->keyring, dispatch->arena, "outbox",
                                    dispatch->item.id, unsealing->sealed, &dispatch->item.payload);
}

static struct dispatch *dispatch_new(struct lane *lane, const struct rows *row) {
    struct outbox *outbox = lane->outbox;
    struct dispatch *dispatch = calloc(1, sizeof *dispatch);
    if (dispatch == NULL) return NULL;
    dispatch->lane = lane;
    dispatch->task.run = send_task;
    dispatch->arena = arena_new(lane->kind->room != 0 ? lane->kind->room : OUTBOX_ARENA);
    dispatch->command = (struct command){.run = end_dispatch, .done = dispatch_ended, .arena = arena_new(OUTBOX_ARENA)};
    dispatch->item = (struct outbox_item){.id = row_int(row, 0), .owner = row_int(row, 1), .subject = row_int(row, 2),
                                          .attempt = (int)row_int(row, 4) + 1, .made = id_moment(row_int(row, 0)),
                                          .deadline = row_int(row, 5)};
    pthread_mutex_lock(&outbox->mutex);
    lane->flying++;
    outbox->flying++;
    pthread_mutex_unlock(&outbox->mutex);
    struct unsealing unsealing = {dispatch, row_text(row, 3), false};
    bool good = dispatch->arena != NULL && dispatch->command.arena != NULL &&
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
    outbox->claimed_last = &outbox->claimed;
}

/* False: another node was faster. */
static bool claim_one(struct tx *tx, const struct dispatch *dispatch, moment now) {
    return tx_run(tx, &claim_item, VALUES(V_INT(dispatch->item.id), V_INT(dispatch->item.owner),
                                          V_INT(now + OUTBOX_LEASE), V_INT(now))) == 1;
}

static void claim_lane(struct lane *lane, struct tx *tx, moment now) {
    struct outbox *outbox = lane->outbox;
    struct value kind = V_TEXT(text_from(lane->kind->name));
    struct dispatch **at = outbox->claimed_last;
    lane->taken = 0;
    /* After a crash, with no other node about, nobody is at what is leased: it need not wait until its lease ends. */
    if (!lane->took_over && tx_alone(tx)) tx_run(tx, &take_over, VALUES(V_INT(now), V_INT(now + OUTBOX_LEASE), kind));
    struct rows *rows = tx_query(tx, &due_items, VALUES(kind, V_INT(now), V_INT(lane->wanted)));
    for (; rows_next(rows); lane->taken++) {
        struct dispatch *dispatch = dispatch_new(lane, rows);
        if (dispatch == NULL) { /* nor may it stand before those that can be sent */
            tx_queue(tx, &put_off_item, VALUES(V_INT(row_int(rows, 0)), V_INT(row_int(rows, 1)), V_INT(now + HOUR)));
            continue;
        }
        *outbox->claimed_last = dispatch;
        outbox->claimed_last = &dispatch->next;
    }
    while (*at != NULL) {
        struct dispatch *dispatch = *at;
        if (claim_one(tx, dispatch, now)) {
            at = &dispatch->next;
        } else {
            *at = dispatch->next;
            dispatch_free(dispatch);
        }
    }
    outbox->claimed_last = at;
}

static struct outbox *outbox_of(struct command *claim) {
    return (struct outbox *)((char *)claim - offsetof(struct outbox, claim));
}

static enum command_outcome claim_due(struct command *command, struct tx *tx) {
    struct outbox *outbox = outbox_of(command);
    drop_claimed(outbox); /* of an earlier try of this very command */
    moment now = world_now(tx_world(tx));
    for (size_t i = 0; i < outbox->lane_count; i++)
        if (outbox->lanes[i].wanted > 0) claim_lane(&outbox->lanes[i], tx, now);
    return COMMAND_KEEP;
}

/* Whoever cannot fly now flies when its lease has run out. */
static void take_off(struct dispatch *dispatch) {
    struct lane *lane = dispatch->lane;
    bool threads = !lane->outbox->started || pool_start(lane->senders, (size_t)lane->at_once);
    if (!threads || !pool_submit(lane->senders, &dispatch->task)) dispatch_free(dispatch);
}

static void claim_ended(struct command *command, enum store_status status) {
    struct outbox *outbox = outbox_of(command);
    if (status != STORE_DURABLE) drop_claimed(outbox);
    while (outbox->claimed != NULL) {
        struct dispatch *dispatch = outbox->claimed;
        outbox->claimed = dispatch->next;
        take_off(dispatch);
    }
    pthread_mutex_lock(&outbox->mutex);
    for (size_t i = 0; i < outbox->lane_count && status == STORE_DURABLE; i++) {
        struct lane *lane = &outbox->lanes[i];
        if (lane->wanted == 0) continue;
        lane->took_over = true;
        if (lane->taken == lane->wanted) lane->look = true;
    }
    outbox->claiming = false;
    pthread_cond_broadcast(&outbox->wake);
    pthread_mutex_unlock(&outbox->mutex);
}

STATEMENT(any_due, "SELECT 1 FROM outbox WHERE state = 0 AND kind = $1 AND next_at <= $2 LIMIT 1");

STATEMENT(count_waiting, "SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE state = 0 AND kind = $1 AND next_at <= $2 "
                         "LIMIT $3) AS due");

int64_t outbox_waiting(struct tx *tx, const char *kind, int64_t most) {
    struct rows *rows = tx_query(tx, &count_waiting,
                                 VALUES(V_TEXT(text_from(kind)), V_INT(world_now(tx_world(tx))), V_INT(most)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

static bool anything_due(struct tx *tx, const struct lane *lane, moment now) {
    struct rows *rows = tx_query(tx, &any_due, VALUES(V_TEXT(text_from(lane->kind->name)), V_INT(now)));
    bool due = rows_next(rows);
    rows_end(rows);
    return due;
}

STATEMENT(any_waiting, "SELECT 1 FROM outbox WHERE state = 0 LIMIT 1");

static bool anything_waits(struct tx *tx) {
    struct rows *rows = tx_query(tx, &any_waiting, NO_VALUES);
    bool waits = rows_next(rows);
    rows_end(rows);
    return waits;
}

/* What has become due since, or was added at another node. Where nothing waits at all there is nothing to take over
 * either, and no lane is asked. */
static void look_at_all(struct outbox *outbox) {
    bool due[OUTBOX_LANES] = {false};
    struct reader *reader = engine_reader(outbox->engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    if (tx == NULL) return;
    moment now = world_now(outbox->engine->world);
    bool waits = anything_waits(tx);
    for (size_t i = 0; waits && i < outbox->lane_count; i++) due[i] = anything_due(tx, &outbox->lanes[i], now);
    if (!reader_end(reader, tx)) return;
    pthread_mutex_lock(&outbox->mutex);
    for (size_t i = 0; i < outbox->lane_count; i++) {
        struct lane *lane = &outbox->lanes[i];
        if (!waits) lane->took_over = true;
        if (due[i] || !lane->took_over) lane->look = true;
    }
    pthread_mutex_unlock(&outbox->mutex);
}

/* With the mutex held, and no claim under way: how many rows of each lane the next one takes. False: none. */
static bool choose(struct outbox *outbox) {
    bool any = false;
    for (size_t i = 0; i < outbox->lane_count; i++) {
        struct lane *lane = &outbox->lanes[i];
        int room = lane_room(lane);
        lane->wanted = !lane->look || room < lane->at_once ? 0 : room < OUTBOX_BATCH ? room : OUTBOX_BATCH;
        if (lane->wanted == 0) continue;
        lane->look = false;
        any = true;
    }
    outbox->claiming = any;
    return any;
}

static void claim_chosen(struct outbox *outbox) {
    arena_clear(outbox->claim_arena);
    outbox->claim = (struct command){.run = claim_due, .done = claim_ended, .arena = outbox->claim_arena};
    if (!store_submit(outbox->engine->store, &outbox->claim)) claim_ended(&outbox->claim, STORE_UNAVAILABLE);
}

/* ---- the dispatcher ---- */

static struct timespec next_tick(void) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += OUTBOX_TICK_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return until;
}

static void *dispatch_all(void *data) {
    struct outbox *outbox = data;
    struct timespec until = {0};
    pthread_mutex_lock(&outbox->mutex);
    while (!outbox->stopping) {
        bool fits = generations_fit(outbox->engine->generations);
        if (fits && !outbox->claiming && choose(outbox)) {
            pthread_mutex_unlock(&outbox->mutex);
            claim_chosen(outbox);
            pthread_mutex_lock(&outbox->mutex);
        } else if (pthread_cond_timedwait(&outbox->wake, &outbox->mutex, &until) == ETIMEDOUT) {
            pthread_mutex_unlock(&outbox->mutex);
            look_at_all(outbox);
            until = next_tick();
            pthread_mutex_lock(&outbox->mutex);
        }
    }
    pthread_mutex_unlock(&outbox->mutex);
    return NULL;
}

bool outbox_admit(struct outbox *outbox, const struct outbox_kind *kind) {
    int at_once = kind->at_once != 0 ? kind->at_once : OUTBOX_AT_ONCE;
    check(outbox->lane_count < OUTBOX_LANES && at_once <= OUTBOX_AT_ONCE_MOST);
    struct pool *senders = pool_new((size_t)(OUTBOX_FLIGHT * at_once));
    if (senders == NULL) return false;
    outbox->lanes[outbox->lane_count++] =
        (struct lane){.outbox = outbox, .kind = kind, .senders = senders, .at_once = at_once};
    return true;
}

struct outbox *outbox_open(struct engine *engine) {
    struct outbox *outbox = calloc(1, sizeof *outbox);
    if (outbox == NULL) return NULL;
    outbox->engine = engine;
    outbox->claimed_last = &outbox->claimed;
    outbox->claim_arena = arena_new(OUTBOX_ARENA);
    pthread_mutex_init(&outbox->mutex, NULL);
    pthread_cond_init(&outbox->wake, NULL);
    bool good = outbox->claim_arena != NULL;
    for (size_t i = 0; i < engine->feature_count; i++)
        for (const struct outbox_kind *kind = engine->features[i]->outbox; kind != NULL && kind->name != NULL; kind++)
            good = good && outbox_admit(outbox, kind);
    if (good) return outbox;
    outbox_free(outbox);
    return NULL;
}

bool outbox_start(struct outbox *outbox) {
    outbox->started = true;
    outbox->started = pthread_create(&outbox->thread, NULL, dispatch_all, outbox) == 0;
    return outbox->started;
}

/* What was claimed and has no sender (where outbox_step is the sender) is sent when its lease has run out. */
static void free_senders(struct outbox *outbox) {
    for (size_t i = 0; i < outbox->lane_count; i++) {
        struct pool *senders = outbox->lanes[i].senders;
        for (struct task *task; senders != NULL && (task = pool_take(senders)) != NULL;)
            dispatch_free((struct dispatch *)(void *)task);
        pool_free(senders);
    }
    outbox->lane_count = 0;
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
    free_senders(outbox); /* none of them may still be waking the store when it closes */
}

void outbox_free(struct outbox *outbox) {
    if (outbox == NULL) return;
    free_senders(outbox);
    arena_free(outbox->claim_arena);
    pthread_mutex_destroy(&outbox->mutex);
    pthread_cond_destroy(&outbox->wake);
    free(outbox);
}

bool outbox_step(struct outbox *outbox) {
    for (size_t i = 0; i < outbox->lane_count; i++)
        if (pool_step(outbox->lanes[i].senders)) return true;
    if (outbox->claiming || outbox->flying > 0 || !generations_fit(outbox->engine->generations)) return false;
    look_at_all(outbox);
    if (!choose(outbox)) return false;
    claim_chosen(outbox);
    return true;
}
