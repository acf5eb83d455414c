/* subscriptions.c: which browsers have asked for notices. An address is a secret of the browser's and sealed at rest; a
 * keyed hash of it says whose it is, since a browser is one customer's at a time. Who signs out there, or ends its
 * session from elsewhere, hears nothing there any more; one whose session was merely idle too long does. */
#include "push/internal.h"

#include "base/json.h"

#include <jansson.h>
#include <string.h>

const struct migration push_migrations[] = {
    {"push", 1,
     "CREATE TABLE push_subscription ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, id BIGINT NOT NULL, endpoint_hash BYTES NOT NULL, content BYTES NOT NULL,\n"
     "  session BIGINT NOT NULL, device BYTES NOT NULL, words BIGINT NOT NULL, PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE push_owner ( -- distributed by endpoint_hash\n"
     "  endpoint_hash BYTES NOT NULL PRIMARY KEY, customer BIGINT NOT NULL\n"
     ") CLUSTERED"},
    {.sql = NULL},
};

const struct sealed push_sealed[] = {
    {SEALED_2("push_subscription", "content", "push.subscription", "customer, id", "ii", "id")},
    {.where = NULL},
};

STATEMENT(list_all, "SELECT id, content, words FROM push_subscription WHERE customer = $1 ORDER BY id DESC LIMIT 10");
STATEMENT(list_ids, "SELECT id, words FROM push_subscription WHERE customer = $1 ORDER BY id DESC LIMIT 10");
STATEMENT(read_one, "SELECT id, content, words FROM push_subscription WHERE customer = $1 AND id = $2");
STATEMENT(add_one, "INSERT INTO push_subscription (customer, id, endpoint_hash, content, session, device, words) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7)");
STATEMENT(drop_one, "DELETE FROM push_subscription WHERE customer = $1 AND id = $2");
STATEMENT(drop_hash, "DELETE FROM push_subscription WHERE customer = $1 AND endpoint_hash = $2");
STATEMENT(drop_session, "DELETE FROM push_subscription WHERE customer = $1 AND session = $2");
STATEMENT(drop_eldest, "DELETE FROM push_subscription WHERE customer = $1 AND id NOT IN "
                       "(SELECT id FROM push_subscription WHERE customer = $1 ORDER BY id DESC LIMIT 10)");
STATEMENT(move_session, "UPDATE push_subscription SET session = $3 WHERE customer = $1 AND device = $2");
STATEMENT(owner_read, "SELECT customer FROM push_owner WHERE endpoint_hash = $1 FOR_UPDATE");
STATEMENT(owner_put, "INSERT INTO push_owner (endpoint_hash, customer) VALUES ($1, $2) "
                     "ON CONFLICT (endpoint_hash) DO UPDATE SET customer = $2");

static struct text member(const struct json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    return json_is_string(value) ? (struct text){json_string_value(value), json_string_length(value)} : TEXT_NONE;
}

static bool take(struct engine *engine, struct tx *tx, int64_t customer, const struct rows *rows,
                 struct subscription *subscription) {
    struct text clear;
    int64_t id = row_int(rows, 0);
    (void)customer;
    if (!secret_open(engine_keyring(engine), tx_arena(tx), "push.subscription", id, row_text(rows, 1), &clear))
        return false;
    const struct json_t *content = json_read(tx_arena(tx), clear);
    *subscription = (struct subscription){.id = id,
                                          .to.endpoint = member(content, "endpoint"),
                                          .agent = member(content, "agent"),
                                          .made = id_moment(id),
                                          .words = row_int(rows, 2) != 0};
    return text_unbase64(tx_arena(tx), member(content, "p256dh"), &subscription->to.point) &&
           text_unbase64(tx_arena(tx), member(content, "auth"), &subscription->to.secret);
}

size_t subscriptions_of(struct engine *engine, struct tx *tx, int64_t customer, struct subscription *list,
                        size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list_all, VALUES(V_INT(customer)));
    while (count < room && rows_next(rows))
        if (take(engine, tx, customer, rows, &list[count])) count++;
    rows_end(rows);
    return count;
}

bool subscription_read(struct engine *engine, struct tx *tx, int64_t customer, int64_t id,
                       struct subscription *subscription) {
    struct rows *rows = tx_query(tx, &read_one, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows) && take(engine, tx, customer, rows, subscription);
    rows_end(rows);
    return found;
}

size_t subscription_targets(struct tx *tx, int64_t customer, struct push_target *targets, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list_ids, VALUES(V_INT(customer)));
    while (count < room && rows_next(rows))
        targets[count++] = (struct push_target){row_int(rows, 0), row_int(rows, 1) != 0};
    rows_end(rows);
    return count;
}

/* ---- writing ---- */

/* The browser's cookie of a known device, as identity gave it; none: 32 zeros, which is nobody's. */
static bool device_hash(const struct request *request, uint8_t hash[SECRET_HASH_SIZE]) {
    memset(hash, 0, SECRET_HASH_SIZE);
    if (request->cookie_device.size == 0) return false;
    secret_hash(engine_keyring(request->engine), "push.device", request->cookie_device, hash);
    return true;
}

static struct text sealed(struct request *request, const struct webpush_subscription *to, int64_t id) {
    struct arena *arena = request->arena;
    struct text agent = text_slice(request->user_agent, 0, 256);
    struct node *content = doc_new(arena);
    doc_text(content, "endpoint", to->endpoint);
    doc_text(content, "p256dh", text_base64url(arena, to->point.data, to->point.size));
    doc_text(content, "auth", text_base64url(arena, to->secret.data, to->secret.size));
    doc_text(content, "agent", agent.data != NULL && text_valid_utf8(agent) ? agent : TEXT_NONE);
    struct buffer json = buffer_new(arena, 1024);
    doc_write_json(content, &json);
    return secret_seal(engine_keyring(request->engine), request->world, arena, "push.subscription", id,
                       buffer_text(&json));
}

bool subscription_put(struct request *request, struct tx *tx, const struct webpush_subscription *to, bool words) {
    int64_t customer = request->caller.customer, owner = 0, id = world_id(request->world);
    uint8_t hash[SECRET_HASH_SIZE], device[SECRET_HASH_SIZE];
    secret_hash(engine_keyring(request->engine), "push.endpoint", to->endpoint, hash);
    device_hash(request, device);
    struct rows *rows = tx_query(tx, &owner_read, VALUES(V_BYTES(hash, sizeof hash)));
    if (rows_next(rows)) owner = row_int(rows, 0);
    rows_end(rows);
    bool had = owner != 0 && tx_run(tx, &drop_hash, VALUES(V_INT(owner), V_BYTES(hash, sizeof hash))) > 0;
    struct text content = sealed(request, to, id);
    tx_run(tx, &owner_put, VALUES(V_BYTES(hash, sizeof hash), V_INT(customer)));
    tx_run(tx, &add_one,
           VALUES(V_INT(customer), V_INT(id), V_BYTES(hash, sizeof hash), V_BYTES(content.data, content.size),
                  V_INT(request->caller.session), V_BYTES(device, sizeof device), V_INT(words)));
    tx_run(tx, &drop_eldest, VALUES(V_INT(customer)));
    return !had || owner != customer;
}

bool subscription_drop(struct tx *tx, int64_t customer, int64_t id) {
    return tx_run(tx, &drop_one, VALUES(V_INT(customer), V_INT(id))) == 1;
}

void subscription_opened(struct request *request, struct tx *tx, int64_t customer, int64_t session) {
    uint8_t device[SECRET_HASH_SIZE];
    if (device_hash(request, device))
        tx_run(tx, &move_session, VALUES(V_INT(customer), V_BYTES(device, sizeof device), V_INT(session)));
}

void subscription_ended(struct engine *engine, struct tx *tx, int64_t customer, int64_t session) {
    (void)engine;
    tx_run(tx, &drop_session, VALUES(V_INT(customer), V_INT(session)));
}
