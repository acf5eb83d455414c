/* split.c: bills that are split, as rows: one an operation, of which shares are asked for (requests with its number).
 * Nothing is kept of how much is asked: that is what its requests add up to. */
#include "products/requests/requests.h"

#define COLUMNS "id, customer, operation, sum"

STATEMENT(one, "SELECT " COLUMNS " FROM money_split WHERE customer = $1 AND id = $2");
STATEMENT(by_operation, "SELECT " COLUMNS " FROM money_split WHERE customer = $1 AND operation = $2");
STATEMENT(by_operation_locked, "SELECT " COLUMNS " FROM money_split WHERE customer = $1 AND operation = $2 FOR_UPDATE");
STATEMENT(put, "INSERT INTO money_split (" COLUMNS ") VALUES ($1, $2, $3, $4) "
               "ON CONFLICT (customer, operation) DO NOTHING");
STATEMENT(list, "SELECT " COLUMNS " FROM money_split WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(taken, "SELECT COALESCE(SUM(CASE WHEN state = 2 THEN sum ELSE 0 END), 0), "
                 "COALESCE(SUM(CASE WHEN state = 1 AND expires > $3 THEN sum ELSE 0 END), 0) "
                 "FROM money_request WHERE customer = $1 AND split = $2");

static size_t read_rows(struct rows *rows, struct money_split *found, size_t room) {
    size_t count = 0;
    while (count < room && rows_next(rows))
        found[count++] = (struct money_split){row_int(rows, 0), row_int(rows, 1), row_int(rows, 2), row_int(rows, 3)};
    rows_end(rows);
    return count;
}

bool split_find(struct tx *tx, int64_t customer, int64_t id, struct money_split *found) {
    return read_rows(tx_query(tx, &one, VALUES(V_INT(customer), V_INT(id))), found, 1) == 1;
}

bool split_of(struct tx *tx, int64_t customer, int64_t operation, struct money_split *found) {
    return read_rows(tx_query(tx, &by_operation, VALUES(V_INT(customer), V_INT(operation))), found, 1) == 1;
}

size_t splits_of(struct tx *tx, int64_t customer, struct money_split *found, size_t room) {
    return read_rows(tx_query(tx, &list, VALUES(V_INT(customer), V_INT((int64_t)room))), found, room);
}

bool split_hold(struct tx *tx, struct money_split *split) {
    tx_run(tx, &put,
           VALUES(V_INT(world_id(tx_world(tx))), V_INT(split->customer), V_INT(split->operation), V_INT(split->sum)));
    const struct value key[] = {V_INT(split->customer), V_INT(split->operation)};
    return read_rows(tx_query(tx, &by_operation_locked, key, 2), split, 1) == 1;
}

struct split_progress split_progress(struct tx *tx, const struct money_split *split) {
    struct split_progress progress = {.left = split->sum};
    if (split->id == 0) return progress;
    struct rows *rows = tx_query(tx, &taken,
                                 VALUES(V_INT(split->customer), V_INT(split->id), V_INT(world_now(tx_world(tx)))));
    if (rows_next(rows)) {
        progress.paid = row_int(rows, 0);
        progress.open = row_int(rows, 1);
    }
    rows_end(rows);
    progress.left -= progress.paid + progress.open;
    return progress;
}
