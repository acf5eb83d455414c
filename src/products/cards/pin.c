/* pin.c: the holder of a plastic card chooses its PIN, when he has activated it and whenever he likes, after a fresh
 * proof. It goes to processing within the request that brought it, enciphered for this card alone
 * (adapters/processing/pin_block.h): it is in no row, no outbox, no log, and no form that waits for a proof has it. How
 * often a wrong one may be typed at a terminal is processing's to count. What we keep is when it was set. */
#include "products/cards/cards.h"

#include "factors/factors.h"
#include "factors/factors_rules.h"

static const struct refusal not_now = {"not-in-this-state", 409, S_cards_refused_state, false};
static const struct refusal silent = {"processing-silent", 503, S_cards_refused_silent, false};
static const struct refusal refused = {"pin-refused", 409, S_cards_refused_pin, false};

STATEMENT(number_of, "SELECT number FROM card WHERE customer = $1 AND id = $2");
STATEMENT(pin_set, "UPDATE card SET pin_set = $3 WHERE customer = $1 AND id = $2");

struct choosing {
    struct card card;
    struct text number;
};

static bool has_pin(const struct card *card) {
    return card->kind == KIND_PLASTIC && card->token.size > 0 &&
           (card->state == CARD_ACTIVE || card->state == CARD_FROZEN);
}

/* GET /cards/{id}/pin */
enum flow card_pin_read(struct request *request, struct tx *tx) {
    struct card card;
    if (!card_of_request(request, tx, &card)) return answer_missing(request);
    if (!has_pin(&card)) return refuse(request, &not_now);
    struct node *document = doc_new(request->arena);
    card_tell(request, &card, document);
    return answer_ok(request, document);
}

/* POST /cards/{id}/pin: on a snapshot: which card, and its number. */
enum flow card_pin_look(struct request *request, struct tx *tx) {
    struct choosing *choosing = arena_new_of(request->arena, struct choosing);
    const struct engine *engine = request->engine;
    struct text pin = field_text(request, "pin"), clear;
    if (cards_state_of(engine)->processing == NULL || !card_of_request(request, tx, &choosing->card))
        return answer_missing(request);
    struct card *card = &choosing->card;
    if (!has_pin(card)) return refuse(request, &not_now);
    enum pin_fault fault = pin_check(pin);
    if (fault == PIN_MALFORMED) return refuse_field(request, "pin", S_cards_form_pin_invalid);
    if (fault == PIN_EASY || text_equal(pin, card->last4)) return refuse_field(request, "pin", S_cards_form_pin_easy);
    struct rows *rows = tx_query(tx, &number_of, VALUES(V_INT(card->customer), V_INT(card->id)));
    bool known = rows_next(rows) && secret_open(engine_keyring(engine), request->arena, "card.number", card->id,
                                                row_text(rows, 0), &clear);
    rows_end(rows);
    if (!known) return answer_missing(request);
    choosing->number = clear;
    card->token = text_copy(request->arena, card->token); /* the snapshot ends before the next stage */
    request->scratch = choosing;
    return FLOW_NEXT;
}

enum flow card_pin_send(struct request *request, struct tx *tx) {
    (void)tx;
    const struct choosing *choosing = request->scratch;
    enum processing_answer answer =
        processing_pin(cards_state_of(request->engine)->processing, request->world, request->arena,
                       choosing->card.token, choosing->number, field_text(request, "pin"));
    if (answer == PROCESSING_ANSWERED) return FLOW_NEXT;
    return refuse(request, answer == PROCESSING_REFUSED ? &refused : &silent);
}

enum flow card_pin_write(struct request *request, struct tx *tx) {
    struct card card;
    if (!card_of_request(request, tx, &card)) return answer_missing(request);
    bool first = card.pin_set == 0;
    tx_run(tx, &pin_set, VALUES(V_INT(card.customer), V_INT(card.id), V_INT(world_now(request->world))));
    card.pin_set = world_now(request->world);
    tell_card(request->engine, tx, &card, first ? S_cards_told_pin_set : S_cards_told_pin_changed);
    return card_answer(request, &card);
}
