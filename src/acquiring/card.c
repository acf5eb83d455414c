/* card.c: rows of customers' own bank cards. Kept in clear is what PCI DSS lets be shown, first six and last four
 * digits; the token, the holder's name and the card's fingerprint are sealed. A fingerprint is claimed by one
 * customer alone: a card that two of them call theirs is, for one, somebody else's. */
#include "acquiring/card.h"

#include "engine/sealed.h"
#include "levels/levels.h"
#include "onboarding/onboarding.h"

static const struct lookup claims[] = {
    {LOOKUP_OWNER("bank_card_claim", "fingerprint", "bank_card.fingerprint", "customer")},
    {.purpose = NULL},
};

const struct sealed bound_card_sealed[] = {
    {SEALED_2("bank_card", "token", "bank_card.token", "id, customer", "ii", "id")},
    {SEALED_2("bank_card", "printed", "bank_card.holder", "id, customer", "ii", "id")},
    {SEALED_2("bank_card", "fingerprint", "bank_card.print", "id, customer", "ii", "customer"), .lookups = claims},
    {.where = NULL},
};

#define CARD                                                                                                           \
    "id, customer, state, expires, attempt, tries_left, mask, network, month, bound, ended, token, printed, fingerprint"

STATEMENT(insert, "INSERT INTO bank_card (id, customer, state, expires, attempt, tries_left, month, bound, ended, "
                  "token, printed, fingerprint) VALUES ($1, $2, 1, $3, 0, 0, 0, 0, 0, '', '', '')");
STATEMENT(by_customer, "SELECT " CARD " FROM bank_card WHERE customer = $1 AND id = $2");
STATEMENT(by_customer_lock, "SELECT " CARD " FROM bank_card WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(by_id, "SELECT customer FROM bank_card WHERE id = $1");
STATEMENT(not_over, "SELECT " CARD " FROM bank_card WHERE customer = $1 AND state < 5 AND (state > 2 OR expires > $3) "
                    "ORDER BY id DESC LIMIT $2");
STATEMENT(newest, "SELECT " CARD " FROM bank_card WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(update, "UPDATE bank_card SET state = $3, attempt = $4, tries_left = $5, mask = $6, network = $7, "
                  "month = $8, bound = $9, ended = $10, token = $11, printed = $12, fingerprint = $13 "
                  "WHERE customer = $1 AND id = $2");
STATEMENT(claim_find, "SELECT customer FROM bank_card_claim WHERE fingerprint = $1");
STATEMENT(claim_add, "INSERT INTO bank_card_claim (fingerprint, customer) VALUES ($1, $2) "
                     "ON CONFLICT (fingerprint) DO NOTHING");
STATEMENT(claim_drop, "DELETE FROM bank_card_claim WHERE fingerprint = $1 AND customer = $2");

/* ---- rows ---- */

static struct text opened(struct engine *engine, struct tx *tx, const char *purpose, int64_t context,
                          struct text sealed) {
    struct text clear = TEXT("");
    if (sealed.size > 0) secret_open(engine_keyring(engine), tx_arena(tx), purpose, context, sealed, &clear);
    return clear;
}

static struct bank_card card_of(struct engine *engine, struct tx *tx, const struct rows *rows) {
    struct bank_card card = {.id = row_int(rows, 0),
                             .customer = row_int(rows, 1),
                             .state = (enum bound_state)row_int(rows, 2),
                             .expires = row_int(rows, 3),
                             .attempt = row_int(rows, 4),
                             .left = row_int(rows, 5),
                             .mask = row_null(rows, 6) ? TEXT_NONE : row_copy(rows, 6, tx_arena(tx)),
                             .network = row_null(rows, 7) ? TEXT_NONE : row_copy(rows, 7, tx_arena(tx)),
                             .month = row_int(rows, 8),
                             .bound = row_int(rows, 9),
                             .ended = row_int(rows, 10)};
    card.token = opened(engine, tx, "bank_card.token", card.id, row_text(rows, 11));
    card.holder = opened(engine, tx, "bank_card.holder", card.id, row_text(rows, 12));
    card.fingerprint = opened(engine, tx, "bank_card.print", card.customer, row_text(rows, 13));
    return card;
}

void bank_card_add(struct tx *tx, const struct bank_card *card) {
    tx_run(tx, &insert, VALUES(V_INT(card->id), V_INT(card->customer), V_INT(card->expires)));
}

static int64_t owner_of(struct tx *tx, int64_t id) {
    struct rows *rows = tx_query(tx, &by_id, VALUES(V_INT(id)));
    int64_t customer = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return customer;
}

bool bank_card_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct bank_card *card) {
    if (customer == 0) customer = owner_of(tx, id);
    struct statement *statement = tx_writing(tx) ? &by_customer_lock : &by_customer;
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows);
    if (found) *card = card_of(engine, tx, rows);
    rows_end(rows);
    return found;
}

static struct value sealed(struct engine *engine, struct tx *tx, const char *purpose, int64_t context,
                           struct text clear) {
    if (clear.size == 0) return V_BYTES("", 0);
    struct text box = secret_seal(engine_keyring(engine), engine_world(engine), tx_arena(tx), purpose, context, clear);
    return V_BYTES(box.data, box.size);
}

void bank_card_save(struct engine *engine, struct tx *tx, const struct bank_card *card) {
    tx_run(tx, &update,
           VALUES(V_INT(card->customer), V_INT(card->id), V_INT(card->state), V_INT(card->attempt), V_INT(card->left),
                  V_TEXT(card->mask), V_TEXT(card->network), V_INT(card->month), V_INT(card->bound),
                  V_INT(card->ended), sealed(engine, tx, "bank_card.token", card->id, card->token),
                  sealed(engine, tx, "bank_card.holder", card->id, card->holder),
                  sealed(engine, tx, "bank_card.print", card->customer, card->fingerprint)));
}

static size_t take_all(struct engine *engine, struct tx *tx, struct rows *rows, struct bank_card *cards, size_t room) {
    size_t count = 0;
    while (count < room && rows_next(rows)) cards[count++] = card_of(engine, tx, rows);
    rows_end(rows);
    return count;
}

size_t bank_cards(struct engine *engine, struct tx *tx, int64_t customer, struct bank_card *cards, size_t room) {
    moment now = world_now(engine_world(engine));
    struct rows *rows =
        tx_query(tx, &not_over, VALUES(V_INT(customer), V_INT((int64_t)room), V_INT(now)));
    return take_all(engine, tx, rows, cards, room);
}

size_t bank_cards_ever(struct engine *engine, struct tx *tx, int64_t customer, struct bank_card *cards, size_t room) {
    struct rows *rows = tx_query(tx, &newest, VALUES(V_INT(customer), V_INT((int64_t)room)));
    return take_all(engine, tx, rows, cards, room);
}

bool bank_card_good(struct engine *engine, const struct bank_card *card) {
    struct date today = civil_at(world_now(engine_world(engine)), engine_zone(engine)).date;
    return card->state == BOUND_LIVE && card->month >= 12 * (int64_t)today.year + today.month - 1;
}

/* ---- whose a card is ---- */

static int64_t claimed_by(struct engine *engine, struct tx *tx, struct text fingerprint) {
    return lookup_find(engine, tx, &claim_find, "bank_card.fingerprint", fingerprint);
}

int64_t card_claim(struct engine *engine, struct tx *tx, struct text fingerprint, int64_t customer) {
    uint8_t hash[SECRET_HASH_SIZE];
    lookup_hold(engine, tx);
    int64_t whose = claimed_by(engine, tx, fingerprint);
    if (whose != 0) return whose;
    secret_lookup(engine_keyring(engine), "bank_card.fingerprint", fingerprint, hash);
    bool added = tx_run(tx, &claim_add, VALUES(V_BYTES(hash, sizeof hash), V_INT(customer))) == 1;
    return added ? customer : claimed_by(engine, tx, fingerprint); /* another node was quicker */
}

void card_release(struct engine *engine, struct tx *tx, struct text fingerprint, int64_t customer) {
    if (fingerprint.size > 0)
        lookup_remove(engine, tx, &claim_drop, "bank_card.fingerprint", fingerprint, customer);
}

/* ---- his name ---- */

/* What was proved of him last, else what he said of himself when he signed up. */
static struct text known(struct engine *engine, struct tx *tx, int64_t customer, const struct answers *proved,
                         enum detail detail) {
    if (proved != NULL && proved->of[detail].size > 0) return proved->of[detail];
    if (!engine_enabled(engine, "onboarding")) return TEXT_NONE;
    return onboarding_answer(engine, tx, customer, question_of(detail)->name);
}

enum name_verdict bank_card_name(struct engine *engine, struct tx *tx, const struct bank_card *card) {
    struct answers answers;
    bool proved = engine_enabled(engine, "levels") && level_known(engine, tx, card->customer, &answers);
    const struct answers *from = proved ? &answers : NULL;
    const struct person_name person = {.surname = known(engine, tx, card->customer, from, ANSWER_SURNAME),
                                       .name = known(engine, tx, card->customer, from, ANSWER_NAME),
                                       .patronymic = known(engine, tx, card->customer, from, ANSWER_PATRONYMIC)};
    return name_compare(card->holder, &person);
}

/* ---- for other features ---- */

static struct bound_card told(struct engine *engine, struct tx *tx, const struct bank_card *card) {
    return (struct bound_card){.id = card->id,
                               .mask = card->mask,
                               .network = card->network,
                               .holder = card->holder,
                               .own = bank_card_name(engine, tx, card) == NAME_OWN,
                               .expires = card->month,
                               .bound = card->bound};
}

size_t bound_cards_of(struct engine *engine, struct tx *tx, int64_t customer, struct bound_card *cards, size_t room) {
    struct bank_card *all = arena_array(tx_arena(tx), struct bank_card, BANK_CARDS_SHOWN);
    size_t count = bank_cards(engine, tx, customer, all, BANK_CARDS_SHOWN), good = 0;
    for (size_t i = 0; good < room && i < count; i++)
        if (bank_card_good(engine, &all[i])) cards[good++] = told(engine, tx, &all[i]);
    return good;
}

bool bound_card_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct bound_card *card) {
    struct bank_card found;
    if (!bank_card_find(engine, tx, customer, id, &found) || !bank_card_good(engine, &found)) return false;
    *card = told(engine, tx, &found);
    return true;
}
