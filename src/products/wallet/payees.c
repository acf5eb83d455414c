/* payees.c: to whom a customer has sent a large sum, having proved himself then. A new payee above a sum wants a fresh
 * proof: a small transfer before it is none. Found by keyed hashes of numbers, since a number may have no cabinet yet;
 * the number itself is sealed beside. */
#include "products/wallet/wallet.h"

#include <string.h>

STATEMENT(known, "SELECT 1 FROM wallet_payee WHERE customer = $1 AND payee = $2");
STATEMENT(keep, "INSERT INTO wallet_payee (customer, payee, made, phone) VALUES ($1, $2, $3, $4) "
                "ON CONFLICT (customer, payee) DO NOTHING");

bool payee_known(struct engine *engine, struct tx *tx, int64_t customer, struct text phone) {
    struct lookups hashes;
    bool found = false;
    secret_lookups(engine_keyring(engine), "wallet.payee", phone, &hashes);
    for (size_t i = 0; i < hashes.count && !found; i++) {
        struct rows *rows = tx_query(tx, &known, VALUES(V_INT(customer), V_BYTES(hashes.of[i], SECRET_HASH_SIZE)));
        found = rows_next(rows);
        rows_end(rows);
    }
    return found;
}

void payee_keep(struct engine *engine, struct tx *tx, int64_t customer, struct text phone) {
    uint8_t hash[SECRET_HASH_SIZE];
    lookup_hold(engine, tx);
    if (payee_known(engine, tx, customer, phone)) return;
    secret_lookup(engine_keyring(engine), "wallet.payee", phone, hash);
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "payee.phone", customer,
                                     phone);
    tx_run(tx, &keep,
           VALUES(V_INT(customer), V_BYTES(hash, sizeof hash), V_INT(world_now(engine_world(engine))),
                  V_BYTES(sealed.data, sealed.size)));
}

/* ---- as others count them ---- */

STATEMENT(waiting_payee, "SELECT phone_hash FROM waiting_transfer WHERE customer = $1 AND id = $2");

static int64_t waiting_payee_of(struct tx *tx, int64_t customer, const struct entry *entry) {
    int64_t payee = entry->id; /* whose phone is known no more */
    struct rows *rows = tx_query(tx, &waiting_payee, VALUES(V_INT(customer), V_INT(entry->subject)));
    if (rows_next(rows) && row_text(rows, 0).size >= sizeof payee) memcpy(&payee, row_text(rows, 0).data, sizeof payee);
    rows_end(rows);
    return payee;
}

int64_t wallet_payee(struct engine *engine, struct tx *tx, int64_t customer, const struct entry *entry) {
    (void)engine;
    if (entry->kind == KIND_TRANSFER) return entry->other;
    return entry->kind == KIND_WAITING ? waiting_payee_of(tx, customer, entry) : 0;
}
