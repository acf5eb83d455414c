/* transfer.c: money to another person's wallet by number, or between one's own. The form, the check page («Перевести
 * 1 500,00 ₽»), the act. The act is the product's most frequent request: its command touches the ledger alone; whatever
 * needs SQL happens before, on a snapshot. A number without a cabinet goes to waiting.c. */
#include "products/wallet/wallet.h"

#include "base/check.h"
#include "engine/people.h"
#include "factors/factors.h"
#include "identity/secrets.h"
#include "operations/operations.h"

#include <stdlib.h>
#include <string.h>

/* What the resolving stage found out, for the stage after it. */
struct plan {
    int64_t customer;         /* who pays */
    int64_t from, to;         /* accounts; to 0: the number has no cabinet */
    int64_t recipient;        /* customer */
    int64_t before;           /* the last entry of `from` so far, known when it is about to pay */
    bool own;                 /* between own wallets */
    bool cooling;             /* what may go out is limited for a time (ID-12) */
    moment cooling_until;
    bool new_payee;           /* … of a sum that wants a fresh proof */
    struct signature *signature; /* … given by his device over this very transfer; NULL: none */
    struct text phone;        /* E.164; TEXT_NONE for own */
    struct wallet_row to_row; /* own */
    int kind;                 /* of another feature's payment (engine/moves.h); 0: a transfer */
    int64_t subject;
    int64_t answers; /* the request for money that it answers; 0: none */
};

/* ---- the form ---- */

static struct text wallet_option(struct request *request, const struct wallet_row *row, int64_t available) {
    struct node *values = doc_new(request->arena);
    doc_text(values, "title", wallet_title(request->arena, &request->locale, row));
    doc_money(values, "sum", rub(available));
    const struct string_argument arguments[] = {{"title", doc_get(values, "title")}, {"sum", doc_get(values, "sum")}};
    return string_get(request->arena, &request->locale, S_wallet_transfer_from_option, arguments, 2);
}

static void add_option(struct node *options, const struct account *account, struct text title, int64_t chosen) {
    struct node *option = doc_add_object(options);
    doc_id(option, "value", account->id);
    doc_text(option, "title", title);
    doc_bool(option, "selected", account->id == chosen);
}

/* One's own wallets to choose from: only who has several sees them. */
static void tell_wallets(struct request *request, struct tx *tx, struct node *document) {
    struct wallet_row rows[WALLETS_MAX];
    size_t count = wallet_rows(tx, request->caller.customer, rows);
    doc_bool(document, "several", count > 1);
    if (count < 2) return;
    int64_t to = 0;
    bool own = false;
    text_to_int(field_text(request, "to"), &to);
    struct node *from_options = doc_array(document, "from_options"), *to_options = doc_array(document, "to_options");
    for (size_t i = 0; i < count; i++) {
        struct account account;
        if (!ledger_account(engine_ledger(request->engine), tx, rows[i].account, &account)) continue;
        struct text title = wallet_option(request, &rows[i], account.balance - account.held);
        add_option(from_options, &account, title, field_number(request, "from"));
        add_option(to_options, &account, title, to);
        own = own || account.id == to;
    }
    doc_bool(document, "own", own);
    doc_id(document, "own_first", rows[1].account);
}

static void tell_available(struct request *request, struct node *document, int64_t available) {
    doc_money(document, "available", rub(available));
    const struct string_argument argument = {"sum", doc_get(document, "available")};
    doc_text(document, "available_hint",
             string_get(request->arena, &request->locale, S_wallet_transfer_sum_hint, &argument, 1));
}

#define FRIENDS_SHOWN 12

/* Whom he keeps as friends, one tap away; the one he chose. False: he has no such friend. */
static bool tell_friends(struct request *request, struct tx *tx, struct node *document) {
    const struct people *people = engine_people(request->engine);
    int64_t customer = request->caller.customer, chosen = 0;
    struct text phone = TEXT_NONE, title = TEXT_NONE;
    struct node *friends = doc_array(document, "friends");
    if (field_known(request, "friend")) chosen = field_number(request, "friend");
    if (chosen != 0 &&
        (people == NULL || !people->find(request->engine, tx, customer, chosen, &phone, &title)))
        return false;
    doc_text(document, "friend", title);
    doc_text(document, "friend_phone", phone.size > 0 ? phone_pretty(request->arena, phone) : TEXT_NONE);
    if (people != NULL) people->offer(request->engine, tx, customer, FRIENDS_SHOWN, friends);
    return true;
}

enum flow transfer_form_read(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    const struct wallet_settings *settings = wallet_state_of(engine)->settings;
    int64_t from = wallet_main(engine, tx, request->caller.customer);
    struct account account;
    if (from == 0 || !ledger_account(engine_ledger(engine), tx, from, &account))
        return refuse(request, &refusal_no_wallet);
    struct node *document = doc_new(request->arena);
    tell_available(request, document, account.balance - account.held);
    doc_money(document, "least", rub(settings->transfer_min));
    doc_bool(document, "level_allows", account.limits >= settings->transfer_level + 1);
    doc_int(document, "waiting_days", settings->waiting_days);
    struct limit_report limits = ledger_limits(engine_ledger(engine), tx, &account);
    wallet_limits_document(document, &limits);
    tell_wallets(request, tx, document);
    if (!tell_friends(request, tx, document)) return answer_missing(request);
    return answer_ok(request, document);
}

/* ---- who gets it ---- */

static bool own_wallet(struct tx *tx, int64_t customer, int64_t account, struct wallet_row *row) {
    struct wallet_row rows[WALLETS_MAX];
    size_t count = wallet_rows(tx, customer, rows);
    for (size_t i = 0; i < count; i++)
        if (rows[i].account == account) {
            *row = rows[i];
            return true;
        }
    return false;
}

static enum flow resolve_sender(struct request *request, struct tx *tx, struct plan *plan) {
    plan->from = wallet_main(request->engine, tx, plan->customer);
    if (plan->from == 0) return refuse(request, &refusal_no_wallet);
    struct wallet_row row;
    if (field_given(request, "from") && field_number(request, "from") != plan->from) {
        if (!own_wallet(tx, plan->customer, field_number(request, "from"), &row))
            return refuse_field(request, "from", S_wallet_transfer_from_invalid);
        plan->from = row.account;
    }
    return FLOW_NEXT;
}

/* By number, or by the id of one of the sender's own wallets. */
static enum flow resolve_recipient(struct request *request, struct tx *tx, struct plan *plan) {
    struct text typed = field_text(request, "to");
    struct phone phone;
    enum phone_kind kind = phone_parse(typed, &phone);
    if (kind == PHONE_MOBILE) {
        plan->phone = text_copy(request->arena, phone_text(&phone));
        plan->recipient = identity_by_phone(request->engine, tx, plan->phone);
        if (plan->recipient == plan->customer) return refuse_field(request, "to", S_wallet_transfer_to_own);
        if (plan->recipient != 0) plan->to = wallet_main(request->engine, tx, plan->recipient);
        return FLOW_NEXT;
    }
    int64_t account;
    if (text_to_int(typed, &account) && own_wallet(tx, plan->customer, account, &plan->to_row)) {
        if (account == plan->from) return refuse_field(request, "to", S_wallet_transfer_to_same);
        plan->own = true;
        plan->to = account;
        plan->recipient = plan->customer;
        return FLOW_NEXT;
    }
    return refuse_field(request, "to",
                        kind == PHONE_INVALID ? S_wallet_transfer_to_invalid : S_wallet_transfer_to_foreign);
}

static int by_id(const void *left, const void *right) {
    int64_t one = *(const int64_t *)left, other = *(const int64_t *)right;
    return (one > other) - (one < other);
}

static void warm_cooling(struct engine *engine, struct tx *tx, const int64_t *senders, size_t count) {
    int64_t *rising = arena_array(tx_arena(tx), int64_t, count);
    size_t distinct = 0;
    memcpy(rising, senders, count * sizeof *rising);
    qsort(rising, count, sizeof *rising, by_id);
    for (size_t i = 0; i < count; i++)
        if (rising[i] != 0 && (distinct == 0 || rising[distinct - 1] != rising[i])) rising[distinct++] = rising[i];
    identity_cooling_warm(engine, tx, rising, distinct);
}

/* What resolving asks most: the payees' customers, and both sides' wallets. */
void transfer_warm(struct request *const *requests, size_t count, struct tx *tx) {
    struct engine *engine = requests[0]->engine;
    struct arena *arena = tx_arena(tx);
    struct text *phones = arena_array(arena, struct text, count);
    int64_t *customers = arena_array(arena, int64_t, count * 2);
    size_t numbers = 0;
    for (size_t i = 0; i < count; i++) {
        struct phone phone;
        if (phone_parse(field_text(requests[i], "to"), &phone) == PHONE_MOBILE)
            phones[numbers++] = text_copy(arena, phone_text(&phone));
        customers[count + i] = requests[i]->caller.customer;
    }
    for (size_t i = numbers; i < count; i++) customers[i] = 0;
    identity_by_phones(engine, tx, phones, numbers, customers);
    warm_cooling(engine, tx, customers + count, count);
    wallet_warm(engine, tx, customers, count * 2);
}

/* Small transfers cost no query. */
static bool wants_proof(struct request *request, struct tx *tx, const struct plan *plan) {
    int64_t from = wallet_state_of(request->engine)->settings->confirm_sum;
    return from > 0 && !plan->own && field_number(request, "sum") >= from &&
           !payee_known(request->engine, tx, plan->customer, plan->phone);
}

/* What else it wants, once it is known who pays whom. */
static void look_closer(struct request *request, struct tx *tx, struct plan *plan) {
    struct cooling cooling;
    plan->cooling = !plan->own && identity_cooling(request->engine, tx, plan->customer, &cooling);
    if (plan->cooling) plan->cooling_until = cooling.until;
    plan->new_payee = wants_proof(request, tx, plan);
}

static enum flow resolve(struct request *request, struct tx *tx) {
    struct plan *plan = arena_new_of(request->arena, struct plan);
    plan->customer = request->caller.customer;
    if (resolve_sender(request, tx, plan) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (resolve_recipient(request, tx, plan) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct wallet_settings *settings = wallet_state_of(request->engine)->settings;
    if (field_number(request, "sum") < settings->transfer_min)
        return operations_refuse_sum(request, &refusal_sum_small, settings->transfer_min);
    look_closer(request, tx, plan);
    int64_t other = plan->to != 0 ? plan->to : wallet_waiting_account(request->engine, tx);
    int64_t *accounts = arena_array(request->arena, int64_t, 2);
    accounts[0] = plan->from;
    accounts[1] = other;
    request->accounts = accounts;
    request->account_count = other != 0 ? 2 : 1;
    request->scratch = plan;
    return FLOW_NEXT;
}

/* A program hears that a proof is wanted before its key is used up; a page's form is kept by the command. */
enum flow transfer_resolve_read(struct request *request, struct tx *tx) {
    if (resolve(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct plan *plan = request->scratch;
    return plan->new_payee && !request->wants_html ? factors_fresh(request, tx) : FLOW_NEXT;
}

static bool level_allows(struct request *request, struct tx *tx, const struct plan *plan, struct account *from) {
    if (plan->own) return true;
    return ledger_account(engine_ledger(request->engine), tx, plan->from, from) &&
           from->limits >= wallet_state_of(request->engine)->settings->transfer_level + 1;
}

static struct transfer transfer_of(const struct request *request, const struct plan *plan) {
    return (struct transfer){.from = plan->from,
                             .to = plan->to,
                             .sum = field_money(request, "sum"),
                             .kind = plan->own ? KIND_OWN : plan->kind != 0 ? plan->kind : KIND_TRANSFER,
                             .subject = plan->subject,
                             .note = field_text(request, "note")};
}

/* ---- the check page ---- */

static void tell_recipient(struct request *request, struct tx *tx, const struct plan *plan, struct node *document) {
    struct node *to = doc_object(document, "to");
    struct customer customer;
    doc_bool(to, "own", plan->own);
    doc_bool(to, "registered", plan->to != 0);
    if (plan->own) {
        doc_text(to, "title", wallet_title(request->arena, &request->locale, &plan->to_row));
        return;
    }
    struct text phone = phone_pretty(request->arena, plan->phone); /* he typed it himself */
    bool known = plan->to != 0 && identity_customer(request->engine, tx, plan->recipient, &customer);
    bool named = known && customer.name.size > 0;
    doc_text(to, "title", named ? customer.name : phone);
    if (named) doc_text(to, "phone", phone);
}

/* Where the money goes when nobody has that number yet; made by the first such transfer, so it may not exist. */
static enum ledger_refusal check_plan(struct request *request, struct tx *tx, const struct plan *plan) {
    struct transfer transfer = transfer_of(request, plan);
    if (transfer.to == 0) transfer.to = wallet_waiting_account(request->engine, tx);
    if (transfer.to == 0) transfer.to = acquiring_account(request->engine, tx);
    if (transfer.to != 0) return ledger_check(engine_ledger(request->engine), tx, &transfer);
    struct account account; /* nobody ever topped up or waited: what can be said is whether there is money */
    check(ledger_account(engine_ledger(request->engine), tx, plan->from, &account) || tx_failed(tx));
    return account.balance - account.held < transfer.sum.minor ? LEDGER_NOT_ENOUGH : LEDGER_OK;
}

/* The line that his device may sign instead of his confirming himself. */
static struct text statement_of(struct request *request, const struct plan *plan) {
    int64_t sum = field_money(request, "sum").minor;
    return text_format(request->arena, "transfer|%.*s|%lld.%02lld|RUB", TEXT_ARG(plan->phone), (long long)(sum / 100),
                       (long long)(sum % 100));
}

/* confirm: he will be asked who he is; sign_options: or his device may sign instead. */
static void tell_proof(struct request *request, struct tx *tx, const struct plan *plan, struct node *document) {
    bool sign = plan->new_payee && factors_may_sign(request, tx);
    doc_bool(document, "confirm", plan->new_payee && !factors_are_fresh(request, tx));
    if (!sign) return;
    int64_t sum = field_money(request, "sum").minor;
    doc_text(document, "sign_options",
             text_format(request->arena, "/transfers/options?to=%%2B%.*s&sum=%lld.%02lld",
                         TEXT_ARG(text_slice(plan->phone, 1, plan->phone.size)), (long long)(sum / 100),
                         (long long)(sum % 100)));
}

enum flow transfer_check_read(struct request *request, struct tx *tx) {
    if (resolve(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct plan *plan = request->scratch;
    struct account account = {0};
    if (!level_allows(request, tx, plan, &account)) return refuse(request, &refusal_level);
    struct money sum = field_money(request, "sum");
    struct cooling cooling;
    if (plan->cooling && identity_cooling(request->engine, tx, plan->customer, &cooling) && cooling.left < sum.minor)
        return operations_refuse_cooling(request, &cooling);
    enum ledger_refusal refusal = check_plan(request, tx, plan);
    if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, plan->from, sum);
    if (plan->own && !ledger_account(engine_ledger(request->engine), tx, plan->from, &account))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    tell_recipient(request, tx, plan, document);
    doc_money(document, "sum", sum);
    doc_money(document, "fee", rub(0));
    doc_money(document, "total", sum);
    doc_money(document, "left", rub(account.balance - account.held - sum.minor));
    doc_text(document, "note", field_text(request, "note"));
    doc_int(document, "waiting_days", wallet_state_of(request->engine)->settings->waiting_days);
    tell_proof(request, tx, plan, document);
    return answer_ok(request, document);
}

/* ---- the act ---- */

static enum flow transfer_done(struct request *request, struct tx *tx, const struct plan *plan, int64_t operation,
                               moment waits_until) {
    struct account account;
    if (!ledger_account(engine_ledger(request->engine), tx, plan->from, &account)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", operation);
    doc_text(document, "state", waits_until == 0 ? TEXT("done") : TEXT("waiting"));
    doc_money(document, "sum", field_money(request, "sum"));
    doc_money(document, "balance", rub(account.balance));
    doc_int(document, "version", account.version);
    if (waits_until != 0) doc_moment(document, "waits_until", waits_until);
    if (plan->new_payee) payee_keep(request->engine, tx, plan->customer, plan->phone);
    if (plan->signature) factors_sign_keep(request, tx, plan->signature, operation);
    return answer_created(request, document, text_format(request->arena, "/operations/%lld", (long long)operation));
}

/* What other features may want to know of it (engine/feature.h), in this transaction. */
static void tell_paid(struct request *request, struct tx *tx, const struct plan *plan, int64_t operation) {
    struct account payee;
    bool known = plan->to != 0 && ledger_account(engine_ledger(request->engine), tx, plan->to, &payee);
    const struct event paid = {.kind = EVENT_PAID,
                               .customer = plan->customer,
                               .number = field_money(request, "sum").minor,
                               .account = plan->from,
                               .operation = operation,
                               .text = field_text(request, "note"),
                               .before = plan->before,
                               .answers = plan->answers,
                               .cooling_until = plan->cooling_until,
                               .frozen = known && payee.frozen};
    engine_emit(request->engine, tx, &paid);
}

static enum flow transfer_to_nobody(struct request *request, struct tx *tx, const struct plan *plan) {
    const struct waiting_order order = {.customer = plan->customer,
                                        .account = plan->from,
                                        .phone = plan->phone,
                                        .sum = field_money(request, "sum"),
                                        .note = field_text(request, "note"),
                                        .language = request->locale.language};
    struct waiting_result result = waiting_send(request->engine, tx, &order);
    if (result.too_many) return refuse(request, &refusal_waiting_many);
    if (result.refusal != LEDGER_OK) return operations_refuse(request, tx, result.refusal, plan->from, order.sum);
    tell_paid(request, tx, plan, result.operation);
    return transfer_done(request, tx, plan, result.operation, result.expires);
}

/* It says whose request for money it answers: then it is just that, or nothing. */
static bool asked_for(struct request *request, struct tx *tx, const struct plan *plan) {
    return plan->answers == 0 || (!plan->own && engine_answers(request->engine, tx, plan->answers, plan->customer,
                                                               plan->recipient, field_number(request, "sum")));
}

/* Who may, and may he now? What he has of a token or of cooling is taken. */
static enum flow permit(struct request *request, struct tx *tx, struct plan *plan) {
    struct account from = {0};
    if (!level_allows(request, tx, plan, &from)) return refuse(request, &refusal_level);
    plan->before = from.last_entry;
    if (plan->new_payee && !plan->signature && factors_fresh(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct cooling cooling = {0};
    if (plan->cooling &&
        !identity_cooling_take(request->engine, tx, plan->customer, field_money(request, "sum").minor)) {
        identity_cooling(request->engine, tx, plan->customer, &cooling);
        return operations_refuse_cooling(request, &cooling);
    }
    return plan->own ? FLOW_NEXT : identity_token_spend(request, tx, field_money(request, "sum"));
}

static enum flow move(struct request *request, struct tx *tx, const struct plan *plan, int64_t *operation) {
    struct transfer transfer = transfer_of(request, plan);
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(request->engine), tx, &transfer, operation);
    if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, plan->from, transfer.sum);
    if (plan->own) return FLOW_NEXT;
    tell_paid(request, tx, plan, *operation);
    if (plan->kind == 0) /* else it is not his to spend freely, but what that feature makes of it */
        wallet_income(request->engine, tx, plan->recipient, plan->to, transfer.sum.minor, *operation);
    return FLOW_NEXT;
}

enum flow transfer_write(struct request *request, struct tx *tx) {
    struct plan plan = *(const struct plan *)request->scratch;
    plan.answers = field_number(request, "request");
    if (!asked_for(request, tx, &plan)) return refuse(request, &refusal_not_asked);
    if (permit(request, tx, &plan) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (plan.to == 0) { /* someone may have signed up since the snapshot */
        plan.recipient = identity_by_phone(request->engine, tx, plan.phone);
        if (plan.recipient != 0) plan.to = wallet_main(request->engine, tx, plan.recipient);
        if (plan.to == 0) return transfer_to_nobody(request, tx, &plan);
    }
    int64_t operation;
    if (move(request, tx, &plan, &operation) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return transfer_done(request, tx, &plan, operation, 0);
}

/* ---- for other features ---- */

static enum flow person_plan(struct request *request, struct tx *tx, const struct person_payment *payment,
                             struct plan *plan) {
    struct customer payee;
    *plan = (struct plan){.customer = request->caller.customer,
                          .from = wallet_main(request->engine, tx, request->caller.customer),
                          .to = payment->to,
                          .recipient = payment->payee,
                          .kind = payment->kind,
                          .subject = payment->subject};
    if (plan->from == 0) return refuse(request, &refusal_no_wallet);
    if (!identity_customer(request->engine, tx, payment->payee, &payee)) return answer_missing(request);
    plan->phone = payee.phone;
    int64_t least = wallet_state_of(request->engine)->settings->transfer_min;
    if (field_number(request, "sum") < least) return operations_refuse_sum(request, &refusal_sum_small, least);
    look_closer(request, tx, plan);
    return FLOW_NEXT;
}

enum flow transfer_person_look(struct request *request, struct tx *tx, const struct person_payment *payment) {
    struct plan plan;
    if (person_plan(request, tx, payment, &plan) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return plan.new_payee && !request->wants_html ? factors_fresh(request, tx) : FLOW_NEXT;
}

enum flow transfer_person(struct request *request, struct tx *tx, const struct person_payment *payment,
                          int64_t *operation) {
    struct plan plan;
    if (person_plan(request, tx, payment, &plan) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (permit(request, tx, &plan) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (move(request, tx, &plan, operation) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (plan.new_payee) payee_keep(request->engine, tx, plan.customer, plan.phone);
    return FLOW_NEXT;
}

/* ---- signed by the customer's device ---- */

static const struct refusal not_signed = {"nothing-to-sign", 422, S_wallet_transfer_not_signed, false};

enum flow transfer_sign_options(struct request *request, struct tx *tx) {
    if (resolve(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct plan *plan = request->scratch;
    return plan->own ? refuse(request, &not_signed) : factors_sign_options(request, statement_of(request, plan));
}

enum flow transfer_signed_look(struct request *request, struct tx *tx) {
    if (resolve(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct plan *plan = request->scratch;
    if (plan->own) return refuse(request, &not_signed);
    return factors_sign_look(request, tx, statement_of(request, plan), &plan->signature);
}

enum flow transfer_signed_verify(struct request *request, struct tx *tx) {
    (void)tx;
    const struct plan *plan = request->scratch;
    return factors_sign_verify(request, plan->signature);
}

/* Spent with the money in one command: refused, it may be sent again. */
enum flow transfer_signed_write(struct request *request, struct tx *tx) {
    const struct plan *plan = request->scratch;
    if (factors_sign_spend(request, tx, plan->signature) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return transfer_write(request, tx);
}
