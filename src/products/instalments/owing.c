/* owing.c: what a customer is to pay of his purchases, by day. */
#include "products/instalments/cabinet.h"

/* A row is as it was left: by today its own penalties are more, or what lay there has closed it. */
static void add_dues(struct engine *engine, struct owing *owing, size_t which) {
    struct purchase_row rows[PURCHASE_ROWS];
    const struct purchase *purchase = &owing->purchases[which];
    const struct purchase_rule rule = instalments_rule(engine);
    const struct loan_contract contract = purchase_contract(&purchase->terms, &rule);
    size_t count = purchase_schedule(&contract, &purchase->state, rows);
    for (size_t i = 0; i < count; i++)
        owing->dues[owing->due_count++] = (struct due){which, rows[i].day, rows[i].sum};
}

void owing_of(struct engine *engine, struct tx *tx, int64_t customer, int64_t purchase, struct owing *owing) {
    int64_t today = instalments_today(engine);
    size_t found;
    *owing = (struct owing){.purchases = arena_array(tx_arena(tx), struct purchase, OWING_MOST),
                            .dues = arena_array(tx_arena(tx), struct due, OWING_MOST * PURCHASE_ROWS)};
    if (purchase == 0) found = purchases_running(tx, customer, owing->purchases, OWING_MOST);
    else found = purchase_find(tx, customer, purchase, owing->purchases) ? 1 : 0;
    for (size_t i = 0; i < found; i++) {
        struct purchase *each = &owing->purchases[owing->count];
        *each = owing->purchases[i];
        purchase_as_of(engine, each, today);
        if (each->state.loan.status == LOAN_RUNS) add_dues(engine, owing, owing->count++);
    }
    dues_sort(owing->dues, owing->due_count);
}

void owing_tell_next(const struct owing *owing, struct node *document) {
    int64_t day, sum = dues_next(owing->dues, owing->due_count, &day);
    if (sum == 0) {
        doc_null(document, "next");
        return;
    }
    struct node *node = doc_object(document, "next");
    if (day != 0) doc_date(node, "day", date_from_days(day));
    else doc_null(node, "day");
    doc_bool(node, "late", day == 0);
    doc_money(node, "sum", rub(sum));
}
