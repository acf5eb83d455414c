/* signup_password.c: the second half of signing up: a password by the profile's policy, and the cabinet opens. */
#include "identity/draft.h"
#include "identity/session.h"

static const struct refusal no_draft = {"sign-up-expired", 409, S_identity_signup_expired, false};
static const struct refusal code_first = {"code-first", 409, S_identity_signup_code_first, false};
static const struct refusal number_taken = {"number-taken", 409, S_identity_signup_taken, false};

static const struct refusal weak = {"password-weak", 422, S_identity_password_weak, false};

/* The words of each rule, in the order in which they are told. */
static const struct {
    enum password_fault fault;
    string_id text;
} told[] = {
    {PASSWORD_MALFORMED, S_identity_password_malformed}, {PASSWORD_SHORT, S_identity_password_short},
    {PASSWORD_LONG, S_identity_password_long},           {PASSWORD_NO_LOWER, S_identity_password_no_lower},
    {PASSWORD_NO_UPPER, S_identity_password_no_upper},   {PASSWORD_NO_DIGIT, S_identity_password_no_digit},
    {PASSWORD_NO_SIGN, S_identity_password_no_sign},     {PASSWORD_COMMON, S_identity_password_common},
};

struct text identity_password_hint(struct request *request) {
    const struct identity_settings *settings = identity_settings(request->engine);
    struct node least = {.kind = NODE_INT, .number = settings->password_min};
    const struct string_argument arguments[] = {{"least", &least}};
    bool composed = settings->password_policy == PASSWORD_COMPOSED;
    string_id hint = composed ? S_identity_password_hint_composed : S_identity_password_hint_modern;
    return string_get(request->arena, &request->locale, hint, arguments, 1);
}

enum flow signup_password_page(struct request *request, struct tx *tx) {
    struct draft draft;
    if (!draft_find(request, tx, &draft)) return see_or_refuse(request, "/signup", &no_draft);
    if (draft.step != DRAFT_PASSWORD) return see_or_refuse(request, "/signup/code", &code_first);
    const struct identity_settings *settings = identity_settings(request->engine);
    bool composed = settings->password_policy == PASSWORD_COMPOSED;
    struct node *document = doc_new(request->arena);
    doc_text(document, "phone", phone_pretty(request->arena, draft.phone));
    doc_int(document, "step", 2);
    doc_int(document, "steps", 2);
    doc_text(document, "policy", composed ? TEXT("composed") : TEXT("modern"));
    doc_int(document, "least", settings->password_min);
    doc_text(document, "hint", identity_password_hint(request));
    return answer_ok(request, document);
}

/* Every rule that is missing, each in its own words. */
static struct text faults_words(struct request *request, unsigned faults) {
    struct buffer words = buffer_new(request->arena, 256);
    struct node least = {.kind = NODE_INT, .number = identity_settings(request->engine)->password_min};
    const struct string_argument arguments[] = {{"least", &least}};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        if (!(faults & told[i].fault)) continue;
        if (words.size > 0) buffer_add_literal(&words, ", ");
        buffer_add_text(&words, string_get(request->arena, &request->locale, told[i].text, arguments, 1));
    }
    struct node missing = text_value(buffer_text(&words));
    const struct string_argument whole[] = {{"missing", &missing}};
    return string_get(request->arena, &request->locale, S_identity_password_missing, whole, 1);
}

/* … beside the field. */
static enum flow refuse_password(struct request *request, unsigned faults) {
    for (size_t i = 0; i < request->route->form->count; i++) {
        if (request->route->form->fields[i].type != FIELD_SECRET) continue;
        request->fields[i].words = faults_words(request, faults);
    }
    return refuse_at(request, "password", &weak);
}

enum flow signup_password_judge(struct request *request, struct text phone) {
    const struct identity_settings *settings = identity_settings(request->engine);
    unsigned faults = password_faults(field_text(request, "password"), (enum password_policy)settings->password_policy,
                                      settings->password_min, phone);
    return faults ? refuse_password(request, faults) : FLOW_NEXT;
}

enum flow signup_password_check(struct request *request, struct tx *tx) {
    struct draft draft;
    if (!draft_find(request, tx, &draft)) return see_or_refuse(request, "/signup", &no_draft);
    if (draft.step != DRAFT_PASSWORD) return see_or_refuse(request, "/signup/code", &code_first);
    return signup_password_judge(request, draft.phone);
}

enum flow signup_password_hash(struct request *request, struct tx *tx) {
    (void)tx;
    static const struct refusal busy = {"unavailable", 503, S_identity_busy, false};
    struct text *encoded = arena_new_of(request->arena, struct text);
    if (!password_hash(request->arena, field_text(request, "password"), encoded)) {
        request->answer.retry_after_s = 1;
        return refuse(request, &busy);
    }
    request->scratch = encoded;
    return FLOW_NEXT;
}

enum flow signup_open(struct request *request, struct tx *tx) {
    const struct text *encoded = request->scratch;
    struct draft draft;
    if (!draft_find(request, tx, &draft) || draft.step != DRAFT_PASSWORD || !draft_end(request, tx, &draft)) {
        return see_or_refuse(request, "/signup", &no_draft);
    }
    int64_t customer = customer_open(request->engine, tx, draft.phone, *encoded, request->locale.language, 0);
    if (customer == 0) return refuse(request, &number_taken);
    bool by_token = field_number(request, "token") != 0 && !request->wants_html;
    struct text token = session_open(request, tx, customer, by_token);
    struct node *document = doc_new(request->arena);
    doc_id(document, "customer", customer);
    if (by_token) doc_text(document, "token", token);
    return answer_done(request, document, TEXT("/"));
}

/* ---- for the extension of sign-up ---- */

struct text identity_password_wrong(struct request *request, struct text password, struct text phone) {
    const struct identity_settings *settings = identity_settings(request->engine);
    unsigned faults = password_faults(password, (enum password_policy)settings->password_policy,
                                      settings->password_min, phone);
    return faults ? faults_words(request, faults) : TEXT_NONE;
}

int64_t identity_open(struct engine *engine, struct tx *tx, struct text phone, struct text encoded,
                      enum language language, int64_t application) {
    return customer_open(engine, tx, phone, encoded, language, application);
}

struct text identity_sign_in(struct request *request, struct tx *tx, int64_t customer, bool by_token) {
    return session_open(request, tx, customer, by_token);
}
