/* ask.c: asking one person for money by his number, or several for their shares: by the same rules. Whoever has a
 * number, and whether anybody has it, is answered alike. */
#include "products/requests/requests.h"

#include "identity/common.h"
#include "messaging/messaging.h"
#include "operations/operations.h"

#define OPEN_ROOM 100

static const struct refusal own = {"own-number", 422, S_requests_own, false};
static const struct refusal again = {"asked-already", 409, S_requests_again, false};
static const struct refusal twice = {"asked-twice", 422, S_requests_twice, false};
static const struct refusal many = {"too-many-requests-open", 422, S_requests_many, false};
static const struct refusal too_often = {"too-many-requests-today", 422, S_requests_day, false};
static const struct refusal too_large = {"sum-too-large", 422, S_requests_large, false};

static bool asked_of(const struct money_request *open, size_t count, struct text phone) {
    for (size_t i = 0; i < count; i++)
        if (open[i].state == REQUEST_OPEN && text_equal(open[i].phone, phone)) return true;
    return false;
}

static enum flow judge_one(struct request *request, const struct request_look *look, const char *field) {
    switch (request_verdict(look)) {
    case REQUEST_GOOD: return FLOW_NEXT;
    case REQUEST_OWN: return refuse_at(request, field, &own);
    case REQUEST_AGAIN: return refuse_at(request, field, &again);
    case REQUEST_MANY: return refuse(request, &many);
    case REQUEST_DAY: break;
    }
    return refuse(request, &too_often);
}

enum flow requests_judge(struct request *request, struct tx *tx, const struct asked_person *people, size_t count) {
    const struct requests_settings *settings = requests_settings(request->engine);
    struct money_request *made = arena_array(request->arena, struct money_request, OPEN_ROOM);
    int64_t customer = request->caller.customer;
    size_t known = requests_of(request->engine, tx, customer, true, made, OPEN_ROOM), open = 0;
    for (size_t i = 0; i < known; i++) open += made[i].state == REQUEST_OPEN;
    int64_t day = requests_made_since(tx, customer, world_now(request->world) - DAY);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++)
            if (text_equal(people[i].phone, people[j].phone)) return refuse_at(request, people[i].field, &twice);
        const struct request_look look = {.own = identity_by_phone(request->engine, tx, people[i].phone) == customer,
                                          .again = asked_of(made, known, people[i].phone),
                                          .open = (int64_t)(open + i),
                                          .most = settings->most,
                                          .day = day + (int64_t)i,
                                          .day_most = settings->day_most};
        if (judge_one(request, &look, people[i].field) == FLOW_ANSWERED) return FLOW_ANSWERED;
        if (people[i].sum > settings->sum_most) return operations_refuse_sum(request, &too_large, settings->sum_most);
    }
    return FLOW_NEXT;
}

void request_tell_payer(struct engine *engine, struct tx *tx, const struct money_request *made, string_id words) {
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(made->sum));
    doc_text(values, "who", request_person(engine, tx, tx_arena(tx), made->customer));
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")}, {"who", doc_get(values, "who")}};
    message_tell(engine, tx, made->payer, TOPIC_OPERATIONS, words, arguments, 2);
    engine_notify(engine, tx, made->payer, "request");
}

struct money_request request_make(struct request *request, struct tx *tx, const struct asked_person *person,
                                  struct text note, int64_t split) {
    struct money_request made = {.id = world_id(request->world),
                                 .customer = request->caller.customer,
                                 .payer = identity_by_phone(request->engine, tx, person->phone),
                                 .phone = person->phone,
                                 .sum = person->sum,
                                 .note = note,
                                 .state = REQUEST_OPEN,
                                 .expires = world_now(request->world) + requests_settings(request->engine)->life,
                                 .split = split};
    if (made.payer != 0 && request_blocked(tx, made.payer, made.customer)) made.payer = 0;
    request_put(request->engine, tx, &made);
    if (made.payer != 0) request_tell_payer(request->engine, tx, &made, S_requests_told);
    return made;
}

/* POST /requests */
enum flow request_ask(struct request *request, struct tx *tx) {
    const struct asked_person person = {"to", field_text(request, "to"), field_number(request, "sum")};
    struct text note = field_given(request, "note") ? field_text(request, "note") : TEXT_NONE;
    if (requests_judge(request, tx, &person, 1) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct money_request made = request_make(request, tx, &person, note, 0);
    struct node *document = doc_new(request->arena);
    request_tell(request, tx, &made, true, document);
    return answer_created(request, document, text_format(request->arena, "/requests/%lld", (long long)made.id));
}

/* ---- reminding ---- */

static const struct refusal over = {"request-over", 409, S_requests_over, false};
static const struct refusal too_early = {"reminded-already", 409, S_requests_early, false};

moment request_remind_from(const struct engine *engine, const struct money_request *made) {
    moment last = made->reminded != 0 ? made->reminded : id_moment(made->id);
    return last + requests_settings(engine)->remind_pause;
}

/* POST /requests/{id}/remind: once a pause; who hears nothing of the asker hears nothing of this, nor is that told. */
enum flow request_remind(struct request *request, struct tx *tx) {
    struct money_request found;
    int64_t id = 0, customer = request->caller.customer;
    if (!request_param_id(request, 0, &id) || !request_find(request->engine, tx, customer, id, &found) ||
        found.customer != customer)
        return answer_missing(request);
    if (found.state != REQUEST_OPEN) return refuse(request, &over);
    if (world_now(request->world) < request_remind_from(request->engine, &found)) return refuse(request, &too_early);
    request_reminded(tx, &found);
    if (found.payer != 0) request_tell_payer(request->engine, tx, &found, S_requests_told_again);
    struct node *document = doc_new(request->arena);
    request_tell(request, tx, &found, true, document);
    struct text back = found.split != 0 ? text_format(request->arena, "/splits/%lld", (long long)found.split)
                                        : text_format(request->arena, "/requests/%lld", (long long)found.id);
    return answer_done(request, document, back);
}
