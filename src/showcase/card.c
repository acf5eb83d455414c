/* card.c: shops' cards in the database. What a shop writes lies beside what is shown, so that customers see nothing
 * that staff have not agreed to, and go on seeing what they had agreed to before. */
#include "showcase/internal.h"

#define COLUMNS "category, site, words_ru, words_en, state, note, version"

STATEMENT(read_one, "SELECT " COLUMNS " FROM showcase_card WHERE shop = $1 AND side = $2");
STATEMENT(lock_one, "SELECT " COLUMNS " FROM showcase_card WHERE shop = $1 AND side = $2 FOR_UPDATE");
STATEMENT(write_one,
          "INSERT INTO showcase_card (shop, side, category, site, words_ru, words_en, state, note, version) "
          "VALUES ($1, 0, $2, $3, $4, $5, 1, '', $6) ON CONFLICT (shop, side) DO UPDATE SET category = $2, site = $3, "
          "words_ru = $4, words_en = $5, state = 1, version = $6");
STATEMENT(touch, "UPDATE showcase_card SET state = 1, version = $2 WHERE shop = $1 AND side = 0");
STATEMENT(state_put, "UPDATE showcase_card SET state = $2, note = $3 WHERE shop = $1 AND side = 0");
STATEMENT(places, "SELECT id, address, hours, latitude, longitude FROM showcase_place "
                  "WHERE shop = $1 AND side = $2 ORDER BY id LIMIT $3");
STATEMENT(places_count, "SELECT COUNT(*) FROM showcase_place WHERE shop = $1 AND side = 0");
STATEMENT(place_put, "INSERT INTO showcase_place (shop, side, id, address, hours, latitude, longitude) "
                     "VALUES ($1, 0, $2, $3, $4, $5, $6)");
STATEMENT(place_drop, "DELETE FROM showcase_place WHERE shop = $1 AND side = 0 AND id = $2");
STATEMENT(hide_card, "DELETE FROM showcase_card WHERE shop = $1 AND side = 1");
STATEMENT(hide_places, "DELETE FROM showcase_place WHERE shop = $1 AND side = 1");
STATEMENT(show_card, "INSERT INTO showcase_card (shop, side, " COLUMNS ") "
                     "SELECT shop, 1, " COLUMNS " FROM showcase_card WHERE shop = $1 AND side = 0");
STATEMENT(show_places, "INSERT INTO showcase_place (shop, side, id, address, hours, latitude, longitude) SELECT shop, "
                       "1, id, address, hours, latitude, longitude FROM showcase_place WHERE shop = $1 AND side = 0");

bool shop_card_find(struct tx *tx, int64_t shop, enum side side, struct shop_card *card) {
    struct arena *arena = tx_arena(tx);
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock_one : &read_one, VALUES(V_INT(shop), V_INT(side)));
    bool found = rows_next(rows);
    *card = (struct shop_card){.shop = shop, .category = -1, .site = TEXT(""), .note = TEXT(""), .state = CARD_DRAFT};
    card->words[0] = card->words[1] = TEXT("");
    if (found) {
        card->category = (int)row_int(rows, 0);
        card->site = row_copy(rows, 1, arena);
        card->words[LANGUAGE_RU] = row_copy(rows, 2, arena);
        card->words[LANGUAGE_EN] = row_copy(rows, 3, arena);
        card->state = (enum shop_card_state)row_int(rows, 4);
        card->note = row_copy(rows, 5, arena);
        card->version = row_int(rows, 6);
    }
    rows_end(rows);
    return found;
}

size_t shop_card_places(struct tx *tx, int64_t shop, enum side side, struct shop_card_place *found, size_t room) {
    struct arena *arena = tx_arena(tx);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &places, VALUES(V_INT(shop), V_INT(side), V_INT((int64_t)room)));
    for (; count < room && rows_next(rows); count++)
        found[count] = (struct shop_card_place){.id = row_int(rows, 0),
                                           .address = row_copy(rows, 1, arena),
                                           .hours = row_copy(rows, 2, arena),
                                           .spot = {(int32_t)row_int(rows, 3), (int32_t)row_int(rows, 4)}};
    rows_end(rows);
    return count;
}

size_t shop_card_places_count(struct tx *tx, int64_t shop) {
    struct rows *rows = tx_query(tx, &places_count, VALUES(V_INT(shop)));
    size_t count = rows_next(rows) ? (size_t)row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

void shop_card_write(struct tx *tx, struct shop_card *card) {
    card->state = CARD_DRAFT;
    card->version = world_id(tx_world(tx));
    tx_run(tx, &write_one,
           VALUES(V_INT(card->shop), V_INT(card->category), V_TEXT(card->site), V_TEXT(card->words[LANGUAGE_RU]),
                  V_TEXT(card->words[LANGUAGE_EN]), V_INT(card->version)));
}

void shop_card_place_add(struct tx *tx, int64_t shop, const struct shop_card_place *place) {
    int64_t id = world_id(tx_world(tx));
    tx_run(tx, &place_put,
           VALUES(V_INT(shop), V_INT(id), V_TEXT(place->address), V_TEXT(place->hours), V_INT(place->spot.latitude),
                  V_INT(place->spot.longitude)));
    tx_run(tx, &touch, VALUES(V_INT(shop), V_INT(id)));
}

bool shop_card_place_remove(struct tx *tx, int64_t shop, int64_t id) {
    if (tx_run(tx, &place_drop, VALUES(V_INT(shop), V_INT(id))) != 1) return false;
    tx_run(tx, &touch, VALUES(V_INT(shop), V_INT(world_id(tx_world(tx)))));
    return true;
}

void shop_card_state_put(struct tx *tx, struct shop_card *card, enum shop_card_state state, struct text note) {
    card->state = state;
    card->note = note;
    tx_run(tx, &state_put, VALUES(V_INT(card->shop), V_INT(state), V_TEXT(note)));
}

void shop_card_hide(struct tx *tx, int64_t shop) {
    tx_run(tx, &hide_card, VALUES(V_INT(shop)));
    tx_run(tx, &hide_places, VALUES(V_INT(shop)));
}

void shop_card_show(struct tx *tx, int64_t shop) {
    shop_card_hide(tx, shop);
    tx_run(tx, &show_card, VALUES(V_INT(shop)));
    tx_run(tx, &show_places, VALUES(V_INT(shop)));
}
