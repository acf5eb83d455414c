/* words.c: purchases in words, as pages and messages say them, and how a customer's operations name them. */
#include "debtors/debtors.h"
#include "messaging/messaging.h"
#include "products/instalments/cabinet.h"
#include "shops/shops.h"

#include "identity/identity.h"

#define ARGUMENTS 6
#define SAID 3

struct text instalments_say(struct arena *arena, const struct locale *locale, string_id text) {
    return string_get(arena, locale, text, NULL, 0);
}

struct text instalments_say_with(struct arena *arena, const struct locale *locale, string_id text,
                                 const struct node *values) {
    struct string_argument arguments[ARGUMENTS];
    size_t count = 0;
    for (const struct node *each = values->first; each != NULL && count < ARGUMENTS; each = each->next)
        arguments[count++] = (struct string_argument){each->name, each};
    return string_get(arena, locale, text, arguments, count);
}

struct text purchase_title(struct engine *engine, struct tx *tx, const struct purchase *purchase) {
    struct shop shop;
    return shop_find(engine, tx, purchase->shop, &shop) ? shop.title
                                                        : text_format(tx_arena(tx), "%lld", (long long)purchase->shop);
}

/* What a text may name. False: there is nobody. */
static bool words_of(struct engine *engine, struct tx *tx, int64_t customer, const struct purchase *purchase,
                     int64_t sum, int64_t day, struct string_argument said[SAID]) {
    struct customer found;
    struct node *values = doc_new(tx_arena(tx));
    if (!identity_customer(engine, tx, customer, &found)) return false;
    const struct locale locale = {found.language, engine_zone(engine), world_now(tx_world(tx))};
    doc_text(values, "title",
             purchase != NULL ? purchase_title(engine, tx, purchase)
                              : instalments_say(tx_arena(tx), &locale, S_instalments_several));
    doc_money(values, "sum", rub(sum));
    doc_date(values, "at", date_from_days(day != 0 ? day : instalments_today(engine)));
    said[0] = (struct string_argument){"title", doc_get(values, "title")};
    said[1] = (struct string_argument){"sum", doc_get(values, "sum")};
    said[2] = (struct string_argument){"at", doc_get(values, "at")};
    return true;
}

void purchase_tell(struct engine *engine, struct tx *tx, int64_t customer, const struct purchase *purchase,
                   string_id text, int64_t sum, int64_t day) {
    struct string_argument said[SAID];
    if (words_of(engine, tx, customer, purchase, sum, day, said))
        message_tell_bulk(engine, tx, customer, TOPIC_OPERATIONS, text, said, SAID);
}

void instalments_remind(struct engine *engine, struct tx *tx, int64_t customer, const struct purchase *purchase,
                        string_id text, int64_t sum, int64_t day) {
    static const struct contact_about all = {"instalments", 0};
    struct string_argument said[SAID];
    if (words_of(engine, tx, customer, purchase, sum, day, said) &&
        !debtor_remind(engine, tx, customer, &all, text, said, SAID))
        debtor_wait(engine, tx, customer, &all);
}

void instalments_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                       struct node *operation) {
    struct account account;
    struct purchase purchase;
    if (!ledger_account(engine_ledger(engine), tx, entry->account, &account) || account.owner == 0) return;
    bool one = purchase_find(tx, account.owner, entry->subject, &purchase) ||
               purchase_of_checkout(tx, account.owner, entry->subject, &purchase); /* what an order held */
    doc_text(operation, "counterparty",
             one ? purchase_title(engine, tx, &purchase)
                 : instalments_say(operation->arena, locale, S_instalments_several));
}
