/* signup.c: the first half of signing up (ID-2): a number and a proof of not being a robot, then the code sent to
 * it. A number that has a cabinet goes the same way, in the same answers; only its SMS says something else (ID-10). */
#include "identity/code.h"
#include "identity/device_rules.h"
#include "identity/draft.h"
#include "identity/robot.h"
#include "messaging/messaging.h"

static const struct refusal robot_missing = {"robot-check-missing", 422, S_identity_robot_missing, true};
static const struct refusal robot_wrong = {"robot-check-failed", 422, S_identity_robot_wrong, true};
static const struct refusal too_many_codes = {"too-many-codes", 429, S_identity_code_too_many, true};
static const struct refusal no_draft = {"sign-up-expired", 409, S_identity_signup_expired, false};
static const struct refusal code_early = {"code-sent-recently", 429, S_identity_code_early, false};
static const struct refusal code_wrong = {"code-wrong", 422, S_identity_code_wrong, true};
static const struct refusal code_spent = {"code-spent", 422, S_identity_code_spent, true};

/* ---- the number ---- */

static enum flow draw_start(struct request *request, struct tx *tx) {
    (void)tx;
    const struct identity_settings *settings = identity_settings(request->engine);
    struct node *document = doc_new(request->arena);
    doc_text(document, "challenge_path", TEXT("/signup/challenge"));
    if (settings->robot_plain) robot_question(request->engine, &request->locale, doc_object(document, "question"));
    return answer_ok(request, document);
}

/* A number typed before comes back, so that correcting it is one change. */
enum flow signup_page(struct request *request, struct tx *tx) {
    struct draft draft;
    if (!field_given(request, "phone") && draft_find(request, tx, &draft) && request->wants_html) {
        for (size_t i = 0; i < request->route->form->count; i++) {
            if (request->route->form->fields[i].type != FIELD_PHONE) continue;
            request->fields[i].given = true;
            request->fields[i].typed = phone_pretty(request->arena, draft.phone);
        }
    }
    return draw_start(request, tx);
}

enum flow signup_again(struct request *request, struct tx *tx) {
    return draw_start(request, tx);
}

enum flow signup_challenge(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    robot_challenge(request->engine, document);
    return answer_ok(request, document);
}

/* Counted for the number, the subscriber and the network before anything is sent. */
static bool may_send(struct request *request, struct tx *tx, struct text phone, moment *free_at) {
    const struct identity_settings *settings = identity_settings(request->engine);
    const struct tally_policy number = {settings->number_codes, settings->number_window, settings->number_window, DAY};
    const struct tally_policy address = {settings->address_codes, settings->codes_window, settings->codes_window, DAY};
    const struct tally_policy network = {settings->network_codes, settings->codes_window, settings->codes_window, DAY};
    struct engine *engine = request->engine;
    return tally_take(engine, tx, "code.address", subscriber_of(request->arena, request->address), &address, free_at) &&
           tally_take(engine, tx, "code.network", network_of(request->arena, request->address), &network, free_at) &&
           tally_take(engine, tx, "code.number", phone, &number, free_at);
}

/* Where customers reach us; on a developer's machine, where nothing is configured, where this request reached us. */
static struct text public_url(const struct request *request) {
    const char *configured = engine_config(request->engine)->public_url;
    if (*configured) return text_from(configured);
    return text_format(request->arena, "http%s://%.*s", request->secure ? "s" : "", TEXT_ARG(request->host));
}

static struct text host_of(struct text url) {
    struct text rest = TEXT_NONE, port;
    text_split(url, '/', &rest);  /* https: */
    text_split(rest, '/', &rest); /* the empty part between the slashes */
    struct text host = text_split(rest, '/', &rest);
    return host.size > 0 && host.data[0] == '[' ? host : text_split(host, ':', &port);
}

static void send_code(struct request *request, struct tx *tx, const struct draft *draft) {
    struct engine *engine = request->engine;
    struct text code = code_make(engine, tx, CODE_SIGN_UP, draft->hash, draft->phone, !draft->known);
    struct node code_value = text_value(code), company = text_value(text_from(engine_config(engine)->company));
    struct text url = public_url(request);
    struct node host = text_value(host_of(url));
    struct node link = text_value(text_join(request->arena, url, TEXT("/signin")));
    const struct string_argument with_code[] = {{"code", &code_value}, {"company", &company}, {"host", &host}};
    const struct string_argument with_link[] = {{"company", &company}, {"link", &link}};
    const struct message message = {
        .phone = draft->phone,
        .language = request->locale.language,
        .text = draft->known ? S_identity_sms_known : S_identity_sms_signup,
        .arguments = draft->known ? with_link : with_code,
        .argument_count = draft->known ? 2 : 3,
        .deadline = world_now(request->world) + identity_settings(engine)->code_life,
        .secret = true,
    };
    message_sms(engine, tx, &message);
}

static enum flow answer_code_sent(struct request *request, struct tx *tx, const struct draft *draft,
                                  struct text token) {
    struct node *document = doc_new(request->arena);
    struct code_state state = {0};
    code_state(request->engine, tx, CODE_SIGN_UP, draft->hash, &state);
    if (token.data) doc_text(document, "draft", token);
    doc_moment(document, "again_at", state.again_at);
    doc_moment(document, "expires", state.expires);
    return answer_done(request, document, TEXT("/signup/code"));
}

enum flow signup_start(struct request *request, struct tx *tx) {
    struct text phone = field_text(request, "phone");
    const char *proof = field_given(request, "answer") ? "answer" : "altcha";
    moment free_at = 0;
    switch (robot_check(request, tx, &free_at)) {
    case ROBOT_NONE: return refuse_at(request, proof, &robot_missing);
    case ROBOT_WRONG: return refuse_at(request, proof, &robot_wrong);
    case ROBOT_BUSY: return refuse_until(request, &too_many_codes, free_at);
    case ROBOT_NO: break;
    }
    if (!may_send(request, tx, phone, &free_at)) return refuse_until(request, &too_many_codes, free_at);

    struct draft draft;
    bool known = identity_by_phone(request->engine, tx, phone) != 0;
    struct text token = draft_new(request, tx, phone, known, &draft);
    send_code(request, tx, &draft);
    return answer_code_sent(request, tx, &draft, token);
}

/* ---- the code ---- */

enum flow signup_code_page(struct request *request, struct tx *tx) {
    struct draft draft;
    if (!draft_find(request, tx, &draft)) return see_or_refuse(request, "/signup", &no_draft);
    if (draft.step == DRAFT_PASSWORD && request->wants_html && request->method == METHOD_GET) {
        return answer_see(request, TEXT("/signup/password"));
    }
    struct code_state state = {0};
    moment now = world_now(request->world);
    code_state(request->engine, tx, CODE_SIGN_UP, draft.hash, &state);
    struct node *document = doc_new(request->arena);
    doc_text(document, "phone", phone_pretty(request->arena, draft.phone));
    doc_moment(document, "expires", state.expires);
    doc_int(document, "seconds_left", state.expires > now ? (state.expires - now) / SECOND : 0);
    doc_moment(document, "again_at", state.again_at);
    doc_bool(document, "again_now", now >= state.again_at);
    doc_text(document, "number", draft.phone);
    doc_bool(document, "inbox", engine_enabled(request->engine, "inbox"));
    return answer_ok(request, document);
}

enum flow signup_code_try(struct request *request, struct tx *tx) {
    struct draft draft;
    if (!draft_find(request, tx, &draft)) return see_or_refuse(request, "/signup", &no_draft);
    if (draft.step == DRAFT_PASSWORD) return see_or_refuse(request, "/signup/password", &code_spent);
    switch (code_try(request->engine, tx, CODE_SIGN_UP, draft.hash, draft.phone, field_text(request, "code"))) {
    case CODE_WRONG: return refuse_at(request, "code", &code_wrong);
    case CODE_SPENT: return refuse_at(request, "code", &code_spent);
    case CODE_RIGHT: break;
    }
    draft_proved(tx, &draft);
    struct node *document = doc_new(request->arena);
    doc_text(document, "next", TEXT("password"));
    return answer_done(request, document, TEXT("/signup/password"));
}

enum flow signup_resend(struct request *request, struct tx *tx) {
    struct draft draft;
    if (!draft_find(request, tx, &draft)) return see_or_refuse(request, "/signup", &no_draft);
    if (draft.step == DRAFT_PASSWORD) return see_or_refuse(request, "/signup/password", &code_spent);
    struct code_state state = {0};
    moment free_at = 0;
    code_state(request->engine, tx, CODE_SIGN_UP, draft.hash, &state);
    if (world_now(request->world) < state.again_at) return refuse_until(request, &code_early, state.again_at);
    if (!may_send(request, tx, draft.phone, &free_at)) return refuse_until(request, &too_many_codes, free_at);
    send_code(request, tx, &draft);
    return answer_code_sent(request, tx, &draft, TEXT_NONE);
}
