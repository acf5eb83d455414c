/* remind.c: programs of ours remind of payments (debtors.h). What may not be said now waits as one row a product,
 * however often it was wanted meanwhile: when its moment comes the product says what is owed then, so nothing stale is
 * told and nothing twice. */
#include "debtors/internal.h"

#include "messaging/messaging.h"

#define PIECE 50

STATEMENT(wait_put, "INSERT INTO debtor_notice (customer, product, at) VALUES ($1, $2, $3) "
                    "ON CONFLICT (customer, product) DO UPDATE SET at = excluded.at");
STATEMENT(wait_drop, "DELETE FROM debtor_notice WHERE customer = $1 AND product = $2");
STATEMENT(due, "SELECT customer, product FROM debtor_notice WHERE at <= $1 ORDER BY at LIMIT $2");

static void drop(struct tx *tx, int64_t customer, struct text product) {
    tx_run(tx, &wait_drop, VALUES(V_INT(customer), V_TEXT(product)));
}

/* To a debtor; false: not now. */
static bool contact(struct engine *engine, struct tx *tx, int64_t customer, const struct contact_about *about,
                    string_id text, const struct string_argument *arguments, size_t count) {
    debtor_lock(engine, tx, customer);
    const struct contact_case debtor = debtor_case(engine, tx, customer);
    moment now = world_now(tx_world(tx)), his_day = day_start(civil_at(now, debtor.zone).date, debtor.zone);
    if (contact_made(tx, customer, about, his_day)) return true;
    if (contact_may(&debtor, CONTACT_MESSAGE, false, now) != CONTACT_FREE) return false;
    struct contact made = {.customer = customer,
                           .product = text_from(about->product),
                           .subject = about->subject,
                           .way = CONTACT_MESSAGE,
                           .outcome = CONTACT_SENT};
    contact_put(engine, tx, &made);
    message_tell_bulk(engine, tx, customer, TOPIC_SERVICE, text, arguments, count);
    return true;
}

bool debtor_remind(struct engine *engine, struct tx *tx, int64_t customer, const struct contact_about *about,
                   string_id text, const struct string_argument *arguments, size_t count) {
    bool told;
    if (debtor_since(engine, tx, customer) != 0) {
        told = contact(engine, tx, customer, about, text, arguments, count);
    } else {
        const struct contact_case whom = debtor_case(engine, tx, customer);
        told = contact_hours(&whom, world_now(tx_world(tx)));
        if (told) message_tell_bulk(engine, tx, customer, TOPIC_OPERATIONS, text, arguments, count);
    }
    if (told) drop(tx, customer, text_from(about->product));
    return told;
}

void debtor_wait(struct engine *engine, struct tx *tx, int64_t customer, const struct contact_about *about) {
    const struct contact_case whom = debtor_case(engine, tx, customer);
    moment now = world_now(tx_world(tx));
    moment next = whom.overdue_since != 0 ? contact_next(&whom, CONTACT_MESSAGE, false, now)
                                          : contact_hours_next(&whom, now);
    if (next != 0) tx_run(tx, &wait_put, VALUES(V_INT(customer), V_TEXT(text_from(about->product)), V_INT(next)));
    else drop(tx, customer, text_from(about->product));
}

/* ---- what waited ---- */

static void again(struct engine *engine, struct tx *tx, int64_t customer, struct text product) {
    const struct owed *all[FEATURES_MAX];
    size_t count = engine_owed(engine, all);
    drop(tx, customer, product);
    for (size_t i = 0; i < count; i++)
        if (all[i]->again != NULL && text_is(product, all[i]->product)) all[i]->again(engine, tx, customer);
}

bool debtors_notices_job(struct engine *engine, struct tx *tx) {
    int64_t customers[PIECE];
    struct text products[PIECE];
    size_t count = 0;
    if (message_crowded(tx)) return false;
    struct rows *rows = tx_query(tx, &due, VALUES(V_INT(world_now(engine_world(engine))), V_INT(PIECE)));
    for (; count < PIECE && rows_next(rows); count++) {
        customers[count] = row_int(rows, 0);
        products[count] = row_copy(rows, 1, tx_arena(tx));
    }
    rows_end(rows);
    for (size_t i = 0; i < count; i++) again(engine, tx, customers[i], products[i]);
    return count == PIECE;
}
