/* reading.c: see golden.h. */
#include "golden.h"

#include <string.h>

struct verdict same(struct text got, struct text expected) {
    return (struct verdict){text_equal(got, expected), got};
}

bool take(struct text *rest, const char *prefix) {
    if (!text_starts(*rest, prefix)) return false;
    *rest = text_slice(*rest, strlen(prefix), rest->size);
    return true;
}

struct text next_part(struct text *rest) {
    struct text part = text_split(*rest, ';', rest);
    return text_trim(part);
}
