/* bill.c: bills as rows, and as the published interface tells them. What a merchant wrote of a customer is sealed. */
#include "merchants/internal.h"

#include "base/json.h"

#include <jansson.h>

#define UID_BYTES 16
#define BILLS_TOLD 3 /* of one merchant, waiting for one person at a time */
#define COLUMNS                                                                                                        \
    "merchant, number, id, uid, sum, refunded, state, changed, expires, made_by, addressee, customer, account, "       \
    "operation, payload"

STATEMENT(by_number, "SELECT " COLUMNS " FROM merchant_bill WHERE merchant = $1 AND number = $2");
STATEMENT(by_number_locked, "SELECT " COLUMNS " FROM merchant_bill WHERE merchant = $1 AND number = $2 FOR_UPDATE");
STATEMENT(wish_of, "SELECT wish FROM merchant_bill WHERE merchant = $1 AND number = $2");
STATEMENT(place_of, "SELECT merchant, number FROM merchant_bill WHERE uid = $1");
STATEMENT(put, "INSERT INTO merchant_bill (" COLUMNS ", wish) VALUES ($1, $2, $3, $4, $5, 0, 1, $6, $7, $8, $9, 0, 0, "
               "0, $10, $11) ON CONFLICT (merchant, number) DO NOTHING");
STATEMENT(end, "UPDATE merchant_bill SET state = $3, changed = $4 WHERE merchant = $1 AND number = $2 AND state = 1");
STATEMENT(paid_by, "UPDATE merchant_bill SET customer = $3, account = $4, operation = $5 "
                   "WHERE merchant = $1 AND number = $2");
STATEMENT(refunded_put, "UPDATE merchant_bill SET refunded = $3 WHERE merchant = $1 AND number = $2");
STATEMENT(over, "UPDATE merchant_bill SET state = 4, changed = expires WHERE (merchant, number) IN (SELECT merchant, "
                "number FROM merchant_bill WHERE state = 1 AND expires <= $1 ORDER BY expires LIMIT 200)");
STATEMENT(latest, "SELECT " COLUMNS " FROM merchant_bill WHERE merchant = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(between, "SELECT " COLUMNS " FROM merchant_bill WHERE merchant = $1 AND id > $2 AND id < $3 "
                   "ORDER BY id LIMIT $4");
STATEMENT(waiting_for, "SELECT " COLUMNS " FROM merchant_bill WHERE addressee = $1 AND state = 1 AND expires > $2 "
                       "ORDER BY id DESC LIMIT $3");
STATEMENT(paid_of, "SELECT " COLUMNS " FROM merchant_bill WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(count_for, "SELECT COUNT(*) FROM merchant_bill WHERE addressee = $1 AND merchant = $2 AND state = 1");

/* ---- rows ---- */

static struct bill read_row(struct engine *engine, struct tx *tx, const struct rows *rows) {
    struct arena *arena = tx_arena(tx);
    struct bill bill = {.merchant = row_int(rows, 0),
                        .number = row_copy(rows, 1, arena),
                        .id = row_int(rows, 2),
                        .uid = row_copy(rows, 3, arena),
                        .sum = row_int(rows, 4),
                        .refunded = row_int(rows, 5),
                        .changed = row_int(rows, 7),
                        .expires = row_int(rows, 8),
                        .key = row_int(rows, 9),
                        .addressee = row_int(rows, 10),
                        .customer = row_int(rows, 11),
                        .account = row_int(rows, 12),
                        .operation = row_int(rows, 13)};
    struct text sealed = row_text(rows, 14);
    bill.state = bill_state_at((enum bill_state)row_int(rows, 6), bill.expires, world_now(tx_world(tx)));
    if (bill.state == BILL_EXPIRED) bill.changed = bill.expires;
    if (sealed.size == 0 ||
        !secret_open(engine_keyring(engine), arena, "merchants.bill", bill.id, sealed, &bill.payload))
        bill.payload = TEXT_NONE;
    return bill;
}

static size_t read_rows(struct engine *engine, struct tx *tx, struct rows *rows, struct bill *bills, size_t room) {
    size_t count = 0;
    while (count < room && rows_next(rows)) bills[count++] = read_row(engine, tx, rows);
    rows_end(rows);
    return count;
}

bool bill_find(struct engine *engine, struct tx *tx, int64_t merchant, struct text number, struct bill *bill) {
    struct statement *statement = tx_writing(tx) ? &by_number_locked : &by_number;
    return read_rows(engine, tx, tx_query(tx, statement, VALUES(V_INT(merchant), V_TEXT(number))), bill, 1) == 1;
}

bool bill_by_uid(struct engine *engine, struct tx *tx, struct text uid, struct bill *bill) {
    struct text number = TEXT_NONE;
    int64_t merchant = 0;
    if (uid.size != 2 * UID_BYTES || !text_valid_utf8(uid)) return false;
    struct rows *rows = tx_query(tx, &place_of, VALUES(V_TEXT(uid)));
    if (rows_next(rows)) {
        merchant = row_int(rows, 0);
        number = row_copy(rows, 1, tx_arena(tx));
    }
    rows_end(rows);
    return merchant != 0 && bill_find(engine, tx, merchant, number, bill);
}

/* The term is not part of it: who repeats a request after a lost answer may reckon it anew. */
static void wish_hash(struct engine *engine, struct arena *arena, const struct bill_wish *wish,
                      uint8_t hash[SECRET_HASH_SIZE]) {
    struct text all = text_format(arena, "%lld|%.*s", (long long)wish->sum, TEXT_ARG(wish->payload));
    secret_hash(engine_keyring(engine), "merchants.wish", all, hash);
}

bool bill_same(struct engine *engine, struct tx *tx, int64_t merchant, const struct bill_wish *wish, bool *same,
               struct bill *bill) {
    uint8_t hash[SECRET_HASH_SIZE];
    if (!bill_find(engine, tx, merchant, wish->number, bill)) return false;
    wish_hash(engine, tx_arena(tx), wish, hash);
    struct rows *rows = tx_query(tx, &wish_of, VALUES(V_INT(merchant), V_TEXT(wish->number)));
    *same = rows_next(rows) && text_equal(row_text(rows, 0), (struct text){(const char *)hash, sizeof hash});
    rows_end(rows);
    return true;
}

/* A customer of ours whom the merchant named by his number hears of it, unless that merchant's bills pile up. */
static void tell_addressee(struct engine *engine, struct tx *tx, const struct merchant *merchant,
                           const struct bill *bill) {
    if (bill->addressee != 0 && bills_waiting_for(tx, merchant->id, bill->addressee) <= BILLS_TOLD)
        merchant_tell(engine, tx, merchant, bill->addressee, TOPIC_SERVICE, S_merchants_told_bill, bill->sum);
}

bool bill_make(struct request *request, struct tx *tx, const struct merchant *merchant, int64_t key,
               const struct bill_wish *wish, struct bill *bill) {
    struct engine *engine = request->engine;
    struct arena *arena = tx_arena(tx);
    uint8_t bytes[UID_BYTES], hash[SECRET_HASH_SIZE];
    moment now = world_now(request->world);
    world_random(request->world, bytes, sizeof bytes);
    wish_hash(engine, arena, wish, hash);
    *bill = (struct bill){.merchant = merchant->id,
                          .id = world_id(request->world),
                          .number = wish->number,
                          .uid = text_hex(arena, bytes, sizeof bytes),
                          .sum = wish->sum,
                          .state = BILL_WAITING,
                          .changed = now,
                          .expires = wish->expires,
                          .key = key,
                          .payload = wish->payload};
    if (wish->phone.size > 0) bill->addressee = identity_by_phone(engine, tx, wish->phone);
    struct text sealed = secret_seal(engine_keyring(engine), request->world, arena, "merchants.bill", bill->id,
                                     wish->payload);
    if (tx_run(tx, &put,
               VALUES(V_INT(bill->merchant), V_TEXT(bill->number), V_INT(bill->id), V_TEXT(bill->uid),
                      V_INT(bill->sum), V_INT(now), V_INT(bill->expires), V_INT(key), V_INT(bill->addressee),
                      V_BYTES(sealed.data, sealed.size), V_BYTES(hash, sizeof hash))) != 1)
        return false;
    tell_addressee(engine, tx, merchant, bill);
    return true;
}

bool bill_end(struct tx *tx, struct bill *bill, enum bill_state state) {
    moment now = world_now(tx_world(tx));
    if (bill->state != BILL_WAITING ||
        tx_run(tx, &end, VALUES(V_INT(bill->merchant), V_TEXT(bill->number), V_INT(state), V_INT(now))) != 1)
        return false;
    bill->state = state;
    bill->changed = now;
    return true;
}

void bill_paid(struct tx *tx, const struct bill *bill) {
    tx_run(tx, &paid_by,
           VALUES(V_INT(bill->merchant), V_TEXT(bill->number), V_INT(bill->customer), V_INT(bill->account),
                  V_INT(bill->operation)));
}

void bill_refunded(struct tx *tx, const struct bill *bill) {
    tx_run(tx, &refunded_put, VALUES(V_INT(bill->merchant), V_TEXT(bill->number), V_INT(bill->refunded)));
}

bool bills_expire(struct engine *engine, struct tx *tx) {
    (void)engine;
    return tx_run(tx, &over, VALUES(V_INT(world_now(tx_world(tx))))) == 200;
}

/* ---- several ---- */

size_t bills_of_customer(struct engine *engine, struct tx *tx, int64_t customer, struct bill *bills, size_t room) {
    moment now = world_now(tx_world(tx));
    struct rows *rows = tx_query(tx, &waiting_for, VALUES(V_INT(customer), V_INT(now), V_INT((int64_t)room)));
    size_t count = read_rows(engine, tx, rows, bills, room);
    rows = tx_query(tx, &paid_of, VALUES(V_INT(customer), V_INT((int64_t)(room - count))));
    return count + read_rows(engine, tx, rows, bills + count, room - count);
}

size_t bills_latest(struct engine *engine, struct tx *tx, int64_t merchant, struct bill *bills, size_t room) {
    return read_rows(engine, tx, tx_query(tx, &latest, VALUES(V_INT(merchant), V_INT((int64_t)room))), bills, room);
}

size_t bills_between(struct engine *engine, struct tx *tx, int64_t merchant, int64_t after, int64_t before,
                     struct bill *bills, size_t room) {
    struct rows *rows =
        tx_query(tx, &between, VALUES(V_INT(merchant), V_INT(after), V_INT(before), V_INT((int64_t)room)));
    return read_rows(engine, tx, rows, bills, room);
}

int64_t bills_waiting_for(struct tx *tx, int64_t merchant, int64_t customer) {
    struct rows *rows = tx_query(tx, &count_for, VALUES(V_INT(customer), V_INT(merchant)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

/* ---- telling ---- */

static void tell_sum(struct node *document, int64_t sum) {
    struct node *amount = doc_object(document, "amount");
    doc_text(amount, "value", money_decimal(document->arena, rub(sum)));
    doc_text(amount, "currency", TEXT("RUB"));
}

/* An object of scalars, as it was checked when the bill was made. */
static void tell_members(struct node *document, const char *name, json_t *object) {
    const char *key;
    json_t *value;
    if (json_object_size(object) == 0) return;
    struct node *node = doc_object(document, name);
    json_object_foreach(object, key, value) {
        const char *copy = text_copy(node->arena, text_from(key)).data;
        if (json_is_string(value)) doc_text(node, copy, text_from(json_string_value(value)));
        else if (json_is_integer(value)) doc_int(node, copy, json_integer_value(value));
        else doc_bool(node, copy, json_is_true(value));
    }
}

void bill_tell(struct engine *engine, const struct bill *bill, struct node *document) {
    struct arena *arena = document->arena;
    json_t *payload = bill->payload.size > 0 ? json_read(arena, bill->payload) : NULL;
    doc_text(document, "siteId", text_format(arena, "%lld", (long long)bill->merchant));
    doc_text(document, "billId", bill->number);
    tell_sum(document, bill->sum);
    struct node *status = doc_object(document, "status");
    doc_text(status, "value", text_from(bill_state_name(bill->state)));
    doc_moment(status, "changedDateTime", bill->changed);
    if (payload != NULL) {
        tell_members(document, "customer", json_object_get(payload, "customer"));
        tell_members(document, "customFields", json_object_get(payload, "customFields"));
        const char *comment = json_string_value(json_object_get(payload, "comment"));
        if (comment != NULL) doc_text(document, "comment", text_from(comment));
    }
    doc_moment(document, "creationDateTime", id_moment(bill->id));
    doc_moment(document, "expirationDateTime", bill->expires);
    doc_text(document, "payUrl", text_format(arena, "%s/form?invoice_uid=%.*s", engine_config(engine)->public_url,
                                             TEXT_ARG(bill->uid)));
}

struct text bill_comment(struct arena *arena, const struct bill *bill) {
    json_t *payload = bill->payload.size > 0 ? json_read(arena, bill->payload) : NULL;
    const char *comment = payload != NULL ? json_string_value(json_object_get(payload, "comment")) : NULL;
    return comment != NULL ? text_copy(arena, text_from(comment)) : TEXT_NONE;
}
