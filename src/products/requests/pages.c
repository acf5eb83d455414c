/* pages.c: asking another for money by his number, and being asked. Nobody is pressed: one message when it is asked,
 * none afterwards; a person who is blocked hears nothing of it, nor does anybody learn whether a number has a cabinet.
 * It is paid by a transfer, with all that a transfer asks for (wallet), which says that it answers this request. */
#include "products/requests/requests.h"

#include "identity/common.h"
#include "messaging/messaging.h"
#include "operations/operations.h"

#define OPEN_ROOM 100
#define LIST_ROOM 50
#define BLOCKS_ROOM 100

static const struct refusal own = {"own-number", 422, S_requests_own, false};
static const struct refusal again = {"asked-already", 409, S_requests_again, false};
static const struct refusal many = {"too-many-requests-open", 422, S_requests_many, false};
static const struct refusal too_often = {"too-many-requests-today", 422, S_requests_day, false};
static const struct refusal too_large = {"sum-too-large", 422, S_requests_large, false};
static const struct refusal over = {"request-over", 409, S_requests_over, false};

struct text request_person(struct engine *engine, struct tx *tx, struct arena *arena, int64_t customer) {
    struct customer person;
    if (!identity_customer(engine, tx, customer, &person) || person.phone.size == 0) return TEXT("—");
    return text_copy(arena, person.name.size > 0 ? person.name : phone_pretty(arena, person.phone));
}

/* ---- telling ---- */

/* mine: he asks. The other's number is known to who typed it, and to whom it asks, since it is paid by it. */
static void tell(struct request *request, struct tx *tx, const struct money_request *found, bool mine,
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
        for (size_t i = 0; i < count; i++) tell(request, tx, &found[i], mine == 1, doc_add_object(list));
    }
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
    tell(request, tx, &found, found.customer == request->caller.customer, document);
    return answer_ok(request, document);
}

/* ---- asking ---- */

static bool asked_of(const struct money_request *open, size_t count, struct text phone) {
    for (size_t i = 0; i < count; i++)
        if (open[i].state == REQUEST_OPEN && text_equal(open[i].phone, phone)) return true;
    return false;
}

static enum flow judge(struct request *request, struct tx *tx, struct text phone) {
    const struct requests_settings *settings = requests_settings(request->engine);
    struct money_request *made = arena_array(request->arena, struct money_request, OPEN_ROOM);
    int64_t customer = request->caller.customer;
    size_t count = requests_of(request->engine, tx, customer, true, made, OPEN_ROOM), open = 0;
    for (size_t i = 0; i < count; i++) open += made[i].state == REQUEST_OPEN;
    const struct request_look look = {.own = identity_by_phone(request->engine, tx, phone) == customer,
                                      .again = asked_of(made, count, phone),
                                      .open = (int64_t)open,
                                      .most = settings->most,
                                      .day = requests_made_since(tx, customer, world_now(request->world) - DAY),
                                      .day_most = settings->day_most};
    switch (request_verdict(&look)) {
    case REQUEST_GOOD: return FLOW_NEXT;
    case REQUEST_OWN: return refuse_at(request, "to", &own);
    case REQUEST_AGAIN: return refuse_at(request, "to", &again);
    case REQUEST_MANY: return refuse(request, &many);
    case REQUEST_DAY: break;
    }
    return refuse(request, &too_often);
}

static void tell_payer(struct engine *engine, struct tx *tx, const struct money_request *made) {
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(made->sum));
    doc_text(values, "who", request_person(engine, tx, tx_arena(tx), made->customer));
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")}, {"who", doc_get(values, "who")}};
    message_tell(engine, tx, made->payer, TOPIC_OPERATIONS, S_requests_told, arguments, 2);
    engine_notify(engine, tx, made->payer, "request");
}

/* POST /requests: whoever has the number, and whether anybody has it, is answered alike. */
enum flow request_ask(struct request *request, struct tx *tx) {
    const struct requests_settings *settings = requests_settings(request->engine);
    struct money_request made = {.id = world_id(request->world),
                                 .customer = request->caller.customer,
                                 .phone = field_text(request, "to"),
                                 .sum = field_number(request, "sum"),
                                 .note = field_given(request, "note") ? field_text(request, "note") : TEXT_NONE,
                                 .state = REQUEST_OPEN,
                                 .expires = world_now(request->world) + settings->life};
    if (made.sum > settings->sum_most) return operations_refuse_sum(request, &too_large, settings->sum_most);
    if (judge(request, tx, made.phone) == FLOW_ANSWERED) return FLOW_ANSWERED;
    made.payer = identity_by_phone(request->engine, tx, made.phone);
    if (made.payer != 0 && request_blocked(tx, made.payer, made.customer)) made.payer = 0;
    request_put(request->engine, tx, &made);
    if (made.payer != 0) tell_payer(request->engine, tx, &made);
    struct node *document = doc_new(request->arena);
    tell(request, tx, &made, true, document);
    return answer_created(request, document, text_format(request->arena, "/requests/%lld", (long long)made.id));
}

/* ---- ending ---- */

static enum flow told(struct request *request, struct tx *tx, const struct money_request *found) {
    struct node *document = doc_new(request->arena);
    tell(request, tx, found, found->customer == request->caller.customer, document);
    return answer_done(request, document, text_format(request->arena, "/requests/%lld", (long long)found->id));
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
