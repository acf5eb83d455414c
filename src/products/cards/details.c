/* details.c: number, expiry and code, after a second check. The code is processing's: it is asked for each time, goes
 * to whoever asked and is kept nowhere; the answer is marked no-store as all are. Each showing is in the audit
 * trail. */
#include "products/cards/cards.h"

static const struct refusal not_now = {"not-in-this-state", 409, S_cards_refused_state, false};
static const struct refusal silent = {"processing-silent", 503, S_cards_refused_silent, false};

enum flow card_details_look(struct request *request, struct tx *tx) {
    struct card *card = arena_new_of(request->arena, struct card);
    if (cards_state_of(request->engine)->processing == NULL || !card_of_request(request, tx, card))
        return answer_missing(request);
    if ((card->state != CARD_ACTIVE && card->state != CARD_FROZEN) || card->token.size == 0)
        return refuse(request, &not_now);
    card->token = text_copy(request->arena, card->token); /* the snapshot ends before the next stage */
    card->last4 = text_copy(request->arena, card->last4);
    card->holder = card->holder.size > 0 ? text_copy(request->arena, card->holder) : TEXT_NONE;
    request->scratch = card;
    return FLOW_NEXT;
}

/* "2200 0000 0004 0000" */
static struct text grouped(struct arena *arena, struct text number) {
    struct buffer out = buffer_new(arena, 32);
    for (size_t i = 0; i < number.size; i++) {
        if (i > 0 && i % 4 == 0) buffer_add_char(&out, ' ');
        buffer_add_char(&out, number.data[i]);
    }
    return buffer_text(&out);
}

enum flow card_details_ask(struct request *request, struct tx *tx) {
    (void)tx;
    const struct card *card = request->scratch;
    struct processing_card told;
    struct text body;
    if (processing_details(cards_state_of(request->engine)->processing, request->world, request->arena, card->token,
                           &body) != PROCESSING_ANSWERED ||
        !processing_card(request->arena, body, 0, &told) || told.code.size < 3 ||
        !text_equal(told.card, card->token) || !text_ends(told.number, card->last4.data))
        return refuse(request, &silent);
    struct node *document = doc_new(request->arena);
    card_tell(request, card, document);
    doc_text(document, "number", grouped(request->arena, told.number));
    doc_text(document, "expires", text_format(request->arena, "%02d/%02d", told.month, told.year % 100));
    doc_text(document, "code", told.code);
    return answer_ok(request, document);
}
