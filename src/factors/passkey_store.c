/* passkey_store.c: a customer's passkeys as they are kept: the public half, the counter, when it was made and used. */
#include "factors/passkey.h"

#include <string.h>

STATEMENT(passkey_count, "SELECT COUNT(*) FROM passkey WHERE customer = $1");
STATEMENT(passkey_oldest, "SELECT MIN(made) FROM passkey WHERE customer = $1");
STATEMENT(passkey_list, "SELECT id, name, made, used FROM passkey WHERE customer = $1 ORDER BY id LIMIT 50");
STATEMENT(passkey_own, "INSERT INTO passkey_owner (credential, customer) VALUES ($1, $2) "
                       "ON CONFLICT (credential) DO NOTHING");
STATEMENT(passkey_put,
          "INSERT INTO passkey (customer, id, credential, algorithm, public_key, counter, name, made, used) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)");
STATEMENT(passkey_owner, "SELECT customer FROM passkey_owner WHERE credential = $1");
STATEMENT(passkey_get, "SELECT id, credential, algorithm, public_key, counter, made FROM passkey WHERE customer = $1");
STATEMENT(passkey_use, "UPDATE passkey SET counter = $3, used = $4 WHERE customer = $1 AND id = $2 "
                       "AND (counter < $3 OR (counter = 0 AND $3 = 0))");
STATEMENT(passkey_credential, "SELECT credential FROM passkey WHERE customer = $1 AND id = $2");
STATEMENT(passkey_delete, "DELETE FROM passkey WHERE customer = $1 AND id = $2");
STATEMENT(passkey_disown, "DELETE FROM passkey_owner WHERE credential = $1 AND customer = $2");
STATEMENT(challenge_use, "INSERT INTO used_challenge (hash, expires) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING");

void passkeys_exclude(struct request *request, struct tx *tx, int64_t customer, struct node *array) {
    struct rows *rows = tx_query(tx, &passkey_get, VALUES(V_INT(customer)));
    while (rows_next(rows)) {
        struct text credential = row_text(rows, 1);
        doc_add_text(array, text_base64url(request->arena, credential.data, credential.size));
    }
    rows_end(rows);
}

int64_t passkeys_count(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &passkey_count, VALUES(V_INT(customer)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

moment passkeys_oldest(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &passkey_oldest, VALUES(V_INT(customer)));
    moment made = rows_next(rows) && !row_null(rows, 0) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return made;
}

void passkeys_list(struct request *request, struct tx *tx, struct node *document) {
    struct ways ways = ways_of(request, tx, request->caller.customer);
    bool may_go = way_may_go(&ways, WAY_PASSKEY);
    struct node *list = doc_array(document, "passkeys");
    struct rows *rows = tx_query(tx, &passkey_list, VALUES(V_INT(request->caller.customer)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(list);
        doc_id(node, "id", row_int(rows, 0));
        doc_text(node, "name", row_text(rows, 1));
        doc_moment(node, "made", row_int(rows, 2));
        doc_moment(node, "used", row_int(rows, 3));
        doc_bool(node, "may_go", may_go);
    }
    rows_end(rows);
}

bool passkey_add(struct request *request, struct tx *tx, const struct passkey *passkey, struct text name, int64_t *id) {
    const struct value credential = V_BYTES(passkey->credential.data, passkey->credential.size);
    int64_t customer = request->caller.customer;
    if (tx_run(tx, &passkey_own, VALUES(credential, V_INT(customer))) != 1) return false;
    *id = world_id(request->world);
    tx_run(tx, &passkey_put,
           VALUES(V_INT(customer), V_INT(*id), credential, V_INT(passkey->algorithm),
                  V_BYTES(passkey->public_key.data, passkey->public_key.size), V_INT(passkey->counter), V_TEXT(name),
                  V_INT(world_now(request->world))));
    return true;
}

bool passkey_find(struct request *request, struct tx *tx, struct text credential, struct stored_passkey *found) {
    *found = (struct stored_passkey){0};
    struct rows *rows = tx_query(tx, &passkey_owner, VALUES(V_BYTES(credential.data, credential.size)));
    if (rows_next(rows)) found->customer = row_int(rows, 0);
    rows_end(rows);
    if (found->customer == 0) return false;
    rows = tx_query(tx, &passkey_get, VALUES(V_INT(found->customer)));
    while (found->id == 0 && rows_next(rows)) {
        if (!text_equal(row_text(rows, 1), credential)) continue;
        found->id = row_int(rows, 0);
        found->key.algorithm = (int)row_int(rows, 2);
        found->key.public_key = row_copy(rows, 3, request->arena);
        found->key.counter = row_int(rows, 4);
        found->made = row_int(rows, 5);
    }
    rows_end(rows);
    return found->id != 0;
}

bool passkey_used(struct request *request, struct tx *tx, const struct stored_passkey *found, int64_t counter) {
    return tx_run(tx, &passkey_use,
                  VALUES(V_INT(found->customer), V_INT(found->id), V_INT(counter), V_INT(world_now(request->world)))) ==
           1;
}

bool passkey_drop(struct tx *tx, int64_t customer, int64_t id) {
    char bytes[1024];
    struct text credential = {bytes, 0};
    struct rows *rows = tx_query(tx, &passkey_credential, VALUES(V_INT(customer), V_INT(id)));
    if (rows_next(rows) && row_text(rows, 0).size <= sizeof bytes) {
        credential.size = row_text(rows, 0).size;
        memcpy(bytes, row_text(rows, 0).data, credential.size);
    }
    rows_end(rows);
    if (credential.size == 0) return false;
    tx_run(tx, &passkey_disown, VALUES(V_BYTES(credential.data, credential.size), V_INT(customer)));
    return tx_run(tx, &passkey_delete, VALUES(V_INT(customer), V_INT(id))) == 1;
}

bool challenge_spend(struct request *request, struct tx *tx, struct text challenge, moment expires) {
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(engine_keyring(request->engine), "factors.challenge.used", challenge, hash);
    return tx_run(tx, &challenge_use, VALUES(V_BYTES(hash, sizeof hash), V_INT(expires))) == 1;
}
