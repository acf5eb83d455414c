/* house.c: see house.h. */
#include "ledger/house.h"

int64_t house_account(const struct house *house, struct ledger *ledger, struct tx *tx, struct text name, int purpose,
                      int64_t overdraft) {
    struct rows *rows = tx_query(tx, house->find, VALUES(V_TEXT(name)));
    int64_t account = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    if (account != 0 || !tx_writing(tx)) return account;
    const struct account template = {
        .purpose = purpose, .class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB, .overdraft = overdraft};
    account = ledger_create(ledger, tx, &template);
    tx_run(tx, house->put, VALUES(V_TEXT(name), V_INT(account)));
    return account;
}

int64_t house_move(const struct house *house, struct ledger *ledger, struct tx *tx, const struct transfer *transfer) {
    struct transfer whole = *transfer;
    int64_t id = 0;
    whole.flags |= TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN;
    if (whole.sum.minor == 0 || tx_failed(tx)) return 0;
    if (ledger_transfer(ledger, tx, &whole, &id) != LEDGER_OK) tx_give_up(tx, house->refused);
    return id;
}

int64_t house_balance(struct ledger *ledger, struct tx *tx, int64_t account) {
    struct account found;
    return account != 0 && ledger_account(ledger, tx, account, &found) ? found.balance : 0;
}
