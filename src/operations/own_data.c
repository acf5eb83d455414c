/* own_data.c: all of a customer's operations, however many, for the file of his data; and what is destroyed with it. */
#include "operations/operations.h"
#include "operations/state.h"

#define PIECE 200

STATEMENT(choice, "SELECT wanted FROM receipt_choice WHERE customer = $1");
STATEMENT(erase_choice, "DELETE FROM receipt_choice WHERE customer = $1");
STATEMENT(erase_digests,
          "DELETE FROM operation_digest WHERE customer = $1 AND (account, last) IN (SELECT account, last "
                         "FROM operation_digest WHERE customer = $1 ORDER BY account, last LIMIT 200)");
STATEMENT(erase_bits, "DELETE FROM operation_place WHERE customer = $1 AND (account, place) IN (SELECT account, "
                      "place FROM operation_place WHERE customer = $1 ORDER BY account, place LIMIT 1)");

const struct erase operations_erases[] = {{"receipt_choice", &erase_choice},
                                          {"operation_digest", &erase_digests},
                                          {"operation_place", &erase_bits},
                                          {.what = NULL}};

static void tell_choice(struct own_data *piece) {
    struct rows *rows = tx_query(piece->tx, &choice, VALUES(V_INT(piece->customer)));
    if (rows_next(rows)) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("receipts_by_mail"));
        doc_bool(node, "wanted", row_int(rows, 0) != 0);
    }
    rows_end(rows);
}

bool operations_own_data(struct own_data *piece) {
    int64_t accounts[OPERATION_ACCOUNTS];
    if (piece->after == 0) tell_choice(piece);
    const struct operations_wanted wanted = {
        .customer = piece->customer,
        .accounts = accounts,
        .account_count = operations_accounts(piece->engine, piece->tx, piece->customer, accounts),
        .most = PIECE,
        .before = piece->after,
    };
    struct node *days = doc_array(doc_new(piece->list->arena), "days");
    struct operations_told told = operations_tell(piece->engine, piece->tx, piece->locale, &wanted, days);
    for (const struct node *day = days->first; day != NULL; day = day->next) {
        const struct node *operations = doc_get(day, "operations");
        for (const struct node *each = operations ? operations->first : NULL; each != NULL; each = each->next) {
            struct node *node = doc_add_object(piece->list);
            node->first = each->first; /* its values, as they are */
            node->last = each->last;
            node->count = each->count;
            node->number = each->number;
        }
    }
    piece->after = told.next;
    return told.next != 0;
}
