/* event_row.c: see event_row.h. */
#include "debts/event_row.h"

#define PLAN_NUMBERS 6

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

/* Penalties that a payment undone had paid are kept as what it did to them: below zero, since they are owed again. */
struct stored_event debt_event_read(const struct rows *row, int first) {
    struct stored_event stored = {.event = {.day = row_int(row, first),
                                            .kind = (enum loan_event_kind)row_int(row, first + 1),
                                            .sum = row_int(row, first + 2),
                                            .early = (enum loan_early)row_int(row, first + 3),
                                            .interest_later = row_int(row, first + 4) != 0,
                                            .units = row_int(row, first + 5),
                                            .plan = plan_read(row_text(row, first + 6))},
                                  .operation = row_int(row, first + 7),
                                  .interest = row_int(row, first + 8),
                                  .principal = row_int(row, first + 9),
                                  .penalty = row_int(row, first + 10),
                                  .fees = row_int(row, first + 11),
                                  .advance = row_int(row, first + 12)};
    if (stored.event.kind == LOAN_UNDONE) stored.event.penalty = -stored.penalty;
    return stored;
}

void debt_event_write(struct arena *arena, const struct loan_event *event, int64_t operation,
                      const struct loan_parts *parts, struct value values[DEBT_EVENT_COLUMNS]) {
    const int64_t *paid = parts->paid;
    bool plan = event->kind == LOAN_RESTRUCTURE;
    const struct value columns[DEBT_EVENT_COLUMNS] = {
        V_INT(event->day),
        V_INT(event->kind),
        V_INT(event->sum),
        V_INT(event->early),
        V_INT(event->interest_later),
        V_INT(event->units),
        V_TEXT(plan ? plan_write(arena, &event->plan) : TEXT("")),
        V_INT(operation),
        V_INT(paid[DEBT_INTEREST] + paid[DEBT_OVERDUE_INTEREST]),
        V_INT(paid[DEBT_PRINCIPAL] + paid[DEBT_OVERDUE_PRINCIPAL]),
        V_INT(paid[DEBT_PENALTY]),
        V_INT(paid[DEBT_OTHER]),
        V_INT(parts->advance),
    };
    for (size_t i = 0; i < DEBT_EVENT_COLUMNS; i++) values[i] = columns[i];
}
