/* moving.c: how the money of a card's operation moves: from the customer to processing and back, from a hold, or from
 * our own account while staff look. Whatever processing claims is paid to it at once. */
#include "products/cards/moving.h"

#include "base/check.h"

bool moving_move(struct moving *moving, int64_t from, int64_t to, int64_t sum, int kind, unsigned flags) {
    const struct transfer transfer = {.from = from,
                                      .to = to,
                                      .sum = rub(sum),
                                      .kind = kind,
                                      .subject = moving->operation->id,
                                      .flags = flags};
    return sum > 0 && ledger_transfer(engine_ledger(moving->engine), moving->tx, &transfer,
                                      &moving->operation->transfer) == LEDGER_OK;
}

int64_t moving_processing(struct moving *moving) {
    return cards_system_account(moving->engine, moving->tx, CARDS_PROCESSING);
}

static int64_t questioned(struct moving *moving) {
    return cards_system_account(moving->engine, moving->tx, CARDS_QUESTIONED);
}

void moving_ask_staff(struct moving *moving, int64_t sum) {
    struct tx *tx = moving->tx;
    if (queue_owner(tx, CARDS_QUESTIONED_QUEUE, moving->operation->id) >= 0) return;
    struct text summary = text_format(tx_arena(tx), "%.*s RUB", TEXT_ARG(money_decimal(tx_arena(tx), rub(sum))));
    queue_add(moving->engine, tx, CARDS_QUESTIONED_QUEUE, moving->operation->id, moving->operation->customer, summary,
              0);
}

void moving_pay_ourselves(struct moving *moving, int64_t sum) {
    if (sum == 0) return;
    bool paid = moving_move(moving, questioned(moving), moving_processing(moving), sum, KIND_CARD_QUESTIONED,
                     TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN);
    check(paid || tx_failed(moving->tx));
    moving->operation->questioned += sum;
    moving_ask_staff(moving, sum);
}

static int purchase_kind(const struct card_operation *operation) {
    return operation->place == PLACE_CASH ? KIND_CASH : KIND_PURCHASE;
}

bool moving_take(struct moving *moving, int64_t sum, unsigned flags) {
    struct card_operation *operation = moving->operation;
    if (!moving_move(moving, operation->account, moving_processing(moving), sum, purchase_kind(operation), flags))
        return false;
    operation->cleared += sum;
    return true;
}

int64_t moving_capture(struct moving *moving, int64_t sum, bool last) {
    struct card_operation *operation = moving->operation;
    if (sum == 0) return 0;
    enum ledger_refusal refusal = ledger_capture(engine_ledger(moving->engine), moving->tx, operation->hold,
                                                 operation->account, rub(sum), last, &operation->transfer);
    check(refusal == LEDGER_OK || refusal == LEDGER_HOLD_MISSING || tx_failed(moving->tx));
    bool missing = refusal == LEDGER_HOLD_MISSING;
    operation->held = missing || last ? 0 : operation->held - sum;
    if (missing) return sum;
    operation->cleared += sum;
    return 0;
}

void moving_tell_paid(struct moving *moving, int64_t sum, int64_t before) {
    const struct card_operation *operation = moving->operation;
    const struct event paid = {.kind = EVENT_PAID,
                               .customer = operation->customer,
                               .number = sum,
                               .account = operation->account,
                               .operation = operation->transfer,
                               .before = before};
    if (sum > 0) engine_emit(moving->engine, moving->tx, &paid);
}

/* ---- once ---- */

bool moving_begin(struct engine *engine, struct tx *tx, const struct heard *heard, struct card_operation *operation,
                  bool *found, bool *known) {
    (void)engine;
    const struct processing_message *message = &heard->message;
    *found = operation_find(tx, heard->card.customer, message->operation, operation);
    if (!*found) *operation = operation_begun(tx, heard);
    const struct card_message taken = {operation->customer, message->id, (int)message->kind, operation->id,
                                       message->sum.minor};
    return message_take(tx, &taken, known);
}

/* For whoever rewards purchases; cash is none. */
static void tell_bought(struct moving *moving) {
    const struct card_operation *operation = moving->operation;
    if (operation->state != OPERATION_CLEARED || operation->cleared == 0 || operation->place == PLACE_CASH) return;
    struct event event = {.kind = EVENT_CARD_PAID,
                          .customer = operation->customer,
                          .number = operation->cleared,
                          .account = operation->account,
                          .operation = operation->id,
                          .text = operation->category};
    engine_emit(moving->engine, moving->tx, &event);
    event.kind = EVENT_CARD_BACK;
    event.number = operation->refunded;
    if (operation->refunded > 0) engine_emit(moving->engine, moving->tx, &event);
}

void moving_end(struct moving *moving, bool found) {
    struct card_operation *operation = moving->operation;
    if (operation->held == 0) operation->expires = 0;
    if (found) operation_save(moving->tx, operation);
    else operation_insert(moving->tx, operation);
    tell_bought(moving);
    engine_notify(moving->engine, moving->tx, operation->customer, "card");
}

struct card_sums moving_sums(const struct card_operation *operation, const struct card *card) {
    return (struct card_sums){.known = operation->asked && operation->reason == DECLINE_NOT,
                              .refused = operation->state == OPERATION_DECLINED ||
                                         operation->state == OPERATION_REVERSED,
                              .usable = card->state == CARD_ACTIVE,
                              .sum = operation->sum,
                              .held = operation->held,
                              .cleared = operation->cleared,
                              .reversed = operation->reversed};
}

/* ---- back ---- */

void moving_keep(struct moving *moving, int64_t sum) {
    if (sum == 0) return;
    bool kept = moving_move(moving, moving_processing(moving), questioned(moving), sum, KIND_CARD_QUESTIONED,
                            TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN);
    check(kept || tx_failed(moving->tx));
    moving->operation->questioned -= sum;
    moving_ask_staff(moving, sum);
}

void moving_repay(struct moving *moving, int64_t sum) {
    if (sum == 0) return;
    bool repaid = moving_move(moving, moving_processing(moving),
                              cards_system_account(moving->engine, moving->tx, CARDS_DISPUTED), sum, KIND_CARD_DISPUTED,
                              TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN);
    check(repaid || tx_failed(moving->tx));
    moving->operation->refunded += sum; /* its holder has had it since */
}

static void give(struct moving *moving, int64_t sum) {
    struct card_operation *operation = moving->operation;
    if (sum == 0) return;
    if (!moving_move(moving, moving_processing(moving), operation->account, sum, KIND_PURCHASE_REFUND,
                     TRANSFER_NO_LIMITS)) {
        moving_keep(moving, sum);
        return;
    }
    operation->refunded += sum;
}

void moving_give(struct moving *moving, int64_t sum) {
    int64_t repaid = dispute_repaid(moving, sum);
    moving_repay(moving, repaid);
    give(moving, sum - repaid);
    dispute_looked(moving);
}

int64_t moving_give_ours(struct moving *moving, int64_t most) {
    struct card_operation *operation = moving->operation;
    int64_t sum = most < operation->questioned ? most : operation->questioned;
    if (sum <= 0) return 0;
    bool back = moving_move(moving, moving_processing(moving), questioned(moving), sum, KIND_CARD_QUESTIONED,
                     TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN);
    check(back || tx_failed(moving->tx));
    operation->questioned -= sum;
    if (operation->questioned == 0)
        queue_finish(moving->engine, moving->tx, CARDS_QUESTIONED_QUEUE, operation->id, 0, "returned");
    return sum;
}

/* A part of a hold is let go by another hold of the rest. */
void moving_let_go(struct moving *moving, int64_t sum) {
    struct card_operation *operation = moving->operation;
    struct ledger *ledger = engine_ledger(moving->engine);
    if (sum == 0) return;
    enum ledger_refusal refusal = ledger_release(ledger, moving->tx, operation->hold, operation->account);
    operation->held = refusal == LEDGER_OK ? operation->held - sum : 0;
    if (operation->held == 0) return;
    const struct transfer rest = {.from = operation->account,
                                  .to = moving_processing(moving),
                                  .sum = rub(operation->held),
                                  .kind = purchase_kind(operation),
                                  .subject = operation->id,
                                  .flags = TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN};
    refusal = ledger_hold(ledger, moving->tx, &rest, operation->expires + DAY, &operation->hold);
    check(refusal == LEDGER_OK || tx_failed(moving->tx)); /* more was free a moment ago */
}

