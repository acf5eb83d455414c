/* contact_rules.h: when somebody who is overdue may be called, written to or met (230-FZ, articles 7 and 8): by the
 * hour where he lives, by how often it has been, and by what he has asked for in writing. Every number is the law's of
 * the day (lending/law_rules.h). Pure: no store, no clock.
 *
 * Where the law leaves room, the stricter reading: an attempt counts whether or not he was reached; a week is any seven
 * days, a month the days since that day of the month before; a working day is what the calendar says it is. */
#pragma once

#include "lending/law_rules.h"
#include "lending/work_calendar.h"

/* Kept in the database. A letter by post has no bounds. */
enum contact_way { CONTACT_CALL = 1, CONTACT_MESSAGE, CONTACT_MEETING, CONTACT_LETTER, CONTACT_WAYS };

struct contact_past {
    enum contact_way way;
    moment at;
};

struct contact_case {
    const struct zone *zone;              /* where he lives */
    const struct work_calendar *calendar; /* NULL: weekends alone are off */
    const struct law_line *own;
    size_t own_count;
    const struct contact_past *past;      /* in any order; what is more than 31 days ago need not be there */
    size_t past_count;
    int64_t overdue_since;                /* a day; 0: he owes nothing that is overdue */
    int64_t refused;                      /* the day of his written refusal; 0: none */
    bool represented;                     /* he wants his representative spoken to, and him alone */
};

/* In this order: the first that holds is told. */
enum contact_bar {
    CONTACT_FREE,
    CONTACT_NOT_OVERDUE,
    CONTACT_REFUSED,
    CONTACT_REPRESENTED,
    CONTACT_HOURS,
    CONTACT_DAY,
    CONTACT_WEEK,
    CONTACT_MONTH,
    CONTACT_BARS
};

/* `representative`: it is he who is called. */
enum contact_bar contact_may(const struct contact_case *debtor, enum contact_way way, bool representative, moment at);
/* Whether the law's hours let one write to anybody then, debtor or not. */
bool contact_hours(const struct contact_case *whom, moment at);
moment contact_hours_next(const struct contact_case *whom, moment at); /* from `at` on; 0: never */
/* The first moment from `at` on; 0: none as things stand. */
moment contact_next(const struct contact_case *debtor, enum contact_way way, bool representative, moment at);
/* A refusal counts only when it came so late; earlier ones are as if they had not come (article 8, part 6). */
bool contact_refusal_counts(const struct contact_case *debtor, int64_t day);
