/* event.c: what happened to a loan, each event once and never changed: with the contract they are the whole loan, which
 * can be gone through again to any day (loan_replay). What a payment became is kept beside, for its owner to read. */
#include "products/loans/running.h"

#define OWN_COLUMNS 3

STATEMENT(insert, "INSERT INTO loan_event (" DEBT_EVENT ", customer, loan, id) "
                  "VALUES (" DEBT_EVENT_VALUES ", $14, $15, $16)");
STATEMENT(list, "SELECT " DEBT_EVENT ", id FROM loan_event WHERE customer = $1 AND loan = $2 ORDER BY id LIMIT $3");
STATEMENT(count_of, "SELECT COUNT(*) FROM loan_event WHERE customer = $1 AND loan = $2");

void credit_event_add(struct tx *tx, const struct credit *credit, const struct loan_event *event, int64_t operation,
                      const struct loan_parts *parts) {
    struct value values[DEBT_EVENT_COLUMNS + OWN_COLUMNS];
    debt_event_write(tx_arena(tx), event, operation, parts, values);
    values[DEBT_EVENT_COLUMNS] = V_INT(credit->customer);
    values[DEBT_EVENT_COLUMNS + 1] = V_INT(credit->id);
    values[DEBT_EVENT_COLUMNS + 2] = V_INT(world_id(tx_world(tx)));
    tx_run(tx, &insert, values, DEBT_EVENT_COLUMNS + OWN_COLUMNS);
}

size_t credit_events_of(struct tx *tx, int64_t customer, int64_t loan, struct stored_event *events, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(customer), V_INT(loan), V_INT((int64_t)room)));
    for (; count < room && rows_next(rows); count++) {
        events[count] = debt_event_read(rows, 0);
        events[count].id = row_int(rows, DEBT_EVENT_COLUMNS);
    }
    rows_end(rows);
    return count;
}

bool credit_replay(struct engine *engine, struct tx *tx, const struct credit *credit, int64_t day,
                   struct loan_state *state, struct loan_trail *trail) {
    struct credit_product product;
    if (!credit_product_find(tx, credit->product, &product)) return false;
    struct arena *arena = tx_arena(tx);
    struct rows *rows = tx_query(tx, &count_of, VALUES(V_INT(credit->customer), V_INT(credit->id)));
    size_t room = rows_next(rows) ? (size_t)row_int(rows, 0) : 0;
    rows_end(rows);
    struct stored_event *stored = arena_array(arena, struct stored_event, room + 1);
    size_t count = credit_events_of(tx, credit->customer, credit->id, stored, room + 1);
    struct loan_event *events = arena_array(arena, struct loan_event, count + 1);
    for (size_t i = 0; i < count; i++) events[i] = stored[i].event;
    const struct credit_setting around = credit_setting(engine);
    const struct loan_contract contract =
        credit_contract(&product.terms, &around, credit->signed_day, credit->sum, credit->term);
    return loan_replay(&contract, events, count, day, state, trail);
}
