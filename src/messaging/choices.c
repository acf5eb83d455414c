/* choices.c: what a customer wants to be told, and how (MS-3): channels by topic; a consent to news and offers, kept
 * with its moment, words and way as evidence; stopping at once, also by a letter's link without signing in (RFC
 * 8058). */
#include "messaging/internal.h"

#include "base/check.h"

STATEMENT(choice_list, "SELECT channel, wanted FROM message_choice WHERE customer = $1 AND topic = $2");
STATEMENT(choice_put, "INSERT INTO message_choice (customer, topic, channel, wanted) VALUES ($1, $2, $3, $4) "
                      "ON CONFLICT (customer, topic, channel) DO UPDATE SET wanted = $4");

static const char *const names[TOPIC_COUNT] = {"security", "operations", "service", "news", "offers"};
static const string_id titles[TOPIC_COUNT] = {
    S_messaging_topic_security, S_messaging_topic_operations, S_messaging_topic_service,
    S_messaging_topic_news,     S_messaging_topic_offers,
};

static bool advertising(enum topic topic) {
    return topic == TOPIC_NEWS || topic == TOPIC_OFFERS;
}

static moment consented(struct engine *engine, struct tx *tx, int64_t customer, enum topic topic) {
    const struct message_consents *consents = &messaging_of(engine)->consents;
    return consents->since != NULL ? consents->since(tx, customer, text_from(names[topic])) : 0;
}

static void chosen(struct tx *tx, int64_t customer, enum topic topic, bool wanted[CHANNEL_COUNT]) {
    for (int i = 0; i < CHANNEL_COUNT; i++) wanted[i] = true;
    if (topic == TOPIC_SECURITY) return;
    struct rows *rows = tx_query(tx, &choice_list, VALUES(V_INT(customer), V_INT(topic)));
    while (rows_next(rows)) {
        int64_t channel = row_int(rows, 0);
        if (channel >= 0 && channel < CHANNEL_COUNT) wanted[channel] = row_int(rows, 1) != 0;
    }
    rows_end(rows);
}

bool message_agreed(struct engine *engine, struct tx *tx, int64_t customer, enum topic topic) {
    return advertising(topic) && consented(engine, tx, customer, topic) != 0;
}

void choices_read(struct engine *engine, struct tx *tx, int64_t customer, enum topic topic,
                  bool wanted[CHANNEL_COUNT]) {
    chosen(tx, customer, topic, wanted);
    if (!advertising(topic) || consented(engine, tx, customer, topic) != 0) return;
    for (int i = 0; i < CHANNEL_COUNT; i++) wanted[i] = false;
}

/* ---- the page ---- */

static void tell_topic(struct request *request, struct tx *tx, enum topic topic, struct node *list) {
    bool wanted[CHANNEL_COUNT];
    int64_t customer = request->caller.customer;
    moment given = advertising(topic) ? consented(request->engine, tx, customer, topic) : 0;
    struct node *node = doc_add_object(list);
    chosen(tx, customer, topic, wanted);
    doc_text(node, "topic", text_from(names[topic]));
    doc_text(node, "title", string_get(request->arena, &request->locale, titles[topic], NULL, 0));
    doc_bool(node, "always", topic == TOPIC_SECURITY);
    doc_bool(node, "sms", wanted[CHANNEL_SMS]);
    doc_bool(node, "mail", wanted[CHANNEL_MAIL]);
    doc_bool(node, "push", wanted[CHANNEL_PUSH]);
    doc_bool(node, "asks_consent", advertising(topic));
    doc_bool(node, "on", !advertising(topic) || given != 0);
    if (given != 0) doc_moment(node, "consented", given);
}

enum flow choices_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct node *list = doc_array(document, "topics");
    for (int topic = 0; topic < TOPIC_COUNT; topic++) tell_topic(request, tx, (enum topic)topic, list);
    struct push_target targets[PUSH_TARGETS_MAX];
    const struct push_channel *push = &messaging_of(request->engine)->push;
    bool has = push->targets != NULL;
    doc_bool(document, "has_push", has);
    doc_int(document, "browsers",
            has ? (int64_t)push->targets(tx, request->caller.customer, targets, PUSH_TARGETS_MAX) : 0);
    struct text address = message_address_of(request->engine, tx, request->caller.customer);
    doc_text(document, "address", address.size > 0 ? address : TEXT_NONE);
    doc_bool(document, "has_receipts", messaging_of(request->engine)->files[0].kind != NULL);
    message_fates(request->engine, tx, request->caller.customer, doc_array(document, "sent"));
    return answer_ok(request, document);
}

enum flow choices_save(struct request *request, struct tx *tx) {
    static const char *const fields[TOPIC_COUNT][CHANNEL_COUNT] = {
        {NULL, NULL, NULL},
        {"operations_sms", "operations_mail", "operations_push"},
        {"service_sms", "service_mail", "service_push"},
        {"news_sms", "news_mail", "news_push"},
        {"offers_sms", "offers_mail", "offers_push"},
    };
    for (int topic = TOPIC_OPERATIONS; topic < TOPIC_COUNT; topic++)
        for (int channel = CHANNEL_SMS; channel < CHANNEL_COUNT; channel++)
            tx_run(tx, &choice_put,
                   VALUES(V_INT(request->caller.customer), V_INT(topic), V_INT(channel),
                          V_INT(field_number(request, fields[topic][channel]) != 0)));
    return answer_done(request, doc_new(request->arena), TEXT("/settings/messages"));
}

/* ---- consents ---- */

static enum topic topic_asked(const struct request *request) {
    return field_number(request, "topic") == 0 ? TOPIC_NEWS : TOPIC_OFFERS;
}

/* The very words that were beside the button, in the language they were read in, with their version. */
enum flow consent_give(struct request *request, struct tx *tx) {
    enum topic topic = topic_asked(request);
    string_id words = topic == TOPIC_NEWS ? S_messaging_consent_news : S_messaging_consent_offers;
    int64_t customer = request->caller.customer;
    if (consented(request->engine, tx, customer, topic) == 0) {
        struct node *values = doc_new(request->arena);
        doc_text(values, "company", text_from(engine_config(request->engine)->company));
        const struct string_argument arguments[] = {{"company", doc_get(values, "company")}};
        struct text text = string_get(request->arena, &request->locale, words, arguments, 1);
        messaging_of(request->engine)->consents.give(request, tx, customer, text_from(names[topic]), text);
    }
    return answer_done(request, doc_new(request->arena), TEXT("/settings/messages"));
}

enum flow consent_stop(struct request *request, struct tx *tx) {
    struct text topic = text_from(names[topic_asked(request)]);
    messaging_of(request->engine)->consents.end(request, tx, request->caller.customer, topic, NULL);
    return answer_done(request, doc_new(request->arena), TEXT("/settings/messages"));
}

/* ---- a letter's link ---- */

static struct text link_sign(struct engine *engine, struct arena *arena, struct text customer, struct text topic) {
    uint8_t hash[SECRET_HASH_SIZE];
    struct text message = text_format(arena, "%.*s|%.*s", TEXT_ARG(customer), TEXT_ARG(topic));
    secret_hash(engine_keyring(engine), "unsubscribe", message, hash);
    return text_hex(arena, hash, 16);
}

struct text unsubscribe_link(struct engine *engine, struct arena *arena, int64_t customer, enum topic topic) {
    struct text who = text_format(arena, "%lld", (long long)customer), what = text_format(arena, "%d", (int)topic);
    return text_format(arena, "%s/unsubscribe/%.*s-%.*s-%.*s", engine_config(engine)->public_url, TEXT_ARG(who),
                       TEXT_ARG(what), TEXT_ARG(link_sign(engine, arena, who, what)));
}

static bool link_open(struct request *request, int64_t *customer, enum topic *topic) {
    struct text rest, sign, who = text_split(request->params[0], '-', &rest), what = text_split(rest, '-', &sign);
    int64_t number = 0;
    if (!text_equal_secret(sign, link_sign(request->engine, request->arena, who, what))) return false;
    if (!text_to_int(who, customer) || !text_to_int(what, &number)) return false;
    *topic = (enum topic)number;
    return number >= 0 && number < TOPIC_COUNT && advertising(*topic);
}

/* GET changes nothing: mail programs look at links by themselves. */
enum flow unsubscribe_page(struct request *request, struct tx *tx) {
    int64_t customer;
    enum topic topic;
    if (!link_open(request, &customer, &topic)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_text(document, "topic", text_from(names[topic]));
    doc_text(document, "title", string_get(request->arena, &request->locale, titles[topic], NULL, 0));
    doc_text(document, "token", request->params[0]);
    doc_bool(document, "on", consented(request->engine, tx, customer, topic) != 0);
    return answer_ok(request, document);
}

enum flow unsubscribe(struct request *request, struct tx *tx) {
    int64_t customer;
    enum topic topic;
    if (!link_open(request, &customer, &topic)) return answer_missing(request);
    messaging_of(request->engine)->consents.end(request, tx, customer, text_from(names[topic]), "letter's link");
    struct node *document = doc_new(request->arena);
    doc_text(document, "topic", text_from(names[topic]));
    return answer_done(request, document, request->path);
}
