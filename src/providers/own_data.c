/* own_data.c: by which other companies a customer signs in: told to him, and destroyed. */
#include "providers/internal.h"

STATEMENT(links, "SELECT id, provider, label, made FROM provider_link WHERE customer = $1");

bool providers_own_data(struct own_data *piece) {
    struct arena *arena = piece->list->arena;
    struct rows *rows = tx_query(piece->tx, &links, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct text label = TEXT_NONE;
        struct node *node = doc_add_object(piece->list);
        secret_open(engine_keyring(piece->engine), arena, "provider.label", row_int(rows, 0), row_text(rows, 2),
                    &label);
        doc_text(node, "kind", TEXT("link"));
        doc_text(node, "provider", row_text(rows, 1));
        doc_text(node, "label", label);
        doc_moment(node, "made", row_int(rows, 3));
    }
    return false;
}

STATEMENT(erase_subject, "DELETE FROM provider_subject WHERE hash IN "
                         "(SELECT hash FROM provider_link WHERE customer = $1)");
STATEMENT(erase_link, "DELETE FROM provider_link WHERE customer = $1");

const struct erase providers_erases[] = {
    {"provider_subject", &erase_subject}, {"provider_link", &erase_link}, {.what = NULL}};
