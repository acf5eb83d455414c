/* altcha.c: ALTCHA version 1: salt `hex?expires=UNIX&`, challenge = hex SHA-256(salt ‖ number), signature = hex
 * HMAC-SHA-256(key, challenge); what comes back is base64 of JSON. Pure: no store. */
#include "identity/robot.h"

#include "base/json.h"

#include <jansson.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <string.h>

struct text altcha_salt(struct arena *arena, const uint8_t random[12], moment expires) {
    return text_format(arena, "%s?expires=%lld&", text_hex(arena, random, 12).data, (long long)(expires / SECOND));
}

struct text altcha_challenge(struct arena *arena, struct text salt, int64_t number) {
    struct text message = text_format(arena, "%.*s%lld", TEXT_ARG(salt), (long long)number);
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)message.data, message.size, digest);
    return text_hex(arena, digest, sizeof digest);
}

struct text altcha_signature(struct arena *arena, const uint8_t key[SECRET_HASH_SIZE], struct text challenge) {
    uint8_t digest[SHA256_DIGEST_LENGTH];
    unsigned size = sizeof digest;
    if (HMAC(EVP_sha256(), key, SECRET_HASH_SIZE, (const unsigned char *)challenge.data, challenge.size, digest,
             &size) == NULL)
        arena_unwind(arena); /* it can only lack memory */
    return text_hex(arena, digest, sizeof digest);
}

static bool salt_expires(struct text salt, moment *expires) {
    static const char mark[] = "?expires=";
    if (salt.size > 200 || salt.size < 1 || salt.data[salt.size - 1] != '&') return false;
    const char *found = memmem(salt.data, salt.size, mark, sizeof mark - 1);
    if (!found) return false;
    const char *digits = found + sizeof mark - 1;
    size_t left = (size_t)(salt.data + salt.size - 1 - digits);
    int64_t unix_time = 0;
    if (left > 12 || !text_to_int((struct text){digits, left}, &unix_time)) return false;
    *expires = unix_time * SECOND;
    return true;
}

static struct text member(const json_t *object, const char *name, struct arena *arena) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value)) return TEXT_NONE;
    return text_copy(arena, (struct text){json_string_value(value), json_string_length(value)});
}

bool altcha_valid(struct arena *arena, const uint8_t key[SECRET_HASH_SIZE], struct text payload, moment now,
                  moment *expires, struct text *challenge) {
    struct text clear;
    if (payload.size == 0 || payload.size > 2048 || !text_unbase64(arena, payload, &clear)) return false;
    const json_t *object = json_read(arena, clear);
    if (!object) return false;
    struct text algorithm = member(object, "algorithm", arena), salt = member(object, "salt", arena);
    struct text signature = member(object, "signature", arena);
    struct text claimed = member(object, "challenge", arena);
    const json_t *number = json_object_get(object, "number");
    bool whole = json_is_integer(number);
    int64_t solution = whole ? json_integer_value(number) : 0;

    moment until = 0;
    if (!whole || solution < 0 || !text_is(algorithm, "SHA-256") || !salt.data || !salt_expires(salt, &until))
        return false;
    if (now >= until) return false;
    if (!text_equal_secret(signature, altcha_signature(arena, key, claimed))) return false;
    if (!text_equal(claimed, altcha_challenge(arena, salt, solution))) return false;
    *expires = until;
    *challenge = claimed;
    return true;
}
