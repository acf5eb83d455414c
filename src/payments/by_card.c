/* by_card.c: a transfer to a card that another bank's card pays (BK-2): the acquirer takes sum and fee from that card
 * into the customer's account, and in the same transaction they are held there for the transfer, which goes its usual
 * way. What cannot be transferred after that stays his, on his account: he is told so before and after. */
#include "payments/internal.h"

#include "acquiring/reversal.h"
#include "messaging/messaging.h"
#include "operations/operations.h"

#define ORDER_GRACE DAY /* a bank may say long after an order's term that it was paid */

static const struct refusal no_cards = {"cards-unavailable", 409, S_payments_by_card_off, false};
static const struct refusal small = {"sum-too-small", 422, S_payments_by_card_small, false};
static const struct refusal large = {"sum-too-large", 422, S_payments_by_card_large, false};

bool by_card_bounds(struct engine *engine, const struct provider *provider, int64_t *least, int64_t *most) {
    return provider->by_card && acquiring_cards(engine, least, most);
}

enum flow by_card_look(struct request *request, const struct provider *provider, const struct payment *payment) {
    int64_t least, most, whole = payment->sum + payment->fee;
    if (!by_card_bounds(request->engine, provider, &least, &most)) return refuse(request, &no_cards);
    if (whole < least) return operations_refuse_sum(request, &small, least);
    return whole > most ? operations_refuse_sum(request, &large, most) : FLOW_NEXT;
}

/* ---- the order ---- */

static struct text path_of(struct arena *arena, const struct payment *payment, const char *end) {
    return text_format(arena, "/payments/%lld%s", (long long)payment->id, end);
}

static struct text bank_page(struct request *request, struct tx *tx, const struct payment *payment) {
    if (payment->card_order <= 0 || payment->state != PAYMENT_CHECKED) return TEXT_NONE;
    return acquiring_url(request, tx, payment->customer, payment->card_order, path_of(request->arena, payment, ""));
}

void by_card_tell(struct request *request, struct tx *tx, const struct payment *payment, struct node *document) {
    struct text url = bank_page(request, tx, payment);
    doc_bool(document, "by_card", payment->card_order != 0);
    if (url.size > 0) doc_text(document, "payment_url", url);
}

enum flow by_card_order(struct request *request, struct tx *tx, struct payment *payment) {
    const struct card_order order = {.customer = payment->customer,
                                     .account = payment->account,
                                     .sum = payment->sum + payment->fee,
                                     .kind = KIND_PAYMENT_CARD,
                                     .subject = payment->id};
    struct card_told told;
    int64_t least, most;
    if (!acquiring_cards(request->engine, &least, &most)) return refuse(request, &no_cards);
    enum ledger_refusal refusal = acquiring_order(request->engine, tx, &order, &payment->card_order);
    if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, payment->account, rub(order.sum));
    if (acquiring_told(request->engine, tx, payment->customer, payment->card_order, &told))
        payment->deadline = told.expires + ORDER_GRACE;
    payment_update(request->engine, tx, payment);
    struct node *document = doc_new(request->arena);
    payment_tell(request, tx, payment, document);
    return answer_done(request, document, path_of(request->arena, payment, "/card"));
}

/* GET /payments/{id}/card: the step between us and the bank (Content-Security-Policy: form-action). */
enum flow by_card_read(struct request *request, struct tx *tx) {
    struct payment payment;
    int64_t id;
    if (!request_param_id(request, 0, &id) ||
        !payment_find(request->engine, tx, request->caller.customer, id, &payment))
        return answer_missing(request);
    struct text url = bank_page(request, tx, &payment);
    if (url.size == 0) return answer_see(request, path_of(request->arena, &payment, ""));
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", payment.id);
    doc_money(document, "sum", rub(payment.sum + payment.fee));
    doc_text(document, "payment_url", url);
    engine_page_goes(request, "forward", url);
    return answer_ok(request, document);
}

/* ---- what became of it ---- */

static void tell_kept(struct engine *engine, struct tx *tx, const struct payment *payment) {
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(payment->sum + payment->fee));
    const struct string_argument argument = {"sum", doc_get(values, "sum")};
    message_tell(engine, tx, payment->customer, TOPIC_OPERATIONS, S_payments_told_kept, &argument, 1);
}

static void end(struct engine *engine, struct tx *tx, struct payment *payment, enum payment_reason reason) {
    payment->state = PAYMENT_CANCELLED;
    payment->reason = reason;
    payment->deadline = 0;
    payment->ended = world_now(tx_world(tx));
    payment_update(engine, tx, payment);
    payment_moved(engine, tx, payment);
}

/* The money is there, in this transaction. */
static void paid(struct engine *engine, struct tx *tx, struct payment *payment) {
    bool waits = payment->state == PAYMENT_CHECKED;
    if (waits && payments_confirm(engine, tx, payment->customer, payment->id) == PAYMENT_GOES) return;
    if (waits) end(engine, tx, payment, REASON_KEPT);
    tell_kept(engine, tx, payment);
}

void payments_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    struct payment payment;
    struct card_told told;
    if (event->kind != EVENT_CARD_ORDER || event->code != KIND_PAYMENT_CARD ||
        !payment_of_card_order(engine, tx, event->customer, event->number, &payment) ||
        !acquiring_told(engine, tx, event->customer, event->number, &told) || told.open)
        return;
    if (told.reversed) card_reversal_take(engine, tx, event->customer, event->number);
    if (told.paid) paid(engine, tx, &payment);
    else if (payment.state == PAYMENT_CHECKED) end(engine, tx, &payment, REASON_UNPAID);
    engine_notify(engine, tx, payment.customer, "payment");
}
