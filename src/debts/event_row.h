/* event_row.h: what happened to a loan, in a row of a product's table, and back. The table has these columns by these
 * names beside the row's id; in a statement they stand first, so that their parameters are $1 … $13. */
#pragma once

#include "lending/loan_rules.h"
#include "store/store.h"

#define DEBT_EVENT "day, kind, sum, early, later, units, plan, operation, interest, principal, penalty, fees, advance"
#define DEBT_EVENT_COLUMNS 13
#define DEBT_EVENT_VALUES "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13"

struct stored_event {
    int64_t id;
    struct loan_event event;
    int64_t operation; /* by which its money came; 0: none did */
    int64_t interest, principal, penalty, fees, advance; /* of what its money became; of a write-off: what was lost */
};

/* From the row's column `first` on; its id is the caller's. */
struct stored_event debt_event_read(const struct rows *row, int first);
void debt_event_write(struct arena *arena, const struct loan_event *event, int64_t operation,
                      const struct loan_parts *parts, struct value values[DEBT_EVENT_COLUMNS]);
