/* golden.h: what kinds of published numbers have in common: a row of the file, what came of it, reading its words. */
#pragma once

#include "base/text.h"

struct row {
    struct text kind, input, expected, source;
};

/* What came out; right when it is what was expected. `got` is in words as near to the file's as can be. */
struct verdict {
    bool right;
    struct text got;
};

struct kind {
    const char *name;
    struct verdict (*run)(struct arena *arena, struct row row);
};

/* Ended by .name NULL. */
extern const struct kind identifier_kinds[], credit_kinds[], outside_kinds[];

struct verdict same(struct text got, struct text expected);
/* Takes the prefix off; false leaves it. */
bool take(struct text *rest, const char *prefix);
/* "a ; b" → "a", and "b" left in *rest; both trimmed. */
struct text next_part(struct text *rest);
