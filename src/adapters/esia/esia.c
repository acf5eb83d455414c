/* esia.c: see esia.h. */
#include "adapters/esia/esia.h"

#include "adapters/esia/signer.h"
#include "adapters/oidc/fetch.h"
#include "adapters/oidc/form_text.h"
#include "adapters/oidc/jose.h"
#include "base/json.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_MAX ((size_t)64 * 1024)
#define CERTIFICATE_MAX 16384
#define ROOM ((size_t)64 * 1024)

struct esia {
    struct esia_options options;
    pthread_mutex_t lock; /* over opening; what is open stays as it is */
    struct arena *arena;
    struct signer *signer;  /* NULL: its files were not there yet */
    struct jose_key theirs; /* key NULL: likewise */
};

static bool read_file(const char *path, char *bytes, size_t room, size_t *size) {
    FILE *file = fopen(path, "re");
    if (file == NULL) return false;
    *size = fread(bytes, 1, room, file);
    bool whole = ferror(file) == 0 && feof(file) != 0;
    fclose(file);
    return whole;
}

struct opening {
    struct esia *esia;
    struct text *problem;
    bool good; /* or not there yet */
};

static bool is_there(const char *path) {
    return access(path, F_OK) == 0;
}

/* What is not there costs no memory, however often it is looked for. */
static void open_files(void *data) {
    struct opening *opening = data;
    struct esia *esia = opening->esia;
    const struct esia_options *options = &esia->options;
    char pem[CERTIFICATE_MAX];
    size_t size = 0;
    if (esia->signer == NULL && is_there(options->certificate_file) && is_there(options->key_file)) {
        esia->signer = signer_open(esia->arena, options->certificate_file, options->key_file, opening->problem);
        opening->good = esia->signer != NULL;
    }
    if (!opening->good || esia->theirs.key != NULL) return;
    if (!read_file(options->their_certificate_file, pem, sizeof pem, &size)) return;
    if (jose_key_from_pem((struct text){pem, size}, &esia->theirs)) return;
    *opening->problem = text_format(esia->arena, "%s: no certificate of an RSA or GOST key",
                                    options->their_certificate_file);
    opening->good = false;
}

/* True when all is there. */
static bool ready(struct esia *esia, struct text *problem, bool *wrong) {
    struct opening opening = {esia, problem, true};
    pthread_mutex_lock(&esia->lock);
    bool is_ready = esia->signer != NULL && esia->theirs.key != NULL;
    if (!is_ready) {
        if (!arena_guard(esia->arena, open_files, &opening)) opening.good = false;
        is_ready = esia->signer != NULL && esia->theirs.key != NULL;
    }
    pthread_mutex_unlock(&esia->lock);
    *wrong = !opening.good;
    return is_ready;
}

static const char *wrong_address(const struct esia_options *options) {
    if (!fetch_allowed(options->authorize)) return "authorize";
    if (!fetch_allowed(options->token)) return "token";
    return fetch_allowed(options->people) ? NULL : "person";
}

struct esia *esia_open(struct arena *arena, const struct esia_options *options, struct text *problem) {
    struct esia *esia = arena_new_of(arena, struct esia);
    *esia = (struct esia){.options = *options};
    const char *address = wrong_address(options);
    if (address != NULL || *options->issuer == '\0') {
        *problem = text_format(arena, "%s must be an address that begins with https://",
                               address != NULL ? address : "issuer");
        return NULL;
    }
    esia->arena = arena_new(ROOM);
    if (esia->arena == NULL || pthread_mutex_init(&esia->lock, NULL) != 0) {
        *problem = TEXT("no memory");
        arena_free(esia->arena);
        return NULL;
    }
    bool wrong = false;
    struct text why = TEXT_NONE;
    ready(esia, &why, &wrong);
    if (!wrong) return esia;
    *problem = text_copy(arena, why);
    esia_close(esia);
    return NULL;
}

void esia_close(struct esia *esia) {
    signer_close(esia->signer);
    jose_key_free(&esia->theirs);
    pthread_mutex_destroy(&esia->lock);
    arena_free(esia->arena);
}

struct text esia_state(struct arena *arena, const uint8_t random[16]) {
    uint8_t bytes[16];
    memcpy(bytes, random, sizeof bytes);
    bytes[6] = (uint8_t)((bytes[6] & 0x0F) | 0x40); /* version 4, RFC 4122 */
    bytes[8] = (uint8_t)((bytes[8] & 0x3F) | 0x80);
    struct text hex = text_hex(arena, bytes, sizeof bytes);
    return text_format(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex.data, hex.data + 8, hex.data + 12, hex.data + 16,
                       hex.data + 20);
}

/* What both requests carry, signed together. False when it cannot be signed. */
static bool add_signed(struct esia *esia, struct arena *arena, const struct oidc_asking *asking, struct text code,
                       moment now, struct buffer *form) {
    struct text problem;
    bool wrong;
    if (!ready(esia, &problem, &wrong)) return false;
    const struct esia_signed parts = {
        .client = text_from(esia->options.client),
        .scopes = text_from(esia->options.scopes),
        .timestamp = esia_timestamp(arena, now),
        .state = asking->state,
        .redirect = asking->redirect,
        .code = code,
    };
    struct text signature = signer_sign(arena, esia->signer, esia_message(arena, &parts));
    if (signature.data == NULL) return false;
    form_add(form, "client_id", parts.client);
    form_add(form, "client_secret", signature);
    form_add(form, "scope", parts.scopes);
    form_add(form, "timestamp", parts.timestamp);
    form_add(form, "state", parts.state);
    form_add(form, "redirect_uri", parts.redirect);
    return true;
}

struct text esia_address(struct esia *esia, struct arena *arena, const struct oidc_asking *asking, moment now) {
    struct buffer query = buffer_new(arena, 4096);
    if (!add_signed(esia, arena, asking, TEXT_NONE, now, &query)) return TEXT_NONE;
    form_add(&query, "response_type", TEXT("code"));
    form_add(&query, "access_type", TEXT("online"));
    return text_format(arena, "%s?%.*s", esia->options.authorize, TEXT_ARG(buffer_text(&query)));
}

/* ---- the code for a token, the token for a person ---- */

static struct text member(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value)) return TEXT_NONE;
    return (struct text){json_string_value(value), json_string_length(value)};
}

static enum oidc_result token_of(struct esia *esia, struct arena *arena, const struct oidc_asking *asking,
                                 struct text code, moment now, struct text *token, const char **reason) {
    struct buffer form = buffer_new(arena, 4096);
    struct text body;
    if (!add_signed(esia, arena, asking, code, now, &form)) return OIDC_UNREACHABLE;
    form_add(&form, "grant_type", TEXT("authorization_code"));
    form_add(&form, "code", code);
    form_add(&form, "token_type", TEXT("Bearer"));
    const struct fetch fetch = {
        .url = esia->options.token,
        .post = buffer_text(&form),
        .most = ANSWER_MAX,
        .timeout_us = esia->options.timeout_us,
    };
    enum fetched fetched = fetch_run(arena, &fetch, &body);
    if (fetched != FETCH_ANSWERED) return fetched == FETCH_REFUSED ? OIDC_CODE : OIDC_UNREACHABLE;
    const json_t *object = json_read(arena, body);
    *token = member(object, "access_token");
    if (token->data == NULL) return OIDC_UNREACHABLE;
    if (text_equal(member(object, "state"), asking->state)) return OIDC_GOOD;
    *reason = "another state";
    return OIDC_TOKEN;
}

static enum oidc_result subject_of(struct esia *esia, struct arena *arena, struct text token, moment now,
                                   struct text *subject, const char **reason) {
    static const char *const signatures[] = {"", "malformed token", "algorithm not allowed", "unknown key",
                                             "bad signature"};
    static const char *const claims_told[] = {"",        "malformed claims", "another issuer", "another audience",
                                              "expired", "no subject"};
    struct text json;
    enum jose_verdict verdict = jose_verify(arena, token, &esia->theirs, 1, &json);
    *reason = signatures[verdict];
    if (verdict != JOSE_GOOD) return OIDC_TOKEN;
    enum esia_claims claims = esia_claims_check(arena, json_read(arena, json), esia->options.issuer,
                                                esia->options.client, now, subject);
    *reason = claims_told[claims];
    return claims == ESIA_CLAIMS_GOOD ? OIDC_GOOD : OIDC_TOKEN;
}

static enum oidc_result person_of(struct esia *esia, struct arena *arena, struct text token,
                                  struct esia_person *person) {
    struct text body, people = text_from(esia->options.people);
    if (text_ends(people, "/")) people.size--;
    const struct fetch fetch = {
        .url = text_format(arena, "%.*s/%.*s?embed=(contacts.elements,documents.elements)", TEXT_ARG(people),
                           TEXT_ARG(person->subject))
                   .data,
        .authorization = text_format(arena, "Bearer %.*s", TEXT_ARG(token)),
        .most = ANSWER_MAX,
        .timeout_us = esia->options.timeout_us,
    };
    if (fetch_run(arena, &fetch, &body) != FETCH_ANSWERED) return OIDC_UNREACHABLE;
    return esia_person_read(arena, json_read(arena, body), person) ? OIDC_GOOD : OIDC_UNREACHABLE;
}

enum oidc_result esia_exchange(struct esia *esia, struct arena *arena, const struct oidc_asking *asking,
                               struct text code, moment now, struct esia_person *person, const char **reason) {
    struct text token;
    *reason = "";
    *person = (struct esia_person){0};
    enum oidc_result result = token_of(esia, arena, asking, code, now, &token, reason);
    if (result == OIDC_GOOD) result = subject_of(esia, arena, token, now, &person->subject, reason);
    return result == OIDC_GOOD ? person_of(esia, arena, token, person) : result;
}
