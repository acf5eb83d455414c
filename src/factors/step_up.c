/* step_up.c: before what is dangerous the customer confirms himself once more, unless he did so lately on this very
 * session: by his password, this device's PIN or a code sent to his number. */
#include "factors/internal.h"
#include "identity/code.h"

#include <string.h>

STATEMENT(confirmed_put, "INSERT INTO confirmation (customer, session, made, secret) VALUES ($1, $2, $3, $4) "
                         "ON CONFLICT (customer, session) DO UPDATE SET made = $3, secret = $4");
STATEMENT(proved_get, "SELECT made FROM confirmation WHERE customer = $1 AND session = $2 AND secret > 0 "
                      "AND secret < $3");
STATEMENT(confirmed_get, "SELECT made FROM confirmation WHERE customer = $1 AND session = $2");

static const struct refusal needed = {"confirmation-needed", 403, S_factors_confirm_needed, false};
static const struct refusal nothing = {"confirmation-missing", 422, S_factors_confirm_nothing, false};
static const struct refusal wrong = {"confirmation-wrong", 422, S_factors_confirm_wrong, true};
static const struct refusal wrong_pin = {"pin-wrong", 422, S_factors_pin_wrong, true};
static const struct refusal pin_gone = {"pin-gone", 422, S_factors_pin_gone, true};
static const struct refusal locked = {"too-many-tries", 429, S_factors_locked, true};
static const struct refusal too_many_codes = {"too-many-codes", 429, S_factors_codes_many, true};

static bool fresh(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer, session = request->caller.session;
    struct rows *rows = tx_query(tx, &confirmed_get, VALUES(V_INT(customer), V_INT(session)));
    moment made = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return still_fresh(identity_session_opened(tx, customer, session), made, world_now(request->world),
                       factors_settings(request->engine)->fresh);
}

bool factors_proved(struct request *request, struct tx *tx, moment before) {
    if (!engine_enabled(request->engine, "factors")) return false;
    const struct caller *caller = &request->caller;
    struct rows *rows = tx_query(tx, &proved_get,
                                 VALUES(V_INT(caller->customer), V_INT(caller->session), V_INT(before)));
    moment made = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return still_fresh(0, made, world_now(request->world), factors_settings(request->engine)->fresh);
}

bool factors_are_fresh(struct request *request, struct tx *tx) {
    return !engine_enabled(request->engine, "factors") || fresh(request, tx);
}

enum flow factors_fresh(struct request *request, struct tx *tx) {
    if (factors_are_fresh(request, tx)) return FLOW_NEXT;
    if (!request->wants_html) return refuse(request, &needed);
    if (request->method == METHOD_GET)
        return answer_see(request, text_format(request->arena, "/confirm?next=%.*s", TEXT_ARG(request->path)));
    return answer_see(request, identity_keep(request, tx, request->caller.customer) ? TEXT("/confirm?kept=1")
                                                                                    : TEXT("/confirm"));
}

/* What a code sent for this is bound to: this session. */
static void code_subject(struct request *request, uint8_t subject[SECRET_HASH_SIZE]) {
    struct text bound = text_format(request->arena, "%lld|%lld", (long long)request->caller.customer,
                                    (long long)request->caller.session);
    secret_hash(engine_keyring(request->engine), "factors.step-up", bound, subject);
}

static bool own_pin(struct request *request, struct tx *tx, struct pin *pin) {
    return pin_find(request, tx, pin) && pin->customer == request->caller.customer;
}

bool factors_may_prove(struct request *request, struct tx *tx, moment before) {
    struct pin pin;
    if (!engine_enabled(request->engine, "factors")) return false;
    moment passkey = passkeys_possible(request) ? passkeys_oldest(tx, request->caller.customer) : 0;
    return (passkey > 0 && passkey < before) || (own_pin(request, tx, &pin) && pin.made < before);
}

enum flow confirm_page(struct request *request, struct tx *tx) {
    struct pin pin;
    struct code_state state;
    uint8_t subject[SECRET_HASH_SIZE];
    int64_t customer = request->caller.customer;
    code_subject(request, subject);
    bool sent = code_state(request->engine, tx, CODE_STEP_UP, subject, &state) &&
                state.expires > world_now(request->world);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "pin", own_pin(request, tx, &pin));
    doc_bool(document, "password", identity_password(tx, customer, request->arena).data != NULL);
    doc_bool(document, "passkey", passkeys_possible(request) && passkeys_count(tx, customer) > 0);
    doc_bool(document, "sent", sent);
    return answer_ok(request, document);
}

struct confirming {
    enum { BY_CODE, BY_PIN, BY_PASSWORD } by;
    struct text encoded;
    moment made; /* the secret was */
    struct pin pin;
    bool right;
};

static enum flow reserve_pin(struct request *request, struct tx *tx, struct confirming *confirming) {
    confirming->by = BY_PIN;
    if (!own_pin(request, tx, &confirming->pin) || !pin_take(request, tx, &confirming->pin))
        return refuse(request, &pin_gone);
    confirming->made = confirming->pin.made;
    return FLOW_NEXT;
}

enum flow confirm_reserve(struct request *request, struct tx *tx) {
    struct confirming *confirming = arena_new_of(request->arena, struct confirming);
    int64_t customer = request->caller.customer;
    moment free_at = 0;
    uint8_t subject[SECRET_HASH_SIZE];
    *confirming = (struct confirming){0};
    request->scratch = confirming;
    if (field_text(request, "pin").size > 0) return reserve_pin(request, tx, confirming);
    if (!identity_try(request, tx, "factors.confirm", customer, &free_at))
        return refuse_until(request, &locked, free_at);
    if (field_text(request, "password").size > 0) {
        confirming->by = BY_PASSWORD;
        confirming->encoded = identity_password(tx, customer, request->arena);
        confirming->made = identity_password_made(tx, customer);
        return FLOW_NEXT;
    }
    if (field_text(request, "code").size == 0) return refuse(request, &nothing);
    code_subject(request, subject);
    confirming->right = code_try(request->engine, tx, CODE_STEP_UP, subject, customer_phone(request, tx, customer),
                                 field_text(request, "code")) == CODE_RIGHT;
    return FLOW_NEXT;
}

enum flow confirm_compare(struct request *request, struct tx *tx) {
    (void)tx;
    struct confirming *confirming = request->scratch;
    struct text password = field_text(request, "password");
    if (confirming->by == BY_PIN)
        confirming->right = pin_matches(request, &confirming->pin, field_text(request, "pin"));
    if (confirming->by == BY_PASSWORD) {
        confirming->right = confirming->encoded.data ? password_matches(confirming->encoded, password)
                                                     : password_matches_nobody(password);
    }
    return FLOW_NEXT;
}

void step_up_done(struct request *request, struct tx *tx, moment secret_made) {
    tx_run(tx, &confirmed_put,
           VALUES(V_INT(request->caller.customer), V_INT(request->caller.session), V_INT(world_now(request->world)),
                  V_INT(secret_made)));
}

enum flow confirm_done(struct request *request, struct tx *tx) {
    const struct confirming *confirming = request->scratch;
    int64_t customer = request->caller.customer;
    if (confirming->by == BY_PIN) {
        bool left = confirming->right ? pin_right(request, tx, &confirming->pin)
                                      : pin_wrong(request, tx, &confirming->pin);
        if (!confirming->right || !left)
            return left ? refuse_at(request, "pin", &wrong_pin) : refuse(request, &pin_gone);
    }
    if (!confirming->right) return refuse_at(request, confirming->by == BY_PASSWORD ? "password" : "code", &wrong);
    if (confirming->by != BY_PIN) identity_try_right(request, tx, "factors.confirm", customer);
    step_up_done(request, tx, confirming->made);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "confirmed", true);
    return answer_done(request, document, identity_place(request, tx, customer, field_text(request, "next")));
}

enum flow confirm_send(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer;
    moment free_at = 0;
    uint8_t subject[SECRET_HASH_SIZE];
    code_subject(request, subject);
    struct text phone = customer_phone(request, tx, customer);
    struct text code = code_make(request->engine, tx, CODE_STEP_UP, subject, phone, true);
    if (!tell_code(request, tx, customer, S_factors_sms_confirm, code, &free_at))
        return refuse_until(request, &too_many_codes, free_at);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "sent", true);
    struct text next = field_text(request, "next");
    struct text place = local_path(next) ? text_format(request->arena, "/confirm?next=%.*s", TEXT_ARG(next))
                                         : TEXT("/confirm");
    return answer_done(request, document, place);
}
