/* step_email.c: a code sent to the address that was given confirms it (ID-3, ID-13). */
#include "onboarding/internal.h"

#include "identity/code.h"
#include "messaging/messaging.h"

static const struct refusal wrong = {"code-wrong", 422, S_onboarding_code_wrong, true};
static const struct refusal spent = {"code-spent", 422, S_onboarding_code_spent, true};
static const struct refusal had = {"address-taken", 422, S_onboarding_mail_taken, true};
static const struct refusal early = {"code-sent-recently", 429, S_onboarding_code_early, false};

static void subject_of(struct engine *engine, struct tx *tx, const struct application *application,
                       uint8_t subject[SECRET_HASH_SIZE]) {
    struct text id = text_format(tx_arena(tx), "%lld", (long long)application->id);
    secret_hash(engine_keyring(engine), "application.mail", id, subject);
}

void email_send(struct engine *engine, struct tx *tx, const struct application *application) {
    uint8_t subject[SECRET_HASH_SIZE];
    struct text address = application->answers.of[ANSWER_MAIL];
    subject_of(engine, tx, application, subject);
    struct code_state state = {0};
    struct node code = text_value(code_make(engine, tx, CODE_APPLICATION_MAIL, subject, address, true));
    struct node company = text_value(text_from(engine_config(engine)->company));
    code_state(engine, tx, CODE_APPLICATION_MAIL, subject, &state);
    const struct string_argument arguments[] = {{"code", &code}, {"company", &company}};
    const struct mail mail = {
        .customer = application->customer,
        .address = address,
        .language = application->language,
        .subject = S_onboarding_mail_subject,
        .text = S_onboarding_mail_text,
        .arguments = arguments,
        .argument_count = 2,
        .deadline = state.expires,
        .secret = true,
    };
    message_mail(engine, tx, &mail);
}

static void draw(struct visit *visit, struct tx *tx, struct node *document) {
    uint8_t subject[SECRET_HASH_SIZE];
    struct code_state state = {0};
    subject_of(visit->engine, tx, &visit->application, subject);
    code_state(visit->engine, tx, CODE_APPLICATION_MAIL, subject, &state);
    moment now = world_now(visit->request->world);
    doc_text(document, "address", visit->application.answers.of[ANSWER_MAIL]);
    doc_moment(document, "expires", state.expires);
    doc_moment(document, "again_at", state.again_at);
    doc_bool(document, "again_now", now >= state.again_at);
}

static enum flow vet_email(struct visit *visit, struct tx *tx) {
    (void)tx;
    static const char *const names[] = {"code"};
    only_these(visit->request, names, 1);
    if (!field_given(visit->request, "code"))
        mark_field(visit->request, "code", FAULT_MISSING, S_onboarding_code_missing);
    return refuse_marked(visit->request);
}

static enum flow accept(struct visit *visit, struct tx *tx) {
    uint8_t subject[SECRET_HASH_SIZE];
    subject_of(visit->engine, tx, &visit->application, subject);
    struct text address = visit->application.answers.of[ANSWER_MAIL];
    switch (code_try(visit->engine, tx, CODE_APPLICATION_MAIL, subject, address, field_text(visit->request, "code"))) {
    case CODE_WRONG: return refuse_at(visit->request, "code", &wrong);
    case CODE_SPENT: return refuse_at(visit->request, "code", &spent);
    case CODE_RIGHT: break;
    }
    if (!message_address_bind(visit->request, tx, address)) return refuse_at(visit->request, "code", &had);
    return FLOW_NEXT;
}

enum flow email_again(struct visit *visit, struct tx *tx) {
    uint8_t subject[SECRET_HASH_SIZE];
    struct code_state state = {0};
    subject_of(visit->engine, tx, &visit->application, subject);
    code_state(visit->engine, tx, CODE_APPLICATION_MAIL, subject, &state);
    if (world_now(visit->request->world) < state.again_at) return refuse_until(visit->request, &early, state.again_at);
    email_send(visit->engine, tx, &visit->application);
    struct node *document = doc_new(visit->request->arena);
    doc_text(document, "address", visit->application.answers.of[ANSWER_MAIL]);
    return answer_done(visit->request, document, TEXT("/application/email"));
}

const struct step step_email = {&template_onboarding_email, draw, vet_email, NULL, accept};
