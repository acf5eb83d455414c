/* terms_rules.h: what a loan of ours may be: the terms of a product of the catalogue, whether they hold together, and
 * the contract that a sum and a term make of them. Pure: no store, no HTTP, no clock. Sums are kopecks, rates
 * millionths a year (lending/interest.h). Source: LO-1, BO-4; lending/loan_rules.h. */
#pragma once

#include "base/text.h"
#include "lending/loan_rules.h"

#define CREDIT_EXTRAS 5
#define CREDIT_TERM_MOST 600 /* payments, or units of a single one */

/* A service that is sold beside the loan, for its own price, never with it (353-FZ, article 7). */
struct credit_extra {
    struct text code, title_ru, title_en;
    int64_t price;
};

/* A version of a product: what a contract keeps. */
struct credit_terms {
    enum schedule_kind kind;
    enum schedule_unit unit;
    int64_t length;               /* of a period, in units; 0: one payment, when the whole term is over */
    int64_t term_least, term_most; /* payments; of a single one: units */
    int64_t sum_least, sum_most, sum_step;
    int64_t rate;                 /* a year; by day_rate it was given a day, and is 365 times that */
    bool day_rate;
    bool late_interest;           /* interest runs on upon what is overdue */
    int64_t penalty;              /* a year, upon overdue principal */
    bool penalty_a_day;
    int64_t extend_least, extend_most; /* units; 0: it is not extended */
    int64_t extend_times;
    struct credit_extra extras[CREDIT_EXTRAS];
    size_t extra_count;
};

/* Whether a catalogue may hold it; NULL: yes, else which field is wrong ("term_most"). The law's bounds are
 * loan_lawful's. */
const char *credit_terms_wrong(const struct credit_terms *terms);
/* May so much be lent for so long? NULL: yes; "sum" or "term". */
const char *credit_choice_wrong(const struct credit_terms *terms, int64_t sum, int64_t term);

/* What is the same for all of a company's loans. Borrowed. */
struct credit_setting {
    const struct work_calendar *calendar; /* NULL: days as they fall */
    const struct law_line *own;           /* the operator's lines of the law */
    size_t own_count;
};

/* The contract that is signed on that day; it borrows what `around` borrows. */
struct loan_contract credit_contract(const struct credit_terms *terms, const struct credit_setting *around, int64_t day,
                                      int64_t sum, int64_t term);
