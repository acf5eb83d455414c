/* card.c: rows of cards. */
#include "products/cards/cards.h"

#include "base/check.h"
#include "engine/sealed.h"

#define COLUMNS                                                                                                        \
    "id, customer, account, kind, state, token, last4, expires, embossed, fee, replaces, operation_max, "              \
    "day_max, month_max, internet, cash, version, ended, fee_from, frozen_until, thaw_told, blocked_for, "             \
    "abroad, secure, pin_set, renewal, renewed, delivery"

STATEMENT(find, "SELECT " COLUMNS " FROM card WHERE customer = $1 AND id = $2");
STATEMENT(find_locked, "SELECT " COLUMNS " FROM card WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(by_token, "SELECT " COLUMNS " FROM card WHERE token = $1");
STATEMENT(by_token_locked, "SELECT " COLUMNS " FROM card WHERE token = $1 FOR_UPDATE");
STATEMENT(all, "SELECT " COLUMNS " FROM card WHERE customer = $1 ORDER BY id DESC LIMIT 100");
STATEMENT(insert,
          "INSERT INTO card (" COLUMNS ", number, number_hash, address) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
                  "$9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, "
                  "$29, $30, $31)");
STATEMENT(save, "UPDATE card SET state = $3, replaces = $4, operation_max = $5, day_max = $6, month_max = $7, "
                "internet = $8, cash = $9, version = $10, ended = $11, fee = $12, frozen_until = $13, thaw_told = $14, "
                "blocked_for = $15, abroad = $16, secure = $17, pin_set = $18, renewed = $19, "
                "delivery = $20 "
                "WHERE customer = $1 AND id = $2");
STATEMENT(made_set, "UPDATE card SET token = $3, number = $4, number_hash = $5, last4 = $6, expires = $7 "
                    "WHERE customer = $1 AND id = $2");
STATEMENT(by_number, "SELECT id FROM card WHERE number_hash = $1");
STATEMENT(address_of, "SELECT address FROM card WHERE customer = $1 AND id = $2");
STATEMENT(replacement, "SELECT id FROM card WHERE customer = $1 AND replaces = $2 AND state <> 5 "
                       "ORDER BY id DESC LIMIT 1");

static struct text opened(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text sealed) {
    struct text clear;
    if (sealed.size == 0 || !secret_open(engine_keyring(engine), tx_arena(tx), purpose, id, sealed, &clear))
        return TEXT_NONE;
    return clear;
}

static struct card read(struct engine *engine, struct tx *tx, const struct rows *row) {
    struct arena *arena = tx_arena(tx);
    int64_t id = row_int(row, 0);
    return (struct card){.id = id,
                         .customer = row_int(row, 1),
                         .account = row_int(row, 2),
                         .kind = (enum card_kind)row_int(row, 3),
                         .state = (enum card_state)row_int(row, 4),
                         .token = row_null(row, 5) ? TEXT_NONE : row_copy(row, 5, arena),
                         .last4 = row_null(row, 6) ? TEXT_NONE : row_copy(row, 6, arena),
                         .expires = row_int(row, 7),
                         .holder = opened(engine, tx, "card.holder", id, row_text(row, 8)),
                         .fee = row_int(row, 9),
                         .replaces = row_int(row, 10),
                         .limits = {row_int(row, 11), row_int(row, 12), row_int(row, 13)},
                         .internet = row_int(row, 14) != 0,
                         .cash = row_int(row, 15) != 0,
                         .version = row_int(row, 16),
                         .ended = row_int(row, 17),
                         .fee_from = row_int(row, 18),
                         .frozen_until = row_int(row, 19),
                         .thaw_told = row_int(row, 20) != 0,
                         .blocked_for = (enum block_reason)row_int(row, 21),
                         .abroad = row_int(row, 22) != 0,
                         .secure = row_int(row, 23) != 0,
                         .pin_set = row_int(row, 24),
                         .renewal = row_int(row, 25) != 0,
                         .renewed = row_int(row, 26) != 0,
                         .delivery = (enum delivery)row_int(row, 27)};
}

static bool one(struct engine *engine, struct tx *tx, struct rows *rows, struct card *card) {
    bool found = rows_next(rows);
    if (found) *card = read(engine, tx, rows);
    rows_end(rows);
    return found;
}

bool card_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct card *card) {
    struct statement *statement = tx_writing(tx) ? &find_locked : &find;
    return one(engine, tx, tx_query(tx, statement, VALUES(V_INT(customer), V_INT(id))), card);
}

bool card_by_token(struct engine *engine, struct tx *tx, struct text token, struct card *card) {
    struct statement *statement = tx_writing(tx) ? &by_token_locked : &by_token;
    return one(engine, tx, tx_query(tx, statement, VALUES(V_TEXT(token))), card);
}

size_t cards_of(struct engine *engine, struct tx *tx, int64_t customer, struct card *cards, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &all, VALUES(V_INT(customer)));
    while (count < room && rows_next(rows)) cards[count++] = read(engine, tx, rows);
    rows_end(rows);
    return count;
}

static struct value sealed(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    if (clear.size == 0) return V_BYTES("", 0);
    struct text box = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), purpose, id, clear);
    return V_BYTES(box.data, box.size);
}

void card_insert(struct engine *engine, struct tx *tx, const struct card *card, struct text address) {
    tx_run(tx, &insert,
           VALUES(V_INT(card->id), V_INT(card->customer), V_INT(card->account), V_INT(card->kind), V_INT(card->state),
                  V_NULL, V_NULL, V_INT(0), sealed(engine, tx, "card.holder", card->id, card->holder),
                  V_INT(card->fee), V_INT(card->replaces), V_INT(card->limits.operation), V_INT(card->limits.day),
                  V_INT(card->limits.month), V_INT(card->internet), V_INT(card->cash), V_INT(card->version),
                  V_INT(card->ended), V_INT(card->fee_from), V_INT(card->frozen_until), V_INT(card->thaw_told),
                  V_INT(card->blocked_for), V_INT(card->abroad), V_INT(card->secure), V_INT(card->pin_set),
                  V_INT(card->renewal), V_INT(card->renewed), V_INT(card->delivery), V_BYTES("", 0),
                  V_BYTES("", 0), sealed(engine, tx, "card.address", card->id, address)));
}

void card_save(struct tx *tx, const struct card *card) {
    tx_run(tx, &save,
           VALUES(V_INT(card->customer), V_INT(card->id), V_INT(card->state), V_INT(card->replaces),
                  V_INT(card->limits.operation), V_INT(card->limits.day), V_INT(card->limits.month),
                  V_INT(card->internet), V_INT(card->cash), V_INT(card->version), V_INT(card->ended),
                  V_INT(card->fee), V_INT(card->frozen_until), V_INT(card->thaw_told), V_INT(card->blocked_for),
                  V_INT(card->abroad), V_INT(card->secure), V_INT(card->pin_set), V_INT(card->renewed),
                  V_INT(card->delivery)));
}

bool card_made(struct engine *engine, struct tx *tx, struct card *card, const struct processing_card *made) {
    uint8_t hash[SECRET_HASH_SIZE];
    struct card other;
    lookup_hold(engine, tx);
    if (lookup_find(engine, tx, &by_number, "card.number", made->number) != 0 ||
        card_by_token(engine, tx, made->card, &other))
        return false;
    secret_lookup(engine_keyring(engine), "card.number", made->number, hash);
    struct date next = date_add_months((struct date){made->year, made->month, 1}, 1);
    card->token = made->card;
    card->last4 = text_slice(made->number, made->number.size - 4, 4);
    card->expires = day_start(next, engine_zone(engine));
    tx_run(tx, &made_set,
           VALUES(V_INT(card->customer), V_INT(card->id), V_TEXT(card->token),
                  sealed(engine, tx, "card.number", card->id, made->number), V_BYTES(hash, sizeof hash),
                  V_TEXT(card->last4), V_INT(card->expires)));
    return true;
}

struct text card_address(struct engine *engine, struct tx *tx, const struct card *card) {
    struct rows *rows = tx_query(tx, &address_of, VALUES(V_INT(card->customer), V_INT(card->id)));
    struct text address = rows_next(rows) ? opened(engine, tx, "card.address", card->id, row_text(rows, 0)) : TEXT_NONE;
    rows_end(rows);
    return address;
}

static const char *told_state(enum card_state state) {
    if (card_ended(state)) return "closed";
    return state == CARD_FROZEN ? "frozen" : "active";
}

void card_turn(struct engine *engine, struct tx *tx, struct card *card, enum card_state state) {
    moment now = world_now(tx_world(tx));
    card->state = state;
    card->version++;
    if (card_ended(state)) card->ended = now;
    card_save(tx, card);
    if (card_ended(state)) delivery_end(engine, tx, card);
    engine_notify(engine, tx, card->customer, "card");
    if (card->token.size == 0) return; /* what is made later of a card that has ended is ended then (issue.c) */
    outbox_add(engine, tx, "cards.state", card->customer, card->id,
               text_format(tx_arena(tx), "%lld %s %.*s", (long long)card->version, told_state(state),
                           TEXT_ARG(card->token)),
               now, now + 30 * DAY);
}

int64_t card_replacement(struct tx *tx, int64_t customer, int64_t replaced) {
    struct rows *rows = tx_query(tx, &replacement, VALUES(V_INT(customer), V_INT(replaced)));
    int64_t id = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return id;
}

size_t cards_due(struct tx *tx, struct statement *statement, moment at, struct card_key due[CARDS_PIECE]) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(at)));
    while (count < CARDS_PIECE && rows_next(rows)) due[count++] = (struct card_key){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    return count;
}
