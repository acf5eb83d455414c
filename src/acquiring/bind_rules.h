/* bind_rules.h: what becomes of a card that is being bound, by what the bank says. Pure; tested as a table. */
#pragma once

#include "adapters/acquirer/bound.h"

/* Kept in the database by these numbers. */
enum bound_state {
    BOUND_OPEN = 1, /* on the way to the bank's page, or on it */
    BOUND_CHECK,    /* a small sum was taken: the customer is to tell it */
    BOUND_CHECKING, /* told; the bank compares */
    BOUND_LIVE,
    BOUND_REMOVED,
    BOUND_DECLINED,
    BOUND_CANCELLED,
    BOUND_EXPIRED,
    BOUND_VOID,  /* told wrongly too often */
    BOUND_TAKEN, /* another customer's live card */
    BOUND_STATES
};
const char *bound_state_name(enum bound_state state);
bool bound_state_final(enum bound_state state); /* and not live */
/* What was not finished in its time is over, though nobody has said so. */
enum bound_state bound_state_now(enum bound_state state, moment expires, moment now);

enum bind_step {
    BIND_NOTHING, /* known, or nothing yet */
    BIND_ASK_SUM, /* BOUND_OPEN → BOUND_CHECK */
    BIND_WRONG,   /* BOUND_CHECKING → BOUND_CHECK */
    BIND_DONE,    /* BOUND_CHECKING → BOUND_LIVE */
    BIND_FAIL,    /* to the state of bind_failed_state */
    BIND_CONTRADICTS
};
/* attempt: the last one that we told; heard: the last one that the bank speaks of. */
enum bind_step bind_decide(enum bound_state state, int64_t attempt, enum binding_said said, int64_t heard);
enum bound_state bind_failed_state(enum binding_said said);
