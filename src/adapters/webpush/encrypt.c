/* encrypt.c: a notice that only one browser can read (RFC 8291): a key agreed upon by ECDH over P-256, HKDF, one record
 * of AES-128-GCM (RFC 8188). Every notice has a pair of keys and a salt of its own. */
#include "adapters/webpush/internal.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <string.h>

#define RECORD_SIZE 4096
#define HASH 32
#define TAG 16

/* ---- keys ---- */

static bool point_of(const uint8_t number[32], uint8_t point[WEBPUSH_POINT_SIZE]) {
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    BIGNUM *scalar = BN_bin2bn(number, 32, NULL);
    EC_POINT *made = group != NULL ? EC_POINT_new(group) : NULL;
    bool good = made != NULL && scalar != NULL && !BN_is_zero(scalar) &&
                BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0 &&
                EC_POINT_mul(group, made, scalar, NULL, NULL, NULL) == 1 &&
                EC_POINT_point2oct(group, made, POINT_CONVERSION_UNCOMPRESSED, point, WEBPUSH_POINT_SIZE, NULL) ==
                    WEBPUSH_POINT_SIZE;
    EC_POINT_free(made);
    BN_clear_free(scalar);
    EC_GROUP_free(group);
    return good;
}

/* number NULL: the public half alone; a point that is not on the curve is refused here. */
static EVP_PKEY *key_of(const uint8_t *number, const uint8_t point[WEBPUSH_POINT_SIZE]) {
    EVP_PKEY *key = NULL;
    BIGNUM *scalar = number != NULL ? BN_bin2bn(number, 32, NULL) : NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    bool good = builder != NULL &&
                OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
                OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, WEBPUSH_POINT_SIZE) == 1 &&
                (scalar == NULL || OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1);
    OSSL_PARAM *parameters = good ? OSSL_PARAM_BLD_to_param(builder) : NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    int selection = number != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, selection, parameters) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    BN_clear_free(scalar);
    return key;
}

EVP_PKEY *webpush_pair(const uint8_t number[32], uint8_t point[WEBPUSH_POINT_SIZE]) {
    return point_of(number, point) ? key_of(number, point) : NULL;
}

EVP_PKEY *webpush_pair_from_seed(const uint8_t seed[32], uint8_t point[WEBPUSH_POINT_SIZE]) {
    uint8_t number[HASH];
    unsigned size = sizeof number;
    memcpy(number, seed, sizeof number);
    for (int tries = 0; tries < 4; tries++) { /* one of 2^32 is not below the order */
        EVP_PKEY *pair = webpush_pair(number, point);
        if (pair != NULL) return pair;
        if (EVP_Digest(number, sizeof number, number, &size, EVP_sha256(), NULL) != 1) return NULL;
    }
    return NULL;
}

static bool agree(EVP_PKEY *own, struct text other, uint8_t shared[32]) {
    size_t size = 32;
    EVP_PKEY *peer = key_of(NULL, (const uint8_t *)other.data);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own, NULL);
    bool good = peer != NULL && context != NULL && EVP_PKEY_derive_init(context) == 1 &&
                EVP_PKEY_derive_set_peer(context, peer) == 1 && EVP_PKEY_derive(context, shared, &size) == 1 &&
                size == 32;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(peer);
    return good;
}

/* ---- derivation ---- */

/* RFC 5869, for at most one block of output. */
static bool hkdf(struct text salt, const uint8_t key[32], struct text info, uint8_t *out, size_t size) {
    uint8_t middle[HASH], block[HASH], message[256];
    if (info.size + 1 > sizeof message || size > HASH) return false;
    memcpy(message, info.data, info.size);
    message[info.size] = 1;
    if (HMAC(EVP_sha256(), salt.data, (int)salt.size, key, HASH, middle, NULL) == NULL ||
        HMAC(EVP_sha256(), middle, HASH, message, info.size + 1, block, NULL) == NULL)
        return false;
    memcpy(out, block, size);
    return true;
}

struct content_keys {
    uint8_t key[16], nonce[12];
};

static bool derive(const struct webpush_subscription *to, const uint8_t shared[32],
                   const uint8_t point[WEBPUSH_POINT_SIZE], const uint8_t salt[16], struct content_keys *keys) {
    static const char label[] = "WebPush: info", key[] = "Content-Encoding: aes128gcm",
                      nonce[] = "Content-Encoding: nonce"; /* each with the NUL behind it */
    char info[sizeof label + 2 * WEBPUSH_POINT_SIZE];
    uint8_t input[HASH];
    memcpy(info, label, sizeof label);
    memcpy(info + sizeof label, to->point.data, WEBPUSH_POINT_SIZE);
    memcpy(info + sizeof label + WEBPUSH_POINT_SIZE, point, WEBPUSH_POINT_SIZE);
    struct text salted = {(const char *)salt, 16};
    return hkdf(to->secret, shared, (struct text){info, sizeof info}, input, sizeof input) &&
           hkdf(salted, input, (struct text){key, sizeof key}, keys->key, sizeof keys->key) &&
           hkdf(salted, input, (struct text){nonce, sizeof nonce}, keys->nonce, sizeof keys->nonce);
}

/* ---- the record ---- */

static bool seal(const struct content_keys *keys, const uint8_t *clear, size_t size, uint8_t *out) {
    int length = 0, rest = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool good = context != NULL &&
                EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL, keys->key, keys->nonce) == 1 &&
                EVP_EncryptUpdate(context, out, &length, clear, (int)size) == 1 &&
                EVP_EncryptFinal_ex(context, out + length, &rest) == 1 &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG, out + size) == 1;
    EVP_CIPHER_CTX_free(context);
    return good && (size_t)(length + rest) == size;
}

size_t webpush_padding(size_t size) {
    static const size_t sizes[] = {256, 512, 1024, 2048, WEBPUSH_TEXT_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (size <= sizes[i]) return sizes[i] - size;
    return 0;
}

bool webpush_encrypt(struct arena *arena, const struct webpush_subscription *to, struct text clear, size_t padding,
                     EVP_PKEY *pair, const uint8_t point[WEBPUSH_POINT_SIZE], const uint8_t salt[16],
                     struct text *body) {
    uint8_t shared[32];
    struct content_keys keys;
    if (to->point.size != WEBPUSH_POINT_SIZE || to->secret.size != WEBPUSH_SECRET_SIZE) return false;
    if (clear.size > WEBPUSH_TEXT_MAX || padding > WEBPUSH_TEXT_MAX - clear.size) return false;
    if (!agree(pair, to->point, shared) || !derive(to, shared, point, salt, &keys)) return false;

    size_t inside = clear.size + 1 + padding, head = 16 + 4 + 1 + WEBPUSH_POINT_SIZE;
    uint8_t *plain = arena_alloc(arena, inside), *out = arena_alloc(arena, head + inside + TAG);
    memset(plain, 0, inside);
    memcpy(plain, clear.data, clear.size);
    plain[clear.size] = 2; /* the last record */
    memcpy(out, salt, 16);
    out[16] = out[17] = 0;
    out[18] = RECORD_SIZE >> 8;
    out[19] = RECORD_SIZE & 0xFF;
    out[20] = WEBPUSH_POINT_SIZE;
    memcpy(out + 21, point, WEBPUSH_POINT_SIZE);
    *body = (struct text){(const char *)out, head + inside + TAG};
    return seal(&keys, plain, inside, out + head);
}
