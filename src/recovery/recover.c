/* recover.c: back into a cabinet by the registered number (ID-11): a code by SMS, which lets in once, to choose a new
 * password or PIN; or the surname, and a temporary password by SMS. A number that nobody has goes the same way, in the
 * same answers; its code never matches, and its SMS says how to sign up (ID-10). */
#include "recovery/recovery.h"

#include "identity/robot.h"
#include "recovery/record.h"

static const struct refusal robot_missing = {"robot-check-missing", 422, S_recovery_robot_missing, true};
static const struct refusal robot_wrong = {"robot-check-failed", 422, S_recovery_robot_wrong, true};
static const struct refusal too_many = {"too-many-codes", 429, S_recovery_code_too_many, true};
static const struct refusal early = {"code-sent-recently", 429, S_recovery_code_early, false};
static const struct refusal code_wrong = {"code-wrong", 422, S_recovery_code_wrong, true};
static const struct refusal code_spent = {"code-spent", 422, S_recovery_code_spent, true};
static const struct refusal expired = {"recovery-expired", 409, S_recovery_expired, false};
static const struct refusal code_first = {"code-first", 409, S_recovery_code_first, false};
static const struct refusal changed = {"password-changed", 409, S_recovery_changed, false};
static const struct refusal no_surname = {"surname-missing", 422, S_recovery_surname_missing, false};
static const struct refusal too_many_tries = {"too-many-tries", 429, S_recovery_surname_many, true};
static const struct refusal other_way = {"other-way", 409, S_recovery_other_way, false};

/* ---- the number ---- */

static enum flow draw_start(struct request *request) {
    const struct recovery_settings *settings = recovery_settings(request->engine);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "incoming", settings->way == BY_INCOMING);
    doc_bool(document, "surname", settings->way == BY_SURNAME);
    doc_bool(document, "pin", settings->way == BY_PIN);
    doc_text(document, "short_number", text_from(settings->short_number));
    doc_text(document, "challenge_path", TEXT("/signup/challenge"));
    if (settings->way != BY_INCOMING && identity_settings(request->engine)->robot_plain)
        robot_question(request->engine, &request->locale, doc_object(document, "question"));
    return answer_ok(request, document);
}

enum flow recover_page(struct request *request, struct tx *tx) {
    (void)tx;
    return draw_start(request);
}

enum flow recover_again(struct request *request, struct tx *tx) {
    (void)tx;
    return draw_start(request);
}

static void send_code(struct request *request, struct tx *tx, const struct reset *reset) {
    struct engine *engine = request->engine;
    struct text code = code_make(engine, tx, CODE_RECOVERY, reset->hash, reset->phone, reset->customer != 0);
    struct node code_value = text_value(code), company = text_value(text_from(engine_config(engine)->company));
    struct node link = text_value(text_join(request->arena, site_url(request), TEXT("/signup")));
    struct node host = text_value(site_host(request));
    const struct string_argument arguments[] = {
        {"company", &company}, {"code", &code_value}, {"link", &link}, {"host", &host}};
    const struct message message = {
        .phone = reset->phone,
        .language = request->locale.language,
        .text = reset->customer == 0                                  ? S_recovery_sms_unknown
                : recovery_settings(engine)->way == BY_PIN ? S_recovery_sms_code_pin
                                                           : S_recovery_sms_code,
        .arguments = arguments,
        .argument_count = 4,
        .deadline = world_now(request->world) + 10 * MINUTE,
        .secret = true,
    };
    message_sms(engine, tx, &message);
}

static enum flow answer_code_sent(struct request *request, struct tx *tx, const struct reset *reset,
                                  struct text token) {
    struct node *document = doc_new(request->arena);
    struct code_state state = {0};
    code_state(request->engine, tx, CODE_RECOVERY, reset->hash, &state);
    if (token.data) doc_text(document, "draft", token);
    doc_moment(document, "again_at", state.again_at);
    doc_moment(document, "expires", state.expires);
    return answer_done(request, document, TEXT("/recover/code"));
}

/* Whom a number belongs to, as far as recovery goes: a closed cabinet is nobody's. */
static int64_t owner_of(struct request *request, struct tx *tx, struct text phone) {
    struct customer customer = {0};
    int64_t id = identity_by_phone(request->engine, tx, phone);
    bool open = identity_customer(request->engine, tx, id, &customer) && !customer.closed;
    return open ? id : 0;
}

/* Number and surname: whether they belong together is told by the SMS alone. Tries are counted before anything is
 * compared; a number that nobody has, or another surname, costs the same work: a password is made, for nobody. */
static enum flow ask_by_surname(struct request *request, struct tx *tx, struct text phone) {
    const struct recovery_settings *settings = recovery_settings(request->engine);
    const struct tally_policy policy = {settings->incoming_most, settings->incoming_window, settings->incoming_window,
                                        DAY};
    moment free_at = 0;
    if (!tally_take(request->engine, tx, "recovery.surname", phone, &policy, &free_at))
        return refuse_until(request, &too_many_tries, free_at);
    int64_t customer = owner_of(request, tx, phone);
    bool right = record_surname(request->engine, tx, customer, field_text(request, "surname"));
    temporary_ask(request->engine, tx, right ? customer : 0);
    struct node *document = doc_new(request->arena);
    doc_text(document, "next", TEXT("/signin"));
    return answer_done(request, document, TEXT("/recover/sent"));
}

enum flow recover_sent_page(struct request *request, struct tx *tx) {
    (void)tx;
    if (recovery_settings(request->engine)->way != BY_SURNAME)
        return see_or_refuse(request, "/recover", &other_way);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "inbox", engine_enabled(request->engine, "inbox"));
    return answer_ok(request, document);
}

enum flow recover_start(struct request *request, struct tx *tx) {
    struct text phone = field_text(request, "phone");
    const char *proof = field_given(request, "answer") ? "answer" : "altcha";
    enum recovery_way way = (enum recovery_way)recovery_settings(request->engine)->way;
    moment free_at = 0;
    if (way == BY_INCOMING) return refuse(request, &other_way);
    if (way == BY_SURNAME && !field_given(request, "surname")) return refuse_at(request, "surname", &no_surname);
    switch (robot_check(request, tx, &free_at)) {
    case ROBOT_NONE: return refuse_at(request, proof, &robot_missing);
    case ROBOT_WRONG: return refuse_at(request, proof, &robot_wrong);
    case ROBOT_BUSY: return refuse_until(request, &too_many, free_at);
    case ROBOT_NO: break;
    }
    if (!identity_may_send(request, tx, phone, &free_at)) return refuse_until(request, &too_many, free_at);
    if (way == BY_SURNAME) return ask_by_surname(request, tx, phone);
    struct reset reset;
    struct text token = reset_new(request, tx, phone, owner_of(request, tx, phone), RESET_CODE, &reset);
    send_code(request, tx, &reset);
    return answer_code_sent(request, tx, &reset, token);
}

/* ---- the code ---- */

enum flow recover_code_page(struct request *request, struct tx *tx) {
    struct reset reset;
    if (!reset_find(request, tx, &reset)) return see_or_refuse(request, "/recover", &expired);
    if (reset.step == RESET_SECRET && request->wants_html && request->method == METHOD_GET)
        return answer_see(request, TEXT("/recover/password"));
    struct code_state state = {0};
    moment now = world_now(request->world);
    code_state(request->engine, tx, CODE_RECOVERY, reset.hash, &state);
    struct node *document = doc_new(request->arena);
    doc_text(document, "phone", phone_pretty(request->arena, reset.phone));
    doc_text(document, "number", reset.phone);
    doc_moment(document, "expires", state.expires);
    doc_int(document, "seconds_left", state.expires > now ? (state.expires - now) / SECOND : 0);
    doc_moment(document, "again_at", state.again_at);
    doc_bool(document, "again_now", now >= state.again_at);
    doc_bool(document, "inbox", engine_enabled(request->engine, "inbox"));
    return answer_ok(request, document);
}

enum flow recover_code_try(struct request *request, struct tx *tx) {
    struct reset reset;
    if (!reset_find(request, tx, &reset)) return see_or_refuse(request, "/recover", &expired);
    if (reset.step == RESET_SECRET) return see_or_refuse(request, "/recover/password", &code_spent);
    switch (code_try(request->engine, tx, CODE_RECOVERY, reset.hash, reset.phone, field_text(request, "code"))) {
    case CODE_WRONG: return refuse_at(request, "code", &code_wrong);
    case CODE_SPENT: return refuse_at(request, "code", &code_spent);
    case CODE_RIGHT: break;
    }
    reset_proved(tx, &reset);
    struct node *document = doc_new(request->arena);
    doc_text(document, "next", TEXT("password"));
    return answer_done(request, document, TEXT("/recover/password"));
}

enum flow recover_resend(struct request *request, struct tx *tx) {
    struct reset reset;
    struct code_state state = {0};
    moment free_at = 0;
    if (!reset_find(request, tx, &reset)) return see_or_refuse(request, "/recover", &expired);
    if (reset.step == RESET_SECRET) return see_or_refuse(request, "/recover/password", &code_spent);
    code_state(request->engine, tx, CODE_RECOVERY, reset.hash, &state);
    if (world_now(request->world) < state.again_at) return refuse_until(request, &early, state.again_at);
    if (!identity_may_send(request, tx, reset.phone, &free_at)) return refuse_until(request, &too_many, free_at);
    send_code(request, tx, &reset);
    return answer_code_sent(request, tx, &reset, TEXT_NONE);
}

/* ---- the new password ---- */

enum flow recover_password_page(struct request *request, struct tx *tx) {
    struct reset reset;
    if (!reset_find(request, tx, &reset)) return see_or_refuse(request, "/recover", &expired);
    if (reset.step != RESET_SECRET) return see_or_refuse(request, "/recover/code", &code_first);
    struct node *document = doc_new(request->arena);
    doc_text(document, "phone", phone_pretty(request->arena, reset.phone));
    secret_page(request, document);
    /* Ticked unless the person has unticked it in a form that was refused. */
    doc_bool(document, "end_sessions", request->method == METHOD_GET || field_number(request, "end_sessions") != 0);
    return answer_ok(request, document);
}

enum flow recover_password_check(struct request *request, struct tx *tx) {
    struct reset reset;
    struct customer customer;
    struct renewal *renewal = NULL;
    if (!reset_find(request, tx, &reset)) return see_or_refuse(request, "/recover", &expired);
    if (reset.step != RESET_SECRET) return see_or_refuse(request, "/recover/code", &code_first);
    if (!identity_customer(request->engine, tx, reset.customer, &customer) || customer.closed)
        return see_or_refuse(request, "/recover", &expired);
    enum flow flow = renewal_check(request, tx, &customer, &renewal);
    request->scratch = renewal;
    return flow;
}

enum flow recover_word(struct request *request, struct tx *tx) {
    const struct renewal *renewal = request->scratch;
    return renewal_word(request, tx, renewal->customer);
}

enum flow recover_password_hash(struct request *request, struct tx *tx) {
    (void)tx;
    return renewal_hash(request, request->scratch);
}

static void cool(struct request *request, struct tx *tx, int64_t customer) {
    const struct recovery_settings *settings = recovery_settings(request->engine);
    identity_cool(request->engine, tx, customer, world_now(request->world) + settings->cooling, settings->cooling_sum);
}

enum flow recover_finish(struct request *request, struct tx *tx) {
    const struct renewal *renewal = request->scratch;
    struct reset reset;
    if (!reset_find(request, tx, &reset) || reset.step != RESET_SECRET || reset.customer != renewal->customer ||
        !reset_end(request, tx, &reset))
        return see_or_refuse(request, "/recover", &expired);
    /* The number may have passed to another while the page stood open. */
    if (owner_of(request, tx, reset.phone) != reset.customer) return see_or_refuse(request, "/recover", &expired);
    if (!renewal_set(request, tx, renewal)) return refuse(request, &changed);
    if (field_number(request, "end_sessions") != 0) identity_end_others(request, tx, reset.customer, 0);
    identity_tokens_end(request->engine, tx, reset.customer); /* whoever had the old password may have made one */
    tally_forget(request->engine, tx, "signin.number", reset.phone);
    cool(request, tx, reset.customer);
    bool pin = recovery_settings(request->engine)->way == BY_PIN;
    string_id told = pin ? S_recovery_tell_pin : S_recovery_tell_password;
    struct node company = text_value(text_from(engine_config(request->engine)->company));
    const struct string_argument argument = {"company", &company};
    message_tell(request->engine, tx, reset.customer, TOPIC_SECURITY, told, &argument, 1);
    bool by_token = field_number(request, "token") != 0 && !request->wants_html;
    return identity_pass(request, tx, reset.customer, by_token, TEXT("/"));
}
