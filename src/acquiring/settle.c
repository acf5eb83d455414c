/* settle.c: what became of an order, as the acquirer tells it: by signed callback, or when asked because none came.
 * Both ways end in settle, which may hear the same thing any number of times. The final state is always reached:
 * the outbox asks until the acquirer names one or the watch ends. */
#include "acquiring/internal.h"
#include "acquiring/reversal.h"

#define REFUND_WATCH (30 * DAY)
#define UNKNOWN_GRACE (2 * MINUTE) /* after the order's own term, before "never heard of it" is believed */

STATEMENT(record, "INSERT INTO card_order_news (id, customer, card_order, source, status, sum, reference, step) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
STATEMENT(lock, "SELECT state, reference FROM card_order WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(set_state, "UPDATE card_order SET state = $3 WHERE customer = $1 AND id = $2");
STATEMENT(set_paid, "UPDATE card_order SET state = $3, reference = $4, operation = $5, refusal = $6 "
                    "WHERE customer = $1 AND id = $2");

static const struct refusal refusal_signature = {"bad-signature", 401, S_acquiring_refused_signature, false};
static const struct refusal refusal_contradiction = {"contradiction", 409, S_acquiring_refused_contradiction, true};
static const struct refusal refusal_unknown_order = {"unknown-order", 404, S_acquiring_refused_unknown_order, false};

/* ---- settling ---- */

/* Paid: into the account, or back to the card when that cannot take it. */
static void credit(struct engine *engine, struct tx *tx, const struct order *order, struct text reference) {
    const struct transfer transfer = order_transfer(engine, tx, order);
    int64_t operation = 0;
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(engine), tx, &transfer, &operation);
    bool paid = refusal == LEDGER_OK;
    tx_run(tx, &set_paid,
           VALUES(V_INT(order->customer), V_INT(order->id), V_INT(paid ? ORDER_PAID : ORDER_REFUNDING),
                  V_TEXT(reference), paid ? V_INT(operation + 1) : V_NULL, V_INT(refusal)));
    if (paid) return;
    moment now = world_now(tx_world(tx));
    outbox_add(engine, tx, "acquirer.refund", order->customer, order->id,
               text_format(tx_arena(tx), "%lld", (long long)order->sum), now, now + REFUND_WATCH);
}

/* Taken back: we owe it to the bank at once, whatever is left of it here; then whoever ordered makes up for it. */
static void reverse(struct engine *engine, struct tx *tx, const struct order *order) {
    tx_run(tx, &set_state, VALUES(V_INT(order->customer), V_INT(order->id), V_INT(ORDER_REVERSED)));
    reversal_begin(engine, tx, order);
}

/* Taken back before it ever came here. */
static void end_reversed(struct tx *tx, const struct order *order, struct text reference) {
    tx_run(tx, &set_paid,
           VALUES(V_INT(order->customer), V_INT(order->id), V_INT(ORDER_REVERSED), V_TEXT(reference), V_NULL,
                  V_INT(LEDGER_OK)));
}

/* Whoever waits for it hears of it. */
static void moved(struct engine *engine, struct tx *tx, const struct order *order) {
    const struct event event = {
        .kind = EVENT_CARD_ORDER, .customer = order->customer, .number = order->id, .code = order->kind};
    engine_emit(engine, tx, &event);
    engine_notify(engine, tx, order->customer, "topup");
}

static void fail(struct tx *tx, const struct order *order, enum order_state state) {
    tx_run(tx, &set_state, VALUES(V_INT(order->customer), V_INT(order->id), V_INT(state)));
}

/* The state as it is once nobody else can change it: another node may be hearing the same. */
static struct order locked(struct tx *tx, const struct order *order) {
    struct order now = *order;
    struct rows *rows = tx_query(tx, &lock, VALUES(V_INT(order->customer), V_INT(order->id)));
    if (rows_next(rows)) {
        now.state = (enum order_state)row_int(rows, 0);
        now.reference = row_null(rows, 1) ? TEXT_NONE : row_copy(rows, 1, tx_arena(tx));
    }
    rows_end(rows);
    return now;
}

static enum order_step settle(struct engine *engine, struct tx *tx, const struct order *order,
                              const struct acquirer_news *news, struct text source) {
    struct order now = locked(tx, order);
    const struct order_news facts = {.state = now.state,
                                     .ordered_minor = now.sum,
                                     .reference = now.reference,
                                     .outcome = order_outcome_from(news->status),
                                     .told_minor = news->sum.minor,
                                     .told_reference = news->reference};
    enum order_step step = order_decide(&facts);
    if (step != STEP_NOTHING)
        tx_run(tx, &record,
               VALUES(V_INT(world_id(tx_world(tx))), V_INT(order->customer), V_INT(order->id), V_TEXT(source),
                      V_TEXT(news->status), V_INT(news->sum.minor), V_TEXT(news->reference), V_INT(step)));
    if (step == STEP_CREDIT) credit(engine, tx, order, news->reference);
    if (step == STEP_REVERSE) reverse(engine, tx, order);
    if (step == STEP_FAIL && facts.outcome == OUTCOME_REVERSED) end_reversed(tx, order, news->reference);
    else if (step == STEP_FAIL) fail(tx, order, order_failed_state(facts.outcome));
    if (step == STEP_CREDIT || step == STEP_FAIL || step == STEP_REVERSE) moved(engine, tx, order);
    if (step == STEP_REVERSE) reversal_ask(engine, tx, order);
    return step;
}

/* ---- callbacks ---- */

/* The signature is over the raw body and comes before anything is made of it. */
enum flow callback_verify(struct request *request, struct tx *tx) {
    (void)tx;
    const struct acquirer *acquirer = acquiring_bank(request->engine);
    if (acquirer == NULL) return answer_missing(request);
    int64_t stamp_s;
    if (!acquirer_verify(acquirer, request->authorization, request->body, &stamp_s) ||
        !callback_timely(stamp_s, world_now(request->world)))
        return refuse(request, &refusal_signature);
    struct acquirer_news *news = arena_new_of(request->arena, struct acquirer_news);
    if (!acquirer_read(acquirer, request->arena, request->body, news)) return refuse(request, &refusal_unknown_order);
    request->scratch = news;
    return FLOW_NEXT;
}

enum flow callback_write(struct request *request, struct tx *tx) {
    const struct acquirer_news *news = request->scratch;
    struct order order;
    if (!order_find(tx, 0, news->order, &order)) return refuse(request, &refusal_unknown_order);
    enum order_step step = settle(request->engine, tx, &order, news, TEXT("callback"));
    if (step == STEP_CONTRADICTS) return refuse(request, &refusal_contradiction);
    struct node *document = doc_new(request->arena);
    doc_text(document, "status", step == STEP_NOTHING ? TEXT("known") : TEXT("accepted"));
    return answer_ok(request, document);
}

/* ---- asking ---- */

enum outbox_verdict order_status_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                      struct text *reply) {
    const struct acquirer *acquirer = acquiring_bank(engine);
    moment now = world_now(engine_world(engine));
    int64_t expires;
    if (acquirer == NULL) return OUTBOX_AGAIN;
    if (!text_to_int(item->payload, &expires)) return OUTBOX_REFUSED;
    struct acquirer_news news;
    switch (acquirer_status(acquirer, arena, item->subject, now, reply)) {
    case ACQUIRER_UNREACHABLE: return OUTBOX_AGAIN;
    case ACQUIRER_REFUSED: return now > expires + UNKNOWN_GRACE ? OUTBOX_REFUSED : OUTBOX_AGAIN;
    case ACQUIRER_ANSWERED: break;
    }
    if (!acquirer_read(acquirer, arena, *reply, &news) || news.order != item->subject) return OUTBOX_AGAIN;
    enum order_outcome outcome = order_outcome_from(news.status);
    return outcome == OUTCOME_PENDING || outcome == OUTCOME_UNKNOWN ? OUTBOX_AGAIN : OUTBOX_DONE;
}

void order_status_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                         enum outbox_verdict verdict, struct text reply) {
    struct order order;
    struct acquirer_news news;
    if (!order_find(tx, item->owner, item->subject, &order)) return;
    if (verdict == OUTBOX_DONE && acquirer_read(acquiring_bank(engine), tx_arena(tx), reply, &news)) {
        settle(engine, tx, &order, &news, TEXT("status"));
        return;
    }
    /* They never heard of it after its term, or never answered while we watched. */
    if (order.state != ORDER_CREATED) return;
    fail(tx, &order, ORDER_EXPIRED);
    moved(engine, tx, &order);
}

/* ---- giving back ---- */

enum outbox_verdict order_refund_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                      struct text *reply) {
    (void)reply;
    const struct acquirer *acquirer = acquiring_bank(engine);
    int64_t sum;
    if (acquirer == NULL) return OUTBOX_AGAIN;
    if (!text_to_int(item->payload, &sum)) return OUTBOX_REFUSED;
    switch (acquirer_refund(acquirer, arena, item->subject, item->id, rub(sum), world_now(engine_world(engine)))) {
    case ACQUIRER_ANSWERED: return OUTBOX_DONE;
    case ACQUIRER_REFUSED: return OUTBOX_REFUSED;
    case ACQUIRER_UNREACHABLE: break;
    }
    return OUTBOX_AGAIN;
}

void order_refund_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                         enum outbox_verdict verdict, struct text reply) {
    (void)reply;
    struct order order;
    if (!order_find(tx, item->owner, item->subject, &order) || order.state != ORDER_REFUNDING) return;
    fail(tx, &order, verdict == OUTBOX_DONE ? ORDER_REFUNDED : ORDER_STUCK);
    moved(engine, tx, &order);
}
