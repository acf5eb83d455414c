/* running.c: how far each running loan has come. A pass reads and writes these rows in their order. */
#include "products/loans/running.h"

#define RUNNING                                                                                                        \
    "customer, id, product, signed, sum, term, provided, done, interest, overdue_interest, principal, "                \
    "overdue_principal, penalty, fees, advance, earned, earned_part, late, late_part, fined, fined_part, "             \
    "overdue_since, charged, charged_most, plan_kind, plan_unit, plan_rate, plan_length, plan_count, plan_day, "       \
    "anchor, next, due, payment, paid_principal, paid_interest"
#define COLUMNS 36

STATEMENT(find, "SELECT " RUNNING " FROM loan_running WHERE customer = $1 AND id = $2");
STATEMENT(lock, "SELECT " RUNNING " FROM loan_running WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(after, "SELECT " RUNNING " FROM loan_running WHERE (customer, id) > ($1, $2) ORDER BY customer, id LIMIT $3 "
                 "FOR_UPDATE");
STATEMENT(all, "SELECT COUNT(*) FROM loan_running");
#define EARNED                                                                                                         \
    "provided = excluded.provided, done = excluded.done, interest = excluded.interest, "                               \
    "overdue_interest = excluded.overdue_interest, penalty = excluded.penalty, earned = excluded.earned, "             \
    "earned_part = excluded.earned_part, late = excluded.late, late_part = excluded.late_part, "                       \
    "fined = excluded.fined, fined_part = excluded.fined_part, charged = excluded.charged"
STATEMENT(put, "INSERT INTO loan_running (" RUNNING ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
               "$14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, "
               "$34, $35, $36) ON CONFLICT (customer, id) DO UPDATE SET " EARNED ", principal = excluded.principal, "
               "overdue_principal = excluded.overdue_principal, "
               "fees = excluded.fees, advance = excluded.advance, overdue_since = excluded.overdue_since, "
               "charged_most = excluded.charged_most, plan_kind = excluded.plan_kind, "
               "plan_unit = excluded.plan_unit, plan_rate = excluded.plan_rate, plan_length = excluded.plan_length, "
               "plan_count = excluded.plan_count, plan_day = excluded.plan_day, anchor = excluded.anchor, "
               "next = excluded.next, due = excluded.due, payment = excluded.payment, "
               "paid_principal = excluded.paid_principal, paid_interest = excluded.paid_interest");
STATEMENT(put_earned,
          "INSERT INTO loan_running (" RUNNING ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
          "$14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, "
          "$34, $35, $36) ON CONFLICT (customer, id) DO UPDATE SET " EARNED);
STATEMENT(drop, "DELETE FROM loan_running WHERE customer = $1 AND id = $2");

static void read_debts(const struct rows *row, struct loan_state *state) {
    state->debt[DEBT_INTEREST] = row_int(row, 8);
    state->debt[DEBT_OVERDUE_INTEREST] = row_int(row, 9);
    state->debt[DEBT_PRINCIPAL] = row_int(row, 10);
    state->debt[DEBT_OVERDUE_PRINCIPAL] = row_int(row, 11);
    state->debt[DEBT_PENALTY] = row_int(row, 12);
    state->debt[DEBT_OTHER] = row_int(row, 13);
}

static struct running read_running(const struct rows *row) {
    struct running running = {.customer = row_int(row, 0),
                              .id = row_int(row, 1),
                              .product = row_int(row, 2),
                              .signed_day = row_int(row, 3),
                              .sum = row_int(row, 4),
                              .term = row_int(row, 5),
                              .provided = row_int(row, 6),
                              .state = {.status = LOAN_RUNS,
                                        .done = row_int(row, 7),
                                        .advance = row_int(row, 14),
                                        .earned = {row_int(row, 15), row_int(row, 16)},
                                        .late = {row_int(row, 17), row_int(row, 18)},
                                        .fined = {row_int(row, 19), row_int(row, 20)},
                                        .overdue_since = row_int(row, 21),
                                        .charged = row_int(row, 22),
                                        .charged_most = row_int(row, 23),
                                        .plan = {.kind = (enum schedule_kind)row_int(row, 24),
                                                 .unit = (enum schedule_unit)row_int(row, 25),
                                                 .rate = row_int(row, 26),
                                                 .length = row_int(row, 27),
                                                 .count = row_int(row, 28),
                                                 .day = (int)row_int(row, 29)},
                                        .anchor = row_int(row, 30),
                                        .next = row_int(row, 31),
                                        .due = row_int(row, 32),
                                        .payment = row_int(row, 33),
                                        .paid_principal = row_int(row, 34),
                                        .paid_interest = row_int(row, 35)}};
    read_debts(row, &running.state);
    return running;
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
    const struct loan_state *state = &row->state;
    const struct loan_plan *plan = &state->plan;
    const int64_t columns[COLUMNS] = {
        row->customer, row->id, row->product, row->signed_day, row->sum, row->term, row->provided, state->done,
        state->debt[DEBT_INTEREST], state->debt[DEBT_OVERDUE_INTEREST], state->debt[DEBT_PRINCIPAL],
        state->debt[DEBT_OVERDUE_PRINCIPAL], state->debt[DEBT_PENALTY], state->debt[DEBT_OTHER], state->advance,
        state->earned.whole, state->earned.part, state->late.whole, state->late.part, state->fined.whole,
        state->fined.part, state->overdue_since, state->charged, state->charged_most, plan->kind, plan->unit,
        plan->rate, plan->length, plan->count, plan->day, state->anchor, state->next, state->due, state->payment,
        state->paid_principal, state->paid_interest};
    for (size_t i = 0; i < COLUMNS; i++) values[i] = V_INT(columns[i]);
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
