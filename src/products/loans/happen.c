/* happen.c: something happens to a loan: its day is earned first, then the rules do it, then it is booked and kept. */
#include "products/loans/running.h"

#include "base/check.h"

void credit_issue(struct engine *engine, struct tx *tx, struct credit *credit, int64_t day) {
    struct credit_product product;
    struct running running = {.customer = credit->customer, .id = credit->id, .product = credit->product,
                              .signed_day = credit->signed_day, .sum = credit->sum, .term = credit->term};
    struct loan_parts parts;
    const struct loan_event event = {.day = day, .kind = LOAN_ISSUE, .sum = credit->sum};
    bool known = credit_product_find(tx, credit->product, &product); /* versions are never removed */
    check(known || tx_failed(tx));
    if (!known) return;
    const struct loan_contract contract = credit_contract_of(engine, &product, credit);
    enum loan_refusal refusal = loan_apply(&contract, &running.state, &event, &parts, NULL);
    check(refusal == LOAN_DONE);
    if (credit->payout == 0)
        loans_move(engine, tx, credit->account, loans_account(engine, tx, PURPOSE_LOAN_WAY, TEXT_NONE), credit->sum,
                   KIND_LOAN_ISSUE, credit->id, TEXT_NONE);
    credit->state = CREDIT_RUNS;
    credit->issued = day;
    credit_update(tx, credit);
    credit_event_add(tx, credit, &event, 0, &parts);
    running_put(tx, &running, 1);
    credit_extras_charge(engine, tx, credit);
}

static void book(struct engine *engine, struct tx *tx, const struct credit *credit, struct text code,
                 const struct loan_event *event, const struct loan_parts *parts) {
    switch (event->kind) {
    case LOAN_PAYMENT:
    case LOAN_EARLY_PART:
    case LOAN_REPAY_ALL: credit_book_paid(engine, tx, credit, code, parts->paid); return;
    case LOAN_WRITE_OFF: credit_book_lost(engine, tx, credit, code, parts->paid); return;
    case LOAN_FEE:
        loans_move(engine, tx, loans_account(engine, tx, PURPOSE_LOAN_FEES, code),
                   loans_account(engine, tx, PURPOSE_LOAN_SERVICES, TEXT_NONE), event->sum, KIND_LOAN_SERVICE,
                   credit->id, TEXT_NONE);
        return;
    case LOAN_FEE_BACK: {
        int64_t services = loans_account(engine, tx, PURPOSE_LOAN_SERVICES, TEXT_NONE);
        loans_move(engine, tx, services, loans_account(engine, tx, PURPOSE_LOAN_FEES, code), parts->paid[DEBT_OTHER],
                   KIND_LOAN_SERVICE_BACK, credit->id, TEXT_NONE);
        loans_move(engine, tx, services, credit->account, parts->advance, KIND_LOAN_SERVICE_BACK, credit->id,
                   TEXT_NONE);
        return;
    }
    case LOAN_WAIVE:
        loans_move(engine, tx, loans_account(engine, tx, PURPOSE_LOAN_FINES, TEXT_NONE),
                   loans_account(engine, tx, PURPOSE_LOAN_PENALTY, code), event->sum, KIND_LOAN_WAIVED, credit->id,
                   TEXT_NONE);
        return;
    case LOAN_ISSUE:
    case LOAN_EXTEND:
    case LOAN_RESTRUCTURE:
    case LOAN_GOODS:
    case LOAN_MOVE:
    case LOAN_UNDONE:
    case LOAN_GIVE: return; /* the last ones are instalments' */
    }
}

void credit_end(struct engine *engine, struct tx *tx, struct credit *credit, struct running *running,
                const struct credit_product *product) {
    loans_provide(engine, tx, product->code, -running->provided, credit->id, TEXT_NONE);
    running->provided = 0;
    credit->state = running->state.status == LOAN_WRITTEN_OFF ? CREDIT_WRITTEN_OFF : CREDIT_CLOSED;
    credit->closed = running->state.done;
    credit->closed_at = world_now(tx_world(tx));
    credit_update(tx, credit);
    running_remove(tx, credit->customer, credit->id);
    credit_account_close(engine, tx, credit);
}

void credit_account_close(struct engine *engine, struct tx *tx, const struct credit *credit) {
    struct account account;
    if (!ledger_account(engine_ledger(engine), tx, credit->account, &account) || account.balance != 0) return;
    account.closed = true;
    check(ledger_change(engine_ledger(engine), tx, &account) || tx_failed(tx));
}

enum loan_refusal credit_event(struct engine *engine, struct tx *tx, struct credit *credit, struct loan_event event,
                               int64_t operation, struct loan_parts *parts) {
    struct loan_parts unwanted;
    struct running running;
    struct credit_product product;
    const struct loans_state *own = engine_state(engine, &loans_feature);
    if (parts == NULL) parts = &unwanted;
    if (!credit_accrue_one(engine, tx, credit, &running) || !credit_product_find(tx, credit->product, &product))
        return LOAN_NOT_SO;
    const struct loan_contract contract = credit_contract_of(engine, &product, credit);
    event.day = running.state.done;
    enum loan_refusal refusal = loan_apply(&contract, &running.state, &event, parts, NULL);
    if (refusal != LOAN_DONE) return refusal;
    book(engine, tx, credit, product.code, &event, parts);
    credit_event_add(tx, credit, &event, operation, parts);
    if (running.state.status != LOAN_RUNS) {
        credit_end(engine, tx, credit, &running, &product);
        return LOAN_DONE;
    }
    int64_t provided = provision_for(&own->provisions, &running.state);
    loans_provide(engine, tx, product.code, provided - running.provided, credit->id, TEXT_NONE);
    running.provided = provided;
    running_put(tx, &running, 1);
    if (event.kind != LOAN_EXTEND) return LOAN_DONE;
    credit->extended++;
    credit_update(tx, credit);
    return LOAN_DONE;
}
