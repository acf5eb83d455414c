/* agree.c: a signed contract becomes a loan. */
#include "products/loans/loans.h"

void credit_agree(struct engine *engine, struct tx *tx, struct credit *credit) {
    const struct account template = {.owner = credit->customer,
                                     .purpose = PURPOSE_LOAN,
                                     .class = ACCOUNT_CUSTOMER,
                                     .currency = CURRENCY_RUB,
                                     .overdraft = credit->sum};
    const struct credit_setting around = credit_setting(engine);
    credit->id = world_id(tx_world(tx));
    credit->account = ledger_create(engine_ledger(engine), tx, &template);
    credit->state = CREDIT_WAITS;
    credit->signed_at = world_now(tx_world(tx));
    credit->signed_day = loans_today(engine);
    credit->ready_at = credit->signed_at + HOUR * law_cooling_hours(credit->sum, date_from_days(credit->signed_day),
                                                                    around.own, around.own_count);
    credit_insert(tx, credit);
}
