/* tell.c: cards and purchases in words: messages, titles, what operations say of them. */
#include "products/cards/dispute.h"

#include "messaging/messaging.h"
#include "operations/mcc_rules.h"
#include "operations/operations.h"

#include <string.h>

struct text card_title(struct arena *arena, const struct locale *locale, const struct card *card) {
    struct node *values = doc_new(arena);
    bool shown = card->last4.size > 0 && !(card->kind == KIND_PLASTIC && card->state == CARD_ORDERED);
    doc_text(values, "last", shown ? card->last4 : TEXT("····"));
    const struct string_argument argument = {"last", doc_get(values, "last")};
    return string_get(arena, locale, card->kind == KIND_PLASTIC ? S_cards_title_plastic : S_cards_title_virtual,
                      &argument, 1);
}

string_id card_state_words(enum card_state state) {
    switch (state) {
    case CARD_ORDERED: return S_cards_state_ordered;
    case CARD_ACTIVE: return S_cards_state_active;
    case CARD_FROZEN: return S_cards_state_frozen;
    case CARD_BLOCKED: return S_cards_state_blocked;
    case CARD_CLOSED: return S_cards_state_closed;
    case CARD_EXPIRED: return S_cards_state_expired;
    }
    return S_cards_state_closed;
}

string_id decline_words(enum decline reason) {
    static const string_id words[DECLINE_COUNT] = {
        [DECLINE_NOT] = S_none,
        [DECLINE_REVERSED] = S_cards_declined_reversed,
        [DECLINE_CURRENCY] = S_cards_declined_currency,
        [DECLINE_ORDERED] = S_cards_declined_ordered,
        [DECLINE_BLOCKED] = S_cards_declined_blocked,
        [DECLINE_CLOSED] = S_cards_declined_closed,
        [DECLINE_EXPIRED] = S_cards_declined_expired,
        [DECLINE_FROZEN] = S_cards_declined_frozen,
        [DECLINE_MONEY_FROZEN] = S_cards_declined_money_frozen,
        [DECLINE_INTERNET] = S_cards_declined_internet,
        [DECLINE_CASH] = S_cards_declined_cash,
        [DECLINE_OPERATION] = S_cards_declined_operation,
        [DECLINE_DAY] = S_cards_declined_day,
        [DECLINE_MONTH] = S_cards_declined_month,
        [DECLINE_LEVEL] = S_cards_declined_level,
        [DECLINE_NOT_ENOUGH] = S_cards_declined_not_enough,
        [DECLINE_ACCOUNT] = S_cards_declined_account,
        [DECLINE_COOLING] = S_cards_declined_cooling,
        [DECLINE_ABROAD] = S_cards_declined_abroad,
        [DECLINE_UNPROVED] = S_cards_declined_unproved,
        [DECLINE_KIND_OPERATION] = S_cards_declined_kind_operation,
        [DECLINE_KIND_DAY] = S_cards_declined_kind_day,
        [DECLINE_KIND_MONTH] = S_cards_declined_kind_month,
        [DECLINE_LATE] = S_cards_declined_late,
        [DECLINE_GROUP] = S_cards_declined_group,
        [DECLINE_GROUP_MONTH] = S_cards_declined_group_month};
    return words[reason];
}

/* ---- messages ---- */

struct telling {
    struct node *values;
    struct locale locale;
};

static struct telling begin(struct engine *engine, struct tx *tx, const struct card *card) {
    struct customer customer;
    struct telling telling = {doc_new(tx_arena(tx)), {.language = LANGUAGE_RU, .zone = engine_zone(engine)}};
    if (identity_customer(engine, tx, card->customer, &customer)) telling.locale.language = customer.language;
    doc_text(telling.values, "card", card_title(tx_arena(tx), &telling.locale, card));
    return telling;
}

static void send(struct engine *engine, struct tx *tx, const struct card *card, const struct telling *telling,
                 enum topic topic, string_id text) {
    static const char *const names[] = {"card", "merchant", "sum", "left", "why", "date"};
    struct string_argument arguments[6];
    size_t count = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct node *value = doc_get(telling->values, names[i]);
        if (value != NULL) arguments[count++] = (struct string_argument){names[i], value};
    }
    message_tell(engine, tx, card->customer, topic, text, arguments, count);
    engine_notify(engine, tx, card->customer, "card");
}

static void add_purchase(struct engine *engine, struct tx *tx, const struct card_operation *operation, int64_t sum,
                         struct telling *telling) {
    struct account account = {.balance = 0};
    ledger_account(engine_ledger(engine), tx, operation->account, &account);
    int64_t left = account.balance - account.held;
    doc_text(telling->values, "merchant", operation->merchant.size > 0 ? operation->merchant : TEXT("—"));
    doc_money(telling->values, "sum", rub(sum));
    doc_money(telling->values, "left", rub(left > 0 ? left : 0));
}

void tell_purchase(struct engine *engine, struct tx *tx, const struct card *card,
                   const struct card_operation *operation) {
    struct telling telling = begin(engine, tx, card);
    add_purchase(engine, tx, operation, operation->sum, &telling);
    bool approved = operation->reason == DECLINE_NOT;
    if (!approved)
        doc_text(telling.values, "why",
                 string_get(tx_arena(tx), &telling.locale, decline_words(operation->reason), NULL, 0));
    string_id text = !approved                         ? S_cards_told_declined
                     : operation->place == PLACE_CASH ? S_cards_told_cash
                                                      : S_cards_told_purchase;
    send(engine, tx, card, &telling, TOPIC_OPERATIONS, text);
}

void tell_sum(struct engine *engine, struct tx *tx, const struct card *card, const struct card_operation *operation,
              int64_t sum, string_id text) {
    struct telling telling = begin(engine, tx, card);
    add_purchase(engine, tx, operation, sum, &telling);
    send(engine, tx, card, &telling, TOPIC_OPERATIONS, text);
}

void tell_card(struct engine *engine, struct tx *tx, const struct card *card, string_id text) {
    struct telling telling = begin(engine, tx, card);
    send(engine, tx, card, &telling, TOPIC_SECURITY, text);
}

void tell_card_day(struct engine *engine, struct tx *tx, const struct card *card, string_id text, moment day) {
    struct telling telling = begin(engine, tx, card);
    doc_date(telling.values, "date", civil_at(day, engine_zone(engine)).date);
    send(engine, tx, card, &telling, TOPIC_SECURITY, text);
}

void dispute_tell(struct engine *engine, struct tx *tx, const struct dispute *dispute,
                  const struct card_operation *operation, int64_t sum, string_id text) {
    struct card card;
    if (!card_find(engine, tx, operation->customer, operation->card, &card)) return;
    struct telling telling = begin(engine, tx, &card);
    add_purchase(engine, tx, operation, sum, &telling);
    doc_text(telling.values, "why", dispute->note.size > 0 ? dispute->note : TEXT("—"));
    send(engine, tx, &card, &telling, TOPIC_OPERATIONS, text);
}

/* ---- as operations ---- */

void purchase_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                       struct node *operation) {
    struct account account;
    struct card_operation purchase;
    struct card card;
    if (!ledger_account(engine_ledger(engine), tx, entry->account, &account) || account.owner == 0 ||
        !operation_by_id(tx, account.owner, entry->subject, &purchase))
        return;
    if (purchase.merchant.size > 0) doc_text(operation, "counterparty", purchase.merchant);
    doc_id(operation, "card_id", purchase.card);
    doc_id(operation, "purchase", purchase.id);
    if (card_find(engine, tx, account.owner, purchase.card, &card))
        doc_text(operation, "card", card_title(operation->arena, locale, &card));
}

void purchase_classify(struct engine *engine, struct tx *tx, const struct entry *entry, struct operation_class *class) {
    struct account account;
    struct card_operation purchase;
    uint8_t hash[SECRET_HASH_SIZE];
    int64_t code = 0;
    class->payee = 0; /* the other side is processing, whoever was paid */
    if (!ledger_account(engine_ledger(engine), tx, entry->account, &account) || account.owner == 0 ||
        !operation_by_id(tx, account.owner, entry->subject, &purchase))
        return;
    if (text_to_int(purchase.category, &code)) class->category = text_from(mcc_category((int)code));
    if (purchase.merchant.size == 0) return;
    secret_hash(engine_keyring(engine), "cards.merchant", purchase.merchant, hash);
    memcpy(&class->payee, hash, sizeof class->payee);
}

void card_move_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                        struct node *operation) {
    struct account account;
    struct card card;
    if (!ledger_account(engine_ledger(engine), tx, entry->account, &account) || account.owner == 0 ||
        !card_find(engine, tx, account.owner, entry->subject, &card))
        return;
    doc_text(operation, "counterparty", card_title(operation->arena, locale, &card));
    doc_id(operation, "card_id", card.id);
}
