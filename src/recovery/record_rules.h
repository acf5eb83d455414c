/* record_rules.h: whether what somebody says of himself is what is on record: names, words, passports. Pure: no store,
 * no HTTP, no clock. */
#pragma once

#include "base/text.h"

/* The same name or word as people write it: capitals, ё for е, blanks and hyphens make no difference; nor do Latin
 * letters' capitals. Nothing equals nothing: false when either is empty. In time that depends on lengths alone. */
bool record_same_word(struct arena *arena, struct text said, struct text kept);

/* The same series and number of a passport, however they are spaced. False when either is none. */
bool record_same_passport(struct text said, struct text kept);
