/* shops.c: shops and their cashiers in the database, and staff's pages about them: opened, closed, given a new key or a
 * password, each shown once (ID-4, BO-4). */
#include "till/internal.h"

#include "backoffice/backoffice.h"

#define KEY_BYTES 32

STATEMENT(shop_read, "SELECT title, sealed_key, open FROM till_shop WHERE id = $1");
STATEMENT(shop_list, "SELECT id, title, open FROM till_shop ORDER BY id LIMIT 500");
STATEMENT(shop_put, "INSERT INTO till_shop (id, title, sealed_key, open, made) VALUES ($1, $2, $3, 1, $4)");
STATEMENT(shop_key_put, "UPDATE till_shop SET sealed_key = $2 WHERE id = $1");
STATEMENT(shop_open_put, "UPDATE till_shop SET open = 1 - open WHERE id = $1");
STATEMENT(cashier_list, "SELECT login, open FROM till_cashier WHERE shop = $1 ORDER BY login LIMIT 200");
STATEMENT(cashier_put, "INSERT INTO till_cashier (login, shop, password, open, made) VALUES ($1, $2, $3, 1, $4) "
                       "ON CONFLICT (login) DO NOTHING");
STATEMENT(cashier_open_put, "UPDATE till_cashier SET open = 1 - open WHERE login = $1");
STATEMENT(cashier_sessions, "DELETE FROM till_session WHERE login = $1");

static const struct refusal login_bad = {"login-bad", 422, S_till_staff_login_bad, false};
static const struct refusal login_taken = {"login-taken", 409, S_till_staff_login_taken, false};

bool shop_find(struct engine *engine, struct tx *tx, int64_t id, struct shop *shop) {
    struct rows *rows = tx_query(tx, &shop_read, VALUES(V_INT(id)));
    bool found = rows_next(rows);
    if (found) {
        *shop = (struct shop){.id = id, .title = row_copy(rows, 0, tx_arena(tx)), .open = row_int(rows, 2) != 0};
        found = secret_open(engine_keyring(engine), tx_arena(tx), "till.key", id, row_text(rows, 1), &shop->key);
    }
    rows_end(rows);
    return found;
}

/* ---- staff's list ---- */

enum flow shops_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena), *list = doc_array(document, "shops");
    struct rows *rows = tx_query(tx, &shop_list, NO_VALUES);
    while (rows_next(rows)) {
        struct node *node = doc_add_object(list);
        doc_id(node, "id", row_int(rows, 0));
        doc_text(node, "title", row_text(rows, 1));
        doc_bool(node, "open", row_int(rows, 2) != 0);
        struct node *cashiers = doc_array(node, "cashiers");
        struct rows *people = tx_query(tx, &cashier_list, VALUES(V_INT(row_int(rows, 0))));
        while (rows_next(people)) {
            struct node *person = doc_add_object(cashiers);
            doc_id(person, "shop", row_int(rows, 0));
            doc_text(person, "login", row_text(people, 0));
            doc_bool(person, "works", row_int(people, 1) != 0);
        }
        rows_end(people);
    }
    rows_end(rows);
    return answer_ok(request, document);
}

static enum flow done(struct request *request, int64_t id) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_done(request, document, TEXT("/staff/tills"));
}

/* ---- keys ---- */

struct fresh_key {
    struct text shown, sealed;
};

static struct fresh_key key_new(struct request *request, struct tx *tx, int64_t shop) {
    uint8_t bytes[KEY_BYTES];
    world_random(request->world, bytes, sizeof bytes);
    struct text shown = text_base64url(request->arena, bytes, sizeof bytes);
    return (struct fresh_key){shown, secret_seal(engine_keyring(request->engine), request->world, tx_arena(tx),
                                                 "till.key", shop, shown)};
}

/* The only time that it is seen. */
static enum flow show_key(struct request *request, int64_t id, struct text title, struct text key) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    doc_text(document, "title", title);
    doc_text(document, "key", key);
    doc_bool(document, "of_shop", true);
    return answer_ok(request, document);
}

enum flow shop_add(struct request *request, struct tx *tx) {
    int64_t id = world_id(request->world);
    struct fresh_key key = key_new(request, tx, id);
    tx_run(tx, &shop_put,
           VALUES(V_INT(id), V_TEXT(field_text(request, "title")), V_BYTES(key.sealed.data, key.sealed.size),
                  V_INT(world_now(request->world))));
    audit_record(request, 0, "till.shop.opened", field_text(request, "title"));
    return show_key(request, id, field_text(request, "title"), key.shown);
}

enum flow shop_key(struct request *request, struct tx *tx) {
    int64_t id = 0;
    struct shop shop;
    if (!request_param_id(request, 0, &id) || !shop_find(request->engine, tx, id, &shop))
        return answer_missing(request);
    struct fresh_key key = key_new(request, tx, id);
    tx_run(tx, &shop_key_put, VALUES(V_INT(id), V_BYTES(key.sealed.data, key.sealed.size)));
    audit_record(request, 0, "till.shop.key", shop.title);
    return show_key(request, id, shop.title, key.shown);
}

enum flow shop_switch(struct request *request, struct tx *tx) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id) || tx_run(tx, &shop_open_put, VALUES(V_INT(id))) != 1)
        return answer_missing(request);
    audit_record(request, 0, "till.shop.switched", request->params[0]);
    return done(request, id);
}

/* ---- cashiers ---- */

struct joining {
    struct text login, password, encoded;
};

enum flow cashier_check(struct request *request, struct tx *tx) {
    int64_t id = 0;
    struct shop shop;
    struct joining *joining = arena_new_of(request->arena, struct joining);
    if (!request_param_id(request, 0, &id) || !shop_find(request->engine, tx, id, &shop))
        return answer_missing(request);
    joining->login = text_lower_ascii(request->arena, field_text(request, "login"));
    request->scratch = joining;
    return till_login_good(joining->login) ? FLOW_NEXT : refuse_at(request, "login", &login_bad);
}

enum flow cashier_hash(struct request *request, struct tx *tx) {
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    struct joining *joining = request->scratch;
    (void)tx;
    char *password = arena_array(request->arena, char, 16);
    for (size_t i = 0; i < 16; i++) password[i] = letters[world_random_below(request->world, sizeof letters - 1)];
    joining->password = (struct text){password, 16};
    if (!password_hash(request->arena, joining->password, &joining->encoded)) arena_unwind(request->arena);
    return FLOW_NEXT;
}

enum flow cashier_add(struct request *request, struct tx *tx) {
    const struct joining *joining = request->scratch;
    int64_t id = 0;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    if (tx_run(tx, &cashier_put,
               VALUES(V_TEXT(joining->login), V_INT(id), V_TEXT(joining->encoded),
                      V_INT(world_now(request->world)))) != 1)
        return refuse_at(request, "login", &login_taken);
    audit_record(request, 0, "till.cashier.added", joining->login);
    struct node *document = doc_new(request->arena);
    doc_text(document, "login", joining->login);
    doc_text(document, "password", joining->password);
    doc_bool(document, "of_shop", false);
    return answer_ok(request, document);
}

/* From the next request on he is nobody here. */
enum flow cashier_switch(struct request *request, struct tx *tx) {
    struct text login = request->params[1];
    if (tx_run(tx, &cashier_open_put, VALUES(V_TEXT(login))) != 1) return answer_missing(request);
    tx_run(tx, &cashier_sessions, VALUES(V_TEXT(login)));
    audit_record(request, 0, "till.cashier.switched", login);
    return done(request, 0);
}
