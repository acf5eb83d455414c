/* register_rules.h: a payment as we have it against what the provider's register has: what differs, and what may be
 * done about it. Pure: no store, no HTTP, no clock. */
#pragma once

#include "payments/payment_rules.h"

/* Kept by number. */
enum difference_kind {
    DIFFERENCE_NONE,
    DIFFERENCE_MISSING,   /* we paid it, they have not got it */
    DIFFERENCE_UNKNOWN,   /* they have it, we never paid it (any more) */
    DIFFERENCE_SUM,
    DIFFERENCE_CANCELLED, /* they have taken it back, the customer has not got his money */
    DIFFERENCE_ANSWERED,  /* theirs is the answer that we waited for: no difference, but the payment's end */
};
const char *difference_name(enum difference_kind difference); /* "missing": JSON and pages */

struct register_pair {
    bool ours;                 /* there is such a payment */
    enum payment_state state;
    int64_t sum, returned;     /* kopecks */
    bool settled;              /* it was over before they were asked; else they may just not have had it yet */
    bool theirs, cancelled;
    int64_t told;              /* their sum */
};

/* What is ours of it: paid and not given back; 0 when it is not paid. */
int64_t register_ours(const struct register_pair *pair);
enum difference_kind register_compare(const struct register_pair *pair);

/* Kept by number, and the order of the form's choices. */
enum decision {
    DECISION_REFUND, /* the customer gets back what the provider has not got */
    DECISION_PUSH,   /* the provider is told once more, under the same number */
    DECISION_CANCEL, /* the provider is to take it back */
    DECISION_CLOSE,  /* settled otherwise: nothing moves */
    DECISIONS
};
bool decision_fits(enum decision decision, enum difference_kind difference, int64_t ours, int64_t theirs, bool cancels);
