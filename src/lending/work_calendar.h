/* work_calendar.h: days on which a bank works, and where a payment's day goes that is none. Weekends are off but for
 * what a table says; the table is the operator's file, a line for each day or span of days:
 *
 *     2026-01-01..2026-01-09 off
 *     2025-11-01 work              # a Saturday that is worked
 *
 * Pure: no store, no clock. */
#pragma once

#include "base/calendar.h"

#define WORK_SPANS 2000

struct work_span {
    int64_t first, last; /* days since 1970 */
    bool works;
};

struct work_calendar {
    struct work_span spans[WORK_SPANS];
    size_t count;
};

/* False: the line *line (from 1) is none, or there are too many. Of two lines about a day the later holds. */
bool work_calendar_read(struct text file, struct work_calendar *calendar, int *line);
bool work_day(const struct work_calendar *calendar, struct date date);
/* The first working day from that one on; where the month ends before it, the last one before. */
struct date work_day_for(const struct work_calendar *calendar, struct date date);
