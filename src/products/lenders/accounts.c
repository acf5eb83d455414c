/* accounts.c: what we and each lender owe one another: what he lends comes from there, what is paid back goes there; he
 * and we settle the rest. And how entries of it are told. */
#include "products/lenders/lenders.h"

STATEMENT(find, "SELECT account FROM lender_settlement WHERE lender = $1");
STATEMENT(insert, "INSERT INTO lender_settlement (lender, account) VALUES ($1, $2)");

int64_t lender_account(struct engine *engine, struct tx *tx, struct text lender) {
    struct rows *rows = tx_query(tx, &find, VALUES(V_TEXT(lender)));
    int64_t account = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    if (account != 0 || !tx_writing(tx)) return account;
    const struct account template = {.purpose = PURPOSE_LENDER,
                                     .class = ACCOUNT_SYSTEM,
                                     .currency = CURRENCY_RUB,
                                     .overdraft = ACCOUNT_UNLIMITED};
    account = ledger_create(engine_ledger(engine), tx, &template);
    tx_run(tx, &insert, VALUES(V_TEXT(lender), V_INT(account)));
    return account;
}

int64_t lenders_payee(struct engine *engine, struct tx *tx, int64_t customer, const struct entry *entry) {
    (void)engine, (void)tx, (void)customer;
    return entry->kind == KIND_LENDER_REPAYMENT && entry->amount < 0 ? entry->other : 0;
}

void lenders_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                      struct node *operation) {
    (void)locale;
    struct account account;
    struct repayment repayment;
    struct loan loan;
    int64_t id = entry->subject;
    if (!ledger_account(engine_ledger(engine), tx, entry->account, &account) || account.owner == 0) return;
    if (entry->kind == KIND_LENDER_REPAYMENT) {
        if (!repayment_find(tx, account.owner, id, &repayment)) return;
        if (repayment.reference.size > 0) doc_text(operation, "reference", repayment.reference);
        id = repayment.loan;
    }
    if (!loan_find(engine, tx, account.owner, id, &loan)) return;
    const struct partner *partner = partner_of(engine, loan.lender);
    doc_text(operation, "counterparty", partner != NULL ? text_from(partner->settings->title) : loan.lender);
}
