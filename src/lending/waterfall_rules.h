/* waterfall_rules.h: of what a payment that is not enough pays first. The order is the law's of the contract's day, and
 * its parties cannot change it. Pure.
 *
 * Source: 353-FZ, article 5, part 20: contracts from 2024-07-01 by 607-FZ, older ones as before. */
#pragma once

#include "base/calendar.h"

enum debt {
    DEBT_OVERDUE_INTEREST,
    DEBT_OVERDUE_PRINCIPAL,
    DEBT_PENALTY,
    DEBT_INTEREST,  /* of the current period */
    DEBT_PRINCIPAL, /* … */
    DEBT_OTHER,
    DEBTS
};

/* The order of contracts of that day, the first first. */
const enum debt *waterfall_order(struct date contract);

/* Takes from `sum` what pays each kind of debt, in order; what is left of the sum when nothing is owed any more. */
int64_t waterfall(struct date contract, const int64_t owed[DEBTS], int64_t sum, int64_t paid[DEBTS]);
