/* take_back.c: the bank of whoever paid by card took a payment back (a chargeback): each purchase that it paid owes it
 * again, late from this day on (IN-4). */
#include "acquiring/reversal.h"
#include "products/instalments/cabinet.h"

#include "base/check.h"

/* Of a payment's shares: as many purchases as it can pay, and the one that keeps what none of them owes. */
#define SHARES_MOST (OWING_MOST + 1)

/* What it got is owed again; false: the purchase is there no more. */
static bool undo(struct engine *engine, struct tx *tx, const struct instalment_payment *payment,
                 const struct payment_share *share, int64_t account) {
    struct purchase purchase;
    const struct purchase_doing doing = {.act = PURCHASE_UNDO, .sum = share->sum, .penalty = share->penalty};
    if (!purchase_find(tx, payment->customer, share->purchase, &purchase)) return false;
    enum purchase_refusal refusal = purchase_undone(engine, tx, &purchase, &doing, account, NULL);
    check(refusal == PURCHASE_OK || tx_failed(tx)); /* what has paid can be undone */
    return refusal == PURCHASE_OK;
}

void payment_take_back(struct engine *engine, struct tx *tx, struct instalment_payment *payment) {
    struct payment_share shares[SHARES_MOST];
    int64_t account = card_reversal_account(engine, tx), undone = 0;
    if (payment->state != PAYMENT_DONE) return;
    size_t count = payment_shares_of(tx, payment->customer, payment->id, shares, SHARES_MOST);
    for (size_t i = 0; i < count; i++)
        if (undo(engine, tx, payment, &shares[i], account)) undone += shares[i].sum;
    card_reversal_made_up(tx, payment->customer, payment->card_order, undone);
    payment->state = PAYMENT_UNDONE;
    instalment_payment_save(tx, payment);
    /* The card whose owner said that he had not paid is not charged again by itself. */
    if (payment->card != 0 && payment->card == instalments_autopay_card(tx, payment->customer))
        instalments_autopay_put(tx, payment->customer, 0);
    purchase_tell(engine, tx, payment->customer, NULL, S_instalments_told_undone, payment->sum, 0);
    engine_notify(engine, tx, payment->customer, "instalments");
}
