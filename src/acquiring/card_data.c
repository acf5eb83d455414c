/* card_data.c: what is kept of a customer's own bank cards: told to him; what stands in the way of his leaving. */
#include "acquiring/card.h"

#define TOLD_MOST 500

void bank_cards_own_data(struct own_data *piece) {
    struct bank_card *cards = arena_array(piece->list->arena, struct bank_card, TOLD_MOST);
    size_t count = bank_cards_ever(piece->engine, piece->tx, piece->customer, cards, TOLD_MOST);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("bank_card"));
        doc_id(node, "id", cards[i].id);
        doc_text(node, "card", cards[i].mask);
        doc_text(node, "network", cards[i].network);
        doc_text(node, "holder", cards[i].holder.size > 0 ? cards[i].holder : TEXT_NONE);
        doc_text(node, "state", text_from(bound_state_name(cards[i].state)));
        doc_moment(node, "at", id_moment(cards[i].id));
    }
    payouts_own_data(piece);
}

void bank_cards_obstacles(struct obstacles *obstacles) {
    if (card_payouts_open(obstacles->tx, obstacles->customer, 0))
        obstacle_add(obstacles, S_acquiring_leave_payout, NULL, 0, "/bank-cards");
}

STATEMENT(drop_claims, "DELETE FROM bank_card_claim WHERE customer = $1");
STATEMENT(drop_cards, "DELETE FROM bank_card WHERE customer = $1");
STATEMENT(blank_payouts, "UPDATE card_payout SET reference = NULL WHERE customer = $1 AND reference IS NOT NULL");

const struct erase bank_cards_erases[] = {{"bank_card_claim", &drop_claims},
                                          {"bank_card", &drop_cards},
                                          {"card_payout", &blank_payouts},
                                          {.what = NULL}};
