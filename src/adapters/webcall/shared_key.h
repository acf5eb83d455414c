/* shared_key.h: a key that we and a partner both have, in a file, and what is signed with it (HMAC-SHA-256, hex). */
#pragma once

#include "base/text.h"

/* From the file, which must hold 32 characters or more; create: made there when it is absent, unless the other side is
 * quicker. In the arena; TEXT_NONE with *problem. */
struct text shared_key_open(struct arena *arena, const char *path, bool create, struct text *problem);

/* In small letters. Without memory the arena unwinds. */
struct text shared_key_sign(struct arena *arena, struct text key, struct text message);
