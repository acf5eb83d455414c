/* autopay_rules.h: when a payment repeats, and what becomes of one that failed, as rules: no store, no HTTP,
 * no clock. */
#pragma once

#include "base/calendar.h"

enum autopay_kind {
    AUTOPAY_CALENDAR = 1, /* on certain days, a certain sum */
    AUTOPAY_BALANCE,      /* the provider says that less is left than … : a certain sum */
    AUTOPAY_BILL,         /* the provider says that something is due: that, up to a limit */
};

enum autopay_period { PERIOD_DAY = 1, PERIOD_WEEK, PERIOD_MONTH };

struct autopay_days {
    enum autopay_period period;
    int day; /* of the week 1 Monday … 7; of the month 1 … 31, which means its last day where it has fewer; else 0 */
};

/* "day", "week-1", "month-31": in forms and JSON. */
bool autopay_days_read(struct text text, struct autopay_days *days);
struct text autopay_days_write(struct arena *arena, const struct autopay_days *days);

/* The first of its days after that one. */
struct date autopay_next(const struct autopay_days *days, struct date after);

/* What stopped a payment; kept by number, never renumbered. */
enum autopay_reason {
    AUTOPAY_WELL,
    AUTOPAY_NO_MONEY,
    AUTOPAY_LIMIT,     /* of the level, of a day, of a month */
    AUTOPAY_FROZEN,
    AUTOPAY_COOLING,   /* after a change of secrets */
    AUTOPAY_LEVEL,
    AUTOPAY_ACCOUNT,   /* what it was paid from is no more */
    AUTOPAY_OFF,       /* the provider takes nothing now */
    AUTOPAY_SILENT,    /* … or does not answer */
    AUTOPAY_REFUSED,   /* … or says no: such an account is not there */
    AUTOPAY_TERMS,     /* the sum is out of its bounds */
    AUTOPAY_ABOVE,     /* the bill is above what the customer allows */
    AUTOPAY_UNTOLD,    /* the provider tells neither bill nor balance */
    AUTOPAY_BY_HIM,    /* paused, or skipped, by the customer */
    AUTOPAY_CLOSED,    /* the cabinet was closed */
};
const char *autopay_reason_name(enum autopay_reason reason); /* "no-money" */

enum autopay_fate {
    FATE_AGAIN, /* the same payment once more, the next day */
    FATE_ON,    /* this time not; the rule goes on */
    FATE_PAUSE, /* this time not, and no other time until the customer says so */
};
/* attempt: which one failed, from 1; tries: how many there are. */
enum autopay_fate autopay_fate_of(enum autopay_reason reason, int attempt, int tries);

/* A payee paid three times within 92 days, the last of them within 62, is one who may be kept as a template. newest,
 * third: moments of the last payment and of the one two before it; 0: there is none. */
#define HABIT_WITHIN (92 * DAY)
bool autopay_habit(moment newest, moment third, moment now);
