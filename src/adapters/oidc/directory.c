/* directory.c: see directory.h. After a failure the provider is left alone for a while, so that its fall does not
 * occupy our workers. */
#include "adapters/oidc/directory.h"

#include "adapters/oidc/fetch.h"
#include "base/json.h"

#include <jansson.h>
#include <string.h>

#define DOCUMENT_MAX ((size_t)256 * 1024)
#define FAILURE_PAUSE (5 * SECOND)
#define SCRATCH ((size_t)4 << 20)

/* ---- addresses ---- */

struct discovery {
    struct oidc *oidc;
    struct arena *arena; /* for the asking alone */
    const char *authorize, *token, *keys;
    bool by_body, good;
};

static const char *address_of(struct arena *arena, const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value) || !fetch_allowed(json_string_value(value))) return NULL;
    return text_copy(arena, text_from(json_string_value(value))).data;
}

/* Basic is what the standard says when they do not (OpenID Connect Discovery §3). */
static bool only_by_body(const json_t *object) {
    const json_t *methods = json_object_get(object, "token_endpoint_auth_methods_supported");
    bool basic = !json_is_array(methods);
    for (size_t i = 0; i < json_array_size(methods); i++) {
        const char *method = json_string_value(json_array_get(methods, i));
        if (method != NULL && strcmp(method, "client_secret_basic") == 0) basic = true;
    }
    return !basic;
}

static void discover(void *data) {
    struct discovery *discovery = data;
    const struct oidc_options *options = &discovery->oidc->options;
    struct text issuer = text_from(options->issuer), body;
    if (text_ends(issuer, "/")) issuer.size--;
    const struct fetch fetch = {
        .url = text_format(discovery->arena, "%.*s/.well-known/openid-configuration", TEXT_ARG(issuer)).data,
        .most = DOCUMENT_MAX,
        .timeout_us = options->timeout_us,
    };
    if (fetch_run(discovery->arena, &fetch, &body) != FETCH_ANSWERED) return;
    const json_t *object = json_read(discovery->arena, body);
    const char *named = json_string_value(json_object_get(object, "issuer"));
    if (named == NULL || strcmp(named, options->issuer) != 0) return; /* another's document (Discovery §4.3) */
    discovery->authorize = address_of(discovery->arena, object, "authorization_endpoint");
    discovery->token = address_of(discovery->arena, object, "token_endpoint");
    discovery->keys = address_of(discovery->arena, object, "jwks_uri");
    discovery->by_body = only_by_body(object);
    discovery->good = discovery->authorize != NULL && discovery->token != NULL && discovery->keys != NULL;
}

static bool begins(struct oidc *oidc, moment *last, int64_t pause, moment now) {
    pthread_mutex_lock(&oidc->lock);
    bool may = *last == 0 || now >= *last + pause || now < *last;
    if (may) *last = now;
    pthread_mutex_unlock(&oidc->lock);
    return may;
}

static void keep_addresses(void *data) {
    const struct discovery *discovery = data;
    struct oidc *oidc = discovery->oidc;
    oidc->token = text_copy(oidc->arena, text_from(discovery->token)).data;
    oidc->keys_url = text_copy(oidc->arena, text_from(discovery->keys)).data;
    oidc->by_body = discovery->by_body;
    oidc->authorize = text_copy(oidc->arena, text_from(discovery->authorize)).data;
}

static bool known(struct oidc *oidc) {
    pthread_mutex_lock(&oidc->lock);
    bool is_known = oidc->authorize != NULL;
    pthread_mutex_unlock(&oidc->lock);
    return is_known;
}

enum oidc_result oidc_ready(struct oidc *oidc, moment now) {
    if (known(oidc)) return OIDC_GOOD;
    if (!begins(oidc, &oidc->asked, FAILURE_PAUSE, now)) return OIDC_UNREACHABLE;
    struct discovery discovery = {.oidc = oidc, .arena = arena_new(SCRATCH)};
    if (discovery.arena == NULL) return OIDC_UNREACHABLE;
    bool good = arena_guard(discovery.arena, discover, &discovery) && discovery.good;
    if (good) {
        pthread_mutex_lock(&oidc->lock);
        if (oidc->authorize == NULL) good = arena_guard(oidc->arena, keep_addresses, &discovery);
        pthread_mutex_unlock(&oidc->lock);
    }
    arena_free(discovery.arena);
    return good ? OIDC_GOOD : OIDC_UNREACHABLE;
}

/* ---- keys ---- */

struct key_asking {
    const struct oidc *oidc;
    struct arena *arena;
    struct jose_key keys[DIRECTORY_KEYS];
    size_t count;
};

static void ask_keys(void *data) {
    struct key_asking *asking = data;
    struct text body;
    const struct fetch fetch = {
        .url = asking->oidc->keys_url,
        .most = DOCUMENT_MAX,
        .timeout_us = asking->oidc->options.timeout_us,
    };
    if (fetch_run(asking->arena, &fetch, &body) != FETCH_ANSWERED) return;
    asking->count = jose_keys_read(asking->arena, body, asking->keys, DIRECTORY_KEYS);
}

static bool keys_renew(struct oidc *oidc, moment now) {
    struct key_asking asking = {.oidc = oidc, .arena = arena_new(SCRATCH)};
    if (asking.arena == NULL) return false;
    bool good = arena_guard(asking.arena, ask_keys, &asking) && asking.count > 0;
    arena_free(asking.arena);
    if (!good) return false;
    pthread_mutex_lock(&oidc->lock);
    for (size_t i = 0; i < oidc->key_count; i++) jose_key_free(&oidc->keys[i]);
    memcpy(oidc->keys, asking.keys, sizeof asking.keys);
    oidc->key_count = asking.count;
    oidc->keys_known = now;
    pthread_mutex_unlock(&oidc->lock);
    return true;
}

struct verifying {
    struct oidc *oidc;
    struct arena *arena;
    struct text token, *claims;
    enum jose_verdict verdict;
};

static void verify(void *data) {
    struct verifying *verifying = data;
    struct oidc *oidc = verifying->oidc;
    verifying->verdict = jose_verify(verifying->arena, verifying->token, oidc->keys, oidc->key_count,
                                     verifying->claims);
}

static enum jose_verdict verdict_now(struct oidc *oidc, struct arena *arena, struct text token, struct text *claims) {
    struct verifying verifying = {oidc, arena, token, claims, JOSE_MALFORMED};
    pthread_mutex_lock(&oidc->lock);
    bool done = arena_guard(arena, verify, &verifying);
    pthread_mutex_unlock(&oidc->lock);
    if (!done) arena_unwind(arena);
    return verifying.verdict;
}

static bool keys_old(struct oidc *oidc, moment now) {
    pthread_mutex_lock(&oidc->lock);
    bool old = oidc->keys_known == 0 || now >= oidc->keys_known + oidc->options.keys_life_us;
    pthread_mutex_unlock(&oidc->lock);
    return old;
}

enum oidc_result directory_verify(struct oidc *oidc, struct arena *arena, struct text token, moment now,
                                  struct text *claims, const char **reason) {
    static const char *const told[] = {"", "malformed token", "algorithm not allowed", "unknown key", "bad signature"};
    if (keys_old(oidc, now) && (!begins(oidc, &oidc->keys_asked, FAILURE_PAUSE, now) || !keys_renew(oidc, now))) {
        *reason = "keys cannot be had";
        return OIDC_UNREACHABLE;
    }
    enum jose_verdict verdict = verdict_now(oidc, arena, token, claims);
    /* They may have changed their keys; a forger must not make us ask again and again. */
    bool other_key = verdict == JOSE_NO_KEY || verdict == JOSE_FORGED;
    if (other_key && begins(oidc, &oidc->keys_asked, oidc->options.keys_pause_us, now) && keys_renew(oidc, now))
        verdict = verdict_now(oidc, arena, token, claims);
    *reason = told[verdict];
    return verdict == JOSE_GOOD ? OIDC_GOOD : OIDC_TOKEN;
}
