/* lenders_rules.h: loans of partner lenders: their states, and whether what a lender offers makes sense. Pure: no
 * store, no HTTP, no clock. */
#pragma once

#include "adapters/lender/lender.h"

/* Kept in the database: never renumbered. Below LOAN_CLOSED something is still to come. */
enum loan_state {
    LOAN_DECIDING = 1,  /* the lender has the application, or is being told of it */
    LOAN_OFFERED,       /* his contract waits for the customer's signature */
    LOAN_SIGNING,       /* signed by the customer; the lender is being told */
    LOAN_COMING,        /* signed by both; the money comes later */
    LOAN_ROOM,          /* the money is here, the wallet has no room for it */
    LOAN_OPEN,          /* to be paid back */
    LOAN_RETURNING,     /* signed, its money never came to the customer: goes back to the lender, who is being told */
    LOAN_CLOSED = 10,
    LOAN_REFUSED,
    LOAN_CANCELLED,     /* by the customer */
    LOAN_EXPIRED,       /* the lender did not decide, or the customer did not sign in time */
    LOAN_IMPLAUSIBLE,   /* what was offered is not what it says */
    LOAN_RETURNED,      /* the lender has it again: nothing is owed */
};
const char *loan_state_name(enum loan_state state);
bool loan_ended(enum loan_state state);
/* Signed, and its money has not come to the customer: only then can it go back. */
bool loan_may_return(enum loan_state state);

enum repayment_state { REPAYMENT_SENDING = 1, REPAYMENT_TAKEN = 10, REPAYMENT_DECLINED };
const char *repayment_state_name(enum repayment_state state);

/* ---- what a lender lends ---- */

struct lent_bounds {
    int64_t sum_min, sum_max, sum_step; /* kopecks */
    int64_t term_min, term_max, term_step;
    int64_t psk_min, psk_max; /* thousandths of a percent a year */
};
/* On the grid of the bounds. */
bool lent_sum_good(const struct lent_bounds *bounds, int64_t sum);
bool lent_term_good(const struct lent_bounds *bounds, int64_t term);
/* What of a calculator is meant: what was typed, unless it alone was left as it was and the slider moved. */
int64_t calculator_value(int64_t typed, int64_t slid, int64_t was);

/* ---- what a lender says of a loan ---- */

/* In order of precedence. */
enum terms_verdict {
    TERMS_GOOD,
    TERMS_OTHER_LOAN, /* more than was asked for, less than is lent, or another term */
    TERMS_DATES,      /* not from today, or payments that do not follow one another */
    TERMS_TOTAL,      /* the payments are not the total, or less than the sum */
    TERMS_PSK_BOUNDS, /* a full cost that the lender does not lend at */
    TERMS_PSK,        /* not what comes of the payments */
};
struct terms_asked {
    int64_t sum, term;
    struct date today;
    bool less; /* a smaller sum will do */
    int64_t tolerance; /* of the full cost, in thousandths of a percent */
};
enum terms_verdict terms_judge(const struct lender_terms *terms, const struct terms_asked *asked,
                               const struct lent_bounds *bounds);
const char *terms_verdict_name(enum terms_verdict verdict);

/* The first payment that is not paid; NULL: there is none. */
const struct lender_due *next_due(const struct lender_due *schedule, size_t count);
