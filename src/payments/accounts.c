/* accounts.c: whom we owe: an account for each provider, into which what customers paid goes, one for our fees, and one
 * for what banks sent back and nobody knows whose it is. */
#include "base/check.h"
#include "payments/internal.h"

STATEMENT(find, "SELECT account FROM pay_account WHERE provider = $1");
STATEMENT(add, "INSERT INTO pay_account (provider, account) VALUES ($1, $2)");

#define OURS 0
#define UNPLACED (-1)

static int64_t account_of(struct engine *engine, struct tx *tx, int64_t provider, int purpose) {
    struct rows *rows = tx_query(tx, &find, VALUES(V_INT(provider)));
    int64_t account = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    if (account != 0 || !tx_writing(tx)) return account;
    const struct account template = {.purpose = purpose, .class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB};
    account = ledger_create(engine_ledger(engine), tx, &template);
    tx_run(tx, &add, VALUES(V_INT(provider), V_INT(account)));
    return account;
}

int64_t payments_provider_account(struct engine *engine, struct tx *tx, int64_t provider) {
    return account_of(engine, tx, provider, PURPOSE_PROVIDER);
}

int64_t payments_fee_account(struct engine *engine, struct tx *tx) {
    return account_of(engine, tx, OURS, PURPOSE_FEES);
}

int64_t payments_unplaced_account(struct engine *engine, struct tx *tx) {
    return account_of(engine, tx, UNPLACED, PURPOSE_UNPLACED);
}

int64_t payments_returning_account(struct engine *engine, struct tx *tx, int64_t provider) {
    struct account account;
    int64_t id = payments_provider_account(engine, tx, provider);
    if (!ledger_account(engine_ledger(engine), tx, id, &account) || account.overdraft == ACCOUNT_UNLIMITED) return id;
    account.overdraft = ACCOUNT_UNLIMITED;
    check(ledger_change(engine_ledger(engine), tx, &account) || tx_failed(tx));
    return id;
}

int64_t payments_payee(struct engine *engine, struct tx *tx, int64_t customer, const struct entry *entry) {
    (void)engine, (void)tx, (void)customer;
    return entry->kind == KIND_PAYMENT && entry->amount < 0 ? entry->other : 0;
}
