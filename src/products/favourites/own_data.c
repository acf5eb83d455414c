/* own_data.c: the people a customer often pays: told to him, and destroyed. */
#include "products/favourites/pages.h"

STATEMENT(people, "SELECT id, phone, name FROM favourite WHERE customer = $1 ORDER BY id");
STATEMENT(erase_people, "DELETE FROM favourite WHERE customer = $1");

bool favourites_own_data(struct own_data *piece) {
    const struct keyring *keyring = engine_keyring(piece->engine);
    struct arena *arena = piece->list->arena;
    struct rows *rows = tx_query(piece->tx, &people, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct text phone, name;
        int64_t id = row_int(rows, 0);
        if (!secret_open(keyring, arena, "favourite.phone", id, row_text(rows, 1), &phone) ||
            !secret_open(keyring, arena, "favourite.name", id, row_text(rows, 2), &name))
            continue;
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("person"));
        doc_text(node, "phone", phone);
        doc_text(node, "name", name);
    }
    return false;
}

const struct erase favourites_erases[] = {{"favourite", &erase_people}, {.what = NULL}};
