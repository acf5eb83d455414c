/* callback.c: what processing tells us: signed, read, and given to whom it concerns. Each message of a card is taken
 * under that card's row, so two nodes never decide beside each other. */
#include "products/cards/cards.h"

#define WINDOW_S 300 /* how far processing's clock may be from ours */

static const struct refusal bad_signature = {"bad-signature", 401, S_cards_refused_signature, false};
static const struct refusal not_understood = {"not-understood", 422, S_cards_refused_message, false};
static const struct refusal unknown_card = {"unknown-card", 404, S_cards_refused_unknown, false};
static const struct refusal contradiction = {"contradiction", 409, S_cards_refused_contradiction, false};

/* The signature is over the raw body and comes before anything is made of it. */
enum flow processing_heard(struct request *request, struct tx *tx) {
    (void)tx;
    const struct processing *processing = cards_state_of(request->engine)->processing;
    if (processing == NULL) return answer_missing(request);
    int64_t stamp_s, now_s = world_now(request->world) / SECOND;
    if (!processing_verify(processing, request->authorization, request->body, &stamp_s) ||
        stamp_s < now_s - WINDOW_S || stamp_s > now_s + WINDOW_S)
        return refuse(request, &bad_signature);
    struct heard *heard = arena_new_of(request->arena, struct heard);
    if (!processing_read(processing, request->arena, request->body, &heard->message))
        return refuse(request, &not_understood);
    heard->came = request->started;
    request->scratch = heard;
    return FLOW_NEXT;
}

static enum flow answer_status(struct request *request, bool good, bool known) {
    if (!good) return refuse(request, &contradiction);
    struct node *document = doc_new(request->arena);
    doc_text(document, "status", known ? TEXT("known") : TEXT("accepted"));
    return answer_ok(request, document);
}

static enum flow answer_decision(struct request *request, enum decline reason) {
    if (reason == DECLINE_COUNT) return refuse(request, &contradiction);
    struct node *document = doc_new(request->arena);
    doc_text(document, "decision", reason == DECLINE_NOT ? TEXT("approved") : TEXT("declined"));
    doc_text(document, "reason", text_from(decline_name(reason)));
    return answer_ok(request, document);
}

enum flow processing_write(struct request *request, struct tx *tx) {
    struct heard *heard = request->scratch;
    struct engine *engine = request->engine;
    bool known = false;
    if (!card_by_token(engine, tx, heard->message.card, &heard->card)) return refuse(request, &unknown_card);
    bool good = true;
    switch (heard->message.kind) {
    case PROCESSING_AUTHORISATION: return answer_decision(request, authorise(engine, tx, heard));
    case PROCESSING_CLEARING: good = settle_clearing(engine, tx, heard, &known); break;
    case PROCESSING_REVERSAL: good = settle_reversal(engine, tx, heard, &known); break;
    case PROCESSING_REFUND: good = settle_refund(engine, tx, heard, &known); break;
    case PROCESSING_CHALLENGE: return secure_begin(request, tx, heard);
    case PROCESSING_VERDICT: good = settle_verdict(engine, tx, heard, &known); break;
    case PROCESSING_KINDS: return refuse(request, &not_understood);
    }
    return answer_status(request, good, known);
}
