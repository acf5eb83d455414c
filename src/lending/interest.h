/* interest.h: interest by the day, exactly. A day counts by the length of the year it lies in (365 or 366: split at 31
 * December), and nothing is rounded before a period ends: then half a kopeck up. Pure: no store, no clock.
 *
 * Source: domain facts, "Consumer credit" and "Deposits": balance × rate × days / length of its own year. */
#pragma once

#include "base/calendar.h"

/* A rate a year in millionths: 15 % is 150000. So 13.2185 % is exact. */
#define RATE_UNIT 1000000
#define RATE_PERCENT (RATE_UNIT / 100)
#define RATE_MOST (10 * RATE_UNIT) /* 1000 % a year */
/* Of which sums interest is asked: 10^15 kopecks. So what one period earns fits an int64. */
#define INTEREST_BASE_MOST INT64_C(1000000000000000)

/* Kopecks and a rest of one: part / INTEREST_PARTS. Never negative; part is less than INTEREST_PARTS. */
#define INTEREST_PARTS (INT64_C(365) * 366 * RATE_UNIT)
struct interest {
    int64_t whole, part;
};

/* Adds what `balance` earns at `rate` in so many days. 0 ≤ balance ≤ INTEREST_BASE_MOST, 0 ≤ rate ≤ RATE_MOST. */
void interest_add(struct interest *interest, int64_t balance, int64_t rate, struct year_days days);
void interest_join(struct interest *interest, const struct interest *more);
/* To the kopeck, half up. */
int64_t interest_rounded(const struct interest *interest);
/* "6650.1370", four decimals, cut: for showing of what a rounded sum was made. */
struct text interest_exact(struct arena *arena, const struct interest *interest);

/* The days after `from` up to and with `to`, by the length of their years; both are days since 1970. */
struct year_days interest_days(int64_t from, int64_t to);
int year_length(int64_t day); /* 365 or 366: of the year in which it lies */

/* "15", "13.2185", also with a comma; to millionths, 0 to RATE_MOST. False leaves it. */
bool rate_parse(struct text text, int64_t *rate);
struct text rate_text(struct arena *arena, int64_t rate); /* "13.2185", "15" */
