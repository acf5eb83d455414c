/* keyring_internal.h: what keyring.c, keyring_file.c and secret.c share; nobody else includes it. */
#pragma once

#include "base/keyring.h"

#include <sodium.h>
#include <sys/types.h>
#include <time.h>

#define KEY_SIZE 32

/* Locked in memory, guarded, read-only but while a generation is added, wiped when freed. */
struct vault {
    unsigned char root[KEY_SIZE];
    unsigned char tag_key[crypto_shorthash_siphashx24_KEYBYTES];
    unsigned char keys[KEYRING_GENERATIONS][KEY_SIZE];
};

/* Which file was read: another has another number, time or size. */
struct file_mark {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct keyring_state {
    struct generation generations[KEYRING_GENERATIONS]; /* numbers rise */
    _Atomic size_t first, count; /* known are [first, count) */
    _Atomic size_t active;
    _Atomic int64_t strangers;
    char *path;                  /* NULL: no file */
    struct file_mark mark;
    int file_oldest;             /* generation in the file */
};

struct keyring {
    struct vault *vault;
    struct keyring_state *state;
};

/* A key file's content. Wiped by who declared it. */
struct key_file {
    unsigned char root[KEY_SIZE];
    size_t count;
    struct generation generations[KEYRING_GENERATIONS];
    unsigned char keys[KEYRING_GENERATIONS][KEY_SIZE];
};

/* NULL, or what is wrong. */
const char *key_file_read(const char *path, bool create, struct world *world, struct key_file *file,
                          struct file_mark *mark);
bool key_file_marked(const char *path, struct file_mark *mark); /* without opening it */

/* The place of a known generation, or KEYRING_GENERATIONS. */
size_t keyring_place(const struct keyring *keyring, int generation);

/* The key of a use and a purpose: BLAKE2b of both, keyed by the root or a generation's key. */
void key_derive(const unsigned char from[KEY_SIZE], char use, const char *purpose, unsigned char key[KEY_SIZE]);
