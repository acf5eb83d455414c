/* jose_keys.c: JSON Web Keys and certificates made into OpenSSL's. */
#include "adapters/oidc/jose.h"

#include "adapters/oidc/gost.h"
#include "base/json.h"

#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192

static struct text member(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value)) return TEXT_NONE;
    return (struct text){json_string_value(value), json_string_length(value)};
}

static bool bytes_of(struct arena *arena, const json_t *jwk, const char *name, size_t most, struct text *bytes) {
    struct text encoded = member(jwk, name);
    return encoded.size > 0 && encoded.size <= most * 2 && text_unbase64(arena, encoded, bytes) && bytes->size > 0 &&
           bytes->size <= most;
}

static EVP_PKEY *made(const char *type, OSSL_PARAM *parameters) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (context != NULL && parameters != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *rsa_key(struct arena *arena, const json_t *jwk) {
    struct text n, e;
    if (!bytes_of(arena, jwk, "n", RSA_BITS_MAX / 8, &n) || !bytes_of(arena, jwk, "e", 8, &e)) return NULL;
    BIGNUM *modulus = BN_bin2bn((const unsigned char *)n.data, (int)n.size, NULL);
    BIGNUM *exponent = BN_bin2bn((const unsigned char *)e.data, (int)e.size, NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *parameters = NULL;
    bool good = modulus != NULL && exponent != NULL && builder != NULL && BN_num_bits(modulus) >= RSA_BITS_MIN &&
                BN_is_odd(exponent) && BN_num_bits(exponent) > 1 &&
                OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
                OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1;
    if (good) parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY *key = good ? made("RSA", parameters) : NULL;
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    BN_free(modulus);
    BN_free(exponent);
    return key;
}

static EVP_PKEY *p256_key(struct arena *arena, const json_t *jwk) {
    struct text x, y;
    if (!text_is(member(jwk, "crv"), "P-256") || !bytes_of(arena, jwk, "x", 32, &x) ||
        !bytes_of(arena, jwk, "y", 32, &y) || x.size != 32 || y.size != 32)
        return NULL;
    unsigned char point[65] = {4};
    char group[] = "prime256v1";
    memcpy(point + 1, x.data, 32);
    memcpy(point + 33, y.data, 32);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group - 1),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end(),
    };
    return made("EC", parameters); /* a point off the curve is refused here */
}

static EVP_PKEY *ed25519_key(struct arena *arena, const json_t *jwk) {
    struct text x;
    if (!text_is(member(jwk, "crv"), "Ed25519") || !bytes_of(arena, jwk, "x", 32, &x) || x.size != 32) return NULL;
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)x.data, x.size);
}

static bool key_read(struct arena *arena, const json_t *jwk, struct jose_key *key) {
    static const struct {
        const char *type, *algorithm;
        enum jose_algorithm means;
        EVP_PKEY *(*read)(struct arena *arena, const json_t *jwk);
    } kinds[] = {
        {"RSA", "RS256", JOSE_RS256, rsa_key},
        {"EC", "ES256", JOSE_ES256, p256_key},
        {"OKP", "EdDSA", JOSE_EDDSA, ed25519_key},
    };
    struct text type = member(jwk, "kty"), use = member(jwk, "use"), algorithm = member(jwk, "alg");
    struct text id = member(jwk, "kid");
    if ((use.data != NULL && !text_is(use, "sig")) || id.size >= sizeof key->id) return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!text_is(type, kinds[i].type)) continue;
        if (algorithm.data != NULL && !text_is(algorithm, kinds[i].algorithm)) return false;
        *key = (struct jose_key){.algorithm = kinds[i].means};
        if (id.size > 0) memcpy(key->id, id.data, id.size);
        key->key = kinds[i].read(arena, jwk);
        return key->key != NULL;
    }
    return false;
}

size_t jose_keys_read(struct arena *arena, struct text json, struct jose_key *keys, size_t room) {
    const json_t *set = json_read(arena, json);
    const json_t *list = set != NULL ? json_object_get(set, "keys") : NULL;
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(list) && count < room; i++)
        if (key_read(arena, json_array_get(list, i), &keys[count])) count++;
    return count;
}

bool jose_key_from_pem(struct text pem, struct jose_key *key) {
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
    if (bio == NULL) return false;
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    EVP_PKEY *found = certificate != NULL ? X509_get_pubkey(certificate) : NULL;
    if (certificate != NULL && found == NULL && gost_ready()) found = X509_get_pubkey(certificate);
    if (certificate == NULL && BIO_reset(bio) == 1) found = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    X509_free(certificate);
    BIO_free(bio);
    *key = (struct jose_key){.key = found};
    int type = found != NULL ? EVP_PKEY_get_base_id(found) : 0;
    if (type == EVP_PKEY_RSA && EVP_PKEY_get_bits(found) >= RSA_BITS_MIN) key->algorithm = JOSE_RS256;
    else if (type == EVP_PKEY_ED25519) key->algorithm = JOSE_EDDSA;
    else if (gost_type(type)) key->algorithm = JOSE_GOST;
    else jose_key_free(key);
    return key->key != NULL;
}

void jose_key_free(struct jose_key *key) {
    EVP_PKEY_free(key->key);
    key->key = NULL;
}
