/* pattern.h: a regular expression that staff write for a provider's field, matched against whole values in bounded
 * time. The same text is the pattern= of the page's input, so it keeps to what both PCRE and browsers understand. */
#pragma once

#include "base/text.h"

struct pattern;

/* NULL with *problem (in the arena) when it is none. Lives until the arena is freed. */
const struct pattern *pattern_make(struct arena *arena, struct text source, struct text *problem);
struct text pattern_source(const struct pattern *pattern);
/* False also when deciding would take too long. */
bool pattern_matches(const struct pattern *pattern, struct text value);
