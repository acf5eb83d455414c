/* till_rules.h: how a shop signs what it sends. Pure: no store, no HTTP, no clock. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

#define TILL_SKEW (5 * MINUTE) /* how far a shop's clock may be off */

struct till_signature {
    int64_t shop;
    int64_t stamp_s; /* unix seconds */
    struct text mac; /* hex */
};

/* "Shop <id> <unix seconds>:<64 hex digits>". False leaves *signature. */
bool till_signature_read(struct text authorization, struct till_signature *signature);
/* Hex of HMAC-SHA-256 over "<method> <path>\n<unix seconds>\n<body>": a message for one address is none for another.
 * TEXT_NONE without memory. */
struct text till_sign(struct arena *arena, struct text key, const char *method, struct text path, int64_t stamp_s,
                      struct text body);
bool till_timely(int64_t stamp_s, moment now);
