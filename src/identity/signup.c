/* signup.c: the first half of signing up (ID-2): a number and a proof of not being a robot, then the code sent to
 * it. A number that has a cabinet goes the same way, in the same answers; only its SMS says something else (ID-10). */
#include "identity/draft.h"
#include "identity/robot.h"
#include "identity/secrets.h"

#include <string.h>

static const struct refusal no_draft = {"sign-up-expired", 409, S_identity_signup_expired, false};
static const struct refusal closed = {"no-self-sign-up", 403, S_identity_signup_closed, false};
static const struct refusal code_spent = {"code-spent", 422, S_identity_code_spent, true};

/* ---- the number ---- */

static enum flow draw_closed(struct request *request) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "company", text_from(engine_config(request->engine)->company));
    request->answer.page = &template_identity_closed;
    return answer_ok(request, document);
}

/* "step 1 of 3", as the profile has them. */
static void draw_step(const struct request *request, struct node *document, int after) {
    const struct signup_extension *extension = &identity_of(request->engine)->extension;
    doc_int(document, "step", (extension->next ? extension->step : 1) + after);
    doc_int(document, "steps", extension->next ? extension->steps : 2);
}

static enum flow draw_start(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    draw_step(request, document, 0);
    robot_draw(request, document);
    return answer_ok(request, document);
}

/* A number typed before comes back, so that correcting it is one change; else one that another service vouches for. */
static void fill_number(struct request *request, struct tx *tx) {
    struct draft draft;
    if (field_given(request, "phone") || !request->wants_html) return;
    struct text phone = draft_find(request, tx, &draft) ? draft.phone : identity_told(request, "phone");
    for (size_t i = 0; phone.size > 0 && i < request->route->form->count; i++) {
        if (request->route->form->fields[i].type != FIELD_PHONE) continue;
        request->fields[i].given = true;
        request->fields[i].typed = phone_pretty(request->arena, phone);
    }
}

enum flow signup_page(struct request *request, struct tx *tx) {
    const struct signup_extension *extension = &identity_of(request->engine)->extension;
    struct text first = extension->begins ? extension->begins(extension->self, request, tx) : TEXT_NONE;
    if (extension->closed) return request->wants_html ? draw_closed(request) : refuse(request, &closed);
    if (first.data && request->wants_html) return answer_see(request, first);
    fill_number(request, tx);
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

enum flow signup_start(struct request *request, struct tx *tx) {
    if (identity_of(request->engine)->extension.closed) return refuse(request, &closed);
    struct text phone = field_text(request, "phone");
    moment free_at = 0;
    if (robot_or_refuse(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!identity_may_send(request, tx, phone, &free_at)) return refuse_until(request, &code_too_many, free_at);

    struct draft draft;
    bool known = identity_by_phone(request->engine, tx, phone) != 0;
    struct text token = draft_new(request, tx, phone, known, DRAFT_CODE, &draft);
    draft_code_send(request, tx, &draft);
    return draft_code_sent(request, tx, &draft, token, TEXT("/signup/code"));
}

/* ---- the code ---- */

bool signup_asks_password(const struct request *request) {
    return identity_of(request->engine)->extension.next == NULL;
}

/* Where a draft whose code was right is gone on with. */
static const char *proved_place(const struct request *request, const struct draft *draft) {
    const char *next = identity_of(request->engine)->extension.next;
    return draft->step == DRAFT_GOES_ON && next ? next : "/signup/password";
}

enum flow signup_code_page(struct request *request, struct tx *tx) {
    struct draft draft;
    if (!draft_find(request, tx, &draft)) return see_or_refuse(request, "/signup", &no_draft);
    if (draft.step != DRAFT_CODE && request->wants_html && request->method == METHOD_GET) {
        return answer_see(request, text_from(proved_place(request, &draft)));
    }
    struct node *document = doc_new(request->arena);
    draw_step(request, document, 1);
    draft_code_draw(request, tx, &draft, document);
    if (signup_asks_password(request)) doc_text(document, "hint", identity_password_hint(request));
    doc_bool(document, "password", signup_asks_password(request));
    return answer_ok(request, document);
}

/* Onwards from the code; an extension hears of it. FLOW_NEXT: to *next; else nothing was left to ask, and it has
 * answered. */
static enum flow after_code(struct request *request, struct tx *tx, const struct draft *draft, const char **next) {
    const struct signup_extension *extension = &identity_of(request->engine)->extension;
    draft_proved(tx, draft, extension->next ? DRAFT_GOES_ON : DRAFT_PASSWORD);
    *next = extension->next ? extension->next : "/signup/password";
    if (!extension->next) return FLOW_NEXT;
    struct signup signup = {.phone = draft->phone};
    memcpy(signup.hash, draft->hash, sizeof signup.hash);
    return extension->proved(extension->self, request, tx, &signup);
}

/* FLOW_NEXT: a draft whose code is still asked for. */
static enum flow find_asked(struct request *request, struct tx *tx, struct draft *draft) {
    if (!draft_find(request, tx, draft)) return see_or_refuse(request, "/signup", &no_draft);
    if (draft->step != DRAFT_CODE) return see_or_refuse(request, proved_place(request, draft), &code_spent);
    return FLOW_NEXT;
}

/* A password may come with the code: then signing up is done in two screens. Without it, it is asked for next. */
enum flow signup_code_check(struct request *request, struct tx *tx) {
    struct draft draft;
    if (find_asked(request, tx, &draft) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!signup_asks_password(request) || !field_given(request, "password")) return FLOW_NEXT;
    return signup_password_judge(request, draft.phone);
}

enum flow signup_code_hash(struct request *request, struct tx *tx) {
    bool with = signup_asks_password(request) && field_given(request, "password");
    return with ? signup_password_hash(request, tx) : FLOW_NEXT;
}

enum flow signup_code_try(struct request *request, struct tx *tx) {
    struct draft draft;
    if (find_asked(request, tx, &draft) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (draft_code_try(request, tx, &draft) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const char *next;
    if (after_code(request, tx, &draft, &next) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (request->scratch != NULL) return signup_open(request, tx);
    struct node *document = doc_new(request->arena);
    doc_text(document, "next", strcmp(next, "/signup/password") == 0 ? TEXT("password") : text_from(next));
    return answer_done(request, document, text_from(next));
}

enum flow signup_resend(struct request *request, struct tx *tx) {
    struct draft draft;
    if (!draft_find(request, tx, &draft)) return see_or_refuse(request, "/signup", &no_draft);
    if (draft.step != DRAFT_CODE) return see_or_refuse(request, proved_place(request, &draft), &code_spent);
    moment free_at = 0;
    if (draft_code_early(request, tx, &draft) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!identity_may_send(request, tx, draft.phone, &free_at)) return refuse_until(request, &code_too_many, free_at);
    draft_code_send(request, tx, &draft);
    return draft_code_sent(request, tx, &draft, TEXT_NONE, TEXT("/signup/code"));
}

/* ---- what others tell ---- */

void identity_told_by(struct engine *engine, told_function *told) {
    identity_of(engine)->told = told;
}

struct text identity_told(struct request *request, const char *name) {
    told_function *told = identity_of(request->engine)->told;
    return told != NULL ? told(request, name) : TEXT_NONE;
}

/* ---- for the extension ---- */

void identity_signup_extend(struct engine *engine, const struct signup_extension *extension) {
    identity_of(engine)->extension = *extension;
}

bool identity_signup_begun(struct request *request, struct tx *tx, uint8_t hash[SECRET_HASH_SIZE]) {
    return draft_begun(request, tx, hash);
}

bool identity_signup_of(struct request *request, struct tx *tx, struct signup *signup) {
    struct draft draft;
    if (!draft_find(request, tx, &draft) || draft.step == DRAFT_CODE) return false;
    memcpy(signup->hash, draft.hash, sizeof signup->hash);
    signup->phone = text_copy(request->arena, draft.phone);
    return true;
}

bool identity_signup_end(struct request *request, struct tx *tx, const struct signup *signup) {
    struct draft draft = {.phone = signup->phone};
    memcpy(draft.hash, signup->hash, sizeof draft.hash);
    return draft_end(request, tx, &draft);
}
