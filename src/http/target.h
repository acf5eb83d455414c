/* target.h: the request target (RFC 9112 §3.2): its path decoded once, its query as it came. */
#pragma once

#include "base/text.h"

struct target {
    struct text path;  /* decoded, begins with '/' */
    struct text query; /* raw, without '?'; TEXT_NONE when there is none */
    struct text host;  /* of the absolute form; TEXT_NONE otherwise */
};

/* False: not a target we take (400). Refused are: bytes outside ASCII or below '!', escapes that are not two hex
 * digits, escaped '/', '\' and control bytes (two readers could split such a path in two ways), segments "." and "..",
 * anything that is not UTF-8 once decoded. */
bool target_parse(struct arena *arena, struct text raw, struct target *target);
