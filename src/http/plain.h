/* plain.h: values as machines write them: 1500.00, 2026-11-03T11:05:00.000Z, 2026-11-03, 17, true. For JSON, hidden
 * fields, datetime attributes and addresses. Private to http. */
#pragma once

#include "http/document.h"

/* Scalars alone; a text as it is, null as nothing. No escaping. */
void plain_write(const struct node *node, struct buffer *out);

/* minor units as a decimal with this many digits after the point; negative with '-'. */
void plain_write_decimal(struct buffer *out, int64_t minor, int decimals);
