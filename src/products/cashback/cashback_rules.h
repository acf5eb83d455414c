/* cashback_rules.h: how much of a purchase is given back, and what remains of that when the purchase itself is: no
 * store, no HTTP, no clock. Sums are kopecks; a share is in hundredths of a percent and always rounded down to a
 * kopeck.
 *
 * Which rule decides: of those that apply the most specific (a provider, then a merchant's category of a card, then a
 * category of the catalogue, then whatever is bought); of equally specific ones that which gives the most now, and of
 * equal gifts the first. The most specific one decides even when its month is used up, or when it gives nothing: so
 * a rule of 0 % excludes. */
#pragma once

#include "base/calendar.h"
#include "base/money.h"

#define CASHBACK_BP_MOST 5000 /* half of a purchase */

struct cashback_rule {
    int64_t provider;           /* of the catalogue; 0: any */
    struct text category;       /* of the catalogue, its code; TEXT_NONE: any */
    int mcc;                    /* of a card purchase; 0: any */
    int64_t bp;
    int64_t operation_most;     /* for one purchase; 0: no bound */
    int64_t month_most;         /* for a customer in a month; 0: no bound */
    int64_t least;              /* the smallest purchase that counts */
    moment since, until;        /* [since, until); until 0: for good */
    int64_t used;               /* of month_most, so far, by the customer who asks */
};

struct cashback_purchase {
    int64_t provider;           /* 0: by a card */
    struct text category;
    int mcc;                    /* 0: not by a card */
    int64_t sum;                /* without any fee */
    moment at;
};

/* Names one thing at most, in bounds, in order. */
bool cashback_sound(const struct cashback_rule *rule);
bool cashback_applies(const struct cashback_rule *rule, const struct cashback_purchase *purchase);
/* What an applying rule gives. */
int64_t cashback_of(const struct cashback_rule *rule, int64_t sum);
/* The rule that decides; count: none does. *sum: what it gives. */
size_t cashback_choose(const struct cashback_rule *rules, size_t count, const struct cashback_purchase *purchase,
                       int64_t *sum);

/* Of a cashback on a purchase, of which `returned` was given back to the customer: what he keeps, in proportion. */
int64_t cashback_kept(int64_t cashback, int64_t purchase, int64_t returned);
