/* order.c: an order that any bank's card pays at the acquirer's page. We make a row and sign the address of that page;
 * what became of it comes by callback or is asked for (settle.c). */
#include "acquiring/internal.h"

#define ORDER "id, customer, account, sum, kind, subject, state, expires, reference, operation, refusal, card"

STATEMENT(insert, "INSERT INTO card_order (id, customer, account, sum, kind, subject, state, expires, card) "
                  "VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8)");
STATEMENT(by_customer, "SELECT " ORDER " FROM card_order WHERE customer = $1 AND id = $2");
STATEMENT(by_id, "SELECT " ORDER " FROM card_order WHERE id = $1");

bool order_find(struct tx *tx, int64_t customer, int64_t id, struct order *order) {
    struct rows *rows = customer != 0 ? tx_query(tx, &by_customer, VALUES(V_INT(customer), V_INT(id)))
                                      : tx_query(tx, &by_id, VALUES(V_INT(id)));
    bool found = rows_next(rows);
    if (found)
        *order = (struct order){.id = row_int(rows, 0),
                                .customer = row_int(rows, 1),
                                .account = row_int(rows, 2),
                                .sum = row_int(rows, 3),
                                .kind = (int)row_int(rows, 4),
                                .subject = row_int(rows, 5),
                                .state = (enum order_state)row_int(rows, 6),
                                .expires = row_int(rows, 7),
                                .reference = row_null(rows, 8) ? TEXT_NONE : row_copy(rows, 8, tx_arena(tx)),
                                .operation = row_int(rows, 9),
                                .refusal = (enum ledger_refusal)row_int(rows, 10),
                                .card = row_int(rows, 11)};
    rows_end(rows);
    return found;
}

struct transfer order_transfer(struct engine *engine, struct tx *tx, const struct order *order) {
    return (struct transfer){.from = acquiring_account(engine, tx),
                             .to = order->account,
                             .sum = rub(order->sum),
                             .kind = order->kind,
                             .subject = order->subject != 0 ? order->subject : order->id};
}

/* ---- for whoever takes money by card ---- */

bool acquiring_cards(const struct engine *engine, int64_t *least, int64_t *most) {
    const struct acquiring_state *state = acquiring_state_of(engine);
    *least = state != NULL ? state->settings->least : 0;
    *most = state != NULL ? state->settings->most : 0;
    return state != NULL && state->bank != NULL;
}

enum ledger_refusal order_begin(struct engine *engine, struct tx *tx, const struct card_order *wanted, int64_t card,
                                struct order *order) {
    const struct acquiring_state *state = acquiring_state_of(engine);
    if (state == NULL || state->bank == NULL) return LEDGER_NO_ACCOUNT;
    const struct acquiring_settings *settings = state->settings;
    moment now = world_now(tx_world(tx));
    *order = (struct order){.id = world_id(tx_world(tx)),
                            .customer = wanted->customer,
                            .account = wanted->account,
                            .sum = wanted->sum,
                            .kind = wanted->kind,
                            .subject = wanted->subject,
                            .state = ORDER_CREATED,
                            .expires = now + settings->life,
                            .card = card};
    const struct transfer transfer = order_transfer(engine, tx, order);
    enum ledger_refusal refusal = ledger_check(engine_ledger(engine), tx, &transfer);
    if (refusal != LEDGER_OK) return refusal;
    tx_run(tx, &insert,
           VALUES(V_INT(order->id), V_INT(order->customer), V_INT(order->account), V_INT(order->sum),
                  V_INT(order->kind), V_INT(order->subject), V_INT(order->expires), V_INT(card)));
    outbox_add(engine, tx, "acquirer.status", order->customer, order->id,
               text_format(tx_arena(tx), "%lld", (long long)order->expires), now + settings->ask,
               now + settings->watch);
    return LEDGER_OK;
}

enum ledger_refusal acquiring_order(struct engine *engine, struct tx *tx, const struct card_order *wanted,
                                    int64_t *id) {
    struct order order = {.id = 0};
    enum ledger_refusal refusal = order_begin(engine, tx, wanted, 0, &order);
    *id = order.id;
    return refusal;
}

bool acquiring_told(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct card_told *told) {
    struct order order;
    if (acquiring_state_of(engine) == NULL || !order_find(tx, customer, id, &order)) return false;
    *told = (struct card_told){
        .state = order_state_name(order.state),
        .open = order.state == ORDER_CREATED,
        .paid = order.state == ORDER_PAID,
        .final = order_state_final(order.state),
        .refunding = order.state == ORDER_REFUNDING,
        .reversed = order.state == ORDER_REVERSED && order.operation != 0,
        .made = id_moment(order.id),
        .expires = order.expires,
        .account = order.account,
        .sum = order.sum,
        .operation = order.operation,
        .refusal = order.refusal,
        .kind = order.kind,
        .card = order.card,
        .refresh_s = order_refresh_s(order.state, world_now(tx_world(tx)) - id_moment(order.id))};
    return true;
}

struct text acquiring_url(struct request *request, struct tx *tx, int64_t customer, int64_t id, struct text back) {
    struct order order;
    const struct acquirer *bank = acquiring_bank(request->engine);
    if (bank == NULL || !order_find(tx, customer, id, &order) || order.state != ORDER_CREATED || order.card != 0)
        return TEXT_NONE;
    struct text whole = text_format(request->arena, "%s%.*s", engine_config(request->engine)->public_url,
                                    TEXT_ARG(back));
    const struct acquirer_order asked = {.id = order.id,
                                         .sum = rub(order.sum),
                                         .return_url = whole,
                                         .language = text_from(language_tag(request->locale.language)),
                                         .expires = order.expires};
    return acquirer_payment_url(bank, request->arena, &asked);
}
