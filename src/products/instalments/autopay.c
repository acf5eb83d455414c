/* autopay.c: a customer's own card pays what is due on its day, for all his purchases, until he says no more. */
#include "acquiring/acquiring.h"
#include "acquiring/bound_card.h"
#include "products/instalments/cabinet.h"

STATEMENT(find, "SELECT card FROM instalment_autopay WHERE customer = $1");
STATEMENT(put, "INSERT INTO instalment_autopay (customer, card) VALUES ($1, $2) "
               "ON CONFLICT (customer) DO UPDATE SET card = $2");
STATEMENT(drop, "DELETE FROM instalment_autopay WHERE customer = $1");
STATEMENT(charging, "SELECT id FROM instalment_payment WHERE customer = $1 AND state = $2 AND card > 0 LIMIT 1");

static const struct refusal no_card = {"no-card", 422, S_instalments_refused_card, false};

int64_t instalments_autopay_card(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &find, VALUES(V_INT(customer)));
    int64_t card = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return card;
}

void instalments_autopay_put(struct tx *tx, int64_t customer, int64_t card) {
    if (card == 0) tx_run(tx, &drop, VALUES(V_INT(customer)));
    else tx_run(tx, &put, VALUES(V_INT(customer), V_INT(card)));
}

int64_t instalments_autopay_good(struct engine *engine, struct tx *tx, int64_t customer) {
    struct bound_card found;
    int64_t card = instalments_autopay_card(tx, customer);
    return card != 0 && bound_card_find(engine, tx, customer, card, &found) ? card : 0;
}

/* A card that is being charged is not charged beside it: what that does not pay is asked for the next time. */
static bool is_charging(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &charging, VALUES(V_INT(customer), V_INT(PAYMENT_WAITS)));
    bool found = rows_next(rows);
    rows_end(rows);
    return found;
}

enum autopay instalments_autopay(struct engine *engine, struct tx *tx, int64_t customer, int64_t sum) {
    struct instalment_payment payment = {.customer = customer,
                                         .wish = PURCHASE_ANY,
                                         .automatic = true,
                                         .sum = sum,
                                         .card = instalments_autopay_card(tx, customer)};
    if (payment.card == 0) return AUTOPAY_NONE;
    if (instalments_autopay_good(engine, tx, customer) == 0) return AUTOPAY_CARD_GONE;
    if (is_charging(tx, customer)) return AUTOPAY_ORDERED;
    return instalment_pay_by_card(engine, tx, &payment) == LEDGER_OK ? AUTOPAY_ORDERED : AUTOPAY_REFUSED;
}

void instalments_autopay_tell(struct engine *engine, struct tx *tx, int64_t customer, struct node *document) {
    struct bound_card found;
    int64_t card = instalments_autopay_good(engine, tx, customer);
    struct node *node = doc_object(document, "autopay");
    bool on = card != 0 && bound_card_find(engine, tx, customer, card, &found);
    doc_bool(node, "on", on);
    doc_text(node, "card", on ? found.mask : TEXT_NONE);
    instalments_cards_tell(engine, tx, customer, card, false, doc_array(node, "cards"));
}

/* POST /instalments/autopay: {card}: pays on due days from now on; without one no more. */
enum flow instalments_autopay_write(struct request *request, struct tx *tx) {
    struct bound_card found;
    struct node *document = doc_new(request->arena);
    int64_t card = field_number(request, "card"), customer = request->caller.customer;
    if (card != 0 && !bound_card_find(request->engine, tx, customer, card, &found)) return refuse(request, &no_card);
    instalments_autopay_put(tx, customer, card);
    instalments_autopay_tell(request->engine, tx, customer, document);
    return answer_done(request, document, TEXT("/instalments"));
}
