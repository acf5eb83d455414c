/* repay.c: money comes for what a customer bought (IN-4): by any bank's card, by a bound one, from an account of his.
 * Whatever comes is on his account in the ledger first; then, in the same command, it pays by day what is to be paid as
 * things stand then, whatever they were when he asked; and what nobody owes any more goes back to him. */
#include "acquiring/acquiring.h"
#include "acquiring/bound_card.h"
#include "products/instalments/cabinet.h"

#include "base/check.h"

/* ---- it has come ---- */

static void pay_one(struct engine *engine, struct tx *tx, const struct instalment_payment *payment,
                    struct purchase *purchase, int64_t sum) {
    const struct purchase_doing doing = {.act = PURCHASE_PAY, .sum = sum};
    struct purchase_done done;
    enum purchase_refusal refusal = purchase_act_on(engine, tx, purchase, &doing, payment->operation, &done);
    check(refusal == PURCHASE_OK || tx_failed(tx)); /* what was bought can be paid, closed or not */
    if (refusal != PURCHASE_OK) return;
    const struct payment_share share = {purchase->id, sum, done.paid[DEBT_PENALTY]};
    payment_share_add(tx, payment, &share);
    purchase_give_back(engine, tx, purchase, payment->card);
}

/* What no purchase of those that he paid for owes is left with one that he has paid for. */
static bool keeps_rest(struct tx *tx, const struct instalment_payment *payment, struct purchase *purchase) {
    return payment->purchase != 0 ? purchase_find(tx, payment->customer, payment->purchase, purchase)
                                  : purchases_of(tx, payment->customer, purchase, 1) == 1;
}

static string_id said_of(const struct owing *owing, const struct purchase *only) {
    if (owing->count == 0) return S_instalments_told_all_paid;
    return only != NULL && only->state.loan.status == LOAN_CLOSED ? S_instalments_told_closed : S_instalments_told_paid;
}

/* Once a payment: what is owed now, after it. */
static void tell_paid(struct engine *engine, struct tx *tx, const struct instalment_payment *payment,
                      const struct purchase *only) {
    struct owing left;
    int64_t day;
    owing_of(engine, tx, payment->customer, 0, &left);
    (void)dues_next(left.dues, left.due_count, &day);
    purchase_tell(engine, tx, payment->customer, only, said_of(&left, only), payment->sum, day);
}

static void came(struct engine *engine, struct tx *tx, struct instalment_payment *payment) {
    int64_t shares[OWING_MOST] = {0};
    struct owing owing;
    struct purchase *only = NULL, keeper;
    owing_of(engine, tx, payment->customer, payment->purchase, &owing);
    int64_t rest = dues_split(owing.dues, owing.due_count, payment->sum, shares);
    size_t paid = 0;
    if (rest > 0 && owing.count > 0) {
        shares[owing.count - 1] += rest;
    } else if (rest > 0 && keeps_rest(tx, payment, &keeper)) {
        only = &keeper;
        pay_one(engine, tx, payment, &keeper, rest);
    }
    for (size_t i = 0; i < owing.count; i++) {
        if (shares[i] == 0) continue;
        pay_one(engine, tx, payment, &owing.purchases[i], shares[i]);
        only = paid++ == 0 ? &owing.purchases[i] : NULL;
    }
    payment->state = PAYMENT_DONE;
    instalment_payment_save(tx, payment);
    tell_paid(engine, tx, payment, only);
    engine_notify(engine, tx, payment->customer, "instalments");
}

/* A payment that was declined or ran out may yet be paid: it is done with when its money has come, or goes back. */
void instalments_order_told(struct engine *engine, struct tx *tx, const struct event *event) {
    struct card_told told;
    struct instalment_payment payment;
    if (event->code != KIND_INSTALMENT_PAID || !acquiring_told(engine, tx, event->customer, event->number, &told) ||
        !instalment_payment_of_order(tx, event->customer, event->number, &payment))
        return;
    bool open = payment.state == PAYMENT_WAITS || payment.state == PAYMENT_FAILED;
    if (told.reversed) {
        payment_take_back(engine, tx, &payment);
        return;
    }
    if (open && told.paid) {
        payment.operation = told.operation - 1; /* it tells the entry */
        came(engine, tx, &payment);
        return;
    }
    if (open && told.refunding) {
        payment.state = PAYMENT_BACK;
        purchase_tell(engine, tx, payment.customer, NULL, S_instalments_told_refunding, payment.sum, 0);
    } else if (payment.state == PAYMENT_WAITS && told.final) {
        payment.state = PAYMENT_FAILED;
        if (payment.automatic)
            instalments_remind(engine, tx, payment.customer, NULL, S_instalments_told_auto_refused, payment.sum, 0);
    }
    instalment_payment_save(tx, &payment);
    engine_notify(engine, tx, payment.customer, "instalments");
}

/* ---- it is asked for ---- */

static int64_t account_of(struct tx *tx, int64_t customer) {
    struct instalment_limit limit;
    return instalment_limit_find(tx, customer, &limit) ? limit.account : 0;
}

enum ledger_refusal instalment_pay_by_card(struct engine *engine, struct tx *tx, struct instalment_payment *payment) {
    int64_t account = account_of(tx, payment->customer);
    enum ledger_refusal refusal;
    if (payment->card != 0) {
        const struct card_charge charge = {.customer = payment->customer,
                                           .card = payment->card,
                                           .account = account,
                                           .sum = payment->sum,
                                           .kind = KIND_INSTALMENT_PAID,
                                           .subject = payment->purchase};
        refusal = card_charge_begin(engine, tx, &charge, &payment->card_order);
    } else {
        const struct card_order order = {.customer = payment->customer,
                                         .account = account,
                                         .sum = payment->sum,
                                         .kind = KIND_INSTALMENT_PAID,
                                         .subject = payment->purchase};
        refusal = acquiring_order(engine, tx, &order, &payment->card_order);
    }
    payment->state = PAYMENT_WAITS;
    if (refusal == LEDGER_OK) instalment_payment_add(tx, payment);
    return refusal;
}

enum ledger_refusal instalment_pay_from(struct engine *engine, struct tx *tx, int64_t purse,
                                        struct instalment_payment *payment) {
    const struct transfer transfer = {.from = purse,
                                      .to = account_of(tx, payment->customer),
                                      .sum = rub(payment->sum),
                                      .kind = KIND_INSTALMENT_PAID,
                                      .subject = payment->purchase};
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(engine), tx, &transfer, &payment->operation);
    if (refusal != LEDGER_OK) return refusal;
    payment->state = PAYMENT_WAITS;
    instalment_payment_add(tx, payment);
    came(engine, tx, payment);
    return LEDGER_OK;
}
