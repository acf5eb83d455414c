/* webauthn_test.c: what authenticators send, and what attackers do: ES256, EdDSA and RS256 made and signed here by
 * OpenSSL, then each bound of CBOR and each flag wrong, cut at every byte, every byte changed (ID-8). */
#include "factors/cbor_walk.h"
#include "factors/passkey.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* ---- CBOR ---- */

static void items(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        size_t size; /* 0: refused */
    } rows[] = {
        {"00", 1},
        {"1818", 2},
        {"18", 0},
        {"19ffff", 3},
        {"19ff", 0},
        {"1b0000000000000001", 9},
        {"1c", 0},
        {"1f", 0},
        {"20", 1},
        {"40", 1},
        {"43010203", 4},
        {"430102", 0},
        {"5b7fffffffffffffff", 0},
        {"5bffffffffffffffff", 0},
        {"5f4101ff", 0},
        {"6161", 2},
        {"80", 1},
        {"820102", 3},
        {"8201", 0},
        {"9affffffff", 0},
        {"9bffffffffffffffff", 0},
        {"9f01ff", 0},
        {"a0", 1},
        {"a10102", 3},
        {"a101", 0},
        {"bbffffffffffffffff", 0},
        {"bb8000000000000000", 0},
        {"c001", 0},
        {"f4", 1},
        {"f5", 1},
        {"f6", 1},
        {"f7", 0},
        {"f814", 0},
        {"f90000", 0},
        {"fb0000000000000000", 0},
        {"ff", 0},
        {"", 0},
        {"81818180", 4},
        {"8181818180", 5},
        {"818181818180", 0},
    };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text bytes = TEXT_NONE;
        assert_true(text_unhex(arena, text_from(rows[i].hex), &bytes));
        if (cbor_item(bytes) != rows[i].size) fail_msg("%s: %zu", rows[i].hex, cbor_item(bytes));
    }
    arena_free(arena);
}

/* A thousand arrays, one in the other: neither the stack nor time. */
static void nested(void **state) {
    (void)state;
    char deep[8192];
    memset(deep, 0x81, sizeof deep);
    assert_int_equal(cbor_item((struct text){deep, sizeof deep}), 0);
}

static void members(void **state) {
    (void)state;
    struct text item, content;
    const struct text map = TEXT("\xa2\x61"
                                 "a\x41x\x61"
                                 "b\x01");
    assert_true(cbor_member(map, "a", &item) && cbor_bytes(item, &content) && text_is(content, "x"));
    assert_true(cbor_member(map, "b", &item) && !cbor_bytes(item, &content));
    assert_false(cbor_member(map, "c", &item));
    assert_false(cbor_member(TEXT_NONE, "a", &item));
    const struct text twice = TEXT("\xa2\x61"
                                   "a\x41x\x61"
                                   "a\x41y");
    assert_false(cbor_member(twice, "a", &item));
    const struct text more = TEXT("\xa1\x61"
                                  "a\x41x!");
    assert_false(cbor_member(more, "a", &item));
}

/* ---- an authenticator ---- */

static const struct relying_party party = {"my.example.ru", {"https://my.example.ru", 21}};

struct device {
    EVP_PKEY *key;
    int algorithm;
};

static EVP_PKEY *key_new(int algorithm) {
    if (algorithm == -7) return EVP_EC_gen("P-256");
    if (algorithm == -8) return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    return EVP_RSA_gen(2048);
}

static void add_bytes(struct buffer *out, const void *data, size_t size) {
    if (size < 24) buffer_add_char(out, (char)(0x40 | size));
    else if (size < 256) {
        buffer_add_char(out, 0x58);
        buffer_add_char(out, (char)size);
    } else {
        buffer_add_char(out, 0x59);
        buffer_add_char(out, (char)(size >> 8));
        buffer_add_char(out, (char)size);
    }
    buffer_add(out, data, size);
}

/* RFC 8152: the public half as a COSE key. */
static void add_key(struct buffer *out, const struct device *device) {
    uint8_t raw[65];
    size_t size = 0;
    if (device->algorithm == -7) {
        assert_true(EVP_PKEY_get_octet_string_param(device->key, "pub", raw, sizeof raw, &size) == 1 && size == 65);
        buffer_add_literal(out, "\xa5\x01\x02\x03\x26\x20\x01\x21");
        add_bytes(out, raw + 1, 32);
        buffer_add_char(out, 0x22);
        add_bytes(out, raw + 33, 32);
    } else if (device->algorithm == -8) {
        size = sizeof raw;
        assert_int_equal(EVP_PKEY_get_raw_public_key(device->key, raw, &size), 1);
        buffer_add_literal(out, "\xa4\x01\x01\x03\x27\x20\x06\x21");
        add_bytes(out, raw, size);
    } else {
        BIGNUM *n = NULL;
        uint8_t bytes[256];
        assert_int_equal(EVP_PKEY_get_bn_param(device->key, "n", &n), 1);
        assert_int_equal(BN_bn2binpad(n, bytes, sizeof bytes), 256);
        BN_free(n);
        buffer_add_literal(out, "\xa4\x01\x03\x03\x39\x01\x00\x20");
        add_bytes(out, bytes, sizeof bytes);
        buffer_add_literal(out, "\x21\x43\x01\x00\x01");
    }
}

static void add_head(struct buffer *out, unsigned flags, unsigned counter) {
    uint8_t hash[32];
    SHA256((const uint8_t *)party.id, strlen(party.id), hash);
    buffer_add(out, hash, sizeof hash);
    buffer_add_char(out, (char)flags);
    for (int shift = 24; shift >= 0; shift -= 8) buffer_add_char(out, (char)(counter >> shift));
}

static struct text attestation(struct arena *arena, const struct device *device, unsigned flags) {
    struct buffer data = buffer_new(arena, 1024), object = buffer_new(arena, 2048);
    add_head(&data, flags, 0);
    for (int i = 0; i < 16; i++) buffer_add_char(&data, 0);
    buffer_add_literal(&data, "\x00\x10"
                              "sixteen bytes id");
    add_key(&data, device);
    buffer_add_literal(&object, "\xa3\x63"
                                "fmt\x64none\x67"
                                "attStmt\xa0\x68"
                                "authData");
    add_bytes(&object, data.data, data.size);
    return buffer_text(&object);
}

static struct text sign(struct arena *arena, const struct device *device, struct text data, struct text client) {
    uint8_t hash[32], signature[512];
    size_t size = sizeof signature;
    SHA256((const uint8_t *)client.data, client.size, hash);
    struct text signed_bytes = text_join(arena, data, (struct text){(const char *)hash, sizeof hash});
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const EVP_MD *digest = device->algorithm == -8 ? NULL : EVP_sha256();
    assert_int_equal(EVP_DigestSignInit(context, NULL, digest, NULL, device->key), 1);
    assert_int_equal(EVP_DigestSign(context, signature, &size, (const uint8_t *)signed_bytes.data, signed_bytes.size),
                     1);
    EVP_MD_CTX_free(context);
    return text_copy(arena, (struct text){(const char *)signature, size});
}

static struct text head(struct arena *arena, unsigned flags, unsigned counter) {
    struct buffer data = buffer_new(arena, 64);
    add_head(&data, flags, counter);
    return buffer_text(&data);
}

#define PRESENT_AND_VERIFIED 5
#define MADE (PRESENT_AND_VERIFIED | 64)

static void three_algorithms(void **state) {
    (void)state;
    static const int algorithms[] = {-7, -8, -257};
    const struct text client = TEXT("{\"type\":\"webauthn.get\"}");
    for (size_t i = 0; i < 3; i++) {
        struct arena *arena = arena_new(1 << 20);
        struct device device = {key_new(algorithms[i]), algorithms[i]}, other = {key_new(algorithms[i]), algorithms[i]};
        struct passkey passkey = {0};
        int64_t counter = -1;
        assert_true(attestation_read(arena, attestation(arena, &device, MADE), &party, &passkey));
        assert_int_equal(passkey.algorithm, algorithms[i]);
        assert_true(text_is(passkey.credential, "sixteen bytes id"));

        struct text data = head(arena, PRESENT_AND_VERIFIED, 7), signature = sign(arena, &device, data, client);
        assert_true(assertion_right(&passkey, &party, client, data, signature, &counter));
        assert_int_equal(counter, 7);
        struct text foreign = sign(arena, &other, data, client);
        assert_false(assertion_right(&passkey, &party, client, data, foreign, &counter));
        assert_false(assertion_right(&passkey, &party, TEXT("{}"), data, signature, &counter));
        const struct relying_party evil = {"evil.example", {"https://evil.example", 20}};
        assert_false(assertion_right(&passkey, &evil, client, data, signature, &counter));
        struct passkey confused = passkey; /* the same bytes as a key of another kind */
        confused.algorithm = algorithms[(i + 1) % 3];
        assert_false(assertion_right(&confused, &party, client, data, signature, &counter));
        confused.algorithm = -65535;
        assert_false(assertion_right(&confused, &party, client, data, signature, &counter));
        EVP_PKEY_free(device.key);
        EVP_PKEY_free(other.key);
        arena_free(arena);
    }
}

static void counters_and_flags(void **state) {
    (void)state;
    static const struct {
        unsigned flags, counter;
        int64_t before;
        bool right;
    } rows[] = {{5, 0, 0, true},    {5, 1, 0, true},          {5, 8, 7, true},   {5, 7, 7, false}, {5, 6, 7, false},
                {5, 0, 7, false},   {4, 8, 7, false},         {1, 8, 7, false},  {0, 8, 7, false}, {69, 8, 7, false},
                {133, 8, 7, false}, {5, 0xFFFFFFFF, 7, true}, {0x1D, 8, 7, true}};
    struct arena *arena = arena_new(1 << 20);
    struct device device = {key_new(-7), -7};
    const struct text client = TEXT("{}");
    struct passkey passkey = {0};
    int64_t counter = 0;
    assert_true(attestation_read(arena, attestation(arena, &device, MADE), &party, &passkey));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text data = head(arena, rows[i].flags, rows[i].counter);
        passkey.counter = rows[i].before;
        struct text signature = sign(arena, &device, data, client);
        if (assertion_right(&passkey, &party, client, data, signature, &counter) != rows[i].right)
            fail_msg("row %zu", i);
    }
    for (unsigned flags = 0; flags < 256; flags++) { /* present, verified, attested, without extensions */
        struct passkey made = {0};
        bool may = (flags & 0xC5) == 0x45;
        if (attestation_read(arena, attestation(arena, &device, flags), &party, &made) != may)
            fail_msg("flags %u", flags);
    }
    EVP_PKEY_free(device.key);
    arena_free(arena);
}

/* Cut at every byte nothing is read; a byte changed anywhere never crashes, nor lets another credential in. */
static void hostile(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 24);
    struct device device = {key_new(-7), -7};
    struct passkey passkey = {0};
    const struct text client = TEXT("{}");
    struct text object = attestation(arena, &device, MADE);
    for (size_t size = 0; size < object.size; size++) {
        struct text cut = text_copy(arena, text_slice(object, 0, size));
        assert_false(attestation_read(arena, cut, &party, &passkey));
    }
    assert_false(attestation_read(arena, text_join(arena, object, TEXT("!")), &party, &passkey));
    for (size_t at = 0; at < object.size; at++) {
        for (int bit = 0; bit < 8; bit++) {
            char *changed = arena_array(arena, char, object.size);
            memcpy(changed, object.data, object.size);
            changed[at] ^= (char)(1 << bit);
            (void)attestation_read(arena, (struct text){changed, object.size}, &party, &passkey);
        }
    }
    assert_true(attestation_read(arena, object, &party, &passkey));
    struct text data = head(arena, PRESENT_AND_VERIFIED, 1), signature = sign(arena, &device, data, client);
    int64_t counter;
    for (size_t size = 0; size < data.size; size++)
        assert_false(assertion_right(&passkey, &party, client, text_slice(data, 0, size), signature, &counter));
    for (size_t at = 0; at < signature.size; at++) {
        char changed[512];
        memcpy(changed, signature.data, signature.size);
        changed[at] ^= 1;
        assert_false(assertion_right(&passkey, &party, client, data, (struct text){changed, signature.size}, &counter));
    }
    EVP_PKEY_free(device.key);
    arena_free(arena);
}

static void client_data(void **state) {
    (void)state;
    static const struct {
        const char *json;
        bool good;
    } rows[] = {
        {"{\"type\":\"webauthn.get\",\"challenge\":\"abc\",\"origin\":\"https://my.example.ru\"}", true},
        {"{\"type\":\"webauthn.get\",\"challenge\":\"abc\",\"origin\":\"https://my.example.ru\",\"crossOrigin\":false,"
         "\"tokenBinding\":{\"status\":\"supported\"}}",
         true},
        {"{\"type\":\"webauthn.get\",\"challenge\":\"abc\",\"origin\":\"https://my.example.ru\",\"crossOrigin\":true}",
         false},
        {"{\"type\":\"webauthn.create\",\"challenge\":\"abc\",\"origin\":\"https://my.example.ru\"}", false},
        {"{\"type\":\"webauthn.get\",\"challenge\":\"abc\",\"origin\":\"https://my.example.ru.evil\"}", false},
        {"{\"type\":\"webauthn.get\",\"challenge\":\"abc\",\"origin\":\"http://my.example.ru\"}", false},
        {"{\"type\":\"webauthn.get\",\"challenge\":\"\",\"origin\":\"https://my.example.ru\"}", false},
        {"{\"type\":\"webauthn.get\",\"challenge\":[1],\"origin\":\"https://my.example.ru\"}", false},
        {"{\"type\":\"webauthn.get\",\"type\":\"webauthn.get\",\"challenge\":\"a\",\"origin\":\"https://"
         "my.example.ru\"}",
         false},
        {"[]", false},
        {"", false},
        {"{", false},
        {"null", false},
    };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text challenge;
        if (client_data_read(arena, text_from(rows[i].json), "webauthn.get", party.origin, &challenge) != rows[i].good)
            fail_msg("%s", rows[i].json);
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items),       cmocka_unit_test(nested),           cmocka_unit_test(members),
        cmocka_unit_test(client_data), cmocka_unit_test(three_algorithms), cmocka_unit_test(counters_and_flags),
        cmocka_unit_test(hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
