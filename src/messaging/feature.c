/* feature.c: messaging as the engine sees it. So far it only writes messages into the outbox: the kind "sms" is an
 * adapter's (adapters/inbox in demo and tests). */
#include "messaging/messaging.h"

void message_sms(struct engine *engine, struct tx *tx, const struct message *message) {
    struct arena *arena = tx_arena(tx);
    moment now = world_now(engine_world(engine));
    const struct locale locale = {message->language, engine_zone(engine), now};
    struct text text = string_get(arena, &locale, message->text, message->arguments, message->argument_count);

    struct node *payload = doc_new(arena);
    doc_text(payload, "phone", message->phone);
    doc_text(payload, "text", text);
    doc_bool(payload, "secret", message->secret);
    struct buffer json = buffer_new(arena, 256);
    doc_write_json(payload, &json);
    outbox_add(engine, tx, "sms", message->customer, 0, buffer_text(&json), now,
               message->deadline ? message->deadline : now + DAY);
}

const struct feature messaging_feature = {
    .name = "messaging",
};
