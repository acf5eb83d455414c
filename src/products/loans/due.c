/* due.c: what his loans want of a customer next, as his home shows it: what is overdue first, then by day; then loans
 * whose money is not out yet. */
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
    const struct schedule_row coming = loan_coming(&contract, &running.state);
    due->title = credit_product_title(&product, locale->language);
    due->overdue = loan_days_overdue(&running.state);
    due->day = coming.due.year != 0 ? date_to_days(coming.due) : 0;
    due->sum = due->overdue > 0 ? credit_due_now(&contract, &running.state)
                                : coming.principal + coming.interest - running.state.advance;
    return due->sum > 0;
}

static int compare(const void *one, const void *other) {
    const struct due *a = one, *b = other;
    if (a->overdue != b->overdue) return a->overdue > b->overdue ? -1 : 1;
    return a->day < b->day ? -1 : a->day > b->day;
}

static void tell(const struct locale *locale, const struct credit *credit, struct text title, string_id said,
                 struct node *values, int64_t sum, struct node *list) {
    struct arena *arena = list->arena;
    struct node *node = doc_add_object(list);
    doc_text(values, "name", text_copy(arena, title));
    doc_text(node, "title", loans_say_with(arena, locale, S_loans_named, values));
    doc_text(node, "text", loans_say_with(arena, locale, said, values));
    doc_money(node, "sum", rub(sum));
    doc_text(node, "href", text_format(arena, "/loans/%lld", (long long)credit->id));
    doc_text(node, "icon", TEXT("bank"));
}

static void tell_dues(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                      struct node *list) {
    struct due dues[DUE_MOST];
    int64_t ids[DUE_MOST];
    size_t found = 0, count = 0;
    struct rows *rows = tx_query(tx, &of_customer, VALUES(V_INT(customer), V_INT(DUE_MOST)));
    for (; found < DUE_MOST && rows_next(rows); found++) ids[found] = row_int(rows, 0);
    rows_end(rows);
    for (size_t i = 0; i < found; i++) count += due_of(engine, tx, locale, customer, ids[i], &dues[count]);
    qsort(dues, count, sizeof *dues, compare);
    for (size_t i = 0; i < count; i++) {
        struct node *values = doc_new(list->arena);
        doc_int(values, "count", dues[i].overdue);
        doc_date(values, "day", date_from_days(dues[i].day));
        tell(locale, &dues[i].credit, dues[i].title, dues[i].overdue > 0 ? S_loans_home_overdue : S_loans_home_due,
             values, dues[i].sum, list);
    }
}

/* Until its money is out. */
static void tell_waiting(struct engine *engine, struct tx *tx, const struct locale *locale,
                         const struct credit *credit, struct node *list) {
    struct credit_product product;
    struct node *values = doc_new(list->arena);
    string_id said = S_loans_row_sending;
    if (!credit_product_find(tx, credit->product, &product)) return;
    if (credit->state == CREDIT_WAITS && credit->card == 0) said = S_loans_row_card;
    else if (credit->ready_at > world_now(engine_world(engine))) said = S_loans_row_waits;
    doc_moment(values, "at", credit->ready_at);
    tell(locale, credit, credit_product_title(&product, locale->language), said, values, credit->sum, list);
}

void credits_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     struct node *list) {
    struct credit credits[DUE_MOST];
    size_t count = credits_of(tx, customer, credits, DUE_MOST);
    tell_dues(engine, tx, locale, customer, list);
    for (size_t i = 0; i < count; i++)
        if (credits[i].state == CREDIT_WAITS || credits[i].state == CREDIT_SENDING)
            tell_waiting(engine, tx, locale, &credits[i], list);
    loans_application_pending(engine, tx, locale, customer, list);
}
