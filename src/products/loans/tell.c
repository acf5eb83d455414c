/* tell.c: what its customer is told of a loan: messages, and how his operations name it. */
#include "products/loans/repay.h"

#include "messaging/messaging.h"

void credit_tell(struct engine *engine, struct tx *tx, const struct credit *credit, string_id text, int64_t sum,
                 int64_t day) {
    struct customer customer;
    struct credit_product product;
    struct node *values = doc_new(tx_arena(tx));
    if (!identity_customer(engine, tx, credit->customer, &customer) ||
        !credit_product_find(tx, credit->product, &product))
        return;
    doc_text(values, "title", credit_product_title(&product, customer.language));
    doc_money(values, "sum", rub(sum));
    doc_date(values, "at", date_from_days(day != 0 ? day : loans_today(engine)));
    const struct string_argument arguments[] = {
        {"title", doc_get(values, "title")}, {"sum", doc_get(values, "sum")}, {"at", doc_get(values, "at")}};
    message_tell_bulk(engine, tx, credit->customer, TOPIC_OPERATIONS, text, arguments, 3);
}

void credit_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                     struct node *operation) {
    struct account account;
    struct credit credit;
    struct credit_product product;
    if (!ledger_account(engine_ledger(engine), tx, entry->account, &account) || account.owner == 0 ||
        !credit_find(tx, account.owner, entry->subject, &credit) ||
        !credit_product_find(tx, credit.product, &product))
        return;
    struct node *values = doc_new(operation->arena);
    doc_text(values, "name", credit_product_title(&product, locale->language));
    doc_text(operation, "counterparty", loans_say_with(operation->arena, locale, S_loans_named, values));
}
