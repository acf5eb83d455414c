/* esia.h: the state portal's identity service (ESIA) as the sandbox plays it: it believes no signature that it has not
 * checked, and goes wrong on demand. Its formats are written anew here: what it tests is src/adapters/esia. */
#pragma once

#include "sandbox/sandbox.h"

/* ---- esia_keys.c: keys, certificates, signatures ---- */

struct portal_keys;

/* The folder's client.key and client.crt (which a system registers with the portal) and portal.key and portal.crt (the
 * portal's own), made when absent: GOST R 34.10-2012 when asked for, else RSA. NULL with *problem. */
struct portal_keys *portal_keys_open(const char *folder, bool gost, struct text *problem);
void portal_keys_close(struct portal_keys *keys);
/* Detached CMS, DER, base64url, over that message, by the registered certificate. */
bool portal_signed(struct arena *arena, const struct portal_keys *keys, struct text signature, struct text message);

enum portal_signing {
    SIGN_RIGHT,
    SIGN_OTHER_KEY, /* by a key that is nobody's */
    SIGN_NONE,      /* "alg": "none", no signature */
    SIGN_CONFUSED,  /* HS256 over the portal's public certificate, which everybody has */
};
/* A token (RFC 7515) of these claims. */
struct text portal_token(struct arena *arena, const struct portal_keys *keys, struct text claims,
                         enum portal_signing how);

/* ---- esia_people.c: who may be chosen ---- */

struct portal_person {
    const char *oid, *name; /* name: on the page */
    bool trusted;
    const char *json;       /* as /rs/prns/{oid} tells it, contacts and documents embedded */
};
#define PORTAL_PEOPLE 4
extern const struct portal_person portal_people[PORTAL_PEOPLE];
const struct portal_person *portal_person_of(struct text oid);

/* ---- esia_faults.c: what goes wrong on demand ---- */

enum portal_fault {
    PORTAL_WELL,
    PORTAL_SLOW,
    PORTAL_ERROR,
    PORTAL_DENIED,      /* the person refused */
    PORTAL_STATE,       /* the browser comes back with another state */
    PORTAL_TOKEN_STATE, /* the token comes with another state */
    PORTAL_REPLAY,      /* a code that was traded before */
    PORTAL_SIGNATURE,
    PORTAL_NO_ALGORITHM,
    PORTAL_CONFUSED,
    PORTAL_ISSUER,
    PORTAL_AUDIENCE,
    PORTAL_EXPIRED,
    PORTAL_EARLY,       /* not good before tomorrow */
    PORTAL_NO_SUBJECT,
    PORTAL_NESTED,      /* claims ten thousand deep */
    PORTAL_OVERSIZED,
    PORTAL_TRUNCATED,
    PORTAL_PERSON_DOWN,
    PORTAL_PERSON_ODD,  /* what is told of the person is no such thing */
    PORTAL_FAULTS
};
struct portal_fault_words {
    const char *name; /* in the form */
    string_id about;
};
extern const struct portal_fault_words portal_faults[PORTAL_FAULTS];
/* The access token of a person under that fault. */
struct text portal_access_token(struct request *request, const struct portal_keys *keys, const char *client,
                                const struct portal_person *person, enum portal_fault fault);

/* ---- esia.c ---- */

struct portal;
struct portal *portal_open(struct portal_keys *keys, const char *kabinet);
void portal_close(struct portal *portal);
extern const struct route esia_routes[];
#define ESIA_ROUTES 4
