/* pages.c: the list of people one often pays: drawn, added to, taken from. Names and numbers are sealed at rest; a
 * number is found again by its keyed hash. */
#include "products/favourites/pages.h"

#include "generated/strings_favourites.h"
#include "products/favourites/favourites_rules.h"

STATEMENT(list, "SELECT id, phone, name FROM favourite WHERE customer = $1 ORDER BY id LIMIT 50");
STATEMENT(count_all, "SELECT COUNT(*) FROM favourite WHERE customer = $1");
STATEMENT(find, "SELECT id FROM favourite WHERE customer = $1 AND phone_hash = $2");
STATEMENT(add, "INSERT INTO favourite (customer, id, phone_hash, phone, name) VALUES ($1, $2, $3, $4, $5)");
STATEMENT(rename_one, "UPDATE favourite SET name = $3 WHERE customer = $1 AND id = $2");
STATEMENT(remove_one, "DELETE FROM favourite WHERE customer = $1 AND id = $2");

static const struct refusal full = {"favourites-full", 422, S_favourites_refused_full, false};

/* ---- the list ---- */

static void tell(struct request *request, const struct rows *row, struct node *people) {
    const struct keyring *keyring = engine_keyring(request->engine);
    int64_t id = row_int(row, 0);
    struct text phone, name;
    if (!secret_open(keyring, request->arena, "favourite.phone", id, row_text(row, 1), &phone) ||
        !secret_open(keyring, request->arena, "favourite.name", id, row_text(row, 2), &name))
        return; /* of another key: nothing that could be shown */
    struct node *person = doc_add_object(people);
    doc_id(person, "id", id);
    doc_text(person, "name", name);
    doc_text(person, "phone", phone_pretty(request->arena, phone));
}

enum flow favourites_read(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct node *people = doc_array(document, "people");
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(request->caller.customer)));
    while (rows_next(rows)) tell(request, rows, people);
    rows_end(rows);
    return answer_ok(request, document);
}

/* ---- adding ---- */

static int64_t first_number(struct tx *tx, struct statement *statement, const struct value *values, size_t count) {
    struct rows *rows = tx_query(tx, statement, values, count);
    int64_t number = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return number;
}

static struct value sealed(struct request *request, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    struct text box = secret_seal(engine_keyring(request->engine), request->world, tx_arena(tx), purpose, id, clear);
    return V_BYTES(box.data, box.size);
}

static int64_t found(struct request *request, struct tx *tx, struct text phone) {
    struct lookups hashes;
    int64_t id = 0;
    identity_phone_hashes(request->engine, phone, &hashes);
    for (size_t i = 0; i < hashes.count && id == 0; i++)
        id = first_number(tx, &find, VALUES(V_INT(request->caller.customer), V_BYTES(hashes.of[i], SECRET_HASH_SIZE)));
    return id;
}

enum flow favourites_add(struct request *request, struct tx *tx) {
    struct value customer = V_INT(request->caller.customer);
    struct text phone = field_text(request, "phone"), name = field_text(request, "name");
    struct customer self;
    uint8_t hash[SECRET_HASH_SIZE];
    lookup_hold(request->engine, tx);
    identity_phone_hash(request->engine, phone, hash);
    int64_t id = found(request, tx, phone);
    int64_t count = first_number(tx, &count_all, VALUES(customer));
    bool own = identity_customer(request->engine, tx, request->caller.customer, &self) && text_equal(self.phone, phone);
    switch (favourite_verdict(count, id != 0, own)) {
    case FAVOURITE_OWN: return refuse_field(request, "phone", S_favourites_phone_own);
    case FAVOURITE_FULL: return refuse(request, &full);
    case FAVOURITE_RENAMED:
        tx_run(tx, &rename_one, VALUES(customer, V_INT(id), sealed(request, tx, "favourite.name", id, name)));
        break;
    case FAVOURITE_NEW:
        id = world_id(request->world);
        tx_run(tx, &add,
               VALUES(customer, V_INT(id), V_BYTES(hash, sizeof hash),
                      sealed(request, tx, "favourite.phone", id, phone),
                      sealed(request, tx, "favourite.name", id, name)));
        break;
    }
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_created(request, document, TEXT("/favourites"));
}

/* ---- removing ---- */

enum flow favourites_remove(struct request *request, struct tx *tx) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    if (tx_run(tx, &remove_one, VALUES(V_INT(request->caller.customer), V_INT(id))) != 1)
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_done(request, document, TEXT("/favourites"));
}
