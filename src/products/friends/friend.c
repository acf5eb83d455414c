/* friend.c: friends as rows. Number and label are sealed; a number is found again by its keyed hash. What is kept is
 * the number, not who has it: should it pass to another person, nothing of the former one is told. */
#include "engine/sealed.h"
#include "products/friends/friends.h"

STATEMENT(list, "SELECT id, customer, phone, label FROM friend WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(one, "SELECT id, customer, phone, label FROM friend WHERE customer = $1 AND id = $2");
STATEMENT(count_all, "SELECT COUNT(*) FROM friend WHERE customer = $1");
STATEMENT(by_hash, "SELECT id FROM friend WHERE customer = $1 AND phone_hash = $2");
STATEMENT(add, "INSERT INTO friend (customer, id, phone_hash, phone, label) VALUES ($1, $2, $3, $4, $5)");
STATEMENT(label_put, "UPDATE friend SET label = $3 WHERE customer = $1 AND id = $2");
STATEMENT(remove_one, "DELETE FROM friend WHERE customer = $1 AND id = $2");

static bool read_row(struct engine *engine, struct tx *tx, const struct rows *rows, struct friend *found) {
    const struct keyring *keyring = engine_keyring(engine);
    *found = (struct friend){.id = row_int(rows, 0), .customer = row_int(rows, 1)};
    struct text label = row_text(rows, 3);
    if (label.size > 0 && !secret_open(keyring, tx_arena(tx), "friend.label", found->id, label, &found->label))
        return false;
    return secret_open(keyring, tx_arena(tx), "friend.phone", found->id, row_text(rows, 2), &found->phone);
}

size_t friends_of(struct engine *engine, struct tx *tx, int64_t customer, struct friend *found, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(customer), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) count += read_row(engine, tx, rows, &found[count]);
    rows_end(rows);
    return count;
}

bool friend_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct friend *found) {
    struct rows *rows = tx_query(tx, &one, VALUES(V_INT(customer), V_INT(id)));
    bool there = rows_next(rows) && read_row(engine, tx, rows, found);
    rows_end(rows);
    return there;
}

/* ---- changing ---- */

static int64_t first_number(struct tx *tx, struct statement *statement, const struct value *values, size_t count) {
    struct rows *rows = tx_query(tx, statement, values, count);
    int64_t number = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return number;
}

static int64_t id_of(struct engine *engine, struct tx *tx, int64_t customer, struct text phone) {
    struct lookups hashes;
    int64_t id = 0;
    identity_phone_hashes(engine, phone, &hashes);
    for (size_t i = 0; i < hashes.count && id == 0; i++)
        id = first_number(tx, &by_hash, VALUES(V_INT(customer), V_BYTES(hashes.of[i], SECRET_HASH_SIZE)));
    return id;
}

static struct value sealed_label(struct engine *engine, struct tx *tx, const struct friend *friend) {
    if (friend->label.size == 0) return V_BYTES("", 0);
    struct text box = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "friend.label", friend->id,
                                  friend->label);
    return V_BYTES(box.data, box.size);
}

void friend_relabel(struct engine *engine, struct tx *tx, const struct friend *friend) {
    tx_run(tx, &label_put, VALUES(V_INT(friend->customer), V_INT(friend->id), sealed_label(engine, tx, friend)));
}

enum friend_verdict friend_put(struct engine *engine, struct tx *tx, struct friend *friend) {
    struct customer self;
    lookup_hold(engine, tx);
    friend->id = id_of(engine, tx, friend->customer, friend->phone);
    bool own = identity_customer(engine, tx, friend->customer, &self) && text_equal(self.phone, friend->phone);
    int64_t count = first_number(tx, &count_all, VALUES(V_INT(friend->customer)));
    enum friend_verdict verdict = friend_verdict(count, friends_settings(engine)->most, friend->id != 0, own);
    if (verdict == FRIEND_KNOWN && friend->label.size > 0) friend_relabel(engine, tx, friend);
    if (verdict != FRIEND_NEW) return verdict;
    friend->id = world_id(tx_world(tx));
    uint8_t hash[SECRET_HASH_SIZE];
    identity_phone_hash(engine, friend->phone, hash);
    struct text box = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "friend.phone", friend->id,
                                  friend->phone);
    tx_run(tx, &add,
           VALUES(V_INT(friend->customer), V_INT(friend->id), V_BYTES(hash, sizeof hash), V_BYTES(box.data, box.size),
                  sealed_label(engine, tx, friend)));
    return verdict;
}

bool friend_remove(struct tx *tx, int64_t customer, int64_t id) {
    return tx_run(tx, &remove_one, VALUES(V_INT(customer), V_INT(id))) == 1;
}
