/* happened.c: what happened to a purchase, each event once and never changed: with its terms they are the whole of it,
 * which can be gone through again to any day. */
#include "products/instalments/instalments.h"

#include "debts/event_row.h"

#define OWN_COLUMNS 3

STATEMENT(insert, "INSERT INTO instalment_event (" DEBT_EVENT ", customer, purchase, id) "
                  "VALUES (" DEBT_EVENT_VALUES ", $14, $15, $16)");
STATEMENT(list, "SELECT " DEBT_EVENT ", id FROM instalment_event WHERE customer = $1 AND purchase = $2 "
                "ORDER BY id LIMIT $3");

void purchase_happened_add(struct tx *tx, const struct purchase *purchase, const struct purchase_done *done,
                           int64_t operation) {
    for (size_t i = 0; i < done->count; i++) {
        struct value values[DEBT_EVENT_COLUMNS + OWN_COLUMNS];
        debt_event_write(tx_arena(tx), &done->events[i], operation, &done->parts[i], values);
        values[DEBT_EVENT_COLUMNS] = V_INT(purchase->customer);
        values[DEBT_EVENT_COLUMNS + 1] = V_INT(purchase->id);
        values[DEBT_EVENT_COLUMNS + 2] = V_INT(world_id(tx_world(tx)));
        tx_run(tx, &insert, values, DEBT_EVENT_COLUMNS + OWN_COLUMNS);
    }
}

size_t purchase_happened_of(struct tx *tx, int64_t customer, int64_t purchase, struct stored_event *events,
                            size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(customer), V_INT(purchase), V_INT((int64_t)room)));
    for (; count < room && rows_next(rows); count++) {
        events[count] = debt_event_read(rows, 0);
        events[count].id = row_int(rows, DEBT_EVENT_COLUMNS);
    }
    rows_end(rows);
    return count;
}

bool purchase_replay(struct engine *engine, struct tx *tx, const struct purchase *purchase, int64_t day,
                     struct purchase_state *state, struct loan_trail *trail) {
    struct arena *arena = tx_arena(tx);
    struct stored_event *stored = arena_array(arena, struct stored_event, PURCHASE_HAPPENED_MOST + 1);
    struct loan_event *events = arena_array(arena, struct loan_event, PURCHASE_HAPPENED_MOST);
    size_t count =
        purchase_happened_of(tx, purchase->customer, purchase->id, stored, PURCHASE_HAPPENED_MOST + 1);
    const struct purchase_rule rule = instalments_rule(engine);
    const struct loan_contract contract = purchase_contract(&purchase->terms, &rule);
    if (count > PURCHASE_HAPPENED_MOST) return false;
    *state = purchase->state;
    for (size_t i = 0; i < count; i++) events[i] = stored[i].event;
    if (!loan_replay(&contract, events, count, day, &state->loan, trail)) return false;
    while (state->loan.done < day) (void)loan_step(&contract, &state->loan, NULL); /* what is closed has days, too */
    return true;
}
