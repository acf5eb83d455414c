/* payment.c: rows of payments: what a customer wanted to pay, what became of it, and what each purchase got of it, so
 * that a payment which its bank takes back is taken from where it went. */
#include "products/instalments/cabinet.h"

#define PAYMENT "customer, id, purchase, wish, automatic, sum, card, card_order, state, operation"
STATEMENT(put, "INSERT INTO instalment_payment (" PAYMENT ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
STATEMENT(find, "SELECT " PAYMENT " FROM instalment_payment WHERE customer = $1 AND id = $2");
STATEMENT(lock, "SELECT " PAYMENT " FROM instalment_payment WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(by_order, "SELECT " PAYMENT " FROM instalment_payment WHERE customer = $1 AND card_order = $2 FOR_UPDATE");
STATEMENT(newest_card, "SELECT p.card FROM instalment_share s JOIN instalment_payment p ON p.customer = s.customer AND "
                       "p.id = s.payment WHERE s.customer = $1 AND s.purchase = $2 ORDER BY p.id DESC LIMIT 1");
STATEMENT(save, "UPDATE instalment_payment SET state = $3, operation = $4 WHERE customer = $1 AND id = $2");
STATEMENT(share_put, "INSERT INTO instalment_share (customer, payment, purchase, sum, penalty) "
                     "VALUES ($1, $2, $3, $4, $5)");
STATEMENT(share_list, "SELECT purchase, sum, penalty FROM instalment_share WHERE customer = $1 AND payment = $2 "
                      "ORDER BY purchase LIMIT $3");

void instalment_payment_add(struct tx *tx, struct instalment_payment *payment) {
    payment->id = world_id(tx_world(tx));
    tx_run(tx, &put,
           VALUES(V_INT(payment->customer), V_INT(payment->id), V_INT(payment->purchase), V_INT(payment->wish),
                  V_INT(payment->automatic), V_INT(payment->sum), V_INT(payment->card), V_INT(payment->card_order),
                  V_INT(payment->state), V_INT(payment->operation)));
}

static bool read_payment(struct rows *rows, struct instalment_payment *payment) {
    bool found = rows_next(rows);
    if (found)
        *payment = (struct instalment_payment){.customer = row_int(rows, 0),
                                               .id = row_int(rows, 1),
                                               .purchase = row_int(rows, 2),
                                               .wish = (enum purchase_wish)row_int(rows, 3),
                                               .automatic = row_int(rows, 4) != 0,
                                               .sum = row_int(rows, 5),
                                               .card = row_int(rows, 6),
                                               .card_order = row_int(rows, 7),
                                               .state = (enum payment_state)row_int(rows, 8),
                                               .operation = row_int(rows, 9)};
    rows_end(rows);
    return found;
}

bool instalment_payment_find(struct tx *tx, int64_t customer, int64_t id, struct instalment_payment *payment) {
    return read_payment(tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(customer), V_INT(id))), payment);
}

bool instalment_payment_of_order(struct tx *tx, int64_t customer, int64_t order, struct instalment_payment *payment) {
    return read_payment(tx_query(tx, &by_order, VALUES(V_INT(customer), V_INT(order))), payment);
}

void instalment_payment_save(struct tx *tx, const struct instalment_payment *payment) {
    tx_run(tx, &save,
           VALUES(V_INT(payment->customer), V_INT(payment->id), V_INT(payment->state), V_INT(payment->operation)));
}

void payment_share_add(struct tx *tx, const struct instalment_payment *payment, const struct payment_share *share) {
    tx_run(tx, &share_put,
           VALUES(V_INT(payment->customer), V_INT(payment->id), V_INT(share->purchase), V_INT(share->sum),
                  V_INT(share->penalty)));
}

size_t payment_shares_of(struct tx *tx, int64_t customer, int64_t payment, struct payment_share *shares, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &share_list, VALUES(V_INT(customer), V_INT(payment), V_INT((int64_t)room)));
    for (; count < room && rows_next(rows); count++)
        shares[count] = (struct payment_share){row_int(rows, 0), row_int(rows, 1), row_int(rows, 2)};
    rows_end(rows);
    return count;
}

int64_t purchase_paid_by(struct tx *tx, const struct purchase *purchase) {
    struct rows *rows = tx_query(tx, &newest_card, VALUES(V_INT(purchase->customer), V_INT(purchase->id)));
    int64_t card = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return card;
}
