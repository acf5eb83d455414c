/* topup.h: a top-up by card, between the files that know its rows. */
#pragma once

#include "acquiring/internal.h"
#include "products/wallet/wallet.h"

struct topup {
    int64_t id, customer, account, sum;
    enum topup_state state;
    moment expires;
    struct text reference;       /* the acquirer's number of the payment; TEXT_NONE until told */
    int64_t operation;           /* the entry on the wallet; 0: none */
    enum ledger_refusal refusal; /* why the money could not enter */
    enum language language;
    int kind;        /* of another feature's order (engine/moves.h); 0: a top-up of his own */
    int64_t subject; /* … its number there */
};

/* customer 0: whoever's (the acquirer asks by order alone). */
bool topup_find(struct tx *tx, int64_t customer, int64_t id, struct topup *topup);

/* In a command: the row, and the acquirer is asked about it. */
void topup_insert(struct engine *engine, struct tx *tx, const struct topup *topup);
/* The bank's page; `back` is a path of ours. */
struct text topup_url(struct engine *engine, struct arena *arena, const struct topup *topup, struct text back,
                      enum language language);

/* What the acquirer tells of an order, by callback or when asked: recorded, and carried out if it is news. */
enum topup_step topup_settle(struct engine *engine, struct tx *tx, const struct topup *topup,
                             const struct acquirer_news *news, struct text source);
void topup_fail(struct tx *tx, const struct topup *topup, enum topup_state state);
