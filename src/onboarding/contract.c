/* contract.c: see contract.h. The names by which one signs in are found by keyed hashes, and
 * sealed beside. */
#include "onboarding/contract.h"

#include "base/check.h"
#include "identity/secrets.h"
#include "onboarding/internal.h"

#define RENEWAL_LIFE HOUR

STATEMENT(contract_add, "INSERT INTO contract (customer, fresh, made, account) VALUES ($1, 1, $2, $3)");
STATEMENT(contract_fresh, "SELECT fresh FROM contract WHERE customer = $1");
STATEMENT(contract_used, "UPDATE contract SET fresh = 0 WHERE customer = $1");
STATEMENT(name_add, "INSERT INTO contract_name (name_hash, customer, name) VALUES ($1, $2, $3) "
                    "ON CONFLICT (name_hash) DO NOTHING");
STATEMENT(name_find, "SELECT customer FROM contract_name WHERE name_hash = $1");
STATEMENT(renewal_add, "INSERT INTO contract_renewal (hash, customer, expires) VALUES ($1, $2, $3)");
STATEMENT(renewal_read, "SELECT customer FROM contract_renewal WHERE hash = $1 AND expires > $2");
STATEMENT(renewal_delete, "DELETE FROM contract_renewal WHERE hash = $1");

static const struct refusal none = {"first-password-expired", 409, S_onboarding_contract_expired, false};
static const struct refusal same = {"password-same", 422, S_onboarding_contract_same, false};
static const struct refusal busy = {"unavailable", 503, S_onboarding_busy, false};

bool contract_login_valid(struct text login) {
    bool letter = false;
    for (size_t i = 0; i < login.size; i++) {
        char byte = login.data[i];
        bool small = byte >= 'a' && byte <= 'z';
        letter = letter || small;
        if (!small && (byte < '0' || byte > '9') && byte != '.' && byte != '-' && byte != '_') return false;
    }
    return letter && login.size >= 3 && login.size <= 32;
}

/* ---- opening ---- */

/* Signs that do not look alike, in four groups: good for either policy, and read out easily. */
static struct text invent(struct world *world, struct arena *arena) {
    static const char *const kinds[] = {"ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz",
                                        "abcdefghijkmnpqrstuvwxyz", "23456789"};
    struct buffer out = buffer_new(arena, 16);
    for (int group = 0; group < 3; group++) {
        if (group > 0) buffer_add_char(&out, '-');
        for (size_t i = 0; i < 4; i++) {
            struct text kind = text_from(kinds[i]);
            buffer_add_char(&out, kind.data[world_random_below(world, kind.size)]);
        }
    }
    return buffer_text(&out);
}

bool contract_prepare(struct world *world, struct arena *arena, struct contract *contract) {
    /* nine digits: no number can be meant by it */
    contract->account = text_format(arena, "1%08d", (int)world_random_below(world, 100000000));
    contract->password = invent(world, arena);
    return password_hash(arena, contract->password, &contract->encoded);
}

static bool add_name(struct engine *engine, struct tx *tx, struct text name, int64_t customer) {
    const struct keyring *keyring = engine_keyring(engine);
    uint8_t hash[SECRET_HASH_SIZE];
    lookup_hold(engine, tx);
    if (keyring_several(keyring) && contract_named(engine, tx, name) != 0) return false;
    secret_lookup(keyring, "contract.name", text_lower_ascii(tx_arena(tx), name), hash);
    struct text sealed = secret_seal(keyring, tx_world(tx), tx_arena(tx), "contract.name", customer, name);
    return tx_run(tx, &name_add,
                  VALUES(V_BYTES(hash, sizeof hash), V_INT(customer), V_BYTES(sealed.data, sealed.size))) == 1;
}

enum contract_result contract_open(struct engine *engine, struct tx *tx, const struct contract *contract,
                                   int64_t *customer) {
    check(contract->phone_count > 0 && contract->phone_count <= CONTRACT_PHONES);
    for (size_t i = 0; i < contract->phone_count; i++) {
        if (identity_by_phone(engine, tx, contract->phones[i]) != 0) return CONTRACT_NUMBER_TAKEN;
        if (contract_named(engine, tx, contract->phones[i]) != 0) return CONTRACT_NUMBER_TAKEN;
    }
    int64_t id = identity_open(engine, tx, contract->phones[0], contract->encoded, contract->language, 0);
    if (id == 0) return CONTRACT_NUMBER_TAKEN;
    if (!add_name(engine, tx, contract->login, id)) return CONTRACT_LOGIN_TAKEN;
    if (!add_name(engine, tx, contract->account, id)) return CONTRACT_LOGIN_TAKEN; /* one in 100 000 000 */
    for (size_t i = 1; i < contract->phone_count; i++)
        if (!add_name(engine, tx, contract->phones[i], id)) return CONTRACT_NUMBER_TAKEN;
    struct text box = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "contract.account", id,
                                  contract->account);
    tx_run(tx, &contract_add,
           VALUES(V_INT(id), V_INT(world_now(engine_world(engine))), V_BYTES(box.data, box.size)));
    *customer = id;
    return CONTRACT_OPENED;
}

/* ---- signing in ---- */

int64_t contract_named(struct engine *engine, struct tx *tx, struct text name) {
    return lookup_find(engine, tx, &name_find, "contract.name", text_lower_ascii(tx_arena(tx), name));
}

enum flow contract_gate(struct request *request, struct tx *tx, int64_t customer, bool by_token) {
    (void)by_token;
    struct rows *rows = tx_query(tx, &contract_fresh, VALUES(V_INT(customer)));
    bool fresh = rows_next(rows) && row_int(rows, 0) != 0;
    rows_end(rows);
    if (!fresh) return FLOW_NEXT;
    uint8_t hash[SECRET_HASH_SIZE];
    struct text token = token_new(request, "renewal", hash);
    tx_run(tx, &renewal_add,
           VALUES(V_BYTES(hash, sizeof hash), V_INT(customer), V_INT(world_now(request->world) + RENEWAL_LIFE)));
    answer_cookie(request, "draft", token, RENEWAL_LIFE / SECOND);
    if (request->wants_html) return answer_see(request, TEXT("/contract/password"));
    struct node *document = doc_new(request->arena);
    doc_text(document, "next", TEXT("/contract/password"));
    doc_text(document, "draft", token);
    return answer_ok(request, document);
}

/* ---- the first password is replaced ---- */

struct renewal {
    uint8_t hash[SECRET_HASH_SIZE];
    int64_t customer;
    struct text phone, old, encoded;
};

static bool renewal_find(struct request *request, struct tx *tx, struct renewal *renewal) {
    struct text token = field_given(request, "draft") ? field_text(request, "draft") : request->cookie_draft;
    struct customer customer;
    *renewal = (struct renewal){0};
    if (!token_hash(request, "renewal", token, renewal->hash)) return false;
    struct rows *rows = tx_query(
        tx, &renewal_read,
        VALUES(V_BYTES(renewal->hash, sizeof renewal->hash), V_INT(world_now(request->world))));
    if (rows_next(rows)) renewal->customer = row_int(rows, 0);
    rows_end(rows);
    if (renewal->customer == 0 || !identity_customer(request->engine, tx, renewal->customer, &customer)) return false;
    renewal->phone = text_copy(request->arena, customer.phone);
    return !customer.closed;
}

enum flow contract_password_page(struct request *request, struct tx *tx) {
    struct renewal renewal;
    if (!renewal_find(request, tx, &renewal)) return see_or_refuse(request, "/signin", &none);
    struct node *document = doc_new(request->arena);
    doc_text(document, "phone", phone_pretty(request->arena, renewal.phone));
    doc_text(document, "hint", identity_password_hint(request));
    return answer_ok(request, document);
}

enum flow contract_password_check(struct request *request, struct tx *tx) {
    struct renewal *renewal = arena_new_of(request->arena, struct renewal);
    if (!renewal_find(request, tx, renewal)) return see_or_refuse(request, "/signin", &none);
    struct text wrong = identity_password_wrong(request, field_text(request, "password"), renewal->phone);
    if (wrong.data) {
        mark_field(request, "password", FAULT_REFUSED, S_onboarding_look);
        request->fields[0].words = wrong; /* the form's first */
        return refuse_marked(request);
    }
    renewal->old = identity_password(tx, renewal->customer, request->arena);
    request->scratch = renewal;
    return FLOW_NEXT;
}

enum flow contract_password_hash(struct request *request, struct tx *tx) {
    (void)tx;
    struct renewal *renewal = request->scratch;
    struct text password = field_text(request, "password");
    if (password_matches(renewal->old, password)) return refuse_at(request, "password", &same);
    if (password_hash(request->arena, password, &renewal->encoded)) return FLOW_NEXT;
    request->answer.retry_after_s = 1;
    return refuse(request, &busy);
}

enum flow contract_password_write(struct request *request, struct tx *tx) {
    const struct renewal *renewal = request->scratch;
    if (tx_run(tx, &renewal_delete, VALUES(V_BYTES(renewal->hash, sizeof renewal->hash))) != 1 ||
        !text_equal(identity_password(tx, renewal->customer, request->arena), renewal->old))
        return see_or_refuse(request, "/signin", &none);
    identity_password_set(request->engine, tx, renewal->customer, renewal->encoded);
    tx_run(tx, &contract_used, VALUES(V_INT(renewal->customer)));
    answer_cookie(request, "draft", TEXT(""), -1);
    bool by_token = field_number(request, "token") != 0 && !request->wants_html;
    return identity_pass(request, tx, renewal->customer, by_token, TEXT_NONE); /* a second factor is still asked */
}
