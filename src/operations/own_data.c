/* own_data.c: all of a customer's operations, however many, for the file of his data. */
#include "operations/operations.h"
#include "operations/state.h"

#define PIECE 200

bool operations_own_data(struct own_data *piece) {
    int64_t accounts[OPERATION_ACCOUNTS];
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
