/* order.c: a card is ordered, or another in place of one that is lost, stolen or damaged (WA-6). */
#include "products/cards/cards.h"

#include "base/check.h"
#include "operations/operations.h"

static const struct refusal off = {"cards-unavailable", 409, S_cards_refused_off, false};
static const struct refusal level_low = {"level-too-low", 422, S_cards_refused_level, false};
static const struct refusal too_many = {"too-many-cards", 409, S_cards_refused_many, false};
static const struct refusal no_purse = {"no-account", 409, S_cards_refused_no_purse, false};
static const struct refusal not_replaceable = {"not-replaceable", 409, S_cards_refused_replace, false};

/* As many as may be had, and of a level that may have it. */
static enum flow allowed(struct request *request, struct tx *tx, enum card_kind kind) {
    const struct cards_settings *settings = cards_state_of(request->engine)->settings;
    struct customer customer;
    struct card *cards = arena_array(tx_arena(tx), struct card, CARDS_MOST);
    size_t all = cards_of(request->engine, tx, request->caller.customer, cards, CARDS_MOST);
    int64_t count = 0, most = kind == KIND_PLASTIC ? settings->plastic_most : settings->virtual_most;
    int level = kind == KIND_PLASTIC ? settings->plastic_level : settings->virtual_level;
    if (cards_state_of(request->engine)->processing == NULL) return refuse(request, &off);
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    if ((int)customer.level < level + 1) return refuse(request, &level_low);
    for (size_t i = 0; i < all; i++) count += cards[i].kind == kind && !card_ended(cards[i].state);
    return count >= most || all == CARDS_MOST ? refuse(request, &too_many) : FLOW_NEXT;
}

static int64_t purse_of(struct request *request, struct tx *tx) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    int64_t wanted = field_number(request, "from");
    if (count == 0) refuse(request, &no_purse);
    if (count == 0 || wanted == 0) return count == 0 ? 0 : purses[0].account;
    for (size_t i = 0; i < count; i++)
        if (purses[i].account == wanted) return wanted;
    refuse_field(request, "from", S_cards_form_from_invalid);
    return 0;
}

/* What stands on it, and where plastic is sent. */
static enum flow take_words(struct request *request, enum card_kind kind, struct text *holder) {
    struct text typed = field_text(request, "holder");
    bool plastic = kind == KIND_PLASTIC, wrong = typed.size > 0 && !card_holder(request->arena, typed, holder);
    if (typed.size == 0) *holder = TEXT_NONE;
    if (plastic && typed.size == 0) request_mark(request, "holder", S_cards_form_holder_missing, NULL, 0);
    if (wrong) request_mark(request, "holder", S_cards_form_holder_invalid, NULL, 0);
    if (plastic && field_text(request, "address").size == 0)
        request_mark(request, "address", S_cards_form_address_missing, NULL, 0);
    return request->fields_valid ? FLOW_NEXT : refuse_rest(request);
}

static enum flow take_fee(struct request *request, struct tx *tx, const struct card *card, int64_t from) {
    int64_t operation;
    const struct transfer fee = {.from = from,
                                 .to = cards_system_account(request->engine, tx, CARDS_FEES),
                                 .sum = rub(card->fee),
                                 .kind = KIND_CARD_FEE,
                                 .subject = card->id,
                                 .flags = TRANSFER_NO_LIMITS};
    if (card->fee == 0) return FLOW_NEXT;
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(request->engine), tx, &fee, &operation);
    return refusal == LEDGER_OK ? FLOW_NEXT : operations_refuse(request, tx, refusal, from, fee.sum);
}

struct card card_begun(struct engine *engine, struct tx *tx, int64_t customer, enum card_kind kind) {
    const struct cards_settings *settings = cards_state_of(engine)->settings;
    return (struct card){.id = world_id(tx_world(tx)),
                         .customer = customer,
                         .kind = kind,
                         .state = CARD_ORDERED,
                         .fee = kind == KIND_PLASTIC ? settings->plastic_fee : 0,
                         .limits = {settings->operation_max, settings->day_max, settings->month_max},
                         .internet = true,
                         .abroad = true,
                         .secure = true,
                         .cash = kind == KIND_PLASTIC};
}

int64_t card_account_for(struct engine *engine, struct tx *tx, const struct card *card, int64_t purse) {
    bool own = card->kind == KIND_PLASTIC && cards_state_of(engine)->settings->plastic_account == PLASTIC_OWN;
    return own ? card_account_open(engine, tx, card->customer, purse) : purse;
}

/* POST /cards */
enum flow card_new_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    enum card_kind kind = field_number(request, "kind") == 1 ? KIND_PLASTIC : KIND_VIRTUAL;
    struct card card = card_begun(engine, tx, request->caller.customer, kind);
    request->fields_valid = true; /* a command may be run again */
    if (allowed(request, tx, kind) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (take_words(request, kind, &card.holder) == FLOW_ANSWERED) return FLOW_ANSWERED;
    int64_t purse = purse_of(request, tx);
    card.fee_from = purse;
    if (purse == 0 || take_fee(request, tx, &card, purse) == FLOW_ANSWERED) return FLOW_ANSWERED;
    card.account = card_account_for(engine, tx, &card, purse);
    if (card.account == 0) return answer_missing(request);
    card_insert(engine, tx, &card, field_text(request, "address"));
    card_order(engine, tx, &card);
    struct node *document = doc_new(request->arena);
    card_tell(request, &card, document);
    return answer_created(request, document, text_format(request->arena, "/cards/%lld", (long long)card.id));
}

/* ---- another in its place ---- */

/* The row of another card that does what the old one did, on the same money. */
struct card card_like(struct engine *engine, struct tx *tx, const struct card *old, struct text address,
                      bool renewal) {
    struct card card = *old;
    card.id = world_id(tx_world(tx));
    card.state = CARD_ORDERED;
    card.token = card.last4 = TEXT_NONE;
    card.expires = card.version = card.ended = card.fee = card.fee_from = card.frozen_until = card.pin_set = 0;
    card.thaw_told = card.renewed = false;
    card.delivery = DELIVERY_NONE;
    card.renewal = renewal;
    card.blocked_for = BLOCK_UNSAID;
    card.replaces = old->id;
    card_insert(engine, tx, &card, address);
    card_kind_limits_copy(tx, old, &card);
    card_order(engine, tx, &card);
    return card;
}

/* POST /cards/{id}/reissue: what is lost, stolen or in doubt is blocked at once; what is damaged works until the new
 * one does; of what is blocked already nothing more is asked. Free. */
enum flow card_reissue_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct card old;
    if (!card_of_request(request, tx, &old)) return answer_missing(request);
    enum block_reason reason = (enum block_reason)(field_number(request, "reason") + BLOCK_LOST);
    if (cards_state_of(engine)->processing == NULL) return refuse(request, &off);
    if (!card_replaceable(old.state) || card_replacement(tx, old.customer, old.id) != 0)
        return refuse(request, &not_replaceable);
    if (old.state != CARD_BLOCKED && !field_given(request, "reason"))
        return refuse_field(request, "reason", S_cards_form_reason_missing);
    struct text address = field_given(request, "address") ? field_text(request, "address")
                                                          : card_address(engine, tx, &old);
    struct card card = card_like(engine, tx, &old, address, false);
    if (reason != BLOCK_DAMAGED && !card_ended(old.state)) card_block(engine, tx, &old, reason);
    struct node *document = doc_new(request->arena);
    card_tell(request, &card, document);
    return answer_created(request, document, text_format(request->arena, "/cards/%lld", (long long)card.id));
}
