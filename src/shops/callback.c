/* callback.c: a shop's server is told by a callback (src/callbacks), signed by the shop's oldest good key of that
 * moment. What is told is sealed, since it may be about customers, and goes to the address that it was made for. */
#include "shops/internal.h"

STATEMENT(put, "INSERT INTO shop_callback (shop, id, number, state, attempts, until, item, payload) "
               "VALUES ($1, $2, $3, 1, 0, 0, 0, $4)");
STATEMENT(payload_read, "SELECT payload FROM shop_callback WHERE shop = $1 AND id = $2");
CALLBACK_TABLES(tables, "shop_callback", "shop", "number", "shop_callback_attempt", "callback");

struct told {
    struct text url, body;
};

/* Kept as the address, a line's end, and the body. */
static bool payload_open(struct engine *engine, struct tx *tx, const struct callback *callback, struct told *told) {
    struct rows *rows = tx_query(tx, &payload_read, VALUES(V_INT(callback->owner), V_INT(callback->id)));
    struct text whole = TEXT_NONE;
    bool found = rows_next(rows) && secret_open(engine_keyring(engine), tx_arena(tx), "shops.callback", callback->id,
                                                row_text(rows, 0), &whole);
    rows_end(rows);
    if (found) told->url = text_split(whole, '\n', &told->body);
    return found;
}

struct text shop_callback_body(struct engine *engine, struct tx *tx, const struct callback *callback) {
    struct told told;
    return payload_open(engine, tx, callback, &told) ? told.body : TEXT_NONE;
}

/* ---- sent ---- */

bool shop_callback_good(struct engine *engine, struct text url) {
    return shop_address_good(url, shops_state_of(engine)->settings->private_addresses);
}

static bool compose(struct engine *engine, struct tx *tx, const struct callback *callback, struct callback_call *call) {
    struct arena *arena = tx_arena(tx);
    struct told told;
    struct text key = shop_signing_key(engine, tx, callback->owner);
    if (key.data == NULL || !payload_open(engine, tx, callback, &told) || !shop_callback_good(engine, told.url))
        return false;
    struct text sha1 = shop_signature_sha1(arena, key, told.body);
    struct text sha256 = shop_signature_sha256(arena, key, told.body);
    *call = (struct callback_call){.headers = {text_join(arena, TEXT("X-Signature: "), sha1),
                                               text_join(arena, TEXT("X-Signature-SHA256: "), sha256)},
                                   .url = told.url,
                                   .body = told.body};
    return true;
}

void shop_callback(struct engine *engine, struct tx *tx, const struct shop *shop, struct text url, struct text order,
                   struct text body) {
    struct arena *arena = tx_arena(tx);
    int64_t id = world_id(tx_world(tx));
    struct text whole = text_format(arena, "%.*s\n%.*s", TEXT_ARG(url), TEXT_ARG(body));
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), arena, "shops.callback", id, whole);
    tx_run(tx, &put, VALUES(V_INT(shop->id), V_INT(id), V_TEXT(order), V_BYTES(sealed.data, sealed.size)));
    callback_start(&shops_state_of(engine)->callbacks, engine, tx, shop->id, id);
}

/* ---- told ---- */

static void tell(struct engine *engine, struct tx *tx, const struct callback *callback, struct node *node) {
    struct told told = {0};
    bool opens = payload_open(engine, tx, callback, &told);
    doc_moment(node, "made", id_moment(callback->id));
    doc_text(node, "order", callback->number);
    doc_text(node, "url", opens ? told.url : TEXT(""));
}

/* ---- for the engine ---- */

void shop_callbacks_open(struct shops_state *state) {
    state->callbacks = (struct callbacks){.kind = "shops.callback",
                                          .tables = &tables,
                                          .pause = state->settings->callback_pause,
                                          .watch = state->settings->callback_watch,
                                          .private_addresses = state->settings->private_addresses,
                                          .any_2xx = true,
                                          .compose = compose,
                                          .tell = tell};
    callbacks_init(&state->callbacks);
}

enum outbox_verdict shop_callback_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                       struct text *reply) {
    return callback_send(&shops_state_of(engine)->callbacks, item, arena, reply);
}

void shop_callback_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                          enum outbox_verdict verdict, struct text reply) {
    callback_result(&shops_state_of(engine)->callbacks, engine, tx, item, verdict, reply);
}
