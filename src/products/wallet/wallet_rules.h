/* wallet_rules.h: the wallet's decisions as pure functions: no store, no HTTP, no clock. Tested as tables. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

/* ---- top-ups ---- */

/* Kept in the database by these numbers. */
enum topup_state {
    TOPUP_CREATED = 1, /* an order at the acquirer, its fate unknown to us */
    TOPUP_PAID,        /* the money is in the wallet */
    TOPUP_DECLINED,
    TOPUP_CANCELLED,
    TOPUP_EXPIRED,   /* nobody paid in time, or the acquirer never told us */
    TOPUP_REFUNDING, /* taken from the card, cannot enter the wallet, on its way back */
    TOPUP_REFUNDED,
    TOPUP_STUCK, /* the acquirer refuses to give it back: for people to settle */
};

const char *topup_state_name(enum topup_state state);
/* Nothing will change any more by itself. */
bool topup_state_final(enum topup_state state);

/* What the acquirer says of an order. */
enum topup_outcome {
    OUTCOME_PENDING,
    OUTCOME_PAID,
    OUTCOME_DECLINED,
    OUTCOME_CANCELLED,
    OUTCOME_EXPIRED,
    OUTCOME_UNKNOWN, /* a word we do not know, or no word */
};

enum topup_outcome topup_outcome_from(struct text word); /* "paid", "declined", … */

/* What is to be done about it. */
enum topup_step {
    STEP_NOTHING, /* a repeat, or nothing final: thank them and do no more */
    STEP_CREDIT,
    STEP_FAIL,       /* the order ends without money: declined, cancelled, expired */
    STEP_CONTRADICTS /* against what they told before: record it, change nothing, refuse */
};

struct topup_news {
    enum topup_state state;     /* ours */
    int64_t ordered_minor;      /* what the order was for */
    struct text reference;      /* their number of the payment as known before; TEXT_NONE */
    enum topup_outcome outcome; /* what they say now */
    int64_t told_minor;
    struct text told_reference;
};

enum topup_step topup_decide(const struct topup_news *news);

/* Which state a failed order gets. */
enum topup_state topup_failed_state(enum topup_outcome outcome);

/* How long the outcome page waits before it asks again: 2 s in the first half minute, then longer. 0: no more. */
int topup_refresh_s(enum topup_state state, int64_t age_us);

/* ---- signatures of the acquirer ---- */

/* How far its clock may be from ours. */
#define CALLBACK_WINDOW (5 * MINUTE)
bool callback_timely(int64_t stamp_s, moment now);

/* ---- waiting transfers ---- */

enum waiting_state { WAITING_OPEN = 1, WAITING_CLAIMED, WAITING_RETURNED, WAITING_CANCELLED };
const char *waiting_state_name(enum waiting_state state);
