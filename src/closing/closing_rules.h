/* closing_rules.h: when people are warned of a cabinet in which nothing happens, and when it closes by itself (WA-13).
 * No store, no HTTP, no clock. README.md has the states. */
#pragma once

#include "base/calendar.h"

struct idle_terms {
    int64_t idle;          /* without an operation */
    int64_t first, second; /* warned so long before the end; nobody closes without having been told so long before */
    int64_t again;         /* told again, while something is in the way */
};

/* Kept in the database. */
enum idle_stage { IDLE_AWAKE, IDLE_WARNED, IDLE_WARNED_TWICE, IDLE_KEPT };

struct idle {
    enum idle_stage stage;
    moment last; /* the operation from which it is counted */
    moment told; /* when the stage began; 0: IDLE_AWAKE */
};

enum idle_act { IDLE_NOTHING, IDLE_WARN, IDLE_WARN_AGAIN, IDLE_CLOSE };

/* What is to be done now, by what was done so far; nothing before `due`. */
struct idle_step {
    enum idle_act act;
    moment due;
};
struct idle_step idle_step(const struct idle_terms *terms, const struct idle *idle, moment now);
/* Forgets what was counted from an earlier operation than his last one. */
void idle_woken(struct idle *idle, moment last);
/* That was done now: of IDLE_CLOSE, the cabinet stays, since something is in the way. */
void idle_done(struct idle *idle, enum idle_act act, moment now);
/* The first moment at which it may close, as he is told while he is warned. */
moment idle_closes(const struct idle_terms *terms, const struct idle *idle);
