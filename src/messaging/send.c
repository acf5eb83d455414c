/* send.c: messages on their way out, on the outbox's threads: by the gateway that is configured, else to the demo's
 * inbox; and what became of them. */
#include "messaging/internal.h"

#include "adapters/smtp/smtp.h"
#include "base/json.h"
#include "base/log.h"

#include <jansson.h>

struct text payload_text(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    return json_is_string(value) ? (struct text){json_string_value(value), json_string_length(value)} : TEXT_NONE;
}

/* Advertising stops at once: also what was written before the customer said so (MS-3). */
bool message_wanted(struct engine *engine, const struct outbox_item *item, enum channel channel) {
    if (item->subject != TOPIC_NEWS && item->subject != TOPIC_OFFERS) return true;
    bool wanted[CHANNEL_COUNT] = {false};
    struct reader *reader = engine_reader(engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    if (tx == NULL) return false;
    choices_read(engine, tx, item->owner, (enum topic)item->subject, wanted);
    return reader_end(reader, tx) && wanted[channel];
}

static const struct text not_wanted = {"stopped by the customer", 23};

static enum outbox_verdict send_to_sink(struct engine *engine, struct text *reply) {
    if (messaging_of(engine)->sink.keep != NULL) return OUTBOX_DONE;
    *reply = TEXT("no gateway is configured");
    return OUTBOX_REFUSED;
}

static void keep_in_sink(struct engine *engine, struct tx *tx, const struct outbox_item *item) {
    const json_t *payload = json_read(tx_arena(tx), item->payload);
    struct text subject = payload_text(payload, "subject"), text = payload_text(payload, "text");
    if (subject.size > 0) text = text_format(tx_arena(tx), "%.*s\n%.*s", TEXT_ARG(subject), TEXT_ARG(text));
    if (json_object_get(payload, "file") != NULL) /* a phone's screen has no files */
        text = text_format(tx_arena(tx), "%.*s\n[%.*s %.*s]", TEXT_ARG(text), TEXT_ARG(payload_text(payload, "file")),
                           TEXT_ARG(payload_text(payload, "file_of")));
    messaging_of(engine)->sink.keep(engine, tx, item->id, payload_text(payload, "address"), text);
}

static enum outbox_verdict send_sms(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                    struct text *reply) {
    bool gateway = messaging_of(engine)->kannel != NULL;
    if (!message_wanted(engine, item, CHANNEL_SMS)) {
        *reply = not_wanted;
        return OUTBOX_REFUSED;
    }
    return gateway ? gateway_send(engine, item, arena, reply) : send_to_sink(engine, reply);
}

/* Of a letter that brings one. */
static enum mail_file_made make_file(struct engine *engine, struct arena *arena, int64_t customer,
                                     const json_t *payload, struct smtp_file *file) {
    struct text kind = payload_text(payload, "file");
    struct locale locale = {LANGUAGE_RU, engine_zone(engine), world_now(engine_world(engine))};
    if (kind.size == 0) return MAIL_FILE_MADE;
    language_from(payload_text(payload, "language"), &locale.language);
    for (const struct mail_files *each = messaging_of(engine)->files;
         each < messaging_of(engine)->files + MAIL_FILES && each->kind != NULL; each++) {
        struct mail_file made = {0};
        if (!text_is(kind, each->kind)) continue;
        enum mail_file_made answer =
            each->make(engine, arena, &locale, customer, payload_text(payload, "file_of"), &made);
        *file = (struct smtp_file){made.name, made.content_type, made.bytes};
        return answer;
    }
    return MAIL_FILE_GONE;
}

static enum outbox_verdict send_mail(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                     struct text *reply) {
    const struct smtp *smtp = messaging_of(engine)->smtp;
    if (!message_wanted(engine, item, CHANNEL_MAIL)) {
        *reply = not_wanted;
        return OUTBOX_REFUSED;
    }
    if (smtp == NULL) return send_to_sink(engine, reply);
    const json_t *payload = json_read(arena, item->payload);
    struct smtp_letter letter = {.id = item->id,
                                 .to = payload_text(payload, "address"),
                                 .subject = payload_text(payload, "subject"),
                                 .text = payload_text(payload, "text"),
                                 .unsubscribe = payload_text(payload, "unsubscribe"),
                                 .reply_to = payload_text(payload, "reply_to"),
                                 .message_id = payload_text(payload, "message_id"),
                                 .answers = payload_text(payload, "answers"),
                                 .by_person = payload_text(payload, "by").size > 0,
                                 .at = world_now(engine_world(engine))};
    switch (make_file(engine, arena, item->owner, payload, &letter.file)) {
    case MAIL_FILE_MADE: break;
    case MAIL_FILE_LATER: *reply = TEXT("its file cannot be made now"); return OUTBOX_AGAIN;
    case MAIL_FILE_GONE: *reply = TEXT("what it was to bring is gone"); return OUTBOX_REFUSED;
    }
    switch (smtp_send(smtp, arena, &letter, reply)) {
    case SMTP_TAKEN: return OUTBOX_DONE;
    case SMTP_REFUSED: return OUTBOX_REFUSED;
    case SMTP_AGAIN: break;
    }
    return OUTBOX_AGAIN;
}

void message_ended(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                   struct text reply) {
    (void)engine;
    enum fate fate = verdict == OUTBOX_DONE ? FATE_SENT : verdict == OUTBOX_REFUSED ? FATE_REFUSED : FATE_EXPIRED;
    letter_fate(tx, item->owner, item->id, fate, fate == FATE_SENT ? TEXT_NONE : reply);
}

static void ended(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                  struct text reply, bool to_sink) {
    message_ended(engine, tx, item, verdict, reply);
    if (verdict == OUTBOX_DONE && to_sink) keep_in_sink(engine, tx, item);
}

static void sms_ended(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                      enum outbox_verdict verdict, struct text reply) {
    ended(engine, tx, item, verdict, reply, messaging_of(engine)->kannel == NULL);
}

static void mail_ended(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                       enum outbox_verdict verdict, struct text reply) {
    ended(engine, tx, item, verdict, reply, messaging_of(engine)->smtp == NULL);
}

/* What many are told has few senders: the rest of what the gateway can take is for who waits. */
const struct outbox_kind messaging_outbox[] = {
    {.name = "sms", .send = send_sms, .result = sms_ended, .at_once = 24},
    {.name = "mail", .send = send_mail, .result = mail_ended, .at_once = 16},
    {.name = "sms.bulk", .send = send_sms, .result = sms_ended, .at_once = 16},
    {.name = "mail.bulk", .send = send_mail, .result = mail_ended, .room = (size_t)32 << 20},
    {.name = NULL},
};
