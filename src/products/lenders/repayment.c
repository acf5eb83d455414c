/* repayment.c: rows of what customers pay back: held, sent to the lender, taken or let go. */
#include "products/lenders/lenders.h"

#define COLUMNS                                                                                                        \
    "id, customer, loan, account, lender, state, sum, whole, hold, operation, reason, reference, deadline, late, ended"

STATEMENT(find, "SELECT " COLUMNS " FROM lender_repayment WHERE customer = $1 AND id = $2");
STATEMENT(lock, "SELECT " COLUMNS " FROM lender_repayment WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(owner, "SELECT customer FROM lender_repayment WHERE id = $1");
STATEMENT(of_loan,
          "SELECT " COLUMNS " FROM lender_repayment WHERE customer = $1 AND loan = $2 ORDER BY id DESC LIMIT $3");
STATEMENT(sending, "SELECT " COLUMNS " FROM lender_repayment WHERE customer = $1 AND loan = $2 AND state = 1 LIMIT 1");
STATEMENT(insert, "INSERT INTO lender_repayment (" COLUMNS ") "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)");
STATEMENT(save, "UPDATE lender_repayment SET state = $3, operation = $4, reason = $5, reference = $6, late = $7, "
                "ended = $8 WHERE customer = $1 AND id = $2");

static struct repayment read_row(struct tx *tx, const struct rows *row) {
    struct arena *arena = tx_arena(tx);
    return (struct repayment){.id = row_int(row, 0),
                              .customer = row_int(row, 1),
                              .loan = row_int(row, 2),
                              .account = row_int(row, 3),
                              .lender = row_copy(row, 4, arena),
                              .state = (enum repayment_state)row_int(row, 5),
                              .sum = row_int(row, 6),
                              .full = row_int(row, 7) != 0,
                              .hold = row_int(row, 8),
                              .operation = row_int(row, 9),
                              .reason = row_null(row, 10) ? TEXT_NONE : row_copy(row, 10, arena),
                              .reference = row_null(row, 11) ? TEXT_NONE : row_copy(row, 11, arena),
                              .deadline = row_int(row, 12),
                              .late = row_int(row, 13) != 0,
                              .ended = row_int(row, 14)};
}

static bool first(struct tx *tx, struct rows *rows, struct repayment *repayment) {
    bool found = rows_next(rows);
    if (found) *repayment = read_row(tx, rows);
    rows_end(rows);
    return found;
}

bool repayment_find(struct tx *tx, int64_t customer, int64_t id, struct repayment *repayment) {
    return first(tx, tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(customer), V_INT(id))), repayment);
}

int64_t repayment_owner(struct tx *tx, int64_t id) {
    struct rows *rows = tx_query(tx, &owner, VALUES(V_INT(id)));
    int64_t customer = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return customer;
}

bool repayment_under_way(struct tx *tx, int64_t customer, int64_t loan, struct repayment *repayment) {
    return first(tx, tx_query(tx, &sending, VALUES(V_INT(customer), V_INT(loan))), repayment);
}

size_t repayments_of(struct tx *tx, int64_t customer, int64_t loan, struct repayment *repayments, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &of_loan, VALUES(V_INT(customer), V_INT(loan), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) repayments[count++] = read_row(tx, rows);
    rows_end(rows);
    return count;
}

static struct value or_null(struct text text) {
    return text.data != NULL ? V_TEXT(text) : V_NULL;
}

void repayment_insert(struct tx *tx, const struct repayment *repayment) {
    tx_run(tx, &insert,
           VALUES(V_INT(repayment->id), V_INT(repayment->customer), V_INT(repayment->loan), V_INT(repayment->account),
                  V_TEXT(repayment->lender), V_INT(repayment->state), V_INT(repayment->sum), V_INT(repayment->full),
                  V_INT(repayment->hold), V_INT(repayment->operation), or_null(repayment->reason),
                  or_null(repayment->reference), V_INT(repayment->deadline), V_INT(repayment->late),
                  V_INT(repayment->ended)));
}

void repayment_save(struct tx *tx, const struct repayment *repayment) {
    tx_run(tx, &save,
           VALUES(V_INT(repayment->customer), V_INT(repayment->id), V_INT(repayment->state),
                  V_INT(repayment->operation), or_null(repayment->reason), or_null(repayment->reference),
                  V_INT(repayment->late), V_INT(repayment->ended)));
}
