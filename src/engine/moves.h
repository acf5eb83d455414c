/* moves.h: what the feature that keeps people's money (the wallet) does for others, which may not know it: money from
 * anybody's bank card, and money from one person to another by all the rules of transfers. */
#pragma once

#include "engine/engine.h"
#include "ledger/ledger.h"

/* From a card into a customer's account. Whoever pays, the order is the customer's. */
struct card_order {
    int64_t customer, account, sum; /* minor units */
    int kind;                       /* of the ledger's transfer; its operation_kind is the orderer's */
    int64_t subject;                /* … the orderer's own number */
    enum language language;
};

struct card_told {
    const char *state; /* "created", "paid", "declined", "cancelled", "expired", "refunding", "refunded", "stuck" */
    bool open, paid, final;
    moment made, expires;
    int64_t sum, operation; /* the entry by which it came; 0: none */
    int refresh_s;          /* when a page without scripts looks again; 0: not */
};

/* To another customer's account. The request's form has `sum` and `note`. */
struct person_payment {
    int64_t payee, to; /* customer, account */
    int kind;
    int64_t subject;
};

struct moves {
    /* Cards are taken: from so much to so much. */
    bool (*cards)(struct engine *engine, int64_t *least, int64_t *most);
    /* In a command. Refused is what could not be credited now. From then on EVENT_CARD_ORDER tells what becomes of it,
     * as often as it changes; what cannot be credited in the end is given back to the card. */
    enum ledger_refusal (*order)(struct engine *engine, struct tx *tx, const struct card_order *order, int64_t *id);
    bool (*told)(struct tx *tx, int64_t customer, int64_t id, struct card_told *told, moment now);
    /* The bank's page for an open order; `back`: the path where it sends the payer afterwards. */
    struct text (*url)(struct engine *engine, struct tx *tx, struct arena *arena, int64_t customer, int64_t id,
                       struct text back);
    /* READ and WRITE stages: level, fresh proof for a new payee, cooling, token, limits; FLOW_NEXT with the operation
     * when it is done, else refused. */
    enum flow (*pay_look)(struct request *request, struct tx *tx, const struct person_payment *payment);
    enum flow (*pay)(struct request *request, struct tx *tx, const struct person_payment *payment, int64_t *operation);
};

/* NULL: no enabled feature keeps people's money. */
const struct moves *engine_moves(const struct engine *engine);
