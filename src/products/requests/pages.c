/* pages.c: requests for money as they are seen, and what becomes of them (they are made in ask.c). Nobody is pressed:
 * one message when it is asked, another when the asker reminds after a pause; who has blocked him hears nothing of it,
 * nor does anybody learn whether a number has a cabinet.
 * It is paid by a transfer, with all that a transfer asks for (wallet), which says that it answers this request. */
#include "products/requests/requests.h"

#include "messaging/messaging.h"

#define LIST_ROOM 50
#define BLOCKS_ROOM 100

static const struct refusal over = {"request-over", 409, S_requests_over, false};

struct text request_person(struct engine *engine, struct tx *tx, struct arena *arena, int64_t customer) {
    struct customer person;
    if (!identity_customer(engine, tx, customer, &person) || person.phone.size == 0) return TEXT("—");
    return text_copy(arena, person.name.size > 0 ? person.name : phone_pretty(arena, person.phone));
}

/* ---- telling ---- */

/* mine: he asks. The other's number is known to who typed it, and to whom it asks, since it is paid by it. */
void request_tell(struct request *request, struct tx *tx, const struct money_request *found, bool mine,
                  struct node *node) {
    struct customer asker;
    doc_id(node, "id", found->id);
    doc_bool(node, "mine", mine);
    if (mine) {
        doc_text(node, "who", phone_pretty(request->arena, found->phone));
        doc_null(node, "phone");
    } else {
        bool there = identity_customer(request->engine, tx, found->customer, &asker) && asker.phone.size > 0;
        doc_text(node, "who", request_person(request->engine, tx, request->arena, found->customer));
        doc_text(node, "phone", there ? phone_pretty(request->arena, asker.phone) : TEXT_NONE);
    }
    doc_money(node, "sum", rub(found->sum));
    doc_text(node, "note", found->note);
    doc_text(node, "state", text_from(request_state_name(found->state)));
    doc_bool(node, "open", found->state == REQUEST_OPEN);
    doc_moment(node, "made", id_moment(found->id));
    doc_moment(node, "expires", found->expires);
    bool open = mine && found->state == REQUEST_OPEN;
    moment remind = open ? request_remind_from(request->engine, found) : 0;
    bool may_remind = open && world_now(request->world) >= remind;
    doc_bool(node, "may_remind", may_remind);
    if (open && !may_remind) doc_moment(node, "remind_from", remind);
    else doc_null(node, "remind_from");
    if (found->split != 0 && mine) doc_id(node, "split", found->split);
    else doc_null(node, "split");
    if (found->operation != 0 && !mine) doc_id(node, "operation", found->operation);
    else doc_null(node, "operation");
}

/* GET /requests */
enum flow requests_read(struct request *request, struct tx *tx) {
    struct money_request *found = arena_array(request->arena, struct money_request, LIST_ROOM);
    struct request_block *blocks = arena_array(request->arena, struct request_block, BLOCKS_ROOM);
    struct node *document = doc_new(request->arena);
    int64_t customer = request->caller.customer;
    static const char *const lists[] = {"asked", "asking"};
    for (int mine = 0; mine < 2; mine++) {
        struct node *list = doc_array(document, lists[mine]);
        size_t count = requests_of(request->engine, tx, customer, mine == 1, found, LIST_ROOM);
        for (size_t i = 0; i < count; i++) request_tell(request, tx, &found[i], mine == 1, doc_add_object(list));
    }
    splits_tell(request, tx, doc_array(document, "splits"));
    struct node *list = doc_array(document, "blocked");
    size_t count = request_blocks(tx, customer, blocks, BLOCKS_ROOM);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_id(node, "id", blocks[i].id);
        doc_text(node, "who", request_person(request->engine, tx, request->arena, blocks[i].asker));
    }
    doc_int(document, "days", requests_settings(request->engine)->life / DAY);
    return answer_ok(request, document);
}

static bool find(struct request *request, struct tx *tx, struct money_request *found) {
    int64_t id = 0;
    return request_param_id(request, 0, &id) &&
           request_find(request->engine, tx, request->caller.customer, id, found);
}

/* GET /requests/{id} */
enum flow request_read(struct request *request, struct tx *tx) {
    struct money_request found;
    if (!find(request, tx, &found)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    request_tell(request, tx, &found, found.customer == request->caller.customer, document);
    return answer_ok(request, document);
}

/* ---- ending ---- */

static enum flow told(struct request *request, struct tx *tx, const struct money_request *found) {
    struct node *document = doc_new(request->arena);
    request_tell(request, tx, found, found->customer == request->caller.customer, document);
    bool share = found->split != 0 && found->customer == request->caller.customer;
    struct text back = share ? text_format(request->arena, "/splits/%lld", (long long)found->split)
                             : text_format(request->arena, "/requests/%lld", (long long)found->id);
    return answer_done(request, document, back);
}

/* The asker's own act, or the payer's; done again it is told as it is. */
static enum flow end(struct request *request, struct tx *tx, struct money_request *found, bool mine,
                     enum request_state state) {
    if (!find(request, tx, found) || (found->customer == request->caller.customer) != mine)
        return answer_missing(request);
    if (found->state != state && !request_end(tx, found, state, 0)) return refuse(request, &over);
    engine_notify(request->engine, tx, mine ? found->payer : found->customer, "request");
    return FLOW_NEXT;
}

enum flow request_withdraw(struct request *request, struct tx *tx) {
    struct money_request found;
    if (end(request, tx, &found, true, REQUEST_WITHDRAWN) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return told(request, tx, &found);
}

enum flow request_decline(struct request *request, struct tx *tx) {
    struct money_request found;
    if (end(request, tx, &found, false, REQUEST_DECLINED) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return told(request, tx, &found);
}

/* POST /requests/{id}/block: whatever became of it, its asker is heard no more; what is open is declined. */
enum flow request_block_write(struct request *request, struct tx *tx) {
    struct money_request found;
    if (!find(request, tx, &found) || found.customer == request->caller.customer) return answer_missing(request);
    request_end(tx, &found, REQUEST_DECLINED, 0);
    request_block(tx, request->caller.customer, found.customer);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "blocked", true);
    return answer_done(request, document, TEXT("/requests"));
}

/* POST /requests/blocked/{id}/unblock */
enum flow request_unblock_write(struct request *request, struct tx *tx) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id) || !request_unblock(tx, request->caller.customer, id))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "blocked", false);
    return answer_done(request, document, TEXT("/requests"));
}

/* ---- being paid ---- */

bool request_answers(struct engine *engine, struct tx *tx, int64_t id, int64_t customer, int64_t payee, int64_t sum) {
    struct money_request found;
    return request_find(engine, tx, customer, id, &found) && found.payer == customer && found.customer == payee &&
           found.sum == sum && found.state == REQUEST_OPEN;
}

void requests_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    struct money_request found;
    if (event->kind == EVENT_CUSTOMER_CLOSED) requests_withdraw_all(tx, event->customer, 0);
    if (event->kind != EVENT_PAID || event->answers == 0 ||
        !request_find(engine, tx, event->customer, event->answers, &found) ||
        !request_end(tx, &found, REQUEST_PAID, event->operation))
        return;
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(found.sum));
    doc_text(values, "who", request_person(engine, tx, tx_arena(tx), event->customer));
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")}, {"who", doc_get(values, "who")}};
    message_tell(engine, tx, found.customer, TOPIC_OPERATIONS, S_requests_told_paid, arguments, 2);
    engine_notify(engine, tx, found.customer, "request");
}

#define PENDING_ROOM 10

void requests_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                      struct node *list) {
    struct money_request found[PENDING_ROOM];
    size_t count = requests_of(engine, tx, customer, false, found, PENDING_ROOM);
    for (size_t i = 0; i < count; i++) {
        if (found[i].state != REQUEST_OPEN) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "title", request_person(engine, tx, list->arena, found[i].customer));
        doc_text(node, "text", string_get(list->arena, locale, S_requests_pending, NULL, 0));
        doc_money(node, "sum", rub(found[i].sum));
        doc_text(node, "href", text_format(list->arena, "/requests/%lld", (long long)found[i].id));
        doc_text(node, "icon", TEXT("in"));
    }
}
