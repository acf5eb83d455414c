/* passkey.h: WebAuthn (W3C, level 2): what an authenticator sent, checked. Pure but for libfido2 and OpenSSL, which
 * verify; the store is passkey_store.c, the pages passkey.c. Whatever comes is hostile until verified: CBOR is walked
 * with bounds (cbor_walk.h) before any library sees it. */
#pragma once

#include "factors/internal.h"

/* What both ceremonies ask: our own. */
struct relying_party {
    const char *id;     /* "my.example.ru" */
    struct text origin; /* "https://my.example.ru" */
};

struct passkey {
    struct text credential; /* ≤ 1023 bytes, as WebAuthn allows */
    struct text public_key; /* as libfido2 keeps one of this algorithm */
    int algorithm;          /* COSE: -7 ES256, -8 EdDSA, -257 RS256 */
    int64_t counter;        /* 0: it counts nothing */
};

/* What the browser says it did: type, origin, same site; gives the challenge as it was issued. */
bool client_data_read(struct arena *arena, struct text json, const char *type, struct text origin,
                      struct text *challenge);

/* Registration: the attestation object's key, for this relying party, made with the user verified. Attestation
 * statements are not asked for ("none") and not believed. */
bool attestation_read(struct arena *arena, struct text object, const struct relying_party *party,
                      struct passkey *passkey);

/* Assertion: signed by this key over this client data, for this relying party, present and verified; the counter must
 * be above the key's, unless both are 0. */
bool assertion_right(const struct passkey *passkey, const struct relying_party *party, struct text client_data,
                     struct text authenticator, struct text signature, int64_t *counter);

/* ---- the store ---- */

struct stored_passkey {
    int64_t customer, id;
    moment made;
    struct passkey key;
};
/* False: somebody has this credential already. */
bool passkey_add(struct request *request, struct tx *tx, const struct passkey *passkey, struct text name, int64_t *id);
bool passkey_find(struct request *request, struct tx *tx, struct text credential, struct stored_passkey *found);
/* False when the counter did not grow: a copied authenticator, or a sign-in sent twice. */
bool passkey_used(struct request *request, struct tx *tx, const struct stored_passkey *found, int64_t counter);
/* The credentials that an authenticator need not make again, as base64url. */
void passkeys_exclude(struct request *request, struct tx *tx, int64_t customer, struct node *array);
bool passkey_drop(struct tx *tx, int64_t customer, int64_t id);
bool challenge_spend(struct request *request, struct tx *tx, struct text challenge, moment expires);

/* ---- ceremonies (passkey.c) ---- */

bool party_of(struct request *request, struct relying_party *party);

/* One that a request brought. */
struct assertion {
    struct stored_passkey found;
    struct relying_party party;
    struct text credential, client, authenticator, signature, challenge;
    moment expires;
    int64_t counter;
};

/* {challenge, rp}: for one purpose; statement: what the challenge commits to, or TEXT_NONE. */
struct node *passkey_options_for(struct request *request, const char *purpose, struct text statement,
                                 const struct relying_party *party);
/* READ: NULL when it cannot be right. */
struct assertion *assertion_read(struct request *request, struct tx *tx, const char *purpose, struct text statement);
bool assertion_verify(struct assertion *assertion); /* WORK */
/* WRITE: the challenge and the counter are spent by conditional writes: sent twice at once, one passes. */
bool assertion_spend(struct request *request, struct tx *tx, const struct assertion *assertion);
