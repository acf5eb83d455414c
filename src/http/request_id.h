/* request_id.h: the name of one request in logs, answers and talks with support: the 63-bit, time-ordered id of
 * world_id in Crockford's base32 (no I, L, O, U, so it can be read out by phone), 13 characters, so that names sort by
 * time. It is no secret and nothing is granted by knowing one. */
#pragma once

#include "base/text.h"

#define REQUEST_ID_SIZE 13

struct text request_id(struct arena *arena, int64_t id);
