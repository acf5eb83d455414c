/* jose.c: see jose.h. */
#include "adapters/oidc/jose.h"

#include "adapters/oidc/gost.h"
#include "base/json.h"

#include <jansson.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <string.h>

#define TOKEN_MAX 16384

static const char *const names[] = {
    [JOSE_RS256] = "RS256", [JOSE_ES256] = "ES256", [JOSE_EDDSA] = "EdDSA", [JOSE_GOST] = "GOST3410_2012_256"};

/* Two numbers of 32 bytes, as JWS writes ES256, into the DER that OpenSSL reads. */
static int to_der(struct text raw, unsigned char **der) {
    if (raw.size != 64) return 0;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn((const unsigned char *)raw.data, 32, NULL);
    BIGNUM *s = BN_bin2bn((const unsigned char *)raw.data + 32, 32, NULL);
    if (pair == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(pair, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(pair);
        return 0;
    }
    int size = i2d_ECDSA_SIG(pair, der);
    ECDSA_SIG_free(pair);
    return size;
}

static bool signature_matches(const struct jose_key *key, struct text message, struct text signature) {
    unsigned char *der = NULL;
    const unsigned char *given = (const unsigned char *)signature.data;
    size_t size = signature.size;
    if (key->algorithm == JOSE_ES256) {
        int length = to_der(signature, &der);
        if (length <= 0) return false;
        given = der;
        size = (size_t)length;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const EVP_MD *digest = key->algorithm == JOSE_EDDSA  ? NULL
                           : key->algorithm == JOSE_GOST ? gost_digest()
                                                         : EVP_sha256();
    bool good = context != NULL && EVP_DigestVerifyInit(context, NULL, digest, NULL, key->key) == 1 &&
                EVP_DigestVerify(context, given, size, (const unsigned char *)message.data, message.size) == 1;
    EVP_MD_CTX_free(context);
    OPENSSL_free(der);
    return good;
}

struct header {
    enum jose_algorithm algorithm;
    struct text key_id; /* TEXT_NONE: none named */
};

static enum jose_verdict header_read(struct arena *arena, struct text encoded, struct header *header) {
    struct text bytes;
    if (!text_unbase64(arena, encoded, &bytes)) return JOSE_MALFORMED;
    const json_t *object = json_read(arena, bytes);
    const json_t *algorithm = json_object_get(object, "alg"), *id = json_object_get(object, "kid");
    if (!json_is_object(object) || !json_is_string(algorithm) || json_object_get(object, "crit") != NULL ||
        (id != NULL && !json_is_string(id)))
        return JOSE_MALFORMED;
    *header = (struct header){0};
    for (size_t i = JOSE_RS256; i <= JOSE_GOST; i++)
        if (strcmp(json_string_value(algorithm), names[i]) == 0) header->algorithm = (enum jose_algorithm)i;
    if (id != NULL) header->key_id = (struct text){json_string_value(id), json_string_length(id)};
    return header->algorithm != 0 ? JOSE_GOOD : JOSE_ALGORITHM;
}

enum jose_verdict jose_verify(struct arena *arena, struct text token, const struct jose_key *keys, size_t count,
                              struct text *claims) {
    if (token.data == NULL || token.size > TOKEN_MAX) return JOSE_MALFORMED;
    struct text rest, more = TEXT_NONE, signature;
    struct text head = text_split(token, '.', &rest);
    struct text payload = text_split(rest, '.', &more), mark = text_split(more, '.', &rest);
    if (payload.size == 0 || rest.data != NULL) return JOSE_MALFORMED;
    struct header header;
    enum jose_verdict verdict = header_read(arena, head, &header);
    if (verdict != JOSE_GOOD) return verdict;
    if (mark.size == 0 || !text_unbase64(arena, mark, &signature) || !text_unbase64(arena, payload, claims))
        return JOSE_MALFORMED;
    struct text message = {token.data, head.size + 1 + payload.size};
    verdict = JOSE_NO_KEY;
    for (size_t i = 0; i < count; i++) {
        if (keys[i].algorithm != header.algorithm) continue;
        if (header.key_id.data != NULL && keys[i].id[0] != '\0' && !text_is(header.key_id, keys[i].id)) continue;
        if (signature_matches(&keys[i], message, signature)) return JOSE_GOOD;
        verdict = JOSE_FORGED;
    }
    return verdict;
}
