/* own.c: the customer's page: what has to be finished first, money above all; then the cabinet closes at once, or on a
 * day that he can still take back (BK-10). */
#include "closing/closing.h"

#include "factors/factors.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"

static const struct refusal in_the_way = {"closing-in-the-way", 409, S_closing_in_the_way, false};
static const struct refusal asked_already = {"closing-asked-already", 409, S_closing_asked_already, false};

static struct node *obstacles(struct request *request, struct tx *tx, struct node *document) {
    struct node *list = doc_array(document, "obstacles");
    bool identified;
    engine_obstacles(request->engine, tx, &request->locale, request->caller.customer, list, &identified);
    return list;
}

enum flow closing_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct closing_wait wait;
    doc_bool(document, "possible", obstacles(request, tx, document)->count == 0);
    doc_int(document, "days", wait_terms_of(request->engine).notice / DAY);
    if (wait_read(tx, request->caller.customer, &wait) && cause_of(wait.cause).told) {
        struct node *node = doc_object(document, "waiting");
        doc_text(node, "cause", string_get(request->arena, &request->locale, cause_title(wait.cause), NULL, 0));
        doc_moment(node, "asked", wait.asked);
        doc_moment(node, "due", wait.due);
        doc_bool(node, "own", wait.cause == CAUSE_OWN);
    }
    doc_text(document, "email", message_address_of(request->engine, tx, request->caller.customer));
    wish_choices(request, document);
    return answer_ok(request, document);
}

/* After the notice: told at once, so that he learns of it whose session another uses. */
static enum flow wait_for_it(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct closing_wait wait;
    struct customer customer;
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    wait_begin(request->engine, tx, customer.id, CAUSE_OWN, &wait);
    closing_tell(request->engine, tx, &customer, S_closing_wait_title, S_closing_told_asked, wait.due);
    doc_bool(document, "closed", false);
    doc_moment(document, "due", wait.due);
    return answer_done(request, document, TEXT("/settings/closing"));
}

enum flow closing_do(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer;
    struct closing_wish wish = closing_wish_of(request, CLOSING_HIMSELF);
    const struct farewell farewell = {.text = S_closing_sms_asked};
    struct node *document = doc_new(request->arena);
    struct closing_wait wait;
    if (wait_read(tx, customer, &wait)) return refuse(request, wait.cause == CAUSE_OWN ? &asked_already : &in_the_way);
    if (obstacles(request, tx, doc_new(request->arena))->count > 0) return refuse(request, &in_the_way);
    wish_keep(request->engine, tx, customer, &wish);
    if (wait_terms_of(request->engine).notice > 0) return wait_for_it(request, tx);
    if (!identity_close(request->engine, tx, customer, &farewell)) return answer_missing(request);
    if (!request->caller.by_token) answer_cookie(request, "session", TEXT(""), -1);
    doc_bool(document, "closed", true);
    return answer_done(request, document, TEXT("/help/closing/closed"));
}

/* POST /settings/closing/cancel: he changed his mind. */
enum flow closing_cancel(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct closing_wait wait;
    struct customer customer;
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer) ||
        !wait_read(tx, customer.id, &wait) || wait.cause != CAUSE_OWN)
        return answer_missing(request);
    wait_end(tx, customer.id);
    closing_tell(request->engine, tx, &customer, S_closing_wait_title, S_closing_told_kept, 0);
    doc_bool(document, "kept", true);
    return answer_done(request, document, TEXT("/settings/closing"));
}

enum flow closed_page(struct request *request, struct tx *tx) {
    (void)tx;
    return answer_ok(request, doc_new(request->arena));
}
