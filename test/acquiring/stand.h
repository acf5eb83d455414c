/* stand.h: a cabinet in this process and the sandbox's acquirer as a process of its own, with somebody who has bound a
 * practice card: for what no page asks for yet, payouts and charges (acquiring/bound_card.h). */
#pragma once

#include "acquiring/bound_card.h"
#include "store/store_fixture.h"
#include "test/support/cabinet.h"

#include <sys/types.h>

struct stand {
    const char *where; /* the database */
    struct cabinet cabinet;
    struct world *world; /* begins now: the bank looks at the time of what is signed */
    struct arena *arena;
    struct person person;
    int64_t card;
};

/* The bank: begun once for a database; its books outlive cabinets. */
void sandbox_begin(struct arena *arena);
void sandbox_end(void);
/* An answer of the bank's page or books. post: TEXT_NONE: GET. */
struct text sandbox_ask(struct arena *arena, const char *path, struct text post);
/* What the bank's books have of that payout or charge: "paid", …; TEXT_NONE: nothing. *count: how many rows. */
struct text sandbox_state(struct arena *arena, const char *kind, int64_t id, int *count);

/* A cabinet on that database; more: settings of acquiring, or "". */
void stand_open(struct stand *stand, const char *where, const char *more);
void stand_close(struct stand *stand);
/* Anna Petrova with so much on her wallet and a card in her name that does what those digits say. */
void stand_person(struct stand *stand, const char *digits, int64_t kopecks);
/* Steps everything, and time, until `over` says so; fails after a while. */
void stand_until(struct stand *stand, bool (*over)(struct stand *stand, int64_t id), int64_t id);
/* What lies on an account; on ours of that name ("acquirer", "payouts"), 0 when there is none. */
int64_t stand_balance(struct stand *stand, int64_t account);
int64_t stand_system(struct stand *stand, const char *name);
