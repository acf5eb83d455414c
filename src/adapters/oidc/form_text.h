/* form_text.h: names and values as application/x-www-form-urlencoded. */
#pragma once

#include "base/text.h"

void form_add(struct buffer *out, const char *name, struct text value);
/* A name or secret as HTTP Basic of OAuth wants it (RFC 6749 §2.3.1). */
void form_encode(struct buffer *out, struct text value);
