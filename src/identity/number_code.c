/* number_code.c: a number, a proof of not being a robot, and the code sent to it: what signing up (signup.c) and
 * signing in by a code (signin_code.c) have in common. Neither tells by its answers whether the number has a cabinet:
 * only the SMS does, to whoever holds the number (ID-10). */
#include "identity/code.h"
#include "identity/draft.h"
#include "identity/robot.h"

static const struct refusal robot_missing = {"robot-check-missing", 422, S_identity_robot_missing, true};
static const struct refusal robot_wrong = {"robot-check-failed", 422, S_identity_robot_wrong, true};
static const struct refusal early = {"code-sent-recently", 429, S_identity_code_early, false};
static const struct refusal wrong = {"code-wrong", 422, S_identity_code_wrong, true};
static const struct refusal spent = {"code-spent", 422, S_identity_code_spent, true};
const struct refusal code_too_many = {"too-many-codes", 429, S_identity_code_too_many, true};

enum flow robot_or_refuse(struct request *request, struct tx *tx) {
    const char *proof = field_given(request, "answer") ? "answer" : "altcha";
    moment free_at = 0;
    switch (robot_check(request, tx, &free_at)) {
    case ROBOT_NONE: return refuse_at(request, proof, &robot_missing);
    case ROBOT_WRONG: return refuse_at(request, proof, &robot_wrong);
    case ROBOT_BUSY: return refuse_until(request, &code_too_many, free_at);
    case ROBOT_NO: break;
    }
    return FLOW_NEXT;
}

void robot_draw(struct request *request, struct node *document) {
    doc_text(document, "challenge_path", TEXT("/signup/challenge"));
    if (identity_settings(request->engine)->robot_plain)
        robot_question(request->engine, &request->locale, doc_object(document, "question"));
}

static bool signs_in(const struct draft *draft) {
    return draft->step >= DRAFT_SIGN_IN;
}

static enum code_purpose purpose_of(const struct draft *draft) {
    return signs_in(draft) ? CODE_SIGN_IN : CODE_SIGN_UP;
}

void draft_code_send(struct request *request, struct tx *tx, const struct draft *draft) {
    struct engine *engine = request->engine;
    bool in = signs_in(draft), real = in == draft->known;
    struct text code = code_make(engine, tx, purpose_of(draft), draft->hash, draft->phone, real);
    struct node code_value = text_value(code), company = text_value(text_from(engine_config(engine)->company));
    struct text url = site_url(request);
    struct node host = text_value(site_host(request));
    struct node link = text_value(text_join(request->arena, url, in ? TEXT("/signup") : TEXT("/signin")));
    const struct string_argument with_code[] = {{"code", &code_value}, {"company", &company}, {"host", &host}};
    const struct string_argument with_link[] = {{"company", &company}, {"link", &link}};
    const struct message message = {
        .phone = draft->phone,
        .language = request->locale.language,
        .text = real ? (in ? S_identity_sms_signin : S_identity_sms_signup)
                     : (in ? S_identity_sms_unknown : S_identity_sms_known),
        .arguments = real ? with_code : with_link,
        .argument_count = real ? 3 : 2,
        .deadline = world_now(request->world) + identity_settings(engine)->code_life,
        .secret = true,
    };
    message_sms(engine, tx, &message);
}

void draft_code_draw(struct request *request, struct tx *tx, const struct draft *draft, struct node *document) {
    struct code_state state = {0};
    moment now = world_now(request->world);
    code_state(request->engine, tx, purpose_of(draft), draft->hash, &state);
    doc_text(document, "phone", phone_pretty(request->arena, draft->phone));
    doc_moment(document, "expires", state.expires);
    doc_int(document, "seconds_left", state.expires > now ? (state.expires - now) / SECOND : 0);
    doc_moment(document, "again_at", state.again_at);
    doc_bool(document, "again_now", now >= state.again_at);
    doc_text(document, "number", draft->phone);
    doc_bool(document, "inbox", engine_enabled(request->engine, "inbox"));
}

enum flow draft_code_sent(struct request *request, struct tx *tx, const struct draft *draft, struct text token,
                          struct text place) {
    struct node *document = doc_new(request->arena);
    struct code_state state = {0};
    code_state(request->engine, tx, purpose_of(draft), draft->hash, &state);
    if (token.data) doc_text(document, "draft", token);
    doc_moment(document, "again_at", state.again_at);
    doc_moment(document, "expires", state.expires);
    return answer_done(request, document, place);
}

enum flow draft_code_try(struct request *request, struct tx *tx, const struct draft *draft) {
    struct text typed = field_text(request, "code");
    switch (code_try(request->engine, tx, purpose_of(draft), draft->hash, draft->phone, typed)) {
    case CODE_WRONG: return refuse_at(request, "code", &wrong);
    case CODE_SPENT: return refuse_at(request, "code", &spent);
    case CODE_RIGHT: break;
    }
    return FLOW_NEXT;
}

enum flow draft_code_early(struct request *request, struct tx *tx, const struct draft *draft) {
    struct code_state state = {0};
    code_state(request->engine, tx, purpose_of(draft), draft->hash, &state);
    return world_now(request->world) < state.again_at ? refuse_until(request, &early, state.again_at) : FLOW_NEXT;
}
