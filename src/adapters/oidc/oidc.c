/* oidc.c: see oidc.h. */
#include "adapters/oidc/oidc.h"

#include "adapters/oidc/claims_rules.h"
#include "adapters/oidc/directory.h"
#include "adapters/oidc/fetch.h"
#include "adapters/oidc/form_text.h"
#include "adapters/oidc/userinfo.h"
#include "base/check.h"
#include "base/json.h"
#include "base/secret.h"

#include <jansson.h>
#include <string.h>

#define ANSWER_MAX ((size_t)64 * 1024)
#define ADDRESSES ((size_t)64 * 1024)
#define LABEL_MAX 80

struct oidc *oidc_open(struct arena *arena, const struct oidc_options *options, struct text *problem) {
    struct oidc *oidc = arena_new_of(arena, struct oidc);
    oidc->options = *options;
    bool given = *options->authorize != '\0';
    const char *wrong = NULL;
    if (!fetch_allowed(options->issuer)) wrong = "issuer";
    else if (given && !fetch_allowed(options->authorize)) wrong = "authorize";
    else if (given && !fetch_allowed(options->token)) wrong = "token";
    else if (given && options->dialect == OIDC_STANDARD && !fetch_allowed(options->keys)) wrong = "keys";
    else if (options->dialect != OIDC_STANDARD && !given) wrong = "authorize";
    else if (options->dialect != OIDC_STANDARD && !fetch_allowed(options->person)) wrong = "person";
    if (wrong != NULL) {
        *problem = text_format(arena, "%s must be an address that begins with https://", wrong);
        return NULL;
    }
    if (given) {
        oidc->authorize = options->authorize;
        oidc->token = options->token;
        oidc->keys_url = options->keys;
    }
    oidc->arena = arena_new(ADDRESSES);
    if (oidc->arena == NULL || pthread_mutex_init(&oidc->lock, NULL) != 0) {
        *problem = TEXT("no memory");
        arena_free(oidc->arena);
        return NULL;
    }
    return oidc;
}

void oidc_close(struct oidc *oidc) {
    for (size_t i = 0; i < oidc->key_count; i++) jose_key_free(&oidc->keys[i]);
    pthread_mutex_destroy(&oidc->lock);
    arena_free(oidc->arena);
}

struct text oidc_address(struct oidc *oidc, struct arena *arena, const struct oidc_asking *asking) {
    struct text challenge;
    check(oidc->authorize != NULL && pkce_s256(arena, asking->verifier, &challenge));
    struct buffer query = buffer_new(arena, 512);
    form_add(&query, "response_type", TEXT("code"));
    form_add(&query, "client_id", text_from(oidc->options.client));
    form_add(&query, "scope", text_from(oidc->options.scopes));
    form_add(&query, "redirect_uri", asking->redirect);
    form_add(&query, "state", asking->state);
    form_add(&query, "nonce", asking->nonce);
    form_add(&query, "code_challenge", challenge);
    form_add(&query, "code_challenge_method", TEXT("S256"));
    const char *joint = strchr(oidc->authorize, '?') != NULL ? "&" : "?";
    return text_format(arena, "%s%s%.*s", oidc->authorize, joint, TEXT_ARG(buffer_text(&query)));
}

/* ---- the code for a token ---- */

static struct text base64_of(struct arena *arena, struct text bytes) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buffer out = buffer_new(arena, bytes.size * 2 + 4);
    for (size_t i = 0; i < bytes.size; i += 3) {
        unsigned value = 0;
        for (size_t k = 0; k < 3; k++)
            value = value << 8 | (i + k < bytes.size ? (unsigned char)bytes.data[i + k] : 0U);
        for (size_t k = 0; k < 4; k++)
            buffer_add_char(&out, i + k > bytes.size ? '=' : letters[value >> (18 - 6 * k) & 63U]);
    }
    return buffer_text(&out);
}

static struct text basic_of(struct arena *arena, const struct oidc_options *options) {
    struct buffer pair = buffer_new(arena, 256);
    form_encode(&pair, text_from(options->client));
    buffer_add_char(&pair, ':');
    form_encode(&pair, options->secret);
    return text_format(arena, "Basic %.*s", TEXT_ARG(base64_of(arena, buffer_text(&pair))));
}

static enum oidc_result token_of(struct oidc *oidc, struct arena *arena, const struct oidc_asking *asking,
                                 struct text code, struct text *token) {
    const struct oidc_options *options = &oidc->options;
    struct buffer form = buffer_new(arena, 512);
    form_add(&form, "grant_type", TEXT("authorization_code"));
    form_add(&form, "code", code);
    form_add(&form, "redirect_uri", asking->redirect);
    form_add(&form, "code_verifier", asking->verifier);
    if (options->dialect == OIDC_VK) form_add(&form, "state", asking->state);
    if (options->dialect == OIDC_VK && asking->device.data != NULL) form_add(&form, "device_id", asking->device);
    bool basic = options->secret.data != NULL && !oidc->by_body;
    if (!basic) form_add(&form, "client_id", text_from(options->client));
    if (!basic && options->secret.data != NULL) form_add(&form, "client_secret", options->secret);
    const struct fetch fetch = {
        .url = oidc->token,
        .authorization = basic ? basic_of(arena, options) : TEXT_NONE,
        .post = buffer_text(&form),
        .most = ANSWER_MAX,
        .timeout_us = options->timeout_us,
    };
    struct text body;
    enum fetched fetched = fetch_run(arena, &fetch, &body);
    if (fetched != FETCH_ANSWERED) return fetched == FETCH_REFUSED ? OIDC_CODE : OIDC_UNREACHABLE;
    const json_t *object = json_read(arena, body);
    bool standard = options->dialect == OIDC_STANDARD;
    const json_t *value = json_object_get(object, standard ? "id_token" : "access_token");
    if (!json_is_string(value)) return OIDC_UNREACHABLE;
    *token = (struct text){json_string_value(value), json_string_length(value)};
    return OIDC_GOOD;
}

/* ---- whose it is ---- */

/* The first of what people call themselves by there. Never used to find anybody. */
static struct text label_of(const json_t *claims) {
    static const char *const names[] = {"email", "preferred_username", "name"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const json_t *value = json_object_get(claims, names[i]);
        if (!json_is_string(value)) continue;
        struct text text = {json_string_value(value), json_string_length(value)};
        if (text.size > 0 && text.size <= LABEL_MAX && text_valid_utf8(text)) return text;
    }
    return TEXT_NONE;
}

enum oidc_result oidc_exchange(struct oidc *oidc, struct arena *arena, const struct oidc_asking *asking,
                               struct text code, moment now, struct oidc_person *person, const char **reason) {
    static const char *const told[] = {"",        "malformed claims", "another issuer", "another audience",
                                       "expired", "another nonce",    "no subject"};
    struct text token, json;
    *reason = "";
    enum oidc_result result = oidc_ready(oidc, now);
    if (result == OIDC_GOOD) result = token_of(oidc, arena, asking, code, &token);
    if (result == OIDC_GOOD && oidc->options.dialect != OIDC_STANDARD)
        return userinfo_ask(&oidc->options, arena, token, person, reason);
    if (result == OIDC_GOOD) result = directory_verify(oidc, arena, token, now, &json, reason);
    if (result != OIDC_GOOD) return result;
    const struct claims_wanted wanted = {oidc->options.issuer, oidc->options.client, asking->nonce, now};
    const json_t *claims = json_read(arena, json);
    enum claims_verdict verdict = claims_check(claims, &wanted, &person->subject);
    *reason = told[verdict];
    if (verdict != CLAIMS_GOOD) return OIDC_TOKEN;
    person->label = label_of(claims);
    return OIDC_GOOD;
}
