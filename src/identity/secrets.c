/* secrets.c: see secrets.h: passwords and what ends with them, the number, the level. */
#include "identity/secrets.h"

#include "base/check.h"
#include "identity/device_rules.h"
#include "identity/number_memo.h"
#include "identity/signin.h"
#include "messaging/messaging.h"

STATEMENT(passwords_read, "SELECT encoded FROM password WHERE customer = $1 ORDER BY made DESC");
STATEMENT(password_latest, "SELECT MAX(made) FROM password WHERE customer = $1");
STATEMENT(password_add, "INSERT INTO password (customer, made, encoded) VALUES ($1, $2, $3)");
STATEMENT(devices_forget, "DELETE FROM device WHERE customer = $1 AND hash <> $2");
STATEMENT(devices_drop, "DELETE FROM device WHERE customer = $1");
STATEMENT(phone_remove, "DELETE FROM phone WHERE phone_hash = $1 AND customer = $2");
STATEMENT(customer_phone, "UPDATE customer SET phone = $2 WHERE id = $1");
STATEMENT(customer_level, "UPDATE customer SET level = $2 WHERE id = $1 AND level <> $2");
STATEMENT(customer_language, "UPDATE customer SET language = $2 WHERE id = $1");
STATEMENT(customer_name, "UPDATE customer SET name = $2 WHERE id = $1");
STATEMENT(customer_close, "UPDATE customer SET closed = 1 WHERE id = $1 AND closed = 0");

/* ---- passwords ---- */

size_t identity_passwords(struct tx *tx, int64_t customer, struct arena *arena, struct text *encoded, size_t most) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &passwords_read, VALUES(V_INT(customer)));
    while (count < most && rows_next(rows)) encoded[count++] = row_copy(rows, 0, arena);
    rows_end(rows);
    return count;
}

void identity_password_set(struct engine *engine, struct tx *tx, int64_t customer, struct text encoded) {
    moment made = world_now(engine_world(engine));
    struct rows *rows = tx_query(tx, &password_latest, VALUES(V_INT(customer)));
    if (rows_next(rows) && row_int(rows, 0) >= made) made = row_int(rows, 0) + 1; /* another node's clock */
    rows_end(rows);
    tx_run(tx, &password_add, VALUES(V_INT(customer), V_INT(made), V_TEXT(encoded)));
    const struct event changed = {.kind = EVENT_CUSTOMER_PASSWORD, .customer = customer};
    engine_emit(engine, tx, &changed);
}

int64_t identity_end_others(struct request *request, struct tx *tx, int64_t customer, int64_t kept) {
    int64_t ended = 0, some;
    while ((some = identity_end_sessions(request->engine, tx, customer, kept)) > 0) ended += some;
    uint8_t device[SECRET_HASH_SIZE] = {0};
    token_hash(request, "device", request->cookie_device, device);
    tx_run(tx, &devices_forget, VALUES(V_INT(customer), V_BYTES(device, sizeof device)));
    return ended;
}

/* ---- codes ---- */

#define PREFIX 8 /* "+7916123": ten thousand numbers, as operators hand them out and pumpers buy them */

struct counted {
    const char *what;
    struct text whose;
    struct tally_policy policy;
};

static bool take_all(struct engine *engine, struct tx *tx, const struct counted *counted, size_t count,
                     moment *free_at) {
    for (size_t i = 0; i < count; i++)
        if (!tally_take(engine, tx, counted[i].what, counted[i].whose, &counted[i].policy, free_at)) return false;
    return true;
}

/* Who has messages sent to numbers of his own that cost money comes from anywhere, but is paid by range. device: a
 * known one of the number's holder, counted apart; TEXT_NONE: any. */
static bool take_number(struct engine *engine, struct tx *tx, struct text phone, struct text device, moment *free_at) {
    const struct identity_settings *settings = identity_settings(engine);
    int64_t window = settings->codes_window;
    const struct counted counted[] = {
        {device.data ? "code.device" : "code.number",
         device.data ? device : phone,
         {settings->number_codes, settings->number_window, settings->number_window, DAY}},
        {"code.prefix", text_slice(phone, 0, PREFIX), {settings->prefix_codes, window, window, DAY}},
        {"code.whole", TEXT("whole"), {settings->whole_codes, window, MINUTE, window}},
    };
    return take_all(engine, tx, counted, sizeof counted / sizeof *counted, free_at);
}

/* Counted for the subscriber and the network that ask, then for the number, its range and all numbers together. */
static bool may_send(struct request *request, struct tx *tx, struct text phone, struct text device, moment *free_at) {
    const struct identity_settings *settings = identity_settings(request->engine);
    int64_t window = settings->codes_window;
    const struct counted counted[] = {
        {"code.address", subscriber_of(request->arena, request->address),
         {settings->address_codes, window, window, DAY}},
        {"code.network", network_of(request->arena, request->address), {settings->network_codes, window, window, DAY}},
    };
    return take_all(request->engine, tx, counted, sizeof counted / sizeof *counted, free_at) &&
           take_number(request->engine, tx, phone, device, free_at);
}

bool identity_may_send(struct request *request, struct tx *tx, struct text phone, moment *free_at) {
    return may_send(request, tx, phone, TEXT_NONE, free_at);
}

bool identity_may_send_to(struct request *request, struct tx *tx, int64_t customer, struct text phone,
                          moment *free_at) {
    uint8_t hash[SECRET_HASH_SIZE];
    struct text device = TEXT_NONE;
    if (customer != 0 && device_known(request, tx, customer, hash))
        device = text_format(request->arena, "%lld|%s", (long long)customer,
                             text_hex(request->arena, hash, sizeof hash).data);
    return may_send(request, tx, phone, device, free_at);
}

bool identity_may_send_for(struct engine *engine, struct tx *tx, const char *what, struct text whose, int64_t most,
                           struct text phone, moment *free_at) {
    int64_t window = identity_settings(engine)->codes_window;
    const struct tally_policy policy = {most, window, window, DAY};
    return tally_take(engine, tx, what, whose, &policy, free_at) && take_number(engine, tx, phone, TEXT_NONE, free_at);
}

/* ---- the number ---- */

struct after_phone {
    struct engine *engine;
    struct lookups old, fresh;
};

static void forget_number(struct engine *engine, const struct lookups *hashes) {
    moment now = world_now(engine_world(engine));
    for (size_t i = 0; i < hashes->count; i++) number_memo_forget(identity_of(engine)->numbers, hashes->of[i], now);
}

static void forget_numbers(void *data) {
    struct after_phone *after = data;
    forget_number(after->engine, &after->old);
    forget_number(after->engine, &after->fresh);
}

static void forget_after(struct engine *engine, struct tx *tx, struct text old, struct text fresh) {
    struct after_phone *after = arena_new_of(tx_arena(tx), struct after_phone);
    after->engine = engine;
    identity_phone_hashes(engine, old, &after->old);
    identity_phone_hashes(engine, fresh, &after->fresh);
    engine_after(engine, tx, forget_numbers, after);
}

static void free_number(struct engine *engine, struct tx *tx, const struct customer *customer) {
    lookup_remove(engine, tx, &phone_remove, "phone", customer->phone, customer->id);
}

bool identity_phone_change(struct engine *engine, struct tx *tx, int64_t customer, struct text e164) {
    struct customer before;
    if (!identity_customer(engine, tx, customer, &before) || before.closed) return false;
    if (!identity_phone_claim(engine, tx, e164, customer)) return false;
    free_number(engine, tx, &before);
    struct text sealed = secret_seal(engine_keyring(engine), engine_world(engine), tx_arena(tx), "customer.phone",
                                     customer, e164);
    tx_run(tx, &customer_phone, VALUES(V_INT(customer), V_BYTES(sealed.data, sealed.size)));
    forget_after(engine, tx, before.phone, e164);
    const struct event changed = {.kind = EVENT_CUSTOMER_PHONE, .customer = customer, .phone = e164};
    engine_emit(engine, tx, &changed);
    return true;
}

/* ---- the rest of who he is ---- */

void identity_level_set(struct engine *engine, struct tx *tx, int64_t customer, enum level level) {
    if (tx_run(tx, &customer_level, VALUES(V_INT(customer), V_INT(level))) != 1) return;
    const struct event changed = {.kind = EVENT_CUSTOMER_LEVEL, .customer = customer, .number = level};
    engine_emit(engine, tx, &changed);
}

void identity_language_set(struct tx *tx, int64_t customer, enum language language) {
    tx_run(tx, &customer_language, VALUES(V_INT(customer), V_INT(language)));
}

void identity_name_set(struct engine *engine, struct tx *tx, int64_t customer, struct text name) {
    struct text sealed = TEXT_NONE;
    if (name.size > 0)
        sealed = secret_seal(engine_keyring(engine), engine_world(engine), tx_arena(tx), "customer.name", customer,
                             name);
    tx_run(tx, &customer_name,
           VALUES(V_INT(customer), sealed.data ? V_BYTES(sealed.data, sealed.size) : V_NULL));
}

/* To the number alone, whose owner it is no more: and before features hear of the end, with which they forget it. */
static void say_farewell(struct engine *engine, struct tx *tx, const struct customer *customer,
                         const struct farewell *farewell) {
    struct node company = text_value(text_from(engine_config(engine)->company));
    struct string_argument arguments[3] = {{"company", &company}};
    check(farewell->count <= 2);
    for (size_t i = 0; i < farewell->count; i++) arguments[i + 1] = farewell->arguments[i];
    const struct message message = {.phone = customer->phone,
                                    .language = customer->language,
                                    .text = farewell->text,
                                    .arguments = arguments,
                                    .argument_count = farewell->count + 1};
    message_sms(engine, tx, &message);
}

bool identity_close(struct engine *engine, struct tx *tx, int64_t customer, const struct farewell *farewell) {
    struct customer before;
    if (!identity_customer(engine, tx, customer, &before)) return false;
    if (tx_run(tx, &customer_close, VALUES(V_INT(customer))) != 1) return false;
    say_farewell(engine, tx, &before, farewell);
    free_number(engine, tx, &before);
    forget_after(engine, tx, before.phone, before.phone);
    while (identity_end_sessions(engine, tx, customer, 0) > 0) continue;
    tx_run(tx, &devices_drop, VALUES(V_INT(customer)));
    const struct event closed = {.kind = EVENT_CUSTOMER_CLOSED, .customer = customer, .phone = before.phone};
    engine_emit(engine, tx, &closed);
    return true;
}
