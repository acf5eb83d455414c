/* device.c: devices that a customer has signed in from (ID-15): a cookie of random bytes, kept as a keyed hash
 * under the customer it is good for. */
#include "identity/signin.h"

STATEMENT(device_read, "SELECT used FROM device WHERE customer = $1 AND hash = $2 AND expires > $3");
STATEMENT(device_add, "INSERT INTO device (customer, hash, used, expires) VALUES ($1, $2, $3, $4)");
STATEMENT(device_use, "UPDATE device SET used = $3, expires = $4 WHERE customer = $1 AND hash = $2");

bool device_known(struct request *request, struct tx *tx, int64_t customer, uint8_t hash[SECRET_HASH_SIZE]) {
    if (!token_hash(request, "device", request->cookie_device, hash)) return false;
    struct rows *rows = tx_query(
        tx, &device_read, VALUES(V_INT(customer), V_BYTES(hash, SECRET_HASH_SIZE), V_INT(world_now(request->world))));
    bool known = rows_next(rows);
    rows_end(rows);
    return known;
}

void device_remember(struct request *request, struct tx *tx, int64_t customer) {
    int64_t life = identity_settings(request->engine)->device_life;
    moment now = world_now(request->world);
    uint8_t hash[SECRET_HASH_SIZE];
    if (device_known(request, tx, customer, hash)) {
        tx_run(tx, &device_use, VALUES(V_INT(customer), V_BYTES(hash, sizeof hash), V_INT(now), V_INT(now + life)));
        answer_cookie(request, "device", request->cookie_device, life / SECOND);
        return;
    }
    struct text token = token_new(request, "device", hash);
    tx_run(tx, &device_add, VALUES(V_INT(customer), V_BYTES(hash, sizeof hash), V_INT(now), V_INT(now + life)));
    answer_cookie(request, "device", token, life / SECOND);
    request->cookie_device = token; /* for the stages after this one */
}

bool identity_device_known(struct request *request, struct tx *tx, int64_t customer) {
    uint8_t hash[SECRET_HASH_SIZE];
    return device_known(request, tx, customer, hash);
}

void identity_device_remember(struct request *request, struct tx *tx, int64_t customer) {
    device_remember(request, tx, customer);
}
