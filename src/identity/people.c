/* people.c: who the customers are: opened, found by number, told to other features. */
#include "identity/internal.h"
#include "identity/number_memo.h"

#include "base/check.h"

#include <string.h>

STATEMENT(phone_find, "SELECT customer FROM phone WHERE phone_hash = $1");
STATEMENT(phones_from, "SELECT customer, phone_hash FROM phone WHERE phone_hash >= $1 ORDER BY phone_hash LIMIT 64");
STATEMENT(phones_find, "SELECT customer, phone_hash FROM phone WHERE phone_hash = $1");
STATEMENT(phone_add, "INSERT INTO phone (phone_hash, customer) VALUES ($1, $2) ON CONFLICT (phone_hash) DO NOTHING");
STATEMENT(customer_add, "INSERT INTO customer (id, level, frozen, closed, language, opened, phone, name) "
                        "VALUES ($1, $2, 0, 0, $3, $4, $5, NULL)");
STATEMENT(customer_read,
          "SELECT level, frozen, closed, language, opened, phone, name, frozen_at FROM customer WHERE id = $1");
STATEMENT(customers_after, "SELECT id FROM customer WHERE id > $1 ORDER BY id LIMIT $2");
STATEMENT(open_after, "SELECT id, opened FROM customer WHERE id > $1 AND closed = 0 ORDER BY id LIMIT $2");
STATEMENT(opened_set, "UPDATE customer SET opened = $2 WHERE id = $1");
STATEMENT(password_add, "INSERT INTO password (customer, made, encoded) VALUES ($1, $2, $3)");
STATEMENT(password_read, "SELECT encoded FROM password WHERE customer = $1 ORDER BY made DESC LIMIT 1");

void identity_phone_hash(struct engine *engine, struct text e164, uint8_t hash[SECRET_HASH_SIZE]) {
    secret_lookup(engine_keyring(engine), "phone", e164, hash);
}

void identity_phone_hashes(struct engine *engine, struct text e164, struct lookups *hashes) {
    secret_lookups(engine_keyring(engine), "phone", e164, hashes);
}

/* Where reading is near: a page of the table holds a hundred numbers, and costs more than looking at them. So its
 * neighbours are remembered, too, and a million numbers are known after some thousand look-ups. */
static int64_t phone_and_neighbours(struct engine *engine, struct tx *tx, const uint8_t hash[SECRET_HASH_SIZE]) {
    struct number_memo *memo = identity_of(engine)->numbers;
    moment now = world_now(engine_world(engine));
    int64_t found = 0;
    struct rows *rows = tx_query(tx, &phones_from, VALUES(V_BYTES(hash, SECRET_HASH_SIZE)));
    while (rows_next(rows)) {
        int64_t customer = row_int(rows, 0);
        struct text its = row_text(rows, 1);
        if (its.size != SECRET_HASH_SIZE) continue;
        if (memcmp(its.data, hash, SECRET_HASH_SIZE) == 0) found = customer;
        number_memo_keep(memo, (const uint8_t *)its.data, customer, now);
    }
    return found;
}

static int64_t by_hash(struct engine *engine, struct tx *tx, const uint8_t hash[SECRET_HASH_SIZE]) {
    struct number_memo *memo = identity_of(engine)->numbers;
    moment now = world_now(engine_world(engine));
    int64_t customer = tx_writing(tx) ? 0 : number_memo_find(memo, hash, now);
    if (customer != 0) return customer;
    if (!tx_writing(tx) && store_reads_inline(engine_store(engine))) return phone_and_neighbours(engine, tx, hash);
    struct rows *rows = tx_query(tx, &phone_find, VALUES(V_BYTES(hash, SECRET_HASH_SIZE)));
    if (rows_next(rows)) customer = row_int(rows, 0);
    rows_end(rows);
    if (customer != 0 && !tx_writing(tx)) number_memo_keep(memo, hash, customer, now);
    return customer;
}

int64_t identity_by_phone(struct engine *engine, struct tx *tx, struct text e164) {
    struct lookups hashes;
    int64_t customer = 0;
    identity_phone_hashes(engine, e164, &hashes);
    for (size_t i = 0; i < hashes.count && customer == 0; i++) customer = by_hash(engine, tx, hashes.of[i]);
    return customer;
}

/* Those not in memory, in one query; while numbers move to another generation, one after another. */
void identity_by_phones(struct engine *engine, struct tx *tx, const struct text *e164, size_t count,
                        int64_t *customers) {
    if (keyring_several(engine_keyring(engine))) {
        for (size_t i = 0; i < count; i++) customers[i] = identity_by_phone(engine, tx, e164[i]);
        return;
    }
    struct number_memo *memo = identity_of(engine)->numbers;
    struct arena *arena = tx_arena(tx);
    moment now = world_now(engine_world(engine));
    uint8_t(*all)[SECRET_HASH_SIZE] = arena_alloc(arena, count * SECRET_HASH_SIZE + 1);
    struct text *hashes = arena_array(arena, struct text, count);
    size_t *places = arena_array(arena, size_t, count), wanted = 0;
    check(!tx_writing(tx));
    for (size_t i = 0; i < count; i++) {
        identity_phone_hash(engine, e164[i], all[i]);
        customers[i] = number_memo_find(memo, all[i], now);
        if (customers[i] != 0) continue;
        places[wanted] = i;
        hashes[wanted++] = (struct text){(const char *)all[i], SECRET_HASH_SIZE};
    }
    struct rows *rows = tx_query_keys(tx, &phones_find, hashes, wanted);
    while (rows_next(rows)) {
        int64_t customer = row_int(rows, 0);
        struct text hash = row_text(rows, 1);
        for (size_t i = 0; i < wanted; i++) {
            if (!text_equal(hash, hashes[i])) continue;
            customers[places[i]] = customer;
            number_memo_keep(memo, all[places[i]], customer, now);
        }
    }
}

bool identity_customer(struct engine *engine, struct tx *tx, int64_t id, struct customer *customer) {
    struct rows *rows = tx_query(tx, &customer_read, VALUES(V_INT(id)));
    bool found = rows_next(rows);
    if (found) {
        struct arena *arena = tx_arena(tx);
        *customer = (struct customer){
            .id = id,
            .level = (enum level)row_int(rows, 0),
            .frozen = row_int(rows, 1) != FROZEN_NOT,
            .froze_himself = row_int(rows, 1) == FROZEN_HIMSELF,
            .frozen_at = row_int(rows, 7),
            .closed = row_int(rows, 2) != 0,
            .language = (enum language)row_int(rows, 3),
            .opened = row_int(rows, 4),
        };
        const struct keyring *keyring = engine_keyring(engine);
        bool erased = row_text(rows, 5).size == 0;
        found = erased || secret_open(keyring, arena, "customer.phone", id, row_text(rows, 5), &customer->phone);
        if (!row_null(rows, 6)) {
            found = secret_open(keyring, arena, "customer.name", id, row_text(rows, 6), &customer->name) && found;
        }
    }
    rows_end(rows);
    return found;
}

size_t identity_customers_after(struct tx *tx, int64_t after, int64_t *ids, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &customers_after, VALUES(V_INT(after), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) ids[count++] = row_int(rows, 0);
    rows_end(rows);
    return count;
}

size_t identity_open_after(struct tx *tx, int64_t after, struct open_customer *list, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &open_after, VALUES(V_INT(after), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) list[count++] = (struct open_customer){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    return count;
}

bool identity_phone_claim(struct engine *engine, struct tx *tx, struct text e164, int64_t customer) {
    uint8_t hash[SECRET_HASH_SIZE];
    lookup_hold(engine, tx);
    if (keyring_several(engine_keyring(engine)) && identity_by_phone(engine, tx, e164) != 0) return false;
    identity_phone_hash(engine, e164, hash);
    return tx_run(tx, &phone_add, VALUES(V_BYTES(hash, sizeof hash), V_INT(customer))) == 1;
}

int64_t customer_open(struct engine *engine, struct tx *tx, struct text phone, struct text password,
                      enum language language, int64_t application) {
    struct world *world = engine_world(engine);
    moment now = world_now(world);
    int64_t id = world_id(world);
    if (!identity_phone_claim(engine, tx, phone, id)) return 0;

    struct text sealed = secret_seal(engine_keyring(engine), world, tx_arena(tx), "customer.phone", id, phone);
    tx_run(tx, &customer_add,
           VALUES(V_INT(id), V_INT(LEVEL_MINIMAL), V_INT(language), V_INT(now), V_BYTES(sealed.data, sealed.size)));
    if (password.size > 0) tx_run(tx, &password_add, VALUES(V_INT(id), V_INT(now), V_TEXT(password)));
    const struct event opened = {
        .kind = EVENT_CUSTOMER_OPENED, .customer = id, .number = application, .phone = phone};
    engine_emit(engine, tx, &opened);
    return id;
}

void identity_opened_set(struct tx *tx, int64_t customer, moment opened) {
    tx_run(tx, &opened_set, VALUES(V_INT(customer), V_INT(opened)));
}

struct text customer_password(struct tx *tx, int64_t customer, struct arena *arena) {
    struct rows *rows = tx_query(tx, &password_read, VALUES(V_INT(customer)));
    struct text encoded = rows_next(rows) ? row_copy(rows, 0, arena) : TEXT_NONE;
    rows_end(rows);
    return encoded;
}
