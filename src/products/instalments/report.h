/* report.h: how a shop's sales went by days (IN-6): gathered in two statements, each along an index of the shop's own
 * rows, whatever the period. */
#pragma once

#include "products/instalments/checkout.h"

#define REPORT_DAYS 366
#define REPORT_PEOPLE 200

struct report_day {
    /* orders begun that day, and of these as they stand now: approved, declined by their limit */
    int64_t begun, approved, declined;
    /* what happened that day, whenever its order was begun */
    int64_t agreed, finished, returned;
    int64_t sold, back, fee, due; /* due = sold − back − fee, but for a shop on trial, to which nothing is */
};

struct report_person {
    struct text login; /* who finished it; empty: a program */
    int64_t finished, sold;
};

struct report {
    int64_t shop, from; /* a day */
    size_t count;       /* days, at most REPORT_DAYS */
    struct report_day days[REPORT_DAYS];
    int64_t states[CHECKOUT_REFUNDED + 1]; /* of the orders begun: how they stand now */
    struct report_person people[REPORT_PEOPLE];
    size_t people_count;
};

/* shop, from and count are set; the rest is found. Texts lie in the tx's arena. */
void report_gather(struct engine *engine, struct tx *tx, struct report *report);
void report_add(struct report_day *whole, const struct report_day *day);
/* Of those whose limit was asked, percent, rounded half up; −1: of none. */
int64_t report_share(const struct report_day *day);

stage_function shop_reports_page, shop_reports_csv;
