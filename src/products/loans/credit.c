/* credit.c: a loan's row: who was lent how much by which version of a product, and how far that has come. */
#include "products/loans/loans.h"

#define CREDIT                                                                                                         \
    "customer, id, account, product, application, state, sum, term, signed, signed_at, ready_at, card, payout, "       \
    "issued, extended, closed, closed_at"
STATEMENT(find, "SELECT " CREDIT " FROM loan WHERE customer = $1 AND id = $2");
STATEMENT(lock, "SELECT " CREDIT " FROM loan WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(list, "SELECT " CREDIT " FROM loan WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(insert, "INSERT INTO loan (" CREDIT ") "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)");
STATEMENT(update, "UPDATE loan SET state = $3, ready_at = $4, card = $5, payout = $6, issued = $7, extended = $8, "
                  "closed = $9, closed_at = $10 WHERE customer = $1 AND id = $2");

int64_t loans_today(const struct engine *engine) {
    return date_to_days(civil_at(world_now(engine_world(engine)), engine_zone(engine)).date);
}

static struct credit read_credit(const struct rows *row) {
    return (struct credit){.customer = row_int(row, 0),
                           .id = row_int(row, 1),
                           .account = row_int(row, 2),
                           .product = row_int(row, 3),
                           .application = row_int(row, 4),
                           .state = (enum credit_state)row_int(row, 5),
                           .sum = row_int(row, 6),
                           .term = row_int(row, 7),
                           .signed_day = row_int(row, 8),
                           .signed_at = row_int(row, 9),
                           .ready_at = row_int(row, 10),
                           .card = row_int(row, 11),
                           .payout = row_int(row, 12),
                           .issued = row_int(row, 13),
                           .extended = row_int(row, 14),
                           .closed = row_int(row, 15),
                           .closed_at = row_int(row, 16)};
}

bool credit_find(struct tx *tx, int64_t customer, int64_t id, struct credit *credit) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows);
    if (found) *credit = read_credit(rows);
    rows_end(rows);
    return found;
}

bool credit_asked(struct request *request, struct tx *tx, struct credit *credit) {
    int64_t id;
    return request_param_id(request, 0, &id) && credit_find(tx, request->caller.customer, id, credit);
}

size_t credits_of(struct tx *tx, int64_t customer, struct credit *credits, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(customer), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) credits[count++] = read_credit(rows);
    rows_end(rows);
    return count;
}

void credit_insert(struct tx *tx, const struct credit *credit) {
    tx_run(tx, &insert,
           VALUES(V_INT(credit->customer), V_INT(credit->id), V_INT(credit->account), V_INT(credit->product),
                  V_INT(credit->application), V_INT(credit->state), V_INT(credit->sum), V_INT(credit->term),
                  V_INT(credit->signed_day), V_INT(credit->signed_at), V_INT(credit->ready_at), V_INT(credit->card),
                  V_INT(credit->payout), V_INT(credit->issued), V_INT(credit->extended), V_INT(credit->closed),
                  V_INT(credit->closed_at)));
}

void credit_update(struct tx *tx, const struct credit *credit) {
    tx_run(tx, &update,
           VALUES(V_INT(credit->customer), V_INT(credit->id), V_INT(credit->state), V_INT(credit->ready_at),
                  V_INT(credit->card), V_INT(credit->payout), V_INT(credit->issued), V_INT(credit->extended),
                  V_INT(credit->closed), V_INT(credit->closed_at)));
}
