/* digest_rules.h: a digest: what a filter and a report ask of 256 entries of an account, in some two kilobytes, so that
 * a million of them are looked through in the time of a request. Written once, of entries that never change. */
#pragma once

#include "base/text.h"

#define DIGEST_ENTRIES 256

/* What many entries have in common. */
struct digest_class {
    int kind;
    struct text category; /* as it was classified; at most DIGEST_CATEGORY bytes */
};
#define DIGEST_CATEGORY 60

struct digest_entry {
    int64_t id, amount;
    uint32_t class;
};

struct digest {
    size_t count, class_count;
    struct digest_entry entries[DIGEST_ENTRIES]; /* the newest first */
    int64_t payees[DIGEST_ENTRIES];              /* kept apart: few ask for them */
    struct digest_class classes[DIGEST_ENTRIES];
};

/* The class of the next entry: an equal one that it has, or a new one. */
uint32_t digest_class_of(struct digest *digest, int kind, struct text category);

struct text digest_write(struct arena *arena, const struct digest *digest);
struct text digest_write_payees(struct arena *arena, const struct digest *digest);
/* Categories are borrowed from the bytes. False: these are no digest. */
bool digest_read(struct text bytes, struct digest *digest);
/* After digest_read. */
bool digest_read_payees(struct text bytes, struct digest *digest);

/* What stands beside it, so that one in which nothing can match is not read at all: the smallest and the largest sum
 * without signs, and a bit for each kind and for each category; those of different ones may be the same bit. */
struct digest_extent {
    int64_t low, high;
    uint64_t kinds, categories;
};
uint64_t digest_kind_bit(int kind);
uint64_t digest_category_bit(struct text category);
struct digest_extent digest_extent_of(const struct digest *digest);
