/* confirm.c: the customer says yes to what the check told him: the money is held for it in the same transaction that
 * sets the provider to be told. Or he says no. */
#include "payments/internal.h"

#include "factors/factors.h"
#include "identity/secrets.h"
#include "operations/operations.h"

static const struct refusal too_late = {"too-late", 409, S_payments_refused_late, true};
static const struct refusal changed = {"terms-changed", 409, S_payments_refused_changed, true};
static const struct refusal not_checked = {"not-checked", 409, S_payments_refused_not_checked, false};
static const struct refusal under_way = {"under-way", 409, S_payments_refused_under_way, false};

#define HOLD_AFTER (365 * DAY) /* staff end what got stuck; the hold must not end by itself before */

static bool find(struct request *request, struct tx *tx, struct payment *payment) {
    int64_t id;
    return request_param_id(request, 0, &id) &&
           payment_find(request->engine, tx, request->caller.customer, id, payment);
}

/* ---- whom he has paid before ---- */

STATEMENT(paid_before, "SELECT id FROM payment WHERE customer = $1 AND state = 10 ORDER BY id DESC LIMIT 100");

static bool same_payee(const struct payment *one, const struct payment *other) {
    if (one->provider != other->provider) return false;
    bool card = one->values.card.size > 0; /* masks may be alike */
    return card ? text_equal(one->values.card, other->values.card)
                : text_equal(payment_value(one, "account"), payment_value(other, "account"));
}

/* The same provider for the same account. Asked for large sums alone, so it may open what is sealed. */
static bool payee_known(struct request *request, struct tx *tx, const struct payment *payment) {
    int64_t ids[100];
    size_t count = 0;
    struct rows *rows = tx_query(tx, &paid_before, VALUES(V_INT(payment->customer)));
    while (count < 100 && rows_next(rows)) ids[count++] = row_int(rows, 0);
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        struct payment earlier;
        if (payment_find(request->engine, tx, payment->customer, ids[i], &earlier) &&
            same_payee(payment, &earlier))
            return true;
    }
    return false;
}

static bool wants_proof(struct request *request, struct tx *tx, const struct payment *payment) {
    int64_t from = payments_state_of(request->engine)->settings->confirm_sum;
    return from > 0 && payment->sum + payment->fee >= from && !payee_known(request, tx, payment);
}

/* A program hears that a proof is wanted before its key is used up; a page's form is kept by the command. */
enum flow payment_confirm_look(struct request *request, struct tx *tx) {
    struct payment payment;
    if (!find(request, tx, &payment)) return answer_missing(request);
    bool asks = payment.state == PAYMENT_CHECKED && !request->wants_html && wants_proof(request, tx, &payment);
    return asks ? factors_fresh(request, tx) : FLOW_NEXT;
}

/* ---- yes ---- */

static void end(struct request *request, struct tx *tx, struct payment *payment, enum payment_state state,
                enum payment_reason reason) {
    payment->state = state;
    payment->reason = reason;
    payment->deadline = 0;
    payment->ended = world_now(tx_world(tx));
    payment_update(request->engine, tx, payment);
    payment_moved(request->engine, tx, payment);
}

bool payment_terms_hold(struct engine *engine, struct tx *tx, const struct payment *payment) {
    const struct provider *provider = catalogue_provider(catalogue_take(engine, tx_arena(tx)), payment->provider);
    return provider != NULL && provider->on && payment_fee(provider, payment) == payment->fee;
}

/* As it was shown to him, or not at all. */
static enum flow still_so(struct request *request, struct tx *tx, struct payment *payment) {
    if (world_now(tx_world(tx)) >= payment->deadline) {
        end(request, tx, payment, PAYMENT_EXPIRED, REASON_NONE);
        return refuse(request, &too_late);
    }
    if (payment_terms_hold(request->engine, tx, payment)) return FLOW_NEXT;
    end(request, tx, payment, PAYMENT_REJECTED, REASON_CHANGED);
    return refuse(request, &changed);
}

enum ledger_refusal payment_hold(struct engine *engine, struct tx *tx, struct payment *payment) {
    struct account account;
    struct ledger *ledger = engine_ledger(engine);
    const struct transfer transfer = {.from = payment->account,
                                      .to = payments_provider_account(engine, tx, payment->provider),
                                      .sum = rub(payment->sum + payment->fee),
                                      .kind = KIND_PAYMENT,
                                      .subject = payment->id,
                                      /* what was sent is paid, even if the account is frozen meanwhile */
                                      .flags = TRANSFER_EVEN_FROZEN};
    bool frozen = ledger_account(ledger, tx, payment->account, &account) && account.frozen;
    payment->deadline = world_now(tx_world(tx)) + payments_state_of(engine)->settings->send_life;
    return frozen ? LEDGER_FROZEN
                  : ledger_hold(ledger, tx, &transfer, payment->deadline + HOLD_AFTER, &payment->hold);
}

void payment_send_off(struct engine *engine, struct tx *tx, struct payment *payment) {
    payment->state = PAYMENT_SENDING;
    payment_update(engine, tx, payment);
    outbox_add(engine, tx, "payment.send", payment->customer, payment->id, order_write(tx_arena(tx), payment),
               world_now(tx_world(tx)), payment->deadline);
}

static enum flow allow(struct request *request, struct tx *tx, const struct payment *payment) {
    struct money sum = rub(payment->sum + payment->fee);
    struct cooling cooling;
    if (wants_proof(request, tx, payment) && factors_fresh(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool cools = payment->card_order != 0 /* else taken once it is paid */
                     ? identity_cooling(request->engine, tx, payment->customer, &cooling) && cooling.left < sum.minor
                     : !identity_cooling_take(request->engine, tx, payment->customer, sum.minor);
    if (cools) {
        identity_cooling(request->engine, tx, payment->customer, &cooling);
        return operations_refuse_cooling(request, &cooling);
    }
    return identity_token_spend(request, tx, sum);
}

static enum flow told(struct request *request, struct tx *tx, const struct payment *payment) {
    struct node *document = doc_new(request->arena);
    payment_tell(request, tx, payment, document);
    return answer_done(request, document, text_format(request->arena, "/payments/%lld", (long long)payment->id));
}

/* POST /payments/{id}/confirm. Pressed twice it is told what became of the first. */
enum flow payment_confirm_write(struct request *request, struct tx *tx) {
    struct payment payment;
    if (!find(request, tx, &payment)) return answer_missing(request);
    if (payment.state == PAYMENT_CHECKING) return refuse(request, &not_checked);
    if (payment.state != PAYMENT_CHECKED) return told(request, tx, &payment);
    if (still_so(request, tx, &payment) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (payment.card_order > 0) return told(request, tx, &payment); /* the other bank is being asked */
    if (allow(request, tx, &payment) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (payment.card_order != 0) return by_card_order(request, tx, &payment);
    enum ledger_refusal refusal = payment_hold(request->engine, tx, &payment);
    if (refusal != LEDGER_OK)
        return operations_refuse(request, tx, refusal, payment.account, rub(payment.sum + payment.fee));
    payment_send_off(request->engine, tx, &payment);
    return told(request, tx, &payment);
}

/* ---- no ---- */

enum flow payment_cancel_write(struct request *request, struct tx *tx) {
    struct payment payment;
    if (!find(request, tx, &payment)) return answer_missing(request);
    if (payment.state == PAYMENT_SENDING || payment.state == PAYMENT_STUCK) return refuse(request, &under_way);
    if (payment.state == PAYMENT_CHECKED || payment.state == PAYMENT_CHECKING)
        end(request, tx, &payment, PAYMENT_CANCELLED, REASON_NONE);
    return told(request, tx, &payment);
}
