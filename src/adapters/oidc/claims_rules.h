/* claims_rules.h: whether a token's claims are meant for us, now (OpenID Connect Core §3.1.3.7). Pure. */
#pragma once

#include "base/calendar.h"

struct claims_wanted {
    const char *issuer, *client;
    struct text nonce; /* TEXT_NONE: the dialect has none */
    moment now;
};

enum claims_verdict {
    CLAIMS_GOOD,
    CLAIMS_MALFORMED,
    CLAIMS_ISSUER,
    CLAIMS_AUDIENCE,
    CLAIMS_EXPIRED, /* or not yet good, or made too long ago */
    CLAIMS_NONCE,
    CLAIMS_SUBJECT,
};

struct json_t;

/* The first of these reasons that holds. *subject is borrowed from the claims. */
enum claims_verdict claims_check(const struct json_t *claims, const struct claims_wanted *wanted,
                                 struct text *subject);
