/* osmp.c: GET and POST /agents/osmp: an agent's program asks whether a wallet takes money (check), then says that it
 * took it (pay). The row (agent, txn_id) is made in the transaction that moves the money; so a payment asked for again,
 * however often and however the first answer got lost, is told as the one it is. Refusals keep nothing (IF-3, WA-2). */
#include "agents/internal.h"

#include "base/check.h"
#include "messaging/messaging.h"

struct asking {
    struct agent agent;
    struct osmp_asked asked;
    struct phone phone;
    struct agent_look look;
    int64_t customer, wallet;
    int64_t touched[2]; /* accounts, for the ledger to fetch beforehand */
};

/* ---- answers ---- */

static string_id comment_of(enum osmp_result result) {
    switch (result) {
    case OSMP_RESULT_OK: return S_agents_result_ok;
    case OSMP_RESULT_LATER: return S_agents_result_later;
    case OSMP_RESULT_FORMAT: return S_agents_result_format;
    case OSMP_RESULT_NOT_FOUND: return S_agents_result_not_found;
    case OSMP_RESULT_REFUSED: return S_agents_result_refused;
    case OSMP_RESULT_TECHNICAL: return S_agents_result_technical;
    case OSMP_RESULT_INACTIVE: return S_agents_result_inactive;
    case OSMP_RESULT_TOO_SMALL: return S_agents_result_too_small;
    case OSMP_RESULT_TOO_LARGE: return S_agents_result_too_large;
    case OSMP_RESULT_OTHER: break;
    }
    return S_agents_result_other;
}

static enum flow tell(struct request *request, const struct osmp_answer *answer) {
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    file->content_type = "text/xml; charset=utf-8";
    file->bytes = osmp_answer_write(request->arena, answer);
    return answer_file(request, file);
}

/* prv 0: nothing was credited. */
static enum flow tell_result(struct request *request, const struct asking *asking, enum osmp_result result,
                             string_id comment, int64_t prv) {
    struct osmp_answer answer = {.result = result,
                                 .txn = asking->asked.txn,
                                 .sum = asking->asked.sum,
                                 .comment = string_get(request->arena, &request->locale, comment, NULL, 0)};
    struct osmp_field most = {.name = "max"};
    bool bounds = asking->asked.command == OSMP_CHECK &&
                  (result == OSMP_RESULT_OK || result == OSMP_RESULT_TOO_SMALL || result == OSMP_RESULT_TOO_LARGE);
    if (prv != 0) answer.prv = text_format(request->arena, "%lld", (long long)prv);
    if (bounds) {
        most.value = money_decimal(request->arena, rub(agent_most(&asking->look)));
        answer.fields = &most;
        answer.field_count = 1;
    }
    return tell(request, &answer);
}

static enum flow tell_plain(struct request *request, const struct asking *asking, enum osmp_result result) {
    return tell_result(request, asking, result, comment_of(result), 0);
}

/* A payment that is ours already: the same again, or another under the same number. */
static enum flow tell_again(struct request *request, const struct asking *asking,
                            const struct agent_payment *payment) {
    bool same_phone = payment->phone.size == 0 || text_equal(payment->phone, phone_text(&asking->phone));
    if (payment->sum != asking->asked.sum || !same_phone)
        return tell_result(request, asking, OSMP_RESULT_OTHER, S_agents_result_contradicts, 0);
    return tell_result(request, asking, OSMP_RESULT_OK, S_agents_result_ok, payment->id);
}

/* ---- looking ---- */

/* FLOW_NEXT: a request that can be read, of an agent. */
static enum flow read_asking(struct request *request, struct tx *tx, struct asking *asking) {
    const struct osmp_typed typed = {.command = field_text(request, "command"),
                                     .txn = field_text(request, "txn_id"),
                                     .account = field_text(request, "account"),
                                     .sum = field_text(request, "sum"),
                                     .date = field_text(request, "txn_date")};
    if (agent_enter(request, tx, &asking->agent) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool good = osmp_asked_read(&typed, &asking->asked);
    /* A fault of a field (a txn_date of a kilobyte) has left it as if it had not been sent. */
    if (!good || request_field(request, "txn_date")->fault != FAULT_NONE ||
        request_field(request, "sum")->fault != FAULT_NONE)
        return tell_plain(request, asking, OSMP_RESULT_OTHER);
    return FLOW_NEXT;
}

/* How far that account's limits let money in; -1: no limit. */
static int64_t room_of(struct engine *engine, struct tx *tx, const struct account *account) {
    struct limit_report limits = ledger_limits(engine_ledger(engine), tx, account);
    int64_t room = limits.balance.max > 0 ? limits.balance.rest : -1;
    if (limits.month_in.max > 0 && (room < 0 || limits.month_in.rest < room)) room = limits.month_in.rest;
    return room;
}

static void look_at_wallet(struct engine *engine, struct tx *tx, const struct locale *locale, struct asking *asking) {
    struct purse purses[PURSES_MAX];
    struct account account;
    struct agent_look *look = &asking->look;
    *look = (struct agent_look){.number = phone_parse(asking->asked.account, &asking->phone) != PHONE_INVALID,
                                .least = asking->agent.least,
                                .most = asking->agent.most,
                                .room = -1,
                                .sum = asking->asked.sum};
    if (asking->asked.command == OSMP_CHECK && look->sum == 0) look->sum = -1; /* only asks */
    if (!look->number) return;
    asking->customer = identity_by_phone(engine, tx, phone_text(&asking->phone));
    if (asking->customer == 0) return;
    look->found = true;
    look->closed = engine_purses(engine, tx, locale, asking->customer, purses) == 0;
    if (look->closed) return;
    asking->wallet = purses[0].account;
    look->closed = !ledger_account(engine_ledger(engine), tx, asking->wallet, &account) || account.closed;
    look->taken = asking->agent.open && account.limits >= agents_settings(engine)->level + 1;
    look->room = room_of(engine, tx, &account);
}

enum flow osmp_look(struct request *request, struct tx *tx) {
    struct asking *asking = arena_new_of(request->arena, struct asking);
    struct agent_payment payment;
    *asking = (struct asking){.customer = 0};
    if (read_asking(request, tx, asking) == FLOW_ANSWERED) return FLOW_ANSWERED;
    look_at_wallet(request->engine, tx, &request->locale, asking);
    if (asking->asked.command == OSMP_CHECK) return tell_plain(request, asking, agent_verdict(&asking->look));
    if (agent_payment_find(request->engine, tx, asking->agent.id, asking->asked.txn, &payment))
        return tell_again(request, asking, &payment);
    if (!asking->look.number || !asking->look.found)
        return tell_plain(request, asking, agent_verdict(&asking->look));
    asking->touched[0] = asking->agent.account;
    asking->touched[1] = asking->wallet;
    request->accounts = asking->touched;
    request->account_count = asking->wallet != 0 ? 2 : 1;
    return FLOW_NEXT;
}

/* ---- paying ---- */

static enum osmp_result result_of(enum ledger_refusal refusal) {
    switch (refusal) {
    case LEDGER_OK: return OSMP_RESULT_OK;
    case LEDGER_RECIPIENT_CLOSED: return OSMP_RESULT_INACTIVE;
    case LEDGER_RECIPIENT_BALANCE_LIMIT:
    case LEDGER_RECIPIENT_MONTH_LIMIT: return OSMP_RESULT_TOO_LARGE;
    default: return OSMP_RESULT_TECHNICAL;
    }
}

static void tell_customer(struct engine *engine, struct tx *tx, const struct asking *asking) {
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(asking->asked.sum));
    doc_text(values, "agent", asking->agent.title);
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")}, {"agent", doc_get(values, "agent")}};
    message_tell(engine, tx, asking->customer, TOPIC_OPERATIONS, S_agents_told, arguments, 2);
    engine_notify(engine, tx, asking->customer, "topup");
}

/* The verdict holds, since nothing comes between it and the transfer. */
static enum flow credit(struct request *request, struct tx *tx, const struct asking *asking) {
    struct ledger *ledger = engine_ledger(request->engine);
    struct agent_payment payment = {.agent = asking->agent.id,
                                    .id = world_id(tx_world(tx)),
                                    .txn = asking->asked.txn,
                                    .date = asking->asked.date,
                                    .customer = asking->customer,
                                    .account = asking->wallet,
                                    .sum = asking->asked.sum,
                                    .phone = phone_text(&asking->phone)};
    const struct transfer transfer = {.from = asking->agent.account,
                                      .to = asking->wallet,
                                      .sum = rub(payment.sum),
                                      .kind = KIND_AGENT,
                                      .subject = payment.id};
    enum osmp_result result = result_of(ledger_check(ledger, tx, &transfer));
    if (result != OSMP_RESULT_OK) return tell_plain(request, asking, result);
    if (!agent_payment_put(request->engine, tx, &payment)) return tell_plain(request, asking, OSMP_RESULT_LATER);
    int64_t operation = 0;
    enum ledger_refusal refusal = ledger_transfer(ledger, tx, &transfer, &operation);
    check(refusal == LEDGER_OK || tx_failed(tx));
    const struct event income = {.kind = EVENT_INCOME,
                                 .customer = payment.customer,
                                 .number = payment.sum,
                                 .account = payment.account,
                                 .operation = operation};
    engine_emit(request->engine, tx, &income);
    tell_customer(request->engine, tx, asking);
    return tell_result(request, asking, OSMP_RESULT_OK, S_agents_result_ok, payment.id);
}

/* Everything is looked at again: between the snapshot and this command it may all have become otherwise. */
enum flow osmp_pay(struct request *request, struct tx *tx) {
    struct asking asking = {.customer = 0};
    struct agent_payment payment;
    if (read_asking(request, tx, &asking) == FLOW_ANSWERED) return FLOW_ANSWERED;
    look_at_wallet(request->engine, tx, &request->locale, &asking);
    if (agent_payment_find(request->engine, tx, asking.agent.id, asking.asked.txn, &payment))
        return tell_again(request, &asking, &payment);
    enum osmp_result result = agent_verdict(&asking.look);
    return result == OSMP_RESULT_OK ? credit(request, tx, &asking) : tell_plain(request, &asking, result);
}
