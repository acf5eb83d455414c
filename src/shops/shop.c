/* shop.c: shops in the database. */
#include "shops/internal.h"

STATEMENT(shop_read, "SELECT title, legal, inn, open, test, category, site FROM shop WHERE id = $1");

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
