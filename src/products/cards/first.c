/* first.c: where signing up is ordering a card (ID-6), approval orders it: in its holder's name, to where he lives, on
 * his usual account, free. Once: a cabinet is opened once. Whoever orders one himself does it in order.c. */
#include "products/cards/cards.h"

#include "onboarding/onboarding.h"

static struct text address_of(struct engine *engine, struct tx *tx, int64_t customer) {
    struct text postcode = onboarding_answer(engine, tx, customer, "postcode");
    struct text city = onboarding_answer(engine, tx, customer, "city");
    struct text street = onboarding_answer(engine, tx, customer, "street");
    return text_format(tx_arena(tx), "%.*s, %.*s, %.*s", TEXT_ARG(postcode), TEXT_ARG(city), TEXT_ARG(street));
}

void card_first(struct engine *engine, struct tx *tx, int64_t customer) {
    const struct cards_state *state = cards_state_of(engine);
    const struct locale locale = {.language = LANGUAGE_RU, .zone = engine_zone(engine)};
    struct purse purses[PURSES_MAX];
    if (state->settings->first == FIRST_NONE || state->processing == NULL) return;
    if (engine_purses(engine, tx, &locale, customer, purses) == 0) return;
    struct card card = card_begun(engine, tx, customer,
                                  state->settings->first == FIRST_PLASTIC ? KIND_PLASTIC : KIND_VIRTUAL);
    card.fee = 0;
    card.account = card_account_for(engine, tx, &card, purses[0].account);
    if (card.account == 0) return;
    struct text holder;
    bool named = card_holder_of(tx_arena(tx), onboarding_answer(engine, tx, customer, "name"),
                                onboarding_answer(engine, tx, customer, "surname"), &holder);
    if (named) card.holder = holder;
    card_insert(engine, tx, &card, address_of(engine, tx, customer));
    card_order(engine, tx, &card);
}
