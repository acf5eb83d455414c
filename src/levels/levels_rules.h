/* levels_rules.h: the order in which a level is raised, and what is wrong with passport data as a whole. Pure: no
 * store, no HTTP, no clock. */
#pragma once

#include "base/calendar.h"

#include <stdbool.h>

enum review_state { REVIEW_NONE = 0, REVIEW_FILLING, REVIEW_WAITING, REVIEW_APPROVED, REVIEW_REFUSED }; /* kept */

enum level_step { STEP_NOTHING, STEP_PASSPORT, STEP_DOCUMENTS, STEP_WAIT };

/* What the customer can do next: data first, then documents; while staff look at them, wait. level: 1 to 3. */
enum level_step level_next(int level, enum review_state review);

enum person_fault {
    PERSON_GOOD,
    PERSON_PASSPORT_ENDED, /* it was to be replaced at 20 or 45 */
    PERSON_NO_NUMBER,      /* neither INN nor SNILS, and one is needed */
};

struct person_facts {
    struct date birth, issued, today;
    int64_t grace_days;
    bool number, number_needed;
};

/* The first that holds, in the order of the enum. */
enum person_fault person_judge(const struct person_facts *facts);
