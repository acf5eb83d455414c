/* blind_test.c: BK-3: the oblivious function of blind.h: what an asker gets out of a blinded number is what we have by
 * the number itself; another number or another key is another thing. The asker's side is made here by libsodium, in the
 * browser by WebCrypto (test/interface/contacts.test.mjs compares those two). */
#include "base/blind.h"

#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <sodium.h>

static struct keyring *keyring_of(uint8_t byte) {
    uint8_t root[32];
    memset(root, byte, sizeof root);
    return keyring_from_bytes(root);
}

static void sha(const char *purpose, const char *number, const uint8_t *more, size_t size, uint8_t hash[32]) {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const unsigned char *)purpose, strlen(purpose));
    crypto_hash_sha256_update(&state, (const unsigned char *)number, strlen(number));
    if (size > 0) crypto_hash_sha256_update(&state, more, size);
    crypto_hash_sha256_final(&state, hash);
}

/* r and r⁻¹ (mod ℓ), both of the form that X25519 takes: one of two r has such an inverse. */
static void blinding(uint8_t seed, uint8_t r[32], uint8_t back[32]) {
    static const uint8_t one[32] = {1}, eight[32] = {8};
    for (;; seed++) {
        uint8_t inverse[32], zero[32] = {0}, scalar[32], left; /* inverse: of 8·r, so that 8·inverse is that of r */
        memset(r, seed, 32);
        r[0] &= 248;
        r[31] = (r[31] & 127) | 64;
        crypto_core_ed25519_scalar_add(scalar, r, zero); /* mod ℓ */
        crypto_core_ed25519_scalar_mul(scalar, scalar, eight);
        assert_int_equal(crypto_core_ed25519_scalar_invert(inverse, scalar), 0);
        crypto_core_ed25519_scalar_mul(scalar, scalar, inverse);
        assert_memory_equal(scalar, one, 32);
        if (inverse[31] >> 3 != 1) continue; /* 2²⁵¹ ≤ inverse < 2²⁵² */
        left = 0;
        for (int i = 0; i < 32; i++) {
            back[i] = (uint8_t)(inverse[i] << 3 | left);
            left = inverse[i] >> 5;
        }
        return;
    }
}

/* As an asker does; the result's two halves. */
static void ask(const struct keyring *keyring, const char *number, uint8_t seed, uint8_t asked[32],
                uint8_t result[32]) {
    uint8_t uniform[32], edwards[32], point[32], r[32], back[32], answer[32], end[32];
    sha("kabinet friends point", number, NULL, 0, uniform);
    crypto_core_ed25519_from_uniform(edwards, uniform);
    assert_int_equal(crypto_sign_ed25519_pk_to_curve25519(point, edwards), 0);
    blinding(seed, r, back);
    assert_int_equal(crypto_scalarmult_curve25519(asked, r, point), 0);
    assert_true(blind_answer(keyring, asked, answer));
    assert_int_equal(crypto_scalarmult_curve25519(end, back, answer), 0);
    sha("kabinet friends tag", number, end, 32, result);
}

static void found_by_the_number(void **state) {
    (void)state;
    struct keyring *keyring = keyring_of(7);
    struct blind_result known = blind_result(keyring, TEXT("+79161234567"));
    struct blind_result other = blind_result(keyring, TEXT("+79161234568"));
    assert_memory_not_equal(known.tag, other.tag, sizeof known.tag);
    assert_memory_not_equal(known.tag, known.mark, sizeof known.tag);
    struct keyring *another = keyring_of(8);
    struct blind_result elsewhere = blind_result(another, TEXT("+79161234567"));
    assert_memory_not_equal(known.tag, elsewhere.tag, sizeof known.tag);
    uint8_t asked[2][32], result[32];
    for (int i = 0; i < 2; i++) {
        ask(keyring, "+79161234567", (uint8_t)(3 + 40 * i), asked[i], result);
        assert_memory_equal(result, known.tag, sizeof known.tag);
        assert_memory_equal(result + sizeof known.tag, known.mark, sizeof known.mark);
    }
    assert_memory_not_equal(asked[0], asked[1], 32); /* the same number, asked twice, looks like two */
    keyring_free(another);
    keyring_free(keyring);
}

static void nothing_of_small_order(void **state) {
    (void)state;
    struct keyring *keyring = keyring_of(7);
    uint8_t answer[32], zero[32] = {0}, one[32] = {1};
    assert_false(blind_answer(keyring, zero, answer));
    assert_false(blind_answer(keyring, one, answer));
    keyring_free(keyring);
}

static void buckets(void **state) {
    (void)state;
    uint8_t bucket[2], hash[32];
    sha("kabinet friends bucket", "+79161234567", NULL, 0, hash);
    blind_bucket(TEXT("+79161234567"), bucket);
    assert_memory_equal(bucket, hash, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(found_by_the_number), cmocka_unit_test(nothing_of_small_order),
                                       cmocka_unit_test(buckets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
