/* settle.c: the money of a payment: held when the customer confirms (confirm.c), then taken or let go, once. The fee is
 * a transfer of its own, tied to the payment's (LE-7); what was held covers both. */
#include "payments/internal.h"

#include "backoffice/backoffice.h"
#include "base/check.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"

static void tell(struct engine *engine, struct tx *tx, const struct payment *payment, string_id text) {
    const struct catalogue *catalogue = catalogue_take(engine, tx_arena(tx));
    const struct provider *provider = catalogue_provider(catalogue, payment->provider);
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(payment->sum));
    doc_text(values, "provider", provider != NULL ? words_in(&provider->title, payment->language) : TEXT("—"));
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")},
                                                {"provider", doc_get(values, "provider")}};
    message_tell(engine, tx, payment->customer, TOPIC_OPERATIONS, text, arguments, 2);
    engine_notify(engine, tx, payment->customer, "payment");
}

static void end(struct engine *engine, struct tx *tx, struct payment *payment, enum payment_state state) {
    payment->state = state;
    payment->deadline = 0;
    payment->ended = world_now(tx_world(tx));
    payment_update(engine, tx, payment);
    payment_moved(engine, tx, payment);
}

/* What other features may want to know of money that went to a provider (engine/feature.h). */
static void tell_paid(struct engine *engine, struct tx *tx, const struct payment *payment, int64_t before) {
    struct cooling cooling;
    bool cools = identity_cooling(engine, tx, payment->customer, &cooling);
    const struct event paid = {.kind = EVENT_PAID,
                               .customer = payment->customer,
                               .number = payment->sum + payment->fee,
                               .account = payment->account,
                               .operation = payment->operation,
                               .before = before,
                               .cooling_until = cools ? cooling.until : 0};
    engine_emit(engine, tx, &paid);
}

void payment_done(struct engine *engine, struct tx *tx, struct payment *payment, struct text reference) {
    struct ledger *ledger = engine_ledger(engine);
    struct account account = {.last_entry = 0};
    int64_t operation = 0, fee = 0;
    ledger_account(ledger, tx, payment->account, &account);
    enum ledger_refusal refusal =
        ledger_capture(ledger, tx, payment->hold, payment->account, rub(payment->sum), true, &operation);
    check(refusal == LEDGER_OK || tx_failed(tx)); /* it was held for this, and even a frozen account pays it */
    if (payment->fee > 0) {
        const struct transfer transfer = {.from = payment->account,
                                          .to = payments_fee_account(engine, tx),
                                          .sum = rub(payment->fee),
                                          .kind = KIND_PAYMENT_FEE,
                                          .subject = payment->id,
                                          .cause = operation,
                                          .flags = TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN};
        refusal = ledger_transfer(ledger, tx, &transfer, &fee);
        check(refusal == LEDGER_OK || tx_failed(tx));
    }
    payment->operation = operation;
    payment->reference = reference;
    payment->reason = REASON_NONE;
    end(engine, tx, payment, PAYMENT_DONE);
    if (payment->customer != 0) tell_paid(engine, tx, payment, account.last_entry);
    tell(engine, tx, payment, S_payments_told_done);
}

bool payment_returned(struct engine *engine, struct tx *tx, struct payment *payment, int64_t sum) {
    bool unsure = payment->state == PAYMENT_SENDING || payment->state == PAYMENT_STUCK;
    if ((!unsure && payment->state != PAYMENT_DONE) || sum != payment->sum) return false;
    if (payment->state == PAYMENT_STUCK) queue_finish(engine, tx, "payments.stuck", payment->id, 0, "done");
    if (unsure) payment_done(engine, tx, payment, payment->reference); /* what came back had arrived */
    return payment_give_back(engine, tx, payment, payment->sum - payment->returned);
}

void payment_refused(struct engine *engine, struct tx *tx, struct payment *payment, enum payment_reason reason,
                     int64_t code) {
    enum ledger_refusal refusal = ledger_release(engine_ledger(engine), tx, payment->hold, payment->account);
    check(refusal == LEDGER_OK || tx_failed(tx));
    payment->reason = reason;
    payment->code = code;
    end(engine, tx, payment, PAYMENT_REFUSED);
    tell(engine, tx, payment, S_payments_told_refused);
}
