/* secret.h: keyed hashes, sealing of personal data at rest, and Argon2id. libsodium behind it.
 *
 * Every purpose has its own key, derived from the keyring's root or from one of its generations (keyring.h), so a hash
 * for one purpose means nothing for another. Which of the two is a matter of what becomes of it in a rotation:
 *   secret_hash    root: tokens, codes, signatures, whatever nobody can compute anew; it never moves
 *   secret_lookup  generation: what is found again by a value that could be guessed (a number, an address)
 *   secret_seal    generation: what is opened again
 * The last two begin with the generation's number, so that the database itself says what is still to be moved. */
#pragma once

#include "base/keyring.h"

#define SECRET_HASH_SIZE 32

/* BLAKE2b-256 keyed by the root for this purpose ("session", "code"). */
void secret_hash(const struct keyring *keyring, const char *purpose, struct text message,
                 uint8_t hash[SECRET_HASH_SIZE]);

/* The same keyed by the active generation, whose number replaces the first byte: 248 bits remain. */
void secret_lookup(const struct keyring *keyring, const char *purpose, struct text message,
                   uint8_t hash[SECRET_HASH_SIZE]);
void secret_lookup_by(const struct keyring *keyring, int generation, const char *purpose, struct text message,
                      uint8_t hash[SECRET_HASH_SIZE]);
/* By every known generation, the oldest first: rows move from older to newer alone, so who looks in this order cannot
 * miss one that is moved meanwhile. How many: 1 but while a rotation is under way. */
struct lookups {
    uint8_t of[KEYRING_GENERATIONS][SECRET_HASH_SIZE];
    size_t count;
};
void secret_lookups(const struct keyring *keyring, const char *purpose, struct text message, struct lookups *lookups);

/* SipHash-2-4 of 128 bits, a tenth of secret_hash's cost: for finding again in memory what was hashed before. Its key
 * is the root's, but it is never kept nor sent. */
#define SECRET_TAG_SIZE 16
void secret_tag(const struct keyring *keyring, struct text message, uint8_t tag[SECRET_TAG_SIZE]);

/* XChaCha20-Poly1305 by the active generation; context is bound as additional data ("customer.phone" and the row's id).
 * generation ‖ nonce ‖ box; the first SECRET_SEAL_MARK bytes are no other sealed text's. */
#define SECRET_SEAL_MARK 25
struct text secret_seal(const struct keyring *keyring, struct world *world, struct arena *arena, const char *purpose,
                        int64_t context, struct text clear);
/* By whichever generation it names. One that is not known is counted (keyring_strangers): a failure of this node, not a
 * forgery. False either way. */
bool secret_open(const struct keyring *keyring, struct arena *arena, const char *purpose, int64_t context,
                 struct text sealed, struct text *clear);
/* The same of what was kept by a browser and never in the database: an unknown generation is a forgery. */
bool secret_open_carried(const struct keyring *keyring, struct arena *arena, const char *purpose, int64_t context,
                         struct text sealed, struct text *clear);

/* Argon2id, 19 MiB, t=2, p=1 (OWASP), encoded string. Slow: only on the worker pool. False when out of memory. */
bool password_hash(struct arena *arena, struct text password, struct text *encoded);
bool password_matches(struct text encoded, struct text password);
/* Does the same work as password_matches and is false: for numbers nobody owns. */
bool password_matches_nobody(struct text password);

/* RFC 7636 §4.2: BASE64URL(SHA-256(verifier)); false when the verifier is not 43 to 128 unreserved characters. */
bool pkce_s256(struct arena *arena, struct text verifier, struct text *challenge);
