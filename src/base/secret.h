/* secret.h: keyed hashes, sealing of personal data at rest, and Argon2id. libsodium behind it.
 *
 * One key file (32 random bytes, hex, mode 0600, outside the database) is the root; every purpose has its own key
 * derived from it, so a hash for one purpose means nothing for another. */
#pragma once

#include "base/world.h"

#define SECRET_HASH_SIZE 32

struct keyring; /* immutable after loading; safe between threads */

/* Reads the key file, making it (0600, fsynced) when absent and create is set. NULL with *problem set on failure. */
struct keyring *keyring_open(const char *path, bool create, struct world *world, const char **problem);
struct keyring *keyring_from_bytes(const uint8_t root[32]); /* tests and the simulation */
void keyring_free(struct keyring *keyring);

/* BLAKE2b-256 keyed by the root for this purpose ("phone", "session", "code"). */
void secret_hash(const struct keyring *keyring, const char *purpose, struct text message,
                 uint8_t hash[SECRET_HASH_SIZE]);

/* SipHash-2-4 of 128 bits, a tenth of secret_hash's cost: for finding again in memory what was hashed before. Its key
 * is the root's, but it is never kept nor sent. */
#define SECRET_TAG_SIZE 16
void secret_tag(const struct keyring *keyring, struct text message, uint8_t tag[SECRET_TAG_SIZE]);

/* XChaCha20-Poly1305; context is bound as additional data ("customer.phone" and the row's id). nonce ‖ box. */
struct text secret_seal(const struct keyring *keyring, struct world *world, struct arena *arena, const char *purpose,
                        int64_t context, struct text clear);
bool secret_open(const struct keyring *keyring, struct arena *arena, const char *purpose, int64_t context,
                 struct text sealed, struct text *clear);

/* Argon2id, 19 MiB, t=2, p=1 (OWASP), encoded string. Slow: only on the worker pool. False when out of memory. */
bool password_hash(struct arena *arena, struct text password, struct text *encoded);
bool password_matches(struct text encoded, struct text password);
/* Does the same work as password_matches and is false: for numbers nobody owns. */
bool password_matches_nobody(struct text password);

/* RFC 7636 §4.2: BASE64URL(SHA-256(verifier)); false when the verifier is not 43 to 128 unreserved characters. */
bool pkce_s256(struct arena *arena, struct text verifier, struct text *challenge);
