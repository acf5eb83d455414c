/* own_data.c: tags with the operations that have them, where a customer counts his operations, budgets: told to him. */
#include "spending/internal.h"

STATEMENT(tagged_after, "SELECT operation FROM spending_tagged WHERE customer = $1 AND operation > $2 "
                        "GROUP BY operation ORDER BY operation LIMIT 200");
STATEMENT(singles, "SELECT operation, category FROM spending_single WHERE customer = $1 ORDER BY operation");
STATEMENT(rules, "SELECT income, category FROM spending_rule WHERE customer = $1 ORDER BY payee");
STATEMENT(budgets, "SELECT category, sum FROM spending_budget WHERE customer = $1 ORDER BY id");

#define PIECE 200

static void add_category(struct own_data *piece, struct node *node, struct text code) {
    doc_text(node, "category", category_words(piece->engine, node->arena, piece->locale, code));
}

static void tell_said(struct own_data *piece) {
    struct rows *rows = tx_query(piece->tx, &singles, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("category_of_operation"));
        doc_id(node, "operation", row_int(rows, 0));
        add_category(piece, node, row_text(rows, 1));
    }
    rows = tx_query(piece->tx, &rules, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("category_of_payee"));
        doc_bool(node, "income", row_int(rows, 0) != 0);
        add_category(piece, node, row_text(rows, 1));
    }
    rows = tx_query(piece->tx, &budgets, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("budget"));
        if (row_text(rows, 0).size > 0) add_category(piece, node, row_text(rows, 0));
        doc_money(node, "sum", rub(row_int(rows, 1)));
    }
}

bool spending_own_data(struct own_data *piece) {
    int64_t operations[PIECE];
    size_t count = 0;
    if (piece->after == 0) tell_said(piece);
    struct rows *rows = tx_query(piece->tx, &tagged_after, VALUES(V_INT(piece->customer), V_INT(piece->after)));
    while (count < PIECE && rows_next(rows)) operations[count++] = row_int(rows, 0);
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        struct text names[TAGS_OF_OPERATION];
        size_t tags = tags_of(piece->engine, piece->tx, piece->customer, operations[i], names, TAGS_OF_OPERATION);
        struct node *node = doc_add_object(piece->list), *list;
        doc_text(node, "kind", TEXT("tags"));
        doc_id(node, "operation", operations[i]);
        list = doc_array(node, "tags");
        for (size_t k = 0; k < tags; k++) doc_add_text(list, names[k]);
        piece->after = operations[i];
    }
    return count == PIECE;
}
