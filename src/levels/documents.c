/* documents.c: the full level, the customer's side: photos of his documents, one by one, then staff look at them. */
#include "levels/internal.h"

#include "backoffice/backoffice.h"
#include "onboarding/photo.h"

static const struct refusal first = {"passport-first", 409, S_levels_passport_first, false};
static const struct refusal waits = {"review-waits", 409, S_levels_waits, false};
static const struct refusal missing = {"photos-missing", 422, S_levels_photos_missing, false};
static const struct refusal place = {"no-such-place", 422, S_levels_no_place, false};

/* FLOW_NEXT: documents may be sent. */
static enum flow may_send(struct request *request, struct tx *tx, struct review *review) {
    struct customer customer;
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    review_of(tx, customer.id, review);
    switch (level_next((int)customer.level, review->state)) {
    case STEP_DOCUMENTS: return FLOW_NEXT;
    case STEP_PASSPORT: return see_or_refuse(request, "/settings/level/passport", &first);
    case STEP_WAIT:
    case STEP_NOTHING: break;
    }
    return see_or_refuse(request, "/settings/level", &waits);
}

static int64_t wanted(const struct request *request) {
    return levels_of(request->engine)->settings->photos;
}

enum flow documents_page(struct request *request, struct tx *tx) {
    struct review review;
    if (may_send(request, tx, &review) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (review.state != REVIEW_FILLING) review.id = 0; /* an earlier one's photos are done with */
    struct node *document = doc_new(request->arena), *list = doc_array(document, "photos");
    int64_t have = review_photos(request, tx, &review, list), turn = field_number(request, "number");
    for (struct node *node = list->first; node != NULL && (turn < 1 || turn > wanted(request)); node = node->next)
        if (!doc_truth(doc_get(node, "there"))) turn = doc_get(node, "number")->number;
    doc_int(document, "have", have);
    doc_int(document, "wanted", wanted(request));
    doc_bool(document, "enough", have >= wanted(request));
    doc_bool(document, "asks", turn >= 1 && turn <= wanted(request));
    for (struct node *node = list->first; node != NULL; node = node->next) {
        bool his = doc_get(node, "number")->number == turn;
        doc_bool(node, "turn", his);
        if (his) doc_text(document, "turn_title", doc_get(node, "title")->text);
    }
    doc_int(document, "turn", turn);
    return answer_ok(request, document);
}

enum flow documents_check(struct request *request, struct tx *tx) {
    struct review review;
    if (may_send(request, tx, &review) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (field_number(request, "number") > wanted(request)) return refuse(request, &place);
    return FLOW_NEXT;
}

enum flow documents_clean(struct request *request, struct tx *tx) {
    (void)tx;
    struct photo *photo = NULL;
    int64_t context = review_photo_context(request->caller.customer, field_number(request, "number"));
    if (photo_take(request, "photo", "level.photo", context, &photo) == FLOW_ANSWERED) return FLOW_ANSWERED;
    request->scratch = photo;
    return FLOW_NEXT;
}

enum flow documents_write(struct request *request, struct tx *tx) {
    struct review review;
    if (may_send(request, tx, &review) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!review_open(request->engine, tx, request->caller.customer, &review))
        return see_or_refuse(request, "/settings/level", &waits);
    review_photo_put(request->engine, tx, &review, field_number(request, "number"), request->scratch, 0);
    struct node *document = doc_new(request->arena);
    doc_int(document, "have", review_photos(request, tx, &review, doc_array(document, "photos")));
    doc_int(document, "wanted", wanted(request));
    return answer_done(request, document, TEXT("/settings/level/documents"));
}

enum flow documents_send(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct review review;
    if (may_send(request, tx, &review) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena), *photos = doc_array(document, "photos");
    if (review.state != REVIEW_FILLING || review_photos(request, tx, &review, photos) < wanted(request))
        return refuse(request, &missing);
    if (!review_move(engine, tx, &review, REVIEW_WAITING, 0))
        return see_or_refuse(request, "/settings/level", &waits);
    struct locale locale = {.language = (enum language)engine_config(engine)->language};
    queue_add(engine, tx, "levels.review", review.id, review.customer,
              string_get(tx_arena(tx), &locale, S_levels_staff_summary, NULL, 0), 0);
    doc_text(document, "review", TEXT("waiting"));
    return answer_done(request, document, TEXT("/settings/level"));
}
