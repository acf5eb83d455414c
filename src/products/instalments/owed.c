/* owed.c: what is overdue of a customer's purchases, for whoever counts contacts with debtors (src/debtors). */
#include "engine/owed.h"
#include "products/instalments/cabinet.h"

#define TOLD 20

STATEMENT(overdue_of, "SELECT CAST(COALESCE(MIN(overdue_since), 0) AS BIGINT) FROM instalment_purchase "
                      "WHERE customer = $1 AND overdue_since > 0");

static int64_t since(struct engine *engine, struct tx *tx, int64_t customer) {
    (void)engine;
    struct rows *rows = tx_query(tx, &overdue_of, VALUES(V_INT(customer)));
    int64_t day = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return day;
}

static void tell(struct request *request, struct tx *tx, int64_t customer, struct node *list) {
    struct purchase *purchases = arena_array(request->arena, struct purchase, TOLD);
    size_t count = purchases_running(tx, customer, purchases, TOLD);
    int64_t today = instalments_today(request->engine);
    for (size_t i = 0; i < count; i++) {
        struct buffer sum = buffer_new(request->arena, 32);
        struct node *node = doc_add_object(list);
        purchase_as_of(request->engine, &purchases[i], today);
        locale_money(&sum, &request->locale, rub(purchases[i].terms.sum));
        doc_text(node, "title", purchase_title(request->engine, tx, &purchases[i]));
        doc_text(node, "text", buffer_text(&sum));
        doc_int(node, "days_overdue", loan_days_overdue(&purchases[i].state.loan));
        doc_text(node, "href",
                 text_format(request->arena, "/staff/customers/%lld/instalments", (long long)customer));
    }
}

const struct owed instalments_owed = {.product = "instalments",
                                      .title = S_instalments_several,
                                      .since = since,
                                      .tell = tell,
                                      .again = instalments_remind_again,
                                      .law = instalments_law,
                                      .calendar = instalments_calendar};
