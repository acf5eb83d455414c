/* books.c: whose money it is in the ledger. A customer's purchases are one account of his, below zero by what he owes
 * of the goods; penalties that are not paid yet are an account of ours; what a shop sold lies on its own until it is
 * settled. */
#include "products/instalments/instalments.h"

STATEMENT(account_of, "SELECT account FROM instalment_account WHERE name = $1");
STATEMENT(account_put, "INSERT INTO instalment_account (name, account) VALUES ($1, $2)");

int64_t instalments_account(struct engine *engine, struct tx *tx, enum instalments_purpose which, int64_t shop) {
    struct text name = text_format(tx_arena(tx), "%d %lld", (int)which, (long long)shop);
    struct rows *rows = tx_query(tx, &account_of, VALUES(V_TEXT(name)));
    int64_t account = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    if (account != 0 || !tx_writing(tx)) return account;
    const struct account template = {
        .purpose = (int)which, .class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB, .overdraft = ACCOUNT_UNLIMITED};
    account = ledger_create(engine_ledger(engine), tx, &template);
    tx_run(tx, &account_put, VALUES(V_TEXT(name), V_INT(account)));
    return account;
}

int64_t instalments_move(struct engine *engine, struct tx *tx, int64_t from, int64_t to, int64_t sum, int kind,
                         int64_t purchase, struct text note) {
    int64_t id = 0;
    const struct transfer transfer = {.from = from,
                                      .to = to,
                                      .sum = rub(sum),
                                      .kind = kind,
                                      .subject = purchase,
                                      .note = note,
                                      .flags = TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN};
    if (sum == 0 || tx_failed(tx)) return 0;
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(engine), tx, &transfer, &id);
    if (refusal != LEDGER_OK) tx_give_up(tx, "instalments: a transfer of the books is refused");
    return id;
}

int64_t instalments_balance(struct engine *engine, struct tx *tx, int64_t account) {
    struct account found;
    return account != 0 && ledger_account(engine_ledger(engine), tx, account, &found) ? found.balance : 0;
}

void purchase_book(struct engine *engine, struct tx *tx, const struct purchase *purchase,
                   const struct purchase_doing *doing, const struct purchase_done *done) {
    int64_t shop = instalments_account(engine, tx, PURPOSE_INSTALMENT_SHOP, purchase->shop),
            fees = instalments_account(engine, tx, PURPOSE_INSTALMENT_FEES, 0),
            penalties = instalments_account(engine, tx, PURPOSE_INSTALMENT_PENALTY, 0),
            fined = done->paid[DEBT_PENALTY];
    if (doing->act == PURCHASE_SELL)
        instalments_move(engine, tx, shop, fees, done->fee, KIND_INSTALMENT_FEE, purchase->id, TEXT_NONE);
    if (doing->act == PURCHASE_RETURN) {
        instalments_move(engine, tx, shop, purchase->account, doing->sum, KIND_INSTALMENT_RETURNED, purchase->id,
                         TEXT_NONE);
        instalments_move(engine, tx, fees, shop, done->fee, KIND_INSTALMENT_FEE_BACK, purchase->id, TEXT_NONE);
    }
    if (fined > 0)
        instalments_move(engine, tx, purchase->account, penalties, fined, KIND_INSTALMENT_PENALTY, purchase->id,
                         TEXT_NONE);
    else
        instalments_move(engine, tx, penalties, purchase->account, -fined, KIND_INSTALMENT_UNFINED, purchase->id,
                         TEXT_NONE);
}

int64_t instalments_settle(struct engine *engine, struct tx *tx, int64_t shop, struct text note) {
    int64_t account = instalments_account(engine, tx, PURPOSE_INSTALMENT_SHOP, shop),
            sum = instalments_balance(engine, tx, account);
    if (sum <= 0) return 0; /* goods came back that were settled: the next one takes it */
    instalments_move(engine, tx, account, instalments_account(engine, tx, PURPOSE_INSTALMENT_SETTLED, shop), sum,
                     KIND_INSTALMENT_SETTLED, shop, note);
    return sum;
}
