/* pages.c: an application's addresses: which step comes, its page, and what was filled in (ID-3 to ID-6). Who asks is
 * known by the sign-up's draft while there is no cabinet, by the session afterwards; without either, and for anybody
 * else's, there is none. */
#include "onboarding/internal.h"



static const struct refusal none = {"sign-up-expired", 409, S_onboarding_none, false};
static const struct refusal not_yet = {"step-not-yet", 409, S_onboarding_not_yet, false};
static const struct refusal taken = {"number-taken", 409, S_onboarding_taken, false};

/* What a snapshot opened must outlive it: the page is drawn later. */
static void keep_answers(struct request *request, struct answers *answers) {
    for (int i = 0; i < ANSWER_COUNT; i++)
        if (answers->of[i].data) answers->of[i] = text_copy(request->arena, answers->of[i]);
}

static bool visit_load(struct request *request, struct tx *tx, struct visit *visit) {
    *visit = (struct visit){
        .request = request, .engine = request->engine, .onboarding = onboarding_of(request->engine)};
    bool found;
    if (request->caller.kind == WHO_CUSTOMER) {
        found = application_of_customer(visit->engine, tx, request->caller.customer, &visit->application);
    } else {
        found = identity_signup_of(request, tx, &visit->signup) &&
                application_of_phone(visit->engine, tx, visit->signup.phone, &visit->application);
    }
    keep_answers(request, &visit->application.answers);
    return found;
}

/* Of a calculator that stands before the number: nobody's application yet. */
static bool visit_before(struct request *request, struct tx *tx, struct visit *visit) {
    const struct plan *plan = &visit->onboarding->plan;
    if (plan->count == 0 || plan->steps[0].kind != STEP_CALCULATOR || !text_is(request->params[0], "calculator"))
        return false;
    if (request->caller.kind == WHO_CUSTOMER) return false;
    visit->before = true;
    visit->step = &plan->steps[0];
    if (identity_signup_begun(request, tx, visit->begun))
        start_find(visit->engine, tx, visit->begun, &visit->application.answers);
    keep_answers(request, &visit->application.answers);
    return true;
}

static bool frozen(const struct application *application) {
    return application->state != APPLICATION_FILLING;
}

/* ---- where it stands ---- */

static struct text place_of(const struct visit *visit) {
    const struct plan *plan = &visit->onboarding->plan;
    const struct application *application = &visit->application;
    size_t next = plan_next(plan, application->done);
    bool waits = application->state == APPLICATION_REFUSED || application->state == APPLICATION_WAITING;
    if (waits || (next < plan->count && !step_asks(plan->steps[next].kind))) return TEXT("/application");
    if (next == plan->count) return TEXT("/");
    return text_format(visit->request->arena, "/application/%s", plan->steps[next].name);
}

struct text application_state_name(const struct application *application) {
    static const char *const names[] = {"", "filling", "waiting", "refused", "opened"};
    return text_from(names[application->state]);
}

struct text application_reason_name(enum reason reason) {
    static const char *const names[REASON_COUNT] = {"",      "too-young", "too-old", "passport-expired", "income",
                                                    "staff", "documents", "details", "unreached",        "withdrawn"};
    return text_from(names[reason]);
}

string_id application_reason_words(enum reason reason) {
    static const string_id words[REASON_COUNT] = {
        [REASON_NONE] = S_none,
        [REASON_YOUNG] = S_onboarding_reason_young,
        [REASON_OLD] = S_onboarding_reason_old,
        [REASON_PASSPORT_OLD] = S_onboarding_reason_passport,
        [REASON_INCOME] = S_onboarding_reason_income,
        [REASON_STAFF] = S_onboarding_reason_staff,
        [REASON_DOCUMENTS] = S_onboarding_reason_documents,
        [REASON_DETAILS] = S_onboarding_reason_details,
        [REASON_UNREACHED] = S_onboarding_reason_unreached,
        [REASON_WITHDRAWN] = S_onboarding_reason_withdrawn,
    };
    return words[reason];
}

static void tell(struct visit *visit, struct tx *tx, struct node *document) {
    const struct plan *plan = &visit->onboarding->plan;
    const struct application *application = &visit->application;
    struct request *request = visit->request;
    size_t next = plan_next(plan, application->done);
    doc_text(document, "state", application_state_name(application));
    if (next < plan->count && application->state != APPLICATION_REFUSED)
        doc_text(document, "step", text_from(plan->steps[next].name));
    if (application->state == APPLICATION_REFUSED) {
        doc_text(document, "reason", application_reason_name(application->reason));
        doc_text(document, "why",
                 string_get(request->arena, &request->locale, application_reason_words(application->reason), NULL, 0));
    }
    if (application->state != APPLICATION_OPENED) doc_moment(document, "kept_until", application->expires);
    if (application->state != APPLICATION_OPENED) return;
    doc_id(document, "customer", application->customer);
    int64_t limit = onboarding_limit(tx, application->customer);
    if (limit > 0) doc_money(document, "limit", rub(limit));
}

/* Staff have approved it: the draft, which still proves the number, has nothing to go on with but a sign-in. */
static enum flow opened_meanwhile(struct request *request, struct tx *tx, struct visit *visit) {
    bool proved = request->caller.kind != WHO_CUSTOMER && identity_signup_of(request, tx, &visit->signup);
    if (!proved || identity_by_phone(request->engine, tx, visit->signup.phone) == 0)
        return see_or_refuse(request, "/signup", &none);
    if (request->wants_html) return answer_see(request, TEXT("/signin"));
    struct node *document = doc_new(request->arena);
    doc_text(document, "state", TEXT("opened"));
    doc_text(document, "phone", phone_pretty(request->arena, visit->signup.phone));
    doc_bool(document, "refused", false);
    return answer_ok(request, document);
}

/* GET /application: the state; a page goes to the step that is next. */
enum flow application_see(struct request *request, struct tx *tx) {
    struct visit visit;
    if (!visit_load(request, tx, &visit)) return opened_meanwhile(request, tx, &visit);
    struct text place = place_of(&visit);
    if (request->wants_html && !text_is(place, "/application")) return answer_see(request, place);
    struct node *document = doc_new(request->arena);
    tell(&visit, tx, document);
    doc_text(document, "phone", phone_pretty(request->arena, visit.application.phone));
    doc_bool(document, "refused", visit.application.state == APPLICATION_REFUSED);
    return answer_ok(request, document);
}

/* ---- a step ---- */

/* FLOW_NEXT: visit->step may be drawn or filled in. */
static enum flow step_load(struct request *request, struct tx *tx, struct visit *visit) {
    bool known = visit_load(request, tx, visit);
    const struct plan *plan = &visit->onboarding->plan;
    if (!known && visit_before(request, tx, visit)) return FLOW_NEXT;
    size_t at = plan_find(plan, request->params[0]);
    if (at == plan->count) return answer_missing(request);
    if (!known) return see_or_refuse(request, "/signup", &none);
    if (!plan_may(plan, visit->application.done, frozen(&visit->application), at))
        return see_or_refuse(request, "/application", &not_yet);
    visit->step = &plan->steps[at];
    return FLOW_NEXT;
}

enum flow application_draw(struct request *request, struct tx *tx) {
    struct visit visit;
    if (step_load(request, tx, &visit) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct plan *plan = &visit.onboarding->plan;
    const struct step *step = step_of(visit.step->kind);
    size_t at = plan_find(plan, request->params[0]), back = plan_back(plan, at);
    static const string_id titles[PAGE_COUNT] = {
        [PAGE_SHORT] = S_onboarding_page_short,     [PAGE_CONTACT] = S_onboarding_page_contact,
        [PAGE_PERSON] = S_onboarding_page_person,   [PAGE_PASSPORT] = S_onboarding_page_passport,
        [PAGE_ADDRESS] = S_onboarding_page_address, [PAGE_WORK] = S_onboarding_page_work,
    };
    struct node *document = doc_new(request->arena);
    doc_text(document, "step", text_from(visit.step->name));
    if (visit.step->kind == STEP_PAGE)
        doc_text(document, "title",
                 string_get(request->arena, &request->locale, titles[visit.step->page], NULL, 0));
    doc_int(document, "number", (int64_t)plan_number(plan, at));
    doc_int(document, "of", (int64_t)plan_asked(plan));
    if (back < plan->count) doc_text(document, "back", text_from(plan->steps[back].name));
    step->draw(&visit, tx, document);
    request->answer.page = step->page;
    return answer_ok(request, document);
}

enum flow application_check(struct request *request, struct tx *tx) {
    struct visit visit;
    if (step_load(request, tx, &visit) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return step_of(visit.step->kind)->vet(&visit, tx);
}

/* Only secrets need the worker. */
enum flow application_work(struct request *request, struct tx *tx) {
    (void)tx;
    const struct plan *plan = &onboarding_of(request->engine)->plan;
    size_t at = plan_find(plan, request->params[0]);
    const struct step *step = step_of(plan->steps[at].kind);
    return step->work ? step->work(request) : FLOW_NEXT;
}

enum flow application_onward(struct visit *visit, struct tx *tx) {
    struct request *request = visit->request;
    struct application *application = &visit->application;
    struct text token = TEXT_NONE;
    application->language = request->locale.language;
    if (!application_go_on(request->engine, tx, application, request, &visit->signup, &token))
        return refuse(request, &taken);
    application_save(request->engine, tx, application);
    struct node *document = doc_new(request->arena);
    tell(visit, tx, document);
    if (token.data) doc_text(document, "token", token);
    return answer_done(request, document, place_of(visit));
}

enum flow application_accept(struct request *request, struct tx *tx) {
    struct visit visit;
    if (step_load(request, tx, &visit) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (step_of(visit.step->kind)->accept(&visit, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    visit.application.done |= planned_bit(visit.step);
    return application_onward(&visit, tx);
}

/* POST /application/email/resend */
enum flow application_resend(struct request *request, struct tx *tx) {
    struct visit visit;
    if (!visit_load(request, tx, &visit) || visit.application.state != APPLICATION_OPENED)
        return see_or_refuse(request, "/signup", &none);
    const struct plan *plan = &visit.onboarding->plan;
    size_t next = plan_next(plan, visit.application.done);
    if (next == plan->count || plan->steps[next].kind != STEP_EMAIL)
        return see_or_refuse(request, "/application", &not_yet);
    return email_again(&visit, tx);
}
