/* machine.c: what the outbox does for payments: asks the provider, and moves the payment on by what came back. A
 * verdict is taken once: the row is locked, and only the state that waits for it hears it. */
#include "payments/internal.h"

#include "backoffice/backoffice.h"
#include "payments/breaker.h"

/* ---- asking: on a dispatcher thread ---- */

static enum outbox_verdict ask(struct engine *engine, const struct outbox_item *item, enum rail_command command,
                               struct arena *arena, struct text *reply) {
    struct payments_state *state = payments_state_of(engine);
    struct payment payment = {.id = item->subject};
    if (!order_read(arena, item->payload, &payment)) return OUTBOX_REFUSED;
    const struct provider *provider = catalogue_provider(catalogue_take(engine, arena), payment.provider);
    if (provider == NULL) return OUTBOX_AGAIN; /* staff may bring it back; its deadline ends it */
    enum breaker_word word = breaker_asks(state->breakers, provider->id, world_now(engine_world(engine)));
    if (word != BREAKER_GO) return word == BREAKER_FULL ? OUTBOX_BUSY : OUTBOX_AGAIN;
    /* Here alone a card's number leaves us. */
    if (payment.values.number.size > 0) payment.values.of[0].value = payment.values.number;
    const struct rail_order order = {.command = command,
                                     .id = payment.id,
                                     .sum = rub(payment.sum),
                                     .at = id_moment(payment.id),
                                     .values = payment.values.of,
                                     .value_count = payment.values.count,
                                     .attempt = item->attempt};
    struct rail_answer answer = provider->rail->ask(engine, provider, &order, arena);
    breaker_told(state->breakers, provider->id, answer.code >= 0, world_now(engine_world(engine)));
    *reply = answer_write(arena, &answer);
    if (answer.verdict == RAIL_YES) return OUTBOX_DONE;
    return answer.verdict == RAIL_NO ? OUTBOX_REFUSED : OUTBOX_AGAIN;
}

enum outbox_verdict payment_check_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                       struct text *reply) {
    return ask(engine, item, RAIL_CHECK, arena, reply);
}

enum outbox_verdict payment_pay_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                     struct text *reply) {
    return ask(engine, item, RAIL_SEND, arena, reply);
}

enum outbox_verdict payment_cancel_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                        struct text *reply) {
    return ask(engine, item, RAIL_CANCEL, arena, reply);
}

/* ---- the check's outcome ---- */

static void end_unpaid(struct payment *payment, enum payment_state state, enum payment_reason reason, moment now) {
    payment->state = state;
    payment->reason = reason;
    payment->deadline = 0;
    payment->ended = now;
}

/* The sum is the bill's where the provider has its way, or where the customer left it open. */
static void take_bill(const struct provider *provider, const struct rail_answer *answer, struct payment *payment,
                      moment now) {
    bool exact = provider->sum_kind == SUM_EXACT;
    if (provider->sum_kind != SUM_TYPED && answer->bill > 0 && (exact || payment->sum == 0))
        payment->sum = answer->bill;
    if (payment->sum == 0 || (exact && answer->bill <= 0)) end_unpaid(payment, PAYMENT_REJECTED, REASON_NO_BILL, now);
    else if (payment->sum < provider->sum_min) end_unpaid(payment, PAYMENT_REJECTED, REASON_SMALL, now);
    else if (payment->sum > provider->sum_max) end_unpaid(payment, PAYMENT_REJECTED, REASON_LARGE, now);
    else payment->fee = payment_fee(provider, payment);
}

static void checked(struct engine *engine, struct tx *tx, struct payment *payment, const struct rail_answer *answer) {
    const struct catalogue *catalogue = catalogue_take(engine, tx_arena(tx));
    const struct provider *provider = catalogue_provider(catalogue, payment->provider);
    moment now = world_now(tx_world(tx));
    if (provider == NULL) {
        end_unpaid(payment, PAYMENT_REJECTED, REASON_CHANGED, now);
        return;
    }
    const struct card_bank *bank = payment_bank(provider, payment);
    payment->info = (struct payment_info){
        .name = answer->name, .more = bank != NULL ? bank->title : answer->more, .bill = answer->bill};
    payment->state = PAYMENT_CHECKED;
    payment->deadline = now + payments_state_of(engine)->settings->confirm_life;
    payment->version = provider->version;
    take_bill(provider, answer, payment, now);
}

void payment_check_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                          enum outbox_verdict verdict, struct text reply) {
    struct payment payment;
    struct rail_answer answer;
    if (!payment_find(engine, tx, item->owner, item->subject, &payment) || payment.state != PAYMENT_CHECKING) return;
    bool answered = verdict != OUTBOX_EXPIRED && answer_read(tx_arena(tx), reply, &answer);
    if (answered && verdict == OUTBOX_DONE) {
        checked(engine, tx, &payment, &answer);
    } else if (answered) {
        payment.code = answer.code;
        end_unpaid(&payment, PAYMENT_REJECTED, answer.reason, world_now(tx_world(tx)));
    } else {
        end_unpaid(&payment, PAYMENT_UNCHECKED, REASON_SILENT, world_now(tx_world(tx)));
    }
    payment_update(engine, tx, &payment);
    engine_notify(engine, tx, payment.customer, "payment");
    payment_moved(engine, tx, &payment);
}

/* ---- the payment's outcome ---- */

/* Nobody knows whether it took the money: it stays held, and staff ask. */
static void get_stuck(struct engine *engine, struct tx *tx, struct payment *payment) {
    payment->state = PAYMENT_STUCK;
    payment->reason = REASON_SILENT;
    payment->deadline = 0;
    payment_update(engine, tx, payment);
    queue_add(engine, tx, "payments.stuck", payment->id, payment->customer,
              text_format(tx_arena(tx), "%lld", (long long)payment->id), 0);
    engine_notify(engine, tx, payment->customer, "payment");
}

void payment_pay_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                        enum outbox_verdict verdict, struct text reply) {
    struct payment payment;
    struct rail_answer answer;
    if (!payment_find(engine, tx, item->owner, item->subject, &payment) || payment.state != PAYMENT_SENDING) return;
    bool answered = verdict != OUTBOX_EXPIRED && answer_read(tx_arena(tx), reply, &answer);
    if (!answered) get_stuck(engine, tx, &payment);
    else if (verdict == OUTBOX_DONE) payment_done(engine, tx, &payment, answer.reference);
    else payment_refused(engine, tx, &payment, answer.reason, answer.code);
}

/* ---- those that nobody confirmed ---- */

STATEMENT(too_late, "SELECT id, customer FROM payment WHERE state < 10 AND deadline < $1 AND state = 2 "
                    "ORDER BY deadline LIMIT 200");

struct late {
    int64_t id, customer;
};

bool payments_expire(struct engine *engine, struct tx *tx) {
    struct late late[200];
    size_t count = 0;
    moment now = world_now(tx_world(tx));
    struct rows *rows = tx_query(tx, &too_late, VALUES(V_INT(now)));
    while (count < 200 && rows_next(rows)) late[count++] = (struct late){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        struct payment payment;
        if (!payment_find(engine, tx, late[i].customer, late[i].id, &payment) || payment.state != PAYMENT_CHECKED)
            continue;
        end_unpaid(&payment, PAYMENT_EXPIRED, REASON_NONE, now);
        payment_update(engine, tx, &payment);
        engine_notify(engine, tx, payment.customer, "payment");
        payment_moved(engine, tx, &payment);
    }
    return count == 200;
}
