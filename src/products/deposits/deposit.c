/* deposit.c: rows: contracts, how far each has come, what moved. */
#include "products/deposits/deposits.h"

#define DEPOSIT                                                                                                        \
    "customer, id, account, purse, product, status, length, begun, ends, first, prolongs, opened, signed_at, "         \
    "closed_at, closed"
#define RUNNING "customer, id, product, begun, ends, principal, done, whole, part, booked"

STATEMENT(find, "SELECT " DEPOSIT " FROM deposit WHERE customer = $1 AND id = $2");
STATEMENT(lock, "SELECT " DEPOSIT " FROM deposit WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(list, "SELECT " DEPOSIT " FROM deposit WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(open_count, "SELECT COUNT(*) FROM deposit WHERE customer = $1 AND status = 1");
STATEMENT(insert, "INSERT INTO deposit (" DEPOSIT ") "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)");
STATEMENT(update, "UPDATE deposit SET purse = $3, product = $4, status = $5, begun = $6, ends = $7, first = $8, "
                  "prolongs = $9, closed_at = $10, closed = $11 WHERE customer = $1 AND id = $2");
STATEMENT(running_one, "SELECT " RUNNING " FROM deposit_running WHERE customer = $1 AND id = $2");
STATEMENT(running_lock, "SELECT " RUNNING " FROM deposit_running WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(running_next, "SELECT " RUNNING " FROM deposit_running WHERE (customer, id) > ($1, $2) "
                        "ORDER BY customer, id LIMIT $3 FOR_UPDATE");
STATEMENT(running_all, "SELECT COUNT(*) FROM deposit_running");
STATEMENT(running_write, "INSERT INTO deposit_running (" RUNNING ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                         "ON CONFLICT (customer, id) DO UPDATE SET product = excluded.product, "
                         "begun = excluded.begun, ends = excluded.ends, principal = excluded.principal, "
                         "done = excluded.done, whole = excluded.whole, part = excluded.part, "
                         "booked = excluded.booked");
STATEMENT(running_drop, "DELETE FROM deposit_running WHERE customer = $1 AND id = $2");
STATEMENT(move_insert, "INSERT INTO deposit_move (customer, id, deposit, day, kind, sum, operation) "
                       "VALUES ($1, $2, $3, $4, $5, $6, $7)");
STATEMENT(moves_list, "SELECT id, operation, day, kind, sum FROM deposit_move WHERE customer = $1 AND deposit = $2 "
                      "AND id >= $3 ORDER BY id LIMIT $4");

static int64_t only_number(struct rows *rows) {
    int64_t number = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return number;
}

int64_t deposits_today(const struct engine *engine) {
    return date_to_days(civil_at(world_now(engine_world(engine)), engine_zone(engine)).date);
}

/* ---- contracts ---- */

static struct deposit read_deposit(const struct rows *row) {
    return (struct deposit){.customer = row_int(row, 0),
                            .id = row_int(row, 1),
                            .account = row_int(row, 2),
                            .purse = row_int(row, 3),
                            .product = row_int(row, 4),
                            .status = (enum deposit_status)row_int(row, 5),
                            .length = row_int(row, 6),
                            .term = {row_int(row, 7), row_int(row, 8)},
                            .first = row_int(row, 9),
                            .prolongs = row_int(row, 10) != 0,
                            .opened = row_int(row, 11),
                            .signed_at = row_int(row, 12),
                            .closed_at = row_int(row, 13),
                            .closed = row_int(row, 14)};
}

bool deposit_find(struct tx *tx, int64_t customer, int64_t id, struct deposit *deposit) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows);
    if (found) *deposit = read_deposit(rows);
    rows_end(rows);
    return found;
}

bool deposit_asked(struct request *request, struct tx *tx, struct deposit *deposit) {
    int64_t id;
    return request_param_id(request, 0, &id) && deposit_find(tx, request->caller.customer, id, deposit);
}

size_t deposits_of(struct tx *tx, int64_t customer, struct deposit *deposits, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(customer), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) deposits[count++] = read_deposit(rows);
    rows_end(rows);
    return count;
}

int64_t deposits_open_count(struct tx *tx, int64_t customer) {
    return only_number(tx_query(tx, &open_count, VALUES(V_INT(customer))));
}

void deposit_insert(struct tx *tx, const struct deposit *deposit) {
    tx_run(tx, &insert,
           VALUES(V_INT(deposit->customer), V_INT(deposit->id), V_INT(deposit->account), V_INT(deposit->purse),
                  V_INT(deposit->product), V_INT(deposit->status), V_INT(deposit->length), V_INT(deposit->term.begun),
                  V_INT(deposit->term.ends), V_INT(deposit->first), V_INT(deposit->prolongs), V_INT(deposit->opened),
                  V_INT(deposit->signed_at), V_INT(deposit->closed_at), V_INT(deposit->closed)));
}

void deposit_update(struct tx *tx, const struct deposit *deposit) {
    tx_run(tx, &update,
           VALUES(V_INT(deposit->customer), V_INT(deposit->id), V_INT(deposit->purse), V_INT(deposit->product),
                  V_INT(deposit->status), V_INT(deposit->term.begun), V_INT(deposit->term.ends), V_INT(deposit->first),
                  V_INT(deposit->prolongs), V_INT(deposit->closed_at), V_INT(deposit->closed)));
}

/* ---- how far each has come ---- */

static struct running read_running(const struct rows *row) {
    return (struct running){.customer = row_int(row, 0),
                            .id = row_int(row, 1),
                            .product = row_int(row, 2),
                            .term = {row_int(row, 3), row_int(row, 4)},
                            .state = {.principal = row_int(row, 5),
                                      .done = row_int(row, 6),
                                      .earned = {row_int(row, 7), row_int(row, 8)},
                                      .booked = row_int(row, 9)}};
}

bool deposit_running_find(struct tx *tx, int64_t customer, int64_t id, struct running *running) {
    struct rows *rows =
        tx_query(tx, tx_writing(tx) ? &running_lock : &running_one, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows);
    if (found) *running = read_running(rows);
    rows_end(rows);
    return found;
}

size_t deposit_running_after(struct tx *tx, int64_t customer, int64_t id, struct running *rows, size_t room) {
    size_t count = 0;
    struct rows *found =
        tx_query(tx, &running_next, VALUES(V_INT(customer), V_INT(id), V_INT((int64_t)room)));
    while (count < room && rows_next(found)) rows[count++] = read_running(found);
    rows_end(found);
    return count;
}

int64_t deposit_running_count(struct tx *tx) {
    return only_number(tx_query(tx, &running_all, NO_VALUES));
}

void deposit_running_put(struct tx *tx, const struct running *rows, size_t count) {
    enum { COLUMNS = 10 };
    static const enum value_type types[COLUMNS] = {VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT,
                                                   VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT};
    if (count == 0) return;
    struct value *values = arena_array(tx_arena(tx), struct value, count * COLUMNS), *value = values;
    for (size_t i = 0; i < count; i++) {
        const struct running *row = &rows[i];
        const int64_t columns[COLUMNS] = {row->customer,        row->id,           row->product,
                                          row->term.begun,      row->term.ends,    row->state.principal,
                                          row->state.done,      row->state.earned.whole,
                                          row->state.earned.part, row->state.booked};
        for (size_t k = 0; k < COLUMNS; k++) *value++ = V_INT(columns[k]);
    }
    tx_insert_many(tx, &running_write, types, COLUMNS, values, count);
}

void deposit_running_remove(struct tx *tx, int64_t customer, int64_t id) {
    tx_run(tx, &running_drop, VALUES(V_INT(customer), V_INT(id)));
}

/* ---- what moved ---- */

void deposit_move_add(struct tx *tx, const struct deposit *deposit, int64_t day, enum move_kind kind, int64_t sum,
              int64_t operation, int64_t *id) {
    int64_t own = world_id(tx_world(tx));
    tx_run(tx, &move_insert,
           VALUES(V_INT(deposit->customer), V_INT(own), V_INT(deposit->id), V_INT(day), V_INT(kind), V_INT(sum),
                  V_INT(operation)));
    if (id != NULL) *id = own;
}

size_t deposit_moves_of(struct tx *tx, const struct deposit *deposit, int64_t first, struct stored_move *moves,
                        size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &moves_list,
                                 VALUES(V_INT(deposit->customer), V_INT(deposit->id), V_INT(first),
                                        V_INT((int64_t)room)));
    for (; count < room && rows_next(rows); count++)
        moves[count] = (struct stored_move){row_int(rows, 0), row_int(rows, 1),
                                            {row_int(rows, 2), (enum move_kind)row_int(rows, 3), row_int(rows, 4)}};
    rows_end(rows);
    return count;
}

size_t deposit_term_moves(struct tx *tx, const struct deposit *deposit, struct deposit_move *moves, size_t room) {
    struct stored_move *stored = arena_array(tx_arena(tx), struct stored_move, room);
    size_t count = deposit_moves_of(tx, deposit, deposit->first, stored, room);
    for (size_t i = 0; i < count; i++) moves[i] = stored[i].move;
    return count;
}
