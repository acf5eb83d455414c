/* rail.h: how a payment reaches who is paid: by OSMP XML, by a bank's rail, by fast payments, to a card. Each is asked
 * on a dispatcher thread, where it may block, and answers in the same few words; the machine is one for all (outbox
 * kinds "payment.check", "payment.send", "payment.cancel"). */
#pragma once

#include "engine/engine.h"
#include "payments/provider.h"

enum rail_command { RAIL_CHECK, RAIL_SEND, RAIL_CANCEL };

enum rail_verdict {
    RAIL_YES,
    RAIL_NO,
    RAIL_LATER,     /* surely not done: ask again */
    RAIL_UNCERTAIN, /* perhaps done: ask again, with the same number */
};

struct rail_order {
    enum rail_command command;
    int64_t id;                              /* the payment's: by it the other side tells a repeat */
    struct money sum;                        /* without our fee; of a check 0: what is due is asked */
    moment at;                               /* of the payment, the same in every repeat */
    const struct osmp_field *values;         /* "account" first, then the provider's own */
    size_t value_count;
    int attempt;                             /* 1 for the first */
};

struct rail_answer {
    enum rail_verdict verdict;
    enum payment_reason reason;  /* of RAIL_NO */
    int code;                    /* the other side's own, for staff; -1: none */
    struct text reference;       /* their number of it */
    struct text comment;         /* their words, for staff alone */
    struct text name;            /* whose account it is, masked by them; for the customer */
    int64_t bill;                /* what is due, in kopecks; -1: not told */
    int64_t balance;             /* what is left on the account, in kopecks, also below 0; BALANCE_UNTOLD */
    struct text more;            /* another fact of theirs about the account (last meter reading); TEXT_NONE */
};

/* Money that a bank sent back after it had paid it out. */
struct rail_return {
    int64_t number;  /* in the bank's list, which only grows */
    int64_t payment;
    int64_t sum;     /* kopecks */
};
#define RAIL_RETURNS 100 /* told at once */

/* A payment as the other side's register of a day has it. */
struct rail_line {
    int64_t payment, sum; /* kopecks */
    bool cancelled;
    struct text reference;
};
#define RAIL_LINES 200 /* told at once */

struct rail {
    const char *name;
    struct rail_answer (*ask)(struct engine *engine, const struct provider *provider, const struct rail_order *order,
                              struct arena *arena);
    /* What was sent back after that number, in order; how many, -1: no answer. NULL: this rail returns nothing. */
    int (*returns)(struct engine *engine, const struct provider *provider, int64_t after,
                   struct rail_return returns[RAIL_RETURNS], struct arena *arena);
    /* The register's next lines of that day (since 1970) behind payment `after`, in order; how many, -1: no answer.
     * NULL: this rail has none. */
    int (*register_of)(struct engine *engine, const struct provider *provider, int64_t day, int64_t after,
                       struct rail_line lines[RAIL_LINES], bool *more, struct arena *arena);
};

const struct rail *rail_named(struct text name); /* NULL: none */

/* ---- rail_osmp.c, rail_bank.c ---- */
extern const struct rail rail_osmp, rail_bank, rail_card, rail_fastpay;
