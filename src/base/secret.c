/* secret.c: keyed hashes and sealing with keys derived from a keyring's. Passwords are in password.c. */
#include "base/secret.h"

#include "base/check.h"
#include "base/keyring_internal.h"

#include <assert.h>
#include <stdatomic.h>

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES

static_assert(SECRET_SEAL_MARK == 1 + NONCE_SIZE, "the mark is the generation and the nonce");

static void hash_by(const unsigned char from[KEY_SIZE], char use, const char *purpose, struct text message,
                    uint8_t hash[SECRET_HASH_SIZE]) {
    unsigned char key[KEY_SIZE];
    key_derive(from, use, purpose, key);
    crypto_generichash(hash, SECRET_HASH_SIZE, (const unsigned char *)message.data, message.size, key, sizeof key);
    sodium_memzero(key, sizeof key);
}

void secret_hash(const struct keyring *keyring, const char *purpose, struct text message,
                 uint8_t hash[SECRET_HASH_SIZE]) {
    hash_by(keyring->vault->root, 'h', purpose, message, hash);
}

static void lookup_at(const struct keyring *keyring, size_t place, const char *purpose, struct text message,
                      uint8_t hash[SECRET_HASH_SIZE]) {
    hash_by(keyring->vault->keys[place], 'l', purpose, message, hash);
    hash[0] = (uint8_t)keyring->state->generations[place].number;
}

void secret_lookup(const struct keyring *keyring, const char *purpose, struct text message,
                   uint8_t hash[SECRET_HASH_SIZE]) {
    lookup_at(keyring, atomic_load_explicit(&keyring->state->active, memory_order_acquire), purpose, message, hash);
}

void secret_lookup_by(const struct keyring *keyring, int generation, const char *purpose, struct text message,
                      uint8_t hash[SECRET_HASH_SIZE]) {
    size_t place = keyring_place(keyring, generation);
    check(place < KEYRING_GENERATIONS);
    lookup_at(keyring, place, purpose, message, hash);
}

void secret_lookups(const struct keyring *keyring, const char *purpose, struct text message, struct lookups *lookups) {
    size_t first = atomic_load_explicit(&keyring->state->first, memory_order_acquire);
    size_t count = atomic_load_explicit(&keyring->state->count, memory_order_acquire);
    lookups->count = count - first;
    for (size_t i = first; i < count; i++) lookup_at(keyring, i, purpose, message, lookups->of[i - first]);
}

void secret_tag(const struct keyring *keyring, struct text message, uint8_t tag[SECRET_TAG_SIZE]) {
    static_assert(SECRET_TAG_SIZE == crypto_shorthash_siphashx24_BYTES, "the tag is the whole hash");
    crypto_shorthash_siphashx24(tag, (const unsigned char *)message.data, message.size, keyring->vault->tag_key);
}

/* ---- sealing ---- */

static void context_bytes(int64_t context, unsigned char bytes[8]) {
    for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)((uint64_t)context >> 8 * i);
}

struct text secret_seal(const struct keyring *keyring, struct world *world, struct arena *arena, const char *purpose,
                        int64_t context, struct text clear) {
    unsigned char key[KEY_SIZE], bound[8];
    size_t place = atomic_load_explicit(&keyring->state->active, memory_order_acquire);
    size_t size = SECRET_SEAL_MARK + clear.size + TAG_SIZE;
    unsigned char *sealed = arena_alloc(arena, size + 1), *nonce = sealed + 1;
    context_bytes(context, bound);
    key_derive(keyring->vault->keys[place], 's', purpose, key);
    sealed[0] = (unsigned char)keyring->state->generations[place].number;
    world_random(world, nonce, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_SIZE, NULL, (const unsigned char *)clear.data, clear.size,
                                               bound, sizeof bound, NULL, nonce, key);
    sodium_memzero(key, sizeof key);
    return (struct text){(const char *)sealed, size};
}

bool secret_open_carried(const struct keyring *keyring, struct arena *arena, const char *purpose, int64_t context,
                         struct text sealed, struct text *clear) {
    unsigned char key[KEY_SIZE], bound[8];
    if (sealed.size < SECRET_SEAL_MARK + TAG_SIZE) return false;
    const unsigned char *bytes = (const unsigned char *)sealed.data, *nonce = bytes + 1;
    size_t place = keyring_place(keyring, bytes[0]), size = sealed.size - SECRET_SEAL_MARK - TAG_SIZE;
    if (place == KEYRING_GENERATIONS) return false;
    unsigned char *opened = arena_alloc(arena, size + 1);
    context_bytes(context, bound);
    key_derive(keyring->vault->keys[place], 's', purpose, key);
    bool genuine = crypto_aead_xchacha20poly1305_ietf_decrypt(opened, NULL, NULL, nonce + NONCE_SIZE,
                                                              sealed.size - SECRET_SEAL_MARK, bound, sizeof bound,
                                                              nonce, key) == 0;
    sodium_memzero(key, sizeof key);
    if (genuine) *clear = (struct text){(const char *)opened, size};
    return genuine;
}

bool secret_open(const struct keyring *keyring, struct arena *arena, const char *purpose, int64_t context,
                 struct text sealed, struct text *clear) {
    bool stranger = sealed.size > 0 && !keyring_knows(keyring, (unsigned char)sealed.data[0]);
    if (stranger) atomic_fetch_add_explicit(&keyring->state->strangers, 1, memory_order_acq_rel);
    return !stranger && secret_open_carried(keyring, arena, purpose, context, sealed, clear);
}

bool pkce_s256(struct arena *arena, struct text verifier, struct text *challenge) {
    unsigned char hash[crypto_hash_sha256_BYTES];
    if (verifier.size < 43 || verifier.size > 128) return false;
    for (size_t i = 0; i < verifier.size; i++) {
        char byte = verifier.data[i], lower = (char)(byte | 0x20);
        bool letter = lower >= 'a' && lower <= 'z', digit = byte >= '0' && byte <= '9';
        if (!letter && !digit && byte != '-' && byte != '.' && byte != '_' && byte != '~') return false;
    }
    crypto_hash_sha256(hash, (const unsigned char *)verifier.data, verifier.size);
    *challenge = text_base64url(arena, hash, sizeof hash);
    return true;
}
