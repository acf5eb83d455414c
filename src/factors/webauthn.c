/* webauthn.c: see passkey.h. libfido2 verifies; what is compared here is what a relying party must compare itself:
 * type, origin, the relying party's hash, the flags (WebAuthn §7.1, §7.2). */
#include "factors/cbor_walk.h"
#include "factors/passkey.h"

#include "base/json.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <openssl/evp.h>
#include <jansson.h>
#include <openssl/sha.h>
#include <string.h>

/* Authenticator data: rpIdHash 32, flags 1, counter 4, then attested credential: aaguid 16, length 2, id, key. */
#define FLAGS_AT 32
#define FIXED_SIZE 37
#define ATTESTED_SIZE 18
#define CREDENTIAL_MAX 1023
enum { FLAG_PRESENT = 1, FLAG_VERIFIED = 4, FLAG_ATTESTED = 64, FLAG_EXTENSIONS = 128 };

static struct text json_text(const json_t *object, const char *name) {
    const json_t *member = json_object_get(object, name);
    if (!json_is_string(member)) return TEXT_NONE;
    return (struct text){json_string_value(member), json_string_length(member)};
}

bool client_data_read(struct arena *arena, struct text json, const char *type, struct text origin,
                      struct text *challenge) {
    if (json.size == 0 || json.size > 2048) return false;
    const json_t *object = (const json_t *)json_read(arena, json);
    if (!json_is_object(object)) return false;
    const json_t *crossing = json_object_get(object, "crossOrigin");
    *challenge = json_text(object, "challenge");
    return text_is(json_text(object, "type"), type) && text_equal(json_text(object, "origin"), origin) &&
           (crossing == NULL || json_is_false(crossing)) && challenge->size > 0;
}

/* The parts that both ceremonies share; nothing may be left over behind them. */
static bool authenticator_data_good(struct text data, const struct relying_party *party, bool attested,
                                    struct text *credential) {
    uint8_t hash[SHA256_DIGEST_LENGTH];
    if (data.size < FIXED_SIZE || data.size > 4096) return false;
    SHA256((const uint8_t *)party->id, strlen(party->id), hash);
    if (memcmp(data.data, hash, sizeof hash) != 0) return false;
    unsigned flags = (unsigned char)data.data[FLAGS_AT];
    if (!(flags & FLAG_PRESENT) || !(flags & FLAG_VERIFIED)) return false;
    if (((flags & FLAG_ATTESTED) != 0) != attested) return false;

    struct text rest = text_slice(data, FIXED_SIZE, data.size);
    if (attested) {
        if (rest.size < ATTESTED_SIZE) return false;
        size_t size = (size_t)(unsigned char)rest.data[16] << 8 | (unsigned char)rest.data[17];
        if (size == 0 || size > CREDENTIAL_MAX || rest.size - ATTESTED_SIZE < size) return false;
        *credential = text_slice(rest, ATTESTED_SIZE, size);
        rest = text_slice(rest, ATTESTED_SIZE + size, rest.size);
        size_t key = cbor_item(rest);
        if (key == 0) return false;
        rest = text_slice(rest, key, rest.size);
    }
    if (flags & FLAG_EXTENSIONS) {
        size_t extensions = cbor_item(rest);
        if (extensions == 0) return false;
        rest = text_slice(rest, extensions, rest.size);
    }
    return rest.size == 0;
}

static int64_t counter_of(struct text data) {
    int64_t counter = 0;
    for (size_t i = 0; i < 4; i++) counter = counter << 8 | (unsigned char)data.data[FLAGS_AT + 1 + i];
    return counter;
}

/* A point that is not on the curve would be a way in that never opens. */
static bool point_good(struct text key) {
    es256_pk_t *point = es256_pk_new();
    EVP_PKEY *opened = point != NULL && es256_pk_from_ptr(point, key.data, key.size) == FIDO_OK
                           ? es256_pk_to_EVP_PKEY(point)
                           : NULL;
    bool good = opened != NULL;
    EVP_PKEY_free(opened);
    es256_pk_free(&point);
    return good;
}

/* libfido2 takes authenticator data only together with the algorithm that its key should have. */
static bool key_of(struct arena *arena, struct text data, int algorithm, struct text *key) {
    fido_cred_t *credential = fido_cred_new();
    bool good = credential && fido_cred_set_type(credential, algorithm) == FIDO_OK &&
                fido_cred_set_authdata_raw(credential, (const uint8_t *)data.data, data.size) == FIDO_OK &&
                fido_cred_pubkey_len(credential) > 0;
    if (good) {
        struct text found = {(const char *)fido_cred_pubkey_ptr(credential), fido_cred_pubkey_len(credential)};
        *key = text_copy(arena, found);
        good = algorithm != COSE_ES256 || point_good(found);
    }
    fido_cred_free(&credential);
    return good;
}

bool attestation_read(struct arena *arena, struct text object, const struct relying_party *party,
                      struct passkey *passkey) {
    static const int algorithms[] = {COSE_ES256, COSE_EDDSA, COSE_RS256};
    struct text item, data;
    if (object.size > 8192 || !cbor_member(object, "authData", &item) || !cbor_bytes(item, &data)) return false;
    if (!authenticator_data_good(data, party, true, &passkey->credential)) return false;
    passkey->counter = counter_of(data);
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        passkey->algorithm = algorithms[i];
        if (key_of(arena, data, algorithms[i], &passkey->public_key)) return true;
    }
    return false;
}

/* ---- assertions ---- */

union key {
    es256_pk_t *es256;
    eddsa_pk_t *eddsa;
    rs256_pk_t *rs256;
};

static bool verified(const fido_assert_t *assertion, const struct passkey *passkey) {
    const void *bytes = passkey->public_key.data;
    size_t size = passkey->public_key.size;
    union key key = {NULL};
    bool good = false;
    switch (passkey->algorithm) {
    case COSE_ES256:
        key.es256 = es256_pk_new();
        good = key.es256 && es256_pk_from_ptr(key.es256, bytes, size) == FIDO_OK &&
               fido_assert_verify(assertion, 0, COSE_ES256, key.es256) == FIDO_OK;
        es256_pk_free(&key.es256);
        break;
    case COSE_EDDSA:
        key.eddsa = eddsa_pk_new();
        good = key.eddsa && eddsa_pk_from_ptr(key.eddsa, bytes, size) == FIDO_OK &&
               fido_assert_verify(assertion, 0, COSE_EDDSA, key.eddsa) == FIDO_OK;
        eddsa_pk_free(&key.eddsa);
        break;
    case COSE_RS256:
        key.rs256 = rs256_pk_new();
        good = key.rs256 && rs256_pk_from_ptr(key.rs256, bytes, size) == FIDO_OK &&
               fido_assert_verify(assertion, 0, COSE_RS256, key.rs256) == FIDO_OK;
        rs256_pk_free(&key.rs256);
        break;
    default: break;
    }
    return good;
}

bool assertion_right(const struct passkey *passkey, const struct relying_party *party, struct text client_data,
                     struct text authenticator, struct text signature, int64_t *counter) {
    uint8_t hash[SHA256_DIGEST_LENGTH];
    if (signature.size == 0 || signature.size > 1024) return false;
    if (!authenticator_data_good(authenticator, party, false, NULL)) return false;
    SHA256((const uint8_t *)client_data.data, client_data.size, hash);
    fido_assert_t *assertion = fido_assert_new();
    bool good = assertion && fido_assert_set_count(assertion, 1) == FIDO_OK &&
                fido_assert_set_rp(assertion, party->id) == FIDO_OK &&
                fido_assert_set_clientdata_hash(assertion, hash, sizeof hash) == FIDO_OK &&
                fido_assert_set_up(assertion, FIDO_OPT_TRUE) == FIDO_OK &&
                fido_assert_set_uv(assertion, FIDO_OPT_TRUE) == FIDO_OK &&
                fido_assert_set_authdata_raw(assertion, 0, (const uint8_t *)authenticator.data, authenticator.size) ==
                    FIDO_OK &&
                fido_assert_set_sig(assertion, 0, (const uint8_t *)signature.data, signature.size) == FIDO_OK &&
                verified(assertion, passkey);
    fido_assert_free(&assertion);
    *counter = counter_of(authenticator);
    return good && (*counter > passkey->counter || (*counter == 0 && passkey->counter == 0));
}
