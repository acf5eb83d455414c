/* app.c: an authenticator app as the second factor (ID-13): a secret offered as a picture and as text, proven by one
 * code, and ten recovery codes shown once. */
#include "factors/internal.h"

static const struct refusal wrong = {"code-wrong", 422, S_factors_app_wrong, true};
static const struct refusal not_begun = {"app-not-begun", 409, S_factors_app_not_begun, false};
static const struct refusal no_app = {"no-app", 409, S_factors_app_none, false};
static const struct refusal locked = {"too-many-tries", 429, S_factors_locked, true};

enum flow app_begin(struct request *request, struct tx *tx) {
    char secret[TOTP_SECRET_BYTES];
    world_random(request->world, secret, sizeof secret);
    struct text text = {secret, sizeof secret};
    second_offer_app(request, tx, text);
    struct node *document = doc_new(request->arena);
    doc_text(document, "secret", totp_readable(request->arena, text, false));
    return answer_done(request, document, TEXT("/settings/security/app"));
}

static struct text address(struct request *request, struct tx *tx, struct text secret) {
    return totp_address(request->arena, secret, text_from(engine_config(request->engine)->company),
                        customer_phone(request, tx, request->caller.customer));
}

enum flow app_page(struct request *request, struct tx *tx) {
    struct second_state state;
    second_read(request, tx, request->caller.customer, &state);
    if (!state.pending.data) return see_or_refuse(request, "/settings/security", &not_begun);
    struct node *document = doc_new(request->arena);
    doc_text(document, "secret", totp_readable(request->arena, state.pending, true));
    doc_text(document, "address", address(request, tx, state.pending));
    return answer_ok(request, document);
}

static struct text picture(struct arena *arena, struct text content) {
    int side = 0;
    struct text path = qr_path(arena, content, &side);
    if (!path.data) return TEXT_NONE;
    return text_format(arena,
                       "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
                       "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"%.*s\"/></svg>",
                       side, side, side, side, TEXT_ARG(path));
}

enum flow app_picture(struct request *request, struct tx *tx) {
    struct second_state state;
    second_read(request, tx, request->caller.customer, &state);
    if (!state.pending.data) return answer_missing(request);
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){
        .content_type = "image/svg+xml",
        .bytes = picture(request->arena, address(request, tx, state.pending)),
    };
    return file->bytes.data ? answer_file(request, file) : answer_missing(request);
}

static enum flow show_codes(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    recovery_make(request, tx, request->caller.customer, doc_array(document, "codes"));
    return answer_ok(request, document);
}

enum flow app_confirm(struct request *request, struct tx *tx) {
    struct second_state state;
    int64_t customer = request->caller.customer;
    moment free_at = 0;
    second_read(request, tx, customer, &state);
    if (!state.pending.data) return see_or_refuse(request, "/settings/security", &not_begun);
    if (!identity_try(request, tx, "factors.app", customer, &free_at)) return refuse_until(request, &locked, free_at);
    int64_t step = totp_step(state.pending, field_text(request, "code"), world_now(request->world), 0);
    if (step == 0) return refuse_at(request, "code", &wrong);
    identity_try_right(request, tx, "factors.app", customer);
    second_keep_app(request, tx, state.pending, step);
    tell_security(request, tx, customer, S_factors_sms_app_on, TEXT_NONE);
    return show_codes(request, tx);
}

enum flow app_remove(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer;
    second_drop_app(tx, customer);
    struct second_state state;
    second_read(request, tx, customer, &state);
    if (state.kind == SECOND_NONE) recovery_forget(tx, customer);
    tell_security(request, tx, customer, S_factors_sms_app_off, TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "app", false);
    return answer_done(request, document, TEXT("/settings/security"));
}

enum flow recovery_new(struct request *request, struct tx *tx) {
    struct second_state state;
    second_read(request, tx, request->caller.customer, &state);
    if (state.kind == SECOND_NONE) return refuse(request, &no_app);
    tell_security(request, tx, request->caller.customer, S_factors_sms_recovery_new, TEXT_NONE);
    return show_codes(request, tx);
}
