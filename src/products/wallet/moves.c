/* moves.c: what the wallet does for features that do not know it (engine/moves.h): orders by card are rows of topups,
 * with the same asking, callbacks and refunds; payments to people are transfers. */
#include "products/wallet/topup.h"

void wallet_income(struct engine *engine, struct tx *tx, int64_t customer, int64_t account, int64_t sum,
                   int64_t operation) {
    const struct event event = {.kind = EVENT_INCOME,
                                .customer = customer,
                                .number = sum,
                                .account = account,
                                .operation = operation};
    engine_emit(engine, tx, &event);
}

static bool cards(struct engine *engine, int64_t *least, int64_t *most) {
    return acquiring_cards(engine, least, most);
}

static enum ledger_refusal order(struct engine *engine, struct tx *tx, const struct card_order *wanted, int64_t *id) {
    const struct topup topup = {
        .id = world_id(tx_world(tx)),
        .customer = wanted->customer,
        .account = wanted->account,
        .sum = wanted->sum,
        .state = TOPUP_CREATED,
        .expires = world_now(tx_world(tx)) + acquiring_state_of(engine)->settings->life,
        .language = wanted->language,
        .kind = wanted->kind,
        .subject = wanted->subject,
    };
    const struct transfer transfer = {.from = wallet_system_account(engine, tx, SYSTEM_ACQUIRER),
                                      .to = topup.account,
                                      .sum = rub(topup.sum),
                                      .kind = topup.kind};
    enum ledger_refusal refusal = ledger_check(engine_ledger(engine), tx, &transfer);
    if (refusal != LEDGER_OK) return refusal;
    topup_insert(engine, tx, &topup);
    *id = topup.id;
    return LEDGER_OK;
}

static bool told(struct tx *tx, int64_t customer, int64_t id, struct card_told *told, moment now) {
    struct topup topup;
    if (!topup_find(tx, customer, id, &topup)) return false;
    *told = (struct card_told){.state = topup_state_name(topup.state),
                               .open = topup.state == TOPUP_CREATED,
                               .paid = topup.state == TOPUP_PAID,
                               .final = topup_state_final(topup.state),
                               .made = id_moment(topup.id),
                               .expires = topup.expires,
                               .sum = topup.sum,
                               .operation = topup.operation,
                               .refresh_s = topup_refresh_s(topup.state, now - id_moment(topup.id))};
    return true;
}

static struct text url(struct engine *engine, struct tx *tx, struct arena *arena, int64_t customer, int64_t id,
                       struct text back) {
    struct topup topup;
    bool open = acquiring_bank(engine) != NULL && topup_find(tx, customer, id, &topup) &&
                topup.state == TOPUP_CREATED;
    return open ? topup_url(engine, arena, &topup, back, topup.language) : TEXT_NONE;
}

const struct moves wallet_moves = {.cards = cards,
                                   .order = order,
                                   .told = told,
                                   .url = url,
                                   .pay_look = transfer_person_look,
                                   .pay = transfer_person};
