/* machine.c: the lender is asked from the outbox, again until he has answered what can be believed. Each step first
 * asks how things stand when it was tried before, so that nothing is done twice even at a lender who forgets his ids;
 * and what would let money go or end a signed loan counts when he says it twice. */
#include "products/lenders/lenders.h"

/* ---- a row's payload: the lender, the sum that must be meant, and what he is told ---- */

static const char *const kinds[] = {"lender.apply",   "lender.sign",  "lender.await",    "lender.cancel",
                                    "lender.figures", "lender.repay", "lender.statement", "lender.return"};

void step_add(struct engine *engine, struct tx *tx, const struct step_order *order) {
    struct text payload = text_format(tx_arena(tx), "%.*s\n%lld\n%.*s", TEXT_ARG(order->lender), (long long)order->sum,
                                      TEXT_ARG(order->body));
    outbox_add(engine, tx, kinds[order->step], order->owner, order->subject, payload, order->not_before,
               order->deadline);
}

struct text body_of_id(struct arena *arena, int64_t id) {
    const struct lender_fact fact = {"id", text_format(arena, "%lld", (long long)id)};
    return lender_write(arena, &fact, 1);
}

struct asking {
    struct engine *engine;
    struct arena *arena;
    const struct partner *partner;
    const struct outbox_item *item;
    int64_t sum;
    struct text body;
};

/* False: nobody of that code is there now; he may come back. */
static bool asking_of(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                      struct asking *asking) {
    struct text rest, code = text_split(item->payload, '\n', &rest);
    struct text sum = text_split(rest, '\n', &rest);
    *asking = (struct asking){engine, arena, partner_of(engine, code), item, 0, rest};
    return asking->partner != NULL && text_to_int(sum, &asking->sum);
}

static struct text ask(const struct asking *asking, enum lender_call call, struct text body) {
    return lender_ask(asking->arena, &asking->partner->service, call, body,
                      world_now(engine_world(asking->engine)));
}

/* ---- decisions ---- */

static enum lender_status decision(const struct asking *asking, enum lender_call call, struct text body,
                                   struct text *reply) {
    struct lender_decision decision;
    *reply = ask(asking, call, body);
    lender_decision_read(asking->arena, asking->item->subject, *reply, &decision);
    /* Money of another sum than was signed is no answer. */
    if (decision.status == LENDER_ISSUED && decision.sum != asking->sum) return LENDER_NONSENSE;
    return decision.status;
}

static enum lender_status standing(const struct asking *asking, struct text *reply) {
    return decision(asking, LENDER_STATUS, body_of_id(asking->arena, asking->item->subject), reply);
}

static bool ends_it(enum lender_status status) {
    return status == LENDER_REFUSED || status == LENDER_CANCELLED || status == LENDER_EXPIRED;
}

/* He says it a second time. */
static bool sure(const struct asking *asking, enum lender_status status, struct text *reply) {
    return !ends_it(status) || standing(asking, reply) == status;
}

static enum outbox_verdict apply_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                      struct text *reply) {
    struct asking asking;
    if (!asking_of(engine, item, arena, &asking)) return OUTBOX_AGAIN;
    enum lender_status status = item->attempt > 1 ? standing(&asking, reply) : LENDER_UNKNOWN;
    if (status == LENDER_UNKNOWN) status = decision(&asking, LENDER_APPLY, asking.body, reply);
    bool told = status == LENDER_OFFERED || ends_it(status);
    return told && sure(&asking, status, reply) ? OUTBOX_DONE : OUTBOX_AGAIN;
}

static enum outbox_verdict sign_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                     struct text *reply) {
    struct asking asking;
    if (!asking_of(engine, item, arena, &asking)) return OUTBOX_AGAIN;
    enum lender_status status = item->attempt > 1 ? standing(&asking, reply) : LENDER_OFFERED;
    if (status == LENDER_OFFERED) status = decision(&asking, LENDER_SIGN, asking.body, reply);
    bool told = status == LENDER_SIGNED || status == LENDER_ISSUED || ends_it(status);
    return told && sure(&asking, status, reply) ? OUTBOX_DONE : OUTBOX_AGAIN;
}

static enum outbox_verdict await_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                      struct text *reply) {
    struct asking asking;
    if (!asking_of(engine, item, arena, &asking)) return OUTBOX_AGAIN;
    enum lender_status status = standing(&asking, reply);
    bool told = status == LENDER_ISSUED || ends_it(status);
    return told && sure(&asking, status, reply) ? OUTBOX_DONE : OUTBOX_AGAIN;
}

static enum outbox_verdict cancel_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                       struct text *reply) {
    struct asking asking;
    if (!asking_of(engine, item, arena, &asking)) return OUTBOX_AGAIN;
    return ends_it(decision(&asking, LENDER_CANCEL, asking.body, reply)) ? OUTBOX_DONE : OUTBOX_AGAIN;
}

static enum outbox_verdict return_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                       struct text *reply) {
    struct asking asking;
    if (!asking_of(engine, item, arena, &asking)) return OUTBOX_AGAIN;
    enum lender_status status = decision(&asking, LENDER_RETURN, asking.body, reply);
    return ends_it(status) && sure(&asking, status, reply) ? OUTBOX_DONE : OUTBOX_AGAIN;
}

static enum outbox_verdict figures_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                        struct text *reply) {
    struct asking asking;
    struct lender_figures figures;
    if (!asking_of(engine, item, arena, &asking)) return OUTBOX_AGAIN;
    *reply = ask(&asking, LENDER_LOAN, asking.body);
    return lender_figures_read(arena, item->subject, *reply, &figures) ? OUTBOX_DONE : OUTBOX_AGAIN;
}

/* ---- repayments ---- */

static enum lender_repaid repayment_said(const struct asking *asking, enum lender_call call, struct text body,
                                         struct text *reply) {
    struct lender_repayment repayment;
    *reply = ask(asking, call, body);
    lender_repayment_read(asking->arena, asking->item->subject, asking->sum, *reply, &repayment);
    return repayment.status;
}

static enum outbox_verdict repay_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                      struct text *reply) {
    struct asking asking;
    if (!asking_of(engine, item, arena, &asking)) return OUTBOX_AGAIN;
    struct text question = body_of_id(arena, item->subject);
    enum lender_repaid status = item->attempt > 1 ? repayment_said(&asking, LENDER_REPAYMENT, question, reply)
                                                  : LENDER_REPAID_UNKNOWN;
    if (status == LENDER_REPAID_UNKNOWN) status = repayment_said(&asking, LENDER_REPAY, asking.body, reply);
    if (status == LENDER_TAKEN) return OUTBOX_DONE;
    bool declined = status == LENDER_DECLINED &&
                    repayment_said(&asking, LENDER_REPAYMENT, question, reply) == LENDER_DECLINED;
    return declined ? OUTBOX_REFUSED : OUTBOX_AGAIN;
}

static enum outbox_verdict statement_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                          struct text *reply) {
    struct asking asking;
    struct lender_entry entries[LENDER_ENTRIES];
    if (!asking_of(engine, item, arena, &asking)) return OUTBOX_AGAIN;
    *reply = ask(&asking, LENDER_STATEMENT, asking.body);
    return lender_statement_read(arena, asking.sum, *reply, entries) >= 0 ? OUTBOX_DONE : OUTBOX_AGAIN;
}

const struct outbox_kind lenders_outbox[] = {
    {.name = "lender.apply", .send = apply_send, .result = decided, .pause_most_us = 30 * SECOND},
    {.name = "lender.sign", .send = sign_send, .result = signed_by_lender, .pause_most_us = 30 * SECOND},
    {.name = "lender.await", .send = await_send, .result = signed_by_lender, .pause_most_us = 30 * SECOND},
    {.name = "lender.cancel", .send = cancel_send, .pause_most_us = 10 * MINUTE},
    {.name = "lender.figures", .send = figures_send, .result = figures_came, .pause_most_us = MINUTE},
    {.name = "lender.repay", .send = repay_send, .result = repaid, .pause_most_us = 30 * SECOND},
    {.name = "lender.statement", .send = statement_send, .result = statement_came, .pause_most_us = MINUTE},
    {.name = "lender.return", .send = return_send, .result = returned, .pause_most_us = 30 * SECOND},
    {.name = NULL}};
