/* late.c: what takes longer than it may. Before the signature it just ends; after it staff have a task, one for each
 * loan, and the lender is asked on. Money that has no room in the wallet is tried again, and after a time goes back to
 * the lender; loans that are open are asked about now and then. */
#include "products/lenders/lenders.h"

#define PIECE 100

STATEMENT(loans_due, "SELECT id, customer FROM lender_loan WHERE state < 8 AND state <> 6 AND late = 0 AND "
                     "deadline < $1 ORDER BY deadline LIMIT 100");
STATEMENT(repayments_due, "SELECT id, customer FROM lender_repayment WHERE state = 1 AND late = 0 AND deadline < $1 "
                          "ORDER BY deadline LIMIT 100");
STATEMENT(in_want_of_room, "SELECT id, customer FROM lender_loan WHERE state = 5 ORDER BY id LIMIT 100");
STATEMENT(to_be_asked, "SELECT id, customer FROM lender_loan WHERE state = 6 AND asked_at < $1 "
                       "ORDER BY asked_at LIMIT 100");

struct due {
    int64_t id, customer;
};

static size_t read_due(struct rows *rows, struct due due[PIECE]) {
    size_t count = 0;
    while (count < PIECE && rows_next(rows)) due[count++] = (struct due){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    return count;
}

static void tell_staff(struct engine *engine, struct tx *tx, const struct loan *loan, const char *what) {
    if (queue_owner(tx, "lenders.late", loan->id) >= 0) return;
    queue_add(engine, tx, "lenders.late", loan->id, loan->customer,
              text_format(tx_arena(tx), "%.*s: %s", TEXT_ARG(loan->lender), what), 0);
}

/* In the command that moves it on: the task ends, unless a repayment of the loan is late, too. */
void loan_not_late(struct engine *engine, struct tx *tx, struct loan *loan) {
    struct repayment repayment;
    loan->late = false;
    if (repayment_under_way(tx, loan->customer, loan->id, &repayment) && repayment.late) return;
    queue_finish(engine, tx, "lenders.late", loan->id, 0, "answered");
}

static void loan_due(struct engine *engine, struct tx *tx, struct loan *loan) {
    if (loan->state == LOAN_DECIDING || loan->state == LOAN_OFFERED) {
        bool undecided = loan->state == LOAN_DECIDING;
        loan_end(engine, tx, loan, LOAN_EXPIRED);
        loan_call_off(engine, tx, loan);
        loan_tell_customer(engine, tx, loan, undecided ? S_lenders_told_undecided : S_lenders_told_unsigned, loan->sum);
        return;
    }
    loan->late = true;
    loan_save(engine, tx, loan);
    tell_staff(engine, tx, loan, loan_state_name(loan->state));
}

bool lenders_late(struct engine *engine, struct tx *tx) {
    struct due due[PIECE];
    moment now = world_now(tx_world(tx));
    struct loan loan;
    struct repayment repayment;
    size_t loans = read_due(tx_query(tx, &loans_due, VALUES(V_INT(now))), due);
    for (size_t i = 0; i < loans; i++)
        if (loan_find(engine, tx, due[i].customer, due[i].id, &loan) && loan.deadline < now && !loan.late &&
            loan.state != LOAN_OPEN && !loan_ended(loan.state))
            loan_due(engine, tx, &loan);
    size_t repayments = read_due(tx_query(tx, &repayments_due, VALUES(V_INT(now))), due);
    for (size_t i = 0; i < repayments; i++) {
        if (!repayment_find(tx, due[i].customer, due[i].id, &repayment) || repayment.state != REPAYMENT_SENDING ||
            !loan_find(engine, tx, repayment.customer, repayment.loan, &loan))
            continue;
        repayment.late = true;
        repayment_save(tx, &repayment);
        tell_staff(engine, tx, &loan, "repayment");
    }
    return loans == PIECE || repayments == PIECE;
}

bool lenders_room(struct engine *engine, struct tx *tx) {
    struct due due[PIECE];
    struct loan loan;
    moment now = world_now(tx_world(tx));
    size_t count = read_due(tx_query(tx, &in_want_of_room, NO_VALUES), due);
    for (size_t i = 0; i < count; i++) {
        if (!loan_find(engine, tx, due[i].customer, due[i].id, &loan) || loan.state != LOAN_ROOM) continue;
        loan_money(engine, tx, &loan);
        if (loan.state == LOAN_ROOM && loan_back_at(engine, &loan) <= now) loan_return(engine, tx, &loan);
    }
    return false;
}

bool lenders_refresh(struct engine *engine, struct tx *tx) {
    struct due due[PIECE];
    struct loan loan;
    moment before = world_now(tx_world(tx)) - lenders_state_of(engine)->settings->refresh_every;
    size_t count = read_due(tx_query(tx, &to_be_asked, VALUES(V_INT(before))), due);
    for (size_t i = 0; i < count; i++) {
        if (!loan_find(engine, tx, due[i].customer, due[i].id, &loan) || loan.state != LOAN_OPEN) continue;
        loan_ask_figures(engine, tx, &loan);
        loan_save(engine, tx, &loan);
    }
    return count == PIECE;
}
