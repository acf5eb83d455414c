/* psk_rules.h: the full cost of credit by law (353-FZ, article 6). README.md has the equation. Pure. */
#pragma once

#include "base/calendar.h"

#define PSK_FLOWS 400
#define PSK_NONE (-1) /* no root, too many flows, or dates that go back */

/* ---- the equation ---- */

struct psk_term {
    int64_t sum;             /* minor units: paid out negative, paid back positive */
    int64_t periods;         /* whole base periods since the first */
    int64_t part, part_of;   /* … and part/part_of of one more; part_of > 0 */
};

/* A base period is a year's share: `periods` of them in `years` of 365 days (12 in 1: a month; 365 in 7: a week). */
struct psk_base {
    int64_t periods, years;
};

/* Thousandths of a percent a year, or PSK_NONE. */
int64_t psk_solve(const struct psk_term *terms, size_t count, struct psk_base base);

/* ---- a schedule by its dates ---- */

struct psk_flow {
    struct date date;
    int64_t sum;
};

enum psk_divisor { PSK_MONTH_30, PSK_MONTH_MEAN, PSK_MONTH_OWN };

enum psk_unit { PSK_DAYS, PSK_MONTHS };
struct psk_period {
    enum psk_unit unit;
    int64_t length;
};

/* Of flows in the order of their dates, the first of which is the money's coming. */
struct psk_period psk_period_of(const struct psk_flow *flows, size_t count);
/* Thousandths of a percent a year, or PSK_NONE. */
int64_t psk_of(const struct psk_flow *flows, size_t count, enum psk_divisor divisor);
