/* repay.c: money comes: by any bank's card, by a bound one, from the customer's account. Whatever comes is in the
 * ledger first, on the loan's account; then it pays by the rules what it can, and what no debt takes goes back (LO-4).
 * A loan that is over has its account closed, so that what comes later still goes back to the card by itself. */
#include "acquiring/acquiring.h"
#include "acquiring/bound_card.h"
#include "products/loans/repay.h"

#include "base/check.h"

STATEMENT(order_put, "INSERT INTO loan_order (customer, card_order, loan, wish, units, done) "
                     "VALUES ($1, $2, $3, $4, $5, 0)");
STATEMENT(order_find, "SELECT loan, wish, units, done FROM loan_order WHERE customer = $1 AND card_order = $2 "
                      "FOR_UPDATE");
STATEMENT(order_done, "UPDATE loan_order SET done = $3 WHERE customer = $1 AND card_order = $2");
STATEMENT(order_of, "SELECT loan FROM loan_order WHERE customer = $1 AND card_order = $2");
STATEMENT(auto_find, "SELECT card FROM loan_autopay WHERE customer = $1 AND loan = $2");
STATEMENT(auto_put, "INSERT INTO loan_autopay (customer, loan, card) VALUES ($1, $2, $3) "
                    "ON CONFLICT (customer, loan) DO UPDATE SET card = $3");
STATEMENT(auto_drop, "DELETE FROM loan_autopay WHERE customer = $1 AND loan = $2");
STATEMENT(auto_drop_all, "DELETE FROM loan_autopay WHERE customer = $1");

/* loan_order.done */
enum order_done { ORDER_OPEN, ORDER_ENDED, ORDER_FAILED_TOLD };

/* ---- it has come ---- */

struct loan_event credit_event_of(enum wish wish, int64_t sum, const struct loan_state *state) {
    struct loan_event event = {.kind = LOAN_PAYMENT, .sum = sum};
    if (sum + state->advance >= loan_total(state)) {
        event.kind = LOAN_REPAY_ALL;
    } else if (wish == WISH_SHORTER || wish == WISH_SMALLER || wish == WISH_ALL) {
        /* What was to close it and came a day later shortens it. */
        event.kind = LOAN_EARLY_PART;
        event.early = wish == WISH_SMALLER ? LOAN_SMALLER : LOAN_SHORTER;
    }
    return event;
}

static void tell_paid(struct engine *engine, struct tx *tx, const struct credit *credit, enum wish wish, int64_t sum,
                      bool extended) {
    if (credit->state == CREDIT_CLOSED) credit_tell(engine, tx, credit, S_loans_told_closed, sum, 0);
    else if (extended) credit_tell(engine, tx, credit, S_loans_told_extended, sum, 0);
    else if (wish == WISH_EXTEND) credit_tell(engine, tx, credit, S_loans_told_not_extended, sum, 0);
    else if (wish == WISH_ALL) credit_tell(engine, tx, credit, S_loans_told_not_closed, sum, 0);
    else credit_tell(engine, tx, credit, S_loans_told_paid, sum, 0);
}

void credit_pay(struct engine *engine, struct tx *tx, struct credit *credit, enum wish wish, int64_t units,
                int64_t sum, int64_t operation) {
    struct running running;
    struct loan_parts parts;
    bool extended = false;
    if (!credit_accrue_one(engine, tx, credit, &running)) { /* over by the night, or by another payment */
        credit_give_back(engine, tx, credit);
        return;
    }
    const struct loan_event event = credit_event_of(wish, sum, &running.state);
    enum loan_refusal refusal = credit_event(engine, tx, credit, event, operation, &parts);
    check(refusal == LOAN_DONE || tx_failed(tx));
    if (wish == WISH_EXTEND && credit->state == CREDIT_RUNS)
        extended = credit_event(engine, tx, credit, (struct loan_event){.kind = LOAN_EXTEND, .units = units}, 0,
                                &parts) == LOAN_DONE;
    tell_paid(engine, tx, credit, wish, sum, extended);
    credit_give_back(engine, tx, credit);
    engine_notify(engine, tx, credit->customer, "loan");
}

static void order_put_done(struct tx *tx, const struct event *event, enum order_done done) {
    tx_run(tx, &order_done, VALUES(V_INT(event->customer), V_INT(event->number), V_INT(done)));
}

/* What was declined or ran out may yet be paid: an order is done with when its money has come, or goes back. Nobody
 * looks at one that was made by itself: he is told once that it failed, in time to pay otherwise. */
void loans_order_told(struct engine *engine, struct tx *tx, const struct event *event) {
    struct card_told told;
    struct credit credit;
    if (event->code != KIND_LOAN_PAID || !acquiring_told(engine, tx, event->customer, event->number, &told)) return;
    struct rows *rows = tx_query(tx, &order_find, VALUES(V_INT(event->customer), V_INT(event->number)));
    bool found = rows_next(rows);
    int64_t loan = found ? row_int(rows, 0) : 0, units = found ? row_int(rows, 2) : 0;
    enum wish wish = found ? (enum wish)row_int(rows, 1) : 0;
    enum order_done done = found ? (enum order_done)row_int(rows, 3) : ORDER_ENDED;
    rows_end(rows);
    bool over = told.paid || told.refunding, failed = !over && told.final;
    if (done == ORDER_ENDED || (!over && !failed) || !credit_find(tx, event->customer, loan, &credit)) return;
    if (over) order_put_done(tx, event, ORDER_ENDED);
    if (told.paid) {
        credit_pay(engine, tx, &credit, wish, units, told.sum, told.operation - 1); /* it tells the entry */
    } else if (told.refunding) {
        credit_tell(engine, tx, &credit, S_loans_told_refunding, told.sum, 0);
    } else if (wish == WISH_AUTO && done == ORDER_OPEN) {
        order_put_done(tx, event, ORDER_FAILED_TOLD);
        credit_tell(engine, tx, &credit, S_loans_told_auto_refused, told.sum, 0);
    }
    engine_notify(engine, tx, event->customer, "loan");
}

/* ---- it is asked for ---- */

enum ledger_refusal credit_order(struct engine *engine, struct tx *tx, const struct credit *credit,
                                 const struct credit_payment *payment, int64_t *order) {
    enum ledger_refusal refusal;
    if (payment->card != 0) {
        const struct card_charge charge = {.customer = credit->customer,
                                           .card = payment->card,
                                           .account = credit->account,
                                           .sum = payment->sum,
                                           .kind = KIND_LOAN_PAID,
                                           .subject = credit->id};
        refusal = card_charge_begin(engine, tx, &charge, order);
    } else {
        const struct card_order wanted = {.customer = credit->customer,
                                          .account = credit->account,
                                          .sum = payment->sum,
                                          .kind = KIND_LOAN_PAID,
                                          .subject = credit->id};
        refusal = acquiring_order(engine, tx, &wanted, order);
    }
    if (refusal == LEDGER_OK)
        tx_run(tx, &order_put,
               VALUES(V_INT(credit->customer), V_INT(*order), V_INT(credit->id), V_INT(payment->wish),
                      V_INT(payment->units)));
    return refusal;
}

bool credit_of_order(struct tx *tx, int64_t customer, int64_t order, int64_t loan) {
    struct rows *rows = tx_query(tx, &order_of, VALUES(V_INT(customer), V_INT(order)));
    bool found = rows_next(rows) && row_int(rows, 0) == loan;
    rows_end(rows);
    return found;
}

/* ---- on its day by itself ---- */

int64_t credit_autopay_card(struct tx *tx, int64_t customer, int64_t loan) {
    struct rows *rows = tx_query(tx, &auto_find, VALUES(V_INT(customer), V_INT(loan)));
    int64_t card = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return card;
}

void credit_autopay_put(struct tx *tx, int64_t customer, int64_t loan, int64_t card) {
    if (card == 0) tx_run(tx, &auto_drop, VALUES(V_INT(customer), V_INT(loan)));
    else tx_run(tx, &auto_put, VALUES(V_INT(customer), V_INT(loan), V_INT(card)));
}

int64_t credit_autopay_good(struct engine *engine, struct tx *tx, int64_t customer, int64_t loan) {
    struct bound_card found;
    int64_t card = credit_autopay_card(tx, customer, loan);
    return card != 0 && bound_card_find(engine, tx, customer, card, &found) ? card : 0;
}

enum autopay credit_autopay(struct engine *engine, struct tx *tx, const struct credit *credit, int64_t sum) {
    const struct credit_payment payment = {
        .wish = WISH_AUTO, .sum = sum, .card = credit_autopay_card(tx, credit->customer, credit->id)};
    int64_t order;
    if (payment.card == 0) return AUTOPAY_NONE;
    if (credit_autopay_good(engine, tx, credit->customer, credit->id) == 0) return AUTOPAY_CARD_GONE;
    return credit_order(engine, tx, credit, &payment, &order) == LEDGER_OK ? AUTOPAY_ORDERED : AUTOPAY_REFUSED;
}

void loans_autopay_ended(struct tx *tx, int64_t customer) {
    tx_run(tx, &auto_drop_all, VALUES(V_INT(customer)));
}
