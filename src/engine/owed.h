/* owed.h: what customers owe that is overdue, as each feature that lends (loans, instalments) tells it to the one that
 * counts contacts with debtors (src/debtors), which knows none of them. */
#pragma once

#include "engine/engine.h"

struct law_file; /* lending/files.h */
struct work_calendar;

struct owed {
    const char *product; /* "loans": kept in the database */
    string_id title;     /* of what he owes: «Займы» */
    /* The earliest day since which something of his is overdue without a break; 0: nothing is. */
    int64_t (*since)(struct engine *engine, struct tx *tx, int64_t customer);
    /* For staff who speak to him: adds {title, text, days_overdue, href} for whatever he has of it; days_overdue 0:
     * nothing of that is. */
    void (*tell)(struct request *request, struct tx *tx, int64_t customer, struct node *list);
    /* In a command: what had to be said to him and might not be said then is said as it stands now; nothing where
     * nobody owes anything any more. NULL: none of the product's waits. */
    void (*again)(struct engine *engine, struct tx *tx, int64_t customer);
    /* The operator's own lines of the law, and working days; NULL: he has none. */
    const struct law_file *(*law)(const struct engine *engine);
    const struct work_calendar *(*calendar)(const struct engine *engine);
};

/* Of all enabled features that have one; how many. */
size_t engine_owed(const struct engine *engine, const struct owed *all[FEATURES_MAX]);
