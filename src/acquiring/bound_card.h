/* bound_card.h: customers' own cards at other banks, bound once and checked by their bank, for features that pay out to
 * them or charge them (LO-3, LO-4). */
#pragma once

#include "engine/engine.h"
#include "ledger/ledger.h"

struct bound_card {
    int64_t id;
    struct text mask, network, holder; /* "220000******0000", "mir", as on the card; in the tx's arena */
    bool own;                          /* the holder's name is the customer's */
    int64_t expires;                   /* its last good month: 12 × year + month − 1 */
    moment bound;
};

#define BOUND_CARDS_MAX 10
/* Those that are good now, newest first; how many. */
size_t bound_cards_of(struct engine *engine, struct tx *tx, int64_t customer, struct bound_card *cards, size_t room);
bool bound_card_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct bound_card *card);

/* ---- to a card ---- */

struct card_payout {
    int64_t customer, card, account, sum; /* from that ledger account, ours or his; minor units */
    int kind;                             /* of the ledger's transfer; its operation_kind is the orderer's */
    int64_t subject;                      /* … the orderer's own number; 0: the payout's */
};

struct card_payout_told {
    const char *state; /* "sent", "paid", "refused" (the money is back on the account), "stuck" (… could not go back) */
    bool final, paid;
    int64_t sum, operation; /* the transfer by which it left; of what was refused the one by which it came back */
    struct text reason;     /* of what was refused, as the bank calls it */
};

/* In a command. LEDGER_NO_ACCOUNT: not a good card of his own name. Else the money has left the account, and
 * EVENT_CARD_PAYOUT tells what becomes of it: always one of the final states. */
enum ledger_refusal card_payout_begin(struct engine *engine, struct tx *tx, const struct card_payout *wanted,
                                      int64_t *id);
bool card_payout_told(struct tx *tx, int64_t customer, int64_t id, struct card_payout_told *told);

/* ---- from a card ---- */

/* The customer need not be at hand, and the card not in his own name: who has bound it may pay by it. */
struct card_charge {
    int64_t customer, card, account, sum; /* into that ledger account; minor units */
    int kind;                             /* as a card_order's (acquiring/acquiring.h) */
    int64_t subject;
};

/* In a command. An order by card like any other: acquiring_told, EVENT_CARD_ORDER. LEDGER_NO_ACCOUNT: no good card. */
enum ledger_refusal card_charge_begin(struct engine *engine, struct tx *tx, const struct card_charge *wanted,
                                      int64_t *id);
