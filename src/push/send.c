/* send.c: a notice on its way to one browser, on the outbox's threads. What it carries is what the browser shows and
 * where a press leads; the browser's address is looked up when it goes, so that who has left hears nothing more. */
#include "push/internal.h"

#include "base/json.h"

#include <jansson.h>

static const struct text gone = {"the browser has unsubscribed", 28};

/* Where a press leads, unless the notice says so itself: never an address from outside. */
static const char *const places[TOPIC_COUNT] = {"/settings/security", "/operations", "/", "/feed", "/feed"};
static const char *const urgencies[TOPIC_COUNT] = {"high", "high", "normal", "low", "low"};

static struct text member(const struct json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    return json_is_string(value) ? (struct text){json_string_value(value), json_string_length(value)} : TEXT_NONE;
}

/* As much as fits, of whole characters. */
static struct text shortened(struct text text, size_t most) {
    size_t size = 0;
    while (size < text.size) {
        size_t step = text_utf8_step(text_slice(text, size, text.size));
        if (step == 0 || size + step > most) break;
        size += step;
    }
    return text_slice(text, 0, size);
}

static struct text shown(struct arena *arena, const struct outbox_item *item, const struct json_t *payload) {
    struct node *notice = doc_new(arena);
    doc_id(notice, "id", item->id);
    doc_text(notice, "title", member(payload, "subject"));
    doc_text(notice, "text", shortened(member(payload, "text"), 1500));
    struct text place = member(payload, "place");
    doc_text(notice, "href", place.size > 0 ? place : text_from(places[item->subject]));
    struct buffer json = buffer_new(arena, 2048);
    doc_write_json(notice, &json);
    return buffer_text(&json);
}

/* False: there is none any more, or the database cannot be asked now (*now false). */
static bool find(struct engine *engine, struct arena *arena, const struct outbox_item *item, int64_t id, bool *now,
                 struct subscription *subscription) {
    struct reader *reader = engine_reader(engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    *now = false;
    if (tx == NULL) return false;
    bool found = subscription_read(engine, tx, item->owner, id, subscription);
    if (found) {
        subscription->to.endpoint = text_copy(arena, subscription->to.endpoint);
        subscription->to.point = text_copy(arena, subscription->to.point);
        subscription->to.secret = text_copy(arena, subscription->to.secret);
    }
    *now = reader_end(reader, tx);
    return found && *now;
}

static enum outbox_verdict send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply) {
    const struct json_t *payload = json_read(arena, item->payload);
    struct subscription subscription;
    int64_t id = 0;
    bool now = true;
    if (item->subject < 0 || item->subject >= TOPIC_COUNT || !text_to_int(member(payload, "address"), &id))
        return OUTBOX_REFUSED;
    if (!message_wanted(engine, item, CHANNEL_PUSH)) {
        *reply = TEXT("stopped by the customer");
        return OUTBOX_REFUSED;
    }
    if (!find(engine, arena, item, id, &now, &subscription)) {
        *reply = now ? gone : TEXT("the database is not to be had");
        return now ? OUTBOX_REFUSED : OUTBOX_AGAIN;
    }
    struct webpush_notice notice = {
        .to = &subscription.to,
        .text = shown(arena, item, payload),
        .topic = text_base64url(arena, &item->id, sizeof item->id), /* sent twice, it is shown once */
        .urgency = urgencies[item->subject],
        .now = world_now(engine_world(engine)),
        .until = item->deadline,
    };
    world_random(engine_world(engine), notice.random, sizeof notice.random);
    switch (webpush_send(push_of(engine)->webpush, arena, &notice, reply)) {
    case WEBPUSH_TAKEN: return OUTBOX_DONE;
    case WEBPUSH_GONE: *reply = gone; return OUTBOX_REFUSED;
    case WEBPUSH_REFUSED: return OUTBOX_REFUSED;
    case WEBPUSH_AGAIN: break;
    }
    return OUTBOX_AGAIN;
}

static void ended(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                  struct text reply) {
    int64_t id = 0;
    const struct json_t *payload = json_read(tx_arena(tx), item->payload);
    bool left = verdict == OUTBOX_REFUSED && text_equal(reply, gone);
    if (left && text_to_int(member(payload, "address"), &id)) subscription_drop(tx, item->owner, id);
    message_ended(engine, tx, item, verdict, reply);
}

const struct outbox_kind push_outbox[] = {
    {.name = "push", .send = send, .result = ended, .at_once = 16},
    {.name = "push.bulk", .send = send, .result = ended},
    {.name = NULL},
};
