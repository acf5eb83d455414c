/* passkey.c: passkeys (ID-8): made on the security page, signed in by, confirmed by. A challenge is ours by its keyed
 * hash, for one purpose and (but at sign-in) one session, for ten minutes; it is marked as used in the command that
 * believes it, so it is good once. */
#include "factors/passkey.h"

#include <arpa/inet.h>
#include <openssl/sha.h>
#include <string.h>

#define CHALLENGE_LIFE (10 * MINUTE)
#define CHALLENGE_RANDOM 16
#define CHALLENGE_MARK 16
#define CHALLENGE_SIZE (8 + CHALLENGE_RANDOM + CHALLENGE_MARK)
#define PASSKEYS_MAX 20

static const struct refusal wrong = {"passkey-wrong", 422, S_factors_passkey_wrong, false};
static const struct refusal unusable = {"passkey-unusable", 422, S_factors_passkey_unusable, false};
static const struct refusal taken = {"passkey-taken", 409, S_factors_passkey_taken, false};
static const struct refusal too_many = {"passkeys-many", 409, S_factors_passkey_many, false};
static const struct refusal last_way = {"last-way-in", 409, S_factors_last_way, false};

/* ---- who we are ---- */

/* From the configured address alone: what a request says of its host proves nothing. False on a bare network address,
 * where there are no passkeys. */
bool party_of(struct request *request, struct relying_party *party) {
    struct text url = text_from(engine_config(request->engine)->public_url), rest = TEXT_NONE, port = TEXT_NONE;
    unsigned char bytes[16];
    struct text scheme = text_split(url, '/', &rest);
    text_split(rest, '/', &rest);
    struct text authority = text_split(rest, '/', &rest);
    struct text host = text_split(authority, ':', &port);
    if (host.size == 0 || host.data[0] == '[') return false;
    party->id = text_copy(request->arena, host).data;
    party->origin = text_format(request->arena, "%.*s//%.*s", TEXT_ARG(scheme), TEXT_ARG(authority));
    return inet_pton(AF_INET, party->id, bytes) != 1;
}

bool passkeys_possible(struct request *request) {
    struct relying_party party;
    return party_of(request, &party);
}

/* What an authenticator keeps to name the customer: nothing that says who he is. */
static struct text user_handle(struct request *request, int64_t customer) {
    uint8_t hash[SECRET_HASH_SIZE];
    struct text id = text_format(request->arena, "%lld", (long long)customer);
    secret_hash(engine_keyring(request->engine), "factors.passkey.user", id, hash);
    return text_base64url(request->arena, hash, sizeof hash);
}

/* ---- challenges ---- */

/* What a challenge is bound to: its purpose, the session, and the statement that it commits to. */
static void mark_of(struct request *request, const char *purpose, const uint8_t *bytes, const uint8_t *digest,
                    uint8_t *mark) {
    uint8_t hash[SECRET_HASH_SIZE];
    bool own = strcmp(purpose, "signin") != 0;
    struct text committed = digest != NULL ? text_hex(request->arena, digest, SHA256_DIGEST_LENGTH) : TEXT("");
    struct text bound = text_format(
        request->arena, "%s|%lld|%lld|%s|%.*s", purpose, own ? (long long)request->caller.customer : 0,
        own ? (long long)request->caller.session : 0, text_hex(request->arena, bytes, 8 + CHALLENGE_RANDOM).data,
        TEXT_ARG(committed));
    secret_hash(engine_keyring(request->engine), "factors.challenge", bound, hash);
    memcpy(mark, hash, CHALLENGE_MARK);
}

/* NULL where nothing is committed to. */
static const uint8_t *digest_of(struct text statement, uint8_t digest[SHA256_DIGEST_LENGTH]) {
    if (statement.data == NULL) return NULL;
    SHA256((const uint8_t *)statement.data, statement.size, digest);
    return digest;
}

static struct text challenge_new(struct request *request, const char *purpose, struct text statement) {
    uint8_t bytes[CHALLENGE_SIZE + SHA256_DIGEST_LENGTH];
    const uint8_t *digest = digest_of(statement, bytes + CHALLENGE_SIZE);
    uint64_t expires = (uint64_t)(world_now(request->world) + CHALLENGE_LIFE);
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)(expires >> (56 - 8 * i));
    world_random(request->world, bytes + 8, CHALLENGE_RANDOM);
    mark_of(request, purpose, bytes, digest, bytes + 8 + CHALLENGE_RANDOM);
    return text_base64url(request->arena, bytes, digest != NULL ? sizeof bytes : CHALLENGE_SIZE);
}

/* Ours, for this, committing to this, and not too old. */
static bool challenge_good(struct request *request, const char *purpose, struct text statement, struct text challenge,
                           moment *expires) {
    struct text bytes;
    uint8_t mark[CHALLENGE_MARK], committed[SHA256_DIGEST_LENGTH];
    const uint8_t *digest = digest_of(statement, committed);
    size_t size = CHALLENGE_SIZE + (digest != NULL ? SHA256_DIGEST_LENGTH : 0);
    uint64_t until = 0;
    if (challenge.size != (size * 4 + 2) / 3 || !text_unbase64(request->arena, challenge, &bytes) || bytes.size != size)
        return false;
    if (digest != NULL && memcmp(bytes.data + CHALLENGE_SIZE, digest, SHA256_DIGEST_LENGTH) != 0) return false;
    mark_of(request, purpose, (const uint8_t *)bytes.data, digest, mark);
    struct text given = text_slice(bytes, 8 + CHALLENGE_RANDOM, CHALLENGE_MARK);
    if (!text_equal_secret(given, (struct text){(const char *)mark, sizeof mark})) return false;
    for (int i = 0; i < 8; i++) until = until << 8 | (unsigned char)bytes.data[i];
    *expires = (moment)until;
    return world_now(request->world) < *expires;
}

struct node *passkey_options_for(struct request *request, const char *purpose, struct text statement,
                                 const struct relying_party *party) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "challenge", challenge_new(request, purpose, statement));
    doc_text(document, "rp", text_from(party->id));
    return document;
}

/* What a form brought, decoded; false when malformed. */
static bool decoded(struct request *request, const char *name, struct text *bytes) {
    struct text typed = field_text(request, name);
    return typed.size > 0 && text_unbase64(request->arena, typed, bytes) && bytes->size > 0;
}

/* ---- making one ---- */

enum flow passkey_new_options(struct request *request, struct tx *tx) {
    struct relying_party party;
    int64_t customer = request->caller.customer;
    if (!party_of(request, &party)) return refuse(request, &unusable);
    struct node *document = passkey_options_for(request, "create", TEXT_NONE, &party);
    doc_text(document, "rp_name", text_from(engine_config(request->engine)->company));
    doc_text(document, "user", user_handle(request, customer));
    doc_text(document, "user_name", phone_pretty(request->arena, customer_phone(request, tx, customer)));
    passkeys_exclude(request, tx, customer, doc_array(document, "exclude"));
    return answer_ok(request, document);
}

enum flow passkey_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    doc_int(document, "passkeys", passkeys_count(tx, request->caller.customer));
    return answer_ok(request, document);
}

enum flow passkey_register(struct request *request, struct tx *tx) {
    struct relying_party party;
    struct passkey passkey;
    struct text client, object, challenge;
    int64_t customer = request->caller.customer, id = 0;
    moment expires = 0;
    if (!party_of(request, &party) || !decoded(request, "client", &client) ||
        !decoded(request, "attestation", &object) ||
        !client_data_read(request->arena, client, "webauthn.create", party.origin, &challenge) ||
        !challenge_good(request, "create", TEXT_NONE, challenge, &expires) || !challenge_spend(request, tx, challenge,
                                                                                               expires) ||
        !attestation_read(request->arena, object, &party, &passkey))
        return refuse(request, &unusable);
    if (passkeys_count(tx, customer) >= PASSKEYS_MAX) return refuse(request, &too_many);
    struct text name = this_device(request);
    if (!passkey_add(request, tx, &passkey, name, &id)) return refuse(request, &taken);
    tell_security(request, tx, customer, S_factors_sms_passkey_new, name);
    device_came(request, tx, customer);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_created(request, document, TEXT("/settings/security"));
}

enum flow passkey_remove(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer, id = 0;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    struct ways ways = ways_of(request, tx, customer);
    if (!passkey_drop(tx, customer, id)) return answer_missing(request);
    if (!way_may_go(&ways, WAY_PASSKEY)) return refuse(request, &last_way); /* which undoes it */
    tell_security(request, tx, customer, S_factors_sms_passkey_removed, TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_id(document, "removed", id);
    return answer_done(request, document, TEXT("/settings/security"));
}

/* ---- using one ---- */

enum flow passkey_options(struct request *request, struct tx *tx) {
    (void)tx;
    struct relying_party party;
    if (!party_of(request, &party)) return refuse(request, &unusable);
    const char *purpose = request->caller.kind == WHO_CUSTOMER ? "confirm" : "signin";
    return answer_ok(request, passkey_options_for(request, purpose, TEXT_NONE, &party));
}

struct assertion *assertion_read(struct request *request, struct tx *tx, const char *purpose, struct text statement) {
    struct assertion *assertion = arena_new_of(request->arena, struct assertion);
    struct customer customer = {0};
    *assertion = (struct assertion){0};
    if (!party_of(request, &assertion->party) || !decoded(request, "credential", &assertion->credential) ||
        !decoded(request, "client", &assertion->client) ||
        !decoded(request, "authenticator", &assertion->authenticator) ||
        !decoded(request, "signature", &assertion->signature) ||
        !client_data_read(request->arena, assertion->client, "webauthn.get", assertion->party.origin,
                          &assertion->challenge) ||
        !challenge_good(request, purpose, statement, assertion->challenge, &assertion->expires) ||
        assertion->credential.size > 1023 || !passkey_find(request, tx, assertion->credential, &assertion->found) ||
        !identity_customer(request->engine, tx, assertion->found.customer, &customer) || customer.closed)
        return NULL;
    struct text user = field_text(request, "user");
    bool other = user.size > 0 && !text_equal(user, user_handle(request, assertion->found.customer));
    return other ? NULL : assertion;
}

static enum flow look(struct request *request, struct tx *tx, const char *purpose) {
    request->scratch = assertion_read(request, tx, purpose, TEXT_NONE);
    return request->scratch != NULL ? FLOW_NEXT : refuse(request, &wrong);
}

enum flow passkey_signin_look(struct request *request, struct tx *tx) {
    return look(request, tx, "signin");
}

enum flow passkey_confirm_look(struct request *request, struct tx *tx) {
    enum flow flow = look(request, tx, "confirm");
    const struct assertion *assertion = request->scratch;
    if (flow == FLOW_NEXT && assertion->found.customer != request->caller.customer) return refuse(request, &wrong);
    return flow;
}

bool assertion_verify(struct assertion *assertion) {
    return assertion_right(&assertion->found.key, &assertion->party, assertion->client, assertion->authenticator,
                           assertion->signature, &assertion->counter);
}

enum flow passkey_verify(struct request *request, struct tx *tx) {
    (void)tx;
    return assertion_verify(request->scratch) ? FLOW_NEXT : refuse(request, &wrong);
}

bool assertion_spend(struct request *request, struct tx *tx, const struct assertion *assertion) {
    return challenge_spend(request, tx, assertion->challenge, assertion->expires) &&
           passkey_used(request, tx, &assertion->found, assertion->counter);
}

enum flow passkey_signin_open(struct request *request, struct tx *tx) {
    const struct assertion *assertion = request->scratch;
    if (!assertion_spend(request, tx, request->scratch)) return refuse(request, &wrong);
    device_came(request, tx, assertion->found.customer);
    bool by_token = field_number(request, "token") != 0 && !request->wants_html;
    return identity_let_in(request, tx, assertion->found.customer, by_token, field_text(request, "next"));
}

enum flow passkey_confirm_done(struct request *request, struct tx *tx) {
    const struct assertion *assertion = request->scratch;
    if (!assertion_spend(request, tx, assertion)) return refuse(request, &wrong);
    step_up_done(request, tx, assertion->found.made);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "confirmed", true);
    return answer_done(request, document,
                       identity_place(request, tx, request->caller.customer, field_text(request, "next")));
}
