/* password.c: another password, in the cabinet: the old one, the new one by policy, none that was had before. Who has
 * none (he signs in by a code, or took it away) chooses his first: what he has confirmed himself by just now is what
 * lets him. Other sessions end, and every channel is told. */
#include "recovery/recovery.h"

static const struct refusal absent = {"secret-missing", 422, S_recovery_password_old_absent, false};
static const struct refusal locked = {"too-many-tries", 429, S_recovery_password_locked, true};
static const struct refusal wrong = {"password-wrong", 422, S_recovery_password_wrong, true};
static const struct refusal changed = {"password-changed", 409, S_recovery_changed, false};

enum flow password_page(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_text(document, "phone", phone_pretty(request->arena, customer.phone));
    doc_bool(document, "first", identity_password(tx, customer.id, request->arena).data == NULL);
    doc_bool(document, "by_code", identity_by_code(request->engine));
    secret_page(request, document);
    return answer_ok(request, document);
}

/* A try of the old one is counted before it is compared, and one of the code word where it is asked. */
enum flow password_reserve(struct request *request, struct tx *tx) {
    struct customer customer;
    struct renewal *renewal = NULL;
    moment free_at = 0;
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    enum flow flow = renewal_check(request, tx, &customer, &renewal);
    if (flow != FLOW_NEXT) return flow;
    if (renewal->count > 0 && !field_given(request, "old")) return refuse_at(request, "old", &absent);
    flow = renewal_word(request, tx, customer.id);
    if (flow != FLOW_NEXT) return flow;
    if (!identity_try(request, tx, "password.change", customer.id, &free_at))
        return refuse_until(request, &locked, free_at);
    request->scratch = renewal;
    return FLOW_NEXT;
}

enum flow password_compare(struct request *request, struct tx *tx) {
    (void)tx;
    struct renewal *renewal = request->scratch;
    struct text old = field_text(request, "old");
    bool right = renewal->count == 0 || password_matches(renewal->earlier[0], old);
    return right ? renewal_hash(request, renewal) : refuse_at(request, "old", &wrong);
}

enum flow password_write(struct request *request, struct tx *tx) {
    const struct renewal *renewal = request->scratch;
    if (!renewal_set(request, tx, renewal)) return refuse(request, &changed);
    identity_try_right(request, tx, "password.change", renewal->customer);
    bool pin = recovery_settings(request->engine)->way == BY_PIN;
    string_id told = pin ? S_recovery_tell_pin : S_recovery_tell_password;
    int64_t ended = identity_end_others(request, tx, renewal->customer, request->caller.session);
    struct node company = text_value(text_from(engine_config(request->engine)->company));
    const struct string_argument argument = {"company", &company};
    message_tell(request->engine, tx, renewal->customer, TOPIC_SECURITY, told, &argument, 1);
    struct node *document = doc_new(request->arena);
    doc_int(document, "ended", ended);
    return answer_done(request, document, TEXT("/settings/profile"));
}
