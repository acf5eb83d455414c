/* keyring.h: the key file, and its keys in memory.
 *
 * The file lies outside the database, mode 0600, and is read by people, too:
 *
 *     kabinet keys 1
 *     root 00112233…                                 32 bytes, hex
 *     generation 1 2026-11-28T19:00:00.000Z 8899…    its number, the moment it may be used from, 32 bytes
 *
 * The root guards what opens nothing and could not be computed anew: sessions, codes, tokens, the audit chain. A
 * generation seals what is kept and hashes what is looked up by a value that could be guessed (secret.h); a rotation
 * adds one, everything moves to it (engine/reseal.h), then the older are dropped. It is kept by the database, not by
 * clocks, which of the known ones is in use (engine/generations.h). */
#pragma once

#include "base/world.h"

#define KEYRING_GENERATIONS 8   /* in a file: two while a rotation is under way, more to read old backups */
#define KEYRING_NUMBER_MAX 255  /* a byte in front of what it sealed */
#define KEYRING_PRINT_SIZE 16

/* Shared by threads, each of which may use it while another adds generations to it: what is known is written before it
 * is counted, and nothing is freed before all of it. */
struct keyring;

struct generation {
    int number;
    moment from;
};

/* Reads the key file, making it (0600, fsynced) when absent and create is set. NULL with *problem set on failure. */
struct keyring *keyring_open(const char *path, bool create, struct world *world, const char **problem);
struct keyring *keyring_from_bytes(const uint8_t root[32]); /* tests and the simulation: one generation, no file */
void keyring_free(struct keyring *keyring);

/* Oldest first; how many. */
size_t keyring_generations(const struct keyring *keyring, struct generation generations[KEYRING_GENERATIONS]);
bool keyring_several(const struct keyring *keyring); /* generations are known: a rotation is under way */
bool keyring_knows(const struct keyring *keyring, int generation);
int keyring_newest(const struct keyring *keyring);
/* The one that seals. At first the newest whose moment had come when the file was read. */
int keyring_active(const struct keyring *keyring);
void keyring_activate(struct keyring *keyring, int generation); /* a known one */
/* Tells a generation's key from another of the same number, and nothing of it. */
void keyring_print(const struct keyring *keyring, int generation, uint8_t print[KEYRING_PRINT_SIZE]);
/* How often secret_open met a generation that is not known: the file here is older than what another node uses. */
int64_t keyring_strangers(const struct keyring *keyring);
bool keyring_has_file(const struct keyring *keyring);

enum keyring_change {
    KEYRING_SAME,    /* the file is as it was when last looked at */
    KEYRING_CHANGED, /* generations were added to it, or are no more in it */
    KEYRING_BAD,     /* *problem says why the file is not taken; what was known still is */
};
/* Looks at the file again, and knows what was added. One thread at a time, as the next. */
enum keyring_change keyring_reread(struct keyring *keyring, const char **problem);
int keyring_file_oldest(const struct keyring *keyring); /* as the file was last read */
/* What the file has no more is as if it had never been known. Only when nothing needs it; not the active one. */
void keyring_forget_dropped(struct keyring *keyring);

/* ---- the operator's changes of the file: whole or not at all, also through a power cut ---- */

/* Adds a generation that may be used from then on. False with *problem: also while the file holds several. */
bool keyring_file_rotate(const char *path, struct world *world, moment from, int *added, const char **problem);
/* Leaves only the newest generation. */
bool keyring_file_drop(const char *path, const char **problem);
