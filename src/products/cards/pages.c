/* pages.c: the list of one's cards, and a card with all that can be done with it. */
#include "products/cards/cards.h"

#include "acquiring/acquiring.h"
#include "operations/operations.h"

#define LATEST 10

bool card_of_request(struct request *request, struct tx *tx, struct card *card) {
    int64_t id;
    return request_param_id(request, 0, &id) &&
           card_find(request->engine, tx, request->caller.customer, id, card);
}

static struct text say(struct request *request, string_id id) {
    return string_get(request->arena, &request->locale, id, NULL, 0);
}

/* ---- what is told of a card ---- */

/* «11/30» */
static struct text good_until(struct request *request, const struct card *card) {
    struct date last = civil_at(card->expires - 1, engine_zone(request->engine)).date;
    return text_format(request->arena, "%02d/%02d", last.month, last.year % 100);
}

static string_id state_now(const struct card *card, bool on_its_way) {
    if (!on_its_way) return card_state_words(card->state);
    return card->delivery == DELIVERY_NONE ? S_cards_state_sent : delivery_words(card->delivery);
}

void card_tell(struct request *request, const struct card *card, struct node *document) {
    bool on_its_way = card->kind == KIND_PLASTIC && card->state == CARD_ORDERED && card->token.size > 0;
    doc_id(document, "id", card->id);
    doc_text(document, "kind", card->kind == KIND_PLASTIC ? TEXT("plastic") : TEXT("virtual"));
    doc_text(document, "state", text_from(card_state_name(card->state)));
    doc_text(document, "state_words", say(request, state_now(card, on_its_way)));
    doc_text(document, "title", card_title(request->arena, &request->locale, card));
    doc_bool(document, "on_its_way", on_its_way);
    doc_bool(document, "active", card->state == CARD_ACTIVE);
    doc_bool(document, "ended", card_ended(card->state));
    doc_text(document, "holder", card->holder);
    if (card->pin_set != 0) doc_moment(document, "pin_set", card->pin_set);
    else doc_null(document, "pin_set");
    if (card->expires != 0) doc_text(document, "good_until", good_until(request, card));
    else doc_null(document, "good_until");
    if (card->state == CARD_FROZEN && card->frozen_until != 0)
        doc_date(document, "frozen_until", civil_at(card->frozen_until, engine_zone(request->engine)).date);
    else doc_null(document, "frozen_until");
    if (card->blocked_for != BLOCK_UNSAID)
        doc_text(document, "blocked_for", text_from(block_reason_name(card->blocked_for)));
    else doc_null(document, "blocked_for");
}

static void tell_money(struct request *request, struct tx *tx, const struct card *card, struct node *document) {
    struct account account = {.balance = 0};
    ledger_account(engine_ledger(request->engine), tx, card->account, &account);
    int64_t left = account.balance - account.held;
    doc_bool(document, "prepaid", card_has_own_account(request->engine, tx, card));
    doc_money(document, "available", rub(left > 0 ? left : 0));
    doc_money(document, "held", rub(account.held));
    doc_bool(document, "frozen_money", account.frozen);
}

enum flow cards_read(struct request *request, struct tx *tx) {
    struct card *cards = arena_array(request->arena, struct card, CARDS_MOST);
    size_t count = cards_of(request->engine, tx, request->caller.customer, cards, CARDS_MOST);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "on", cards_state_of(request->engine)->processing != NULL);
    struct node *list = doc_array(document, "cards"), *ended = doc_array(document, "past");
    for (size_t i = 0; i < count; i++) {
        struct node *place = doc_add_object(card_ended(cards[i].state) ? ended : list);
        card_tell(request, &cards[i], place);
        tell_money(request, tx, &cards[i], place);
    }
    return answer_ok(request, document);
}

/* ---- one card ---- */

void card_operation_tell(struct request *request, const struct card_operation *operation, struct node *node) {
    static const char *const places[] = {"till", "internet", "cash"};
    int64_t sum = operation->state == OPERATION_DECLINED || operation->state == OPERATION_REVERSED
                      ? operation->sum
                      : operation->held + operation->cleared;
    doc_id(node, "id", operation->id);
    doc_text(node, "state", text_from(operation_state_name(operation->state)));
    doc_text(node, "merchant", operation->merchant.size > 0 ? operation->merchant : TEXT("—"));
    doc_text(node, "category", operation->category);
    doc_text(node, "place", text_from(places[operation->place]));
    doc_money(node, "sum", rub(sum > 0 ? sum : operation->sum));
    doc_money(node, "held", rub(operation->held));
    doc_money(node, "cleared", rub(operation->cleared));
    doc_money(node, "refunded", rub(operation->refunded));
    doc_bool(node, "abroad", operation->abroad);
    doc_moment(node, "at", operation->made);
    if (operation->asked && operation->reason != DECLINE_NOT) {
        doc_text(node, "reason", text_from(decline_name(operation->reason)));
        doc_text(node, "reason_words", say(request, decline_words(operation->reason)));
    } else {
        doc_null(node, "reason");
        doc_null(node, "reason_words");
    }
}

static void tell_operations(struct request *request, struct tx *tx, const struct card *card, struct node *document) {
    struct card_operation operations[LATEST];
    size_t count = operations_of_card(tx, card->customer, card->id, operations, LATEST);
    struct node *list = doc_array(document, "operations");
    for (size_t i = 0; i < count; i++) card_operation_tell(request, &operations[i], doc_add_object(list));
}

static void tell_purses(struct request *request, struct tx *tx, struct node *document) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    doc_bool(document, "several", count > 1);
    struct node *options = doc_array(document, "purses");
    for (size_t i = 0; i < count; i++) {
        struct account account;
        if (!ledger_account(engine_ledger(request->engine), tx, purses[i].account, &account)) continue;
        struct node *values = doc_new(request->arena), *option = doc_add_object(options);
        doc_text(values, "title", purses[i].title);
        doc_money(values, "sum", rub(account.balance - account.held));
        const struct string_argument arguments[] = {{"title", doc_get(values, "title")},
                                                    {"sum", doc_get(values, "sum")}};
        doc_id(option, "value", account.id);
        doc_text(option, "title", string_get(request->arena, &request->locale, S_cards_purse, arguments, 2));
        doc_bool(option, "selected", field_number(request, "from") == account.id);
    }
}

/* From when to when a freeze may end; what a statement is offered for. */
static void tell_days(struct request *request, struct node *document) {
    const struct cards_settings *settings = cards_state_of(request->engine)->settings;
    struct date today = civil_at(world_now(request->world), engine_zone(request->engine)).date;
    doc_date(document, "freeze_first", date_from_days(date_to_days(today) + 1));
    doc_date(document, "statement_from", (struct date){today.year, today.month, 1});
    doc_date(document, "statement_to", today);
    doc_date(document, "freeze_last", freeze_latest(today, settings->freeze_months));
}

enum flow card_read(struct request *request, struct tx *tx) {
    struct card card;
    if (!card_of_request(request, tx, &card)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    int64_t replacement = card_replacement(tx, card.customer, card.id);
    card_tell(request, &card, document);
    delivery_tell(request, tx, &card, document);
    tell_money(request, tx, &card, document);
    card_limits_tell(request, tx, &card, document);
    tell_operations(request, tx, &card, document);
    tell_purses(request, tx, document);
    int64_t least, most;
    bool by_card = engine_enabled(request->engine, "wallet") && acquiring_cards(request->engine, &least, &most) &&
                   !card_ended(card.state);
    doc_text(document, "topup", by_card ? text_format(request->arena, "/topup?to=%lld", (long long)card.account)
                                        : TEXT_NONE);
    doc_bool(document, "usable", card.state == CARD_ACTIVE || card.state == CARD_FROZEN);
    doc_bool(document, "has_pin",
             card.kind == KIND_PLASTIC && (card.state == CARD_ACTIVE || card.state == CARD_FROZEN));
    doc_bool(document, "blockable", !card_ended(card.state) && card.token.size > 0);
    tell_days(request, document);
    doc_bool(document, "has_details", card.token.size > 0 && (card.state == CARD_ACTIVE || card.state == CARD_FROZEN));
    doc_bool(document, "replaceable",
             replacement == 0 && card_replaceable(card.state));
    if (replacement != 0) doc_id(document, "replacement", replacement);
    else doc_null(document, "replacement");
    return answer_ok(request, document);
}

/* ---- ordering ---- */

enum flow card_new_read(struct request *request, struct tx *tx) {
    const struct cards_state *state = cards_state_of(request->engine);
    bool plastic = field_number(request, "kind") == 1;
    struct node *document = doc_new(request->arena);
    doc_bool(document, "on", state->processing != NULL);
    doc_bool(document, "plastic", plastic);
    doc_bool(document, "prepaid", plastic && state->settings->plastic_account == PLASTIC_OWN);
    doc_money(document, "fee", rub(plastic ? state->settings->plastic_fee : 0));
    tell_purses(request, tx, document);
    return answer_ok(request, document);
}

enum flow card_answer(struct request *request, const struct card *card) {
    struct node *document = doc_new(request->arena);
    card_tell(request, card, document);
    return answer_done(request, document, text_format(request->arena, "/cards/%lld", (long long)card->id));
}
