/* gost.c: see gost.h. OpenSSL 3.0 calls engines old-fashioned; Debian 12 has these algorithms in no other shape. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "adapters/oidc/gost.h"

#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool loaded; /* written once, before anybody reads */

/* Never unloaded: keys and digests of it are held as long as the process runs. */
static void load(void) {
    ENGINE_load_dynamic();
    ENGINE *engine = ENGINE_by_id("gost");
    if (engine == NULL) return;
    unsigned methods = ENGINE_METHOD_DIGESTS | ENGINE_METHOD_PKEY_METHS | ENGINE_METHOD_PKEY_ASN1_METHS;
    loaded = ENGINE_init(engine) == 1 && ENGINE_set_default(engine, methods) == 1;
    ENGINE_free(engine);
}

bool gost_ready(void) {
    pthread_once(&once, load);
    return loaded;
}

bool gost_type(int type) {
    return type == NID_id_GostR3410_2012_256;
}

const struct evp_md_st *gost_digest(void) {
    return gost_ready() ? EVP_get_digestbynid(NID_id_GostR3411_2012_256) : NULL;
}
