/* side_memo.h: account → its owner and how others see him, in memory; see side_memo.c. */
#pragma once

#include "base/arena.h"
#include "base/text.h"
#include "base/world.h"

struct side_memo;

/* The other side of an entry. */
struct side {
    int64_t owner;    /* customer; 0: an account of the system */
    struct text name; /* TEXT_NONE: nobody to name */
};

struct side_memo *side_memo_new(void); /* NULL without memory */
void side_memo_free(struct side_memo *memo);
/* True when it is known who owns the account; *fresh: how he is seen was read within the last minute. The name is
 * copied into the arena. */
bool side_memo_find(struct side_memo *memo, int64_t account, moment now, struct arena *arena, struct side *side,
                    bool *fresh);
/* Soon to be asked for: fetches its place into the processor's cache meanwhile. */
void side_memo_expect(const struct side_memo *memo, int64_t account);
/* Only what a snapshot told: what a command sees may yet be undone. */
void side_memo_keep(struct side_memo *memo, int64_t account, moment now, const struct side *side);
