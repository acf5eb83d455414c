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

enum flow signup_password_page(struct request *request, struct tx *tx) {
    struct draft draft;
    if (!draft_find(request, tx, &draft)) return see_or_refuse(request, "/signup", &no_draft);
    if (draft.step != DRAFT_PASSWORD) return see_or_refuse(request, "/signup/code", &code_first);
    const struct identity_settings *settings = identity_settings(request->engine);
    bool composed = settings->password_policy == PASSWORD_COMPOSED;
    struct node *document = doc_new(request->arena);
    doc_text(document, "phone", phone_pretty(request->arena, draft.phone));
    doc_text(document, "policy", composed ? TEXT("composed") : TEXT("modern"));
    doc_int(document, "least", settings->password_min);
    struct node least = {.kind = NODE_INT, .number = settings->password_min};
    const struct string_argument arguments[] = {{"least", &least}};
    string_id hint = composed ? S_identity_password_hint_composed : S_identity_password_hint_modern;
    doc_text(document, "hint", string_get(request->arena, &request->locale, hint, arguments, 1));
    return answer_ok(request, document);
}

/* Says every rule that is missing, each in its own words, beside the field. */
static enum flow refuse_password(struct request *request, unsigned faults) {
    struct buffer words = buffer_new(request->arena, 256);
    const struct identity_settings *settings = identity_settings(request->engine);
    struct node *least = arena_new_of(request->arena, struct node);
    *least = (struct node){.kind = NODE_INT, .number = settings->password_min};
    const struct string_argument arguments[] = {{"least", least}};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        if (!(faults & told[i].fault)) continue;
        if (words.size > 0) buffer_add_literal(&words, ", ");
        buffer_add_text(&words, string_get(request->arena, &request->locale, told[i].text, arguments, 1));
    }
    struct node missing = text_value(buffer_text(&words));
    const struct string_argument whole[] = {{"missing", &missing}};
    for (size_t i = 0; i < request->route->form->count; i++) {
        if (request->route->form->fields[i].type != FIELD_SECRET) continue;
        request->fields[i].words = string_get(request->arena, &request->locale, S_identity_password_missing, whole, 1);
    }
    return refuse_at(request, "password", &weak);
}

enum flow signup_password_check(struct request *request, struct tx *tx) {
    struct draft draft;
    if (!draft_find(request, tx, &draft)) return see_or_refuse(request, "/signup", &no_draft);
    if (draft.step != DRAFT_PASSWORD) return see_or_refuse(request, "/signup/code", &code_first);
    const struct identity_settings *settings = identity_settings(request->engine);
    unsigned faults = password_faults(field_text(request, "password"), (enum password_policy)settings->password_policy,
                                      settings->password_min, draft.phone);
    return faults ? refuse_password(request, faults) : FLOW_NEXT;
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
    int64_t customer = customer_open(request->engine, tx, draft.phone, *encoded, request->locale.language);
    if (customer == 0) return refuse(request, &number_taken);
    bool by_token = field_number(request, "token") != 0 && !request->wants_html;
    struct text token = session_open(request, tx, customer, by_token);
    struct node *document = doc_new(request->arena);
    doc_id(document, "customer", customer);
    if (by_token) doc_text(document, "token", token);
    return answer_done(request, document, TEXT("/"));
}
