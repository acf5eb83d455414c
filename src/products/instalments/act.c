/* act.c: something happens to a purchase: its days go by first, then the rules do it, then it is booked and kept. */
#include "products/instalments/cabinet.h"
#include "products/instalments/limit_policy.h"

#include "base/check.h"

/* His money for the shop: what was held, or at once. */
static enum ledger_refusal take(struct engine *engine, struct tx *tx, int64_t hold, const struct purchase *purchase) {
    struct ledger *ledger = engine_ledger(engine);
    int64_t id;
    if (hold != 0) return ledger_capture(ledger, tx, hold, purchase->account, rub(purchase->terms.sum), true, &id);
    const struct transfer transfer = {
        .from = purchase->account,
        .to = instalments_account(engine, tx, PURPOSE_INSTALMENT_SHOP, purchase->shop),
        .sum = rub(purchase->terms.sum),
        .kind = KIND_INSTALMENT_BOUGHT,
        .subject = purchase->id,
        .flags = TRANSFER_NO_LIMITS};
    return ledger_transfer(ledger, tx, &transfer, &id);
}

enum ledger_refusal purchase_sell(struct engine *engine, struct tx *tx, int64_t hold, struct purchase *purchase) {
    const struct purchase_doing doing = {.act = PURCHASE_SELL};
    const struct purchase_rule rule = instalments_rule(engine);
    struct instalment_limit limit;
    struct purchase_done done;
    if (!instalment_limit_find(tx, purchase->customer, &limit)) return LEDGER_NO_ACCOUNT;
    purchase->id = world_id(tx_world(tx));
    purchase->account = limit.account;
    purchase->terms.day = instalments_today(engine);
    purchase->terms.penalty = instalments_penalty(engine, purchase->terms.day);
    purchase->state = (struct purchase_state){.returned = 0};
    enum ledger_refusal refusal = take(engine, tx, hold, purchase);
    if (refusal != LEDGER_OK) return refusal;
    enum purchase_refusal wrong = purchase_do(&purchase->terms, &rule, &purchase->state, &doing, &done);
    check(wrong == PURCHASE_OK); /* whoever sells has asked the tariff */
    purchase_book(engine, tx, purchase, &doing, &done);
    purchase_happened_add(tx, purchase, &done, 0);
    purchases_put(tx, purchase, 1);
    return LEDGER_OK;
}

/* Its days through today, and what they cost. */
static void come_to_today(struct engine *engine, struct tx *tx, struct purchase *purchase,
                          const struct purchase_rule *rule) {
    const struct loan_contract contract = purchase_contract(&purchase->terms, rule);
    int64_t penalty = purchase_days(&contract, &purchase->state, instalments_today(engine));
    instalments_move(engine, tx, instalments_account(engine, tx, PURPOSE_INSTALMENT_PENALTY, 0),
                     instalments_account(engine, tx, PURPOSE_INSTALMENT_FINES, 0), penalty, KIND_INSTALMENT_FINE,
                     purchase->id, TEXT_NONE);
}

enum purchase_refusal purchase_act_on(struct engine *engine, struct tx *tx, struct purchase *purchase,
                                      const struct purchase_doing *doing, int64_t operation,
                                      struct purchase_done *done) {
    struct purchase_done unwanted;
    struct instalment_limit limit;
    const struct purchase_rule rule = instalments_rule(engine);
    if (done == NULL) done = &unwanted;
    if (!purchase_find(tx, purchase->customer, purchase->id, purchase)) return PURCHASE_NOT_SO;
    struct purchase tried = *purchase;
    purchase_as_of(engine, &tried, instalments_today(engine));
    enum purchase_refusal refusal = purchase_do(&tried.terms, &rule, &tried.state, doing, done);
    if (refusal != PURCHASE_OK) return refusal;
    come_to_today(engine, tx, purchase, &rule);
    purchase->state = tried.state;
    purchase_book(engine, tx, purchase, doing, done);
    purchase_happened_add(tx, purchase, done, operation);
    purchases_put(tx, purchase, 1);
    if (instalment_limit_find(tx, purchase->customer, &limit)) instalment_limit_fit(engine, tx, &limit, 0);
    if (doing->act == PURCHASE_PAY && purchase->state.loan.status == LOAN_CLOSED)
        limit_grow(engine, tx, purchase->customer);
    if (doing->act == PURCHASE_RETURN) purchase_returned(engine, tx, purchase, doing->sum);
    return PURCHASE_OK;
}

enum purchase_refusal purchase_undone(struct engine *engine, struct tx *tx, struct purchase *purchase,
                                      const struct purchase_doing *doing, int64_t acquirer,
                                      struct purchase_done *done) {
    struct instalment_limit limit;
    if (!instalment_limit_find(tx, purchase->customer, &limit)) return PURCHASE_NOT_SO;
    instalment_limit_fit(engine, tx, &limit, doing->sum);
    int64_t operation = instalments_move(engine, tx, limit.account, acquirer, doing->sum, KIND_INSTALMENT_UNDONE,
                                         purchase->id, TEXT_NONE);
    return purchase_act_on(engine, tx, purchase, doing, operation, done);
}
