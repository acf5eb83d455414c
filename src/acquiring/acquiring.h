/* acquiring.h: money from any bank's card, by the bank that takes cards for us, as other features use it. Where the
 * feature is not enabled no cards are taken and there are no orders. */
#pragma once

#include "adapters/acquirer/acquirer.h"
#include "engine/engine.h"
#include "ledger/ledger.h"

extern const struct feature acquiring_feature;

/* The bank that takes cards for us; NULL: none. */
struct acquirer *acquiring_bank(const struct engine *engine);
/* The ledger's account of what that bank owes us, below zero by so much. In a command made when missing; in a snapshot
 * 0 then. */
int64_t acquiring_account(struct engine *engine, struct tx *tx);

/* ---- an order: so much from a card into a customer's account ---- */

/* Whoever pays, the order is the customer's. */
struct card_order {
    int64_t customer, account, sum; /* minor units */
    int kind;                       /* of the ledger's transfer; its operation_kind is the orderer's */
    int64_t subject;                /* … the orderer's own number; 0: the order's */
};

struct card_told {
    const char *state; /* "created", "paid", "declined", "cancelled", "expired", "refunding", "refunded", "stuck",
                          * "reversed" */
    bool open, paid, final;
    bool refunding; /* paid, and what was to be credited with it did not take it: it goes back to the card */
    bool reversed;  /* it had come, and the payer's bank took it back: reversal.h */
    moment made, expires;
    int64_t account, sum, operation; /* the entry by which it came; 0: none */
    enum ledger_refusal refusal;     /* why it could not come */
    int64_t card;                    /* the payer's bound card (bound_card.h) that is charged; 0: there is none */
    int kind, refresh_s;             /* when a page without scripts looks again; 0: not */
};

/* Cards are taken: from so much to so much, which is told even while they are not. */
bool acquiring_cards(const struct engine *engine, int64_t *least, int64_t *most);
/* In a command, where cards are taken. Refused is what could not be credited now. From then on EVENT_CARD_ORDER tells
 * what becomes of it, as often as it changes; what cannot be credited in the end is given back to the card. */
enum ledger_refusal acquiring_order(struct engine *engine, struct tx *tx, const struct card_order *order, int64_t *id);
bool acquiring_told(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct card_told *told);
/* The bank's page for an open order that no bound card is charged for, else TEXT_NONE; `back`: the path where it sends
 * the payer afterwards. */
struct text acquiring_url(struct request *request, struct tx *tx, int64_t customer, int64_t id, struct text back);
