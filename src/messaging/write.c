/* write.c: composing a message: its words in the customer's language, a row that keeps its fate, and the outbox row by
 * which it goes out. */
#include "messaging/internal.h"

#include "base/check.h"

STATEMENT(message_add, "INSERT INTO message (customer, id, channel, topic, state, changed, address, address_hash, "
                       "about) VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8)");
STATEMENT(message_blank, "UPDATE message SET address = '', address_hash = NULL "
                         "WHERE customer = 0 AND address_hash = $1");
STATEMENT(message_fate, "UPDATE message SET state = $3, changed = $4, reason = $5 "
                        "WHERE customer = $1 AND id = $2 AND state = 0");

static const char *const kinds[] = {"sms", "mail", "push"};
static const char *const bulk_kinds[] = {"sms.bulk", "mail.bulk", "push.bulk"};

static struct value address_hash(struct engine *engine, struct arena *arena, struct text address) {
    uint8_t *hash = arena_alloc(arena, SECRET_HASH_SIZE);
    secret_hash(engine_keyring(engine), "message.address", address, hash);
    return V_BYTES(hash, SECRET_HASH_SIZE);
}

void letter_write(struct engine *engine, struct tx *tx, const struct letter *letter) {
    struct arena *arena = tx_arena(tx);
    struct world *world = engine_world(engine);
    moment now = world_now(world);
    struct node *payload = doc_new(arena);
    doc_text(payload, "address", letter->address);
    doc_text(payload, "text", letter->text);
    if (letter->subject.size > 0) doc_text(payload, "subject", letter->subject);
    if (letter->unsubscribe.size > 0) doc_text(payload, "unsubscribe", letter->unsubscribe);
    if (letter->place.size > 0) doc_text(payload, "place", letter->place);
    doc_bool(payload, "secret", letter->secret);
    check(!letter->secret || letter->channel != CHANNEL_PUSH); /* a code is no notice */
    if (letter->thread != NULL) {
        doc_text(payload, "reply_to", letter->thread->reply_to);
        doc_text(payload, "message_id", letter->thread->message_id);
        if (letter->thread->answers.size > 0) doc_text(payload, "answers", letter->thread->answers);
        if (letter->thread->by_person) doc_text(payload, "by", TEXT("person"));
    }
    if (letter->file != NULL) {
        doc_text(payload, "file", text_from(letter->file));
        doc_text(payload, "file_of", letter->file_of);
        doc_text(payload, "language", text_from(language_tag(letter->language)));
    }
    struct buffer *json = arena_new_of(arena, struct buffer);
    *json = buffer_new(arena, 512);
    doc_write_json(payload, json);
    const char *kind = (letter->bulk ? bulk_kinds : kinds)[letter->channel];
    int64_t id = outbox_add(engine, tx, kind, letter->customer, letter->topic, buffer_text(json), now,
                            letter->deadline);
    struct text sealed = secret_seal(engine_keyring(engine), world, arena, "message.address", id, letter->address);
    tx_queue(tx, &message_add,
             VALUES(V_INT(letter->customer), V_INT(id), V_INT(letter->channel), V_INT(letter->topic), V_INT(now),
                    V_BYTES(sealed.data, sealed.size),
                    letter->customer == 0 ? address_hash(engine, arena, letter->address) : V_NULL,
                    letter->about != 0 ? V_INT(letter->about) : V_NULL));
}

void letters_blank(struct engine *engine, struct tx *tx, struct text address) {
    if (address.size > 0) tx_queue(tx, &message_blank, VALUES(address_hash(engine, tx_arena(tx), address)));
}

bool letter_fate(struct tx *tx, int64_t customer, int64_t id, enum fate fate, struct text reason) {
    return tx_run(tx, &message_fate,
                  VALUES(V_INT(customer), V_INT(id), V_INT(fate), V_INT(world_now(tx_world(tx))),
                         reason.size > 0 ? V_TEXT(reason) : V_NULL)) == 1;
}

static struct text words(struct engine *engine, struct tx *tx, enum language language, string_id id,
                         const struct string_argument *arguments, size_t count) {
    const struct locale locale = {language, engine_zone(engine), world_now(engine_world(engine))};
    return string_get(tx_arena(tx), &locale, id, arguments, count);
}

void message_sms(struct engine *engine, struct tx *tx, const struct message *message) {
    moment now = world_now(engine_world(engine));
    const struct letter letter = {
        .channel = CHANNEL_SMS,
        .topic = message->secret ? TOPIC_SECURITY : TOPIC_SERVICE,
        .customer = message->customer,
        .address = message->phone,
        .text = words(engine, tx, message->language, message->text, message->arguments, message->argument_count),
        .deadline = message->deadline != 0 ? message->deadline : now + DAY,
        .secret = message->secret,
    };
    letter_write(engine, tx, &letter);
}

void message_words(struct engine *engine, struct tx *tx, int64_t customer, struct text phone, struct text text) {
    const struct letter letter = {.channel = CHANNEL_SMS,
                                  .topic = TOPIC_SERVICE,
                                  .customer = customer,
                                  .address = phone,
                                  .text = text,
                                  .deadline = world_now(engine_world(engine)) + DAY};
    letter_write(engine, tx, &letter);
}

void message_mail(struct engine *engine, struct tx *tx, const struct mail *mail) {
    moment now = world_now(engine_world(engine));
    const struct letter letter = {
        .channel = CHANNEL_MAIL,
        .topic = mail->secret ? TOPIC_SECURITY : mail->about != 0 ? TOPIC_OPERATIONS : TOPIC_SERVICE,
        .customer = mail->customer,
        .address = mail->address,
        .subject = words(engine, tx, mail->language, mail->subject, mail->arguments, mail->argument_count),
        .text = words(engine, tx, mail->language, mail->text, mail->arguments, mail->argument_count),
        .deadline = mail->deadline != 0 ? mail->deadline : now + 3 * DAY,
        .secret = mail->secret,
        .file = mail->file,
        .file_of = mail->file_of,
        .language = mail->language,
        .about = mail->about,
        .bulk = mail->bulk,
    };
    letter_write(engine, tx, &letter);
}

void message_thread(struct engine *engine, struct tx *tx, const struct thread_letter *thread) {
    const struct letter letter = {.channel = CHANNEL_MAIL,
                                  .topic = TOPIC_SERVICE,
                                  .customer = thread->customer,
                                  .address = thread->address,
                                  .subject = thread->subject,
                                  .text = thread->words,
                                  .deadline = world_now(engine_world(engine)) + 3 * DAY,
                                  .thread = thread};
    letter_write(engine, tx, &letter);
}

static const string_id subjects[TOPIC_COUNT] = {
    S_messaging_topic_security, S_messaging_topic_operations, S_messaging_topic_service,
    S_messaging_topic_news,     S_messaging_topic_offers,
};

/* Advertising by e-mail tells how to stop it, to people and to their mail programs. */
static void add_unsubscribe(struct engine *engine, struct tx *tx, struct letter *letter, enum language language) {
    struct node *values = doc_new(tx_arena(tx));
    letter->unsubscribe = unsubscribe_link(engine, tx_arena(tx), letter->customer, letter->topic);
    doc_text(values, "link", letter->unsubscribe);
    const struct string_argument arguments[] = {{"link", doc_get(values, "link")}};
    struct text footer = words(engine, tx, language, S_messaging_unsubscribe_footer, arguments, 1);
    letter->text = text_format(tx_arena(tx), "%.*s\n\n%.*s", TEXT_ARG(letter->text), TEXT_ARG(footer));
}

/* To each browser that has asked for it: what it is about, and what it says only where the customer lets it be shown on
 * a locked screen. */
static void tell_browsers(struct engine *engine, struct tx *tx, const struct letter *letter, enum language language) {
    static const string_id about[TOPIC_COUNT] = {
        S_messaging_push_security, S_messaging_push_operations, S_messaging_push_service,
        S_messaging_push_news,     S_messaging_push_offers,
    };
    const struct push_channel *push = &messaging_of(engine)->push;
    struct push_target targets[PUSH_TARGETS_MAX];
    size_t count = push->targets != NULL ? push->targets(tx, letter->customer, targets, PUSH_TARGETS_MAX) : 0;
    for (size_t i = 0; i < count; i++) {
        struct letter notice = *letter;
        notice.channel = CHANNEL_PUSH;
        notice.address = text_format(tx_arena(tx), "%lld", (long long)targets[i].id);
        notice.subject = words(engine, tx, language, subjects[letter->topic], NULL, 0);
        if (!targets[i].words) notice.text = words(engine, tx, language, about[letter->topic], NULL, 0);
        letter_write(engine, tx, &notice);
    }
}

/* On the channels that he has and wants for this topic, of those asked for. */
static void send(struct engine *engine, struct tx *tx, int64_t customer, enum topic topic, const struct recipient *who,
                 unsigned channels, bool bulk, struct text text) {
    bool wanted[CHANNEL_COUNT];
    choices_read(engine, tx, customer, topic, wanted);
    for (unsigned i = 0; i < CHANNEL_COUNT; i++) wanted[i] = wanted[i] && (channels >> i & 1) != 0;
    struct letter letter = {
        .topic = topic,
        .customer = customer,
        .text = text,
        .deadline = world_now(engine_world(engine)) + DAY,
        .bulk = bulk,
    };
    if (wanted[CHANNEL_PUSH]) tell_browsers(engine, tx, &letter, who->language);
    if (wanted[CHANNEL_SMS]) {
        letter.channel = CHANNEL_SMS;
        letter.address = who->phone;
        letter_write(engine, tx, &letter);
    }
    struct text address = wanted[CHANNEL_MAIL] ? message_address_of(engine, tx, customer) : TEXT_NONE;
    if (address.size > 0) {
        letter.channel = CHANNEL_MAIL;
        letter.address = address;
        letter.subject = words(engine, tx, who->language, subjects[topic], NULL, 0);
        if (topic == TOPIC_NEWS || topic == TOPIC_OFFERS) add_unsubscribe(engine, tx, &letter, who->language);
        letter_write(engine, tx, &letter);
    }
}

static void tell(struct engine *engine, struct tx *tx, int64_t customer, enum topic topic, bool bulk, string_id text,
                 const struct string_argument *arguments, size_t count) {
    struct recipient who;
    recipient_function *find = messaging_of(engine)->find;
    check(topic < TOPIC_COUNT);
    if (find == NULL || !find(engine, tx, customer, &who)) return;
    send(engine, tx, customer, topic, &who, ~0U, bulk, words(engine, tx, who.language, text, arguments, count));
}

void message_tell(struct engine *engine, struct tx *tx, int64_t customer, enum topic topic, string_id text,
                  const struct string_argument *arguments, size_t count) {
    tell(engine, tx, customer, topic, topic == TOPIC_NEWS || topic == TOPIC_OFFERS, text, arguments, count);
}

void message_tell_bulk(struct engine *engine, struct tx *tx, int64_t customer, enum topic topic, string_id text,
                       const struct string_argument *arguments, size_t count) {
    tell(engine, tx, customer, topic, true, text, arguments, count);
}

#define CROWD 10000 /* some minutes of a gateway that takes a hundred a second */

bool message_crowded(struct tx *tx) {
    for (size_t i = 0; i < CHANNEL_COUNT; i++)
        if (outbox_waiting(tx, bulk_kinds[i], CROWD) == CROWD) return true;
    return false;
}

void message_ask(struct engine *engine, struct tx *tx, int64_t customer, string_id text,
                 const struct string_argument *arguments, size_t count, struct text place, moment deadline) {
    struct recipient who;
    recipient_function *find = messaging_of(engine)->find;
    if (find == NULL || !find(engine, tx, customer, &who)) return;
    const struct letter letter = {.topic = TOPIC_SECURITY,
                                  .customer = customer,
                                  .text = words(engine, tx, who.language, text, arguments, count),
                                  .place = place,
                                  .deadline = deadline};
    tell_browsers(engine, tx, &letter, who.language);
}

void message_advertise(struct engine *engine, struct tx *tx, int64_t customer, enum topic topic, unsigned channels,
                       struct text text) {
    struct recipient who;
    recipient_function *find = messaging_of(engine)->find;
    check(topic == TOPIC_NEWS || topic == TOPIC_OFFERS);
    if (channels == 0 || find == NULL || !find(engine, tx, customer, &who)) return;
    send(engine, tx, customer, topic, &who, channels, true, text);
}
