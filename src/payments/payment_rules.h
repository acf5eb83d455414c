/* payment_rules.h: what becomes of a payment, as rules: no store, no HTTP, no clock.
 *
 *   checking ──yes──▸ checked ──confirmed──▸ sending ──yes──▸ done ──given back──▸ refunded
 *      │ no, silent      │ too late, dropped    │ no               ▴     │
 *      ▾                 ▾                      ▾                  │     │
 *   rejected,         expired,               refused            stuck ◂──┘ silent past its deadline: staff decide
 *   unchecked         cancelled
 *
 * Each state that is not final has a deadline, at which the outbox's last word or a job moves it on. */
#pragma once

#include "base/calendar.h"
#include "base/money.h"

enum payment_state {
    PAYMENT_CHECKING = 1, /* the provider is being asked whether it would take it */
    PAYMENT_CHECKED,      /* it would; the customer sees fee and name, and has to confirm */
    PAYMENT_SENDING,      /* confirmed: the money is held, the provider is being told */
    PAYMENT_STUCK,        /* nobody knows whether it took it: the money stays held, staff find out */
    /* final */
    PAYMENT_DONE = 10,
    PAYMENT_REFUSED,      /* the provider said no after all: nothing was taken */
    PAYMENT_REJECTED,     /* the check said no */
    PAYMENT_UNCHECKED,    /* the check was not answered in time */
    PAYMENT_EXPIRED,      /* not confirmed in time */
    PAYMENT_CANCELLED,    /* by the customer, before confirming */
    PAYMENT_REFUNDED,     /* done, and given back since */
};

const char *payment_state_name(enum payment_state state); /* "checking", …: JSON and pages */
bool payment_final(enum payment_state state);

/* Why the provider said no; kept by number. */
enum payment_reason {
    REASON_NONE,
    REASON_ACCOUNT,   /* such an account cannot be */
    REASON_NOT_FOUND,
    REASON_REFUSED,
    REASON_TECHNICAL,
    REASON_INACTIVE,
    REASON_SMALL,
    REASON_LARGE,
    REASON_SILENT,    /* no answer */
    REASON_NO_BILL,   /* nothing is due there */
    REASON_CHANGED,   /* the provider has left the catalogue, or changed its terms, since */
    REASON_BANK,      /* there is no such bank, or it takes nothing now */
    REASON_UNLINKED,  /* the number is no customer's of that bank, or he takes no fast payments */
    REASON_CARD,      /* the card takes no transfers: closed, or its bank does not let it */
    REASON_UNPAID,    /* the other bank's card did not pay it */
    REASON_KEPT,      /* … it did, but what it paid could not go on: it is the customer's, on his account */
};
const char *payment_reason_name(enum payment_reason reason); /* "not-found" */

/* ---- what it costs ---- */

/* percent in hundredths of a percent; least and most bound the percentage's part; most 0: no bound. */
struct fee {
    int64_t percent_bp, fixed, least, most;
};

/* The fee on `sum`, rounded half up to a kopeck; never negative, never above MONEY_MAX. */
int64_t fee_on(const struct fee *fee, int64_t sum);
/* Is it one that can be told: bounds in order, percent at most 100 %. */
bool fee_sound(const struct fee *fee);
