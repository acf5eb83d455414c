/* bind_settle.c: what becomes of a card that is being bound, as the bank tells it: by signed callback, when asked
 * because none came, or in answer to the sum that the customer told. All end in bind_settle, which may hear the same
 * any number of times; what contradicts is kept in the audit trail and changes nothing. */
#include "acquiring/card.h"
#include "acquiring/internal.h"

#include "identity/common.h"
#include "messaging/messaging.h"

#define UNKNOWN_GRACE (2 * MINUTE) /* after the binding's own term, before "never heard of it" is believed */
#define UNBIND_WATCH (30 * DAY)

static const struct refusal bad_signature = {"bad-signature", 401, S_acquiring_cards_bad_signature, false};
static const struct refusal unknown_binding = {"unknown-binding", 404, S_acquiring_cards_unknown, false};
static const struct refusal contradiction = {"contradiction", 409, S_acquiring_cards_contradiction, true};

void bank_card_tell(struct engine *engine, struct tx *tx, const struct bank_card *card, string_id text) {
    struct node company = text_value(text_from(engine_config(engine)->company)), mask = text_value(card->mask);
    const struct string_argument arguments[] = {{"company", &company}, {"card", &mask}};
    message_tell(engine, tx, card->customer, TOPIC_SECURITY, text, arguments, 2);
}

/* ---- bound, removed ---- */

static void forget(struct engine *engine, struct tx *tx, struct bank_card *card) {
    moment now = world_now(tx_world(tx));
    if (card->token.size > 0)
        outbox_add(engine, tx, "acquirer.unbind", card->customer, card->id, card->token, now, now + UNBIND_WATCH);
    card->token = card->holder = card->fingerprint = TEXT("");
    card->ended = now;
}

void bank_card_remove(struct engine *engine, struct tx *tx, struct bank_card *card) {
    card_release(engine, tx, card->fingerprint, card->customer);
    forget(engine, tx, card);
    card->state = BOUND_REMOVED;
    bank_card_save(engine, tx, card);
    bank_card_tell(engine, tx, card, S_acquiring_told_removed);
    engine_notify(engine, tx, card->customer, "bank-card");
}

/* The same card bound before: the newer binding holds. */
static void replace(struct engine *engine, struct tx *tx, const struct bank_card *card) {
    struct bank_card *all = arena_array(tx_arena(tx), struct bank_card, BANK_CARDS_SHOWN);
    size_t count = bank_cards(engine, tx, card->customer, all, BANK_CARDS_SHOWN);
    for (size_t i = 0; i < count; i++) {
        if (all[i].id == card->id || all[i].state != BOUND_LIVE ||
            !text_equal(all[i].fingerprint, card->fingerprint))
            continue;
        forget(engine, tx, &all[i]);
        all[i].state = BOUND_REMOVED;
        bank_card_save(engine, tx, &all[i]);
    }
}

/* A card whose number is another customer's, too, is stolen from one of them: it is not bound, which is on record. */
static void bind(struct engine *engine, struct tx *tx, struct bank_card *card,
                 const struct acquirer_binding_news *news) {
    int64_t whose = card_claim(engine, tx, news->fingerprint, card->customer);
    card->token = news->token;
    card->holder = news->holder;
    card->fingerprint = news->fingerprint;
    card->month = news->month;
    if (whose != card->customer) {
        forget(engine, tx, card);
        card->state = BOUND_TAKEN;
        bank_card_save(engine, tx, card);
        engine_audit(engine, tx, 0, card->customer, "acquiring.card_of_another",
                     text_format(tx_arena(tx), "%.*s: %lld", TEXT_ARG(card->mask), (long long)whose));
        return;
    }
    replace(engine, tx, card);
    card->state = BOUND_LIVE;
    card->bound = world_now(tx_world(tx));
    bank_card_save(engine, tx, card);
    bank_card_tell(engine, tx, card, S_acquiring_told_bound);
}

void bank_cards_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    if (event->kind != EVENT_CUSTOMER_CLOSED) return;
    struct bank_card *all = arena_array(tx_arena(tx), struct bank_card, BANK_CARDS_SHOWN);
    size_t count = bank_cards(engine, tx, event->customer, all, BANK_CARDS_SHOWN);
    for (size_t i = 0; i < count; i++)
        if (all[i].state == BOUND_LIVE) bank_card_remove(engine, tx, &all[i]);
}

/* ---- settling ---- */

static void end(struct engine *engine, struct tx *tx, struct bank_card *card, enum bound_state state) {
    card->state = state;
    card->ended = world_now(tx_world(tx));
    bank_card_save(engine, tx, card);
}

/* The customer has the sum to tell. */
static void ask_sum(struct engine *engine, struct tx *tx, struct bank_card *card,
                    const struct acquirer_binding_news *news) {
    card->state = BOUND_CHECK;
    card->left = news->left;
    card->mask = news->mask;
    card->network = news->network;
    bank_card_save(engine, tx, card);
}

enum bind_step bind_settle(struct engine *engine, struct tx *tx, const struct acquirer_binding_news *news) {
    struct bank_card card;
    if (!bank_card_find(engine, tx, 0, news->binding, &card)) return BIND_NOTHING;
    enum bind_step step = bind_decide(card.state, card.attempt, news->said, news->attempt);
    switch (step) {
    case BIND_NOTHING: return step;
    case BIND_ASK_SUM:
    case BIND_WRONG: ask_sum(engine, tx, &card, news); break;
    case BIND_DONE: bind(engine, tx, &card, news); break;
    case BIND_FAIL: end(engine, tx, &card, bind_failed_state(news->said)); break;
    case BIND_CONTRADICTS:
        engine_audit(engine, tx, 0, card.customer, "acquiring.binding_contradiction",
                     text_format(tx_arena(tx), "%lld: %s, told %d", (long long)card.id, bound_state_name(card.state),
                                 (int)news->said));
        return step;
    }
    engine_notify(engine, tx, card.customer, "bank-card");
    return step;
}

/* ---- callbacks ---- */

enum flow bind_callback_verify(struct request *request, struct tx *tx) {
    (void)tx;
    const struct acquirer *bank = acquiring_bank(request->engine);
    int64_t stamp_s;
    if (bank == NULL) return answer_missing(request);
    if (!acquirer_verify(bank, request->authorization, request->body, &stamp_s) ||
        !callback_timely(stamp_s, world_now(request->world)))
        return refuse(request, &bad_signature);
    struct acquirer_binding_news *news = arena_new_of(request->arena, struct acquirer_binding_news);
    if (acquirer_binding_read(bank, request->arena, request->body, news) == BINDING_NONSENSE)
        return refuse(request, &unknown_binding);
    request->scratch = news;
    return FLOW_NEXT;
}

enum flow bind_callback_write(struct request *request, struct tx *tx) {
    const struct acquirer_binding_news *news = request->scratch;
    struct bank_card card;
    if (!bank_card_find(request->engine, tx, 0, news->binding, &card)) return refuse(request, &unknown_binding);
    enum bind_step step = bind_settle(request->engine, tx, news);
    if (step == BIND_CONTRADICTS) return refuse(request, &contradiction);
    struct node *document = doc_new(request->arena);
    doc_text(document, "status", step == BIND_NOTHING ? TEXT("known") : TEXT("accepted"));
    return answer_ok(request, document);
}

/* ---- asking ---- */

static enum outbox_verdict verdict_of(const struct acquirer *bank, struct arena *arena, int64_t binding,
                                      struct text reply) {
    struct acquirer_binding_news news;
    enum binding_said said = acquirer_binding_read(bank, arena, reply, &news);
    if (said == BINDING_NONSENSE || said == BINDING_PENDING || news.binding != binding) return OUTBOX_AGAIN;
    return OUTBOX_DONE;
}

/* payload: when the binding's term ends. */
enum outbox_verdict bind_status_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                     struct text *reply) {
    const struct acquirer *bank = acquiring_bank(engine);
    moment now = world_now(engine_world(engine));
    int64_t expires;
    if (bank == NULL) return OUTBOX_AGAIN;
    if (!text_to_int(item->payload, &expires)) return OUTBOX_REFUSED;
    switch (acquirer_bind_status(bank, arena, item->subject, now, reply)) {
    case ACQUIRER_TOLD: return verdict_of(bank, arena, item->subject, *reply);
    case ACQUIRER_NO_SUCH: return now > expires + UNKNOWN_GRACE ? OUTBOX_REFUSED : OUTBOX_AGAIN;
    case ACQUIRER_NO:
    case ACQUIRER_SILENT: break;
    }
    return OUTBOX_AGAIN;
}

void bind_status_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                        enum outbox_verdict verdict, struct text reply) {
    struct acquirer_binding_news news;
    struct bank_card card;
    if (verdict == OUTBOX_DONE &&
        acquirer_binding_read(acquiring_bank(engine), tx_arena(tx), reply, &news) != BINDING_NONSENSE) {
        bind_settle(engine, tx, &news);
        return;
    }
    /* They never heard of it after its term, or never answered while we watched. */
    if (!bank_card_find(engine, tx, item->owner, item->subject, &card) || card.state >= BOUND_LIVE) return;
    end(engine, tx, &card, BOUND_EXPIRED);
    engine_notify(engine, tx, card.customer, "bank-card");
}

/* payload: the attempt and the sum. What they do not take (the term is over) they say when asked. */
enum outbox_verdict bind_confirm_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                      struct text *reply) {
    const struct acquirer *bank = acquiring_bank(engine);
    moment now = world_now(engine_world(engine));
    struct text rest, first = text_split(item->payload, ' ', &rest);
    int64_t attempt, sum;
    struct acquirer_binding_news news;
    if (bank == NULL) return OUTBOX_AGAIN;
    if (!text_to_int(first, &attempt) || !text_to_int(rest, &sum)) return OUTBOX_REFUSED;
    enum acquirer_heard heard = acquirer_bind_confirm(bank, arena, item->subject, attempt, rub(sum), now, reply);
    if (heard == ACQUIRER_NO) heard = acquirer_bind_status(bank, arena, item->subject, now, reply);
    if (heard == ACQUIRER_NO_SUCH) return OUTBOX_REFUSED;
    if (heard != ACQUIRER_TOLD || verdict_of(bank, arena, item->subject, *reply) == OUTBOX_AGAIN) return OUTBOX_AGAIN;
    acquirer_binding_read(bank, arena, *reply, &news);
    return news.said == BINDING_CHECK && news.attempt < attempt ? OUTBOX_AGAIN : OUTBOX_DONE;
}

/* payload: the token. */
enum outbox_verdict unbind_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply) {
    (void)reply;
    const struct acquirer *bank = acquiring_bank(engine);
    if (bank == NULL) return OUTBOX_AGAIN;
    enum acquirer_heard heard = acquirer_unbind(bank, arena, item->payload, world_now(engine_world(engine)));
    return heard == ACQUIRER_SILENT ? OUTBOX_AGAIN : OUTBOX_DONE;
}
