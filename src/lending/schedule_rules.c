/* schedule_rules.c: see schedule_rules.h. */
#include "lending/schedule_rules.h"

#include "base/check.h"
#include "lending/interest.h"

typedef unsigned __int128 wide;

#define ONE UINT64_C(1000000000000000000)
#define DAYS_OF_FORMULA 365
#define MONTHS_OF_YEAR 12
#define LENGTH_MOST 366

bool schedule_valid(const struct schedule_terms *terms) {
    return terms->sum > 0 && terms->sum <= SCHEDULE_SUM_MOST && terms->rate >= 0 && terms->rate <= RATE_MOST &&
           terms->length >= 1 && terms->length <= LENGTH_MOST && terms->count >= 1 && terms->count <= SCHEDULE_MOST &&
           terms->day >= 0 && terms->day <= 31 && date_valid(terms->from) && terms->payment >= 0 &&
           (terms->calendar == NULL || terms->unit == SCHEDULE_MONTHS);
}

static struct date nominal_due(const struct schedule_terms *terms, int64_t k) {
    if (terms->unit == SCHEDULE_DAYS) return date_from_days(date_to_days(terms->from) + k * terms->length);
    struct date due = date_add_months((struct date){terms->from.year, terms->from.month, 1}, (int)(k * terms->length));
    int day = terms->day != 0 ? terms->day : terms->from.day, most = date_month_days(due.year, due.month);
    due.day = day < most ? day : most;
    return due;
}

struct date schedule_due(const struct schedule_terms *terms, int64_t k) {
    struct date due = nominal_due(terms, k);
    return terms->calendar != NULL ? work_day_for(terms->calendar, due) : due;
}

/* ---- the formula ---- */

/* The rate of a period is part / whole. */
static void period_rate(const struct schedule_terms *terms, uint64_t *part, uint64_t *whole) {
    *part = (uint64_t)(terms->rate * terms->length);
    *whole = (uint64_t)RATE_UNIT * (terms->unit == SCHEDULE_MONTHS ? MONTHS_OF_YEAR : DAYS_OF_FORMULA);
}

/* (1 + r)^−n of ONE. */
static uint64_t discount(uint64_t part, uint64_t whole, int64_t n) {
    uint64_t factor = (uint64_t)(((wide)ONE * whole + (whole + part) / 2) / (whole + part)), all = ONE;
    for (; n > 0; n /= 2) {
        if (n % 2 == 1) all = (uint64_t)(((wide)all * factor + ONE / 2) / ONE);
        factor = (uint64_t)(((wide)factor * factor + ONE / 2) / ONE);
    }
    return all;
}

/* one × other ÷ by, half up; one × other may be as large as 10^31, by ONE. */
static int64_t scaled(wide product, uint64_t by) {
    uint64_t whole = (uint64_t)(product / by), rest = (uint64_t)(product % by);
    return (int64_t)(whole + (rest >= by - rest));
}

int64_t annuity_payment(const struct schedule_terms *terms) {
    uint64_t part, whole, sum = (uint64_t)terms->sum, count = (uint64_t)terms->count;
    period_rate(terms, &part, &whole);
    if (part == 0) return (int64_t)((sum + count / 2) / count);
    /* sum × r × ONE is divided first by `whole`, then by what the discount leaves: 128 bits hold each step. */
    uint64_t left = ONE - discount(part, whole, terms->count);
    wide interest = (wide)sum * part * (ONE / 1000000000) / whole; /* kopecks a period, 10^-9 of them */
    wide rest = (wide)sum * part * (ONE / 1000000000) % whole;
    interest = interest * 1000000000 + rest * 1000000000 / whole; /* … and 10^-18 */
    return scaled(interest, left);
}

int64_t annuity_sum(const struct schedule_terms *terms, int64_t payment) {
    uint64_t part, whole;
    period_rate(terms, &part, &whole);
    if (part == 0) return payment * terms->count;
    uint64_t left = ONE - discount(part, whole, terms->count);
    wide sum = (wide)(uint64_t)payment * left / part * whole + (wide)(uint64_t)payment * left % part * whole / part;
    return scaled(sum, ONE);
}

/* ---- the rows ---- */

static int64_t interest_of(const struct schedule_terms *terms, int64_t balance, struct date from, struct date to) {
    struct interest interest = {0, 0};
    interest_add(&interest, balance, terms->rate, interest_days(date_to_days(from), date_to_days(to)));
    return interest_rounded(&interest);
}

static int64_t principal_of(const struct schedule_terms *terms, int64_t payment, int64_t balance, int64_t interest) {
    switch (terms->kind) {
    case SCHEDULE_ANNUITY: return payment > interest ? payment - interest : 0;
    case SCHEDULE_DIFFERENTIATED: return terms->sum / terms->count;
    case SCHEDULE_BULLET: return 0;
    }
    return balance;
}

size_t schedule_make(const struct schedule_terms *terms, struct schedule_row *rows) {
    check(schedule_valid(terms));
    int64_t payment = terms->payment != 0 ? terms->payment : annuity_payment(terms), balance = terms->sum;
    struct date from = terms->from;
    size_t count = 0;
    while (balance > 0) {
        struct schedule_row *row = &rows[count++];
        row->due = schedule_due(terms, (int64_t)count);
        row->interest = interest_of(terms, balance, from, row->due);
        row->principal = principal_of(terms, payment, balance, row->interest);
        if ((int64_t)count == terms->count || row->principal > balance) row->principal = balance;
        balance -= row->principal;
        row->balance = balance;
        from = row->due;
    }
    return count;
}
