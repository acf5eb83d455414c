/* secure_approve.c: the card's holder answers in his cabinet whether a purchase on the internet is his: a fresh proof
 * stands for the code. The shop's page, which waits, finds the answer in the same row and goes on. */
#include "products/cards/secure.h"

#include "factors/factors.h"

static const struct refusal over = {"challenge-over", 409, S_cards_secure_over, false};

struct asked {
    struct challenge challenge;
    struct card card;
};

/* Another's is as a missing one; so is one whose shop was forgotten with its customer's data. */
static bool find(struct request *request, struct tx *tx, struct asked *asked) {
    int64_t id, customer = request->caller.customer;
    return request_param_id(request, 0, &id) && secure_of(tx, customer, id, &asked->challenge) &&
           asked->challenge.back.size > 0 &&
           card_find(request->engine, tx, customer, asked->challenge.card, &asked->card);
}

static bool is_open(struct request *request, const struct challenge *challenge) {
    return text_is(text_from(secure_result(challenge, world_now(request->world))), "open");
}

static struct node *document_of(struct request *request, const struct asked *asked) {
    const struct challenge *challenge = &asked->challenge;
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", challenge->id);
    doc_text(document, "state", text_from(secure_result(challenge, world_now(request->world))));
    doc_bool(document, "open", is_open(request, challenge));
    doc_text(document, "merchant", challenge->merchant.size > 0 ? challenge->merchant : TEXT("—"));
    doc_money(document, "sum", rub(challenge->sum));
    doc_id(document, "card_id", asked->card.id);
    doc_text(document, "card", card_title(request->arena, &request->locale, &asked->card));
    doc_bool(document, "frozen", card_state_at(&asked->card, world_now(request->world)) != CARD_ACTIVE);
    doc_moment(document, "until", challenge->expires);
    return document;
}

static enum flow done(struct request *request, const struct asked *asked) {
    return answer_done(request, document_of(request, asked),
                       text_format(request->arena, "/card-approvals/%lld", (long long)asked->challenge.id));
}

/* GET /card-approvals/{id} */
enum flow secure_approval_read(struct request *request, struct tx *tx) {
    struct asked asked;
    if (!find(request, tx, &asked)) return answer_missing(request);
    return answer_ok(request, document_of(request, &asked));
}

/* POST /card-approvals/{id}/approve: once; pressed twice it tells what became of the first. */
enum flow secure_approve(struct request *request, struct tx *tx) {
    struct asked asked;
    if (!find(request, tx, &asked)) return answer_missing(request);
    if (asked.challenge.state == CHALLENGE_PASSED) return done(request, &asked);
    if (!is_open(request, &asked.challenge)) return refuse(request, &over);
    if (factors_fresh(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    secure_turn(tx, &asked.challenge, CHALLENGE_PASSED);
    engine_notify(request->engine, tx, asked.challenge.customer, "card");
    return done(request, &asked);
}

/* POST /card-approvals/{id}/decline: whoever can look may say no. */
enum flow secure_decline(struct request *request, struct tx *tx) {
    struct asked asked;
    if (!find(request, tx, &asked)) return answer_missing(request);
    if (asked.challenge.state == CHALLENGE_CANCELLED) return done(request, &asked);
    if (!is_open(request, &asked.challenge)) return refuse(request, &over);
    secure_turn(tx, &asked.challenge, CHALLENGE_CANCELLED);
    engine_notify(request->engine, tx, asked.challenge.customer, "card");
    return done(request, &asked);
}
