/* books.c: whose money it is in the ledger. A customer's purchases are one account of his, below zero by what he owes
 * of the goods; penalties that are not paid yet are an account of ours; what a shop sold lies on its own until it is
 * settled. */
#include "ledger/house.h"
#include "products/instalments/instalments.h"

HOUSE(house, "instalments", "instalment_account");

int64_t instalments_account(struct engine *engine, struct tx *tx, enum instalments_purpose which, int64_t shop) {
    struct text name = text_format(tx_arena(tx), "%d %lld", (int)which, (long long)shop);
    return house_account(&house, engine_ledger(engine), tx, name, (int)which, ACCOUNT_UNLIMITED);
}

int64_t instalments_move(struct engine *engine, struct tx *tx, int64_t from, int64_t to, int64_t sum, int kind,
                         int64_t purchase, struct text note) {
    const struct transfer transfer = {
        .from = from, .to = to, .sum = rub(sum), .kind = kind, .subject = purchase, .note = note};
    return house_move(&house, engine_ledger(engine), tx, &transfer);
}

int64_t instalments_balance(struct engine *engine, struct tx *tx, int64_t account) {
    return house_balance(engine_ledger(engine), tx, account);
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
