/* pin.c: a PIN of four digits that unlocks one device (ID-8). What is kept is Argon2id of the PIN and the device's
 * token together, so neither the database alone nor the PIN on another device is worth anything. A try is counted
 * before it is compared; after a few wrong ones the PIN is gone and the password is asked. */
#include "factors/internal.h"

#include <string.h>

STATEMENT(device_owner, "SELECT customer FROM pin_device WHERE device = $1");
STATEMENT(device_own, "INSERT INTO pin_device (device, customer) VALUES ($1, $2) "
                      "ON CONFLICT (device) DO UPDATE SET customer = $2");
STATEMENT(device_disown, "DELETE FROM pin_device WHERE device = $1 AND customer = $2");
STATEMENT(pin_read, "SELECT id, encoded, tries, made FROM device_pin WHERE customer = $1 AND device = $2");
STATEMENT(pin_put, "INSERT INTO device_pin (customer, device, id, encoded, name, made, used, tries) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $6, 0) ON CONFLICT (customer, device) DO UPDATE SET "
                   "id = $3, encoded = $4, name = $5, made = $6, used = $6, tries = 0");
STATEMENT(pin_count, "UPDATE device_pin SET tries = tries + 1 WHERE customer = $1 AND device = $2 AND tries < $3");
STATEMENT(pin_used, "UPDATE device_pin SET tries = 0, used = $4 WHERE customer = $1 AND device = $2 AND id = $3");
STATEMENT(pin_spent, "DELETE FROM device_pin WHERE customer = $1 AND device = $2 AND id = $3 AND tries >= $4");
STATEMENT(pin_delete, "DELETE FROM device_pin WHERE customer = $1 AND device = $2");
STATEMENT(pin_by_id, "SELECT device FROM device_pin WHERE customer = $1 AND id = $2");
STATEMENT(pin_list, "SELECT id, device, name, made, used FROM device_pin WHERE customer = $1 AND tries < $2 "
                    "ORDER BY used DESC LIMIT 50");

static const struct refusal wrong = {"pin-wrong", 422, S_factors_pin_wrong, true};
static const struct refusal gone = {"pin-gone", 422, S_factors_pin_gone, true};
static const struct refusal none = {"no-pin", 409, S_factors_pin_none, false};
static const struct refusal easy = {"pin-easy", 422, S_factors_pin_easy, false};
static const struct refusal malformed = {"pin-malformed", 422, S_factors_pin_malformed, false};
static const struct refusal unknown = {"device-unknown", 409, S_factors_pin_unknown, false};
static const struct refusal busy = {"unavailable", 503, S_factors_busy, false};

static bool device_hash(struct request *request, uint8_t hash[SECRET_HASH_SIZE]) {
    return token_hash(request, "factors.device", request->cookie_device, hash);
}

bool pin_find(struct request *request, struct tx *tx, struct pin *pin) {
    struct customer customer = {0};
    *pin = (struct pin){0};
    if (!device_hash(request, pin->device)) return false;
    const struct value device = V_BYTES(pin->device, sizeof pin->device);
    struct rows *rows = tx_query(tx, &device_owner, VALUES(device));
    if (rows_next(rows)) pin->customer = row_int(rows, 0);
    rows_end(rows);
    if (pin->customer == 0) return false;
    rows = tx_query(tx, &pin_read, VALUES(V_INT(pin->customer), device));
    bool found = rows_next(rows);
    if (found) {
        pin->id = row_int(rows, 0);
        pin->encoded = row_copy(rows, 1, request->arena);
        pin->tries = row_int(rows, 2);
        pin->made = row_int(rows, 3);
    }
    rows_end(rows);
    return found && pin->tries < factors_settings(request->engine)->pin_tries &&
           identity_customer(request->engine, tx, pin->customer, &customer) && !customer.closed &&
           identity_device_known(request, tx, pin->customer);
}

bool pin_take(struct request *request, struct tx *tx, struct pin *pin) {
    int64_t tries = factors_settings(request->engine)->pin_tries;
    return tx_run(tx, &pin_count,
                  VALUES(V_INT(pin->customer), V_BYTES(pin->device, sizeof pin->device), V_INT(tries))) == 1;
}

/* What is hashed: the PIN means nothing without this device's token. */
static struct text bound(struct request *request, struct text typed) {
    return text_format(request->arena, "%.*s|%.*s", TEXT_ARG(typed), TEXT_ARG(request->cookie_device));
}

bool pin_matches(struct request *request, const struct pin *pin, struct text typed) {
    return password_matches(pin->encoded, bound(request, typed));
}

bool pin_right(struct request *request, struct tx *tx, const struct pin *pin) {
    return tx_run(tx, &pin_used,
                  VALUES(V_INT(pin->customer), V_BYTES(pin->device, sizeof pin->device), V_INT(pin->id),
                         V_INT(world_now(request->world)))) == 1;
}

bool pin_wrong(struct request *request, struct tx *tx, const struct pin *pin) {
    const struct value customer = V_INT(pin->customer), device = V_BYTES(pin->device, sizeof pin->device);
    int64_t tries = factors_settings(request->engine)->pin_tries;
    if (tx_run(tx, &pin_spent, VALUES(customer, device, V_INT(pin->id), V_INT(tries))) == 1) {
        tx_run(tx, &device_disown, VALUES(device, customer));
        tell_security(request, tx, pin->customer, S_factors_sms_pin_gone, this_device(request));
    }
    struct rows *rows = tx_query(tx, &pin_read, VALUES(customer, device));
    bool left = rows_next(rows) && row_int(rows, 2) < tries;
    rows_end(rows);
    return left;
}

/* ---- signing in by it ---- */

enum flow pin_signin_reserve(struct request *request, struct tx *tx) {
    struct pin *pin = arena_new_of(request->arena, struct pin);
    if (!pin_find(request, tx, pin) || !pin_take(request, tx, pin)) {
        return request->wants_html ? answer_see(request, TEXT("/signin?other=1")) : refuse(request, &none);
    }
    request->scratch = pin;
    return FLOW_NEXT;
}

enum flow pin_signin_compare(struct request *request, struct tx *tx) {
    (void)tx;
    struct pin *pin = request->scratch;
    struct text typed = field_text(request, "pin");
    if (!pin_matches(request, pin, typed)) pin->encoded = TEXT_NONE;
    return FLOW_NEXT;
}

enum flow pin_signin_open(struct request *request, struct tx *tx) {
    const struct pin *pin = request->scratch;
    if (!pin->encoded.data) {
        return pin_wrong(request, tx, pin) ? refuse_at(request, "pin", &wrong) : refuse(request, &gone);
    }
    if (!pin_right(request, tx, pin)) return refuse(request, &gone);
    device_came(request, tx, pin->customer);
    bool by_token = field_number(request, "token") != 0 && !request->wants_html;
    return identity_let_in(request, tx, pin->customer, by_token, field_text(request, "next"));
}

/* ---- setting and removing it ---- */

enum flow pin_page(struct request *request, struct tx *tx) {
    struct pin pin;
    struct node *document = doc_new(request->arena);
    doc_bool(document, "set", pin_find(request, tx, &pin) && pin.customer == request->caller.customer);
    doc_int(document, "tries", factors_settings(request->engine)->pin_tries);
    return answer_ok(request, document);
}

/* In a command: a browser that was not known yet (one signs up on it) is from now on. */
enum flow pin_check_new(struct request *request, struct tx *tx) {
    switch (pin_check(field_text(request, "pin"))) {
    case PIN_MALFORMED: return refuse_at(request, "pin", &malformed);
    case PIN_EASY: return refuse_at(request, "pin", &easy);
    case PIN_GOOD: break;
    }
    int64_t customer = request->caller.customer;
    if (!identity_device_known(request, tx, customer)) identity_device_remember(request, tx, customer);
    return FLOW_NEXT;
}

enum flow pin_hash_new(struct request *request, struct tx *tx) {
    (void)tx;
    struct text *encoded = arena_new_of(request->arena, struct text);
    if (!password_hash(request->arena, bound(request, field_text(request, "pin")), encoded)) {
        request->answer.retry_after_s = 1;
        return refuse(request, &busy);
    }
    request->scratch = encoded;
    return FLOW_NEXT;
}

enum flow pin_set(struct request *request, struct tx *tx) {
    const struct text *encoded = request->scratch;
    int64_t customer = request->caller.customer, before = 0;
    uint8_t hash[SECRET_HASH_SIZE];
    if (!device_hash(request, hash) || !identity_device_known(request, tx, customer)) return refuse(request, &unknown);
    const struct value device = V_BYTES(hash, sizeof hash);
    struct rows *rows = tx_query(tx, &device_owner, VALUES(device));
    if (rows_next(rows)) before = row_int(rows, 0);
    rows_end(rows);
    /* A browser has one PIN: that of whoever set it last. */
    if (before != 0 && before != customer) tx_run(tx, &pin_delete, VALUES(V_INT(before), device));
    struct text name = this_device(request);
    int64_t id = world_id(request->world);
    tx_run(tx, &device_own, VALUES(device, V_INT(customer)));
    tx_run(
        tx, &pin_put,
        VALUES(V_INT(customer), device, V_INT(id), V_TEXT(*encoded), V_TEXT(name), V_INT(world_now(request->world))));
    tell_security(request, tx, customer, S_factors_sms_pin_set, name);
    device_came(request, tx, customer);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_done(request, document, TEXT("/settings/security"));
}

enum flow pin_remove(struct request *request, struct tx *tx) {
    const struct value customer = V_INT(request->caller.customer);
    int64_t id = 0;
    uint8_t device[SECRET_HASH_SIZE];
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    struct rows *rows = tx_query(tx, &pin_by_id, VALUES(customer, V_INT(id)));
    bool found = rows_next(rows) && row_text(rows, 0).size == sizeof device;
    if (found) memcpy(device, row_text(rows, 0).data, sizeof device);
    rows_end(rows);
    if (!found) return answer_missing(request);
    tx_run(tx, &pin_delete, VALUES(customer, V_BYTES(device, sizeof device)));
    tx_run(tx, &device_disown, VALUES(V_BYTES(device, sizeof device), customer));
    tell_security(request, tx, request->caller.customer, S_factors_sms_pin_removed, TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_id(document, "removed", id);
    return answer_done(request, document, TEXT("/settings/security"));
}

void pins_list(struct request *request, struct tx *tx, struct node *document) {
    struct node *list = doc_array(document, "pins");
    uint8_t here[SECRET_HASH_SIZE] = {0};
    bool cookie = device_hash(request, here), current = false;
    struct rows *rows = tx_query(
        tx, &pin_list, VALUES(V_INT(request->caller.customer), V_INT(factors_settings(request->engine)->pin_tries)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(list);
        struct text device = row_text(rows, 1);
        bool this = cookie && device.size == sizeof here && memcmp(device.data, here, sizeof here) == 0;
        current = current || this;
        doc_id(node, "id", row_int(rows, 0));
        doc_bool(node, "current", this);
        doc_text(node, "device", row_text(rows, 2));
        doc_moment(node, "made", row_int(rows, 3));
        doc_moment(node, "used", row_int(rows, 4));
    }
    rows_end(rows);
    doc_bool(document, "pin_here", current);
}
