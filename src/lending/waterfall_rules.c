/* waterfall_rules.c: see waterfall_rules.h. */
#include "lending/waterfall_rules.h"

static const struct {
    struct date from;
    enum debt order[DEBTS];
} orders[] = { /* the newest first */
    {{2024, 7, 1},
     {DEBT_OVERDUE_INTEREST, DEBT_OVERDUE_PRINCIPAL, DEBT_INTEREST, DEBT_PRINCIPAL, DEBT_PENALTY, DEBT_OTHER}},
    {{1970, 1, 1},
     {DEBT_OVERDUE_INTEREST, DEBT_OVERDUE_PRINCIPAL, DEBT_PENALTY, DEBT_INTEREST, DEBT_PRINCIPAL, DEBT_OTHER}},
};

const enum debt *waterfall_order(struct date contract) {
    size_t i = 0;
    while (i + 1 < sizeof orders / sizeof *orders && date_to_days(contract) < date_to_days(orders[i].from)) i++;
    return orders[i].order;
}

int64_t waterfall(struct date contract, const int64_t owed[DEBTS], int64_t sum, int64_t paid[DEBTS]) {
    const enum debt *order = waterfall_order(contract);
    for (size_t i = 0; i < DEBTS; i++) {
        int64_t debt = owed[order[i]];
        paid[order[i]] = debt < sum ? debt : sum;
        sum -= paid[order[i]];
    }
    return sum;
}
