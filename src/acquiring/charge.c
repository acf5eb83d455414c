/* charge.c: money from a customer's bound card without him at hand (LO-4): an order by card like any other, whose page
 * nobody opens. The bank is told once under the order's id; what becomes of it is an order's to hear (settle.c). */
#include "acquiring/card.h"
#include "acquiring/internal.h"

enum ledger_refusal card_charge_begin(struct engine *engine, struct tx *tx, const struct card_charge *wanted,
                                      int64_t *id) {
    struct bank_card card;
    struct order order;
    const struct card_order asked = {.customer = wanted->customer,
                                     .account = wanted->account,
                                     .sum = wanted->sum,
                                     .kind = wanted->kind,
                                     .subject = wanted->subject};
    if (!bank_card_find(engine, tx, wanted->customer, wanted->card, &card) || !bank_card_good(engine, &card))
        return LEDGER_NO_ACCOUNT;
    enum ledger_refusal refusal = order_begin(engine, tx, &asked, card.id, &order);
    if (refusal != LEDGER_OK) return refusal;
    outbox_add(engine, tx, "acquirer.charge", order.customer, order.id,
               text_format(tx_arena(tx), "%lld %lld %.*s", (long long)order.sum, (long long)order.expires,
                           TEXT_ARG(card.token)),
               world_now(tx_world(tx)), order.expires);
    *id = order.id;
    return LEDGER_OK;
}

/* Their word is an answer to this order of this sum, and a final one. */
static enum outbox_verdict verdict_of(const struct acquirer *bank, struct arena *arena,
                                      const struct acquirer_order *order, struct text reply) {
    struct acquirer_news news;
    if (!acquirer_read(bank, arena, reply, &news) || news.order != order->id || news.sum.minor != order->sum.minor)
        return OUTBOX_AGAIN;
    enum order_outcome outcome = order_outcome_from(news.status);
    return outcome == OUTCOME_PENDING || outcome == OUTCOME_UNKNOWN ? OUTBOX_AGAIN : OUTBOX_DONE;
}

/* payload: the sum, when the order's term ends, the token. What they do not take is asked for once more: an earlier
 * telling, whose answer never came, may have gone through. */
enum outbox_verdict charge_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply) {
    const struct acquirer *bank = acquiring_bank(engine);
    struct text token, first = text_split(item->payload, ' ', &token), second = text_split(token, ' ', &token);
    struct acquirer_order order = {.id = item->subject};
    int64_t sum;
    moment now = world_now(engine_world(engine));
    if (bank == NULL) return OUTBOX_AGAIN;
    if (!text_to_int(first, &sum) || !text_to_int(second, &order.expires)) return OUTBOX_REFUSED;
    order.sum = rub(sum);
    switch (acquirer_charge(bank, arena, &order, token, now, reply)) {
    case ACQUIRER_TOLD: return verdict_of(bank, arena, &order, *reply);
    case ACQUIRER_SILENT: return OUTBOX_AGAIN;
    case ACQUIRER_NO:
    case ACQUIRER_NO_SUCH: break;
    }
    switch (acquirer_status(bank, arena, order.id, now, reply)) {
    case ACQUIRER_ANSWERED: return verdict_of(bank, arena, &order, *reply);
    case ACQUIRER_REFUSED: return OUTBOX_REFUSED;
    case ACQUIRER_UNREACHABLE: break;
    }
    return OUTBOX_AGAIN;
}

/* Silence to the end is no answer: the order itself is asked about for longer. */
void charge_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                   struct text reply) {
    if (verdict != OUTBOX_EXPIRED) order_status_result(engine, tx, item, verdict, reply);
}
