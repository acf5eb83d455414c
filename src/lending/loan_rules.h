/* loan_rules.h: one loan from its contract to its end: what was earned, what is owed, what a payment paid, what comes
 * next and why. Microloans, bank loans and instalments of a shop are the same machine with other terms. Pure: no store,
 * no clock, integers only. It knows no products, no notices, no moments: whoever lends decides when an event may come.
 *
 * A loan goes on day by day (loan_step). A day earns on what was owed when it began: so interest runs from the day
 * after the money went out through the day on which it is paid, and whoever brings an event on a day first lets that
 * day be earned. What is due on a day and not paid then is overdue when the next one begins.
 *
 * Units: kopecks; days since 1970; rates in millionths a year (interest.h). Nothing here is owned: a contract borrows
 * its calendar and law lines. Source: domain facts, "Consumer credit". */
#pragma once

#include "lending/interest.h"
#include "lending/law_rules.h"
#include "lending/schedule_rules.h"
#include "lending/waterfall_rules.h"

/* ---- the contract ---- */

/* How it is paid back; a restructured loan gets another one. */
struct loan_plan {
    enum schedule_kind kind;
    enum schedule_unit unit;
    int64_t rate;          /* 0: instalments without interest */
    int64_t length, count; /* each so many units, so often */
    int day;               /* of the month; 0: that on which the money went out */
};

struct loan_contract {
    int64_t day;        /* of signing: the law of this day holds to the end */
    int64_t sum;
    struct loan_plan plan;
    bool day_rate;      /* the rate is 365 times that of a day: a leap year's day earns no less than another one */
    bool late_interest; /* interest runs on upon what is overdue */
    int64_t penalty;    /* a year, upon overdue principal */
    bool penalty_a_day; /* … and it is 365 times that of a day */
    bool instalments;   /* of a shop, by 283-FZ */
    bool first_now;     /* the first payment is due on the day of the issue, the others a period each after it */
    const struct work_calendar *calendar; /* for plans by months; NULL: days as they fall */
    const struct law_line *own;           /* the operator's lines of the law */
    size_t own_count;
};

/* ---- as far as it has come ---- */

enum loan_status { LOAN_AGREED, LOAN_RUNS, LOAN_CLOSED, LOAN_WRITTEN_OFF };

/* All that a night needs: no list grows in it. Zeroes are a contract whose money did not go out yet. */
struct loan_state {
    enum loan_status status;
    int64_t done;                /* earned through that day */
    int64_t debt[DEBTS];         /* DEBT_PRINCIPAL: all that is not overdue */
    int64_t advance;             /* paid before its time: goes to the next payment on its day */
    struct interest earned;      /* by the running period, to the part of a kopeck */
    struct interest late, fined; /* upon what is overdue, since it is */
    int64_t overdue_since;       /* the due day after which something was owed all the time; 0: nothing is */
    int64_t charged;             /* interest, penalties and fees, ever */
    int64_t charged_most;        /* … by law; LAW_NONE: no bound */
    struct loan_plan plan;
    int64_t anchor;              /* from which the plan's days are counted */
    int64_t next;                /* which of its payments comes next, from 1 */
    int64_t due;                 /* its day, by the plan or moved; 0: none comes any more */
    int64_t payment;             /* annuity: all of it; differentiated: its principal */
    int64_t paid_principal;      /* of the next payment's, before its day; … */
    int64_t paid_interest;       /* … and interest of a part of the period that ended with an early repayment */
};

/* Owed in all, if it were closed on state->done. */
int64_t loan_total(const struct loan_state *state);
/* 0: not overdue. Counted since the oldest day from which something was overdue without a break. */
int64_t loan_days_overdue(const struct loan_state *state);

/* ---- why ---- */

enum loan_reason {
    LOAN_WHY_ISSUE = 1,
    LOAN_WHY_INTEREST, /* of days */
    LOAN_WHY_LATE,     /* interest upon what is overdue */
    LOAN_WHY_PENALTY,
    LOAN_WHY_BOUND,    /* of days, cut by the law's bound upon all charges */
    LOAN_WHY_FEE,
    LOAN_WHY_DUE,      /* was due and not paid: from one debt to another */
    LOAN_WHY_PAID,
    LOAN_WHY_EARLY,    /* paid before its time */
    LOAN_WHY_PLAN,     /* back into the plan: extended or restructured */
    LOAN_WHY_WAIVED,
    LOAN_WHY_GOODS,    /* goods were returned */
    LOAN_WHY_LOST,     /* written off */
    LOAN_WHY_FEE_BACK, /* a service was refused */
    LOAN_WHY_UNDONE,   /* what had paid it was taken back */
};

/* Why a debt changed. balance, rate and year are of days that earned, else 0. */
struct loan_line {
    enum debt debt;
    enum loan_reason reason;
    int64_t from, to; /* days, both count */
    int64_t balance, rate;
    int year;         /* its length: 365 or 366 */
    int64_t amount;   /* kopecks: of days, what they added to the rounded sum */
};

/* The lines of one debt since it was last nothing; their amounts are the debt. count goes beyond room where there is
 * none, and then the last ones are missing. */
struct loan_trail {
    enum debt debt;
    struct loan_line *lines;
    size_t count, room;
    struct loan_line last;
};

/* "353-FZ, article 5, part 21: 20 % a year", "contract": by what a line stands. */
const char *loan_line_source(const struct loan_contract *contract, const struct loan_line *line);

/* ---- days ---- */

struct loan_night {
    int64_t interest, late_interest, penalty; /* what the day added to the books, kopecks */
    bool fell;                                /* a payment's day had ended: */
    int64_t paid[DEBTS];                      /* … paid from the advance; */
    int64_t overdue_interest, overdue_principal; /* … and became overdue */
};

/* The day after state->done, of a loan that runs. `trail` may be NULL. O(1). */
struct loan_night loan_step(const struct loan_contract *contract, struct loan_state *state, struct loan_trail *trail);

/* ---- events ---- */

enum loan_event_kind {
    LOAN_ISSUE = 1,   /* the money went out; sum is the contract's */
    LOAN_PAYMENT,     /* by the law's order; what is more than all that is due so far is kept as advance */
    LOAN_EARLY_PART,  /* what is owed first, and then the principal before its time */
    LOAN_REPAY_ALL,   /* at least loan_total(); the rest is kept to be given back */
    LOAN_FEE,         /* charged */
    LOAN_EXTEND,      /* the next payment comes `units` later, or than today where its day is past; all else stands */
    /* another plan, from that day on; interest owed is due with its first payment, nothing compounds */
    LOAN_RESTRUCTURE,
    LOAN_WAIVE,       /* so much of the penalty */
    LOAN_GOODS,       /* instalments: goods for so much came back, and later payments grow smaller */
    LOAN_WRITE_OFF,
    LOAN_FEE_BACK,    /* a service that was charged is refused: what of it was paid is kept as advance */
    LOAN_MOVE,        /* the next payment alone comes `units` days later, before the one after it */
    /* instalments, closed ones too: a payment of so much was undone by its bank. It is owed again at once, overdue from
     * that day, but for what of it lies as advance; `penalty` of it had paid penalties, and earns none now */
    LOAN_UNDONE,
    LOAN_GIVE,        /* so much of the advance goes to its customer, of closed ones too; below zero, of closed ones
                       * alone: it came back */
};

enum loan_early { LOAN_SHORTER, LOAN_SMALLER }; /* the term, or the payment */

struct loan_event {
    int64_t day;
    enum loan_event_kind kind;
    int64_t sum;
    enum loan_early early;  /* LOAN_EARLY_PART */
    bool interest_later;    /* LOAN_EARLY_PART: the period's interest waits for its day, all goes to principal */
    int64_t units;          /* LOAN_EXTEND: of the plan's unit; LOAN_MOVE: days */
    int64_t penalty;        /* LOAN_UNDONE */
    struct loan_plan plan;  /* LOAN_RESTRUCTURE */
};

enum loan_refusal {
    LOAN_DONE,
    LOAN_NOT_SO,     /* not at this point of its life, or not of this kind of loan */
    LOAN_WRONG_DAY,  /* not the day through which it was earned */
    LOAN_WRONG_SUM,
    LOAN_WAITS,      /* the law has the money wait longer (cooling-off) */
    LOAN_IS_OVERDUE, /* interest and penalties are paid before it is extended */
    LOAN_ABOVE_LAW,  /* a rate or a fee */
    LOAN_WRONG_PLAN,
};

/* What it did: to each debt (positive: it is less now; below zero: owed again), and to principal before its time; the
 * rest went to `advance`. */
struct loan_parts {
    int64_t paid[DEBTS];
    int64_t early; /* of paid[DEBT_PRINCIPAL]: before its time */
    int64_t advance;
};

/* state->done must be the event's day, but for LOAN_ISSUE. Refused: nothing changed. `parts`, `trail` may be NULL.
 * O(1). */
enum loan_refusal loan_apply(const struct loan_contract *contract, struct loan_state *state,
                             const struct loan_event *event, struct loan_parts *parts, struct loan_trail *trail);

/* All events through `day`, in order, and the days between and after them. False: one of them is refused; *state is
 * then as before it. */
bool loan_replay(const struct loan_contract *contract, const struct loan_event *events, size_t count, int64_t day,
                 struct loan_state *state, struct loan_trail *trail);

/* ---- what comes ---- */

/* What is due next, if nothing comes before its day; due.year 0: nothing. What is overdue is beside it. */
struct schedule_row loan_next(const struct loan_contract *contract, const struct loan_state *state);
/* … as people are told it: the one after it where the next one's day is today and nothing of it is left to pay, though
 * it stays the next one until the day ends. */
struct schedule_row loan_coming(const struct loan_contract *contract, const struct loan_state *state);
/* What comes, and all after it, as if what is overdue were paid today and each payment on its day. Room for the plan's
 * count. */
size_t loan_schedule(const struct loan_contract *contract, const struct loan_state *state, struct schedule_row *rows);
/* What closes it on that day, if nothing is paid before; less what lies there as advance, never below 0. `day` is not
 * before state->done. */
int64_t loan_quote(const struct loan_contract *contract, const struct loan_state *state, int64_t day);
