/* esia_keys.c: the portal's and its client's keys: made, kept in a folder, used. GOST comes from OpenSSL's engine. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "sandbox/esia.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct pair {
    EVP_PKEY *key;
    X509 *certificate;
};

struct portal_keys {
    bool gost;
    struct pair client, portal;
    EVP_PKEY *foreign; /* nobody's */
};

static bool load_gost(void) {
    ENGINE_load_dynamic();
    ENGINE *engine = ENGINE_by_id("gost");
    bool good = engine != NULL && ENGINE_init(engine) == 1 && ENGINE_set_default(engine, ENGINE_METHOD_ALL) == 1;
    ENGINE_free(engine);
    return good;
}

static const EVP_MD *digest_of(bool gost) {
    return gost ? EVP_get_digestbyname("md_gost12_256") : EVP_sha256();
}

static EVP_PKEY *key_new(bool gost) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(gost ? NID_id_GostR3410_2012_256 : EVP_PKEY_RSA, NULL);
    bool good = context != NULL && EVP_PKEY_keygen_init(context) == 1 &&
                (gost ? EVP_PKEY_CTX_ctrl_str(context, "paramset", "A") > 0
                      : EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) > 0) &&
                EVP_PKEY_keygen(context, &key) == 1;
    EVP_PKEY_CTX_free(context);
    return good ? key : NULL;
}

static X509 *certificate_new(EVP_PKEY *key, bool gost, const char *name) {
    X509 *made = X509_new();
    X509_NAME *subject = made != NULL ? X509_get_subject_name(made) : NULL;
    bool good = subject != NULL && X509_set_version(made, 2) == 1 &&
                ASN1_INTEGER_set(X509_get_serialNumber(made), 1) == 1 &&
                X509_gmtime_adj(X509_getm_notBefore(made), -3600) != NULL &&
                X509_gmtime_adj(X509_getm_notAfter(made), 3650L * 24 * 3600) != NULL &&
                X509_set_pubkey(made, key) == 1 &&
                X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) == 1 &&
                X509_set_issuer_name(made, subject) == 1 && X509_sign(made, key, digest_of(gost)) > 0;
    if (good) return made;
    X509_free(made);
    return NULL;
}

/* Under another name first: whoever waits for the file finds it whole. */
static bool keep(const char *path, mode_t mode, int (*write)(BIO *out, const struct pair *pair),
                 const struct pair *pair) {
    char fresh[512];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    mode_t before = umask((mode_t)(0777 & ~mode));
    BIO *out = BIO_new_file(fresh, "w");
    umask(before);
    bool good = out != NULL && write(out, pair) == 1 && BIO_flush(out) == 1;
    BIO_free(out);
    return good && rename(fresh, path) == 0;
}

static int write_key(BIO *out, const struct pair *pair) {
    return PEM_write_bio_PrivateKey(out, pair->key, NULL, NULL, 0, NULL, NULL);
}

static int write_certificate(BIO *out, const struct pair *pair) {
    return PEM_write_bio_X509(out, pair->certificate);
}

static bool pair_read(struct pair *pair, const char *key_path, const char *certificate_path) {
    BIO *key = BIO_new_file(key_path, "r"), *certificate = BIO_new_file(certificate_path, "r");
    if (key != NULL) pair->key = PEM_read_bio_PrivateKey(key, NULL, NULL, NULL);
    if (certificate != NULL) pair->certificate = PEM_read_bio_X509(certificate, NULL, NULL, NULL);
    BIO_free(key);
    BIO_free(certificate);
    return pair->key != NULL && pair->certificate != NULL;
}

/* The certificate last: with it both are there. */
static bool pair_open(struct pair *pair, const char *folder, const char *name, bool gost) {
    char key_path[400], certificate_path[400];
    snprintf(key_path, sizeof key_path, "%s/%s.key", folder, name);
    snprintf(certificate_path, sizeof certificate_path, "%s/%s.crt", folder, name);
    if (pair_read(pair, key_path, certificate_path)) return true;
    EVP_PKEY_free(pair->key);
    X509_free(pair->certificate);
    *pair = (struct pair){.key = key_new(gost)};
    if (pair->key != NULL) pair->certificate = certificate_new(pair->key, gost, name);
    return pair->certificate != NULL && keep(key_path, 0600, write_key, pair) &&
           keep(certificate_path, 0644, write_certificate, pair);
}

struct portal_keys *portal_keys_open(const char *folder, bool gost, struct text *problem) {
    struct portal_keys *keys = calloc(1, sizeof *keys);
    bool loaded = load_gost(); /* keys kept from before may be of that kind */
    *problem = TEXT("no keys for the portal");
    if (gost && !loaded) *problem = TEXT("GOST needs libengine-gost-openssl");
    mkdir(folder, 0700);
    if (keys != NULL && (loaded || !gost) && pair_open(&keys->portal, folder, "portal", gost) &&
        pair_open(&keys->client, folder, "client", gost)) {
        keys->gost = EVP_PKEY_get_base_id(keys->portal.key) == NID_id_GostR3410_2012_256;
        keys->foreign = key_new(keys->gost);
        if (keys->foreign != NULL) return keys;
    }
    portal_keys_close(keys);
    return NULL;
}

void portal_keys_close(struct portal_keys *keys) {
    if (keys == NULL) return;
    EVP_PKEY_free(keys->client.key);
    EVP_PKEY_free(keys->portal.key);
    EVP_PKEY_free(keys->foreign);
    X509_free(keys->client.certificate);
    X509_free(keys->portal.certificate);
    free(keys);
}

/* The registered certificate is looked for by the signer's name in the message, so another's signature has no signer
 * here; that it hangs from no authority is nothing: it is registered. */
bool portal_signed(struct arena *arena, const struct portal_keys *keys, struct text signature, struct text message) {
    struct text der;
    if (signature.size == 0 || !text_unbase64(arena, signature, &der)) return false;
    const unsigned char *at = (const unsigned char *)der.data;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.size);
    BIO *content = BIO_new_mem_buf(message.data, (int)message.size);
    STACK_OF(X509) *registered = sk_X509_new_null();
    bool good = cms != NULL && content != NULL && registered != NULL &&
                sk_X509_push(registered, keys->client.certificate) > 0 && CMS_is_detached(cms) == 1 &&
                CMS_verify(cms, registered, NULL, content, NULL,
                           CMS_BINARY | CMS_DETACHED | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY) == 1;
    sk_X509_free(registered);
    BIO_free(content);
    CMS_ContentInfo_free(cms);
    return good;
}

/* ---- tokens ---- */

static struct text signature_of(struct arena *arena, EVP_PKEY *key, bool gost, struct text message) {
    unsigned char bytes[512];
    size_t size = sizeof bytes;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestSignInit(context, NULL, digest_of(gost), NULL, key) == 1 &&
                EVP_DigestSign(context, bytes, &size, (const unsigned char *)message.data, message.size) == 1;
    EVP_MD_CTX_free(context);
    return good ? text_base64url(arena, bytes, size) : TEXT("");
}

/* Taking the certificate that everybody has for a shared secret. */
static struct text confused(struct arena *arena, const struct portal_keys *keys, struct text message) {
    BIO *out = BIO_new(BIO_s_mem());
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    char *pem = NULL;
    long length = out != NULL && PEM_write_bio_PUBKEY(out, keys->portal.key) == 1 ? BIO_get_mem_data(out, &pem) : 0;
    HMAC(EVP_sha256(), pem, (int)length, (const unsigned char *)message.data, message.size, mac, &size);
    struct text encoded = text_base64url(arena, mac, size);
    BIO_free(out);
    return encoded;
}

struct text portal_token(struct arena *arena, const struct portal_keys *keys, struct text claims,
                         enum portal_signing how) {
    const char *algorithm = how == SIGN_NONE       ? "none"
                            : how == SIGN_CONFUSED ? "HS256"
                            : keys->gost           ? "GOST3410_2012_256"
                                                   : "RS256";
    struct text header = text_format(arena, "{\"ver\":1,\"typ\":\"JWT\",\"sbt\":\"access\",\"alg\":\"%s\"}", algorithm);
    struct text message = text_format(arena, "%.*s.%.*s", TEXT_ARG(text_base64url(arena, header.data, header.size)),
                                      TEXT_ARG(text_base64url(arena, claims.data, claims.size)));
    struct text mark = how == SIGN_NONE ? TEXT("")
                       : how == SIGN_CONFUSED
                           ? confused(arena, keys, message)
                           : signature_of(arena, how == SIGN_OTHER_KEY ? keys->foreign : keys->portal.key, keys->gost,
                                          message);
    return text_format(arena, "%.*s.%.*s", TEXT_ARG(message), TEXT_ARG(mark));
}
