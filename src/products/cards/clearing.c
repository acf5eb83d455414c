/* clearing.c: what follows an authorisation, or comes without one: the money is claimed, taken back, given back; or
 * nobody claims it in time. Each message counts once, in whichever order they come. Whatever processing claims is paid
 * to it at once; what the customer may not owe, our own account pays, and staff look at it. */
#include "products/cards/moving.h"

/* ---- claimed ---- */

bool settle_clearing(struct engine *engine, struct tx *tx, const struct heard *heard, bool *known) {
    struct card_operation operation;
    struct account account = {.last_entry = 0};
    bool found;
    if (!moving_begin(engine, tx, heard, &operation, &found, known)) return *known;
    *known = false;
    struct moving moving = {engine, tx, heard, &operation};
    const struct card_sums sums = moving_sums(&operation, &heard->card);
    struct clearing_split split =
        clearing_split(&sums, heard->message.sum.minor, cards_state_of(engine)->settings->tolerance * 100);
    ledger_account(engine_ledger(engine), tx, operation.account, &account);
    int64_t before = operation.cleared, taken_more = operation.sum > 0 ? -(operation.sum - operation.reversed) : 0;
    split.owed += moving_capture(&moving, split.capture, heard->message.last);
    if (!moving_take(&moving, split.owed, TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN)) split.questioned += split.owed;
    if (!moving_take(&moving, split.offline, TRANSFER_NO_LIMITS)) split.questioned += split.offline;
    moving_pay_ourselves(&moving, split.questioned);
    if (!sums.refused && operation.held == 0) operation.state = OPERATION_CLEARED;
    moving_end(&moving, found);
    moving_tell_paid(&moving, operation.cleared - before, account.last_entry);
    taken_more += operation.cleared;
    if (!sums.known && operation.cleared > before)
        tell_sum(engine, tx, &heard->card, &operation, operation.cleared - before, S_cards_told_offline);
    else if (sums.known && taken_more > 0 && operation.cleared > before)
        tell_sum(engine, tx, &heard->card, &operation, taken_more, S_cards_told_more);
    return true;
}

/* ---- taken back, given back ---- */

bool settle_reversal(struct engine *engine, struct tx *tx, const struct heard *heard, bool *known) {
    struct card_operation operation;
    bool found;
    if (!moving_begin(engine, tx, heard, &operation, &found, known)) return *known;
    *known = false;
    struct moving moving = {engine, tx, heard, &operation};
    const struct card_sums sums = moving_sums(&operation, &heard->card);
    bool whole = heard->message.sum.minor == 0;
    int64_t all = operation.held + operation.cleared - operation.refunded + operation.questioned;
    int64_t sum = whole ? (all > 0 ? all : 0) : heard->message.sum.minor;
    struct reversal_split split = reversal_split(&sums, operation.refunded, sum);
    moving_let_go(&moving, split.release);
    moving_give(&moving, split.refund);
    int64_t nothing = split.nothing - moving_give_ours(&moving, split.nothing);
    int64_t open = operation.sum - operation.reversed - operation.cleared;
    int64_t undone = whole ? open : split.release + nothing;
    if (open > 0) operation.reversed += undone < open ? undone : open;
    bool nothing_left = whole || operation.reversed >= operation.sum;
    if (operation.held == 0 && operation.state != OPERATION_DECLINED)
        operation.state = operation.cleared > 0 ? OPERATION_CLEARED
                          : nothing_left        ? OPERATION_REVERSED
                                                : operation.state;
    moving_end(&moving, found);
    if (split.release + split.refund > 0)
        tell_sum(engine, tx, &heard->card, &operation, split.release + split.refund, S_cards_told_reversed);
    return true;
}

bool settle_refund(struct engine *engine, struct tx *tx, const struct heard *heard, bool *known) {
    struct card_operation operation;
    bool found;
    if (!moving_begin(engine, tx, heard, &operation, &found, known)) return *known;
    *known = false;
    struct moving moving = {engine, tx, heard, &operation};
    if (!found) operation.state = OPERATION_CLEARED;
    int64_t sum = heard->message.sum.minor, paid = operation.cleared - operation.refunded;
    int64_t first = paid <= 0 ? 0 : sum < paid ? sum : paid; /* what he paid, then what we did */
    bool claimed = operation.cleared > 0;
    moving_give(&moving, first);
    int64_t ours = moving_give_ours(&moving, sum - first), more = sum - first - ours;
    /* Before its claim, or of no purchase that we know: his. More than was ever paid: whose it is, staff have to
     * say. */
    if (claimed) moving_keep(&moving, more);
    else moving_give(&moving, more);
    moving_end(&moving, found);
    int64_t his = claimed ? first : first + more;
    if (his > 0) tell_sum(engine, tx, &heard->card, &operation, his, S_cards_told_refund);
    return true;
}

/* ---- job ---- */

STATEMENT(lapsed,
          "SELECT customer, id FROM card_operation WHERE state = 1 AND expires <= $1 ORDER BY expires LIMIT 100");

/* Nobody claimed it in time. Who does later is paid all the same. */
bool cards_lapse(struct engine *engine, struct tx *tx) {
    struct card_key due[CARDS_PIECE];
    size_t count = cards_due(tx, &lapsed, world_now(tx_world(tx)), due);
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
    return count == CARDS_PIECE;
}
