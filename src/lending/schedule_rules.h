/* schedule_rules.h: when a loan is paid back and in what parts. Interest of a period is the balance's by the day
 * (interest.h), rounded half up; the last payment closes the balance, whatever it comes to. Pure: no store, no clock.
 *
 * Source: domain facts, "Consumer credit". */
#pragma once

#include "lending/work_calendar.h"

#define SCHEDULE_MOST 600                            /* payments: fifty years of months */
#define SCHEDULE_SUM_MOST INT64_C(1000000000000)     /* kopecks lent */

enum schedule_kind {
    SCHEDULE_ANNUITY,        /* one payment all the time, interest first */
    SCHEDULE_DIFFERENTIATED, /* one part of the debt all the time, and its interest */
    SCHEDULE_BULLET,         /* interest all the time, the debt with the last one */
};

enum schedule_unit { SCHEDULE_MONTHS, SCHEDULE_DAYS };

struct schedule_terms {
    enum schedule_kind kind;
    int64_t sum;         /* lent, or still owed from `from` on: a recomputed schedule is one from that day */
    int64_t rate;        /* a year, in millionths; 0: instalments without interest */
    struct date from;
    enum schedule_unit unit;
    int64_t length, count; /* each so many units, so often */
    int day;             /* of the month on which it is paid, where it is as long; 0: the day of `from` */
    const struct work_calendar *calendar; /* of months alone: days go to working ones; NULL: as they fall */
    int64_t payment;     /* SCHEDULE_ANNUITY: this payment, so that the term grows shorter; 0: by the formula */
};

struct schedule_row {
    struct date due;
    int64_t principal, interest; /* what is to be paid then */
    int64_t balance;             /* owed after it */
};

bool schedule_valid(const struct schedule_terms *terms);
/* How many there are; fewer than `count` where a larger payment was given. Terms must be valid; room for `count`. */
size_t schedule_make(const struct schedule_terms *terms, struct schedule_row *rows);
/* The k-th day, from 1. */
struct date schedule_due(const struct schedule_terms *terms, int64_t k);

/* S·r / (1 − (1 + r)^−n), r the rate of a period as the formula has it: a year's divided by twelve for a month, by 365
 * for a day. To the kopeck, half up. */
int64_t annuity_payment(const struct schedule_terms *terms);
/* The largest sum for which that payment is enough by the formula, to the kopeck, half up. */
int64_t annuity_sum(const struct schedule_terms *terms, int64_t payment);
