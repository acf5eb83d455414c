/* books.c: whose money it is in the ledger. A loan is an account of its customer, below zero by the principal that he
 * owes, above it by what he paid before its time; interest, penalties and services that are earned and not yet paid are
 * accounts of ours, below zero, one of each for a product, as is what is set aside. */
#include "ledger/house.h"
#include "products/loans/running.h"

HOUSE(house, "loans", "loan_account");

int64_t loans_account(struct engine *engine, struct tx *tx, enum loans_purpose which, struct text code) {
    struct text name = text_format(tx_arena(tx), "%d %.*s", (int)which, TEXT_ARG(code));
    return house_account(&house, engine_ledger(engine), tx, name, (int)which, ACCOUNT_UNLIMITED);
}

int64_t loans_move(struct engine *engine, struct tx *tx, int64_t from, int64_t to, int64_t sum, int kind, int64_t loan,
                   struct text note) {
    const struct transfer transfer = {
        .from = from, .to = to, .sum = rub(sum), .kind = kind, .subject = loan, .note = note};
    return house_move(&house, engine_ledger(engine), tx, &transfer);
}

int64_t loans_balance(struct engine *engine, struct tx *tx, int64_t account) {
    return house_balance(engine_ledger(engine), tx, account);
}

/* ---- of one loan ---- */

void credit_book_paid(struct engine *engine, struct tx *tx, const struct credit *credit, struct text code,
                      const int64_t paid[DEBTS]) {
    const struct {
        enum loans_purpose purpose;
        enum loans_kind kind;
        int64_t sum;
    } parts[] = {
        {PURPOSE_LOAN_INTEREST, KIND_LOAN_INTEREST, paid[DEBT_INTEREST] + paid[DEBT_OVERDUE_INTEREST]},
        {PURPOSE_LOAN_PENALTY, KIND_LOAN_PENALTY, paid[DEBT_PENALTY]},
        {PURPOSE_LOAN_FEES, KIND_LOAN_FEE, paid[DEBT_OTHER]},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].sum > 0)
            loans_move(engine, tx, credit->account, loans_account(engine, tx, parts[i].purpose, code), parts[i].sum,
                       (int)parts[i].kind, credit->id, TEXT_NONE);
}

void credit_book_lost(struct engine *engine, struct tx *tx, const struct credit *credit, struct text code,
                      const int64_t lost[DEBTS]) {
    int64_t loss = loans_account(engine, tx, PURPOSE_LOAN_LOSS, TEXT_NONE);
    loans_move(engine, tx, loss, credit->account, lost[DEBT_PRINCIPAL] + lost[DEBT_OVERDUE_PRINCIPAL],
               KIND_LOAN_WRITE_OFF, credit->id, TEXT_NONE);
    loans_move(engine, tx, loss, loans_account(engine, tx, PURPOSE_LOAN_INTEREST, code),
               lost[DEBT_INTEREST] + lost[DEBT_OVERDUE_INTEREST], KIND_LOAN_LOST, credit->id, TEXT_NONE);
    loans_move(engine, tx, loss, loans_account(engine, tx, PURPOSE_LOAN_PENALTY, code), lost[DEBT_PENALTY],
               KIND_LOAN_LOST, credit->id, TEXT_NONE);
    loans_move(engine, tx, loss, loans_account(engine, tx, PURPOSE_LOAN_FEES, code), lost[DEBT_OTHER], KIND_LOAN_LOST,
               credit->id, TEXT_NONE);
}

void loans_provide(struct engine *engine, struct tx *tx, struct text code, int64_t more, int64_t loan,
                   struct text note) {
    if (more == 0) return;
    int64_t provision = loans_account(engine, tx, PURPOSE_LOAN_PROVISION, code),
            cost = loans_account(engine, tx, PURPOSE_LOAN_PROVIDING, TEXT_NONE);
    if (more > 0) loans_move(engine, tx, cost, provision, more, KIND_LOAN_PROVIDE, loan, note);
    else loans_move(engine, tx, provision, cost, -more, KIND_LOAN_RELEASE, loan, note);
}
