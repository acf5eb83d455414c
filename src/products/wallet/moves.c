/* moves.c: what the wallet does for features that do not know it (engine/moves.h): payments to people are transfers. */
#include "products/wallet/wallet.h"

void wallet_income(struct engine *engine, struct tx *tx, int64_t customer, int64_t account, int64_t sum,
                   int64_t operation) {
    const struct event event = {.kind = EVENT_INCOME,
                                .customer = customer,
                                .number = sum,
                                .account = account,
                                .operation = operation};
    engine_emit(engine, tx, &event);
}

const struct moves wallet_moves = {.pay_look = transfer_person_look, .pay = transfer_person};
