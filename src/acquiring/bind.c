/* bind.c: a customer's own cards at other banks, as he sees them: the list, the way to the bank and back, the small sum
 * that he reads in his bank's app and tells here, removing. */
#include "acquiring/card.h"
#include "acquiring/internal.h"

#include "factors/factors.h"
#include "identity/common.h"

#define BINDINGS_A_DAY 10
#define CONFIRM_WATCH (3 * DAY) /* for the bank to say whether the sum was right */

static const struct refusal off = {"cards-off", 503, S_acquiring_cards_off, false};
static const struct refusal too_many = {"too-many-cards", 409, S_acquiring_cards_too_many, false};
static const struct refusal too_often = {"too-many-bindings", 429, S_acquiring_cards_too_often, true};
static const struct refusal not_asked = {"not-in-this-state", 409, S_acquiring_cards_state, false};
static const struct refusal in_use = {"payout-under-way", 409, S_acquiring_cards_in_use, false};

/* ---- what is told ---- */

static const char *name_word(enum name_verdict verdict) {
    static const char *const words[] = {
        [NAME_OWN] = "own", [NAME_FOREIGN] = "foreign", [NAME_UNNAMED] = "unnamed", [NAME_UNKNOWN] = "unknown"};
    return words[verdict];
}

static struct text network_words(struct request *request, struct text network) {
    if (text_is(network, "mir"))
        return string_get(request->arena, &request->locale, S_acquiring_cards_mir, NULL, 0);
    if (text_is(network, "visa")) return TEXT("Visa");
    return text_is(network, "mastercard") ? TEXT("Mastercard") : TEXT_NONE;
}

static void tell(struct request *request, struct tx *tx, const struct bank_card *card, struct node *document) {
    struct engine *engine = request->engine;
    enum bound_state state = bound_state_now(card->state, card->expires, world_now(request->world));
    doc_id(document, "id", card->id);
    doc_text(document, "state", text_from(bound_state_name(state)));
    doc_text(document, "mask", card->mask);
    doc_text(document, "network", card->network);
    doc_text(document, "network_words", network_words(request, card->network));
    doc_moment(document, "created", id_moment(card->id));
    doc_moment(document, "until", card->expires);
    doc_bool(document, "ended", bound_state_final(state));
    if (state == BOUND_CHECK) doc_int(document, "left", card->left);
    if (state == BOUND_CHECK) doc_bool(document, "wrong", card->attempt > 0);
    if (state != BOUND_LIVE) return;
    enum name_verdict name = bank_card_name(engine, tx, card);
    doc_text(document, "expires",
             text_format(request->arena, "%02d/%02d", (int)(card->month % 12) + 1, (int)(card->month / 12 % 100)));
    doc_bool(document, "expired", !bank_card_good(engine, card));
    doc_bool(document, "own", name == NAME_OWN);
    doc_text(document, "name", text_from(name_word(name)));
    doc_moment(document, "bound", card->bound);
}

/* GET /bank-cards: what is bound, and what is under way. */
enum flow bank_cards_read(struct request *request, struct tx *tx) {
    struct bank_card *cards = arena_array(request->arena, struct bank_card, BANK_CARDS_SHOWN);
    size_t count = bank_cards(request->engine, tx, request->caller.customer, cards, BANK_CARDS_SHOWN);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "cards");
    doc_bool(document, "on", acquiring_bank(request->engine) != NULL);
    for (size_t i = 0; i < count; i++)
        if (!bound_state_final(bound_state_now(cards[i].state, cards[i].expires, world_now(request->world))))
            tell(request, tx, &cards[i], doc_add_object(list));
    return answer_ok(request, document);
}

/* ---- adding one ---- */

static struct text bank_url(const struct request *request, const struct bank_card *card) {
    const char *site = engine_config(request->engine)->public_url;
    const struct acquirer_binding binding = {
        .id = card->id,
        .return_url = text_format(request->arena, "%s/bank-cards/%lld", site, (long long)card->id),
        .language = text_from(language_tag(request->locale.language)),
        .expires = card->expires};
    return acquirer_bind_url(acquiring_bank(request->engine), request->arena, &binding);
}

static size_t live_count(struct request *request, struct tx *tx) {
    struct bank_card *cards = arena_array(request->arena, struct bank_card, BANK_CARDS_SHOWN);
    size_t count = bank_cards(request->engine, tx, request->caller.customer, cards, BANK_CARDS_SHOWN), live = 0;
    for (size_t i = 0; i < count; i++) live += cards[i].state == BOUND_LIVE;
    return live;
}

/* POST /bank-cards, after a fresh proof: whoever binds his own card to another's cabinet would be paid from it. */
enum flow bank_card_add_write(struct request *request, struct tx *tx) {
    static const struct tally_policy policy = {.tries = BINDINGS_A_DAY, .window_us = DAY};
    const struct acquiring_state *state = acquiring_state_of(request->engine);
    moment now = world_now(tx_world(tx)), free_at = 0;
    if (state->bank == NULL) return refuse(request, &off);
    if (live_count(request, tx) >= BOUND_CARDS_MAX) return refuse(request, &too_many);
    struct text whose = text_format(request->arena, "%lld", (long long)request->caller.customer);
    if (!tally_take(request->engine, tx, "acquiring.bind", whose, &policy, &free_at))
        return refuse_until(request, &too_often, free_at);
    const struct bank_card card = {.id = world_id(tx_world(tx)),
                                   .customer = request->caller.customer,
                                   .state = BOUND_OPEN,
                                   .expires = now + state->settings->life};
    bank_card_add(tx, &card);
    outbox_add(request->engine, tx, "acquirer.binding", card.customer, card.id,
               text_format(request->arena, "%lld", (long long)card.expires), now + state->settings->ask,
               card.expires + state->settings->watch);
    struct node *document = doc_new(request->arena);
    tell(request, tx, &card, document);
    doc_text(document, "bank_url", bank_url(request, &card));
    return answer_created(
        request, document,
        text_format(request->arena, request->wants_html ? "/bank-cards/%lld/bank" : "/bank-cards/%lld",
                    (long long)card.id));
}

static bool find_own(struct request *request, struct tx *tx, struct bank_card *card) {
    int64_t id;
    return request_param_id(request, 0, &id) &&
           bank_card_find(request->engine, tx, request->caller.customer, id, card);
}

static struct text place_of(const struct request *request, const struct bank_card *card) {
    return text_format(request->arena, "/bank-cards/%lld", (long long)card->id);
}

/* GET /bank-cards/{id}/bank: the step between us and the bank, since a form may not lead the browser straight to
 * another site (Content-Security-Policy: form-action). */
enum flow bank_card_bank_read(struct request *request, struct tx *tx) {
    struct bank_card card;
    if (acquiring_bank(request->engine) == NULL || !find_own(request, tx, &card)) return answer_missing(request);
    if (bound_state_now(card.state, card.expires, world_now(request->world)) != BOUND_OPEN)
        return answer_see(request, place_of(request, &card));
    struct node *document = doc_new(request->arena);
    tell(request, tx, &card, document);
    struct text url = bank_url(request, &card);
    doc_text(document, "bank_url", url);
    engine_page_goes(request, "forward", url);
    return answer_ok(request, document);
}

/* GET /bank-cards/{id}: the sum is asked, or what became of it. */
enum flow bank_card_read(struct request *request, struct tx *tx) {
    struct bank_card card;
    if (!find_own(request, tx, &card)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    tell(request, tx, &card, document);
    enum bound_state state = bound_state_now(card.state, card.expires, world_now(request->world));
    bool waits = state == BOUND_OPEN || state == BOUND_CHECKING;
    doc_bool(document, "waits", waits);
    if (waits) engine_page_goes(request, "refresh", state == BOUND_OPEN ? TEXT("5") : TEXT("2"));
    doc_bool(document, "sandbox", engine_config(request->engine)->sandbox_url != NULL &&
                                      engine_config(request->engine)->sandbox_url[0] != '\0');
    if (doc_truth(doc_get(document, "sandbox")))
        doc_text(document, "app_url",
                 text_format(request->arena, "%s/acquirer/app", engine_config(request->engine)->sandbox_url));
    return answer_ok(request, document);
}

/* ---- the small sum ---- */

/* POST /bank-cards/{id}/confirm: the bank compares; we do not know the sum. Told twice at once, the second waits. */
enum flow bank_card_confirm_write(struct request *request, struct tx *tx) {
    struct bank_card card;
    moment now = world_now(tx_world(tx));
    if (!find_own(request, tx, &card)) return answer_missing(request);
    if (bound_state_now(card.state, card.expires, now) != BOUND_CHECK) return refuse(request, &not_asked);
    card.attempt++;
    card.state = BOUND_CHECKING;
    bank_card_save(request->engine, tx, &card);
    outbox_add(request->engine, tx, "acquirer.confirm", card.customer, card.id,
               text_format(request->arena, "%lld %lld", (long long)card.attempt,
                           (long long)field_money(request, "sum").minor),
               now, now + CONFIRM_WATCH);
    struct node *document = doc_new(request->arena);
    tell(request, tx, &card, document);
    return answer_done(request, document, place_of(request, &card));
}

/* ---- away ---- */

/* POST /bank-cards/{id}/remove. Not while money is on its way to it: the bank would not know where. */
enum flow bank_card_remove_write(struct request *request, struct tx *tx) {
    struct bank_card card;
    if (!find_own(request, tx, &card)) return answer_missing(request);
    if (card.state != BOUND_LIVE && card.state != BOUND_REMOVED) return refuse(request, &not_asked);
    if (card_payouts_open(tx, card.customer, card.id)) return refuse(request, &in_use);
    if (card.state == BOUND_LIVE) bank_card_remove(request->engine, tx, &card);
    struct node *document = doc_new(request->arena);
    tell(request, tx, &card, document);
    return answer_done(request, document, TEXT("/bank-cards"));
}
