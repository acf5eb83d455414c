/* audit_chain.c: see audit_chain.h. Fields are hashed with their lengths, so that no two rows read alike. */
#include "engine/audit_chain.h"

#include <sodium.h>
#include <string.h>

static void add_number(struct buffer *out, int64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) buffer_add_char(out, (char)((uint64_t)number >> shift & 0xff));
}

static void add_text(struct buffer *out, struct text text) {
    add_number(out, (int64_t)text.size);
    buffer_add_text(out, text);
}

void audit_hash(const struct keyring *keyring, const uint8_t before[SECRET_HASH_SIZE], const struct audit_link *link,
                struct arena *arena, uint8_t hash[SECRET_HASH_SIZE]) {
    struct buffer out = buffer_new(arena, 256);
    buffer_add_text(&out, (struct text){(const char *)before, SECRET_HASH_SIZE});
    const int64_t numbers[] = {link->chain, link->number, link->at, link->staff, link->customer, link->status};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) add_number(&out, numbers[i]);
    add_text(&out, link->action);
    add_text(&out, link->address);
    add_text(&out, link->request);
    add_text(&out, link->detail);
    secret_hash(keyring, "audit.row", buffer_text(&out), hash);
}

/* ---- signed heads ---- */

static void head_keys(const struct keyring *keyring, uint8_t public_key[crypto_sign_PUBLICKEYBYTES],
                      uint8_t secret_key[crypto_sign_SECRETKEYBYTES]) {
    uint8_t seed[SECRET_HASH_SIZE];
    secret_hash(keyring, "audit.head", TEXT("Ed25519"), seed);
    crypto_sign_seed_keypair(public_key, secret_key, seed);
    sodium_memzero(seed, sizeof seed);
}

#define HEAD_MESSAGE (8 + 8 + SECRET_HASH_SIZE)

static void head_message(const struct audit_head *head, uint8_t message[HEAD_MESSAGE]) {
    for (int i = 0; i < 8; i++) {
        message[i] = (uint8_t)((uint64_t)head->chain >> (56 - 8 * i));
        message[8 + i] = (uint8_t)((uint64_t)head->number >> (56 - 8 * i));
    }
    memcpy(message + 16, head->hash, SECRET_HASH_SIZE);
}

void audit_head_sign(const struct keyring *keyring, struct audit_head *head) {
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret_key[crypto_sign_SECRETKEYBYTES], message[HEAD_MESSAGE];
    head_keys(keyring, public_key, secret_key);
    head_message(head, message);
    crypto_sign_detached(head->signature, NULL, message, sizeof message, secret_key);
    sodium_memzero(secret_key, sizeof secret_key);
}

void audit_public_key(const struct keyring *keyring, uint8_t key[AUDIT_KEY_SIZE]) {
    uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
    head_keys(keyring, key, secret_key);
    sodium_memzero(secret_key, sizeof secret_key);
}

bool audit_head_signed(const uint8_t key[AUDIT_KEY_SIZE], const struct audit_head *head) {
    uint8_t message[HEAD_MESSAGE];
    head_message(head, message);
    return crypto_sign_verify_detached(head->signature, message, sizeof message, key) == 0;
}

bool audit_head_good(const struct keyring *keyring, const struct audit_head *head) {
    uint8_t key[AUDIT_KEY_SIZE];
    audit_public_key(keyring, key);
    return audit_head_signed(key, head);
}
