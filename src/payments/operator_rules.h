/* operator_rules.h: which numbers an operator has, by the national numbering plan: pure rules. Numbers are ported, so
 * this is a guess that the customer may correct (WA-3). */
#pragma once

#include "base/text.h"

/* National numbers of ten digits, both ends included: 9160000000 to 9169999999. */
struct number_range {
    int64_t from, to;
};

/* "916" is all that begin so; "9160000000-9164999999" a part of them. Mobile numbers begin with 9. */
bool number_range_read(struct text text, struct number_range *range);

/* How many numbers the narrowest range has in which that number lies; 0: in none, or no number. The narrower one says
 * more: a part sold to another operator wins over the whole. */
int64_t number_range_width(const struct number_range *ranges, size_t count, struct text number);
