/* moves.h: what the feature that keeps people's money (the wallet) does for others, which may not know it: money from
 * one person to another by all the rules of transfers. */
#pragma once

#include "engine/engine.h"

/* To another customer's account. The request's form has `sum` and `note`. */
struct person_payment {
    int64_t payee, to; /* customer, account */
    int kind;
    int64_t subject;
};

struct moves {
    /* READ and WRITE stages: level, fresh proof for a new payee, cooling, token, limits; FLOW_NEXT with the operation
     * when it is done, else refused. */
    enum flow (*pay_look)(struct request *request, struct tx *tx, const struct person_payment *payment);
    enum flow (*pay)(struct request *request, struct tx *tx, const struct person_payment *payment, int64_t *operation);
};

/* NULL: no enabled feature keeps people's money. */
const struct moves *engine_moves(const struct engine *engine);
