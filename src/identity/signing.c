/* signing.c: see signing.h. */
#include "identity/signing.h"

#include "base/check.h"
#include "generated/strings_identity.h"
#include "identity/common.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"

static const struct refusal wrong = {"code-wrong", 422, S_identity_code_wrong, true};
static const struct refusal spent = {"code-spent", 422, S_identity_code_spent, true};
static const struct refusal early = {"code-sent-recently", 429, S_identity_code_early, false};
static const struct refusal too_many = {"too-many-codes", 429, S_identity_code_too_many, true};

static void subject_of(struct request *request, const struct signing *signing, uint8_t subject[SECRET_HASH_SIZE]) {
    secret_hash(engine_keyring(request->engine), signing->kind, signing->bound, subject);
}

enum flow signing_send(struct request *request, struct tx *tx, const struct signing *signing) {
    struct engine *engine = request->engine;
    struct customer customer;
    moment free_at = 0;
    uint8_t subject[SECRET_HASH_SIZE];
    check(signing->count <= SIGNING_ARGUMENTS);
    if (!identity_customer(engine, tx, signing->customer, &customer)) return answer_missing(request);
    if (!identity_may_send_to(request, tx, signing->customer, customer.phone, &free_at))
        return refuse_until(request, &too_many, free_at);
    subject_of(request, signing, subject);
    struct node code = text_value(code_make(engine, tx, signing->purpose, subject, customer.phone, true));
    struct node company = text_value(text_from(engine_config(engine)->company));
    struct node host = text_value(site_host(request));
    struct string_argument arguments[SIGNING_ARGUMENTS + 3] = {
        {"company", &company}, {"code", &code}, {"host", &host}};
    for (size_t i = 0; i < signing->count; i++) arguments[3 + i] = signing->arguments[i];
    message_sms(engine, tx,
                &(struct message){.customer = signing->customer,
                                  .phone = customer.phone,
                                  .language = customer.language,
                                  .text = signing->text,
                                  .arguments = arguments,
                                  .argument_count = 3 + signing->count,
                                  .deadline = signing->deadline,
                                  .secret = true});
    return FLOW_NEXT;
}

enum flow signing_again(struct request *request, struct tx *tx, const struct signing *signing) {
    struct code_state state;
    uint8_t subject[SECRET_HASH_SIZE];
    subject_of(request, signing, subject);
    if (code_state(request->engine, tx, signing->purpose, subject, &state) &&
        world_now(request->world) < state.again_at)
        return refuse_until(request, &early, state.again_at);
    return signing_send(request, tx, signing);
}

void signing_tell(struct request *request, struct tx *tx, const struct signing *signing, struct node *document) {
    struct code_state state = {0};
    uint8_t subject[SECRET_HASH_SIZE];
    moment now = world_now(request->world);
    subject_of(request, signing, subject);
    code_state(request->engine, tx, signing->purpose, subject, &state);
    doc_moment(document, "expires", state.expires);
    doc_int(document, "seconds_left", state.expires > now ? (state.expires - now) / SECOND : 0);
    doc_moment(document, "again_at", state.again_at);
    doc_bool(document, "again_now", now >= state.again_at);
    doc_bool(document, "inbox", engine_enabled(request->engine, "inbox"));
}

enum flow signing_try(struct request *request, struct tx *tx, const struct signing *signing, moment *sent) {
    struct code_state state = {0};
    struct customer customer;
    uint8_t subject[SECRET_HASH_SIZE];
    if (!identity_customer(request->engine, tx, signing->customer, &customer)) return answer_missing(request);
    subject_of(request, signing, subject);
    code_state(request->engine, tx, signing->purpose, subject, &state);
    switch (code_try(request->engine, tx, signing->purpose, subject, customer.phone, field_text(request, "code"))) {
    case CODE_WRONG: return refuse_at(request, "code", &wrong);
    case CODE_SPENT: return refuse_at(request, "code", &spent);
    case CODE_RIGHT: break;
    }
    *sent = state.made;
    return FLOW_NEXT;
}
