/* calendar.h: civil dates (proleptic Gregorian) and time zones. Moments are microseconds of UTC since 1970.
 *
 * Not for drawing dates for people: see http/locale.h. */
#pragma once

#include "base/text.h"

typedef int64_t moment; /* µs since 1970-01-01T00:00:00Z; the one typedef of the project, it is a unit */

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

struct date {
    int year, month, day; /* 1..12, 1..31 */
};

struct civil {
    struct date date;
    int hour, minute, second, microsecond;
};

int64_t date_to_days(struct date date); /* days since 1970-01-01 */
struct date date_from_days(int64_t days);
bool date_valid(struct date date);
int date_weekday(struct date date); /* 1 Monday … 7 Sunday */
int date_month_days(int year, int month);
/* months later; a day that the month lacks becomes its last. */
struct date date_add_months(struct date date, int months);
/* Days of [from, to) in years of 365 and of 366 days, for interest at each day's own year (Actual/Actual ISDA). */
struct year_days {
    int64_t common, leap;
};
struct year_days date_days_by_year(struct date from, struct date to);
bool date_parse(struct text text, struct date *date); /* YYYY-MM-DD */
struct text date_format(struct arena *arena, struct date date);

/* A time zone by its IANA name ("Europe/Moscow"); NULL when unknown. Lives for the process; safe between threads. */
struct zone;
const struct zone *zone_named(const char *name);
const struct zone *zone_utc(void);
struct civil civil_at(moment at, const struct zone *zone);
moment moment_of(struct civil civil, const struct zone *zone); /* a skipped local time → the moment of the jump */
moment day_start(struct date date, const struct zone *zone);
/* Months since January 1970. */
int64_t month_at(moment at, const struct zone *zone);
moment month_start(int64_t month, const struct zone *zone);

bool moment_parse(struct text text, moment *at);           /* RFC 3339 */
struct text moment_format(struct arena *arena, moment at); /* RFC 3339, UTC, milliseconds, 'Z' */
