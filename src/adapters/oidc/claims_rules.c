/* claims_rules.c: see claims_rules.h. */
#include "adapters/oidc/claims_rules.h"

#include <jansson.h>
#include <string.h>

#define SKEW_S 60
#define AGE_S 3600 /* a token made longer ago was not made for this sign-in */
#define SUBJECT_MAX 255

static struct text member(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value)) return TEXT_NONE;
    return (struct text){json_string_value(value), json_string_length(value)};
}

/* Google's own may come without https:// (its documentation says both are to be taken). */
static bool issuer_matches(struct text issuer, const char *wanted) {
    if (text_is(issuer, wanted)) return true;
    return strcmp(wanted, "https://accounts.google.com") == 0 && text_is(issuer, "accounts.google.com");
}

static bool audience_matches(const json_t *claims, const char *client) {
    const json_t *audience = json_object_get(claims, "aud"), *party = json_object_get(claims, "azp");
    bool among = json_is_string(audience) && text_is(member(claims, "aud"), client);
    size_t count = json_is_array(audience) ? json_array_size(audience) : 1;
    for (size_t i = 0; json_is_array(audience) && i < count; i++) {
        const json_t *one = json_array_get(audience, i);
        if (!json_is_string(one)) return false;
        among = among || strcmp(json_string_value(one), client) == 0;
    }
    if (!among || (count > 1 && party == NULL)) return false;
    return party == NULL || text_is(member(claims, "azp"), client);
}

static bool in_time(const json_t *claims, moment now) {
    const json_t *expires = json_object_get(claims, "exp"), *made = json_object_get(claims, "iat");
    const json_t *from = json_object_get(claims, "nbf");
    int64_t now_s = now / SECOND;
    if (json_integer_value(expires) + SKEW_S <= now_s) return false;
    if (json_integer_value(made) > now_s + SKEW_S || json_integer_value(made) < now_s - AGE_S) return false;
    return from == NULL || (json_is_integer(from) && json_integer_value(from) <= now_s + SKEW_S);
}

/* Far enough from the ends that sums of them with seconds do not pass them. */
static bool is_moment(const json_t *value) {
    return json_is_integer(value) && json_integer_value(value) > 0 && json_integer_value(value) < ((int64_t)1 << 40);
}

enum claims_verdict claims_check(const struct json_t *claims, const struct claims_wanted *wanted,
                                 struct text *subject) {
    *subject = TEXT_NONE;
    if (!json_is_object(claims) || !is_moment(json_object_get(claims, "exp")) ||
        !is_moment(json_object_get(claims, "iat")))
        return CLAIMS_MALFORMED;
    if (!issuer_matches(member(claims, "iss"), wanted->issuer)) return CLAIMS_ISSUER;
    if (!audience_matches(claims, wanted->client)) return CLAIMS_AUDIENCE;
    if (!in_time(claims, wanted->now)) return CLAIMS_EXPIRED;
    if (wanted->nonce.data != NULL && !text_equal_secret(member(claims, "nonce"), wanted->nonce)) return CLAIMS_NONCE;
    *subject = member(claims, "sub");
    return subject->size > 0 && subject->size <= SUBJECT_MAX ? CLAIMS_GOOD : CLAIMS_SUBJECT;
}
