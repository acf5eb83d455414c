/* keys.c: a shop's secret keys. One has no end: the newest. Another may be good beside it until its end, which was
 * chosen when the newer was made, so that the shop's program changes over without a gap. */
#include "shops/internal.h"

#define KEY_BYTES 32
#define TOLD 10

STATEMENT(keys_of, "SELECT id, sealed, made, ends FROM shop_key WHERE shop = $1 ORDER BY made DESC, id DESC");
STATEMENT(key_put, "INSERT INTO shop_key (shop, id, sealed, made, ends) VALUES ($1, $2, $3, $4, 0)");
/* One that ends sooner keeps its end. */
STATEMENT(keys_end, "UPDATE shop_key SET ends = $2 WHERE shop = $1 AND (ends = 0 OR ends > $2)");
STATEMENT(key_end, "UPDATE shop_key SET ends = $3 WHERE shop = $1 AND id = $2 AND ends > $3");

static bool good(const struct rows *rows, moment now) {
    return row_int(rows, 3) == 0 || row_int(rows, 3) > now;
}

size_t shop_keys(struct engine *engine, struct tx *tx, int64_t shop, struct text *keys, size_t room) {
    moment now = world_now(tx_world(tx));
    size_t count = 0;
    struct rows *rows = tx_query(tx, &keys_of, VALUES(V_INT(shop)));
    while (count < room && rows_next(rows))
        if (good(rows, now) && secret_open(engine_keyring(engine), tx_arena(tx), "till.key", row_int(rows, 0),
                                           row_text(rows, 1), &keys[count]))
            count++;
    rows_end(rows);
    return count;
}

struct text shop_signing_key(struct engine *engine, struct tx *tx, int64_t shop) {
    struct text keys[SHOP_KEYS];
    size_t count = shop_keys(engine, tx, shop, keys, SHOP_KEYS);
    return count > 0 ? keys[count - 1] : TEXT_NONE;
}

size_t shop_keys_good(struct tx *tx, int64_t shop) {
    size_t count = 0;
    moment now = world_now(tx_world(tx));
    for (struct rows *rows = tx_query(tx, &keys_of, VALUES(V_INT(shop))); rows_next(rows);) count += good(rows, now);
    return count;
}

struct text shop_key_make(struct request *request, struct tx *tx, int64_t shop, int64_t id, moment others_end) {
    uint8_t bytes[KEY_BYTES];
    moment now = world_now(request->world);
    if (others_end > now && shop_keys_good(tx, shop) >= SHOP_KEYS) return TEXT_NONE;
    tx_run(tx, &keys_end, VALUES(V_INT(shop), V_INT(others_end)));
    world_random(request->world, bytes, sizeof bytes);
    struct text key = text_base64url(request->arena, bytes, sizeof bytes);
    struct text sealed = secret_seal(engine_keyring(request->engine), request->world, tx_arena(tx), "till.key", id,
                                     key);
    tx_run(tx, &key_put, VALUES(V_INT(shop), V_INT(id), V_BYTES(sealed.data, sealed.size), V_INT(now)));
    return key;
}

void shop_keys_tell(struct request *request, struct tx *tx, int64_t shop, struct node *list) {
    moment now = world_now(request->world);
    struct rows *rows = tx_query(tx, &keys_of, VALUES(V_INT(shop)));
    for (size_t told = 0; told < TOLD && rows_next(rows); told++) {
        struct node *node = doc_add_object(list);
        moment ends = row_int(rows, 3);
        doc_id(node, "id", row_int(rows, 0));
        doc_moment(node, "made", row_int(rows, 2));
        if (ends != 0) doc_moment(node, "ends", ends);
        else doc_null(node, "ends");
        doc_bool(node, "good", good(rows, now));
        doc_bool(node, "ending", good(rows, now) && ends != 0);
    }
    rows_end(rows);
}

/* An older one, whose end is to come. */
bool shop_key_ends(struct tx *tx, int64_t shop, int64_t id) {
    bool found = false;
    moment now = world_now(tx_world(tx));
    for (struct rows *rows = tx_query(tx, &keys_of, VALUES(V_INT(shop))); rows_next(rows);)
        found = found || (row_int(rows, 0) == id && row_int(rows, 3) > now);
    return found;
}

bool shop_key_stop(struct tx *tx, int64_t shop, int64_t id) {
    moment now = world_now(tx_world(tx));
    return tx_run(tx, &key_end, VALUES(V_INT(shop), V_INT(id), V_INT(now))) == 1;
}
