/* sale_tell.c: tells customers of a promotion, a piece at a time, as campaigns do: whom it told and how far it has come
 * are one transaction. Nobody without a consent to offers given before (MS-3), nobody twice on a day: who heard of one
 * today finds the others in the feed of promotions. While its shop is not in the catalogue nobody is told; when it is
 * there again before the promotion's last day, the telling goes on. */
#include "showcase/internal.h"

#include "identity/identity.h"
#include "messaging/messaging.h"

#define PIECE 50

STATEMENT(erase_told, "DELETE FROM showcase_told WHERE customer = $1");

const struct erase showcase_erases[] = {{"showcase_told", &erase_told}, {.what = NULL}};

static moment over(const struct engine *engine, int64_t ends) {
    const struct civil civil = {.date = date_from_days(ends + 1)};
    return moment_of(civil, engine_zone(engine));
}

static void tell(struct engine *engine, struct tx *tx, const struct sale *sale, const struct customer *customer) {
    if (customer->closed || !message_agreed(engine, tx, customer->id, TOPIC_OFFERS)) return;
    if (!sale_first_today(tx, customer->id, showcase_today(engine))) return;
    struct arena *arena = tx_arena(tx);
    const struct feed_item item = {
        .customer = customer->id,
        .kind = FEED_SALE,
        .title = text_format(arena, "%.*s: %.*s", TEXT_ARG(sale->shop_title),
                             TEXT_ARG(sale->title[customer->language])),
        .text = sale->words[customer->language],
        .link = text_format(arena, "/instalments/shops/%lld", (long long)sale->shop),
        .until = over(engine, sale->ends)};
    feed_add(engine, tx, &item);
    struct text words = text_format(arena, "%.*s. %.*s", TEXT_ARG(item.title), TEXT_ARG(item.text));
    message_advertise(engine, tx, customer->id, TOPIC_OFFERS, 1U << CHANNEL_PUSH, words);
}

bool sale_tell_job(struct engine *engine, struct tx *tx) {
    struct sale sale;
    int64_t ids[PIECE];
    if (!sale_to_tell(tx, showcase_today(engine), &sale)) return false;
    size_t count = identity_customers_after(tx, sale.cursor, ids, PIECE);
    for (size_t i = 0; i < count; i++) {
        struct customer customer;
        if (identity_customer(engine, tx, ids[i], &customer)) tell(engine, tx, &sale, &customer);
    }
    if (count > 0) sale.cursor = ids[count - 1];
    if (count < PIECE) sale.told = SALE_TOLD;
    sale_told_put(tx, &sale);
    return true;
}
