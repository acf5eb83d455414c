/* purchase.c: rows of purchases: what was bought, and how far it has come. */
#include "products/instalments/instalments.h"

#include "debts/state_row.h"

#define OWN                                                                                                            \
    "customer, id, account, shop, checkout, sold, sum, unit, parts, first_now, fee, fine, returned, moved, wakes, "    \
    "status"
#define OWN_COLUMNS 16
#define COLUMNS (DEBT_STATE_COLUMNS + OWN_COLUMNS)
#define PURCHASE DEBT_STATE ", " OWN

STATEMENT(find, "SELECT " PURCHASE " FROM instalment_purchase WHERE customer = $1 AND id = $2");
STATEMENT(lock, "SELECT " PURCHASE " FROM instalment_purchase WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(of_customer, "SELECT " PURCHASE " FROM instalment_purchase WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(by_checkout, "SELECT " PURCHASE " FROM instalment_purchase WHERE customer = $1 AND checkout = $2 LIMIT 1");
STATEMENT(running, "SELECT " PURCHASE " FROM instalment_purchase WHERE customer = $1 AND status = $2 ORDER BY id "
                   "LIMIT $3");
STATEMENT(running_lock, "SELECT " PURCHASE " FROM instalment_purchase WHERE customer = $1 AND status = $2 "
                        "ORDER BY id LIMIT $3 FOR_UPDATE");
STATEMENT(waking, "SELECT " PURCHASE " FROM instalment_purchase WHERE wakes > 0 AND wakes <= $1 "
                  "ORDER BY wakes, customer, id LIMIT $2 FOR_UPDATE");
STATEMENT(put, "INSERT INTO instalment_purchase (" PURCHASE ") VALUES (" DEBT_STATE_VALUES ", $30, $31, $32, $33, $34, "
               "$35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45) ON CONFLICT (customer, id) DO UPDATE SET "
               "returned = excluded.returned, moved = excluded.moved, wakes = excluded.wakes, "
               "status = excluded.status, " DEBT_STATE_EARNED ", " DEBT_STATE_REST);

static struct purchase read_purchase(const struct rows *row) {
    int64_t own[OWN_COLUMNS];
    for (int i = 0; i < OWN_COLUMNS; i++) own[i] = row_int(row, DEBT_STATE_COLUMNS + i);
    struct purchase purchase = {.customer = own[0],
                                .id = own[1],
                                .account = own[2],
                                .shop = own[3],
                                .checkout = own[4],
                                .terms = {.day = own[5],
                                          .sum = own[6],
                                          .term = {(enum tariff_unit)own[7], own[8], own[9] != 0, own[10]},
                                          .penalty = own[11]},
                                .state = {.loan = debt_state_read(row, 0), .returned = own[12], .moved = own[13]}};
    purchase.state.loan.status = (enum loan_status)own[15];
    return purchase;
}

static size_t read_all(struct rows *rows, struct purchase *purchases, size_t room) {
    size_t count = 0;
    while (count < room && rows_next(rows)) purchases[count++] = read_purchase(rows);
    rows_end(rows);
    return count;
}

bool purchase_find(struct tx *tx, int64_t customer, int64_t id, struct purchase *purchase) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(customer), V_INT(id)));
    return read_all(rows, purchase, 1) == 1;
}

bool purchase_of_checkout(struct tx *tx, int64_t customer, int64_t checkout, struct purchase *purchase) {
    return read_all(tx_query(tx, &by_checkout, VALUES(V_INT(customer), V_INT(checkout))), purchase, 1) == 1;
}

size_t purchases_of(struct tx *tx, int64_t customer, struct purchase *purchases, size_t room) {
    return read_all(tx_query(tx, &of_customer, VALUES(V_INT(customer), V_INT((int64_t)room))), purchases, room);
}

size_t purchases_running(struct tx *tx, int64_t customer, struct purchase *purchases, size_t room) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &running_lock : &running,
                                 VALUES(V_INT(customer), V_INT(LOAN_RUNS), V_INT((int64_t)room)));
    return read_all(rows, purchases, room);
}

size_t purchases_waking(struct tx *tx, int64_t day, struct purchase *purchases, size_t room) {
    return read_all(tx_query(tx, &waking, VALUES(V_INT(day), V_INT((int64_t)room))), purchases, room);
}

static void write_row(const struct purchase *row, struct value *values) {
    const struct purchase_terms *terms = &row->terms;
    const int64_t own[OWN_COLUMNS] = {
        row->customer, row->id, row->account, row->shop, row->checkout, terms->day, terms->sum, terms->term.unit,
        terms->term.parts, terms->term.first_now, terms->term.fee, terms->penalty, row->state.returned,
        row->state.moved, purchase_wakes(&row->state), row->state.loan.status};
    debt_state_write(&row->state.loan, values);
    for (size_t i = 0; i < OWN_COLUMNS; i++) values[DEBT_STATE_COLUMNS + i] = V_INT(own[i]);
}

void purchases_put(struct tx *tx, const struct purchase *purchases, size_t count) {
    enum value_type types[COLUMNS];
    if (count == 0) return;
    struct value *values = arena_array(tx_arena(tx), struct value, count * COLUMNS);
    for (size_t i = 0; i < COLUMNS; i++) types[i] = VALUE_INT;
    for (size_t i = 0; i < count; i++) write_row(&purchases[i], values + i * COLUMNS);
    tx_insert_many(tx, &put, types, COLUMNS, values, count);
}

void purchase_as_of(struct engine *engine, struct purchase *purchase, int64_t day) {
    const struct purchase_rule rule = instalments_rule(engine);
    const struct loan_contract contract = purchase_contract(&purchase->terms, &rule);
    (void)purchase_days(&contract, &purchase->state, day);
}
