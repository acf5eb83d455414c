/* raw.h: the list of raw fields that the body parsers make, with the limits common to them. */
#pragma once

#include "http/form.h"

#define RAW_FIELDS_MAX 160
#define RAW_NAME_MAX 64 /* bytes */

struct raw_list {
    struct raw_field *first, *last;
    size_t count;
};

/* Appends a copy of field (its texts are borrowed). False: too many, a name too long, or one that is there already. */
bool raw_add(struct raw_list *list, struct arena *arena, const struct raw_field *field);

/* UTF-8 without NUL. Stranger control characters are left to the form's check, which can name the field. */
bool raw_readable(struct text text);
