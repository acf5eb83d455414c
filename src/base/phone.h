/* phone.h: mobile and other numbers of the Russian plan, as typed, to E.164 (ID-1). */
#pragma once

#include "base/text.h"

enum phone_kind { PHONE_INVALID, PHONE_MOBILE, PHONE_FIXED, PHONE_TOLL_FREE, PHONE_FOREIGN };

#define PHONE_SIZE 17 /* "+", at most 15 digits (E.164), NUL */

struct phone {
    char e164[PHONE_SIZE];
};

/* Blanks, hyphens, brackets and dots are ignored; 8, 7, +7 or nothing before ten digits. PHONE_FOREIGN: a well-formed
 * number of another plan, Kazakhstan's +77… and Belarus's +375… among them. Only PHONE_INVALID leaves *phone. */
enum phone_kind phone_parse(struct text typed, struct phone *phone);
struct text phone_text(const struct phone *phone);
/* "+7 916 ***-**-67": what another person may see of a number; its spaces and hyphens do not break at a line's end. */
struct text phone_masked(struct arena *arena, struct text e164);
/* "+7 916 123-45-67": what its owner sees. */
struct text phone_pretty(struct arena *arena, struct text e164);
