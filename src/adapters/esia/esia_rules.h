/* esia_rules.h: the state portal's (ESIA's) dialect as pure functions: what is signed, whose a token is, what is told
 * of a person. Source: the portal's "methodical recommendations" on use of ESIA, OAuth 2.0, interfaces v2/ac, v3/te. */
#pragma once

#include "base/calendar.h"

/* "2026.11.28 15:04:05 +0000" */
struct text esia_timestamp(struct arena *arena, moment now);

struct esia_signed {
    struct text client, scopes, timestamp, state, redirect;
    struct text code; /* TEXT_NONE: on the way to the portal */
};
/* What the signature is over: all of it, one after the other. */
struct text esia_message(struct arena *arena, const struct esia_signed *parts);

enum esia_claims {
    ESIA_CLAIMS_GOOD,
    ESIA_CLAIMS_MALFORMED,
    ESIA_CLAIMS_ISSUER,
    ESIA_CLAIMS_AUDIENCE, /* made for another system */
    ESIA_CLAIMS_EXPIRED,  /* or not yet good, or made too long ago */
    ESIA_CLAIMS_SUBJECT,
};

struct json_t;

/* The first of these reasons that holds for an access token's claims. *subject: the person's number there, digits. */
enum esia_claims esia_claims_check(struct arena *arena, const struct json_t *claims, const char *issuer,
                                   const char *client, moment now, struct text *subject);

/* What the portal knows of a person and a questionnaire may ask; named as our questions are (esia_field_names). Days as
 * 1990-04-12, the number in E.164; a passport and a number only when the portal says that they are verified. */
enum esia_field {
    ESIA_SURNAME,
    ESIA_NAME,
    ESIA_PATRONYMIC,
    ESIA_BIRTH,
    ESIA_BIRTH_PLACE,
    ESIA_PASSPORT, /* "4505 123456" */
    ESIA_PASSPORT_DATE,
    ESIA_PASSPORT_OFFICE,
    ESIA_PASSPORT_BY,
    ESIA_INN,
    ESIA_SNILS,
    ESIA_MAIL,
    ESIA_PHONE,
    ESIA_FIELDS
};
extern const char *const esia_field_names[ESIA_FIELDS];

struct esia_person {
    struct text subject;
    bool trusted; /* the account is verified: somebody saw his passport */
    struct text of[ESIA_FIELDS]; /* TEXT_NONE: not told */
};

/* From /rs/prns/{oid} with contacts and documents embedded; false when it is no such thing. Texts are borrowed from the
 * JSON or in the arena. */
bool esia_person_read(struct arena *arena, const struct json_t *json, struct esia_person *person);
