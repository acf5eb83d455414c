/* field.h: reading one field by its type. Private to http. */
#pragma once

#include "http/form.h"

/* Fills text, number or upload of *value from what came. strict: a JSON body, where "1" is no number and 1 no text. */
enum field_fault field_read(struct arena *arena, const struct field *field, const struct raw_field *raw, bool typed,
                            bool strict, struct field_value *value);
