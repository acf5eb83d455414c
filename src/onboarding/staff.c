/* staff.c: what staff do for an application: a manager's call in which a code word is agreed, and the review that
 * decides (ID-6). Its data is open to who has taken its task, and to nobody else; how it stands, and what became of
 * it, to whoever works on applications. */
#include "onboarding/staff.h"

#include "backoffice/backoffice.h"
#include "base/check.h"
#include "onboarding/internal.h"

static const struct refusal not_yours = {"task-not-yours", 403, S_onboarding_staff_take, false};
static const struct refusal taken = {"number-taken", 409, S_onboarding_taken, false};
static const struct refusal decided_already = {"already-decided", 409, S_onboarding_staff_decided_already, false};

const struct queue onboarding_queues[] = {
    {.name = "onboarding.call",
     .title = S_onboarding_staff_calls,
     .roles = ROLE_SUPPORT,
     .due_us = DAY,
     .page = "/staff/applications/"},
    {.name = "onboarding.review",
     .title = S_onboarding_staff_reviews,
     .roles = ROLE_IDENTIFICATION,
     .due_us = 3 * DAY,
     .page = "/staff/applications/"},
    {.name = NULL},
};

static const char *queue_of(const struct onboarding *onboarding, const struct application *application) {
    const struct plan *plan = &onboarding->plan;
    size_t at = plan_next(plan, application->done);
    if (application->state != APPLICATION_WAITING || at == plan->count) return NULL;
    return plan->steps[at].kind == STEP_CALL ? "onboarding.call" : "onboarding.review";
}

void staff_asked(struct engine *engine, struct tx *tx, const struct application *application) {
    struct locale locale = {.language = (enum language)engine_config(engine)->language};
    const char *queue = queue_of(onboarding_of(engine), application);
    check(queue != NULL);
    struct text summary = string_get(tx_arena(tx), &locale, S_onboarding_staff_summary, NULL, 0);
    queue_add(engine, tx, queue, application->id, 0, summary, 0);
}

/* FLOW_NEXT: one that waits for staff, and its task is the caller's. */
static enum flow find(struct request *request, struct tx *tx, struct application *application, const char **queue) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id) || !application_by_id(request->engine, tx, id, application))
        return answer_missing(request);
    *queue = queue_of(onboarding_of(request->engine), application);
    if (*queue == NULL) return answer_missing(request);
    return queue_owner(tx, *queue, id) == request->caller.staff ? FLOW_NEXT : refuse(request, &not_yours);
}

/* It is decided, by staff. */
static bool find_decided(struct request *request, struct tx *tx, struct application *application) {
    int64_t id = 0;
    return request_param_id(request, 0, &id) && application_by_id(request->engine, tx, id, application) &&
           application->staff != 0 &&
           (application->state == APPLICATION_REFUSED || application->state == APPLICATION_OPENED);
}

/* ---- how it stands ---- */

static string_id state_words(enum application_state state) {
    switch (state) {
    case APPLICATION_FILLING: return S_onboarding_staff_state_filling;
    case APPLICATION_WAITING: return S_onboarding_staff_state_waiting;
    case APPLICATION_REFUSED: return S_onboarding_staff_state_refused;
    case APPLICATION_OPENED: return S_onboarding_staff_state_opened;
    }
    return S_none;
}

static struct text say(const struct request *request, string_id words) {
    return string_get(request->arena, &request->locale, words, NULL, 0);
}

/* What is not personal data: nobody's task is asked for. */
static void tell_state(struct request *request, struct tx *tx, const struct application *application,
                       struct node *document) {
    const struct plan *plan = &onboarding_of(request->engine)->plan;
    size_t next = plan_next(plan, application->done);
    bool refused = application->state == APPLICATION_REFUSED;
    doc_id(document, "id", application->id);
    doc_text(document, "state", application_state_name(application));
    doc_text(document, "state_words", say(request, state_words(application->state)));
    doc_bool(document, "waits", application->state == APPLICATION_WAITING);
    doc_bool(document, "refused", refused);
    doc_text(document, "step", next < plan->count && !refused ? text_from(plan->steps[next].name) : TEXT_NONE);
    doc_text(document, "reason", refused ? application_reason_name(application->reason) : TEXT_NONE);
    doc_text(document, "why", refused ? say(request, application_reason_words(application->reason)) : TEXT_NONE);
    doc_text(document, "login", staff_login(tx, request->arena, application->staff));
    doc_moment(document, "made", application->made);
    if (application->decided != 0) doc_moment(document, "decided", application->decided);
    else doc_null(document, "decided");
    if (application->customer != 0) doc_id(document, "customer", application->customer);
    else doc_null(document, "customer");
}

/* GET /staff/applications: of the number that was typed; he who is on the phone asks how it stands. */
enum flow staff_applications(struct request *request, struct tx *tx) {
    struct application application;
    struct node *document = doc_new(request->arena);
    bool asked = request->fields_valid && field_given(request, "phone");
    bool found = asked && application_latest(request->engine, tx, field_text(request, "phone"), &application);
    doc_bool(document, "asked", asked);
    doc_bool(document, "found", found);
    if (found) tell_state(request, tx, &application, doc_object(document, "application"));
    return answer_ok(request, document);
}

static void tell_facts(struct request *request, const struct application *application, struct node *facts) {
    for (int i = 0; i < ANSWER_SUM; i++) {
        struct text kept = application->answers.of[i];
        if (!kept.data) continue;
        struct node *fact = doc_add_object(facts);
        doc_text(fact, "name", text_from(question_of((enum detail)i)->name));
        doc_text(fact, "label", say(request, question_of((enum detail)i)->label));
        doc_text(fact, "value", answer_shown(request->arena, (enum detail)i, kept));
    }
}

/* GET /staff/applications/{id} */
enum flow staff_application(struct request *request, struct tx *tx) {
    struct application application;
    const char *queue = "";
    bool decided = find_decided(request, tx, &application);
    if (!decided && find(request, tx, &application, &queue) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    struct text phone = phone_pretty(request->arena, application.phone);
    tell_state(request, tx, &application, document);
    doc_text(document, "phone", decided ? mask_text(request->arena, phone) : phone);
    doc_bool(document, "call", text_is(text_from(queue), "onboarding.call"));
    struct node *facts = doc_array(document, "facts"), *photos = doc_array(document, "photos");
    if (decided) return answer_ok(request, document);
    tell_facts(request, &application, facts);
    photos_list(tx, application.id, photos);
    return answer_ok(request, document);
}

/* ---- deciding ---- */

static enum flow answer_decision(struct request *request, const struct application *application) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", application->id);
    doc_bool(document, "opened", application->state == APPLICATION_OPENED);
    return answer_done(request, document, TEXT("/staff/tasks"));
}

/* Pressed again: what was decided then is what is answered. */
static enum flow answer_again(struct request *request, const struct application *application, bool approved) {
    bool same = application->staff == request->caller.staff && approved == (application->state == APPLICATION_OPENED);
    return same ? answer_decision(request, application) : refuse(request, &decided_already);
}

/* POST /staff/applications/{id} */
enum flow staff_decide(struct request *request, struct tx *tx) {
    struct application application;
    const char *queue = NULL;
    struct text token = TEXT_NONE;
    bool approved = field_number(request, "outcome") == 0;
    if (find_decided(request, tx, &application)) return answer_again(request, &application, approved);
    if (find(request, tx, &application, &queue) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool call = text_is(text_from(queue), "onboarding.call");
    if (approved && call && !field_given(request, "code_word"))
        return refuse_field(request, "code_word", S_onboarding_staff_word_missing);
    if (call && field_given(request, "code_word"))
        application.answers.of[ANSWER_CODE_WORD] = field_text(request, "code_word");
    queue_finish(request->engine, tx, queue, application.id, request->caller.staff, approved ? "approved" : "refused");
    application.staff = request->caller.staff;
    application.decided = world_now(request->world);
    if (approved) {
        application.done |= UINT64_C(1) << (call ? STEP_CALL : STEP_REVIEW);
        application.state = APPLICATION_FILLING;
    } else {
        application.state = APPLICATION_REFUSED;
        application.reason = (enum reason)(field_number(request, "reason") + REASON_STAFF);
        application.secret = TEXT_NONE;
    }
    if (!application_go_on(request->engine, tx, &application, NULL, NULL, &token)) return refuse(request, &taken);
    application_save(request->engine, tx, &application);
    audit_record(request, application.customer, approved ? "onboarding.approved" : "onboarding.refused",
                 approved ? TEXT_NONE : application_reason_name(application.reason));
    return answer_decision(request, &application);
}

enum flow staff_photo(struct request *request, struct tx *tx) {
    struct application application;
    const char *queue = NULL, *type = NULL;
    int64_t page = 0;
    struct text bytes = TEXT_NONE;
    if (find(request, tx, &application, &queue) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!text_to_int(request->params[1], &page) ||
        !photo_opened(request->engine, tx, application.id, page, &type, &bytes))
        return answer_missing(request);
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){.content_type = type, .bytes = text_copy(request->arena, bytes)};
    return answer_file(request, file);
}
