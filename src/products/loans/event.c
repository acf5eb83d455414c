/* event.c: what happened to a loan, each event once and never changed: with the contract they are the whole loan, which
 * can be gone through again to any day (loan_replay). What a payment became is kept beside, for its owner to read. */
#include "products/loans/running.h"

#define EVENT "id, day, kind, sum, early, later, units, plan, operation, interest, principal, penalty, fees, advance"
#define PLAN_NUMBERS 6

STATEMENT(insert, "INSERT INTO loan_event (customer, loan, " EVENT ") "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)");
STATEMENT(list, "SELECT " EVENT " FROM loan_event WHERE customer = $1 AND loan = $2 ORDER BY id LIMIT $3");
STATEMENT(count_of, "SELECT COUNT(*) FROM loan_event WHERE customer = $1 AND loan = $2");

/* "1 0 150000 1 12 0": the fields of struct loan_plan. */
static struct text plan_write(struct arena *arena, const struct loan_plan *plan) {
    return text_format(arena, "%d %d %lld %lld %lld %d", (int)plan->kind, (int)plan->unit, (long long)plan->rate,
                       (long long)plan->length, (long long)plan->count, plan->day);
}

static struct loan_plan plan_read(struct text text) {
    int64_t numbers[PLAN_NUMBERS] = {0};
    for (size_t i = 0; i < PLAN_NUMBERS && text.size > 0; i++) text_to_int(text_split(text, ' ', &text), &numbers[i]);
    return (struct loan_plan){.kind = (enum schedule_kind)numbers[0],
                              .unit = (enum schedule_unit)numbers[1],
                              .rate = numbers[2],
                              .length = numbers[3],
                              .count = numbers[4],
                              .day = (int)numbers[5]};
}

void credit_event_add(struct tx *tx, const struct credit *credit, const struct loan_event *event, int64_t operation,
                      const struct loan_parts *parts) {
    const int64_t *paid = parts->paid;
    bool plan = event->kind == LOAN_RESTRUCTURE;
    tx_run(tx, &insert,
           VALUES(V_INT(credit->customer), V_INT(credit->id), V_INT(world_id(tx_world(tx))), V_INT(event->day),
                  V_INT(event->kind), V_INT(event->sum), V_INT(event->early), V_INT(event->interest_later),
                  V_INT(event->units), V_TEXT(plan ? plan_write(tx_arena(tx), &event->plan) : TEXT("")),
                  V_INT(operation), V_INT(paid[DEBT_INTEREST] + paid[DEBT_OVERDUE_INTEREST]),
                  V_INT(paid[DEBT_PRINCIPAL] + paid[DEBT_OVERDUE_PRINCIPAL]), V_INT(paid[DEBT_PENALTY]),
                  V_INT(paid[DEBT_OTHER]), V_INT(parts->advance)));
}

size_t credit_events_of(struct tx *tx, int64_t customer, int64_t loan, struct stored_event *events, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(customer), V_INT(loan), V_INT((int64_t)room)));
    for (; count < room && rows_next(rows); count++)
        events[count] = (struct stored_event){.id = row_int(rows, 0),
                                              .event = {.day = row_int(rows, 1),
                                                        .kind = (enum loan_event_kind)row_int(rows, 2),
                                                        .sum = row_int(rows, 3),
                                                        .early = (enum loan_early)row_int(rows, 4),
                                                        .interest_later = row_int(rows, 5) != 0,
                                                        .units = row_int(rows, 6),
                                                        .plan = plan_read(row_text(rows, 7))},
                                              .operation = row_int(rows, 8),
                                              .interest = row_int(rows, 9),
                                              .principal = row_int(rows, 10),
                                              .penalty = row_int(rows, 11),
                                              .fees = row_int(rows, 12),
                                              .advance = row_int(rows, 13)};
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
