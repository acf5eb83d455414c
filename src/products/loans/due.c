/* due.c: what his loans want of a customer next, as his home shows it: what is overdue first, then by day. */
#include "products/loans/repay.h"

#include <stdlib.h>

#define DUE_MOST 10

STATEMENT(of_customer, "SELECT id FROM loan_running WHERE customer = $1 ORDER BY id LIMIT $2");

struct due {
    struct credit credit;
    struct text title;
    int64_t sum, day, overdue; /* overdue: so many days */
};

/* False: it wants nothing any more. */
static bool due_of(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer, int64_t id,
                   struct due *due) {
    struct credit_product product;
    struct running running;
    if (!credit_find(tx, customer, id, &due->credit) || !credit_product_find(tx, due->credit.product, &product) ||
        !credit_as_of(engine, tx, &due->credit, &product, &running) || running.state.status != LOAN_RUNS)
        return false;
    const struct loan_contract contract = credit_contract_of(engine, &product, &due->credit);
    const struct schedule_row next = loan_next(&contract, &running.state);
    due->title = credit_product_title(&product, locale->language);
    due->overdue = loan_days_overdue(&running.state);
    due->day = running.state.due;
    due->sum = due->overdue > 0 ? credit_due_now(&contract, &running.state)
                                : next.principal + next.interest - running.state.advance;
    return due->sum > 0;
}

static int compare(const void *one, const void *other) {
    const struct due *a = one, *b = other;
    if (a->overdue != b->overdue) return a->overdue > b->overdue ? -1 : 1;
    return a->day < b->day ? -1 : a->day > b->day;
}

static void tell(const struct locale *locale, const struct due *due, struct node *list) {
    struct arena *arena = list->arena;
    struct node *values = doc_new(arena), *node = doc_add_object(list);
    doc_int(values, "count", due->overdue);
    doc_date(values, "day", date_from_days(due->day));
    doc_text(node, "title", text_copy(arena, due->title));
    doc_text(node, "text",
             loans_say_with(arena, locale, due->overdue > 0 ? S_loans_home_overdue : S_loans_home_due, values));
    doc_money(node, "sum", rub(due->sum));
    doc_text(node, "href", text_format(arena, "/loans/%lld", (long long)due->credit.id));
    doc_text(node, "icon", TEXT("calendar"));
}

void credits_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     struct node *list) {
    struct due dues[DUE_MOST];
    int64_t ids[DUE_MOST];
    size_t found = 0, count = 0;
    struct rows *rows = tx_query(tx, &of_customer, VALUES(V_INT(customer), V_INT(DUE_MOST)));
    for (; found < DUE_MOST && rows_next(rows); found++) ids[found] = row_int(rows, 0);
    rows_end(rows);
    for (size_t i = 0; i < found; i++) count += due_of(engine, tx, locale, customer, ids[i], &dues[count]);
    qsort(dues, count, sizeof *dues, compare);
    for (size_t i = 0; i < count; i++) tell(locale, &dues[i], list);
    loans_pending(engine, tx, locale, customer, list);
}
