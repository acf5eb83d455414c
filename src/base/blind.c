/* blind.c: see blind.h. libsodium clamps a scalar to a multiple of 8, so nothing of small order survives, and points of
 * the curve's twist tell no more of k than those of the curve (RFC 7748, §7). */
#include "base/blind.h"

#include "base/check.h"
#include "base/secret.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static_assert(BLIND_POINT_SIZE == crypto_scalarmult_curve25519_BYTES && SECRET_HASH_SIZE == BLIND_POINT_SIZE,
              "one hash is one scalar, one point");

static void digest(const char *purpose, struct text number, const uint8_t *more, size_t more_size,
                   uint8_t hash[crypto_hash_sha256_BYTES]) {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const unsigned char *)purpose, strlen(purpose));
    crypto_hash_sha256_update(&state, (const unsigned char *)number.data, number.size);
    if (more_size > 0) crypto_hash_sha256_update(&state, more, more_size);
    crypto_hash_sha256_final(&state, hash);
}

static void point_of(struct text number, uint8_t point[BLIND_POINT_SIZE]) {
    uint8_t uniform[crypto_hash_sha256_BYTES], edwards[crypto_core_ed25519_BYTES];
    digest("kabinet friends point", number, NULL, 0, uniform);
    check(crypto_core_ed25519_from_uniform(edwards, uniform) == 0);
    check(crypto_sign_ed25519_pk_to_curve25519(point, edwards) == 0);
}

bool blind_answer(const struct keyring *keyring, const uint8_t asked[BLIND_POINT_SIZE],
                  uint8_t answer[BLIND_POINT_SIZE]) {
    uint8_t key[SECRET_HASH_SIZE];
    secret_hash(keyring, "friends.blind", TEXT_NONE, key);
    bool good = crypto_scalarmult_curve25519(answer, key, asked) == 0;
    sodium_memzero(key, sizeof key);
    return good;
}

struct blind_result blind_result(const struct keyring *keyring, struct text number) {
    uint8_t point[BLIND_POINT_SIZE], answer[BLIND_POINT_SIZE], hash[crypto_hash_sha256_BYTES];
    struct blind_result result;
    point_of(number, point);
    check(blind_answer(keyring, point, answer));
    digest("kabinet friends tag", number, answer, sizeof answer, hash);
    memcpy(result.tag, hash, BLIND_HALF_SIZE);
    memcpy(result.mark, hash + BLIND_HALF_SIZE, BLIND_HALF_SIZE);
    return result;
}

void blind_bucket(struct text number, uint8_t bucket[BLIND_BUCKET_SIZE]) {
    uint8_t hash[crypto_hash_sha256_BYTES];
    digest("kabinet friends bucket", number, NULL, 0, hash);
    memcpy(bucket, hash, BLIND_BUCKET_SIZE);
}
