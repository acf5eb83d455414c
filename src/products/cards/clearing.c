/* clearing.c: what follows an authorisation, or comes without one: the money is claimed, taken back, given back; or
 * nobody claims it in time. Each message counts once, in whichever order they come. Whatever processing claims is paid
 * to it at once; what the customer may not owe, our own account pays, and staff look at it. */
#include "products/cards/cards.h"

#include "base/check.h"

#define QUEUE "cards.questioned"

/* ---- moving money ---- */

struct moving {
    struct engine *engine;
    struct tx *tx;
    const struct heard *heard;
    struct card_operation *operation;
};

static bool move(struct moving *moving, int64_t from, int64_t to, int64_t sum, int kind, unsigned flags) {
    const struct transfer transfer = {.from = from,
                                      .to = to,
                                      .sum = rub(sum),
                                      .kind = kind,
                                      .subject = moving->operation->id,
                                      .flags = flags};
    return sum > 0 && ledger_transfer(engine_ledger(moving->engine), moving->tx, &transfer,
                                      &moving->operation->transfer) == LEDGER_OK;
}

static int64_t processing_account(struct moving *moving) {
    return cards_system_account(moving->engine, moving->tx, CARDS_PROCESSING);
}

static int64_t questioned_account(struct moving *moving) {
    return cards_system_account(moving->engine, moving->tx, CARDS_QUESTIONED);
}

static void ask_staff(struct moving *moving, int64_t sum) {
    struct tx *tx = moving->tx;
    if (queue_owner(tx, QUEUE, moving->operation->id) >= 0) return;
    struct text summary = text_format(tx_arena(tx), "%.*s RUB", TEXT_ARG(money_decimal(tx_arena(tx), rub(sum))));
    queue_add(moving->engine, tx, QUEUE, moving->operation->id, moving->operation->customer, summary, 0);
}

/* Ours until staff have looked. */
static void pay_ourselves(struct moving *moving, int64_t sum) {
    if (sum == 0) return;
    bool paid = move(moving, questioned_account(moving), processing_account(moving), sum, KIND_CARD_QUESTIONED,
                     TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN);
    check(paid || tx_failed(moving->tx));
    moving->operation->questioned += sum;
    ask_staff(moving, sum);
}

static int purchase_kind(const struct card_operation *operation) {
    return operation->place == PLACE_CASH ? KIND_CASH : KIND_PURCHASE;
}

/* From the customer; false: it cannot be. */
static bool take(struct moving *moving, int64_t sum, unsigned flags) {
    struct card_operation *operation = moving->operation;
    if (!move(moving, operation->account, processing_account(moving), sum, purchase_kind(operation), flags))
        return false;
    operation->cleared += sum;
    return true;
}

/* From the hold; what it does not give is owed. */
static int64_t capture(struct moving *moving, int64_t sum, bool last) {
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

/* What other features may want to know of money that went to a shop (engine/feature.h). */
static void tell_paid(struct moving *moving, int64_t sum, int64_t before) {
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

/* The operation, found or begun; false: the message came before (*known), or with another content. */
static bool begin(struct engine *engine, struct tx *tx, const struct heard *heard, struct card_operation *operation,
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

static void end(struct moving *moving, bool found) {
    struct card_operation *operation = moving->operation;
    if (operation->held == 0) operation->expires = 0;
    if (found) operation_save(moving->tx, operation);
    else operation_insert(moving->tx, operation);
    tell_bought(moving);
    engine_notify(moving->engine, moving->tx, operation->customer, "card");
}

static struct card_sums sums_of(const struct card_operation *operation, const struct card *card) {
    return (struct card_sums){.known = operation->asked && operation->reason == DECLINE_NOT,
                              .refused = operation->state == OPERATION_DECLINED ||
                                         operation->state == OPERATION_REVERSED,
                              .usable = card->state == CARD_ACTIVE,
                              .sum = operation->sum,
                              .held = operation->held,
                              .cleared = operation->cleared,
                              .reversed = operation->reversed};
}

/* ---- claimed ---- */

bool settle_clearing(struct engine *engine, struct tx *tx, const struct heard *heard, bool *known) {
    struct card_operation operation;
    struct account account = {.last_entry = 0};
    bool found;
    if (!begin(engine, tx, heard, &operation, &found, known)) return *known;
    *known = false;
    struct moving moving = {engine, tx, heard, &operation};
    const struct card_sums sums = sums_of(&operation, &heard->card);
    struct clearing_split split =
        clearing_split(&sums, heard->message.sum.minor, cards_state_of(engine)->settings->tolerance * 100);
    ledger_account(engine_ledger(engine), tx, operation.account, &account);
    int64_t before = operation.cleared, taken_more = operation.sum > 0 ? -(operation.sum - operation.reversed) : 0;
    split.owed += capture(&moving, split.capture, heard->message.last);
    if (!take(&moving, split.owed, TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN)) split.questioned += split.owed;
    if (!take(&moving, split.offline, TRANSFER_NO_LIMITS)) split.questioned += split.offline;
    pay_ourselves(&moving, split.questioned);
    if (!sums.refused && operation.held == 0) operation.state = OPERATION_CLEARED;
    end(&moving, found);
    tell_paid(&moving, operation.cleared - before, account.last_entry);
    taken_more += operation.cleared;
    if (!sums.known && operation.cleared > before)
        tell_sum(engine, tx, &heard->card, &operation, operation.cleared - before, S_cards_told_offline);
    else if (sums.known && taken_more > 0 && operation.cleared > before)
        tell_sum(engine, tx, &heard->card, &operation, taken_more, S_cards_told_more);
    return true;
}

/* ---- taken back, given back ---- */

/* To the customer; when his account takes nothing, kept for staff to find him. */
static void give(struct moving *moving, int64_t sum) {
    struct card_operation *operation = moving->operation;
    if (sum == 0) return;
    if (move(moving, processing_account(moving), operation->account, sum, KIND_PURCHASE_REFUND, TRANSFER_NO_LIMITS)) {
        operation->refunded += sum;
        return;
    }
    bool kept = move(moving, processing_account(moving), questioned_account(moving), sum, KIND_CARD_QUESTIONED,
                     TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN);
    check(kept || tx_failed(moving->tx));
    operation->questioned -= sum;
    ask_staff(moving, sum);
}

/* What we had paid for him comes back to us. */
static int64_t give_ours(struct moving *moving, int64_t most) {
    struct card_operation *operation = moving->operation;
    int64_t sum = most < operation->questioned ? most : operation->questioned;
    if (sum <= 0) return 0;
    bool back = move(moving, processing_account(moving), questioned_account(moving), sum, KIND_CARD_QUESTIONED,
                     TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN);
    check(back || tx_failed(moving->tx));
    operation->questioned -= sum;
    if (operation->questioned == 0) queue_finish(moving->engine, moving->tx, QUEUE, operation->id, 0, "returned");
    return sum;
}

/* A part of a hold is let go by another hold of the rest. */
static void let_go(struct moving *moving, int64_t sum) {
    struct card_operation *operation = moving->operation;
    struct ledger *ledger = engine_ledger(moving->engine);
    if (sum == 0) return;
    enum ledger_refusal refusal = ledger_release(ledger, moving->tx, operation->hold, operation->account);
    operation->held = refusal == LEDGER_OK ? operation->held - sum : 0;
    if (operation->held == 0) return;
    const struct transfer rest = {.from = operation->account,
                                  .to = processing_account(moving),
                                  .sum = rub(operation->held),
                                  .kind = purchase_kind(operation),
                                  .subject = operation->id,
                                  .flags = TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN};
    refusal = ledger_hold(ledger, moving->tx, &rest, operation->expires + DAY, &operation->hold);
    check(refusal == LEDGER_OK || tx_failed(moving->tx)); /* more was free a moment ago */
}

bool settle_reversal(struct engine *engine, struct tx *tx, const struct heard *heard, bool *known) {
    struct card_operation operation;
    bool found;
    if (!begin(engine, tx, heard, &operation, &found, known)) return *known;
    *known = false;
    struct moving moving = {engine, tx, heard, &operation};
    const struct card_sums sums = sums_of(&operation, &heard->card);
    bool whole = heard->message.sum.minor == 0;
    int64_t all = operation.held + operation.cleared - operation.refunded + operation.questioned;
    int64_t sum = whole ? (all > 0 ? all : 0) : heard->message.sum.minor;
    struct reversal_split split = reversal_split(&sums, operation.refunded, sum);
    let_go(&moving, split.release);
    give(&moving, split.refund);
    int64_t nothing = split.nothing - give_ours(&moving, split.nothing);
    int64_t open = operation.sum - operation.reversed - operation.cleared;
    int64_t undone = whole ? open : split.release + nothing;
    if (open > 0) operation.reversed += undone < open ? undone : open;
    bool nothing_left = whole || operation.reversed >= operation.sum;
    if (operation.held == 0 && operation.state != OPERATION_DECLINED)
        operation.state = operation.cleared > 0 ? OPERATION_CLEARED
                          : nothing_left        ? OPERATION_REVERSED
                                                : operation.state;
    end(&moving, found);
    if (split.release + split.refund > 0)
        tell_sum(engine, tx, &heard->card, &operation, split.release + split.refund, S_cards_told_reversed);
    return true;
}

bool settle_refund(struct engine *engine, struct tx *tx, const struct heard *heard, bool *known) {
    struct card_operation operation;
    bool found;
    if (!begin(engine, tx, heard, &operation, &found, known)) return *known;
    *known = false;
    struct moving moving = {engine, tx, heard, &operation};
    if (!found) operation.state = OPERATION_CLEARED;
    int64_t sum = heard->message.sum.minor, paid = operation.cleared - operation.refunded;
    int64_t first = paid <= 0 ? 0 : sum < paid ? sum : paid; /* what he paid, then what we did, then a gift */
    give(&moving, first);
    int64_t ours = give_ours(&moving, sum - first);
    give(&moving, sum - first - ours);
    end(&moving, found);
    tell_sum(engine, tx, &heard->card, &operation, sum - ours, S_cards_told_refund);
    return true;
}

/* ---- jobs ---- */

STATEMENT(lapsed,
          "SELECT customer, id FROM card_operation WHERE state = 1 AND expires <= $1 ORDER BY expires LIMIT 100");
STATEMENT(past, "SELECT customer, id FROM card WHERE state IN (2, 3) AND expires <= $1 ORDER BY expires LIMIT 100");

struct found {
    int64_t customer, id;
};

static size_t list(struct tx *tx, struct statement *statement, struct found found[100]) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(world_now(tx_world(tx)))));
    while (count < 100 && rows_next(rows)) found[count++] = (struct found){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    return count;
}

/* Nobody claimed it in time. Who does later is paid all the same. */
bool cards_lapse(struct engine *engine, struct tx *tx) {
    struct found due[100];
    size_t count = list(tx, &lapsed, due);
    for (size_t i = 0; i < count; i++) {
        struct card_operation operation;
        struct card card;
        if (!operation_by_id(tx, due[i].customer, due[i].id, &operation) ||
            !card_find(engine, tx, operation.customer, operation.card, &card) || /* locked: as messages do */
            !operation_by_id(tx, due[i].customer, due[i].id, &operation) || operation.state != OPERATION_HELD)
            continue;
        ledger_release(engine_ledger(engine), tx, operation.hold, operation.account);
        operation.held = 0;
        operation.expires = 0;
        operation.state = operation.cleared > 0 ? OPERATION_CLEARED : OPERATION_LAPSED;
        operation_save(tx, &operation);
        engine_notify(engine, tx, operation.customer, "card");
    }
    return count == 100;
}

bool cards_expire(struct engine *engine, struct tx *tx) {
    struct found due[100];
    size_t count = list(tx, &past, due);
    for (size_t i = 0; i < count; i++) {
        struct card card;
        if (!card_find(engine, tx, due[i].customer, due[i].id, &card) || card_ended(card.state)) continue;
        card_turn(engine, tx, &card, CARD_EXPIRED);
        tell_card(engine, tx, &card, S_cards_told_expired);
    }
    return count == 100;
}
