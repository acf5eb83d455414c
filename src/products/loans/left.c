/* left.c: what was paid too much for a loan that is over goes back: a payment that came twice, or late. */
#include "acquiring/bound_card.h"
#include "products/loans/repay.h"

STATEMENT(back_find, "SELECT loan FROM loan_back WHERE customer = $1 AND payout = $2");
STATEMENT(back_open, "SELECT payout FROM loan_back WHERE customer = $1 AND loan = $2");
STATEMENT(back_put, "INSERT INTO loan_back (customer, loan, payout) VALUES ($1, $2, $3) "
                    "ON CONFLICT (customer, loan) DO UPDATE SET payout = $3");
STATEMENT(back_drop, "DELETE FROM loan_back WHERE customer = $1 AND loan = $2");

static const struct refusal no_card = {"no-card", 422, S_loans_refused_card, false};
static const struct refusal nothing = {"nothing-left", 409, S_loans_refused_nothing_left, false};

int64_t credit_left(struct engine *engine, struct tx *tx, const struct credit *credit) {
    if (credit->state != CREDIT_CLOSED && credit->state != CREDIT_WRITTEN_OFF) return 0;
    int64_t balance = loans_balance(engine, tx, credit->account);
    return balance > 0 ? balance : 0;
}

bool credit_of_back(struct tx *tx, int64_t customer, int64_t payout, struct credit *credit) {
    struct rows *rows = tx_query(tx, &back_find, VALUES(V_INT(customer), V_INT(payout)));
    int64_t loan = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return loan != 0 && credit_find(tx, customer, loan, credit);
}

bool credit_back_open(struct tx *tx, const struct credit *credit) {
    struct rows *rows = tx_query(tx, &back_open, VALUES(V_INT(credit->customer), V_INT(credit->id)));
    bool open = rows_next(rows);
    rows_end(rows);
    return open;
}

void credit_back_ended(struct tx *tx, const struct credit *credit) {
    tx_run(tx, &back_drop, VALUES(V_INT(credit->customer), V_INT(credit->id)));
}

static bool to_card(struct engine *engine, struct tx *tx, const struct credit *credit, int64_t card, int64_t sum) {
    int64_t payout;
    const struct card_payout wanted = {.customer = credit->customer,
                                       .card = card,
                                       .account = credit->account,
                                       .sum = sum,
                                       .kind = KIND_LOAN_LEFT,
                                       .subject = credit->id};
    if (card == 0 || card_payout_begin(engine, tx, &wanted, &payout) != LEDGER_OK) return false;
    tx_run(tx, &back_put, VALUES(V_INT(credit->customer), V_INT(credit->id), V_INT(payout)));
    return true;
}

void credit_give_back(struct engine *engine, struct tx *tx, const struct credit *credit) {
    struct purse purses[PURSES_MAX];
    int64_t sum = credit_left(engine, tx, credit);
    const struct locale locale = {LANGUAGE_EN, engine_zone(engine), world_now(tx_world(tx))};
    if (sum == 0 || credit_back_open(tx, credit)) return;
    if (engine_purses(engine, tx, &locale, credit->customer, purses) > 0) {
        loans_move(engine, tx, credit->account, purses[0].account, sum, KIND_LOAN_LEFT, credit->id, TEXT_NONE);
        credit_account_close(engine, tx, credit);
        credit_tell(engine, tx, credit, S_loans_told_left, sum, 0);
        return;
    }
    bool sent = to_card(engine, tx, credit, credit->card, sum);
    credit_tell(engine, tx, credit, sent ? S_loans_told_left : S_loans_told_left_refused, sum, 0);
}

/* POST /loans/{id}/back: {card} */
enum flow credit_back_write(struct request *request, struct tx *tx) {
    struct credit credit;
    struct node *document = doc_new(request->arena);
    if (!credit_asked(request, tx, &credit)) return answer_missing(request);
    int64_t sum = credit_left(request->engine, tx, &credit);
    if (sum == 0 || credit_back_open(tx, &credit)) return refuse(request, &nothing);
    if (!to_card(request->engine, tx, &credit, field_number(request, "card"), sum)) return refuse(request, &no_card);
    credit_tell_row(request, tx, &credit, document);
    return answer_done(request, document, credit_address(request, &credit, ""));
}
