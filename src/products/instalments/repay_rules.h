/* repay_rules.h: what of a customer's purchases is paid next, and which of them a sum pays: by day, whatever they are
 * called; what is late first. Pure: no store, no HTTP, no clock. Source: IN-4. */
#pragma once

#include "products/instalments/purchase_rules.h"

/* A part of what he is to pay. */
struct due {
    size_t purchase; /* which of his: the caller's own count */
    int64_t day;     /* 0: at once, since it is late */
    int64_t sum;
};

/* By day; those of a day as the purchases are counted. */
void dues_sort(struct due *dues, size_t count);

/* Of ordered ones: the day on which he pays next and how much on it; 0: nothing is owed. */
int64_t dues_next(const struct due *dues, size_t count, int64_t *day);
/* … in all. */
int64_t dues_all(const struct due *dues, size_t count);
/* How much he wants to pay: of PURCHASE_ANY `sum` itself, but no more than all. */
int64_t dues_wished(const struct due *dues, size_t count, enum purchase_wish wish, int64_t sum);

/* Which purchase gets how much of `sum`: shares[purchase] grows by it. What is left when nothing is owed any more. */
int64_t dues_split(const struct due *dues, size_t count, int64_t sum, int64_t *shares);
