/* provision_rules.h: what is set aside for a loan that may not be paid back, by how long it has been overdue. Pure.
 * Source: the operator's own policy, within the Bank of Russia's rules of provisions for microloans (setting
 * loans.provisions). */
#pragma once

#include "lending/loan_rules.h"

#define PROVISION_STEPS 12

struct provision_step {
    int64_t days, percent; /* overdue so long: so many percent */
};
struct provisions {
    struct provision_step steps[PROVISION_STEPS];
    size_t count;
};

/* "0 0, 30 20, 60 50": days and percents, both rising. */
bool provisions_read(const char *text, struct provisions *provisions);
/* Of principal and interest, up to the kopeck: penalties were never money of ours. */
int64_t provision_for(const struct provisions *provisions, const struct loan_state *state);
