/* gateway.c: SMS through Kannel: out from the outbox, delivery reports and incoming messages in (MS-1, MS-2).
 *
 * A report's address is signed for its one message; an incoming message is believed only from Kannel's own addresses
 * with the secret in its address. Neither proves who wrote an SMS: its number can be forged, so who acts on one asks
 * more. */
#include "messaging/internal.h"

#include "adapters/kannel/kannel.h"
#include "base/json.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define INCOMING_SECRET_MIN 16

/* ---- opening ---- */

bool secret_read(struct arena *arena, const char *path, struct text *secret, struct text *problem) {
    char bytes[256];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, bytes, sizeof bytes);
    if (size < 0) *problem = text_format(arena, "%s: %s", path, strerror(errno));
    if (file >= 0) close(file);
    if (size < 0) return false;
    *secret = text_trim(text_copy(arena, (struct text){bytes, (size_t)size}));
    if (secret->size == 0) *problem = text_format(arena, "%s: is empty", path);
    return secret->size > 0;
}

bool gateway_open(struct engine *engine, struct arena *arena, struct messaging *messaging, struct text *problem) {
    const struct messaging_settings *settings = messaging->settings;
    (void)engine;
    if (settings->kannel_incoming_file[0] != '\0') {
        if (!secret_read(arena, settings->kannel_incoming_file, &messaging->incoming_secret, problem)) return false;
        if (messaging->incoming_secret.size < INCOMING_SECRET_MIN) {
            *problem = text_format(arena, "%s: less than %d characters", settings->kannel_incoming_file,
                                   INCOMING_SECRET_MIN);
            return false;
        }
    }
    if (settings->kannel_url[0] == '\0') return true;
    struct kannel_options options = {
        .url = settings->kannel_url, .user = settings->kannel_user, .sender = settings->kannel_sender};
    if (!secret_read(arena, settings->kannel_password_file, &options.password, problem)) return false;
    messaging->kannel = kannel_open(arena, &options);
    return true;
}

/* ---- out ---- */

static struct text report_sign(struct engine *engine, struct arena *arena, struct text owner, struct text id) {
    uint8_t hash[SECRET_HASH_SIZE];
    struct text message = text_format(arena, "%.*s|%.*s", TEXT_ARG(owner), TEXT_ARG(id));
    secret_hash(engine_keyring(engine), "kannel.report", message, hash);
    return text_hex(arena, hash, 16);
}

enum outbox_verdict gateway_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                 struct text *reply) {
    const struct messaging *messaging = messaging_of(engine);
    const char *own = messaging->settings->callback_url;
    const struct json_t *payload = json_read(arena, item->payload);
    struct text owner = text_format(arena, "%lld", (long long)item->owner);
    struct text id = text_format(arena, "%lld", (long long)item->id);
    struct text sign = report_sign(engine, arena, owner, id);
    if (own[0] == '\0') own = engine_config(engine)->public_url;
    const struct kannel_sms sms = {
        .id = item->id,
        .phone = payload_text(payload, "address"),
        .text = payload_text(payload, "text"),
        .good_for_us = item->deadline - world_now(engine_world(engine)),
        .report_url = text_format(arena, "%s/gateway/kannel/report?to=%.*s&id=%.*s&sign=%.*s&state=%%d", own,
                                  TEXT_ARG(owner), TEXT_ARG(id), TEXT_ARG(sign)),
    };
    switch (kannel_send(messaging->kannel, arena, &sms, reply)) {
    case KANNEL_TAKEN: return OUTBOX_DONE;
    case KANNEL_REFUSED: return OUTBOX_REFUSED;
    case KANNEL_AGAIN: break;
    }
    return OUTBOX_AGAIN;
}

/* ---- reports ---- */

STATEMENT(report_delivered, "UPDATE message SET state = $3, changed = $4, reason = NULL "
                            "WHERE customer = $1 AND id = $2 AND state <> $3");
STATEMENT(report_lost, "UPDATE message SET state = $3, changed = $4, reason = $5 "
                       "WHERE customer = $1 AND id = $2 AND state IN (0, 1)");

static bool from_gateway(const struct request *request) {
    struct text rest = text_from(messaging_of(request->engine)->settings->kannel_addresses);
    while (rest.size > 0) {
        struct text address = text_split(rest, ' ', &rest);
        if (address.size > 0 && text_equal(address, request->address)) return true;
    }
    return false;
}

enum flow gateway_report_check(struct request *request, struct tx *tx) {
    (void)tx;
    struct text sign = report_sign(request->engine, request->arena, field_text(request, "to"),
                                   field_text(request, "id"));
    bool good = text_equal_secret(sign, field_text(request, "sign"));
    return good ? FLOW_NEXT : answer_missing(request);
}

/* Kannel sends whatever we answer to the phone, unless told not to: so nothing is answered. */
static enum flow nothing(struct request *request) {
    static const struct answer_file empty = {.content_type = "text/plain; charset=utf-8", .bytes = {"", 0}};
    return answer_file(request, &empty);
}

enum flow gateway_report(struct request *request, struct tx *tx) {
    int64_t customer = 0, id = 0;
    if (!text_to_int(field_text(request, "to"), &customer) || !text_to_int(field_text(request, "id"), &id))
        return answer_missing(request);
    struct value owner = V_INT(customer), which = V_INT(id), now = V_INT(world_now(request->world));
    switch (field_number(request, "state")) {
    case KANNEL_DELIVERED:
        outbox_done(tx, customer, id);
        tx_run(tx, &report_delivered, VALUES(owner, which, V_INT(FATE_DELIVERED), now));
        break;
    case KANNEL_QUEUED:
    case KANNEL_ACCEPTED: /* though our own call may have ended without an answer: not to be sent twice */
        if (outbox_done(tx, customer, id)) letter_fate(tx, customer, id, FATE_SENT, TEXT_NONE);
        break;
    case KANNEL_UNDELIVERED:
    case KANNEL_REJECTED: {
        bool rejected = field_number(request, "state") == KANNEL_REJECTED;
        outbox_done(tx, customer, id);
        tx_run(tx, &report_lost,
               VALUES(owner, which, V_INT(FATE_UNDELIVERED), now,
                      V_TEXT(rejected ? TEXT("rejected by the centre") : TEXT("not delivered"))));
        break;
    }
    default: break;
    }
    return nothing(request);
}

/* ---- incoming ---- */

STATEMENT(came_add, "INSERT INTO sms_came (mark, at) VALUES ($1, $2) ON CONFLICT (mark) DO NOTHING");

enum flow gateway_incoming_check(struct request *request, struct tx *tx) {
    (void)tx;
    struct text secret = messaging_of(request->engine)->incoming_secret;
    bool good = secret.size > 0 && from_gateway(request) && text_equal_secret(secret, field_text(request, "key"));
    if (good) return FLOW_NEXT;
    log_event(LOG_WARNING, request->id, "messaging.incoming_forged", LOG_TEXT("address", request->address));
    return answer_missing(request);
}

enum flow gateway_incoming(struct request *request, struct tx *tx) {
    struct phone phone;
    struct text from = field_text(request, "from"), mark = field_text(request, "id");
    if (phone_parse(from, &phone) == PHONE_INVALID) return nothing(request); /* a name: nobody to answer */
    if (mark.size > 0) { /* Kannel asks again when our answer is late */
        uint8_t hash[SECRET_HASH_SIZE];
        secret_hash(engine_keyring(request->engine), "sms.came", mark, hash);
        moment now = world_now(request->world);
        if (tx_run(tx, &came_add, VALUES(V_BYTES(hash, sizeof hash), V_INT(now))) != 1) return nothing(request);
    }
    log_event(LOG_INFO, request->id, "messaging.incoming",
              LOG_TEXT("from", phone_masked(request->arena, phone_text(&phone))),
              LOG_TEXT("to", field_text(request, "to")),
              LOG_NUMBER("length", (int64_t)text_length_utf8(field_text(request, "text"))));
    const struct event came = {.kind = EVENT_SMS_CAME,
                               .phone = phone_text(&phone),
                               .to = field_text(request, "to"),
                               .text = field_text(request, "text")};
    engine_emit(request->engine, tx, &came);
    return nothing(request);
}
