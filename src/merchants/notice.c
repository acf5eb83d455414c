/* notice.c: a merchant's server is told by a signed callback that a bill was paid. Each attempt is an outbox row of its
 * own, so that each leaves a line for staff and the merchant to see; its outcome makes the next, at growing pauses,
 * until the server says 200 or the watch is over. */
#include "merchants/internal.h"

#include "adapters/webcall/webcall.h"
#include "base/json.h"

#include <jansson.h>

enum notice_state { NOTICE_WAITING = 1, NOTICE_DELIVERED, NOTICE_GIVEN_UP }; /* kept */

#define TIMEOUT_MS 8000L
#define ANSWER_MOST 4096
#define ATTEMPT_LIFE HOUR /* of one outbox row, which waits while too many others fly */

STATEMENT(put, "INSERT INTO merchant_notice (merchant, id, bill, state, attempts, until, item) "
               "VALUES ($1, $2, $3, 1, 0, $4, $5)");
STATEMENT(one, "SELECT bill, state, attempts, until, item FROM merchant_notice WHERE merchant = $1 AND id = $2 "
               "FOR_UPDATE");
STATEMENT(change, "UPDATE merchant_notice SET state = $3, attempts = $4, until = $5, item = $6 "
                  "WHERE merchant = $1 AND id = $2");
STATEMENT(attempt_put, "INSERT INTO merchant_attempt (merchant, notice, number, at, status, outcome) "
                       "VALUES ($1, $2, $3, $4, $5, $6)");
STATEMENT(latest, "SELECT id, bill, state, attempts FROM merchant_notice WHERE merchant = $1 "
                  "ORDER BY id DESC LIMIT 50");
STATEMENT(latest_of, "SELECT id, bill, state, attempts FROM merchant_notice WHERE merchant = $1 AND bill = $2 "
                     "ORDER BY id DESC LIMIT 50");
STATEMENT(attempts_of, "SELECT number, at, status, outcome FROM merchant_attempt WHERE merchant = $1 AND notice = $2 "
                       "ORDER BY number DESC LIMIT 10");

struct notice {
    int64_t merchant, id;
    struct text bill;
    enum notice_state state;
    int64_t attempts, item; /* item: the outbox row of the attempt that is to come */
    moment until;
};

static bool find(struct tx *tx, int64_t merchant, int64_t id, struct notice *notice) {
    struct rows *rows = tx_query(tx, &one, VALUES(V_INT(merchant), V_INT(id)));
    bool found = rows_next(rows);
    if (found)
        *notice = (struct notice){.merchant = merchant,
                                  .id = id,
                                  .bill = row_copy(rows, 0, tx_arena(tx)),
                                  .state = (enum notice_state)row_int(rows, 1),
                                  .attempts = row_int(rows, 2),
                                  .until = row_int(rows, 3),
                                  .item = row_int(rows, 4)};
    rows_end(rows);
    return found;
}

static void save(struct tx *tx, const struct notice *notice) {
    tx_run(tx, &change,
           VALUES(V_INT(notice->merchant), V_INT(notice->id), V_INT(notice->state), V_INT(notice->attempts),
                  V_INT(notice->until), V_INT(notice->item)));
}

/* ---- what is sent ---- */

static struct text json_of(const struct node *node) {
    struct buffer out = buffer_new(node->arena, 1024);
    doc_write_json(node, &out);
    return buffer_text(&out);
}

static struct text body_of(struct engine *engine, struct arena *arena, const struct bill *bill) {
    struct node *body = doc_new(arena);
    bill_tell(engine, bill, doc_object(body, "bill"));
    doc_text(body, "version", TEXT("1"));
    return json_of(body);
}

/* The address and the key are those of this moment. 0: there is nowhere to send it, or nothing to sign it by. */
static int64_t send_off(struct engine *engine, struct tx *tx, const struct merchant *merchant, const struct bill *bill,
                        int64_t notice, moment when) {
    struct arena *arena = tx_arena(tx);
    struct text key = merchant_signing_key(engine, tx, merchant->id, bill->key);
    if (key.data == NULL || merchant->callback.size == 0) return 0;
    struct node *order = doc_new(arena);
    doc_text(order, "url", merchant->callback);
    doc_text(order, "signature",
             bill_signature(arena, key, TEXT("RUB"), money_decimal(arena, rub(bill->sum)), bill->number,
                            merchant_site(arena, merchant), text_from(bill_state_name(bill->state))));
    doc_text(order, "body", body_of(engine, arena, bill));
    return outbox_add(engine, tx, "merchants.notice", merchant->id, notice, json_of(order), when,
                      when + ATTEMPT_LIFE);
}

void notice_add(struct engine *engine, struct tx *tx, const struct merchant *merchant, const struct bill *bill) {
    moment now = world_now(tx_world(tx));
    int64_t id = world_id(tx_world(tx)), item = send_off(engine, tx, merchant, bill, id, now);
    if (item == 0) return;
    tx_run(tx, &put,
           VALUES(V_INT(merchant->id), V_INT(id), V_TEXT(bill->number),
                  V_INT(now + merchants_state_of(engine)->settings->callback_watch), V_INT(item)));
}

bool notice_replay(struct engine *engine, struct tx *tx, const struct merchant *merchant, int64_t id) {
    struct notice notice;
    struct bill bill;
    moment now = world_now(tx_world(tx));
    if (!find(tx, merchant->id, id, &notice) || !bill_find(engine, tx, merchant->id, notice.bill, &bill)) return false;
    int64_t item = send_off(engine, tx, merchant, &bill, id, now);
    if (item == 0) return false;
    outbox_done(tx, merchant->id, notice.item); /* one row of attempts, not two */
    notice.state = NOTICE_WAITING;
    notice.until = now + merchants_state_of(engine)->settings->callback_watch;
    notice.item = item;
    save(tx, &notice);
    return true;
}

/* ---- sending ---- */

/* A merchant that does not answer may not keep the dispatcher's threads from others' callbacks, nor from payments. */
static bool take_off(struct merchants_state *state, int64_t merchant) {
    size_t own = 0;
    pthread_mutex_lock(&state->mutex);
    for (size_t i = 0; i < state->flying_count; i++) own += state->flying[i] == merchant;
    bool free = own < NOTICES_FLYING_EACH && state->flying_count < NOTICES_FLYING;
    if (free) state->flying[state->flying_count++] = merchant;
    pthread_mutex_unlock(&state->mutex);
    return free;
}

static void land(struct merchants_state *state, int64_t merchant) {
    pthread_mutex_lock(&state->mutex);
    size_t at = 0;
    while (state->flying[at] != merchant) at++;
    state->flying[at] = state->flying[--state->flying_count];
    pthread_mutex_unlock(&state->mutex);
}

static const char *outcome_name(enum webcall_outcome outcome, const struct webcall_answer *answer) {
    if (answer->barred) return "barred";
    if (outcome == WEBCALL_ANSWERED) return answer->status == 200 ? "delivered" : "refused";
    return outcome == WEBCALL_UNSENT ? "unreachable" : "silent";
}

/* "200 delivered" */
static struct text ask(struct engine *engine, struct arena *arena, json_t *order) {
    const char *signature = json_string_value(json_object_get(order, "signature"));
    const char *headers[] = {text_format(arena, "X-Api-Signature-SHA256: %s", signature).data,
                             "Content-Type: application/json", "Accept: application/json", NULL};
    struct webcall_answer answer;
    const struct webcall call = {.url = json_string_value(json_object_get(order, "url")),
                                 .headers = headers,
                                 .post = text_from(json_string_value(json_object_get(order, "body"))),
                                 .timeout_ms = TIMEOUT_MS,
                                 .most = ANSWER_MOST,
                                 .public_only = !merchants_state_of(engine)->settings->private_addresses};
    enum webcall_outcome outcome = webcall_run(arena, &call, &answer);
    return text_format(arena, "%ld %s", answer.status, outcome_name(outcome, &answer));
}

struct flight {
    struct engine *engine;
    struct arena *arena;
    json_t *order;
    struct text reply;
};

static void fly(void *data) {
    struct flight *flight = data;
    flight->reply = ask(flight->engine, flight->arena, flight->order);
}

enum outbox_verdict notice_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply) {
    struct merchants_state *state = merchants_state_of(engine);
    struct flight flight = {engine, arena, json_read(arena, item->payload), TEXT("0 unreachable")};
    if (flight.order == NULL) return OUTBOX_REFUSED;
    if (!take_off(state, item->owner)) return OUTBOX_BUSY;
    bool enough = arena_guard(arena, fly, &flight); /* whatever happens it lands */
    land(state, item->owner);
    if (!enough) return OUTBOX_AGAIN;
    *reply = flight.reply;
    return OUTBOX_DONE; /* this attempt is over: what comes next is the result's to say */
}

/* ---- what came of it ---- */

static void go_on(struct engine *engine, struct tx *tx, struct notice *notice) {
    struct merchant merchant;
    struct bill bill;
    moment next = world_now(tx_world(tx)) +
                  notice_pause(merchants_state_of(engine)->settings->callback_pause, notice->attempts);
    notice->item = 0;
    if (next < notice->until && merchant_find(tx, notice->merchant, &merchant) &&
        bill_find(engine, tx, notice->merchant, notice->bill, &bill))
        notice->item = send_off(engine, tx, &merchant, &bill, notice->id, next);
    if (notice->item == 0) notice->state = NOTICE_GIVEN_UP;
}

void notice_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                   struct text reply) {
    struct notice notice;
    struct text outcome = TEXT("unsent");
    int64_t status = 0;
    if (!find(tx, item->owner, item->subject, &notice)) return;
    if (verdict == OUTBOX_DONE && !text_to_int(text_split(reply, ' ', &outcome), &status)) outcome = TEXT("unsent");
    notice.attempts++;
    tx_run(tx, &attempt_put,
           VALUES(V_INT(notice.merchant), V_INT(notice.id), V_INT(notice.attempts), V_INT(world_now(tx_world(tx))),
                  V_INT(status), V_TEXT(outcome)));
    if (text_is(outcome, "delivered")) notice.state = NOTICE_DELIVERED;
    else if (notice.item == item->id) go_on(engine, tx, &notice);
    save(tx, &notice);
}

/* ---- the log ---- */

static void tell_attempts(struct tx *tx, int64_t merchant, int64_t notice, struct node *list) {
    struct rows *rows = tx_query(tx, &attempts_of, VALUES(V_INT(merchant), V_INT(notice)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(list);
        doc_int(node, "number", row_int(rows, 0));
        doc_moment(node, "at", row_int(rows, 1));
        if (row_int(rows, 2) != 0) doc_int(node, "status", row_int(rows, 2));
        else doc_null(node, "status");
        doc_text(node, "outcome", row_text(rows, 3));
    }
    rows_end(rows);
}

void notices_tell(struct tx *tx, int64_t merchant, struct text number, struct node *list) {
    static const char *const states[] = {
        [NOTICE_WAITING] = "waiting", [NOTICE_DELIVERED] = "delivered", [NOTICE_GIVEN_UP] = "given-up"};
    struct rows *rows = number.size > 0 ? tx_query(tx, &latest_of, VALUES(V_INT(merchant), V_TEXT(number)))
                                        : tx_query(tx, &latest, VALUES(V_INT(merchant)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(list);
        doc_id(node, "id", row_int(rows, 0));
        doc_id(node, "merchant", merchant);
        doc_text(node, "number", row_text(rows, 1));
        doc_text(node, "state", text_from(states[row_int(rows, 2)]));
        doc_int(node, "attempts", row_int(rows, 3));
        tell_attempts(tx, merchant, row_int(rows, 0), doc_array(node, "log"));
    }
    rows_end(rows);
}
