/* tell.c: people are told of a closing. */
#include "closing/closing.h"

#include "identity/common.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"

static void tell(struct engine *engine, struct tx *tx, const struct customer *customer, string_id title,
                 string_id text, moment at, bool bulk) {
    const struct locale locale = {customer->language, engine_zone(engine), world_now(engine_world(engine))};
    struct node company = text_value(text_from(engine_config(engine)->company)), day = moment_value(at);
    const struct string_argument arguments[] = {{"company", &company}, {"at", &day}};
    size_t count = at != 0 ? 2 : 1;
    if (bulk) message_tell_bulk(engine, tx, customer->id, TOPIC_SECURITY, text, arguments, count);
    else message_tell(engine, tx, customer->id, TOPIC_SECURITY, text, arguments, count);
    feed_add(engine, tx,
             &(struct feed_item){.customer = customer->id,
                                 .kind = FEED_NEWS,
                                 .title = string_get(tx_arena(tx), &locale, title, NULL, 0),
                                 .text = string_get(tx_arena(tx), &locale, text, arguments, count),
                                 .link = TEXT("/")});
}

void closing_tell(struct engine *engine, struct tx *tx, const struct customer *customer, string_id title,
                  string_id text, moment at) {
    tell(engine, tx, customer, title, text, at, false);
}

void closing_tell_idle(struct engine *engine, struct tx *tx, const struct customer *customer, string_id text,
                       moment at) {
    tell(engine, tx, customer, S_closing_idle_title, text, at, true);
}
