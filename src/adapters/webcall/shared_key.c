/* shared_key.c: see shared_key.h. */
#include "adapters/webcall/shared_key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEY_LEAST 32
#define KEY_MOST 256

static bool make(const char *path) {
    unsigned char bytes[32];
    char hex[2 * sizeof bytes + 1];
    if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
    for (size_t i = 0; i < sizeof bytes; i++) snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return errno == EEXIST; /* the other side has just made it */
    bool good = write(file, hex, sizeof hex - 1) == (ssize_t)(sizeof hex - 1);
    return close(file) == 0 && good;
}

struct text shared_key_open(struct arena *arena, const char *path, bool create, struct text *problem) {
    char bytes[KEY_MOST];
    if (create && access(path, F_OK) != 0 && !make(path)) {
        *problem = text_format(arena, "%s: cannot be made: %s", path, strerror(errno));
        return TEXT_NONE;
    }
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file >= 0 ? read(file, bytes, sizeof bytes) : -1;
    if (file >= 0) close(file);
    struct text key = size > 0 ? text_trim((struct text){bytes, (size_t)size}) : TEXT_NONE;
    if (key.size >= KEY_LEAST) return text_copy(arena, key);
    *problem = text_format(arena, "%s: no key of at least %d characters there", path, KEY_LEAST);
    return TEXT_NONE;
}

struct text shared_key_sign(struct arena *arena, struct text key, struct text message) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (HMAC(EVP_sha256(), key.data, (int)key.size, (const unsigned char *)message.data, message.size, mac, &size) ==
        NULL)
        arena_unwind(arena); /* it can only lack memory */
    return text_hex(arena, mac, size);
}
