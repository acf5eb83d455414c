/* lender_rules.c: what the lender's loans cost. Interest by the day on what is lent, kept finer than kopecks; equal
 * payments found so that the last one closes; the full cost of credit from the payments themselves. Pure. */
#include "sandbox/lender.h"

#include "generated/strings_sandbox.h"

typedef __int128 wide;

#define FINE INT64_C(100000000) /* 10^-8 kopecks in a kopeck */
#define PENALTY_RATE INT64_C(54795) /* 20 % a year, in 10^-8 a day */
#define RATE_ONE INT64_C(1000000000000)

const struct lending lendings[LENDINGS] = {
    {"quick", S_sandbox_lender_quick, false, 800000, 100000, 3000000, 7, 30},
    {"long", S_sandbox_lender_long, true, 246575, 1000000, 10000000, 3, 12},
};

/* ---- the payments ---- */

static int64_t due_day(const struct lending *lending, int64_t day, int64_t which, int64_t term) {
    if (!lending->months) return day + term;
    return date_to_days(date_add_months(date_from_days(day), (int)which));
}

static int64_t interest_of(const struct lending *lending, int64_t principal, int64_t days) {
    return (int64_t)(((wide)principal * lending->day_rate * days + FINE / 2) / FINE);
}

/* What is left when all but the last have paid so much; writes them. */
static int64_t pay_equally(const struct lending *lending, struct lent_terms *terms, int64_t payment) {
    int64_t principal = terms->sum, day = terms->day;
    for (size_t i = 0; i < terms->count; i++) {
        struct lent_due *due = &terms->dues[i];
        due->day = due_day(lending, terms->day, (int64_t)i + 1, terms->term);
        int64_t interest = interest_of(lending, principal, due->day - day);
        due->sum = i + 1 < terms->count ? payment : principal + interest;
        principal -= due->sum - interest;
        day = due->day;
    }
    return terms->dues[terms->count - 1].sum;
}

/* (1 + rate)^-1 per period, 10^-12. */
static bool worth_less(const struct lent_terms *terms, int64_t rate) {
    wide factor = RATE_ONE, all = 0;
    for (size_t i = 0; i < terms->count; i++) {
        factor = factor * RATE_ONE / (RATE_ONE + rate);
        all += factor * terms->dues[i].sum;
    }
    return all < (wide)terms->sum * RATE_ONE;
}

static int64_t full_cost(const struct lending *lending, const struct lent_terms *terms) {
    int64_t low = 0, high = 10 * RATE_ONE;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (worth_less(terms, middle)) high = middle;
        else low = middle;
    }
    wide year = lending->months ? (wide)high * 12 : (wide)high * 365 / terms->term;
    return (int64_t)((year * 100000 + RATE_ONE / 2) / RATE_ONE);
}

bool lent_terms(const struct lending *lending, int64_t sum, int64_t term, int64_t day, struct lent_terms *terms) {
    if (sum < lending->sum_least || sum > lending->sum_most || term < lending->term_least || term > lending->term_most)
        return false;
    *terms = (struct lent_terms){.sum = sum, .term = term, .day = day, .count = lending->months ? (size_t)term : 1};
    int64_t low = 0, high = 2 * sum;
    while (terms->count > 1 && high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (pay_equally(lending, terms, middle) <= middle) high = middle;
        else low = middle;
    }
    pay_equally(lending, terms, high);
    for (size_t i = 0; i < terms->count; i++) terms->total += terms->dues[i].sum;
    terms->psk = full_cost(lending, terms);
    return true;
}

/* ---- what is owed ---- */

int64_t owing_interest(const struct owing *owing) {
    return (owing->interest + FINE / 2) / FINE;
}

int64_t owing_penalty(const struct owing *owing) {
    return (owing->penalty + FINE / 2) / FINE;
}

int64_t owing_all(const struct owing *owing) {
    return owing->principal + owing_interest(owing) + owing_penalty(owing);
}

int64_t owing_overdue(const struct lent_terms *terms, const struct owing *owing, int64_t *since) {
    int64_t due = 0, all = owing_all(owing);
    *since = 0;
    for (size_t i = 0; i < terms->count && terms->dues[i].day < owing->day; i++) {
        due += terms->dues[i].sum;
        if (due > owing->paid && *since == 0) *since = terms->dues[i].day;
    }
    int64_t overdue = due > owing->paid ? due - owing->paid + owing_penalty(owing) : 0;
    return overdue < all ? overdue : all;
}

void owing_until(const struct lending *lending, const struct lent_terms *terms, struct owing *owing, int64_t day) {
    for (; owing->day < day; owing->day++) {
        int64_t since;
        bool late = owing_overdue(terms, owing, &since) > 0;
        owing->interest += owing->principal * lending->day_rate;
        if (late) owing->penalty += owing->principal * PENALTY_RATE;
    }
}

static void pay_fine(int64_t *fine, int64_t kopecks, int64_t *left) {
    int64_t part = kopecks < *left ? kopecks : *left;
    *fine = *fine > part * FINE ? *fine - part * FINE : 0;
    if (part == kopecks) *fine = 0; /* what was rounded is paid with it */
    *left -= part;
}

void owing_pay(struct owing *owing, int64_t sum) {
    owing->paid += sum;
    pay_fine(&owing->interest, owing_interest(owing), &sum);
    int64_t part = owing->principal < sum ? owing->principal : sum;
    owing->principal -= part;
    sum -= part;
    pay_fine(&owing->penalty, owing_penalty(owing), &sum);
}
