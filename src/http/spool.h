/* spool.h: an uploaded file on its way to disk: a temporary file that only we may read, unlinked with the arena. */
#pragma once

#include "base/text.h"

struct spool;

/* Keeps at most max bytes of what is written, counting the rest, so that the form can say how much too large it was.
 * NULL: the directory cannot be written to. */
struct spool *spool_new(struct arena *arena, const char *directory, int64_t max);
bool spool_write(struct spool *spool, const void *data, size_t size); /* false: the disk failed */
/* Closes it. size: of all that came. */
bool spool_end(struct spool *spool, const char **path, int64_t *size);
