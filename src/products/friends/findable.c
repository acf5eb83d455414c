/* findable.c: who lets himself be found by those who have his number: nobody, unless he has said so. Kept are the tag
 * and the mark of his number (base/blind.h), and a keyed hash of its bucket; without the key file they tell nothing. */
#include "products/friends/friends.h"

#include "base/secret.h"

#include <string.h>

#define BUCKET_ROOM 1000 /* marks told of one: with ten million customers who let themselves be found there are 150 */

STATEMENT(put, "INSERT INTO friend_findable (customer, bucket, tag, mark, since) VALUES ($1, $2, $3, $4, $5) "
               "ON CONFLICT (customer) DO UPDATE SET bucket = $2, tag = $3, mark = $4");
STATEMENT(take_off, "DELETE FROM friend_findable WHERE customer = $1");
STATEMENT(is_on, "SELECT 1 FROM friend_findable WHERE customer = $1");
STATEMENT(by_tag, "SELECT customer FROM friend_findable WHERE tag = $1");
STATEMENT(marks, "SELECT mark FROM friend_findable WHERE bucket = $1 ORDER BY mark LIMIT $2");

static void bucket_key(struct engine *engine, const uint8_t bucket[BLIND_BUCKET_SIZE], uint8_t key[SECRET_HASH_SIZE]) {
    secret_hash(engine_keyring(engine), "friends.bucket", (struct text){(const char *)bucket, BLIND_BUCKET_SIZE}, key);
}

bool findable(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &is_on, VALUES(V_INT(customer)));
    bool on = rows_next(rows);
    rows_end(rows);
    return on;
}

int64_t findable_by_phone(struct engine *engine, struct tx *tx, struct text phone, struct text *name) {
    struct customer person;
    int64_t customer = identity_by_phone(engine, tx, phone);
    if (customer == 0 || !findable(tx, customer) || !identity_customer(engine, tx, customer, &person)) return 0;
    *name = person.name;
    return customer;
}

int64_t findable_by_tag(struct tx *tx, const uint8_t tag[BLIND_HALF_SIZE]) {
    struct rows *rows = tx_query(tx, &by_tag, VALUES(V_BYTES(tag, BLIND_HALF_SIZE)));
    int64_t customer = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return customer;
}

struct text findable_marks(struct engine *engine, struct tx *tx, const uint8_t bucket[BLIND_BUCKET_SIZE]) {
    uint8_t key[SECRET_HASH_SIZE];
    struct buffer told = buffer_new(tx_arena(tx), 256);
    bucket_key(engine, bucket, key);
    struct rows *rows = tx_query(tx, &marks, VALUES(V_BYTES(key, sizeof key), V_INT(BUCKET_ROOM)));
    while (rows_next(rows)) buffer_add_text(&told, row_text(rows, 0));
    rows_end(rows);
    return buffer_text(&told);
}

/* ---- on, off, another number, gone ---- */

static void put_number(struct engine *engine, struct tx *tx, int64_t customer, struct text phone) {
    uint8_t bucket[BLIND_BUCKET_SIZE], key[SECRET_HASH_SIZE];
    struct blind_result own = blind_result(engine_keyring(engine), phone);
    blind_bucket(phone, bucket);
    bucket_key(engine, bucket, key);
    tx_run(tx, &put,
           VALUES(V_INT(customer), V_BYTES(key, sizeof key), V_BYTES(own.tag, sizeof own.tag),
                  V_BYTES(own.mark, sizeof own.mark), V_INT(world_now(tx_world(tx)))));
}

/* POST /friends/findable */
enum flow findable_write(struct request *request, struct tx *tx) {
    struct customer self;
    bool on = field_number(request, "on") != 0;
    if (!identity_customer(request->engine, tx, request->caller.customer, &self)) return answer_missing(request);
    if (on) put_number(request->engine, tx, self.id, self.phone);
    else tx_run(tx, &take_off, VALUES(V_INT(self.id)));
    struct node *document = doc_new(request->arena);
    doc_bool(document, "findable", on);
    return answer_done(request, document, TEXT("/friends"));
}

void findable_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    if (event->kind == EVENT_CUSTOMER_PHONE && findable(tx, event->customer))
        put_number(engine, tx, event->customer, event->phone);
    if (event->kind == EVENT_CUSTOMER_CLOSED) tx_run(tx, &take_off, VALUES(V_INT(event->customer)));
}
