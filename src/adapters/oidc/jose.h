/* jose.h: signed tokens (RFC 7515) and the keys they are signed with (RFC 7517), over OpenSSL.
 *
 * A key knows its one algorithm from its own type: RSA is RS256, P-256 is ES256, Ed25519 is EdDSA, GOST R 34.10-2012 of
 * 256 bits (of a certificate alone) is what the state portal calls GOST3410_2012_256; there is nothing else, so that a
 * token can neither name "none" nor have a public key taken for a shared secret. Debian's libjwt 1.x and cjose know no
 * Ed25519 and decide by the token's header; with so few algorithms, OpenSSL alone is less. */
#pragma once

#include "base/text.h"

enum jose_algorithm { JOSE_RS256 = 1, JOSE_ES256, JOSE_EDDSA, JOSE_GOST };

struct jose_key {
    char id[128]; /* "" when it has none */
    enum jose_algorithm algorithm;
    struct evp_pkey_st *key; /* OpenSSL's EVP_PKEY */
};

/* A JWK Set: the signing keys that we know, at most `room`; how many. Each is freed with jose_key_free. */
size_t jose_keys_read(struct arena *arena, struct text json, struct jose_key *keys, size_t room);
/* A certificate or public key in PEM. False when it is of another kind. */
bool jose_key_from_pem(struct text pem, struct jose_key *key);
void jose_key_free(struct jose_key *key);

enum jose_verdict { JOSE_GOOD, JOSE_MALFORMED, JOSE_ALGORITHM, JOSE_NO_KEY, JOSE_FORGED };

/* Compact serialisation; *claims is the payload, believed only when GOOD. */
enum jose_verdict jose_verify(struct arena *arena, struct text token, const struct jose_key *keys, size_t count,
                              struct text *claims);
