/* listed.c: what the catalogue reads of a shop that is shown: one row, with all that a search looks at folded once, as
 * it was agreed to. Whether the shop is open and what it is called are the shop's own (src/shops), so an event brings
 * them here: whoever asks what is in the catalogue asks this table alone. How many are shown is bounded where they are
 * agreed to, so that a page may read all of them and leave nobody out. */
#include "showcase/internal.h"

#include "base/search.h"

#define COLUMNS "shop, title, folded, category, online, places"

STATEMENT(all, "SELECT " COLUMNS " FROM showcase_listed WHERE listed = 1 ORDER BY shop LIMIT $1");
STATEMENT(all_words, "SELECT " COLUMNS ", words FROM showcase_listed WHERE listed = 1 ORDER BY shop LIMIT $1");
STATEMENT(newest, "SELECT " COLUMNS " FROM showcase_listed WHERE listed = 1 ORDER BY since DESC LIMIT $1");
STATEMENT(one, "SELECT " COLUMNS " FROM showcase_listed WHERE shop = $1 AND listed = 1");
STATEMENT(folded_of, "SELECT folded FROM showcase_listed WHERE shop = $1");
STATEMENT(others, "SELECT COUNT(*), CAST(SUM(places) AS BIGINT) FROM showcase_listed WHERE shop <> $1");
STATEMENT(put, "INSERT INTO showcase_listed (shop, listed, since, title, folded, category, online, places, words) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (shop) DO UPDATE SET listed = $2, title = $4, "
               "folded = $5, category = $6, online = $7, places = $8, words = $9");
STATEMENT(rename_one, "UPDATE showcase_listed SET listed = $2, title = $3, folded = $4 WHERE shop = $1");
STATEMENT(drop, "DELETE FROM showcase_listed WHERE shop = $1");

static void take(struct arena *arena, const struct rows *rows, struct listed *listed) {
    *listed = (struct listed){.shop = row_int(rows, 0),
                              .title = row_copy(rows, 1, arena),
                              .folded = row_copy(rows, 2, arena),
                              .category = (int)row_int(rows, 3),
                              .online = row_int(rows, 4) != 0,
                              .places = (size_t)row_int(rows, 5),
                              .metres = SPOT_FAR};
}

size_t listed_read(struct tx *tx, struct text asked, struct listed *list) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, asked.size > 0 ? &all_words : &all, VALUES(V_INT(LISTED_MOST)));
    for (; rows_next(rows); count++) {
        take(tx_arena(tx), rows, &list[count]);
        if (asked.size > 0) list[count].score = search_score(asked, list[count].folded, row_text(rows, 6));
    }
    rows_end(rows);
    return count;
}

size_t listed_newest(struct tx *tx, struct listed *list, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &newest, VALUES(V_INT((int64_t)room)));
    for (; rows_next(rows); count++) take(tx_arena(tx), rows, &list[count]);
    rows_end(rows);
    return count;
}

bool listed_find(struct tx *tx, int64_t shop, struct listed *listed) {
    struct rows *rows = tx_query(tx, &one, VALUES(V_INT(shop)));
    bool found = rows_next(rows);
    if (found) take(tx_arena(tx), rows, listed);
    rows_end(rows);
    return found;
}

struct text listed_folded(struct tx *tx, int64_t shop) {
    struct rows *rows = tx_query(tx, &folded_of, VALUES(V_INT(shop)));
    struct text folded = rows_next(rows) ? row_copy(rows, 0, tx_arena(tx)) : TEXT("");
    rows_end(rows);
    return folded;
}

bool listed_room(struct tx *tx, int64_t shop, size_t places) {
    struct rows *rows = tx_query(tx, &others, VALUES(V_INT(shop)));
    bool read = rows_next(rows);
    bool room = read && row_int(rows, 0) < LISTED_MOST && row_int(rows, 1) + (int64_t)places <= PLACES_MOST;
    rows_end(rows);
    return room;
}

/* All by which one may look for it, in both languages. */
static struct text words_of(struct arena *arena, const struct shop_card *card, const struct shop_card_place *places,
                            size_t count) {
    size_t room = card->words[0].size + card->words[1].size + 200;
    for (size_t i = 0; i < count; i++) room += places[i].address.size + 1;
    struct buffer words = buffer_new(arena, room);
    for (int i = 0; i < 2; i++) {
        const struct locale locale = {.language = (enum language)i};
        buffer_add_text(&words, category_title(arena, &locale, card->category));
        buffer_add_char(&words, ' ');
        buffer_add_text(&words, card->words[i]);
        buffer_add_char(&words, ' ');
    }
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(&words, places[i].address);
        buffer_add_char(&words, ' ');
    }
    return search_fold(arena, buffer_text(&words));
}

void listed_put(struct tx *tx, const struct shop *shop, const struct shop_card *card) {
    struct arena *arena = tx_arena(tx);
    struct shop_card_place *places = arena_array(arena, struct shop_card_place, SHOP_PLACES);
    size_t count = shop_card_places(tx, shop->id, SIDE_SHOWN, places, SHOP_PLACES);
    tx_run(tx, &put,
           VALUES(V_INT(shop->id), V_INT(shop->open && !shop->test), V_INT(world_id(tx_world(tx))),
                  V_TEXT(shop->title), V_TEXT(search_fold(arena, shop->title)), V_INT(card->category),
                  V_INT(card->site.size > 0), V_INT((int64_t)count), V_TEXT(words_of(arena, card, places, count))));
}

void listed_drop(struct tx *tx, int64_t shop) {
    tx_run(tx, &drop, VALUES(V_INT(shop)));
}

void listed_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    struct shop shop;
    if (event->kind != EVENT_SHOP || !shop_find(engine, tx, event->number, &shop)) return;
    tx_run(tx, &rename_one,
           VALUES(V_INT(shop.id), V_INT(shop.open && !shop.test), V_TEXT(shop.title),
                  V_TEXT(search_fold(tx_arena(tx), shop.title))));
}
