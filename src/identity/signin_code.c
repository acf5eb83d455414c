/* signin_code.c: by number and a code sent to it (ID-8), where signing up chooses no secret. Who has chosen a password
 * in his cabinet is asked for it after the code: the two together are his way in, neither is by itself. A number that
 * nobody has goes the same way in the same answers; its code never matches, and its SMS says how to sign up (ID-10). On
 * a device that he never signed in from, the code alone opens the cabinet but lets little money out for a time: whoever
 * has got hold of a number by another SIM has it, too. */
#include "identity/code.h"
#include "identity/draft.h"
#include "identity/secrets.h"
#include "identity/signin.h"

static const struct refusal other_way = {"other-way", 409, S_identity_signin_other_way, false};
static const struct refusal expired = {"sign-in-expired", 409, S_identity_signin_expired, false};
static const struct refusal code_spent = {"code-spent", 422, S_identity_code_spent, true};
static const struct refusal code_first = {"code-first", 409, S_identity_signup_code_first, false};
static const struct refusal wrong = {"password-wrong", 422, S_identity_signin_password_wrong, true};
static const struct refusal locked = {"too-many-tries", 429, S_identity_signin_locked, true};

bool identity_by_code(const struct engine *engine) {
    return identity_of(engine)->extension.by_code;
}

/* Where he goes on after signing in is carried by the pages: it opens nothing. */
static struct text place(struct request *request, const char *path) {
    struct text next = field_text(request, "next");
    return local_path(next) ? text_format(request->arena, "%s?next=%.*s", path, TEXT_ARG(next)) : text_from(path);
}

/* Whose number it is; a closed cabinet is nobody's. */
static int64_t owner_of(struct request *request, struct tx *tx, struct text phone) {
    struct customer customer = {0};
    int64_t id = identity_by_phone(request->engine, tx, phone);
    return identity_customer(request->engine, tx, id, &customer) && !customer.closed ? id : 0;
}

enum flow signin_number_start(struct request *request, struct tx *tx) {
    struct text phone = field_text(request, "phone");
    moment free_at = 0;
    if (!identity_by_code(request->engine)) return refuse(request, &other_way);
    if (robot_or_refuse(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    int64_t customer = owner_of(request, tx, phone);
    if (!identity_may_send_to(request, tx, customer, phone, &free_at))
        return refuse_until(request, &code_too_many, free_at);
    struct draft draft;
    struct text token = draft_new(request, tx, phone, customer != 0, DRAFT_SIGN_IN, &draft);
    draft_code_send(request, tx, &draft);
    return draft_code_sent(request, tx, &draft, token, place(request, "/signin/code"));
}

/* ---- the code ---- */

enum flow signin_code_page(struct request *request, struct tx *tx) {
    struct draft draft;
    if (!draft_find_sign_in(request, tx, &draft)) return see_or_refuse(request, "/signin", &expired);
    if (draft.step != DRAFT_SIGN_IN && request->wants_html && request->method == METHOD_GET)
        return answer_see(request, place(request, "/signin/password"));
    struct node *document = doc_new(request->arena);
    draft_code_draw(request, tx, &draft, document);
    return answer_ok(request, document);
}

/* FLOW_NEXT: a draft whose code is still asked for. */
static enum flow find_asked(struct request *request, struct tx *tx, struct draft *draft) {
    if (!draft_find_sign_in(request, tx, draft)) return see_or_refuse(request, "/signin", &expired);
    return draft->step == DRAFT_SIGN_IN ? FLOW_NEXT : see_or_refuse(request, "/signin/password", &code_spent);
}

enum flow signin_code_resend(struct request *request, struct tx *tx) {
    struct draft draft;
    moment free_at = 0;
    if (find_asked(request, tx, &draft) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (draft_code_early(request, tx, &draft) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!identity_may_send_to(request, tx, owner_of(request, tx, draft.phone), draft.phone, &free_at))
        return refuse_until(request, &code_too_many, free_at);
    draft_code_send(request, tx, &draft);
    return draft_code_sent(request, tx, &draft, TEXT_NONE, place(request, "/signin/code"));
}

static bool wants_token(const struct request *request) {
    return field_number(request, "token") != 0 && !request->wants_html;
}

/* By the code alone, unless an authenticator app is asked after it. */
static enum flow let_in(struct request *request, struct tx *tx, int64_t customer) {
    const struct identity_settings *settings = identity_settings(request->engine);
    struct text next = field_text(request, "next");
    bool by_token = wants_token(request);
    if (identity_gates(request, tx, customer, by_token, PROVED_BY_CODE, next) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!identity_device_known(request, tx, customer))
        identity_cool(request->engine, tx, customer, world_now(request->world) + settings->code_cooling,
                      settings->code_sum);
    return identity_let_in(request, tx, customer, by_token, next);
}

enum flow signin_code_try(struct request *request, struct tx *tx) {
    struct draft draft;
    if (find_asked(request, tx, &draft) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (draft_code_try(request, tx, &draft) == FLOW_ANSWERED) return FLOW_ANSWERED;
    int64_t customer = owner_of(request, tx, draft.phone); /* since the code was sent it may have been closed */
    if (customer == 0) return see_or_refuse(request, "/signin", &expired);
    if (customer_password(tx, customer, request->arena).data == NULL) {
        draft_end(request, tx, &draft);
        return let_in(request, tx, customer);
    }
    draft_proved(tx, &draft, DRAFT_SIGN_IN_PASSWORD);
    struct node *document = doc_new(request->arena);
    doc_text(document, "next", TEXT("password"));
    return answer_done(request, document, place(request, "/signin/password"));
}

/* ---- the password, where he has one ---- */

/* FLOW_NEXT: one whose code was right. */
static enum flow find_proved(struct request *request, struct tx *tx, struct draft *draft) {
    if (!draft_find_sign_in(request, tx, draft)) return see_or_refuse(request, "/signin", &expired);
    return draft->step == DRAFT_SIGN_IN ? see_or_refuse(request, "/signin/code", &code_first) : FLOW_NEXT;
}

enum flow signin_password_page(struct request *request, struct tx *tx) {
    struct draft draft;
    if (find_proved(request, tx, &draft) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    doc_text(document, "phone", phone_pretty(request->arena, draft.phone));
    doc_bool(document, "recover", engine_enabled(request->engine, "recovery"));
    return answer_ok(request, document);
}

struct after_code {
    int64_t customer;
    struct text encoded;
};

enum flow signin_password_reserve(struct request *request, struct tx *tx) {
    struct draft draft;
    moment free_at = 0;
    if (find_proved(request, tx, &draft) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct after_code *after = arena_new_of(request->arena, struct after_code);
    after->customer = owner_of(request, tx, draft.phone);
    if (after->customer == 0) return see_or_refuse(request, "/signin", &expired);
    if (!identity_try(request, tx, "signin.after-code", after->customer, &free_at))
        return refuse_until(request, &locked, free_at);
    after->encoded = customer_password(tx, after->customer, request->arena);
    request->scratch = after;
    return FLOW_NEXT;
}

enum flow signin_password_compare(struct request *request, struct tx *tx) {
    (void)tx;
    const struct after_code *after = request->scratch;
    struct text typed = field_text(request, "password");
    bool right = after->encoded.data ? password_matches(after->encoded, typed) : password_matches_nobody(typed);
    return right ? FLOW_NEXT : refuse_at(request, "password", &wrong);
}

enum flow signin_password_open(struct request *request, struct tx *tx) {
    const struct after_code *after = request->scratch;
    struct draft draft;
    if (find_proved(request, tx, &draft) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct text now = customer_password(tx, after->customer, request->arena);
    if (!text_equal(now, after->encoded)) return refuse_at(request, "password", &wrong); /* changed meanwhile */
    if (owner_of(request, tx, draft.phone) != after->customer || !draft_end(request, tx, &draft))
        return see_or_refuse(request, "/signin", &expired);
    identity_try_right(request, tx, "signin.after-code", after->customer);
    struct text next = field_text(request, "next");
    bool by_token = wants_token(request);
    if (identity_gates(request, tx, after->customer, by_token, PROVED_BY_CODE, next) == FLOW_ANSWERED)
        return FLOW_ANSWERED;
    return identity_let_in(request, tx, after->customer, by_token, next);
}
