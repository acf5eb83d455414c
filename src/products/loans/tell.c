/* tell.c: what its customer is told of a loan: messages, and how his operations name it. */
#include "products/loans/repay.h"
#include "products/loans/staff.h"

#include "debtors/debtors.h"
#include "engine/owed.h"
#include "messaging/messaging.h"

#define SAID 3

/* What a text may name. False: there is nobody, or nothing. */
static bool words_of(struct engine *engine, struct tx *tx, const struct credit *credit, int64_t sum, int64_t day,
                     struct string_argument said[SAID]) {
    struct customer customer;
    struct credit_product product;
    struct node *values = doc_new(tx_arena(tx));
    if (!identity_customer(engine, tx, credit->customer, &customer) ||
        !credit_product_find(tx, credit->product, &product))
        return false;
    doc_text(values, "title", credit_product_title(&product, customer.language));
    doc_money(values, "sum", rub(sum));
    doc_date(values, "at", date_from_days(day != 0 ? day : loans_today(engine)));
    said[0] = (struct string_argument){"title", doc_get(values, "title")};
    said[1] = (struct string_argument){"sum", doc_get(values, "sum")};
    said[2] = (struct string_argument){"at", doc_get(values, "at")};
    return true;
}

void credit_tell(struct engine *engine, struct tx *tx, const struct credit *credit, string_id text, int64_t sum,
                 int64_t day) {
    struct string_argument said[SAID];
    if (words_of(engine, tx, credit, sum, day, said))
        message_tell_bulk(engine, tx, credit->customer, TOPIC_OPERATIONS, text, said, SAID);
}

void credit_remind(struct engine *engine, struct tx *tx, const struct credit *credit, string_id text, int64_t sum,
                   int64_t day) {
    struct string_argument said[SAID];
    const struct contact_about debt = {loans_owed.product, credit->id};
    if (words_of(engine, tx, credit, sum, day, said))
        (void)debtor_remind(engine, tx, credit->customer, &debt, text, said, SAID);
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
