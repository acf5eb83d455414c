/* secret.c: keyed hashes and sealing with keys derived from one root. Passwords are in password.c. */
#include "base/secret.h"

#include "base/check.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT_SIZE 32
#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES
#define FILE_SIZE (2 * ROOT_SIZE + 1) /* hex and a line end */

struct keyring {
    unsigned char root[ROOT_SIZE];
    unsigned char tag_key[crypto_shorthash_siphashx24_KEYBYTES];
};

static void derive(const struct keyring *keyring, char use, const char *purpose, unsigned char key[ROOT_SIZE]);

struct keyring *keyring_from_bytes(const uint8_t root[32]) {
    check(sodium_init() >= 0);
    struct keyring *keyring = sodium_malloc(sizeof *keyring); /* locked in memory, guarded, wiped when freed */
    if (keyring == NULL) return NULL;
    memcpy(keyring->root, root, ROOT_SIZE);
    unsigned char key[ROOT_SIZE];
    derive(keyring, 't', "tag", key);
    memcpy(keyring->tag_key, key, sizeof keyring->tag_key);
    sodium_memzero(key, sizeof key);
    check(sodium_mprotect_readonly(keyring) == 0);
    return keyring;
}

void keyring_free(struct keyring *keyring) {
    sodium_free(keyring);
}

/* ---- the key file ---- */

/* Writes beside the path and links into place: a crash leaves a whole key file or none, and of two processes that
 * start at once one's key wins for both. NULL or what is wrong. */
static const char *create_file(const char *path, struct world *world) {
    char beside[4096], content[FILE_SIZE + 1];
    unsigned char root[ROOT_SIZE], tag[8];
    world_random(world, root, sizeof root);
    randombytes_buf(tag, sizeof tag); /* the name's only, so it need not be the world's */
    sodium_bin2hex(content, sizeof content, root, sizeof root);
    content[FILE_SIZE - 1] = '\n';
    char tag_hex[2 * sizeof tag + 1];
    sodium_bin2hex(tag_hex, sizeof tag_hex, tag, sizeof tag);
    int length = snprintf(beside, sizeof beside, "%s.%s", path, tag_hex);
    if (length < 0 || (size_t)length >= sizeof beside) return "the key file's path is too long";
    int file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return "the key file cannot be made";
    bool written = write(file, content, FILE_SIZE) == FILE_SIZE && fsync(file) == 0;
    sodium_memzero(content, sizeof content);
    sodium_memzero(root, sizeof root);
    if (close(file) != 0) written = false;
    if (written && link(beside, path) != 0 && errno != EEXIST) written = false;
    unlink(beside);
    return written ? NULL : "the key file cannot be written";
}

/* So that the new name outlives a power cut. */
static bool sync_folder(const char *path) {
    char folder[4096];
    size_t size = strlen(path);
    if (size >= sizeof folder) return false;
    memcpy(folder, path, size + 1);
    char *slash = strrchr(folder, '/');
    if (slash == NULL) {
        memcpy(folder, ".", 2);
    } else {
        slash[slash == folder] = '\0';
    }
    int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return false;
    bool synced = fsync(directory) == 0;
    close(directory);
    return synced;
}

/* NULL or what is wrong with the open file. */
static const char *read_root(int file, unsigned char root[ROOT_SIZE]) {
    struct stat status;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return "the key file is not a file";
    if ((status.st_mode & 077) != 0) return "the key file may be read by others: its mode must be 0600";
    char content[FILE_SIZE + 1];
    ssize_t size = read(file, content, sizeof content);
    bool whole = size == FILE_SIZE - 1 || (size == FILE_SIZE && content[FILE_SIZE - 1] == '\n');
    size_t decoded = 0;
    whole = whole && sodium_hex2bin(root, ROOT_SIZE, content, 2 * ROOT_SIZE, NULL, &decoded, NULL) == 0;
    sodium_memzero(content, sizeof content);
    return whole && decoded == ROOT_SIZE ? NULL : "the key file must hold 64 hex digits";
}

struct keyring *keyring_open(const char *path, bool create, struct world *world, const char **problem) {
    unsigned char root[ROOT_SIZE];
    check(sodium_init() >= 0);
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0 && errno == ENOENT && create) {
        *problem = create_file(path, world);
        if (*problem != NULL) return NULL;
        if (!sync_folder(path)) {
            *problem = "the key file's folder cannot be synced";
            return NULL;
        }
        file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    }
    if (file < 0) {
        *problem = errno == ENOENT ? "there is no key file" : "the key file cannot be opened";
        return NULL;
    }
    *problem = read_root(file, root);
    close(file);
    if (*problem != NULL) return NULL;
    struct keyring *keyring = keyring_from_bytes(root);
    sodium_memzero(root, sizeof root);
    if (keyring == NULL) *problem = "there is no memory for the key";
    return keyring;
}

/* ---- purposes ---- */

/* The key of a use ('h' for hashes, 's' for sealing) and a purpose: BLAKE2b of both, keyed by the root. */
static void derive(const struct keyring *keyring, char use, const char *purpose, unsigned char key[ROOT_SIZE]) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, keyring->root, ROOT_SIZE, ROOT_SIZE);
    crypto_generichash_update(&state, (const unsigned char *)&use, 1);
    crypto_generichash_update(&state, (const unsigned char *)purpose, strlen(purpose));
    crypto_generichash_final(&state, key, ROOT_SIZE);
}

void secret_hash(const struct keyring *keyring, const char *purpose, struct text message,
                 uint8_t hash[SECRET_HASH_SIZE]) {
    unsigned char key[ROOT_SIZE];
    derive(keyring, 'h', purpose, key);
    crypto_generichash(hash, SECRET_HASH_SIZE, (const unsigned char *)message.data, message.size, key, sizeof key);
    sodium_memzero(key, sizeof key);
}

void secret_tag(const struct keyring *keyring, struct text message, uint8_t tag[SECRET_TAG_SIZE]) {
    static_assert(SECRET_TAG_SIZE == crypto_shorthash_siphashx24_BYTES, "the tag is the whole hash");
    crypto_shorthash_siphashx24(tag, (const unsigned char *)message.data, message.size, keyring->tag_key);
}

static void context_bytes(int64_t context, unsigned char bytes[8]) {
    for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)((uint64_t)context >> 8 * i);
}

struct text secret_seal(const struct keyring *keyring, struct world *world, struct arena *arena, const char *purpose,
                        int64_t context, struct text clear) {
    unsigned char key[ROOT_SIZE], bound[8];
    size_t size = NONCE_SIZE + clear.size + TAG_SIZE;
    unsigned char *sealed = arena_alloc(arena, size + 1);
    context_bytes(context, bound);
    derive(keyring, 's', purpose, key);
    world_random(world, sealed, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_SIZE, NULL, (const unsigned char *)clear.data, clear.size,
                                               bound, sizeof bound, NULL, sealed, key);
    sodium_memzero(key, sizeof key);
    return (struct text){(const char *)sealed, size};
}

bool secret_open(const struct keyring *keyring, struct arena *arena, const char *purpose, int64_t context,
                 struct text sealed, struct text *clear) {
    unsigned char key[ROOT_SIZE], bound[8];
    if (sealed.size < NONCE_SIZE + TAG_SIZE) return false;
    size_t size = sealed.size - NONCE_SIZE - TAG_SIZE;
    unsigned char *opened = arena_alloc(arena, size + 1);
    const unsigned char *bytes = (const unsigned char *)sealed.data;
    context_bytes(context, bound);
    derive(keyring, 's', purpose, key);
    bool genuine = crypto_aead_xchacha20poly1305_ietf_decrypt(opened, NULL, NULL, bytes + NONCE_SIZE,
                                                              sealed.size - NONCE_SIZE, bound, sizeof bound, bytes,
                                                              key) == 0;
    sodium_memzero(key, sizeof key);
    if (genuine) *clear = (struct text){(const char *)opened, size};
    return genuine;
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
