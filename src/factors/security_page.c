/* security_page.c: all ways into one's cabinet on one page; each may go, but never the last one. */
#include "factors/internal.h"

static const struct refusal last_way = {"last-way-in", 409, S_factors_last_way, false};
static const struct refusal sms_already = {"code-already-asked", 422, S_factors_second_sms_already, false};
static const struct refusal no_app = {"no-app", 409, S_factors_app_none, false};

struct ways ways_of(struct request *request, struct tx *tx, int64_t customer) {
    return (struct ways){.code = identity_by_code(request->engine),
                         .password = identity_password(tx, customer, request->arena).data != NULL,
                         .passkeys = passkeys_count(tx, customer)};
}

bool factors_chose_none(struct request *request, struct tx *tx) {
    struct pin pin;
    if (!engine_enabled(request->engine, "factors") || !identity_by_code(request->engine)) return false;
    struct ways ways = ways_of(request, tx, request->caller.customer);
    bool own_pin = pin_find(request, tx, &pin) && pin.customer == request->caller.customer;
    return !ways.password && ways.passkeys == 0 && !own_pin;
}

enum flow security_page(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer;
    struct second_state state;
    second_read(request, tx, customer, &state);
    struct node *document = doc_new(request->arena);
    struct ways ways = ways_of(request, tx, customer);
    doc_bool(document, "code", ways.code);
    doc_bool(document, "password", ways.password);
    doc_bool(document, "password_choose", !ways.password && engine_enabled(request->engine, "recovery"));
    doc_bool(document, "password_may_go", ways.password && way_may_go(&ways, WAY_PASSWORD));
    pins_list(request, tx, document);
    passkeys_list(request, tx, document);
    doc_bool(document, "providers", engine_enabled(request->engine, "providers"));
    doc_bool(document, "passkey_possible", passkeys_possible(request));
    doc_bool(document, "passkey_any", passkeys_possible(request) || ways.passkeys > 0);
    doc_text(document, "second", text_from(second_names[state.kind]));
    doc_bool(document, "second_sms", state.kind == SECOND_SMS);
    doc_bool(document, "second_app", state.kind == SECOND_APP);
    doc_bool(document, "app", state.secret.data != NULL);
    if (state.secret.data) doc_moment(document, "app_made", state.made);
    doc_int(document, "recovery_left", recovery_left(tx, customer));
    return answer_ok(request, document);
}

enum flow second_set(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer;
    enum second kind = (enum second)field_number(request, "kind");
    struct second_state state;
    second_read(request, tx, customer, &state);
    if (kind == SECOND_APP && !state.secret.data) return refuse(request, &no_app);
    if (kind == SECOND_SMS && identity_by_code(request->engine)) return refuse(request, &sms_already);
    second_choose(tx, customer, kind);
    if (kind == SECOND_NONE) recovery_forget(tx, customer);
    if (kind != state.kind) {
        tell_security(request, tx, customer,
                      kind == SECOND_NONE  ? S_factors_sms_second_off
                      : kind == SECOND_SMS ? S_factors_sms_second_sms
                                           : S_factors_sms_second_app,
                      TEXT_NONE);
    }
    struct node *document = doc_new(request->arena);
    doc_text(document, "second", text_from(second_names[kind]));
    return answer_done(request, document, TEXT("/settings/security"));
}

enum flow password_remove(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer;
    struct ways ways = ways_of(request, tx, customer);
    if (!ways.password) return answer_missing(request);
    if (!way_may_go(&ways, WAY_PASSWORD)) return refuse(request, &last_way);
    identity_password_forget(tx, customer);
    tell_security(request, tx, customer, S_factors_sms_password_removed, TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "password", false);
    return answer_done(request, document, TEXT("/settings/security"));
}
