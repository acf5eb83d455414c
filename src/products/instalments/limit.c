/* limit.c: for how much a customer may buy: the overdraft of his account, so that the ledger itself refuses what is
 * beyond it, in the very transaction. */
#include "products/instalments/instalments.h"

#include "base/check.h"
#include "onboarding/onboarding.h"

STATEMENT(find, "SELECT account, sum, at FROM instalment_limit WHERE customer = $1");
STATEMENT(lock, "SELECT account, sum, at FROM instalment_limit WHERE customer = $1 FOR_UPDATE");
STATEMENT(put, "INSERT INTO instalment_limit (customer, account, sum, at) VALUES ($1, $2, $3, $4) "
               "ON CONFLICT (customer) DO UPDATE SET sum = $3, at = $4");

bool instalment_limit_find(struct tx *tx, int64_t customer, struct instalment_limit *limit) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(customer)));
    bool found = rows_next(rows);
    if (found) *limit = (struct instalment_limit){customer, row_int(rows, 0), row_int(rows, 1), row_int(rows, 2)};
    rows_end(rows);
    return found;
}

void instalment_limit_set(struct engine *engine, struct tx *tx, int64_t customer, int64_t sum,
                          struct instalment_limit *limit) {
    if (!instalment_limit_find(tx, customer, limit)) {
        const struct account template = {.owner = customer, .purpose = PURPOSE_INSTALMENTS, .class = ACCOUNT_CUSTOMER,
                                         .currency = CURRENCY_RUB, .overdraft = sum};
        *limit = (struct instalment_limit){.customer = customer};
        limit->account = ledger_create(engine_ledger(engine), tx, &template);
    }
    limit->sum = sum;
    limit->at = world_now(tx_world(tx));
    tx_run(tx, &put, VALUES(V_INT(customer), V_INT(limit->account), V_INT(sum), V_INT(limit->at)));
    instalment_limit_find(tx, customer, limit); /* whose account, where another node has made the row meanwhile */
    instalment_limit_fit(engine, tx, limit, 0);
}

void instalment_limit_fit(struct engine *engine, struct tx *tx, const struct instalment_limit *limit, int64_t more) {
    struct account account;
    if (!ledger_account(engine_ledger(engine), tx, limit->account, &account)) return;
    int64_t used = account.held - account.balance + more, overdraft = used > limit->sum ? used : limit->sum;
    if (overdraft == account.overdraft) return;
    account.overdraft = overdraft;
    check(ledger_change(engine_ledger(engine), tx, &account) || tx_failed(tx));
}

int64_t instalment_limit_free(struct engine *engine, struct tx *tx, int64_t customer) {
    struct instalment_limit limit;
    struct account account;
    if (!instalment_limit_find(tx, customer, &limit) ||
        !ledger_account(engine_ledger(engine), tx, limit.account, &account) || account.frozen || account.closed)
        return 0;
    int64_t available = account.balance - account.held + limit.sum; /* not what a bank's taking back lent beyond it */
    return available > 0 ? available : 0;
}

size_t instalments_accounts(struct engine *engine, struct tx *tx, int64_t customer, int64_t *accounts, size_t room) {
    (void)engine;
    struct instalment_limit limit;
    if (room == 0 || !instalment_limit_find(tx, customer, &limit)) return 0;
    accounts[0] = limit.account;
    return 1;
}

static void close_account(struct engine *engine, struct tx *tx, int64_t customer) {
    struct instalment_limit limit;
    struct account account;
    if (!instalment_limit_find(tx, customer, &limit)) return;
    instalment_limit_set(engine, tx, customer, 0, &limit);
    if (!ledger_account(engine_ledger(engine), tx, limit.account, &account) || account.balance != 0) return;
    account.closed = true;
    check(ledger_change(engine_ledger(engine), tx, &account) || tx_failed(tx));
}

/* A cabinet's first limit is what its application was granted; who has none asks the policy (limit_page.c). */
void instalments_told(struct engine *engine, struct tx *tx, const struct event *event) {
    struct instalment_limit limit;
    if (event->kind == EVENT_CUSTOMER_CLOSED) close_account(engine, tx, event->customer);
    if (event->kind != EVENT_CUSTOMER_APPROVED) return;
    int64_t sum = onboarding_limit(tx, event->customer);
    if (sum > 0) instalment_limit_set(engine, tx, event->customer, sum, &limit);
}
