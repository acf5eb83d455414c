/* left.c: what was paid too much for a purchase that is over goes back to its customer: a payment that came twice or
 * late, goods that came back after they were paid for. */
#include "acquiring/bound_card.h"
#include "products/instalments/cabinet.h"

#include "base/check.h"

#include <string.h>

STATEMENT(back_find, "SELECT purchase FROM instalment_back WHERE customer = $1 AND payout = $2");
STATEMENT(back_open, "SELECT payout FROM instalment_back WHERE customer = $1 AND purchase = $2");
STATEMENT(back_put, "INSERT INTO instalment_back (customer, purchase, payout) VALUES ($1, $2, $3)");
STATEMENT(back_drop, "DELETE FROM instalment_back WHERE customer = $1 AND payout = $2");

static const struct refusal no_card = {"no-card", 422, S_instalments_refused_card, false};
static const struct refusal nothing = {"nothing-left", 409, S_instalments_refused_nothing_left, false};

bool purchase_back_open(struct tx *tx, const struct purchase *purchase) {
    struct rows *rows = tx_query(tx, &back_open, VALUES(V_INT(purchase->customer), V_INT(purchase->id)));
    bool open = rows_next(rows);
    rows_end(rows);
    return open;
}

/* The money has left the account by that transfer. */
static void gave(struct engine *engine, struct tx *tx, struct purchase *purchase, int64_t sum, int64_t operation) {
    const struct purchase_doing doing = {.act = PURCHASE_GIVE, .sum = sum};
    enum purchase_refusal refusal = purchase_act_on(engine, tx, purchase, &doing, operation, NULL);
    check(refusal == PURCHASE_OK || tx_failed(tx));
    purchase_tell(engine, tx, purchase->customer, purchase, S_instalments_told_left, sum, 0);
}

static bool to_card(struct engine *engine, struct tx *tx, struct purchase *purchase, int64_t card, int64_t sum) {
    struct card_payout_told told;
    int64_t payout;
    const struct card_payout wanted = {.customer = purchase->customer,
                                       .card = card,
                                       .account = purchase->account,
                                       .sum = sum,
                                       .kind = KIND_INSTALMENT_LEFT,
                                       .subject = purchase->id};
    if (card == 0 || card_payout_begin(engine, tx, &wanted, &payout) != LEDGER_OK) return false;
    tx_run(tx, &back_put, VALUES(V_INT(purchase->customer), V_INT(purchase->id), V_INT(payout)));
    bool known = card_payout_told(tx, purchase->customer, payout, &told);
    gave(engine, tx, purchase, sum, known ? told.operation : 0);
    return true;
}

void purchase_give_back(struct engine *engine, struct tx *tx, struct purchase *purchase, int64_t card) {
    struct purse purses[PURSES_MAX];
    int64_t sum = purchase_left(&purchase->state);
    const struct locale locale = {LANGUAGE_EN, engine_zone(engine), world_now(tx_world(tx))};
    if (sum == 0) return;
    if (engine_purses(engine, tx, &locale, purchase->customer, purses) > 0) {
        int64_t operation = instalments_move(engine, tx, purchase->account, purses[0].account, sum,
                                             KIND_INSTALMENT_LEFT, purchase->id, TEXT_NONE);
        gave(engine, tx, purchase, sum, operation);
    } else if (purchase_back_open(tx, purchase) || !to_card(engine, tx, purchase, card, sum)) {
        purchase_tell(engine, tx, purchase->customer, purchase, S_instalments_told_left_waits, sum, 0);
    }
}

void purchase_returned(struct engine *engine, struct tx *tx, struct purchase *purchase, int64_t sum) {
    purchase_tell(engine, tx, purchase->customer, purchase, S_instalments_told_returned, sum, 0);
    purchase_give_back(engine, tx, purchase, purchase_paid_by(tx, purchase));
    engine_notify(engine, tx, purchase->customer, "instalments");
}

/* A bank that refuses has given it back to us: it is left again, and he names another card. */
void instalments_payout_told(struct engine *engine, struct tx *tx, const struct event *event) {
    struct card_payout_told told;
    struct purchase purchase;
    if (event->code != KIND_INSTALMENT_LEFT) return;
    struct rows *rows = tx_query(tx, &back_find, VALUES(V_INT(event->customer), V_INT(event->number)));
    int64_t id = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    if (id == 0 || !card_payout_told(tx, event->customer, event->number, &told) || !told.final ||
        !purchase_find(tx, event->customer, id, &purchase))
        return;
    tx_run(tx, &back_drop, VALUES(V_INT(event->customer), V_INT(event->number)));
    engine_notify(engine, tx, event->customer, "instalments");
    if (strcmp(told.state, "refused") != 0) return;
    const struct purchase_doing doing = {.act = PURCHASE_PAY, .sum = told.sum};
    enum purchase_refusal refusal = purchase_act_on(engine, tx, &purchase, &doing, told.operation, NULL);
    check(refusal == PURCHASE_OK || tx_failed(tx));
    purchase_tell(engine, tx, purchase.customer, &purchase, S_instalments_told_left_refused, told.sum, 0);
}

/* POST /instalments/{id}/back: {card} */
enum flow purchase_back_write(struct request *request, struct tx *tx) {
    struct purchase purchase;
    struct node *document = doc_new(request->arena);
    if (!purchase_asked(request, tx, &purchase)) return answer_missing(request);
    int64_t sum = purchase_left(&purchase.state);
    if (sum == 0 || purchase_back_open(tx, &purchase)) return refuse(request, &nothing);
    if (!to_card(request->engine, tx, &purchase, field_number(request, "card"), sum)) return refuse(request, &no_card);
    purchase_tell_row(request, tx, &purchase, document);
    return answer_done(request, document, purchase_address(request, &purchase, ""));
}
