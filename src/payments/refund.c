/* refund.c: a payment that was done and is given back, in whole or in part: a bank sent it back (returns.c), or the
 * company says so: finance asks, another of finance confirms (BO-2). Other features (cashback) hear of it in the same
 * transaction (EVENT_PAYMENT_BACK). */
#include "payments/staff.h"

#include "base/check.h"
#include "messaging/messaging.h"

static const struct refusal not_done = {"not-refundable", 409, S_payments_staff_not_done, false};
static const struct refusal too_much = {"refund-too-large", 422, S_payments_staff_too_much, false};
static const struct refusal no_money = {"provider-short", 409, S_payments_staff_short, false};

static const struct refusal whole_only = {"house-whole", 422, S_payments_staff_whole_only, false};

/* What the house paid (a claim) comes back whole, and waits for its receiver anew: nobody waits for a part of it. */
static bool too_little(const struct payment *payment, int64_t sum) {
    return payment->customer == 0 && sum != payment->sum - payment->returned;
}

static void tell(struct engine *engine, struct tx *tx, const struct payment *payment, int64_t sum) {
    const struct catalogue *catalogue = catalogue_take(engine, tx_arena(tx));
    const struct provider *provider = catalogue_provider(catalogue, payment->provider);
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(sum));
    doc_text(values, "provider", provider != NULL ? words_in(&provider->title, payment->language) : TEXT("—"));
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")},
                                                {"provider", doc_get(values, "provider")}};
    message_tell(engine, tx, payment->customer, TOPIC_OPERATIONS, S_payments_told_returned, arguments, 2);
    engine_notify(engine, tx, payment->customer, "payment");
}

bool payment_give_back(struct engine *engine, struct tx *tx, struct payment *payment, int64_t sum) {
    struct ledger *ledger = engine_ledger(engine);
    int64_t operation, fee_operation;
    if (ledger_reverse(ledger, tx, payment->operation, payment->account, rub(sum), KIND_PAYMENT_REFUND, &operation) !=
        LEDGER_OK)
        return false;
    payment->returned += sum;
    bool all = payment->returned == payment->sum;
    if (all && payment->fee > 0) {
        const struct transfer fee = {.from = payments_fee_account(engine, tx),
                                     .to = payment->account,
                                     .sum = rub(payment->fee),
                                     .kind = KIND_PAYMENT_FEE_REFUND,
                                     .subject = payment->id,
                                     .cause = payment->operation,
                                     .flags = TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN};
        enum ledger_refusal refusal = ledger_transfer(ledger, tx, &fee, &fee_operation);
        check(refusal == LEDGER_OK || tx_failed(tx)); /* the account has just taken the sum */
    }
    if (all) payment->state = PAYMENT_REFUNDED;
    payment_update(engine, tx, payment);
    const struct event back = {
        .kind = EVENT_PAYMENT_BACK, .customer = payment->customer, .number = payment->id, .operation = operation};
    if (payment->customer != 0) engine_emit(engine, tx, &back);
    if (all) payment_moved(engine, tx, payment);
    tell(engine, tx, payment, sum + (all ? payment->fee : 0));
    return true;
}

/* ---- by two of finance ---- */

/* POST /staff/payments/{id}/refund */
enum flow staff_refund_ask(struct request *request, struct tx *tx) {
    struct payment payment;
    if (!staff_payment_find(request, tx, &payment)) return answer_missing(request);
    if (!staff_payment_sees(request, tx, &payment).allowed) return staff_needs_reason(request, payment.customer);
    if (payment.state != PAYMENT_DONE) return refuse(request, &not_done);
    int64_t left = payment.sum - payment.returned;
    int64_t sum = field_given(request, "sum") ? field_number(request, "sum") : left;
    if (sum > left) return refuse(request, &too_much);
    if (too_little(&payment, sum)) return refuse(request, &whole_only);
    int64_t id = approval_ask(request, tx, "payments.refund", payment.customer, payment.id,
                              text_format(request->arena, "%lld", (long long)sum), field_text(request, "reason"));
    if (id == 0) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_created(request, document, text_format(request->arena, "/staff/approvals/%lld", (long long)id));
}

static struct text drawn(struct request *request, int64_t sum) {
    struct buffer out = buffer_new(request->arena, 32);
    locale_money(&out, &request->locale, rub(sum));
    return buffer_text(&out);
}

void staff_refund_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct payment payment;
    int64_t sum;
    if (!text_to_int(approval->data, &sum) ||
        !payment_find(request->engine, tx, approval->customer, approval->subject, &payment))
        return;
    const struct provider *provider =
        catalogue_provider(catalogue_take(request->engine, request->arena), payment.provider);
    if (provider != NULL)
        approval_fact(facts, &request->locale, S_payments_payment_provider,
                      words_in(&provider->title, request->locale.language));
    approval_fact(facts, &request->locale, S_payments_payment_sum, drawn(request, payment.sum));
    approval_fact(facts, &request->locale, S_payments_staff_returned, drawn(request, payment.returned));
    approval_fact(facts, &request->locale, S_payments_staff_give_back, drawn(request, sum));
}

const struct refusal *staff_refund_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct payment payment;
    int64_t sum;
    if (!text_to_int(approval->data, &sum) ||
        !payment_find(request->engine, tx, approval->customer, approval->subject, &payment) ||
        payment.state != PAYMENT_DONE)
        return &not_done;
    if (sum > payment.sum - payment.returned) return &too_much;
    if (too_little(&payment, sum)) return &whole_only;
    return payment_give_back(request->engine, tx, &payment, sum) ? NULL : &no_money;
}
