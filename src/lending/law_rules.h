/* law_rules.h: numbers that the law gives, each with the day from which it holds and where it is written. A contract
 * keeps those of its own day. An operator's lines stand before the built-in ones: a new number needs no new program,
 * and a lawyer confirms all of them. Pure. */
#pragma once

#include "base/calendar.h"

enum law {
    LAW_DAILY_RATE,         /* millionths a day: the highest interest */
    LAW_PSK,                /* thousandths of a percent a year: the highest full cost of credit */
    LAW_OVERPAYMENT,        /* percent of the sum: interest, penalties and fees together, of loans up to a year */
    LAW_PENALTY,            /* millionths a year: the highest penalty where interest runs on */
    LAW_PENALTY_ALONE,      /* millionths a day: … where it does not */
    LAW_COOLING_FROM,       /* kopecks: above it the money waits LAW_COOLING_HOURS */
    LAW_COOLING_HOURS,
    LAW_COOLING_LONG_FROM,  /* kopecks: above it LAW_COOLING_LONG_HOURS */
    LAW_COOLING_LONG_HOURS,
    LAW_COSTLY_PSK,         /* thousandths of a percent: loans that cost more are costly … */
    LAW_COSTLY_LOANS,       /* … and one may have so many of them at once */
    LAW_INSTALMENT_MONTHS,  /* instalments (283-FZ) take no longer */
    LAW_INSTALMENT_PENALTY, /* millionths a year */
    LAW_BUREAU_FROM,        /* kopecks: instalments above it are told to a credit bureau */
    LAW_CONTACT_FROM,       /* the hour of a working day from which a debtor may be spoken or written to … */
    LAW_CONTACT_TO,         /* … and before which */
    LAW_CONTACT_OFF_FROM,   /* … of weekends and holidays */
    LAW_CONTACT_OFF_TO,
    LAW_CALLS_DAY,          /* so many at most, to a debtor */
    LAW_CALLS_WEEK,
    LAW_CALLS_MONTH,
    LAW_MESSAGES_DAY,
    LAW_MESSAGES_WEEK,
    LAW_MESSAGES_MONTH,
    LAW_MEETINGS_WEEK,
    LAW_CONTACT_REFUSAL,    /* months overdue from which he may refuse to be called and written to */
    LAW_SERVICE_REFUSAL,    /* days in which a service that was sold beside a loan may be refused */
    LAWS
};

#define LAW_NONE (-1) /* no such bound on that day */

struct law_line {
    enum law law;
    struct date from;
    int64_t value;
    const char *source;
};

/* The line that holds on that day; NULL: none. `own` lines, in any order, win over built-in ones of the same day. */
const struct law_line *law_line(enum law law, struct date day, const struct law_line *own, size_t count);
/* Its value, or LAW_NONE. */
int64_t law_at(enum law law, struct date day, const struct law_line *own, size_t count);

/* "overpayment": as it is called in files. */
const char *law_name(enum law law);
/* "2026-04-01 overpayment 100 353-FZ, article 6.1" → a line, its source borrowed from the text's own bytes, which end
 * with a zero. False: it is none. */
bool law_parse(struct text text, struct law_line *line);

/* ---- what follows from them ---- */

/* All that may be asked beyond the sum itself, of a loan of up to a year; LAW_NONE: no bound. */
int64_t law_overpayment_most(int64_t sum, struct date contract, const struct law_line *own, size_t count);
/* How long the money waits before it goes out, in hours. */
int64_t law_cooling_hours(int64_t sum, struct date contract, const struct law_line *own, size_t count);
