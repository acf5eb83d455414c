/* people.c: who the customers are: opened, found by number, told to other features. */
#include "identity/internal.h"
#include "identity/number_memo.h"

STATEMENT(phone_find, "SELECT customer FROM phone WHERE phone_hash = $1");
STATEMENT(phone_add, "INSERT INTO phone (phone_hash, customer) VALUES ($1, $2) ON CONFLICT (phone_hash) DO NOTHING");
STATEMENT(customer_add, "INSERT INTO customer (id, level, frozen, closed, language, opened, phone, name) "
                        "VALUES ($1, $2, 0, 0, $3, $4, $5, NULL)");
STATEMENT(customer_read, "SELECT level, frozen, closed, language, opened, phone, name FROM customer WHERE id = $1");
STATEMENT(password_add, "INSERT INTO password (customer, made, encoded) VALUES ($1, $2, $3)");
STATEMENT(password_read, "SELECT encoded FROM password WHERE customer = $1 ORDER BY made DESC LIMIT 1");

void identity_phone_hash(struct engine *engine, struct text e164, uint8_t hash[SECRET_HASH_SIZE]) {
    secret_hash(engine_keyring(engine), "phone", e164, hash);
}

int64_t identity_by_phone(struct engine *engine, struct tx *tx, struct text e164) {
    struct number_memo *memo = identity_of(engine)->numbers;
    moment now = world_now(engine_world(engine));
    struct number_tag tag;
    number_memo_tag(engine_keyring(engine), e164, &tag);
    int64_t customer = tx_writing(tx) ? 0 : number_memo_find(memo, &tag, now);
    if (customer != 0) return customer;

    uint8_t hash[SECRET_HASH_SIZE];
    identity_phone_hash(engine, e164, hash);
    struct rows *rows = tx_query(tx, &phone_find, VALUES(V_BYTES(hash, sizeof hash)));
    if (rows_next(rows)) customer = row_int(rows, 0);
    rows_end(rows);
    if (customer != 0 && !tx_writing(tx)) number_memo_keep(memo, &tag, customer, now);
    return customer;
}

bool identity_customer(struct engine *engine, struct tx *tx, int64_t id, struct customer *customer) {
    struct rows *rows = tx_query(tx, &customer_read, VALUES(V_INT(id)));
    bool found = rows_next(rows);
    if (found) {
        struct arena *arena = tx_arena(tx);
        *customer = (struct customer){
            .id = id,
            .level = (enum level)row_int(rows, 0),
            .frozen = row_int(rows, 1) != 0,
            .closed = row_int(rows, 2) != 0,
            .language = (enum language)row_int(rows, 3),
            .opened = row_int(rows, 4),
        };
        const struct keyring *keyring = engine_keyring(engine);
        found = secret_open(keyring, arena, "customer.phone", id, row_text(rows, 5), &customer->phone);
        if (!row_null(rows, 6)) {
            found = secret_open(keyring, arena, "customer.name", id, row_text(rows, 6), &customer->name) && found;
        }
    }
    rows_end(rows);
    return found;
}

int64_t customer_open(struct engine *engine, struct tx *tx, struct text phone, struct text password,
                      enum language language) {
    struct world *world = engine_world(engine);
    moment now = world_now(world);
    int64_t id = world_id(world);
    uint8_t hash[SECRET_HASH_SIZE];
    identity_phone_hash(engine, phone, hash);
    if (tx_run(tx, &phone_add, VALUES(V_BYTES(hash, sizeof hash), V_INT(id))) != 1) return 0;

    struct text sealed = secret_seal(engine_keyring(engine), world, tx_arena(tx), "customer.phone", id, phone);
    tx_run(tx, &customer_add,
           VALUES(V_INT(id), V_INT(LEVEL_MINIMAL), V_INT(language), V_INT(now), V_BYTES(sealed.data, sealed.size)));
    tx_run(tx, &password_add, VALUES(V_INT(id), V_INT(now), V_TEXT(password)));
    const struct event opened = {.kind = EVENT_CUSTOMER_OPENED, .customer = id, .phone = phone};
    engine_emit(engine, tx, &opened);
    return id;
}

struct text customer_password(struct tx *tx, int64_t customer, struct arena *arena) {
    struct rows *rows = tx_query(tx, &password_read, VALUES(V_INT(customer)));
    struct text encoded = rows_next(rows) ? row_copy(rows, 0, arena) : TEXT_NONE;
    rows_end(rows);
    return encoded;
}
