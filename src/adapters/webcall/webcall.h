/* webcall.h: one HTTP call to another company, bounded in time and size, without redirects or proxies. It tells apart
 * what surely never reached them from what they may have done: money depends on it. Blocks: dispatcher threads only. */
#pragma once

#include "base/text.h"

struct webcall {
    const char *url;            /* http or https */
    const char *const *headers; /* "Name: value" each, NULL-ended; NULL: none */
    struct text post;           /* TEXT_NONE: GET */
    const char *user, *password; /* HTTP Basic; NULL: none */
    long timeout_ms;
    size_t most;                /* bytes of an answer that are read; a longer one is WEBCALL_UNKNOWN */
    /* The address is a stranger's word: never to this machine, nor into the network that it stands in. */
    bool public_only;
};

enum webcall_outcome {
    WEBCALL_ANSWERED, /* with any status */
    WEBCALL_UNSENT,   /* nobody was there: surely not done */
    WEBCALL_UNKNOWN,  /* sent, and no whole answer came: perhaps done */
};

struct webcall_answer {
    long status;
    struct text body; /* in the arena */
    bool barred;      /* public_only, and the name leads elsewhere */
};

/* An address that everybody may be sent to: of no private, special or tunnelled network. */
struct sockaddr;
bool webcall_address_public(const struct sockaddr *address);

/* Connections are kept for the next call to the same host, at most one for each call in flight. */
enum webcall_outcome webcall_run(struct arena *arena, const struct webcall *call,
                                   struct webcall_answer *answer);

/* Adds "name=value" to a query or a form, percent-encoded, after '&' when there is something already. */
void webcall_add_field(struct buffer *query, const char *name, struct text value);
