/* merchant.c: who a merchant is, and whether it is its program that asks: by a secret key that we made, as a bearer. */
#include "merchants/internal.h"

#define COLUMNS "id, account, title, public_key, site, callback, open"

STATEMENT(by_id, "SELECT " COLUMNS " FROM merchant WHERE id = $1");
STATEMENT(by_public, "SELECT " COLUMNS " FROM merchant WHERE public_key = $1");
STATEMENT(key_by_hash, "SELECT id, merchant FROM merchant_key WHERE hash = $1 AND ended = 0");
STATEMENT(keys_of, "SELECT id, secret, ended FROM merchant_key WHERE merchant = $1 ORDER BY id");
STATEMENT(key_put, "INSERT INTO merchant_key (hash, id, merchant, secret, ended) VALUES ($1, $2, $3, $4, 0)");
STATEMENT(key_end, "UPDATE merchant_key SET ended = $3 WHERE merchant = $1 AND id = $2 AND ended = 0");

static const struct refusal nobody = {"merchant-unknown", 401, S_merchants_unknown, false};

static bool read_row(struct rows *rows, struct arena *arena, struct merchant *merchant) {
    bool found = rows_next(rows);
    if (found)
        *merchant = (struct merchant){.id = row_int(rows, 0),
                                      .account = row_int(rows, 1),
                                      .title = row_copy(rows, 2, arena),
                                      .public_key = row_copy(rows, 3, arena),
                                      .site = row_copy(rows, 4, arena),
                                      .callback = row_copy(rows, 5, arena),
                                      .open = row_int(rows, 6) != 0};
    rows_end(rows);
    return found;
}

bool merchant_find(struct tx *tx, int64_t id, struct merchant *merchant) {
    return read_row(tx_query(tx, &by_id, VALUES(V_INT(id))), tx_arena(tx), merchant);
}

bool merchant_by_public_key(struct tx *tx, struct text key, struct merchant *merchant) {
    return key.size > 0 && read_row(tx_query(tx, &by_public, VALUES(V_TEXT(key))), tx_arena(tx), merchant);
}

struct text merchant_site(struct arena *arena, const struct merchant *merchant) {
    return text_format(arena, "%lld", (long long)merchant->id);
}

void merchant_tell(struct engine *engine, struct tx *tx, const struct merchant *merchant, int64_t customer,
                   enum topic topic, string_id text, int64_t sum) {
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(sum));
    doc_text(values, "merchant", merchant->title);
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")},
                                                {"merchant", doc_get(values, "merchant")}};
    message_tell(engine, tx, customer, topic, text, arguments, 2);
}

/* ---- keys ---- */

/* A browser that was told the key would send it with whatever another site's page asks for. */
static bool from_another_site(const struct request *request) {
    struct text site = request->fetch_site;
    return site.data != NULL && !text_is(site, "none") && !text_is(site, "same-origin");
}

enum flow merchant_enter(struct request *request, struct tx *tx, struct merchant *merchant, int64_t *key) {
    uint8_t hash[SECRET_HASH_SIZE];
    int64_t id = 0;
    if (token_hash(request, "merchants.key", bearer_of(request->authorization), hash)) {
        struct rows *rows = tx_query(tx, &key_by_hash, VALUES(V_BYTES(hash, sizeof hash)));
        if (rows_next(rows)) {
            *key = row_int(rows, 0);
            id = row_int(rows, 1);
        }
        rows_end(rows);
    }
    bool known = id != 0 && !from_another_site(request) && merchant_find(tx, id, merchant);
    return known ? FLOW_NEXT : refuse(request, &nobody);
}

static size_t good_keys(struct tx *tx, int64_t merchant) {
    size_t count = 0;
    for (struct rows *rows = tx_query(tx, &keys_of, VALUES(V_INT(merchant))); rows_next(rows);)
        count += row_int(rows, 2) == 0;
    return count;
}

struct text merchant_key_make(struct request *request, struct tx *tx, int64_t merchant) {
    uint8_t hash[SECRET_HASH_SIZE];
    int64_t id = world_id(request->world);
    if (good_keys(tx, merchant) >= MERCHANT_KEYS) return TEXT_NONE;
    struct text secret = token_new(request, "merchants.key", hash);
    struct text sealed = secret_seal(engine_keyring(request->engine), request->world, tx_arena(tx), "merchants.key",
                                     id, secret);
    tx_run(tx, &key_put,
           VALUES(V_BYTES(hash, sizeof hash), V_INT(id), V_INT(merchant), V_BYTES(sealed.data, sealed.size)));
    return secret;
}

bool merchant_key_end(struct request *request, struct tx *tx, int64_t merchant, int64_t id) {
    return tx_run(tx, &key_end, VALUES(V_INT(merchant), V_INT(id), V_INT(world_now(request->world)))) == 1;
}

void merchant_keys_tell(struct tx *tx, int64_t merchant, struct node *list) {
    for (struct rows *rows = tx_query(tx, &keys_of, VALUES(V_INT(merchant))); rows_next(rows);) {
        struct node *node = doc_add_object(list);
        doc_id(node, "id", row_int(rows, 0));
        doc_id(node, "merchant", merchant);
        doc_moment(node, "made", id_moment(row_int(rows, 0)));
        if (row_int(rows, 2) != 0) doc_moment(node, "ended", row_int(rows, 2));
        else doc_null(node, "ended");
    }
}

struct text merchant_signing_key(struct engine *engine, struct tx *tx, int64_t merchant, int64_t made_by) {
    struct text found = TEXT_NONE;
    struct rows *rows = tx_query(tx, &keys_of, VALUES(V_INT(merchant)));
    while (rows_next(rows)) {
        struct text secret;
        bool wanted = row_int(rows, 2) == 0 && (found.data == NULL || row_int(rows, 0) == made_by);
        if (wanted && secret_open(engine_keyring(engine), tx_arena(tx), "merchants.key", row_int(rows, 0),
                                  row_text(rows, 1), &secret))
            found = secret;
    }
    rows_end(rows);
    return found;
}
