/* maybe.h: who may have something, a bit for many of them: so that those who have not, mostly all, cost no query. Any
 * thread. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define MAYBE_WORDS 1024

struct maybe {
    _Atomic uint64_t words[MAYBE_WORDS];
};

static inline uint64_t maybe_place(int64_t id) {
    return ((uint64_t)id * UINT64_C(0x9E3779B97F4A7C15)) >> 48;
}
_Static_assert(MAYBE_WORDS * 64 == 1 << 16, "maybe_place gives 16 bits");

static inline void maybe_add(struct maybe *maybe, int64_t id) {
    uint64_t place = maybe_place(id);
    atomic_fetch_or(&maybe->words[place / 64], UINT64_C(1) << place % 64);
}

static inline bool maybe_has(const struct maybe *maybe, int64_t id) {
    uint64_t place = maybe_place(id);
    return (maybe->words[place / 64] >> place % 64 & 1) != 0;
}
