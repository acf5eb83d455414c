/* settle.c: what became of a top-up, as the acquirer tells it: by signed callback, or when asked because none came.
 * Both ways end in topup_settle, which may hear the same thing any number of times. The final state is always reached:
 * the outbox asks until the acquirer names one or the watch ends. */
#include "products/wallet/topup.h"

#include "base/check.h"
#include "messaging/messaging.h"

#define REFUND_WATCH (30 * DAY)
#define UNKNOWN_GRACE (2 * MINUTE) /* after the order's own term, before "never heard of it" is believed */

STATEMENT(record, "INSERT INTO topup_news (id, customer, topup, source, status, sum, reference, step) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
STATEMENT(lock, "SELECT state, reference FROM topup WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(set_state, "UPDATE topup SET state = $3 WHERE customer = $1 AND id = $2");
STATEMENT(set_paid, "UPDATE topup SET state = $3, reference = $4, operation = $5, refusal = $6 "
                    "WHERE customer = $1 AND id = $2");

/* ---- settling ---- */

static void tell_refund(struct engine *engine, struct tx *tx, const struct topup *topup) {
    struct customer customer;
    if (!identity_customer(engine, tx, topup->customer, &customer)) return;
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(topup->sum));
    doc_text(values, "company", text_from(engine_config(engine)->company));
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")},
                                                {"company", doc_get(values, "company")}};
    message_sms(engine, tx,
                &(struct message){.customer = customer.id,
                                  .phone = customer.phone,
                                  .language = customer.language,
                                  .text = S_wallet_sms_refunding,
                                  .arguments = arguments,
                                  .argument_count = 2});
}

/* Paid: into the wallet, or back to the card when the wallet cannot take it. */
static void credit(struct engine *engine, struct tx *tx, const struct topup *topup, struct text reference) {
    const struct transfer transfer = {.from = wallet_system_account(engine, tx, SYSTEM_ACQUIRER),
                                      .to = topup->account,
                                      .sum = rub(topup->sum),
                                      .kind = topup->kind != 0 ? topup->kind : KIND_TOPUP,
                                      .subject = topup->kind != 0 ? topup->subject : topup->id};
    int64_t operation = 0;
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(engine), tx, &transfer, &operation);
    bool paid = refusal == LEDGER_OK;
    tx_run(tx, &set_paid,
           VALUES(V_INT(topup->customer), V_INT(topup->id), V_INT(paid ? TOPUP_PAID : TOPUP_REFUNDING),
                  V_TEXT(reference), paid ? V_INT(operation + 1) : V_NULL, V_INT(refusal)));
    if (paid && topup->kind == 0) wallet_income(engine, tx, topup->customer, topup->account, topup->sum, operation);
    if (paid) return;
    moment now = world_now(tx_world(tx));
    outbox_add(engine, tx, "acquirer.refund", topup->customer, topup->id,
               text_format(tx_arena(tx), "%lld", (long long)topup->sum), now, now + REFUND_WATCH);
    if (topup->kind == 0) tell_refund(engine, tx, topup); /* else somebody else paid, who sees it where he paid */
}

/* Whoever waits for it hears of it. */
static void moved(struct engine *engine, struct tx *tx, const struct topup *topup) {
    const struct event event = {.kind = EVENT_CARD_ORDER, .customer = topup->customer, .number = topup->id};
    if (topup->kind != 0) engine_emit(engine, tx, &event);
    engine_notify(engine, tx, topup->customer, "topup");
}

void topup_fail(struct tx *tx, const struct topup *topup, enum topup_state state) {
    tx_run(tx, &set_state, VALUES(V_INT(topup->customer), V_INT(topup->id), V_INT(state)));
}

/* The state as it is once nobody else can change it: another node may be hearing the same. */
static struct topup locked(struct tx *tx, const struct topup *topup) {
    struct topup now = *topup;
    struct rows *rows = tx_query(tx, &lock, VALUES(V_INT(topup->customer), V_INT(topup->id)));
    if (rows_next(rows)) {
        now.state = (enum topup_state)row_int(rows, 0);
        now.reference = row_null(rows, 1) ? TEXT_NONE : row_copy(rows, 1, tx_arena(tx));
    }
    rows_end(rows);
    return now;
}

enum topup_step topup_settle(struct engine *engine, struct tx *tx, const struct topup *topup,
                             const struct acquirer_news *news, struct text source) {
    struct topup now = locked(tx, topup);
    const struct topup_news facts = {.state = now.state,
                                     .ordered_minor = now.sum,
                                     .reference = now.reference,
                                     .outcome = topup_outcome_from(news->status),
                                     .told_minor = news->sum.minor,
                                     .told_reference = news->reference};
    enum topup_step step = topup_decide(&facts);
    if (step != STEP_NOTHING)
        tx_run(tx, &record,
               VALUES(V_INT(world_id(tx_world(tx))), V_INT(topup->customer), V_INT(topup->id), V_TEXT(source),
                      V_TEXT(news->status), V_INT(news->sum.minor), V_TEXT(news->reference), V_INT(step)));
    if (step == STEP_CREDIT) credit(engine, tx, topup, news->reference);
    if (step == STEP_FAIL) topup_fail(tx, topup, topup_failed_state(facts.outcome));
    if (step == STEP_CREDIT || step == STEP_FAIL) moved(engine, tx, topup);
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
    struct topup topup;
    if (!topup_find(tx, 0, news->order, &topup)) return refuse(request, &refusal_unknown_order);
    enum topup_step step = topup_settle(request->engine, tx, &topup, news, TEXT("callback"));
    if (step == STEP_CONTRADICTS) return refuse(request, &refusal_contradiction);
    struct node *document = doc_new(request->arena);
    doc_text(document, "status", step == STEP_NOTHING ? TEXT("known") : TEXT("accepted"));
    return answer_ok(request, document);
}

/* ---- asking ---- */

enum outbox_verdict topup_status_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
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
    enum topup_outcome outcome = topup_outcome_from(news.status);
    return outcome == OUTCOME_PENDING || outcome == OUTCOME_UNKNOWN ? OUTBOX_AGAIN : OUTBOX_DONE;
}

void topup_status_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                         enum outbox_verdict verdict, struct text reply) {
    struct topup topup;
    struct acquirer_news news;
    if (!topup_find(tx, item->owner, item->subject, &topup)) return;
    if (verdict == OUTBOX_DONE && acquirer_read(acquiring_bank(engine), tx_arena(tx), reply, &news)) {
        topup_settle(engine, tx, &topup, &news, TEXT("status"));
        return;
    }
    /* They never heard of it after its term, or never answered while we watched. */
    if (topup.state != TOPUP_CREATED) return;
    topup_fail(tx, &topup, TOPUP_EXPIRED);
    moved(engine, tx, &topup);
}

/* ---- giving back ---- */

enum outbox_verdict topup_refund_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
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

void topup_refund_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                         enum outbox_verdict verdict, struct text reply) {
    (void)reply;
    struct topup topup;
    if (!topup_find(tx, item->owner, item->subject, &topup) || topup.state != TOPUP_REFUNDING) return;
    topup_fail(tx, &topup, verdict == OUTBOX_DONE ? TOPUP_REFUNDED : TOPUP_STUCK);
    moved(engine, tx, &topup);
}
