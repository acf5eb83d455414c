/* vapid.c: who we are, for a push service (RFC 8292): a token (RFC 7519) for that service alone, signed by ES256. */
#include "adapters/webpush/internal.h"

#include <openssl/ecdsa.h>

/* Two numbers of 32 bytes, as JWS wants them, out of OpenSSL's DER. */
static bool raw_signature(const unsigned char *der, size_t size, uint8_t raw[64]) {
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)size);
    bool good = pair != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, 32) == 32 &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + 32, 32) == 32;
    ECDSA_SIG_free(pair);
    return good;
}

static bool sign(EVP_PKEY *pair, struct text message, uint8_t raw[64]) {
    unsigned char der[128];
    size_t size = sizeof der;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pair) == 1 &&
                EVP_DigestSign(context, der, &size, (const unsigned char *)message.data, message.size) == 1 &&
                raw_signature(der, size, raw);
    EVP_MD_CTX_free(context);
    return good;
}

struct text webpush_authorization(struct arena *arena, EVP_PKEY *pair, struct text key, struct text origin,
                                  struct text contact, moment until) {
    static const char head[] = "{\"typ\":\"JWT\",\"alg\":\"ES256\"}";
    /* origin and contact were checked when they were read: neither holds a quote or a backslash */
    struct text claims =
        text_format(arena, "{\"aud\":\"%.*s\",\"exp\":%lld,\"sub\":\"%.*s\"}", TEXT_ARG(origin),
                    (long long)(until / SECOND), TEXT_ARG(contact));
    struct text first = text_base64url(arena, head, sizeof head - 1);
    struct text second = text_base64url(arena, claims.data, claims.size);
    struct text message = text_format(arena, "%.*s.%.*s", TEXT_ARG(first), TEXT_ARG(second));
    uint8_t raw[64];
    if (!sign(pair, message, raw)) return TEXT_NONE;
    struct text mark = text_base64url(arena, raw, sizeof raw);
    return text_format(arena, "vapid t=%.*s.%.*s, k=%.*s", TEXT_ARG(message), TEXT_ARG(mark), TEXT_ARG(key));
}
