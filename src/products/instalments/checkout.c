/* checkout.c: rows of orders: one by a shop's number. What the shop said of its customer is sealed. */
#include "products/instalments/checkout.h"

#include "base/json.h"

#include <jansson.h>

#define UID_BYTES 20

#define ORDER                                                                                                          \
    "shop, number, id, uid, state, sum, finished, returned, valid_till, decision, prepaid, months, agreed, tariff, "  \
    "unit, parts, first_now, fee, customer, hold, purchase, changed, payload"
STATEMENT(find, "SELECT " ORDER " FROM instalment_checkout WHERE shop = $1 AND number = $2");
STATEMENT(lock, "SELECT " ORDER " FROM instalment_checkout WHERE shop = $1 AND number = $2 FOR_UPDATE");
STATEMENT(newest, "SELECT " ORDER " FROM instalment_checkout WHERE shop = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
STATEMENT(of_state, "SELECT " ORDER " FROM instalment_checkout WHERE shop = $1 AND state = $4 AND id < $2 "
                    "ORDER BY id DESC LIMIT $3");
STATEMENT(beginning, "SELECT " ORDER " FROM instalment_checkout WHERE shop = $1 AND number >= $2 AND number < $3 "
                     "ORDER BY number LIMIT $4");
STATEMENT(place_of, "SELECT shop, number FROM instalment_checkout WHERE uid = $1");
STATEMENT(add, "INSERT INTO instalment_checkout (" ORDER ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
               "$13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23) ON CONFLICT (shop, number) DO NOTHING");
STATEMENT(save, "UPDATE instalment_checkout SET state = $3, sum = $4, finished = $5, returned = $6, valid_till = $7, "
                "decision = $8, prepaid = $9, months = $10, agreed = $11, tariff = $12, unit = $13, parts = $14, "
                "first_now = $15, fee = $16, customer = $17, hold = $18, purchase = $19, changed = $20, payload = $21 "
                "WHERE shop = $1 AND number = $2");

/* ---- what the shop said ---- */

static struct value seal(struct engine *engine, struct tx *tx, const struct checkout_order *order) {
    const struct checkout_wish *wish = &order->wish;
    struct node *document = doc_new(tx_arena(tx)), *cart = doc_array(document, "cart");
    struct buffer out = buffer_new(tx_arena(tx), 512);
    doc_text(document, "phone", wish->phone);
    doc_text(document, "callback", wish->callback);
    doc_text(document, "redirect", wish->redirect);
    doc_bool(document, "skip", wish->skip);
    for (size_t i = 0; i < wish->cart_count; i++) {
        struct node *item = doc_add_object(cart);
        doc_text(item, "name", wish->cart[i].name);
        doc_text(item, "quantity", wish->cart[i].quantity);
    }
    doc_write_json(document, &out);
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "instalments.checkout",
                                     order->id, buffer_text(&out));
    return V_BYTES(sealed.data, sealed.size);
}

static struct text string_of(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    return json_is_string(value) ? (struct text){json_string_value(value), json_string_length(value)} : TEXT_NONE;
}

/* Blanked rows say nothing. */
static void unseal(struct engine *engine, struct tx *tx, struct text sealed, struct checkout_order *order) {
    struct text clear;
    struct checkout_wish *wish = &order->wish;
    if (sealed.size == 0 ||
        !secret_open(engine_keyring(engine), tx_arena(tx), "instalments.checkout", order->id, sealed, &clear))
        return;
    const json_t *document = json_read(tx_arena(tx), clear), *cart = json_object_get(document, "cart");
    wish->phone = string_of(document, "phone");
    wish->callback = string_of(document, "callback");
    wish->redirect = string_of(document, "redirect");
    wish->skip = json_is_true(json_object_get(document, "skip"));
    for (size_t i = 0; i < json_array_size(cart) && i < CHECKOUT_CART; i++) {
        const json_t *item = json_array_get(cart, i);
        wish->cart[wish->cart_count++] = (struct cart_item){string_of(item, "name"), string_of(item, "quantity")};
    }
}

/* ---- rows ---- */

static struct checkout_order read_order(struct engine *engine, struct tx *tx, const struct rows *rows) {
    struct checkout_order order = {
        .shop = row_int(rows, 0),
        .number = row_copy(rows, 1, tx_arena(tx)),
        .id = row_int(rows, 2),
        .uid = row_copy(rows, 3, tx_arena(tx)),
        .checkout = {(enum checkout_state)row_int(rows, 4), row_int(rows, 5), row_int(rows, 6), row_int(rows, 7),
                     row_int(rows, 8)},
        .decision = (enum checkout_decision)row_int(rows, 9),
        .prepaid = row_int(rows, 10),
        .months = row_int(rows, 11),
        .agreed = row_int(rows, 12),
        .tariff = row_int(rows, 13),
        .term = {(enum tariff_unit)row_int(rows, 14), row_int(rows, 15), row_int(rows, 16) != 0, row_int(rows, 17)},
        .customer = row_int(rows, 18),
        .hold = row_int(rows, 19),
        .purchase = row_int(rows, 20),
        .changed = row_int(rows, 21)};
    unseal(engine, tx, row_text(rows, 22), &order);
    return order;
}

bool checkout_find(struct engine *engine, struct tx *tx, int64_t shop, struct text number,
                   struct checkout_order *order) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(shop), V_TEXT(number)));
    bool found = rows_next(rows);
    if (found) *order = read_order(engine, tx, rows);
    rows_end(rows);
    return found;
}

size_t checkouts_of(struct engine *engine, struct tx *tx, int64_t shop, const struct checkout_look *look,
                    struct checkout_order *orders, size_t room) {
    const struct value most = V_INT((int64_t)room);
    struct rows *rows;
    size_t count = 0;
    if (look->beginning.size > 0) {
        struct text end = text_join(tx_arena(tx), look->beginning, TEXT("\xf4\x8f\xbf\xbf")); /* behind all of them */
        rows = tx_query(tx, &beginning, VALUES(V_INT(shop), V_TEXT(look->beginning), V_TEXT(end), most));
    } else if (look->state != 0) {
        rows = tx_query(tx, &of_state, VALUES(V_INT(shop), V_INT(look->before), most, V_INT(look->state)));
    } else {
        rows = tx_query(tx, &newest, VALUES(V_INT(shop), V_INT(look->before), most));
    }
    while (count < room && rows_next(rows)) orders[count++] = read_order(engine, tx, rows);
    rows_end(rows);
    return count;
}

bool checkout_by_uid(struct engine *engine, struct tx *tx, struct text uid, struct checkout_order *order) {
    if (uid.size != 2 * UID_BYTES || !text_valid_utf8(uid)) return false;
    struct rows *rows = tx_query(tx, &place_of, VALUES(V_TEXT(uid)));
    bool found = rows_next(rows);
    int64_t shop = found ? row_int(rows, 0) : 0;
    struct text number = found ? row_copy(rows, 1, tx_arena(tx)) : TEXT_NONE;
    rows_end(rows);
    return found && checkout_find(engine, tx, shop, number, order);
}

bool checkout_add(struct engine *engine, struct tx *tx, struct checkout_order *order) {
    uint8_t bytes[UID_BYTES];
    const struct checkout *checkout = &order->checkout;
    world_random(tx_world(tx), bytes, sizeof bytes);
    order->id = world_id(tx_world(tx));
    order->uid = text_hex(tx_arena(tx), bytes, sizeof bytes);
    order->changed = world_now(tx_world(tx));
    return tx_run(tx, &add,
                  VALUES(V_INT(order->shop), V_TEXT(order->number), V_INT(order->id), V_TEXT(order->uid),
                         V_INT(checkout->state), V_INT(checkout->sum), V_INT(checkout->finished),
                         V_INT(checkout->returned), V_INT(checkout->valid_till), V_INT(order->decision),
                         V_INT(order->prepaid), V_INT(order->months), V_INT(order->agreed), V_INT(order->tariff),
                         V_INT(order->term.unit), V_INT(order->term.parts), V_INT(order->term.first_now),
                         V_INT(order->term.fee), V_INT(order->customer), V_INT(order->hold), V_INT(order->purchase),
                         V_INT(order->changed), seal(engine, tx, order))) == 1;
}

void checkout_save(struct engine *engine, struct tx *tx, struct checkout_order *order) {
    const struct checkout *checkout = &order->checkout;
    order->changed = world_now(tx_world(tx));
    tx_run(tx, &save,
           VALUES(V_INT(order->shop), V_TEXT(order->number), V_INT(checkout->state), V_INT(checkout->sum),
                  V_INT(checkout->finished), V_INT(checkout->returned), V_INT(checkout->valid_till),
                  V_INT(order->decision), V_INT(order->prepaid), V_INT(order->months), V_INT(order->agreed),
                  V_INT(order->tariff), V_INT(order->term.unit), V_INT(order->term.parts), V_INT(order->term.first_now),
                  V_INT(order->term.fee), V_INT(order->customer), V_INT(order->hold), V_INT(order->purchase),
                  V_INT(order->changed), seal(engine, tx, order)));
}
