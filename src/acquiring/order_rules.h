/* order_rules.h: what an acquirer's word does to an order, as pure functions: no store, no HTTP, no clock. Tested as
 * tables. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

/* Kept in the database by these numbers. */
enum order_state {
    ORDER_CREATED = 1, /* an order at the acquirer, its fate unknown to us */
    ORDER_PAID,        /* the money is in the account */
    ORDER_DECLINED,
    ORDER_CANCELLED,
    ORDER_EXPIRED,   /* nobody paid in time, or the acquirer never told us */
    ORDER_REFUNDING, /* taken from the card, cannot enter the account, on its way back */
    ORDER_REFUNDED,
    ORDER_STUCK,    /* the acquirer refuses to give it back: for people to settle */
    ORDER_REVERSED, /* the payer's own bank took it back (a chargeback) */
};

const char *order_state_name(enum order_state state);
/* Nothing will change any more by itself. */
bool order_state_final(enum order_state state);

/* What the acquirer says of an order. */
enum order_outcome {
    OUTCOME_PENDING,
    OUTCOME_PAID,
    OUTCOME_DECLINED,
    OUTCOME_CANCELLED,
    OUTCOME_EXPIRED,
    OUTCOME_REVERSED,
    OUTCOME_UNKNOWN, /* a word we do not know, or no word */
};

enum order_outcome order_outcome_from(struct text word); /* "paid", "declined", … */

/* What is to be done about it. */
enum order_step {
    STEP_NOTHING, /* a repeat, or nothing final: thank them and do no more */
    STEP_CREDIT,
    STEP_FAIL,        /* the order ends without money: declined, cancelled, expired, taken back before it came */
    STEP_CONTRADICTS, /* against what they told before: record it, change nothing, refuse */
    STEP_REVERSE      /* what was credited has left us again */
};

struct order_news {
    enum order_state state;     /* ours */
    int64_t ordered_minor;      /* what the order was for */
    struct text reference;      /* their number of the payment as known before; TEXT_NONE */
    enum order_outcome outcome; /* what they say now */
    int64_t told_minor;
    struct text told_reference;
};

enum order_step order_decide(const struct order_news *news);

/* Which state a failed order gets. */
enum order_state order_failed_state(enum order_outcome outcome);

/* How long the outcome page waits before it asks again: 2 s in the first half minute, then longer. 0: no more. */
int order_refresh_s(enum order_state state, int64_t age_us);

/* ---- signatures of the acquirer ---- */

/* How far its clock may be from ours. */
#define CALLBACK_WINDOW (5 * MINUTE)
bool callback_timely(int64_t stamp_s, moment now);
