/* acts.c: what a holder does with a card: says that it has come, moves money to a prepaid one and back, closes it. */
#include "products/cards/cards.h"

#include "factors/factors.h"
#include "identity/common.h"
#include "operations/operations.h"

static const struct refusal not_now = {"not-in-this-state", 409, S_cards_refused_state, false};
static const struct refusal money_left = {"money-left", 409, S_cards_refused_money_left, false};
static const struct refusal not_prepaid = {"not-prepaid", 409, S_cards_refused_not_prepaid, false};
static const struct refusal by_device = {"device-first", 409, S_cards_refused_by_device, false};
static const struct refusal wrong_digits = {"digits-wrong", 422, S_cards_refused_digits, true};
static const struct refusal locked = {"too-many-tries", 429, S_cards_refused_tries, true};

/* ---- it has come ---- */

void card_activate(struct engine *engine, struct tx *tx, struct card *card) {
    struct card old;
    card_turn(engine, tx, card, CARD_ACTIVE);
    if (card->replaces != 0 && card_find(engine, tx, card->customer, card->replaces, &old) && !card_ended(old.state))
        card_turn(engine, tx, &old, CARD_CLOSED);
    tell_card(engine, tx, card, S_cards_told_activated);
}

/* By its last digits, which nobody who has not got it has been shown. */
enum flow card_activate_write(struct request *request, struct tx *tx) {
    struct card card;
    moment free_at = 0;
    struct engine *engine = request->engine;
    if (!card_of_request(request, tx, &card)) return answer_missing(request);
    if (card.kind != KIND_PLASTIC || card.state != CARD_ORDERED || card.token.size == 0)
        return refuse(request, &not_now);
    if (card.delivery != DELIVERY_NONE) return refuse(request, &by_device);
    if (!identity_try(request, tx, "cards.activate", card.customer, &free_at))
        return refuse_until(request, &locked, free_at);
    if (!text_equal_secret(field_text(request, "digits"), card.last4))
        return refuse_at(request, "digits", &wrong_digits);
    identity_try_right(request, tx, "cards.activate", card.customer);
    card_activate(engine, tx, &card);
    struct node *document = doc_new(request->arena);
    card_tell(request, &card, document);
    return answer_done(request, document, text_format(request->arena, "/cards/%lld/pin", (long long)card.id));
}

/* ---- money of a prepaid card ---- */

static enum flow moved(struct request *request, struct tx *tx, const struct card *card, int64_t from, int64_t to,
                       int kind) {
    int64_t operation;
    const struct transfer transfer = {.from = from,
                                      .to = to,
                                      .sum = field_money(request, "sum"),
                                      .kind = kind,
                                      .subject = card->id};
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(request->engine), tx, &transfer, &operation);
    if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, from, transfer.sum);
    engine_notify(request->engine, tx, card->customer, "card");
    struct node *document = doc_new(request->arena);
    doc_id(document, "operation", operation);
    return answer_created(request, document, text_format(request->arena, "/cards/%lld", (long long)card->id));
}

/* The purse that the form names, or the usual one; 0: it has answered. */
static int64_t purse_of(struct request *request, struct tx *tx) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    int64_t wanted = field_number(request, "from");
    if (count > 0 && wanted == 0) return purses[0].account;
    for (size_t i = 0; i < count; i++)
        if (purses[i].account == wanted) return wanted;
    refuse_field(request, "from", S_cards_form_from_invalid);
    return 0;
}

enum flow card_topup_write(struct request *request, struct tx *tx) {
    struct card card;
    if (!card_of_request(request, tx, &card)) return answer_missing(request);
    if (!card_has_own_account(request->engine, tx, &card)) return refuse(request, &not_prepaid);
    if (card_ended(card.state)) return refuse(request, &not_now);
    int64_t purse = purse_of(request, tx);
    return purse == 0 ? FLOW_ANSWERED : moved(request, tx, &card, purse, card.account, KIND_CARD_TOPUP);
}

/* Also of a card that has ended: a shop may give back later. */
enum flow card_back_write(struct request *request, struct tx *tx) {
    struct card card;
    if (!card_of_request(request, tx, &card)) return answer_missing(request);
    if (!card_has_own_account(request->engine, tx, &card)) return refuse(request, &not_prepaid);
    int64_t purse = purse_of(request, tx);
    return purse == 0 ? FLOW_ANSWERED : moved(request, tx, &card, card.account, purse, KIND_CARD_BACK);
}

/* ---- closing ---- */

/* The account of a card that nobody else draws on, with something on it. */
static bool leaves_money(struct request *request, struct tx *tx, const struct card *card) {
    struct account account;
    struct card *cards = arena_array(tx_arena(tx), struct card, CARDS_MOST);
    size_t count = cards_of(request->engine, tx, card->customer, cards, CARDS_MOST);
    if (!card_has_own_account(request->engine, tx, card)) return false;
    for (size_t i = 0; i < count; i++)
        if (cards[i].id != card->id && cards[i].account == card->account && !card_ended(cards[i].state)) return false;
    return ledger_account(engine_ledger(request->engine), tx, card->account, &account) &&
           (account.balance != 0 || account.held != 0);
}

enum flow card_close_write(struct request *request, struct tx *tx) {
    struct card card;
    if (!card_of_request(request, tx, &card)) return answer_missing(request);
    if (card.state == CARD_CLOSED) return card_answer(request, &card);
    if (card_ended(card.state)) return refuse(request, &not_now);
    if (leaves_money(request, tx, &card)) return refuse(request, &money_left);
    card_turn(request->engine, tx, &card, CARD_CLOSED);
    tell_card(request->engine, tx, &card, S_cards_told_closed);
    return card_answer(request, &card);
}
