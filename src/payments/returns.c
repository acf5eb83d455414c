/* returns.c: money that a bank sent back after it had paid it out (the account was closed meanwhile). Each bank's list
 * is read on from where it was read to, and each line of it gives the customer back what he paid, once: in the command
 * that moves on. */
#include "payments/register.h"

#include "base/json.h"

#include <jansson.h>

STATEMENT(find, "SELECT number, asked FROM pay_return WHERE provider = $1 FOR_UPDATE");
STATEMENT(add, "INSERT INTO pay_return (provider, number, asked) VALUES ($1, 0, $2)");
STATEMENT(put_asked, "UPDATE pay_return SET asked = $2 WHERE provider = $1");
STATEMENT(take_once, "INSERT INTO pay_return_taken (payment, number) VALUES ($1, $2) "
                     "ON CONFLICT (payment, number) DO NOTHING");
STATEMENT(put_number, "UPDATE pay_return SET number = $2 WHERE provider = $1");

/* ---- which banks ---- */

/* Several providers are paid through one bank: the first of them asks for all. */
static bool asks_for_all(const struct catalogue *catalogue, const struct provider *provider) {
    if (provider->rail == NULL || provider->rail->returns == NULL) return false;
    for (const struct provider *each = catalogue->providers; each < provider; each++)
        if (each->rail != NULL && each->rail->returns != NULL && provider_shares(each, provider)) return false;
    return true;
}

/* ---- asking ---- */

static void ask_when_due(struct engine *engine, struct tx *tx, int64_t provider, moment now) {
    int64_t every = payments_state_of(engine)->settings->returns_every;
    struct rows *rows = tx_query(tx, &find, VALUES(V_INT(provider)));
    bool known = rows_next(rows);
    int64_t number = known ? row_int(rows, 0) : 0;
    moment asked = known ? row_int(rows, 1) : 0;
    rows_end(rows);
    if (asked + every > now) return;
    tx_run(tx, known ? &put_asked : &add, VALUES(V_INT(provider), V_INT(now)));
    outbox_add(engine, tx, "payment.returns", 0, provider,
               text_format(tx_arena(tx), "%lld", (long long)number), now, now + every);
}

bool returns_ask(struct engine *engine, struct tx *tx) {
    const struct catalogue *catalogue = catalogue_take(engine, tx_arena(tx));
    for (size_t i = 0; i < catalogue->provider_count; i++)
        if (asks_for_all(catalogue, &catalogue->providers[i]))
            ask_when_due(engine, tx, catalogue->providers[i].id, world_now(tx_world(tx)));
    return false;
}

static struct text written(struct arena *arena, const struct rail_return *returns, int count) {
    struct node *top = doc_new(arena), *list = doc_array(top, "returns");
    struct buffer out = buffer_new(arena, 1024);
    for (int i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_int(node, "number", returns[i].number);
        doc_int(node, "payment", returns[i].payment);
        doc_int(node, "sum", returns[i].sum);
    }
    doc_write_json(top, &out);
    return buffer_text(&out);
}

enum outbox_verdict returns_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                 struct text *reply) {
    int64_t after;
    struct rail_return returns[RAIL_RETURNS];
    const struct provider *provider = catalogue_provider(catalogue_take(engine, arena), item->subject);
    if (provider == NULL || provider->rail == NULL || provider->rail->returns == NULL ||
        !text_to_int(item->payload, &after))
        return OUTBOX_REFUSED;
    int count = provider->rail->returns(engine, provider, after, returns, arena);
    if (count < 0) return OUTBOX_AGAIN;
    *reply = written(arena, returns, count);
    return OUTBOX_DONE;
}

/* ---- what came back ---- */

/* What does not fit (no such payment, never sent, another sum, given back before) is for people (unplaced.c). A bank's
 * list may be read anew from its beginning, since another provider asks for it now: each line counts once. */
static void take(struct engine *engine, struct tx *tx, int64_t provider, const struct rail_return *one) {
    if (tx_run(tx, &take_once, VALUES(V_INT(one->payment), V_INT(one->number))) == 0) return;
    struct payment payment;
    int64_t customer = payment_owner(tx, one->payment);
    bool found = customer >= 0 && payment_find(engine, tx, customer, one->payment, &payment);
    if (found) payments_returning_account(engine, tx, payment.provider);
    if (!found || !payment_returned(engine, tx, &payment, one->sum)) unplaced_keep(engine, tx, provider, one);
}

static int64_t number_of(const json_t *object, const char *name) {
    return json_integer_value(json_object_get(object, name));
}

void returns_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                    struct text reply) {
    const json_t *top = verdict == OUTBOX_DONE ? json_read(tx_arena(tx), reply) : NULL;
    if (top == NULL) return;
    struct rows *rows = tx_query(tx, &find, VALUES(V_INT(item->subject)));
    bool known = rows_next(rows);
    int64_t number = known ? row_int(rows, 0) : 0;
    rows_end(rows);
    const json_t *list = json_object_get(top, "returns");
    int64_t before = number;
    for (size_t i = 0; known && i < json_array_size(list); i++) {
        const json_t *each = json_array_get(list, i);
        const struct rail_return one = {number_of(each, "number"), number_of(each, "payment"), number_of(each, "sum")};
        if (one.number <= number) continue; /* an answer that came late tells what is known */
        take(engine, tx, item->subject, &one);
        number = one.number;
    }
    if (number != before) tx_run(tx, &put_number, VALUES(V_INT(item->subject), V_INT(number)));
}
