/* signature.c: HMAC-SHA256 as the acquirer's interface wants it (src/adapters/acquirer/README.md). */
#include "sandbox/sandbox.h"

#include "base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <unistd.h>

#define WINDOW_S 300

static bool secret_make(const char *path) {
    unsigned char bytes[32];
    char hex[2 * sizeof bytes + 1];
    if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
    for (size_t i = 0; i < sizeof bytes; i++) snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return errno == EEXIST;
    bool good = write(file, hex, sizeof hex - 1) == (ssize_t)sizeof hex - 1;
    return close(file) == 0 && good;
}

bool secret_read(struct arena *arena, const char *path, struct text *secret) {
    char bytes[256];
    if (access(path, F_OK) != 0 && !secret_make(path)) return false;
    for (int tries = 0; tries < 50; tries++) { /* the other side may be just writing it */
        int file = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t size = file >= 0 ? read(file, bytes, sizeof bytes) : -1;
        if (file >= 0) close(file);
        if (size >= 32) {
            *secret = text_trim(text_copy(arena, (struct text){bytes, (size_t)size}));
            return secret->size >= 32;
        }
        usleep(20 * 1000);
    }
    return false;
}

struct text sign(struct arena *arena, struct text secret, struct text message) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    check(HMAC(EVP_sha256(), secret.data, (int)secret.size, (const unsigned char *)message.data, message.size, mac,
               &size) != NULL);
    return text_hex(arena, mac, size);
}

static struct text message_of(struct arena *arena, const char *purpose, struct text seconds, struct text message) {
    struct buffer out = buffer_new(arena, message.size + 64);
    buffer_format(&out, "%s\n", purpose);
    buffer_add_text(&out, seconds);
    buffer_add_char(&out, '\n');
    buffer_add_text(&out, message);
    return buffer_text(&out);
}

struct text authorization_write(struct arena *arena, struct text secret, const char *purpose, int64_t seconds,
                                struct text message) {
    struct text stamp = text_format(arena, "%lld", (long long)seconds);
    struct text mac = sign(arena, secret, message_of(arena, purpose, stamp, message));
    return text_format(arena, "HMAC-SHA256 %.*s:%.*s", TEXT_ARG(stamp), TEXT_ARG(mac));
}

bool authorization_matches(struct text secret, const char *purpose, struct text header, struct text message,
                           int64_t now_s) {
    int64_t seconds;
    if (!text_starts(header, "HMAC-SHA256 ")) return false;
    struct text mac, stamp = text_split(text_slice(header, 12, header.size), ':', &mac);
    if (!text_to_int(stamp, &seconds) || seconds < now_s - WINDOW_S || seconds > now_s + WINDOW_S) return false;
    struct arena *arena = arena_new(message.size * 2 + 8192);
    if (arena == NULL) return false;
    bool good = text_equal_secret(mac, sign(arena, secret, message_of(arena, purpose, stamp, message)));
    arena_free(arena);
    return good;
}
