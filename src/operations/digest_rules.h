/* digest_rules.h: a digest: what a filter and a report ask of 256 entries of an account, in some three kilobytes, so
 * that a million of them are looked through in the time of a request. Written once, of entries that never change. */
#pragma once

#include "base/text.h"

#define DIGEST_ENTRIES 256

/* What many entries have in common. */
struct digest_class {
    int kind;
    struct text category; /* as it was classified; at most DIGEST_CATEGORY bytes */
    int64_t payee;
};
#define DIGEST_CATEGORY 60

struct digest_entry {
    int64_t id, amount;
    uint32_t class;
};

struct digest {
    size_t count, class_count;
    struct digest_entry entries[DIGEST_ENTRIES]; /* the newest first */
    struct digest_class classes[DIGEST_ENTRIES];
};

/* The class of the next entry: an equal one that it has, or a new one. */
uint32_t digest_class_of(struct digest *digest, const struct digest_class *class);
struct text digest_write(struct arena *arena, const struct digest *digest);
/* Categories are borrowed from the bytes. False: these are no digest. */
bool digest_read(struct text bytes, struct digest *digest);
