/* oidc.h: a client of one identity provider that speaks OpenID Connect: where to send a browser, and who came back
 * with a code. Its addresses and keys are asked for once and kept; keys are asked for again when a token names one we
 * do not know. Knows nothing of customers. */
#pragma once

#include "base/world.h"

struct oidc; /* any thread */

/* VK ID and Yandex ID sign no token for us: who it is is asked for with an access token (userinfo.h). */
enum oidc_dialect { OIDC_STANDARD, OIDC_VK, OIDC_YANDEX };

struct oidc_options {
    enum oidc_dialect dialect;
    const char *issuer;
    const char *authorize, *token, *keys; /* "": asked for at the issuer's discovery document */
    const char *person;                   /* where a dialect asks who it is */
    const char *client, *scopes;
    struct text secret;     /* TEXT_NONE: a public client, which PKCE alone protects */
    int64_t timeout_us;     /* of each exchange */
    int64_t keys_life_us;   /* keys are asked for again after so long */
    int64_t keys_pause_us;  /* … and for an unknown key not sooner than so long after the last time */
};

enum oidc_result {
    OIDC_GOOD,
    OIDC_UNREACHABLE, /* down, slow, too long, or not what the standard says: nothing was decided */
    OIDC_CODE,        /* they do not take this code (again) */
    OIDC_TOKEN,       /* an answer that must not be believed; why is in *reason */
};

/* What goes through the browser to them and back. */
struct oidc_asking {
    struct text state, nonce, verifier; /* verifier: PKCE's; they see its hash first */
    struct text redirect;               /* our address, the same each time */
    struct text device;                 /* what VK ID sent back with the code; TEXT_NONE: nothing */
};

struct oidc_person {
    struct text subject; /* theirs, for good */
    struct text label;   /* how the account is called, for its owner to recognise; may be TEXT_NONE */
};

struct oidc *oidc_open(struct arena *arena, const struct oidc_options *options, struct text *problem);
void oidc_close(struct oidc *oidc);

/* Makes the addresses known: at once when they are; else asks, and blocks up to the timeout. */
enum oidc_result oidc_ready(struct oidc *oidc, moment now);
/* Where the browser goes; after oidc_ready. */
struct text oidc_address(struct oidc *oidc, struct arena *arena, const struct oidc_asking *asking);
/* Trades the code for a token and checks that. Blocks up to three timeouts. *reason: for the log. */
enum oidc_result oidc_exchange(struct oidc *oidc, struct arena *arena, const struct oidc_asking *asking,
                               struct text code, moment now, struct oidc_person *person, const char **reason);
