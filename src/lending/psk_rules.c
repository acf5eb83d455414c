/* psk_rules.c: see psk_rules.h. */
#include "lending/psk_rules.h"

typedef unsigned __int128 wide;

#define ONE UINT64_C(1000000000000000000) /* 1 of a discount factor */
#define RATE_ONE UINT64_C(1000000000000)  /* 1 of a rate a period */
#define RATE_LEAST UINT64_C(1000)         /* where the search for a root begins */
#define RATE_MOST (1000 * RATE_ONE)
#define PERIODS_MOST 100000
#define PARTS_MOST 10000
#define SUM_MOST INT64_C(100000000000000)
#define YEAR_DAYS 365
#define YEAR_MONTHS 12

/* ---- the equation ---- */

static uint64_t times(uint64_t one, uint64_t other) {
    return (uint64_t)(((wide)one * other + ONE / 2) / ONE);
}

/* (1 + rate)^-periods */
static uint64_t discount(uint64_t rate, int64_t periods) {
    uint64_t factor = (uint64_t)(((wide)ONE * RATE_ONE + (RATE_ONE + rate) / 2) / (RATE_ONE + rate)), all = ONE;
    for (; periods > 0; periods /= 2) {
        if (periods % 2 == 1) all = times(all, factor);
        factor = times(factor, factor);
    }
    return all;
}

/* What all flows are worth at the beginning, in 10^-18 of a minor unit. */
static __int128 worth(const struct psk_term *terms, size_t count, uint64_t rate) {
    __int128 all = 0;
    for (size_t i = 0; i < count; i++) {
        wide whole = (wide)RATE_ONE * (uint64_t)terms[i].part_of;
        wide begun = whole + (wide)rate * (uint64_t)terms[i].part;
        uint64_t factor = (uint64_t)((discount(rate, terms[i].periods) * whole + begun / 2) / begun);
        all += (__int128)terms[i].sum * (int64_t)factor;
    }
    return all;
}

static bool reckonable(const struct psk_term *terms, size_t count, struct psk_base base) {
    if (count < 2 || count > PSK_FLOWS || base.periods <= 0 || base.years <= 0) return false;
    for (size_t i = 0; i < count; i++) {
        const struct psk_term *term = &terms[i];
        if (term->sum > SUM_MOST || term->sum < -SUM_MOST || term->periods < 0 || term->periods > PERIODS_MOST ||
            term->part < 0 || term->part_of <= 0 || term->part_of > PARTS_MOST || term->part > PARTS_MOST)
            return false;
    }
    return true;
}

int64_t psk_solve(const struct psk_term *terms, size_t count, struct psk_base base) {
    if (!reckonable(terms, count, base)) return PSK_NONE;
    __int128 first = worth(terms, count, 0);
    if (first == 0) return 0;
    uint64_t low = 0, high = RATE_LEAST;
    /* In steps so small that no two roots are passed over at once, however odd the flows. */
    while (high <= RATE_MOST && (worth(terms, count, high) < 0) == (first < 0)) {
        low = high;
        high += high / 8 + 1;
    }
    if (high > RATE_MOST) return PSK_NONE;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if ((worth(terms, count, middle) < 0) == (first < 0)) low = middle;
        else high = middle;
    }
    wide scaled = (wide)high * (uint64_t)base.periods * 100000, one = (wide)RATE_ONE * (uint64_t)base.years;
    return (int64_t)((scaled + one / 2) / one);
}

/* ---- a schedule by its dates ---- */

/* Whole calendar months from one to the other; 0: it is no number of whole months. */
static int64_t whole_months(struct date from, struct date to) {
    int64_t months = (int64_t)(to.year - from.year) * YEAR_MONTHS + to.month - from.month;
    if (months < 1) return 0;
    struct date reached = date_add_months(from, (int)months);
    /* Payments on the 31st come on the last day of shorter months, and go back to the 31st. */
    bool last = to.day == date_month_days(to.year, to.month) && from.day == date_month_days(from.year, from.month);
    return date_to_days(reached) == date_to_days(to) || last ? months : 0;
}

static int64_t days_between(struct date from, struct date to) {
    return date_to_days(to) - date_to_days(from);
}

/* From the flow before it; 0: not a whole number of them within a year. */
static int64_t step_to(const struct psk_flow *flow, enum psk_unit unit) {
    int64_t most = unit == PSK_DAYS ? YEAR_DAYS : YEAR_MONTHS;
    int64_t step = unit == PSK_DAYS ? days_between(flow[-1].date, flow->date) : whole_months(flow[-1].date, flow->date);
    return step <= most ? step : 0;
}

/* The most frequent step of that unit, the smaller of equals: how often it comes, at least twice, or 0. */
static size_t most_frequent(const struct psk_flow *flows, size_t count, enum psk_unit unit, int64_t *step) {
    size_t most = 1;
    for (size_t i = 1; i < count; i++) {
        int64_t one = step_to(&flows[i], unit);
        size_t seen = 0;
        for (size_t k = 1; one > 0 && k < count; k++) seen += step_to(&flows[k], unit) == one;
        if (seen < most || seen < 2 || (seen == most && one >= *step)) continue;
        most = seen;
        *step = one;
    }
    return most > 1 ? most : 0;
}

struct psk_period psk_period_of(const struct psk_flow *flows, size_t count) {
    static const struct psk_period year = {PSK_MONTHS, YEAR_MONTHS};
    int64_t months = 0, days = 0, steps = (int64_t)count - 1;
    size_t by_months = most_frequent(flows, count, PSK_MONTHS, &months);
    size_t by_days = most_frequent(flows, count, PSK_DAYS, &days);
    if (by_months > 0 && by_months >= by_days) return (struct psk_period){PSK_MONTHS, months};
    if (by_days > 0) return (struct psk_period){PSK_DAYS, days};
    int64_t all = days_between(flows[0].date, flows[count - 1].date);
    int64_t mean = steps > 0 ? (2 * all + steps) / (2 * steps) : 0;
    return mean >= 1 && mean <= YEAR_DAYS ? (struct psk_period){PSK_DAYS, mean} : year;
}

static struct psk_term term_of(struct date from, const struct psk_flow *flow, struct psk_period period,
                               enum psk_divisor divisor) {
    struct psk_term term = {.sum = flow->sum, .part_of = 1};
    if (period.unit == PSK_DAYS) {
        int64_t days = days_between(from, flow->date);
        term.periods = days / period.length;
        term.part = days % period.length;
        term.part_of = period.length;
        return term;
    }
    int64_t months = (int64_t)(flow->date.year - from.year) * YEAR_MONTHS + flow->date.month - from.month;
    if (whole_months(from, flow->date) == 0 && months > 0 &&
        days_between(date_add_months(from, (int)months), flow->date) < 0)
        months--;
    term.periods = months / period.length;
    struct date reached = date_add_months(from, (int)(term.periods * period.length));
    int64_t whole = months - term.periods * period.length; /* months of a longer period that has begun */
    struct date at = date_add_months(from, (int)months);
    int64_t days = whole_months(from, flow->date) != 0 ? 0 : days_between(at, flow->date);
    switch (divisor) {
    case PSK_MONTH_30:
        term.part = 30 * whole + days;
        term.part_of = 30 * period.length;
        break;
    case PSK_MONTH_MEAN:
        term.part = YEAR_DAYS * whole + YEAR_MONTHS * days;
        term.part_of = YEAR_DAYS * period.length;
        break;
    case PSK_MONTH_OWN:
        term.part = days_between(reached, at) + days;
        term.part_of = days_between(reached, date_add_months(reached, (int)period.length));
        break;
    }
    return term;
}

int64_t psk_of(const struct psk_flow *flows, size_t count, enum psk_divisor divisor) {
    struct psk_term terms[PSK_FLOWS];
    if (count < 2 || count > PSK_FLOWS) return PSK_NONE;
    for (size_t i = 1; i < count; i++)
        if (days_between(flows[i - 1].date, flows[i].date) < 0) return PSK_NONE;
    struct psk_period period = psk_period_of(flows, count);
    for (size_t i = 0; i < count; i++) terms[i] = term_of(flows[0].date, &flows[i], period, divisor);
    struct psk_base base = period.unit == PSK_DAYS ? (struct psk_base){YEAR_DAYS, period.length}
                                                   : (struct psk_base){YEAR_MONTHS, period.length};
    return psk_solve(terms, count, base);
}
