/* running.c: how far each running loan has come. A pass reads and writes these rows in their order. */
#include "products/loans/running.h"

#include "debts/state_row.h"

#define OWN "customer, id, product, signed, sum, term, provided"
#define OWN_COLUMNS 7
#define RUNNING DEBT_STATE ", " OWN
#define COLUMNS (DEBT_STATE_COLUMNS + OWN_COLUMNS)

STATEMENT(find, "SELECT " RUNNING " FROM loan_running WHERE customer = $1 AND id = $2");
STATEMENT(lock, "SELECT " RUNNING " FROM loan_running WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(after, "SELECT " RUNNING " FROM loan_running WHERE (customer, id) > ($1, $2) ORDER BY customer, id LIMIT $3 "
                 "FOR_UPDATE");
STATEMENT(all, "SELECT COUNT(*) FROM loan_running");
#define VALUES_36 DEBT_STATE_VALUES ", $30, $31, $32, $33, $34, $35, $36"
STATEMENT(put, "INSERT INTO loan_running (" RUNNING ") VALUES (" VALUES_36 ") ON CONFLICT (customer, id) DO UPDATE SET "
               "provided = excluded.provided, " DEBT_STATE_EARNED ", " DEBT_STATE_REST);
STATEMENT(put_earned, "INSERT INTO loan_running (" RUNNING ") VALUES (" VALUES_36 ") "
                      "ON CONFLICT (customer, id) DO UPDATE SET provided = excluded.provided, " DEBT_STATE_EARNED);
STATEMENT(drop, "DELETE FROM loan_running WHERE customer = $1 AND id = $2");

static struct running read_running(const struct rows *row) {
    return (struct running){.customer = row_int(row, DEBT_STATE_COLUMNS),
                            .id = row_int(row, DEBT_STATE_COLUMNS + 1),
                            .product = row_int(row, DEBT_STATE_COLUMNS + 2),
                            .signed_day = row_int(row, DEBT_STATE_COLUMNS + 3),
                            .sum = row_int(row, DEBT_STATE_COLUMNS + 4),
                            .term = row_int(row, DEBT_STATE_COLUMNS + 5),
                            .provided = row_int(row, DEBT_STATE_COLUMNS + 6),
                            .state = debt_state_read(row, 0)};
}

bool running_find(struct tx *tx, int64_t customer, int64_t id, struct running *running) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows);
    if (found) *running = read_running(rows);
    rows_end(rows);
    return found;
}

size_t running_after(struct tx *tx, int64_t customer, int64_t id, struct running *rows, size_t room) {
    size_t count = 0;
    struct rows *found = tx_query(tx, &after, VALUES(V_INT(customer), V_INT(id), V_INT((int64_t)room)));
    while (count < room && rows_next(found)) rows[count++] = read_running(found);
    rows_end(found);
    return count;
}

int64_t running_count(struct tx *tx) {
    struct rows *rows = tx_query(tx, &all, NO_VALUES);
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

static void write_row(const struct running *row, struct value *values) {
    const int64_t own[OWN_COLUMNS] = {row->customer, row->id,   row->product, row->signed_day,
                                      row->sum,      row->term, row->provided};
    debt_state_write(&row->state, values);
    for (size_t i = 0; i < OWN_COLUMNS; i++) values[DEBT_STATE_COLUMNS + i] = V_INT(own[i]);
}

static void put_by(struct tx *tx, struct statement *statement, const struct running *rows, size_t count) {
    enum value_type types[COLUMNS];
    if (count == 0) return;
    struct value *values = arena_array(tx_arena(tx), struct value, count * COLUMNS);
    for (size_t i = 0; i < COLUMNS; i++) types[i] = VALUE_INT;
    for (size_t i = 0; i < count; i++) write_row(&rows[i], values + i * COLUMNS);
    tx_insert_many(tx, statement, types, COLUMNS, values, count);
}

void running_put(struct tx *tx, const struct running *rows, size_t count) {
    put_by(tx, &put, rows, count);
}

void running_put_earned(struct tx *tx, const struct running *rows, size_t count) {
    put_by(tx, &put_earned, rows, count);
}

void running_remove(struct tx *tx, int64_t customer, int64_t id) {
    tx_run(tx, &drop, VALUES(V_INT(customer), V_INT(id)));
}
