/* signer.c: see signer.h. */
#include "adapters/esia/signer.h"

#include "adapters/oidc/gost.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#define RSA_BITS_MIN 2048

struct signer {
    X509 *certificate;
    EVP_PKEY *key;
};

static X509 *read_certificate(const char *path) {
    BIO *file = BIO_new_file(path, "r");
    X509 *certificate = file != NULL ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
    BIO_free(file);
    return certificate;
}

/* A key without a passphrase: nobody is there to type it. */
static int no_passphrase(char *buffer, int size, int writing, void *self) {
    (void)buffer, (void)size, (void)writing, (void)self;
    return -1;
}

static EVP_PKEY *read_key(const char *path) {
    BIO *file = BIO_new_file(path, "r");
    EVP_PKEY *key = file != NULL ? PEM_read_bio_PrivateKey(file, NULL, no_passphrase, NULL) : NULL;
    if (key == NULL && file != NULL && gost_ready() && BIO_reset(file) == 0)
        key = PEM_read_bio_PrivateKey(file, NULL, no_passphrase, NULL);
    BIO_free(file);
    return key;
}

static const char *wrong_with(const struct signer *signer) {
    if (signer->key == NULL) return "the key cannot be read; a GOST one needs libengine-gost-openssl";
    if (signer->certificate == NULL) return "the certificate cannot be read";
    int type = EVP_PKEY_get_base_id(signer->key);
    bool strong = type == EVP_PKEY_RSA && EVP_PKEY_get_bits(signer->key) >= RSA_BITS_MIN;
    if (!strong && !gost_type(type)) return "the key must be RSA of 2048 bits or GOST R 34.10-2012 of 256";
    if (X509_check_private_key(signer->certificate, signer->key) != 1) return "the certificate is of another key";
    return NULL;
}

struct signer *signer_open(struct arena *arena, const char *certificate_file, const char *key_file,
                           struct text *problem) {
    struct signer *signer = arena_new_of(arena, struct signer);
    *signer = (struct signer){.key = read_key(key_file)};
    signer->certificate = read_certificate(certificate_file); /* after the key: the engine may be needed for it */
    const char *wrong = wrong_with(signer);
    if (wrong == NULL) return signer;
    *problem = text_format(arena, "%s: %s", key_file, wrong);
    signer_close(signer);
    return NULL;
}

void signer_close(struct signer *signer) {
    if (signer == NULL) return;
    X509_free(signer->certificate);
    EVP_PKEY_free(signer->key);
    *signer = (struct signer){0};
}

struct text signer_sign(struct arena *arena, const struct signer *signer, struct text message) {
    const unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_PARTIAL;
    BIO *content = BIO_new_mem_buf(message.data, (int)message.size), *out = BIO_new(BIO_s_mem());
    CMS_ContentInfo *signed_data = CMS_sign(NULL, NULL, NULL, NULL, flags);
    const EVP_MD *digest = gost_type(EVP_PKEY_get_base_id(signer->key)) ? gost_digest() : EVP_sha256();
    struct text encoded = TEXT_NONE;
    if (content != NULL && out != NULL && signed_data != NULL && digest != NULL &&
        CMS_add1_signer(signed_data, signer->certificate, signer->key, digest, flags) != NULL &&
        CMS_final(signed_data, content, NULL, flags) == 1 && i2d_CMS_bio(out, signed_data) == 1) {
        char *der = NULL;
        long size = BIO_get_mem_data(out, &der);
        if (size > 0) encoded = text_base64url(arena, der, (size_t)size);
    }
    CMS_ContentInfo_free(signed_data);
    BIO_free(content);
    BIO_free(out);
    return encoded;
}
