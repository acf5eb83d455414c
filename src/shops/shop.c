/* shop.c: shops in the database. */
#include "shops/internal.h"

STATEMENT(shop_read, "SELECT title, legal, inn, open, test, category, site FROM shop WHERE id = $1");
STATEMENT(put, "INSERT INTO shop (id, title, legal, inn, category, site, test, open, made) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)");
STATEMENT(before_one, "SELECT id, title FROM shop WHERE id < $1 AND open = 1 AND test = 0 ORDER BY id DESC LIMIT $2");

bool shop_find(struct engine *engine, struct tx *tx, int64_t id, struct shop *shop) {
    struct arena *arena = tx_arena(tx);
    (void)engine;
    struct rows *rows = tx_query(tx, &shop_read, VALUES(V_INT(id)));
    bool found = rows_next(rows);
    if (found)
        *shop = (struct shop){.id = id,
                              .title = row_copy(rows, 0, arena),
                              .legal = row_copy(rows, 1, arena),
                              .inn = row_copy(rows, 2, arena),
                              .open = row_int(rows, 3) != 0,
                              .test = row_int(rows, 4) != 0,
                              .category = row_copy(rows, 5, arena),
                              .site = row_copy(rows, 6, arena)};
    rows_end(rows);
    return found;
}

void shop_put(struct tx *tx, struct shop *shop) {
    struct world *world = tx_world(tx);
    shop->id = world_id(world);
    shop->open = true;
    tx_run(tx, &put,
           VALUES(V_INT(shop->id), V_TEXT(shop->title), V_TEXT(shop->legal), V_TEXT(shop->inn), V_TEXT(shop->category),
                  V_TEXT(shop->site), V_INT(shop->test), V_INT(world_now(world))));
}

size_t shops_before(struct tx *tx, int64_t before, struct shop *shops, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &before_one, VALUES(V_INT(before), V_INT((int64_t)room)));
    for (; count < room && rows_next(rows); count++)
        shops[count] = (struct shop){.id = row_int(rows, 0), .title = row_copy(rows, 1, tx_arena(tx)), .open = true};
    rows_end(rows);
    return count;
}

void shop_facts_tell(const struct shop *shop, struct node *document) {
    doc_id(document, "id", shop->id);
    doc_text(document, "title", shop->title);
    doc_text(document, "legal", shop->legal);
    doc_text(document, "inn", shop->inn);
    doc_text(document, "category", shop->category);
    doc_text(document, "site", shop->site);
    doc_bool(document, "test", shop->test);
    doc_bool(document, "open", shop->open);
}
