/* deposit_rules.h: what a deposit earns, when it is paid, and what is lost by closing early. Pure: no store, no HTTP,
 * no clock. Days are since 1970, sums kopecks, rates millionths a year (lending/interest.h).
 *
 * A deposit goes on day by day. A day earns on what lay there when it began: so money earns from the day after it came
 * through the day it goes, and whoever moves money on a day first lets that day be earned. */
#pragma once

#include "lending/interest.h"

enum term_unit { TERM_DEMAND, TERM_DAYS, TERM_MONTHS };
enum interest_every { EVERY_DAY, EVERY_MONTH, EVERY_QUARTER, EVERY_TERM };

/* From that sum on the deposit, and from that month of the term (0: the first), this rate, for the whole sum. */
struct rate_step {
    int64_t sum, month, rate;
};
/* Returned early after so many days: that rate instead, for the whole term. The first is for 0 days: on demand. */
struct early_step {
    int64_t days, rate;
};

#define RATE_STEPS 24
#define EARLY_STEPS 12
#define TERM_MOST_DAYS 3660
#define TERM_MOST_MONTHS 120

/* A version of a product: what a contract keeps. */
struct deposit_terms {
    enum term_unit unit;
    int64_t term_least, term_most;        /* 0 on demand */
    struct rate_step rates[RATE_STEPS];   /* rising by sum, then by month */
    size_t rate_count;
    struct early_step early[EARLY_STEPS]; /* rising */
    size_t early_count;
    int64_t sum_least, sum_most;          /* to open with; at most of one's own money on it */
    int64_t topup_least, topup_days;      /* through that day since it was opened; 0: none is taken */
    int64_t left_least;                   /* what must stay when a part is withdrawn; 0: no part may be */
    enum interest_every every;
    bool to_account;                      /* interest is paid out; else it is added */
    bool prolongs;                        /* goes on for another term, if the customer wishes */
};

/* Whether a catalogue may hold it; NULL: yes, else which field is wrong. */
const char *deposit_terms_wrong(const struct deposit_terms *terms);
/* Steps as people write them, a line each: "50000.00 0 15.5" (sum, month, percent) and "91 10" (days, percent). False:
 * malformed, too many, or not rising. Writing: the same. */
bool rate_steps_parse(struct text text, struct deposit_terms *terms);
bool early_steps_parse(struct text text, struct deposit_terms *terms);
struct text rate_steps_text(struct arena *arena, const struct deposit_terms *terms);
struct text early_steps_text(struct arena *arena, const struct deposit_terms *terms);

/* ---- one contract ---- */

/* The term that runs. */
struct deposit_term {
    int64_t begun; /* the day on which it was opened or prolonged */
    int64_t ends;  /* the day of return; 0: on demand */
};

/* As far as it has come. */
struct deposit_state {
    int64_t principal;        /* on it now */
    int64_t done;             /* earned through that day */
    struct interest earned;   /* since interest was last paid or added */
    int64_t booked;           /* … of that in the books: always `earned`, rounded */
};

int64_t deposit_ends(const struct deposit_terms *terms, int64_t begun, int64_t term);
/* What that day earns; after the end as on demand. */
int64_t deposit_rate(const struct deposit_terms *terms, const struct deposit_term *term, int64_t principal,
                     int64_t day);
/* The first day from `day` on (day > begun) at whose end interest is paid or added; 0: none comes any more. */
int64_t deposit_pays(const struct deposit_terms *terms, const struct deposit_term *term, int64_t day);

struct deposit_day {
    int64_t accrued;  /* what the day adds to the books */
    bool pays;        /* a period ends: */
    int64_t interest; /* … so much is paid out, or was added to state->principal */
    bool ends;        /* the term does: the principal is due */
};
/* The day after state->done. */
struct deposit_day deposit_step(const struct deposit_terms *terms, const struct deposit_term *term,
                                struct deposit_state *state);

/* ---- what moved, and what it earned ---- */

enum move_kind {
    MOVE_OPEN = 1,   /* the term's beginning, with what lay there; also when prolonged */
    MOVE_TOPUP,
    MOVE_WITHDRAW,
    MOVE_ADDED,      /* interest, added */
    MOVE_PAID,       /* interest, paid out */
    MOVE_TAKEN_BACK, /* interest of this term, taken back when it was closed early */
    MOVE_RETURN,
};

struct deposit_move {
    int64_t day;
    enum move_kind kind;
    int64_t sum; /* always positive */
};

/* Days of one balance, one rate, one length of the year: balance × rate × days / year. */
struct interest_line {
    int64_t from, to; /* both count */
    int64_t balance, rate;
    int year;
    struct interest sum;
};
/* Of the days after `from` through `to`, by a term's moves in their order. At most `room`; how many. */
size_t deposit_lines(const struct deposit_terms *terms, const struct deposit_term *term,
                     const struct deposit_move *moves, size_t count, int64_t from, int64_t to,
                     struct interest_line *lines, size_t room);
int64_t deposit_lines_rounded(const struct interest_line *lines, size_t count);

/* Closed on that day, before its end: interest anew for the whole term on one's own money, at the rate of so many days,
 * without anything added; rounded once. */
struct deposit_early {
    bool early;      /* else all that was earned is kept */
    int64_t rate;
    int64_t interest; /* what is due for the whole term by that rate */
    int64_t paid;     /* … had been paid or added before */
    int64_t earned;   /* … and was earned since, by the contract: not yet paid */
    int64_t give;     /* interest still to be given; */
    int64_t take;     /* … or to be taken back from what lies there */
    int64_t lost;     /* by the contract's rate less by that of closing early */
};
struct deposit_early deposit_close(const struct deposit_terms *terms, const struct deposit_term *term,
                                   const struct deposit_move *moves, size_t count, const struct deposit_state *state);

/* The customer's own money on it: what he brought less what he took. */
int64_t deposit_own(const struct deposit_move *moves, size_t count);

/* ---- what it would bring ---- */

struct forecast_row {
    int64_t day, interest, principal; /* after it */
};
struct forecast {
    int64_t interest, principal; /* in all; at the end */
    int64_t ends;
    size_t count;
};
/* Nothing is moved until its end (on demand: for a year). Rows: each payment; of daily ones a row a month when there is
 * no room for all. */
struct forecast deposit_forecast(const struct deposit_terms *terms, int64_t begun, int64_t term, int64_t sum,
                                 struct forecast_row *rows, size_t room);

/* ---- what may be done ---- */

enum deposit_refusal {
    DEPOSIT_OK,
    DEPOSIT_NO_TOPUPS,   /* never, or not any more */
    DEPOSIT_TOPUP_SMALL,
    DEPOSIT_TOO_MUCH,    /* above sum_most */
    DEPOSIT_NO_PARTS,
    DEPOSIT_LEFT_SMALL,
};
enum deposit_refusal deposit_may_topup(const struct deposit_terms *terms, const struct deposit_term *term, int64_t day,
                                       int64_t own, int64_t sum);
enum deposit_refusal deposit_may_withdraw(const struct deposit_terms *terms, int64_t principal, int64_t sum);
