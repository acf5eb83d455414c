/* authorise.c: processing asks whether a purchase may be paid: decided and held in one command, on the truth of that
 * moment. The answer to an authorisation is kept: asked again, it is told again. */
#include "products/cards/secure.h"

#include "base/check.h"
#include "identity/secrets.h"

#define HOLD_AFTER DAY /* the job lets it go at its time (clearing.c); the ledger does later if that job stands still */

struct card_operation operation_begun(struct tx *tx, const struct heard *heard) {
    const struct processing_message *message = &heard->message;
    return (struct card_operation){.id = world_id(tx_world(tx)),
                                   .customer = heard->card.customer,
                                   .card = heard->card.id,
                                   .account = heard->card.account,
                                   .reference = message->operation,
                                   .place = (enum card_place)message->place,
                                   .merchant = message->merchant,
                                   .category = message->category,
                                   .abroad = message->abroad,
                                   .made = world_now(tx_world(tx))};
}

static enum card_money money_of(enum ledger_refusal refusal) {
    switch (refusal) {
    case LEDGER_OK: return MONEY_FINE;
    case LEDGER_FROZEN: return MONEY_FROZEN;
    case LEDGER_OPERATION_LIMIT:
    case LEDGER_DAY_LIMIT:
    case LEDGER_MONTH_LIMIT: return MONEY_LEVEL;
    case LEDGER_NOT_ENOUGH: return MONEY_NOT_ENOUGH;
    default: return MONEY_CLOSED;
    }
}

static struct transfer purchase_of(struct engine *engine, struct tx *tx, const struct card_operation *operation) {
    return (struct transfer){.from = operation->account,
                             .to = cards_system_account(engine, tx, CARDS_PROCESSING),
                             .sum = rub(operation->sum),
                             .kind = operation->place == PLACE_CASH ? KIND_CASH : KIND_PURCHASE,
                             .subject = operation->id};
}

/* What was claimed before it was asked for is not wanted from the account once more. */
static enum card_money ask_ledger(struct engine *engine, struct tx *tx, const struct card_operation *operation) {
    struct account account;
    if (!ledger_account(engine_ledger(engine), tx, operation->account, &account)) return MONEY_CLOSED;
    if (account.frozen) return MONEY_FROZEN;
    if (operation->cleared > 0) return MONEY_FINE;
    const struct transfer transfer = purchase_of(engine, tx, operation);
    return money_of(ledger_check(engine_ledger(engine), tx, &transfer));
}

/* Frozen until a moment that has passed, though the job has not come by yet; or past its month. */
enum card_state card_state_at(const struct card *card, moment now) {
    if (card_ended(card->state)) return card->state;
    if (card->expires != 0 && now >= card->expires) return CARD_EXPIRED;
    bool thawed = card->state == CARD_FROZEN && card->frozen_until != 0 && now >= card->frozen_until;
    return thawed ? CARD_ACTIVE : card->state;
}

/* What was claimed of it before it was asked for is in the sums already. */
static void look_at_limits(struct engine *engine, struct tx *tx, const struct card *card,
                           const struct card_operation *operation, struct card_look *look) {
    struct card_spent spent[LIMIT_KINDS + 1];
    int64_t own = operation->cleared;
    operations_spent(engine, tx, card, spent);
    card_kind_limits(tx, card, look->kinds);
    for (int i = 0; i < LIMIT_KINDS; i++)
        look->spent_by[i] = (struct card_spent){spent[i].day - own, spent[i].month - own};
    enum shop_group group = shop_group_of(operation->category);
    card_group_limit(engine, tx, card, group, &look->group, &look->spent_in_group);
    if (look->group.month > 0) look->spent_in_group -= own;
    look->spent = (struct card_spent){spent[LIMIT_KINDS].day - own, spent[LIMIT_KINDS].month - own};
}

static enum decline decide(struct engine *engine, struct tx *tx, const struct heard *heard,
                           const struct card_operation *operation, bool proved) {
    const struct card *card = &heard->card;
    moment now = world_now(tx_world(tx));
    struct cooling cooling;
    bool foreign = heard->message.foreign, cools = identity_cooling(engine, tx, card->customer, &cooling);
    struct card_look look = {.late = now - heard->came > cards_state_of(engine)->settings->decision_within,
                             .reversed = operation->state == OPERATION_REVERSED,
                             .foreign = foreign,
                             .state = card_state_at(card, now),
                             .place = operation->place,
                             .is_abroad = operation->abroad,
                             .internet = card->internet,
                             .cash = card->cash,
                             .abroad = card->abroad,
                             .unproved = !proved && card_wants_code(engine, card),
                             .sum = operation->sum,
                             .limits = card->limits,
                             .money = foreign ? MONEY_FINE : ask_ledger(engine, tx, operation),
                             .cooled = cools && cooling.left < operation->sum};
    look_at_limits(engine, tx, card, operation, &look);
    return card_decide(&look);
}

static void hold(struct engine *engine, struct tx *tx, struct card_operation *operation) {
    struct transfer transfer = purchase_of(engine, tx, operation);
    operation->state = OPERATION_HELD;
    operation->expires = operation->made + cards_state_of(engine)->settings->hold_life;
    operation->held = operation->sum;
    transfer.flags = TRANSFER_EVEN_FROZEN; /* what was approved is paid, even if the account is frozen meanwhile */
    enum ledger_refusal refusal = ledger_hold(engine_ledger(engine), tx, &transfer, operation->expires + HOLD_AFTER,
                                              &operation->hold);
    check(refusal == LEDGER_OK || tx_failed(tx)); /* ask_ledger said so in this very command */
    bool fits = identity_cooling_take(engine, tx, operation->customer, operation->sum);
    check(fits || tx_failed(tx));
}

enum decline authorise(struct engine *engine, struct tx *tx, const struct heard *heard) {
    const struct processing_message *message = &heard->message;
    struct card_operation operation;
    bool known = operation_find(tx, heard->card.customer, message->operation, &operation), same;
    if (!known) operation = operation_begun(tx, heard);
    const struct card_message taken = {operation.customer, message->id, (int)message->kind, operation.id,
                                       message->sum.minor};
    if (!message_take(tx, &taken, &same)) return same ? operation.reason : DECLINE_COUNT;
    bool claimed = operation.cleared > 0 || operation.questioned > 0;
    operation.asked = true;
    operation.sum = message->sum.minor;
    operation.place = (enum card_place)message->place;
    operation.merchant = message->merchant;
    operation.category = message->category;
    operation.abroad = message->abroad;
    int64_t challenge = 0;
    bool proved = secure_good(tx, heard, &challenge);
    operation.reason = decide(engine, tx, heard, &operation, proved);
    if (proved && operation.reason == DECLINE_NOT) secure_spend(tx, operation.customer, challenge, operation.id);
    if (operation.reason != DECLINE_NOT) {
        if (!claimed && operation.state != OPERATION_REVERSED) operation.state = OPERATION_DECLINED;
    } else if (!claimed) {
        hold(engine, tx, &operation);
    }
    if (known) operation_save(tx, &operation);
    else operation_insert(tx, &operation);
    if (operation.reason != DECLINE_REVERSED) tell_purchase(engine, tx, &heard->card, &operation);
    return operation.reason;
}
