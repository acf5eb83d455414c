/* issue.c: cards are made by processing: asked for from the outbox until it has made one, under our own number of it,
 * so that asking twice makes one card. And it is told each state of a card; of two it believes the later. */
#include "products/cards/cards.h"

#include "base/check.h"

/* ---- making ---- */

void card_order(struct engine *engine, struct tx *tx, const struct card *card) {
    moment now = world_now(tx_world(tx));
    outbox_add(engine, tx, "cards.issue", card->customer, card->id,
               text_format(tx_arena(tx), "%d\n%.*s\n%.*s", card->kind == KIND_PLASTIC, TEXT_ARG(card->holder),
                           TEXT_ARG(card_address(engine, tx, card))),
               now, now + cards_state_of(engine)->settings->issue_watch);
}

enum outbox_verdict issue_verdict(enum processing_answer answer) {
    if (answer == PROCESSING_ANSWERED) return OUTBOX_DONE;
    return answer == PROCESSING_REFUSED ? OUTBOX_REFUSED : OUTBOX_AGAIN;
}

enum outbox_verdict issue_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                               struct text *reply) {
    const struct processing *processing = cards_state_of(engine)->processing;
    struct text rest, address, plastic = text_split(item->payload, '\n', &rest);
    struct text holder = text_split(rest, '\n', &address);
    const struct processing_order order = {item->subject, text_is(plastic, "1"), holder, address};
    if (processing == NULL) return OUTBOX_AGAIN;
    return issue_verdict(processing_issue(processing, engine_world(engine), arena, &order, reply));
}

/* What was taken for it comes back. */
static void not_made(struct engine *engine, struct tx *tx, struct card *card) {
    int64_t operation = 0;
    const struct transfer back = {.from = cards_system_account(engine, tx, CARDS_FEES),
                                  .to = card->fee_from,
                                  .sum = rub(card->fee),
                                  .kind = KIND_CARD_FEE_BACK,
                                  .subject = card->id,
                                  .flags = TRANSFER_NO_LIMITS};
    if (card->fee > 0 && ledger_transfer(engine_ledger(engine), tx, &back, &operation) == LEDGER_OK) card->fee = 0;
    card->replaces = 0;
    if (!card_ended(card->state)) card_turn(engine, tx, card, CARD_CLOSED);
    else card_save(tx, card);
    tell_card(engine, tx, card, S_cards_told_not_made);
}

/* The one in whose place it comes: what is lost has been blocked before, what is renewed goes on to its end. */
static void take_place(struct engine *engine, struct tx *tx, const struct card *card) {
    struct card old;
    if (card->replaces == 0 || card->renewal || !card_find(engine, tx, card->customer, card->replaces, &old)) return;
    if (!card_ended(old.state)) card_turn(engine, tx, &old, CARD_CLOSED);
}

void issue_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                  struct text reply) {
    struct card card;
    struct processing_card made;
    if (!card_find(engine, tx, item->owner, item->subject, &card) || card.token.size > 0) return;
    if (verdict != OUTBOX_DONE || !processing_card(tx_arena(tx), reply, card.id, &made) ||
        !card_made(engine, tx, &card, &made)) {
        not_made(engine, tx, &card);
        return;
    }
    if (card_ended(card.state)) { /* closed meanwhile: processing is told so */
        card_turn(engine, tx, &card, card.state);
    } else if (card.kind == KIND_VIRTUAL) {
        card_turn(engine, tx, &card, CARD_ACTIVE);
        take_place(engine, tx, &card);
        tell_card(engine, tx, &card, S_cards_told_ready);
    } else if (cards_state_of(engine)->settings->delivery == DELIVERY_HAND) {
        delivery_step(engine, tx, &card, DELIVERY_MADE, 0);
    } else {
        engine_notify(engine, tx, card.customer, "card");
        tell_card(engine, tx, &card, S_cards_told_sent);
    }
}

/* ---- its state ---- */

enum outbox_verdict state_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                               struct text *reply) {
    (void)reply;
    const struct processing *processing = cards_state_of(engine)->processing;
    struct text rest, token, version_text = text_split(item->payload, ' ', &rest);
    struct text state = text_split(rest, ' ', &token);
    int64_t version;
    if (processing == NULL) return OUTBOX_AGAIN;
    if (!text_to_int(version_text, &version)) return OUTBOX_REFUSED;
    return issue_verdict(processing_state(processing, engine_world(engine), arena, token, version,
                                       text_copy(arena, state).data));
}
