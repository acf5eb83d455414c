/* identify_rules.h: when a customer counts as identified by what he said (SU-3). Pure. */
#pragma once

#include "backoffice/backoffice.h"

/* The latest of each, asked within the time that an identification holds. A document is what a member of staff has
 * looked at; it counts only where there is nothing on record to compare with. */
struct said_so_far {
    enum proof passport, code_word, document;
};

bool customer_identified(struct said_so_far said);
