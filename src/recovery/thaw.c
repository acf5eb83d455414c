/* thaw.c: who froze his money himself (SU-4) lets it go again: by two proofs at once, a secret of his (the password, or
 * this device's PIN or a passkey, by which he has just confirmed himself) and what he holds (a code to his number), so
 * that neither a session left open, nor the secret alone, nor the stolen telephone alone is enough. A secret chosen
 * since the freeze proves nothing: whoever holds the telephone can choose one. Who has no older one waits after the
 * code (thaw_wait.c). What staff froze only staff let go. After it outgoing money is limited for a time. */
#include "factors/factors.h"
#include "recovery/thaw.h"
#include "support/support.h"

static const struct refusal not_frozen = {"not-frozen", 409, S_recovery_thaw_not_frozen, false};
static const struct refusal by_staff = {"frozen-by-staff", 403, S_recovery_thaw_by_staff, false};
static const struct refusal absent = {"secret-missing", 422, S_recovery_password_old_absent, false};
static const struct refusal young = {"secret-too-young", 409, S_recovery_thaw_young, false};
static const struct refusal waits = {"already-waits", 409, S_recovery_thaw_waits_already, false};
static const struct refusal locked = {"too-many-tries", 429, S_recovery_password_locked, true};
static const struct refusal wrong = {"password-wrong", 422, S_recovery_password_wrong, true};
static const struct refusal code_wrong = {"code-wrong", 422, S_recovery_code_wrong, true};
static const struct refusal code_spent = {"code-spent", 422, S_recovery_code_spent, true};
static const struct refusal too_many = {"too-many-codes", 429, S_recovery_code_too_many, true};

/* What its code is bound to: this customer's session. */
static void subject_of(struct request *request, uint8_t subject[SECRET_HASH_SIZE]) {
    struct text bound = text_format(request->arena, "%lld|%lld", (long long)request->caller.customer,
                                    (long long)request->caller.session);
    secret_hash(engine_keyring(request->engine), "recovery.thaw", bound, subject);
}

/* FLOW_NEXT: it is his to let go. */
static enum flow may_thaw(struct request *request, struct tx *tx, struct customer *customer) {
    if (!identity_customer(request->engine, tx, request->caller.customer, customer)) return answer_missing(request);
    if (!customer->frozen) return refuse(request, &not_frozen);
    return customer->froze_himself ? FLOW_NEXT : refuse(request, &by_staff);
}

/* A secret chosen after that proves nothing. Frozen before that was kept: any will do. */
static moment frozen_since(const struct customer *customer) {
    return customer->frozen_at != 0 ? customer->frozen_at : INT64_MAX;
}

static bool old_password(struct tx *tx, const struct customer *customer) {
    moment made = identity_password_made(tx, customer->id);
    return made != 0 && made < frozen_since(customer);
}

enum flow thaw_page(struct request *request, struct tx *tx) {
    struct customer customer;
    struct code_state state = {0};
    uint8_t subject[SECRET_HASH_SIZE];
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    subject_of(request, subject);
    bool sent = code_state(request->engine, tx, CODE_THAW, subject, &state) &&
                state.expires > world_now(request->world);
    bool password = old_password(tx, &customer), may_prove = factors_may_prove(request, tx, frozen_since(&customer));
    moment due = thaw_due(tx, customer.id);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "frozen", customer.frozen);
    doc_bool(document, "own", customer.froze_himself);
    doc_bool(document, "password", password);
    doc_bool(document, "may_prove", may_prove);
    doc_bool(document, "proved", factors_proved(request, tx, frozen_since(&customer)));
    doc_bool(document, "code_alone", !password && !may_prove);
    doc_int(document, "wait_hours", recovery_settings(request->engine)->thaw_wait / HOUR);
    if (due != 0) doc_moment(document, "due", due);
    doc_bool(document, "pin", recovery_settings(request->engine)->way == BY_PIN);
    doc_bool(document, "sent", sent);
    doc_text(document, "phone", phone_masked(request->arena, customer.phone));
    doc_text(document, "username", phone_pretty(request->arena, customer.phone));
    doc_int(document, "hours", recovery_settings(request->engine)->cooling / HOUR);
    doc_bool(document, "inbox", engine_enabled(request->engine, "inbox"));
    return answer_ok(request, document);
}

enum flow thaw_send(struct request *request, struct tx *tx) {
    struct customer customer;
    moment free_at = 0;
    uint8_t subject[SECRET_HASH_SIZE];
    if (may_thaw(request, tx, &customer) != FLOW_NEXT) return FLOW_ANSWERED;
    if (!identity_may_send(request, tx, customer.phone, &free_at)) return refuse_until(request, &too_many, free_at);
    subject_of(request, subject);
    struct text code = code_make(request->engine, tx, CODE_THAW, subject, customer.phone, true);
    struct node company = text_value(text_from(engine_config(request->engine)->company)), digits = text_value(code);
    struct node host = text_value(site_host(request));
    const struct string_argument arguments[] = {{"company", &company}, {"code", &digits}, {"host", &host}};
    message_sms(request->engine, tx,
                &(struct message){.customer = customer.id,
                                  .phone = customer.phone,
                                  .language = customer.language,
                                  .text = S_recovery_sms_thaw,
                                  .arguments = arguments,
                                  .argument_count = 3,
                                  .deadline = world_now(request->world) + 10 * MINUTE,
                                  .secret = true});
    struct node *document = doc_new(request->arena);
    doc_bool(document, "sent", true);
    return answer_done(request, document, TEXT("/settings/thaw"));
}

struct thawing {
    enum { BY_PASSWORD, BY_PROOF, BY_CODE_ALONE } by;
    struct text encoded; /* BY_PASSWORD */
};

/* A try is counted before the password is compared, the code's own before the code. */
enum flow thaw_reserve(struct request *request, struct tx *tx) {
    struct customer customer;
    moment free_at = 0;
    if (may_thaw(request, tx, &customer) != FLOW_NEXT) return FLOW_ANSWERED;
    struct thawing *thawing = arena_new_of(request->arena, struct thawing);
    *thawing = (struct thawing){.by = BY_PASSWORD};
    request->scratch = thawing;
    moment since = frozen_since(&customer);
    bool old = old_password(tx, &customer);
    if (!field_given(request, "password")) {
        bool proved = factors_proved(request, tx, since);
        if (!proved && (old || factors_may_prove(request, tx, since))) return refuse_at(request, "password", &absent);
        if (!proved && thaw_due(tx, customer.id) != 0) return refuse(request, &waits);
        thawing->by = proved ? BY_PROOF : BY_CODE_ALONE;
        return FLOW_NEXT;
    }
    if (!old) return refuse(request, &young);
    if (!identity_try(request, tx, "recovery.thaw", customer.id, &free_at))
        return refuse_until(request, &locked, free_at);
    thawing->encoded = identity_password(tx, customer.id, request->arena);
    return FLOW_NEXT;
}

enum flow thaw_compare(struct request *request, struct tx *tx) {
    (void)tx;
    const struct thawing *thawing = request->scratch;
    bool right = thawing->by != BY_PASSWORD || password_matches(thawing->encoded, field_text(request, "password"));
    return right ? FLOW_NEXT : refuse_at(request, "password", &wrong);
}

void thaw_now(struct engine *engine, struct tx *tx, int64_t customer, string_id case_words) {
    const struct recovery_settings *settings = recovery_settings(engine);
    moment now = world_now(engine_world(engine));
    identity_freeze(engine, tx, customer, false);
    identity_cool(engine, tx, customer, now + settings->cooling, settings->cooling_sum);
    thaw_note(engine, tx, customer, case_words);
    struct node company = text_value(text_from(engine_config(engine)->company));
    const struct string_argument argument = {"company", &company};
    message_tell(engine, tx, customer, TOPIC_SECURITY, S_recovery_tell_thawed, &argument, 1);
}

void thaw_note(struct engine *engine, struct tx *tx, int64_t customer, string_id words) {
    struct locale locale = {.language = (enum language)engine_config(engine)->language};
    if (!engine_enabled(engine, "support")) return;
    support_note(engine, tx, customer, CASE_THEFT, string_get(tx_arena(tx), &locale, words, NULL, 0));
}

enum flow thaw_write(struct request *request, struct tx *tx) {
    const struct thawing *thawing = request->scratch;
    struct customer customer;
    uint8_t subject[SECRET_HASH_SIZE];
    if (may_thaw(request, tx, &customer) != FLOW_NEXT) return FLOW_ANSWERED;
    subject_of(request, subject);
    switch (code_try(request->engine, tx, CODE_THAW, subject, customer.phone, field_text(request, "code"))) {
    case CODE_WRONG: return refuse_at(request, "code", &code_wrong);
    case CODE_SPENT: return refuse_at(request, "code", &code_spent);
    case CODE_RIGHT: break;
    }
    struct node *document = doc_new(request->arena);
    doc_bool(document, "frozen", thawing->by == BY_CODE_ALONE);
    if (thawing->by == BY_CODE_ALONE) {
        doc_moment(document, "due", thaw_wait(request->engine, tx, customer.id));
        return answer_done(request, document, TEXT("/settings/thaw"));
    }
    if (thawing->by == BY_PASSWORD) identity_try_right(request, tx, "recovery.thaw", customer.id);
    thaw_now(request->engine, tx, customer.id,
             thawing->by == BY_PASSWORD ? S_recovery_thaw_case : S_recovery_thaw_case_proof);
    return answer_done(request, document, TEXT("/settings/thaw"));
}
