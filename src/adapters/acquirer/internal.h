/* internal.h: what the files of this adapter share: who we are there, signing, reading. */
#pragma once

#include "adapters/acquirer/exchange.h"

struct json_t; /* jansson's */

struct acquirer {
    const char *url, *merchant;
    struct text secret;
};

/* Adds "name=value" to a query, percent-encoded. */
void acquirer_add_field(struct buffer *out, const char *name, struct text value);
/* A member that is a string; TEXT_NONE: there is none. */
struct text acquirer_string(struct arena *arena, const struct json_t *object, const char *name);
/* The header by which they know us: "HMAC-SHA256 <seconds>:<hex over purpose⏎seconds⏎body>". */
struct text acquirer_authorization(const struct acquirer *acquirer, struct arena *arena, const char *purpose,
                                   struct text body, moment now);
