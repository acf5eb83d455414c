/* staff.c: what staff do for an application: a manager's call in which a code word is agreed, and the review that
 * decides (ID-6). Its data is open to who has taken its task, and to nobody else. */
#include "onboarding/staff.h"

#include "backoffice/backoffice.h"
#include "base/check.h"
#include "onboarding/internal.h"

static const struct refusal not_yours = {"task-not-yours", 403, S_onboarding_staff_take, false};
static const struct refusal taken = {"number-taken", 409, S_onboarding_taken, false};

STATEMENT(by_id, "SELECT phone FROM application WHERE id = $1");

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
    struct text phone = TEXT_NONE;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    struct rows *rows = tx_query(tx, &by_id, VALUES(V_INT(id)));
    bool found = rows_next(rows) && secret_open(engine_keyring(request->engine), tx_arena(tx), "application.phone", id,
                                                row_text(rows, 0), &phone);
    rows_end(rows);
    if (!found || !application_of_phone(request->engine, tx, phone, application) || application->id != id)
        return answer_missing(request);
    *queue = queue_of(onboarding_of(request->engine), application);
    if (*queue == NULL) return answer_missing(request);
    return queue_owner(tx, *queue, id) == request->caller.staff ? FLOW_NEXT : refuse(request, &not_yours);
}

enum flow staff_application(struct request *request, struct tx *tx) {
    struct application application;
    const char *queue = NULL;
    if (find(request, tx, &application, &queue) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", application.id);
    doc_text(document, "phone", phone_pretty(request->arena, application.phone));
    doc_moment(document, "made", application.made);
    doc_bool(document, "call", text_is(text_from(queue), "onboarding.call"));
    struct node *facts = doc_array(document, "facts");
    for (int i = 0; i < ANSWER_SUM; i++) {
        struct text kept = application.answers.of[i];
        if (!kept.data) continue;
        struct node *fact = doc_add_object(facts);
        doc_text(fact, "name", text_from(question_of((enum detail)i)->name));
        doc_text(fact, "label",
                 string_get(request->arena, &request->locale, question_of((enum detail)i)->label, NULL, 0));
        doc_text(fact, "value",
                 answer_shown(request->arena, (enum detail)i, kept));
    }
    photos_list(tx, application.id, doc_array(document, "photos"));
    return answer_ok(request, document);
}

enum flow staff_decide(struct request *request, struct tx *tx) {
    struct application application;
    const char *queue = NULL;
    struct text token = TEXT_NONE;
    if (find(request, tx, &application, &queue) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool approved = field_number(request, "outcome") == 0, call = text_is(text_from(queue), "onboarding.call");
    if (approved && call && !field_given(request, "code_word"))
        return refuse_field(request, "code_word", S_onboarding_staff_word_missing);
    if (call && field_given(request, "code_word"))
        application.answers.of[ANSWER_CODE_WORD] = field_text(request, "code_word");
    queue_finish(request->engine, tx, queue, application.id, request->caller.staff, approved ? "approved" : "refused");
    if (approved) {
        application.done |= UINT64_C(1) << (call ? STEP_CALL : STEP_REVIEW);
        application.state = APPLICATION_FILLING;
    } else {
        application.state = APPLICATION_REFUSED;
        application.reason = REASON_STAFF;
        application.secret = TEXT_NONE;
    }
    if (!application_go_on(request->engine, tx, &application, NULL, NULL, &token)) return refuse(request, &taken);
    application_save(request->engine, tx, &application);
    audit_record(request, application.customer, approved ? "onboarding.approved" : "onboarding.refused", TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", application.id);
    doc_bool(document, "opened", application.state == APPLICATION_OPENED);
    return answer_done(request, document, TEXT("/staff/tasks"));
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
