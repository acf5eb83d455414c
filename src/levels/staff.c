/* staff.c: staff compare documents with what the customer said of himself (ID-16, BO-3). Open to who has taken the
 * task, and to nobody else; whoever added a photo himself does not decide. */
#include "levels/internal.h"

#include "backoffice/backoffice.h"
#include "messaging/messaging.h"
#include "onboarding/photo.h"

static const struct refusal not_yours = {"task-not-yours", 403, S_levels_staff_take, false};
static const struct refusal own_photo = {"filed-by-you", 409, S_levels_staff_filed, false};
static const struct refusal done = {"review-done", 409, S_levels_staff_done, false};
static const struct refusal too_many = {"too-many-cabinets", 409, S_levels_too_many, false};

const struct queue levels_queues[] = {
    {.name = "levels.review",
     .title = S_levels_staff_queue,
     .roles = ROLE_IDENTIFICATION,
     .due_us = 2 * DAY,
     .page = "/staff/levels/"},
    {.name = NULL},
};

/* FLOW_NEXT: it waits, and its task is the caller's. */
static enum flow find(struct request *request, struct tx *tx, struct review *review) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id) || !review_by_id(tx, id, review) || review->state != REVIEW_WAITING)
        return answer_missing(request);
    return queue_owner(tx, "levels.review", id) == request->caller.staff ? FLOW_NEXT : refuse(request, &not_yours);
}

static void tell_facts(struct request *request, const struct answers *answers, struct node *facts) {
    for (int i = 0; i < ANSWER_SUM; i++) {
        struct text kept = answers->of[i];
        if (!kept.data) continue;
        const struct question *question = question_of((enum detail)i);
        struct node *fact = doc_add_object(facts);
        doc_text(fact, "name", text_from(question->name));
        doc_text(fact, "label", string_get(request->arena, &request->locale, question->label, NULL, 0));
        doc_text(fact, "value", answer_shown(request->arena, (enum detail)i, kept));
    }
}

static void tell_choices(struct request *request, struct node *list) {
    for (size_t i = 0; review_reasons[i] != NULL; i++) {
        struct node *option = doc_add_object(list);
        doc_text(option, "value", text_from(review_reasons[i]));
        doc_text(option, "title", string_get(request->arena, &request->locale, review_reason_words[i], NULL, 0));
        doc_bool(option, "selected",
                 field_given(request, "reason") && field_number(request, "reason") == (int64_t)i);
    }
}

enum flow staff_review_page(struct request *request, struct tx *tx) {
    struct review review;
    struct answers answers = {0};
    if (find(request, tx, &review) == FLOW_ANSWERED) return FLOW_ANSWERED;
    level_known(request->engine, tx, review.customer, &answers);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", review.id);
    doc_id(document, "customer", review.customer);
    doc_moment(document, "made", review.made);
    doc_bool(document, "own", review_filed_by(tx, &review, request->caller.staff));
    tell_facts(request, &answers, doc_array(document, "facts"));
    review_photos(request, tx, &review, doc_array(document, "photos"));
    tell_choices(request, doc_array(document, "reasons"));
    engine_note(request, review.customer, "levels.review.seen", TEXT_NONE);
    return answer_ok(request, document);
}

static void tell_refused(struct request *request, struct tx *tx, const struct review *review) {
    struct customer customer;
    if (!identity_customer(request->engine, tx, review->customer, &customer)) return;
    struct locale locale = {.language = customer.language};
    struct node company = text_value(text_from(engine_config(request->engine)->company));
    struct node why = text_value(
        string_get(tx_arena(tx), &locale, review_reason_words[review->reason], NULL, 0));
    const struct string_argument arguments[] = {{"company", &company}, {"why", &why}};
    message_tell(request->engine, tx, review->customer, TOPIC_SERVICE, S_levels_sms_refused, arguments, 2);
}

static enum flow approve(struct request *request, struct tx *tx, struct review *review) {
    struct level_proof proof = {.level = LEVEL_FULL, .source = LEVEL_BY_REVIEW, .reference = request->caller.login};
    level_known(request->engine, tx, review->customer, &proof.answers);
    if (!review_move(request->engine, tx, review, REVIEW_APPROVED, 0)) return refuse(request, &done);
    switch (level_raise(request->engine, tx, review->customer, &proof)) {
    case LEVEL_RAISED:
    case LEVEL_HAD: return FLOW_NEXT; /* the portal was faster */
    case LEVEL_TOO_MANY:
    case LEVEL_DISAGREES: return refuse(request, &too_many);
    case LEVEL_NOBODY: break;
    }
    return refuse(request, &done);
}

enum flow staff_review_decide(struct request *request, struct tx *tx) {
    struct review review;
    if (find(request, tx, &review) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool approved = field_number(request, "outcome") == 0;
    if (review_filed_by(tx, &review, request->caller.staff)) return refuse(request, &own_photo);
    if (!approved && !field_given(request, "reason"))
        return refuse_field(request, "reason", S_levels_staff_reason_missing);
    if (approved) {
        if (approve(request, tx, &review) == FLOW_ANSWERED) return FLOW_ANSWERED;
    } else {
        if (!review_move(request->engine, tx, &review, REVIEW_REFUSED, (int)field_number(request, "reason")))
            return refuse(request, &done);
        tell_refused(request, tx, &review);
    }
    queue_finish(request->engine, tx, "levels.review", review.id, request->caller.staff,
                 approved ? "approved" : "refused");
    audit_record(request, review.customer, approved ? "levels.approved" : "levels.refused",
                 approved ? TEXT_NONE : text_from(review_reasons[review.reason]));
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", review.id);
    doc_text(document, "outcome", approved ? TEXT("approved") : TEXT("refused"));
    return answer_done(request, document, TEXT("/staff/tasks"));
}

enum flow staff_review_photo(struct request *request, struct tx *tx) {
    struct review review;
    int64_t place = 0;
    const char *type = NULL;
    struct text bytes = TEXT_NONE;
    if (find(request, tx, &review) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!text_to_int(request->params[1], &place) ||
        !review_photo_open(request->engine, tx, &review, place, &type, &bytes))
        return answer_missing(request);
    engine_note(request, review.customer, "levels.photo.seen", request->params[1]);
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){.content_type = type, .bytes = text_copy(request->arena, bytes)};
    return answer_file(request, file);
}

/* ---- a photo that came another way: brought to the office, sent by letter ---- */

struct adding {
    struct review review;
    struct photo *photo;
};

enum flow staff_photo_check(struct request *request, struct tx *tx) {
    struct adding *adding = arena_new_of(request->arena, struct adding);
    request->scratch = adding;
    if (find(request, tx, &adding->review) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return field_number(request, "number") <= levels_of(request->engine)->settings->photos ? FLOW_NEXT
                                                                                          : answer_missing(request);
}

enum flow staff_photo_clean(struct request *request, struct tx *tx) {
    (void)tx;
    struct adding *adding = request->scratch;
    int64_t context = review_photo_context(adding->review.customer, field_number(request, "number"));
    return photo_take(request, "photo", "level.photo", context, &adding->photo);
}

enum flow staff_photo_write(struct request *request, struct tx *tx) {
    const struct adding *adding = request->scratch;
    struct review review;
    if (find(request, tx, &review) == FLOW_ANSWERED) return FLOW_ANSWERED;
    review_photo_put(request->engine, tx, &review, field_number(request, "number"), adding->photo,
                     request->caller.staff);
    audit_record(request, review.customer, "levels.photo.added", TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", review.id);
    return answer_done(request, document,
                       text_format(request->arena, "/staff/levels/%lld", (long long)review.id));
}
