/* transfer.c: money to another person's wallet by number, or between one's own. The form, the check page («Перевести
 * 1 500,00 ₽»), the act. The act is the product's most frequent request: its command touches the ledger alone; whatever
 * needs SQL happens before, on a snapshot. A number without a cabinet goes to waiting.c. */
#include "products/wallet/wallet.h"

#include "base/check.h"

/* What the resolving stage found out, for the stage after it. */
struct plan {
    int64_t customer;         /* who pays */
    int64_t from, to;         /* accounts; to 0: the number has no cabinet */
    int64_t recipient;        /* customer */
    bool own;                 /* between own wallets */
    struct text phone;        /* E.164; TEXT_NONE for own */
    struct wallet_row to_row; /* own */
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

enum flow transfer_resolve_read(struct request *request, struct tx *tx) {
    struct plan *plan = arena_new_of(request->arena, struct plan);
    plan->customer = request->caller.customer;
    if (resolve_sender(request, tx, plan) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (resolve_recipient(request, tx, plan) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct wallet_settings *settings = wallet_state_of(request->engine)->settings;
    if (field_number(request, "sum") < settings->transfer_min)
        return wallet_refuse_sum(request, &refusal_sum_small, settings->transfer_min);
    int64_t other = plan->to != 0 ? plan->to : wallet_system_account(request->engine, tx, SYSTEM_WAITING);
    int64_t *accounts = arena_array(request->arena, int64_t, 2);
    accounts[0] = plan->from;
    accounts[1] = other;
    request->accounts = accounts;
    request->account_count = other != 0 ? 2 : 1;
    request->scratch = plan;
    return FLOW_NEXT;
}

static bool level_allows(struct request *request, struct tx *tx, const struct plan *plan) {
    struct account account;
    if (plan->own) return true;
    return ledger_account(engine_ledger(request->engine), tx, plan->from, &account) &&
           account.limits >= wallet_state_of(request->engine)->settings->transfer_level + 1;
}

static struct transfer transfer_of(const struct request *request, const struct plan *plan) {
    return (struct transfer){.from = plan->from,
                             .to = plan->to,
                             .sum = field_money(request, "sum"),
                             .kind = plan->own ? KIND_OWN : KIND_TRANSFER,
                             .note = field_text(request, "note"),
                             .flags = plan->own ? TRANSFER_NO_LIMITS : 0};
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
    doc_text(to, "title", named ? text_copy(request->arena, customer.name) : phone);
    if (named) doc_text(to, "phone", phone);
}

/* Where the money goes when nobody has that number yet; made by the first such transfer, so it may not exist. */
static enum ledger_refusal check_plan(struct request *request, struct tx *tx, const struct plan *plan) {
    struct transfer transfer = transfer_of(request, plan);
    if (transfer.to == 0) transfer.to = wallet_system_account(request->engine, tx, SYSTEM_WAITING);
    if (transfer.to == 0) transfer.to = wallet_system_account(request->engine, tx, SYSTEM_ACQUIRER);
    if (transfer.to != 0) return ledger_check(engine_ledger(request->engine), tx, &transfer);
    struct account account; /* nobody ever topped up or waited: what can be said is whether there is money */
    check(ledger_account(engine_ledger(request->engine), tx, plan->from, &account) || tx_failed(tx));
    return account.balance - account.held < transfer.sum.minor ? LEDGER_NOT_ENOUGH : LEDGER_OK;
}

enum flow transfer_check_read(struct request *request, struct tx *tx) {
    if (transfer_resolve_read(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct plan *plan = request->scratch;
    if (!level_allows(request, tx, plan)) return refuse(request, &refusal_level);
    struct money sum = field_money(request, "sum");
    enum ledger_refusal refusal = check_plan(request, tx, plan);
    if (refusal != LEDGER_OK) return wallet_refuse(request, tx, refusal, plan->from, sum);
    struct account account;
    if (!ledger_account(engine_ledger(request->engine), tx, plan->from, &account)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    tell_recipient(request, tx, plan, document);
    doc_money(document, "sum", sum);
    doc_money(document, "fee", rub(0));
    doc_money(document, "total", sum);
    doc_money(document, "left", rub(account.balance - account.held - sum.minor));
    doc_text(document, "note", field_text(request, "note"));
    doc_int(document, "waiting_days", wallet_state_of(request->engine)->settings->waiting_days);
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
    return answer_created(request, document, text_format(request->arena, "/operations/%lld", (long long)operation));
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
    if (result.refusal != LEDGER_OK) return wallet_refuse(request, tx, result.refusal, plan->from, order.sum);
    return transfer_done(request, tx, plan, result.operation, result.expires);
}

enum flow transfer_write(struct request *request, struct tx *tx) {
    struct plan plan = *(const struct plan *)request->scratch;
    if (!level_allows(request, tx, &plan)) return refuse(request, &refusal_level);
    if (plan.to == 0) { /* someone may have signed up since the snapshot */
        plan.recipient = identity_by_phone(request->engine, tx, plan.phone);
        if (plan.recipient != 0) plan.to = wallet_main(request->engine, tx, plan.recipient);
        if (plan.to == 0) return transfer_to_nobody(request, tx, &plan);
    }
    struct transfer transfer = transfer_of(request, &plan);
    int64_t operation;
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(request->engine), tx, &transfer, &operation);
    if (refusal != LEDGER_OK) return wallet_refuse(request, tx, refusal, plan.from, transfer.sum);
    return transfer_done(request, tx, &plan, operation, 0);
}
