/* multipart.h: multipart/form-data (RFC 7578) read piece by piece: values into the arena, files straight to temporary
 * ones, which are unlinked with the arena. Only files that the form names are taken, each up to its field's max
 * bytes. */
#pragma once

#include "http/form.h"

#define MULTIPART_VALUE_MAX ((size_t)64 * 1024)     /* bytes of one value that is no file */
#define MULTIPART_FILE_DEFAULT ((int64_t)1024 * 1024) /* of a file whose field names no max */

struct multipart;

/* content_type carries the boundary; NULL when it does not, or not a proper one. directory: where files are spooled,
 * NULL: /tmp. */
struct multipart *multipart_new(struct arena *arena, struct text content_type, const struct form *form,
                                const char *directory);

/* 0, or the status to refuse with: 400 malformed, 413 too large, 503 the disk. After a refusal it must not be fed. */
int multipart_feed(struct multipart *multipart, const char *data, size_t size);

/* After the last byte. The same statuses; 400 when the closing boundary has not come. */
int multipart_end(struct multipart *multipart, struct raw_field **fields);
