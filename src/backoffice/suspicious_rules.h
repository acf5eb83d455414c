/* suspicious_rules.h: which transfer a person of risk should look at, in sentences that anybody can read; and when it
 * is worth while to count whom one has paid within the hour. Pure: no store, no HTTP, no clock. */
#pragma once

#include "base/calendar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum suspicion {
    SUSPICION_SUM = 1,     /* the sum is not below the threshold */
    SUSPICION_CHANGED = 2, /* it goes out while the number or a secret has just been changed */
    SUSPICION_FROZEN = 4,  /* it goes to somebody whose own money is stopped */
};

struct suspicion_limits {
    int64_t sum;    /* 0: that rule is off */
    int64_t payees; /* so many people paid within an hour who never were before; 0: not counted */
};

struct paid {
    int64_t sum;
    bool after_change, payee_frozen;
};

unsigned suspicions(const struct suspicion_limits *limits, const struct paid *paid); /* a set of enum suspicion */

/* How many payees within the hour are counted. */
#define HASTE_PAYEES 16

/* One account as this process has seen it within an hour. Whom it paid only its entries tell, at whichever node they
 * were made; but so many people want so many entries, which its version counts. So it is known without reading them
 * when it is worth while. A place is another account's as soon as that comes by. */
struct haste {
    int64_t account, look_at; /* version at which its entries are to be read */
    moment began;
};

/* It has paid: `version` entries by now, the one before this made at `before` (0: not known). True when its entries of
 * the last hour are to be read, since `most` people may be among those it paid. */
bool haste_due(struct haste *place, int64_t account, int64_t version, moment before, size_t most, moment now);
/* Its entries up to `version` were read, with so many new payees among them. */
void haste_looked(struct haste *place, int64_t account, int64_t version, size_t found, size_t most);
