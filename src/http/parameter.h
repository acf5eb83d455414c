/* parameter.h: the parameters behind a field's value: `form-data; name="a"; filename="b"` (RFC 9110 §5.6.6). */
#pragma once

#include "base/text.h"

struct parameters {
    struct text rest; /* what follows the value: ";…", or empty */
    bool malformed;
};

/* The value before the first ';', trimmed. */
struct text parameters_begin(struct text field, struct parameters *parameters);

/* The next one; false at the end, or when malformed is set. A quoted value loses its quotes and escapes (in the
 * arena). */
bool parameters_next(struct parameters *parameters, struct arena *arena, struct text *name, struct text *value);
