/* password.c: Argon2id through libsodium, with the parameters of OWASP's password storage advice. */
#include "base/secret.h"

#include "base/check.h"

#include <sodium.h>
#include <string.h>

#define MEMORY ((size_t)19 * 1024 * 1024)
#define PASSES 2

bool password_hash(struct arena *arena, struct text password, struct text *encoded) {
    char hash[crypto_pwhash_STRBYTES];
    check(sodium_init() >= 0);
    if (crypto_pwhash_str_alg(hash, password.data == NULL ? "" : password.data, password.size, PASSES, MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return false;
    }
    *encoded = text_copy(arena, text_from(hash));
    return true;
}

bool password_matches(struct text encoded, struct text password) {
    char hash[crypto_pwhash_STRBYTES];
    check(sodium_init() >= 0);
    if (encoded.size == 0 || encoded.size >= sizeof hash) return false;
    memcpy(hash, encoded.data, encoded.size);
    memset(hash + encoded.size, 0, sizeof hash - encoded.size);
    return crypto_pwhash_str_verify(hash, password.data == NULL ? "" : password.data, password.size) == 0;
}

bool password_matches_nobody(struct text password) {
    /* Of a random password nobody kept; its parameters are those of password_hash, and a test says so. */
    static const char nobody[] =
        "$argon2id$v=19$m=19456,t=2,p=1$qIiy69PwBbk0yCwa2AZouA$EI2Pu1AA3srHmBagMtMjqRj5kVwPYVUebyfjpPVV26E";
    (void)password_matches(text_from(nobody), password);
    return false;
}
