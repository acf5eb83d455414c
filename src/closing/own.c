/* own.c: the customer's page: what has to be finished first, money above all; then the cabinet closes at once. */
#include "closing/closing.h"

#include "factors/factors.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"

static const struct refusal in_the_way = {"closing-in-the-way", 409, S_closing_in_the_way, false};

static struct node *obstacles(struct request *request, struct tx *tx, struct node *document) {
    struct node *list = doc_array(document, "obstacles");
    bool identified;
    engine_obstacles(request->engine, tx, &request->locale, request->caller.customer, list, &identified);
    return list;
}

enum flow closing_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    doc_bool(document, "possible", obstacles(request, tx, document)->count == 0);
    doc_text(document, "email", message_address_of(request->engine, tx, request->caller.customer));
    wish_choices(request, document);
    return answer_ok(request, document);
}

enum flow closing_do(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer;
    struct closing_wish wish = closing_wish_of(request, CLOSING_HIMSELF);
    const struct farewell farewell = {.text = S_closing_sms_asked};
    struct node *document = doc_new(request->arena);
    if (obstacles(request, tx, doc_new(request->arena))->count > 0) return refuse(request, &in_the_way);
    wish_keep(request->engine, tx, customer, &wish);
    if (!identity_close(request->engine, tx, customer, &farewell)) return answer_missing(request);
    if (!request->caller.by_token) answer_cookie(request, "session", TEXT(""), -1);
    doc_bool(document, "closed", true);
    return answer_done(request, document, TEXT("/help/closing/closed"));
}

enum flow closed_page(struct request *request, struct tx *tx) {
    (void)tx;
    return answer_ok(request, doc_new(request->arena));
}
