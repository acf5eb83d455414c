/* dispute_staff.c: staff look at a disputed purchase and send it to processing, or refuse it with a reason that its
 * holder reads. Open to who has taken the task, and to nobody else. */
#include "products/cards/dispute.h"

static const struct refusal not_yours = {"task-not-yours", 403, S_cards_staff_take, false};

enum { DECISION_SEND, DECISION_REFUSE };

/* FLOW_NEXT: it waits, and its task is the caller's. */
static enum flow find(struct request *request, struct tx *tx, struct dispute *dispute,
                      struct card_operation *operation) {
    int64_t id;
    struct card card;
    if (!request_param_id(request, 0, &id) || !dispute_by_id(request->engine, tx, id, dispute) ||
        dispute->state != DISPUTE_ASKED || !operation_by_id(tx, dispute->customer, dispute->operation, operation) ||
        !card_find(request->engine, tx, dispute->customer, operation->card, &card) || /* locked */
        !operation_by_id(tx, dispute->customer, dispute->operation, operation))
        return answer_missing(request);
    bool own = queue_owner(tx, CARDS_DISPUTES_QUEUE, id) == request->caller.staff;
    return own ? FLOW_NEXT : refuse(request, &not_yours);
}

/* GET /staff/card-disputes/{id} */
enum flow staff_dispute_read(struct request *request, struct tx *tx) {
    struct dispute dispute;
    struct card_operation operation;
    if (find(request, tx, &dispute, &operation) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", dispute.id);
    doc_id(document, "customer", dispute.customer);
    doc_money(document, "wanted", rub(dispute.sum));
    doc_text(document, "why",
             string_get(request->arena, &request->locale, dispute_reason_words(dispute.reason), NULL, 0));
    doc_text(document, "words", dispute.words);
    doc_moment(document, "made", dispute.made);
    card_operation_tell(request, &operation, doc_object(document, "purchase"));
    doc_bool(document, "lends", cards_state_of(request->engine)->settings->credit);
    engine_note(request, dispute.customer, "cards.dispute.seen", TEXT_NONE);
    return answer_ok(request, document);
}

/* POST /staff/card-disputes/{id} */
enum flow staff_dispute_write(struct request *request, struct tx *tx) {
    struct dispute dispute;
    struct card_operation operation;
    struct engine *engine = request->engine;
    if (find(request, tx, &dispute, &operation) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool sends = field_number(request, "decision") == DECISION_SEND;
    struct text note = field_text(request, "note");
    if (!sends && text_length_utf8(note) < 5) return refuse_field(request, "note", S_cards_staff_reason_missing);
    dispute.staff = request->caller.staff;
    dispute.note = note;
    if (sends) {
        dispute_submit(engine, tx, &dispute, &operation);
        dispute_tell(engine, tx, &dispute, &operation, dispute.sum,
                     dispute.credited > 0 ? S_cards_told_dispute_lent : S_cards_told_dispute_sent);
    } else {
        dispute.state = DISPUTE_REFUSED;
        dispute_take_back(engine, tx, &dispute, &operation);
        dispute_save(engine, tx, &dispute);
        dispute_tell(engine, tx, &dispute, &operation, dispute.sum, S_cards_told_dispute_refused);
    }
    queue_finish(engine, tx, CARDS_DISPUTES_QUEUE, dispute.id, request->caller.staff, sends ? "sent" : "refused");
    audit_record(request, dispute.customer, sends ? "cards.dispute.sent" : "cards.dispute.refused", note);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", dispute.id);
    doc_text(document, "state", text_from(dispute_state_name(dispute.state)));
    return answer_done(request, document, TEXT("/staff/tasks"));
}
