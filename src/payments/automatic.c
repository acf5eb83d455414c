/* automatic.c: payments on a customer's behalf, as another feature wants them (autopay): the same rows, the same
 * machine, the same money; only nobody presses a button. Whether he agreed to it is that feature's to know. */
#include "payments/internal.h"

#include "identity/secrets.h"

bool payments_wish_of(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct payment_wish *wish) {
    struct payment payment;
    if (!payment_find(engine, tx, customer, id, &payment) || payment.values.count == 0 ||
        payment.values.card.size > 0)
        return false;
    *wish = (struct payment_wish){.customer = customer,
                                  .provider = payment.provider,
                                  .account = payment.account,
                                  .sum = payment.sum,
                                  .language = payment.language,
                                  .values = payment.values};
    return true;
}

int64_t payments_confirm_sum(const struct engine *engine) {
    return payments_state_of(engine)->settings->confirm_sum;
}

static enum payment_bar bar_of(enum ledger_refusal refusal) {
    switch (refusal) {
    case LEDGER_OK: return PAYMENT_GOES;
    case LEDGER_FROZEN: return PAYMENT_BAR_FROZEN;
    case LEDGER_NOT_ENOUGH: return PAYMENT_BAR_MONEY;
    case LEDGER_OPERATION_LIMIT:
    case LEDGER_DAY_LIMIT:
    case LEDGER_MONTH_LIMIT: return PAYMENT_BAR_LIMIT;
    default: return PAYMENT_BAR_ACCOUNT;
    }
}

static enum payment_bar look(struct engine *engine, struct tx *tx, const struct provider *provider,
                             const struct payment *payment) {
    struct account account;
    struct ledger *ledger = engine_ledger(engine);
    if (!ledger_account(ledger, tx, payment->account, &account) || account.owner != payment->customer)
        return PAYMENT_BAR_ACCOUNT;
    if (account.limits != 0 && account.limits < provider->level + 1) return PAYMENT_BAR_LEVEL;
    if (payment->sum == 0) return account.frozen ? PAYMENT_BAR_FROZEN : PAYMENT_GOES;
    const struct transfer transfer = {.from = payment->account,
                                      .to = payments_provider_account(engine, tx, provider->id),
                                      .sum = rub(payment->sum + payment->fee),
                                      .kind = KIND_PAYMENT};
    return bar_of(ledger_check(ledger, tx, &transfer));
}

enum payment_bar payments_begin(struct engine *engine, struct tx *tx, const struct payment_wish *wish, int64_t id) {
    const struct provider *provider = catalogue_provider(catalogue_take(engine, tx_arena(tx)), wish->provider);
    if (provider == NULL || !provider->on) return PAYMENT_BAR_OFF;
    struct payment payment = {.id = id,
                              .customer = wish->customer,
                              .provider = provider->id,
                              .version = provider->version,
                              .account = wish->account,
                              .sum = wish->sum,
                              .code = -1,
                              .language = wish->language,
                              .values = wish->values,
                              .info = {.bill = -1}};
    if (payment.sum > 0) payment.fee = payment_fee(provider, &payment);
    enum payment_bar bar = look(engine, tx, provider, &payment);
    if (bar != PAYMENT_GOES) return bar;
    payment_order(engine, tx, provider, &payment);
    if (!provider->asks) payment_moved(engine, tx, &payment);
    return PAYMENT_GOES;
}

enum payment_bar payments_confirm(struct engine *engine, struct tx *tx, int64_t customer, int64_t id) {
    struct payment payment;
    if (!payment_find(engine, tx, customer, id, &payment) || payment.state != PAYMENT_CHECKED) return PAYMENT_BAR_TERMS;
    if (world_now(tx_world(tx)) >= payment.deadline || !payment_terms_hold(engine, tx, &payment))
        return PAYMENT_BAR_TERMS;
    enum payment_bar bar = bar_of(payment_hold(engine, tx, &payment));
    if (bar != PAYMENT_GOES) return bar;
    if (customer != 0 && !identity_cooling_take(engine, tx, customer, payment.sum + payment.fee)) {
        ledger_release(engine_ledger(engine), tx, payment.hold, payment.account);
        return PAYMENT_BAR_COOLING;
    }
    payment_send_off(engine, tx, &payment);
    return PAYMENT_GOES;
}

void payments_drop(struct engine *engine, struct tx *tx, int64_t customer, int64_t id) {
    struct payment payment;
    if (!payment_find(engine, tx, customer, id, &payment)) return;
    if (payment.state != PAYMENT_CHECKED && payment.state != PAYMENT_CHECKING) return;
    payment.state = PAYMENT_CANCELLED;
    payment.deadline = 0;
    payment.ended = world_now(tx_world(tx));
    payment_update(engine, tx, &payment);
    engine_notify(engine, tx, customer, "payment");
}

bool payments_news(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct payment_news *news) {
    struct payment payment;
    if (!payment_find(engine, tx, customer, id, &payment)) return false;
    *news = (struct payment_news){payment.state,    payment.reason,   payment.sum,    payment.fee,
                                   payment.returned, payment.provider, payment.account};
    return true;
}

/* ---- asked without a payment ---- */

struct text payments_look_write(struct arena *arena, const struct payment_wish *wish) {
    const struct payment order = {
        .provider = wish->provider, .sum = wish->sum, .values = wish->values, .info = {.bill = -1}};
    return order_write(arena, &order);
}

enum outbox_verdict payments_look_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                       struct text *reply) {
    return payment_check_send(engine, item, arena, reply);
}

bool payments_look_read(struct arena *arena, struct text reply, struct payment_look *found) {
    struct rail_answer answer;
    if (!answer_read(arena, reply, &answer)) return false;
    bool refused = answer.verdict == RAIL_NO;
    *found = (struct payment_look){.reason = refused && answer.reason == REASON_NONE ? REASON_REFUSED : answer.reason,
                                   .bill = answer.bill,
                                   .balance = answer.balance};
    return true;
}
