/* renew.c: a card's month comes. Some weeks before it another one is made in its place, by the rule that the company
 * has; the old one works to its end. */
#include "products/cards/cards.h"

STATEMENT(past, "SELECT customer, id FROM card WHERE state IN (2, 3) AND expires > 0 AND expires <= $1 "
                "ORDER BY expires LIMIT 100");
/* Kinds are numbered so that what is renewed is all up to one of them (enum renew). */
STATEMENT(soon, "SELECT customer, id FROM card WHERE state IN (2, 3) AND expires > 0 AND expires <= $1 "
                "AND renewed = 0 AND kind <= $2 ORDER BY expires LIMIT 100");

bool cards_expire(struct engine *engine, struct tx *tx) {
    struct card_key due[CARDS_PIECE];
    size_t count = cards_due(tx, &past, world_now(tx_world(tx)), due);
    for (size_t i = 0; i < count; i++) {
        struct card card;
        if (!card_find(engine, tx, due[i].customer, due[i].id, &card) || card_ended(card.state)) continue;
        card_turn(engine, tx, &card, CARD_EXPIRED);
        tell_card(engine, tx, &card, S_cards_told_expired);
    }
    return count == CARDS_PIECE;
}

static void renew(struct engine *engine, struct tx *tx, struct card *old) {
    bool replaced = card_replacement(tx, old->customer, old->id) != 0;
    old->renewed = true;
    card_save(tx, old);
    if (replaced) return; /* by its holder */
    card_like(engine, tx, old, card_address(engine, tx, old), true);
    tell_card_day(engine, tx, old, S_cards_told_renewing, old->expires - 1);
}

bool cards_renew(struct engine *engine, struct tx *tx) {
    const struct cards_state *state = cards_state_of(engine);
    struct card_key due[CARDS_PIECE];
    size_t count = 0;
    moment before = world_now(tx_world(tx)) + state->settings->renew_before;
    if (state->processing == NULL || state->settings->renew == RENEW_NONE) return false;
    struct rows *rows = tx_query(tx, &soon, VALUES(V_INT(before), V_INT(state->settings->renew)));
    while (count < CARDS_PIECE && rows_next(rows)) due[count++] = (struct card_key){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        struct card card;
        if (card_find(engine, tx, due[i].customer, due[i].id, &card) && !card_ended(card.state))
            renew(engine, tx, &card);
    }
    return count == CARDS_PIECE;
}
