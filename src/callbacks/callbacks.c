/* callbacks.c: see callbacks.h. */
#include "callbacks/callbacks.h"

#include "adapters/webcall/webcall.h"

#define TIMEOUT_MS 8000L
#define ANSWER_MOST 4096
#define ATTEMPT_LIFE HOUR /* of one outbox row, which waits while too many others fly */

void callbacks_init(struct callbacks *line) {
    pthread_mutex_init(&line->mutex, NULL);
}

void callbacks_release(struct callbacks *line) {
    pthread_mutex_destroy(&line->mutex);
}

static struct callback read_row(struct tx *tx, const struct rows *rows, int64_t owner) {
    return (struct callback){.owner = owner,
                             .id = row_int(rows, 0),
                             .number = row_copy(rows, 1, tx_arena(tx)),
                             .state = (enum callback_state)row_int(rows, 2),
                             .attempts = row_int(rows, 3),
                             .until = row_int(rows, 4),
                             .item = row_int(rows, 5)};
}

bool callback_find(struct callbacks *line, struct tx *tx, int64_t owner, int64_t id, struct callback *callback) {
    struct statement *statement = tx_writing(tx) ? line->tables->one_lock : line->tables->one;
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(owner), V_INT(id)));
    bool found = rows_next(rows);
    if (found) *callback = read_row(tx, rows, owner);
    rows_end(rows);
    return found;
}

static void save(struct callbacks *line, struct tx *tx, const struct callback *callback) {
    tx_run(tx, line->tables->change,
           VALUES(V_INT(callback->owner), V_INT(callback->id), V_INT(callback->state), V_INT(callback->attempts),
                  V_INT(callback->until), V_INT(callback->item)));
}

/* ---- going off ---- */

/* 0: it cannot be sent. */
static int64_t send_off(struct callbacks *line, struct engine *engine, struct tx *tx, const struct callback *callback,
                        moment when) {
    struct callback_call call = {0};
    if (!line->compose(engine, tx, callback, &call)) return 0;
    return outbox_add(engine, tx, line->kind, callback->owner, callback->id, callback_call_write(tx_arena(tx), &call),
                      when, when + ATTEMPT_LIFE);
}

static bool start(struct callbacks *line, struct engine *engine, struct tx *tx, struct callback *callback) {
    moment now = world_now(tx_world(tx));
    int64_t item = send_off(line, engine, tx, callback, now);
    if (item == 0) return false;
    callback->state = CALLBACK_WAITING;
    callback->until = now + line->watch;
    callback->item = item;
    return true;
}

void callback_start(struct callbacks *line, struct engine *engine, struct tx *tx, int64_t owner, int64_t id) {
    struct callback callback;
    if (!callback_find(line, tx, owner, id, &callback)) return;
    if (!start(line, engine, tx, &callback)) {
        callback.state = CALLBACK_GIVEN_UP;
        callback.until = world_now(tx_world(tx));
    }
    save(line, tx, &callback);
}

bool callback_replay(struct callbacks *line, struct engine *engine, struct tx *tx, int64_t owner, int64_t id) {
    struct callback callback;
    if (!callback_find(line, tx, owner, id, &callback)) return false;
    int64_t earlier = callback.item;
    if (!start(line, engine, tx, &callback)) return false;
    outbox_done(tx, owner, earlier); /* one row of attempts, not two */
    save(line, tx, &callback);
    return true;
}

/* ---- sending ---- */

/* A partner that does not answer may not keep this lane's senders from others' callbacks. */
static bool take_off(struct callbacks *line, int64_t owner) {
    size_t own = 0;
    pthread_mutex_lock(&line->mutex);
    for (size_t i = 0; i < line->flying_count; i++) own += line->flying[i] == owner;
    bool free = own < CALLBACKS_FLYING_EACH && line->flying_count < CALLBACKS_FLYING;
    if (free) line->flying[line->flying_count++] = owner;
    pthread_mutex_unlock(&line->mutex);
    return free;
}

static void land(struct callbacks *line, int64_t owner) {
    pthread_mutex_lock(&line->mutex);
    size_t at = 0;
    while (line->flying[at] != owner) at++;
    line->flying[at] = line->flying[--line->flying_count];
    pthread_mutex_unlock(&line->mutex);
}

/* A status is an answer, however long and unfinished the page below it is. */
static const char *outcome_name(const struct callbacks *line, enum webcall_outcome outcome,
                                const struct webcall_answer *answer) {
    if (answer->barred) return "barred";
    if (answer->status >= 200)
        return (line->any_2xx ? answer->status < 300 : answer->status == 200) ? "delivered" : "refused";
    return outcome == WEBCALL_UNSENT ? "unreachable" : "silent";
}

struct flight {
    const struct callbacks *line;
    struct arena *arena;
    struct callback_call call;
    struct text reply; /* "200 delivered" */
};

static void fly(void *data) {
    struct flight *flight = data;
    struct arena *arena = flight->arena;
    const char *headers[CALLBACK_HEADERS + 3] = {"Content-Type: application/json", "Accept: application/json"};
    for (size_t i = 0; i < CALLBACK_HEADERS && flight->call.headers[i].size > 0; i++)
        headers[2 + i] = text_copy(arena, flight->call.headers[i]).data;
    struct webcall_answer answer = {0};
    const struct webcall call = {.url = text_copy(arena, flight->call.url).data,
                                 .headers = headers,
                                 .post = flight->call.body,
                                 .timeout_ms = TIMEOUT_MS,
                                 .most = ANSWER_MOST,
                                 .public_only = !flight->line->private_addresses};
    enum webcall_outcome outcome = webcall_run(arena, &call, &answer);
    flight->reply = text_format(arena, "%ld %s", answer.status, outcome_name(flight->line, outcome, &answer));
}

enum outbox_verdict callback_send(struct callbacks *line, const struct outbox_item *item, struct arena *arena,
                                  struct text *reply) {
    struct flight flight = {.line = line, .arena = arena, .reply = TEXT("0 unreachable")};
    if (!callback_call_read(item->payload, &flight.call)) return OUTBOX_REFUSED;
    if (!take_off(line, item->owner)) return OUTBOX_BUSY;
    bool enough = arena_guard(arena, fly, &flight); /* whatever happens it lands */
    land(line, item->owner);
    if (!enough) return OUTBOX_AGAIN;
    *reply = flight.reply;
    return OUTBOX_DONE; /* this attempt is over: what comes next is the result's to say */
}

/* ---- what came of it ---- */

static void go_on(struct callbacks *line, struct engine *engine, struct tx *tx, struct callback *callback) {
    moment next = world_now(tx_world(tx)) + callback_pause(line->pause, callback->attempts);
    callback->item = next < callback->until ? send_off(line, engine, tx, callback, next) : 0;
    if (callback->item == 0) callback->state = CALLBACK_GIVEN_UP;
}

void callback_result(struct callbacks *line, struct engine *engine, struct tx *tx, const struct outbox_item *item,
                     enum outbox_verdict verdict, struct text reply) {
    struct callback callback;
    struct text outcome = TEXT("unsent");
    int64_t status = 0;
    if (!callback_find(line, tx, item->owner, item->subject, &callback)) return;
    if (verdict == OUTBOX_DONE && !text_to_int(text_split(reply, ' ', &outcome), &status)) outcome = TEXT("unsent");
    callback.attempts++;
    tx_run(tx, line->tables->attempt_put,
           VALUES(V_INT(callback.owner), V_INT(callback.id), V_INT(callback.attempts), V_INT(world_now(tx_world(tx))),
                  V_INT(status), V_TEXT(outcome)));
    if (text_is(outcome, "delivered")) callback.state = CALLBACK_DELIVERED;
    else if (callback.item == item->id) go_on(line, engine, tx, &callback);
    save(line, tx, &callback);
}

/* ---- the log ---- */

static void tell_attempts(struct callbacks *line, struct tx *tx, const struct callback *callback, struct node *list) {
    struct rows *rows = tx_query(tx, line->tables->attempts_of, VALUES(V_INT(callback->owner), V_INT(callback->id)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(list);
        doc_int(node, "number", row_int(rows, 0));
        doc_moment(node, "at", row_int(rows, 1));
        if (row_int(rows, 2) != 0) doc_int(node, "status", row_int(rows, 2));
        else doc_null(node, "status");
        doc_text(node, "outcome", row_text(rows, 3));
    }
}

void callback_tell(struct callbacks *line, struct engine *engine, struct tx *tx, const struct callback *callback,
                   struct node *node) {
    static const char *const states[] = {
        [CALLBACK_WAITING] = "waiting", [CALLBACK_DELIVERED] = "delivered", [CALLBACK_GIVEN_UP] = "given-up"};
    doc_id(node, "id", callback->id);
    doc_text(node, "state", text_from(states[callback->state]));
    doc_int(node, "attempts", callback->attempts);
    line->tell(engine, tx, callback, node);
    tell_attempts(line, tx, callback, doc_array(node, "log"));
}

void callbacks_tell(struct callbacks *line, struct engine *engine, struct tx *tx, int64_t owner, struct text number,
                    struct node *list) {
    struct rows *rows = number.size > 0 ? tx_query(tx, line->tables->latest_of, VALUES(V_INT(owner), V_TEXT(number)))
                                        : tx_query(tx, line->tables->latest, VALUES(V_INT(owner)));
    while (rows_next(rows)) {
        struct callback callback = read_row(tx, rows, owner);
        callback_tell(line, engine, tx, &callback, doc_add_object(list));
    }
}
