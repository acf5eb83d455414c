/* own_data.c: what payments keep of a customer: told to him, and what stands in the way of his leaving. Typed accounts
 * and names are blanked with his data (schema.c); sums stay, as the ledger's do. */
#include "payments/internal.h"

STATEMENT(all, "SELECT id FROM payment WHERE customer = $1 AND id > $2 ORDER BY id LIMIT 200");
STATEMENT(open, "SELECT COUNT(*) FROM payment WHERE customer = $1 AND state < 10");

bool payments_own_data(struct own_data *piece) {
    int64_t ids[200];
    size_t count = 0;
    struct rows *rows = tx_query(piece->tx, &all, VALUES(V_INT(piece->customer), V_INT(piece->after)));
    while (count < 200 && rows_next(rows)) ids[count++] = row_int(rows, 0);
    rows_end(rows);
    struct arena *arena = piece->list->arena;
    const struct catalogue *catalogue = catalogue_take(piece->engine, arena);
    for (size_t i = 0; i < count; i++) {
        struct payment payment;
        if (!payment_find(piece->engine, piece->tx, piece->customer, ids[i], &payment)) continue;
        const struct provider *provider = catalogue_provider(catalogue, payment.provider);
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("payment"));
        doc_id(node, "id", payment.id);
        doc_moment(node, "at", id_moment(payment.id));
        if (provider != NULL) doc_text(node, "provider", words_in(&provider->title, piece->locale->language));
        doc_text(node, "state", text_from(payment_state_name(payment.state)));
        doc_money(node, "sum", rub(payment.sum));
        doc_money(node, "fee", rub(payment.fee));
        doc_text(node, "name", text_copy(arena, payment.info.name));
        struct node *values = doc_array(node, "values");
        for (size_t k = 0; k < payment.values.count; k++) {
            struct node *value = doc_add_object(values);
            doc_text(value, "name", text_copy(arena, text_from(payment.values.of[k].name)));
            doc_text(value, "value", text_copy(arena, payment.values.of[k].value));
        }
        piece->after = payment.id;
    }
    return count == 200;
}

void payments_obstacles(struct obstacles *obstacles) {
    struct rows *rows = tx_query(obstacles->tx, &open, VALUES(V_INT(obstacles->customer)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    if (count > 0) obstacle_add(obstacles, S_payments_leave_open, NULL, 0, "/payments");
}
