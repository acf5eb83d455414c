/* esia.h: a client of the state portal's identity service (ESIA, «Госуслуги»): where to send a browser, and who came
 * back with a code. OAuth 2.0 in a dialect of its own: a signature is our secret, the person is asked for after the
 * token. Knows nothing of customers. */
#pragma once

#include "adapters/esia/esia_rules.h"
#include "adapters/oidc/oidc.h"

struct esia; /* any thread */

struct esia_options {
    const char *issuer;                    /* as its tokens say it */
    const char *authorize, *token, *people; /* …/aas/oauth2/v2/ac, …/aas/oauth2/v3/te, …/rs/prns */
    const char *client, *scopes;           /* client: our system's mnemonic there */
    const char *certificate_file, *key_file, *their_certificate_file; /* PEM */
    int64_t timeout_us;                    /* of each exchange */
};

/* Files that are not there yet are looked for again when somebody sets out. */
struct esia *esia_open(struct arena *arena, const struct esia_options *options, struct text *problem);
void esia_close(struct esia *esia);

/* Its state is a UUID of 122 random bits. */
struct text esia_state(struct arena *arena, const uint8_t random[16]);
/* Where the browser goes; TEXT_NONE when nothing can be signed. */
struct text esia_address(struct esia *esia, struct arena *arena, const struct oidc_asking *asking, moment now);
/* Trades the code for a token, checks that, asks for the person. Blocks up to two timeouts. *reason: for the log. */
enum oidc_result esia_exchange(struct esia *esia, struct arena *arena, const struct oidc_asking *asking,
                               struct text code, moment now, struct esia_person *person, const char **reason);
