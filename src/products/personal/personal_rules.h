/* personal_rules.h: what a personal page may be called, and what its visitors may write: no store, no HTTP, no
 * clock. */
#pragma once

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_LEAST 4
#define NAME_MOST 20
#define SUMS_MOST 4

enum name_verdict { NAME_GOOD, NAME_LENGTH, NAME_SIGNS, NAME_RESERVED };

/* As it is kept: small letters, without an @ before it; not judged. In the arena. */
struct text name_fold(struct arena *arena, struct text typed);
/* Of a folded one: Latin letters, digits and _, beginning with a letter; none that looks like ours or an office's. */
enum name_verdict name_verdict(struct text name);

/* Text on one line without anything that is not seen, or that turns what is seen around; no tags. */
bool words_clean(struct text words);

/* "100, 500" in whole roubles, into kopecks: SUMS_MOST at most, each at least a rouble; how many, -1: it is no such
 * list. */
int sums_read(struct text typed, int64_t sums[SUMS_MOST]);
