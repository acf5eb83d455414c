/* tags.c: a customer's tags and the operations that have them. A tag is sealed and found by its keyed hash; what
 * operations have is its number. */
#include "spending/internal.h"

STATEMENT(find, "SELECT id FROM spending_tag WHERE customer = $1 AND hash = $2");
STATEMENT(add_tag, "INSERT INTO spending_tag (customer, id, hash, name) VALUES ($1, $2, $3, $4)");
STATEMENT(count_tags, "SELECT COUNT(*) FROM spending_tag WHERE customer = $1");
STATEMENT(all_tags, "SELECT id, name FROM spending_tag WHERE customer = $1 ORDER BY id LIMIT 300");
STATEMENT(forget, "DELETE FROM spending_tag WHERE customer = $1 AND id = $2 AND NOT EXISTS "
                  "(SELECT 1 FROM spending_tagged WHERE customer = $1 AND tag = $2)");
STATEMENT(put_on, "INSERT INTO spending_tagged (customer, tag, operation, account) VALUES ($1, $2, $3, $4) "
                  "ON CONFLICT (customer, tag, operation) DO NOTHING");
STATEMENT(take_off, "DELETE FROM spending_tagged WHERE customer = $1 AND tag = $2 AND operation = $3");
STATEMENT(of_operation, "SELECT t.id, t.name FROM spending_tagged o JOIN spending_tag t "
                        "ON t.customer = o.customer AND t.id = o.tag WHERE o.customer = $1 AND o.operation = $2 "
                        "ORDER BY t.id LIMIT 10");
STATEMENT(with_tag, "SELECT operation, account FROM spending_tagged WHERE customer = $1 AND tag = $2 "
                    "AND operation < $3 ORDER BY operation DESC LIMIT $4");
STATEMENT(between, "SELECT operation, tag FROM spending_tagged WHERE customer = $1 AND operation >= $2 "
                   "AND operation < $3 ORDER BY operation DESC LIMIT $4");

#define PURPOSE "spending.tag"

static int64_t first_number(struct rows *rows) {
    int64_t number = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return number;
}

int64_t tag_find(struct engine *engine, struct tx *tx, int64_t customer, struct text tag) {
    struct lookups hashes;
    int64_t id = 0;
    secret_lookups(engine_keyring(engine), PURPOSE, tag, &hashes);
    for (size_t i = 0; i < hashes.count && id == 0; i++)
        id = first_number(tx_query(tx, &find, VALUES(V_INT(customer), V_BYTES(hashes.of[i], SECRET_HASH_SIZE))));
    return id;
}

static bool open_name(struct engine *engine, struct arena *arena, const struct rows *row, struct tag_named *named) {
    named->id = row_int(row, 0);
    return secret_open(engine_keyring(engine), arena, "spending.name", named->id, row_text(row, 1), &named->name);
}

size_t tags_all(struct engine *engine, struct tx *tx, int64_t customer, struct tag_named tags[TAGS_MOST]) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &all_tags, VALUES(V_INT(customer)));
    while (count < TAGS_MOST && rows_next(rows))
        if (open_name(engine, tx_arena(tx), rows, &tags[count])) count++;
    rows_end(rows);
    return count;
}

size_t tags_of(struct engine *engine, struct tx *tx, int64_t customer, int64_t operation, struct text *tags,
               size_t room) {
    struct tag_named named;
    size_t count = 0;
    struct rows *rows = tx_query(tx, &of_operation, VALUES(V_INT(customer), V_INT(operation)));
    while (count < room && rows_next(rows))
        if (open_name(engine, tx_arena(tx), rows, &named)) tags[count++] = named.name;
    rows_end(rows);
    return count;
}

/* ---- put and taken ---- */

static int64_t make(struct engine *engine, struct tx *tx, int64_t customer, struct text tag) {
    uint8_t hash[SECRET_HASH_SIZE];
    int64_t id = world_id(tx_world(tx));
    secret_lookup(engine_keyring(engine), PURPOSE, tag, hash);
    struct text name = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "spending.name", id, tag);
    tx_run(tx, &add_tag,
           VALUES(V_INT(customer), V_INT(id), V_BYTES(hash, sizeof hash), V_BYTES(name.data, name.size)));
    return id;
}

static bool has(const struct text *had, size_t count, struct text tag) {
    for (size_t i = 0; i < count; i++)
        if (text_equal(had[i], tag)) return true;
    return false;
}

enum tags_put tags_put(struct engine *engine, struct tx *tx, int64_t customer, const struct labelled *operation,
                       const struct tags *tags) {
    struct text had[TAGS_OF_OPERATION];
    int64_t ids[TAGS_OF_OPERATION];
    size_t count = tags_of(engine, tx, customer, operation->operation, had, TAGS_OF_OPERATION), fresh = 0, made = 0;
    lookup_hold(engine, tx);
    for (size_t i = 0; i < tags->count; i++) {
        if (!has(had, count, tags->of[i])) fresh++;
        ids[i] = tag_find(engine, tx, customer, tags->of[i]);
        if (ids[i] == 0) made++;
    }
    if (count + fresh > TAGS_OF_OPERATION) return TAGS_FULL_OPERATION;
    int64_t known = made > 0 ? first_number(tx_query(tx, &count_tags, VALUES(V_INT(customer)))) : 0;
    if (known + (int64_t)made > TAGS_MOST) return TAGS_FULL_ALL;
    for (size_t i = 0; i < tags->count; i++) {
        if (ids[i] == 0) ids[i] = make(engine, tx, customer, tags->of[i]);
        tx_run(tx, &put_on,
               VALUES(V_INT(customer), V_INT(ids[i]), V_INT(operation->operation), V_INT(operation->account)));
    }
    return TAGS_PUT;
}

bool tag_take(struct engine *engine, struct tx *tx, int64_t customer, int64_t operation, struct text tag) {
    int64_t id = tag_find(engine, tx, customer, tag);
    if (id == 0 || tx_run(tx, &take_off, VALUES(V_INT(customer), V_INT(id), V_INT(operation))) != 1) return false;
    tx_run(tx, &forget, VALUES(V_INT(customer), V_INT(id)));
    return true;
}

/* ---- listed ---- */

size_t tagged(struct engine *engine, struct tx *tx, int64_t customer, struct text typed, int64_t before,
              struct labelled *found, size_t room) {
    struct text tag = tag_of(tx_arena(tx), typed);
    int64_t id = tag.size > 0 ? tag_find(engine, tx, customer, tag) : 0;
    size_t count = 0;
    if (id == 0) return 0;
    struct rows *rows = tx_query(tx, &with_tag, VALUES(V_INT(customer), V_INT(id),
                                                       V_INT(before != 0 ? before : INT64_MAX), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) found[count++] = (struct labelled){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    return count;
}

size_t taggings(struct tx *tx, int64_t customer, int64_t from, int64_t until, struct tagging *found, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &between,
                                 VALUES(V_INT(customer), V_INT(from), V_INT(until), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) found[count++] = (struct tagging){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    return count;
}
