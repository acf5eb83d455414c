/* freeze.c: a card is stopped by its holder. Frozen is a switch: until a day of his choice, when it comes back by
 * itself, or until he switches it back. Blocked is for ever, with a reason, and another may be made in its place. */
#include "products/cards/cards.h"

static const struct refusal not_now = {"not-in-this-state", 409, S_cards_refused_state, false};

/* ---- frozen and back ---- */

static struct date today_of(struct engine *engine) {
    return civil_at(world_now(engine_world(engine)), engine_zone(engine)).date;
}

/* The day that was chosen, else the last that may be; false: it has been marked. */
static bool end_chosen(struct request *request, moment *end) {
    const struct zone *zone = engine_zone(request->engine);
    int64_t months = cards_state_of(request->engine)->settings->freeze_months;
    struct date today = today_of(request->engine), last = freeze_latest(today, months);
    bool given = field_given(request, "until");
    struct date day = given ? date_from_days(field_number(request, "until")) : last;
    *end = day_start(day, zone);
    if (!given || freeze_day_good(today, months, day)) return true;
    struct node *values = doc_new(request->arena);
    doc_date(values, "date", last);
    const struct string_argument argument = {"date", doc_get(values, "date")};
    request_mark(request, "until", S_cards_form_until_invalid, &argument, 1);
    return false;
}

/* POST /cards/{id}/freeze: of a card that is frozen already another day. */
enum flow card_freeze_write(struct request *request, struct tx *tx) {
    struct card card;
    moment end;
    request->fields_valid = true; /* a command may be run again */
    if (!card_of_request(request, tx, &card)) return answer_missing(request);
    if (card.state != CARD_ACTIVE && card.state != CARD_FROZEN) return refuse(request, &not_now);
    if (!end_chosen(request, &end)) return refuse_rest(request);
    bool again = card.state == CARD_FROZEN && (!field_given(request, "until") || end == card.frozen_until);
    if (again) return card_answer(request, &card); /* pressed twice: it is so */
    card.frozen_until = end;
    card.thaw_told = end - world_now(request->world) <= cards_state_of(request->engine)->settings->freeze_notice;
    if (card.state == CARD_FROZEN) card_save(tx, &card);
    else card_turn(request->engine, tx, &card, CARD_FROZEN);
    tell_card_day(request->engine, tx, &card, S_cards_told_frozen, end);
    return card_answer(request, &card);
}

static void thaw(struct engine *engine, struct tx *tx, struct card *card, string_id words) {
    card->frozen_until = 0;
    card_turn(engine, tx, card, CARD_ACTIVE);
    tell_card(engine, tx, card, words);
}

/* POST /cards/{id}/unfreeze */
enum flow card_unfreeze_write(struct request *request, struct tx *tx) {
    struct card card;
    if (!card_of_request(request, tx, &card)) return answer_missing(request);
    if (card.state == CARD_ACTIVE) return card_answer(request, &card);
    if (card.state != CARD_FROZEN) return refuse(request, &not_now);
    thaw(request->engine, tx, &card, S_cards_told_unfrozen);
    return card_answer(request, &card);
}

/* ---- the job: it comes back by itself, and its holder hears of it a day before ---- */

STATEMENT(thaw_due, "SELECT customer, id FROM card WHERE state = 3 AND frozen_until > 0 AND frozen_until <= $1 "
                    "ORDER BY frozen_until LIMIT 100");
STATEMENT(thaw_soon, "SELECT customer, id FROM card WHERE state = 3 AND frozen_until > 0 AND frozen_until <= $1 "
                     "AND thaw_told = 0 ORDER BY frozen_until LIMIT 100");

bool cards_thaw(struct engine *engine, struct tx *tx) {
    struct card_key due[CARDS_PIECE];
    moment now = world_now(tx_world(tx));
    size_t thawed = cards_due(tx, &thaw_due, now, due);
    for (size_t i = 0; i < thawed; i++) {
        struct card card;
        if (card_find(engine, tx, due[i].customer, due[i].id, &card) && card.state == CARD_FROZEN)
            thaw(engine, tx, &card, S_cards_told_thawed);
    }
    size_t told = cards_due(tx, &thaw_soon, now + cards_state_of(engine)->settings->freeze_notice, due);
    for (size_t i = 0; i < told; i++) {
        struct card card;
        if (!card_find(engine, tx, due[i].customer, due[i].id, &card) || card.state != CARD_FROZEN) continue;
        card.thaw_told = true;
        card_save(tx, &card);
        tell_card_day(engine, tx, &card, S_cards_told_thaw_soon, card.frozen_until);
    }
    return thawed == CARDS_PIECE || told == CARDS_PIECE;
}

/* ---- for ever ---- */

void card_block(struct engine *engine, struct tx *tx, struct card *card, enum block_reason reason) {
    card->blocked_for = reason;
    card_turn(engine, tx, card, CARD_BLOCKED);
    tell_card(engine, tx, card, S_cards_told_blocked);
}

/* POST /cards/{id}/block: whoever says so, at once. */
enum flow card_block_write(struct request *request, struct tx *tx) {
    struct card card;
    if (!card_of_request(request, tx, &card)) return answer_missing(request);
    if (card.state == CARD_BLOCKED) return card_answer(request, &card);
    if (card_ended(card.state)) return refuse(request, &not_now);
    card_block(request->engine, tx, &card, (enum block_reason)(field_number(request, "reason") + BLOCK_LOST));
    return card_answer(request, &card);
}
