/* checkout_rules.h: a shop's order from its first word to its end: what may be done with it at each point, and which
 * refusal is told first. Pure: no store, no HTTP, no clock. Sums are kopecks. An order is called `checkout` in C, since
 * acquiring/ has taken `order_…` for payments by card.
 *
 *     pending ──consent──▸ hold ──finish──▸ finished ──all of it back──▸ refunded
 *        └ declined           └ canceled │ expired (also from pending)
 *
 * Not here: by which tariff (tariff_rules.h), whose limit, where money lies: the caller says what is free. The words
 * are Mokka's, whose clients ask by them. Source: IN-3. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

/* Kept in the database. */
enum checkout_state {
    CHECKOUT_PENDING = 1, /* asked for; the customer has not signed */
    CHECKOUT_HOLD,        /* he has: its sum is held of his limit */
    CHECKOUT_FINISHED,    /* the goods went out: a purchase */
    CHECKOUT_CANCELED,    /* by the shop */
    CHECKOUT_DECLINED,    /* he gets no limit, or none that is enough */
    CHECKOUT_EXPIRED,     /* its time was over first */
    CHECKOUT_REFUNDED,    /* all of the goods came back */
};
/* "pending", "hold", "finished", "canceled", "declined", "expired", "refunded" */
const char *checkout_state_name(enum checkout_state state);
bool checkout_state_read(struct text word, enum checkout_state *state);

struct checkout {
    enum checkout_state state;
    int64_t sum;        /* asked for; from hold on what is held */
    int64_t finished;   /* of it, what was sold */
    int64_t returned;   /* … and came back */
    moment valid_till;  /* the last moment of pending and hold is before it */
};

enum checkout_act {
    CHECKOUT_ASK,     /* the shop asks again under the same number, for `sum` */
    CHECKOUT_CONSENT, /* the customer signed: `free` of his limit is what he may spend */
    CHECKOUT_DECLINE,
    CHECKOUT_CHANGE,  /* another `sum`, and `valid_till` where it is not 0; `free` beside what is held already */
    CHECKOUT_FINISH,  /* `sum` of it went out; the rest is free again */
    CHECKOUT_CANCEL,
    CHECKOUT_RETURN,  /* goods for `sum` came back */
};

struct checkout_doing {
    enum checkout_act act;
    moment now;
    int64_t sum, free;
    moment valid_till;
};

/* In order of precedence: the first that applies is told. */
enum checkout_refusal {
    CHECKOUT_OK,
    CHECKOUT_WRONG_SUM,   /* nothing, less than nothing, or more than money may be */
    CHECKOUT_TOO_LATE,    /* its time is over */
    CHECKOUT_EXISTS,      /* ask: the number's order is signed, sold, declined or canceled */
    CHECKOUT_ENDED,       /* canceled, declined, finished: it cannot be done any more */
    CHECKOUT_NOT_YET,     /* finish: he has not signed; return: nothing was sold */
    CHECKOUT_WRONG_TIME,  /* a valid_till that is past already */
    CHECKOUT_SUM_DIFFERS, /* finish: more than is held; return: more than was sold and is not back yet */
    CHECKOUT_NO_LIMIT,    /* more than is free */
};

/* Its time is over: it can only have expired. */
bool checkout_late(const struct checkout *checkout, moment now);
/* An order whose time is over expires first, and that stays where the act is then refused; else a refusal changes
 * nothing. A repeat of what was done already is CHECKOUT_OK and changes nothing: cancel of what is canceled, ask for
 * the same sum; but finishing or returning twice are two. */
enum checkout_refusal checkout_apply(struct checkout *checkout, const struct checkout_doing *doing);

/* The code by which Mokka's interface tells it. */
int checkout_code(enum checkout_act act, enum checkout_refusal refusal);
