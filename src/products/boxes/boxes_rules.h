/* boxes_rules.h: how much goes into a money box by itself, and how full one is: no store, no HTTP, no clock. */
#pragma once

#include "base/money.h"

/* What makes a box fill; kept by number. */
enum fill_kind {
    FILL_ROUND = 1, /* each payment rounded up to a multiple of `amount` (kopecks): the difference */
    FILL_PERCENT,   /* of what comes in: `amount` hundredths of a percent, rounded down */
    FILL_SCHEDULE,  /* `amount` kopecks on certain days */
};
const char *fill_kind_name(enum fill_kind kind); /* "round", "percent", "schedule" */

/* Why it was not filled; kept by number. */
enum fill_reason { FILL_WELL, FILL_NO_MONEY, FILL_FROZEN, FILL_FULL, FILL_CLOSED };
const char *fill_reason_name(enum fill_reason reason); /* "no-money" */

/* What a rule takes of a payment or an income of `sum`; 0: nothing. */
int64_t fill_of(enum fill_kind kind, int64_t amount, int64_t sum);

/* … and of that, what the box still wants: a goal (0: none) is not passed by itself. */
int64_t fill_up_to(int64_t wanted, int64_t goal, int64_t balance);

/* Hundredths of the goal, 0 to 100, rounded down, so that 100 is the goal reached; -1 without a goal. */
int box_percent(int64_t balance, int64_t goal);

/* This movement has reached the goal. */
bool box_reached(int64_t before, int64_t after, int64_t goal);
