/* pay.c: the hosted page of a bill, for whoever has its address: a guest sees what is asked and by whom, a customer
 * pays it from his wallet, who was named by his number may also say no. And the customer's own bills. */
#include "merchants/internal.h"

#include "factors/factors.h"
#include "identity/secrets.h"
#include "operations/operations.h"

static const struct refusal over = {"bill-over", 409, S_merchants_over, false};
static const struct refusal off = {"merchant-off", 409, S_merchants_page_off, false};
static const struct refusal no_purse = {"no-account", 409, S_merchants_no_purse, false};
static const struct refusal level_low = {"level-too-low", 422, S_merchants_level, false};
static const struct refusal not_yours = {"bill-not-yours", 403, S_merchants_not_yours, false};

STATEMENT(paid_before, "SELECT 1 FROM merchant_bill WHERE customer = $1 AND merchant = $2 AND state = 2 LIMIT 1");

static bool find(struct request *request, struct tx *tx, struct bill *bill, struct merchant *merchant) {
    return bill_by_uid(request->engine, tx, request->params[0], bill) && merchant_find(tx, bill->merchant, merchant);
}

static bool payable(const struct bill *bill, const struct merchant *merchant) {
    return bill->state == BILL_WAITING && merchant->open;
}

/* A page of the shop's own, to go back to; another site's is forgotten. */
static struct text back_of(struct request *request, const struct merchant *merchant) {
    struct text back = field_text(request, "back");
    return origin_has(merchant->site, back) ? back : TEXT_NONE;
}

static struct text place_of(struct request *request, const struct bill *bill, const struct merchant *merchant) {
    struct buffer place = buffer_new(request->arena, 128);
    struct text back = back_of(request, merchant);
    buffer_format(&place, "/bill/%.*s", TEXT_ARG(bill->uid));
    if (back.size > 0) buffer_add_literal(&place, "?back=");
    for (size_t i = 0; i < back.size; i++) {
        unsigned char byte = (unsigned char)back.data[i];
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (plain) buffer_add_char(&place, (char)byte);
        else buffer_format(&place, "%%%02X", byte);
    }
    return buffer_text(&place);
}

/* ---- the page ---- */

/* From this sum on, a merchant whom he has never paid wants a fresh proof. */
static bool wants_proof(struct request *request, struct tx *tx, const struct bill *bill) {
    int64_t from = merchants_state_of(request->engine)->settings->confirm_sum;
    if (from == 0 || bill->sum < from) return false;
    struct rows *rows = tx_query(tx, &paid_before, VALUES(V_INT(request->caller.customer), V_INT(bill->merchant)));
    bool known = rows_next(rows);
    rows_end(rows);
    return !known;
}

/* Whether any of them has enough, and how each is called. */
static bool tell_purses(struct request *request, struct tx *tx, const struct bill *bill, struct node *document) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    struct node *options = doc_array(document, "purses");
    bool enough = false;
    for (size_t i = 0; i < count; i++) {
        struct account account;
        if (!ledger_account(engine_ledger(request->engine), tx, purses[i].account, &account)) continue;
        struct node *values = doc_new(request->arena), *option = doc_add_object(options);
        int64_t available = account.balance - account.held;
        doc_text(values, "title", purses[i].title);
        doc_money(values, "sum", rub(available));
        const struct string_argument arguments[] = {{"title", doc_get(values, "title")},
                                                    {"sum", doc_get(values, "sum")}};
        doc_id(option, "value", account.id);
        doc_text(option, "title",
                 string_get(request->arena, &request->locale, S_merchants_purse, arguments, 2));
        doc_bool(option, "selected", field_number(request, "from") == account.id);
        enough = enough || available >= bill->sum;
    }
    doc_bool(document, "several", count > 1);
    return enough;
}

static void tell_customer(struct request *request, struct tx *tx, const struct bill *bill,
                          const struct merchant *merchant, struct node *document) {
    bool own = bill->customer == request->caller.customer;
    doc_bool(document, "own", own);
    doc_bool(document, "declinable", payable(bill, merchant) && bill->addressee == request->caller.customer);
    if (own) doc_id(document, "operation", bill->operation);
    else doc_null(document, "operation");
    if (!payable(bill, merchant)) return;
    doc_bool(document, "enough", tell_purses(request, tx, bill, document));
    doc_bool(document, "confirm", wants_proof(request, tx, bill) && !factors_are_fresh(request, tx));
}

static struct node *document_of(struct request *request, struct tx *tx, const struct bill *bill,
                                const struct merchant *merchant) {
    struct node *document = doc_new(request->arena);
    bool customer = request->caller.kind == WHO_CUSTOMER;
    doc_text(document, "uid", bill->uid);
    doc_text(document, "merchant", merchant->title);
    doc_text(document, "number", bill->number);
    doc_text(document, "comment", bill_comment(request->arena, bill));
    doc_money(document, "sum", rub(bill->sum));
    if (bill->refunded > 0) doc_money(document, "refunded", rub(bill->refunded));
    else doc_null(document, "refunded");
    doc_text(document, "state", text_from(bill_state_name(bill->state)));
    doc_moment(document, "expires", bill->expires);
    doc_bool(document, "payable", payable(bill, merchant));
    doc_bool(document, "signed_in", customer);
    doc_text(document, "back", back_of(request, merchant));
    doc_text(document, "here", place_of(request, bill, merchant));
    if (customer) tell_customer(request, tx, bill, merchant, document);
    return document;
}

/* GET /bill/{uid} */
enum flow bill_read(struct request *request, struct tx *tx) {
    struct bill bill;
    struct merchant merchant;
    if (!find(request, tx, &bill, &merchant)) return answer_missing(request);
    if (request->caller.kind != WHO_CUSTOMER) request->answer.page = &template_merchants_bill_guest;
    return answer_ok(request, document_of(request, tx, &bill, &merchant));
}

/* ---- paying ---- */

/* A program hears that a proof is wanted before its key is used up; a page's form is kept by the command. */
enum flow bill_pay_look(struct request *request, struct tx *tx) {
    struct bill bill;
    struct merchant merchant;
    if (!find(request, tx, &bill, &merchant)) return answer_missing(request);
    bool asks = payable(&bill, &merchant) && !request->wants_html && wants_proof(request, tx, &bill);
    return asks ? factors_fresh(request, tx) : FLOW_NEXT;
}

/* The one he chose, or the usual one; FLOW_NEXT with the account as it is. */
static enum flow take_purse(struct request *request, struct tx *tx, struct account *account) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    size_t at = 0;
    if (field_given(request, "from"))
        while (at < count && purses[at].account != field_number(request, "from")) at++;
    if (at == count && count > 0) return refuse_field(request, "from", S_merchants_purse_unknown);
    bool there = count > 0 && ledger_account(engine_ledger(request->engine), tx, purses[at].account, account);
    return there ? FLOW_NEXT : refuse(request, &no_purse);
}

static enum flow allow(struct request *request, struct tx *tx, const struct bill *bill,
                       const struct account *account) {
    struct cooling cooling;
    struct money sum = rub(bill->sum);
    int level = merchants_state_of(request->engine)->settings->level;
    if (account->limits != 0 && account->limits < level + 1) return refuse(request, &level_low);
    if (wants_proof(request, tx, bill) && factors_fresh(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!identity_cooling_take(request->engine, tx, request->caller.customer, sum.minor)) {
        identity_cooling(request->engine, tx, request->caller.customer, &cooling);
        return operations_refuse_cooling(request, &cooling);
    }
    return identity_token_spend(request, tx, sum);
}

/* What other features may want to know of it (engine/feature.h). */
static void emit_paid(struct engine *engine, struct tx *tx, const struct bill *bill, int64_t before) {
    struct cooling cooling;
    bool cools = identity_cooling(engine, tx, bill->customer, &cooling);
    const struct event paid = {.kind = EVENT_PAID,
                               .customer = bill->customer,
                               .number = bill->sum,
                               .account = bill->account,
                               .operation = bill->operation,
                               .before = before,
                               .cooling_until = cools ? cooling.until : 0};
    engine_emit(engine, tx, &paid);
}

static enum flow take_money(struct request *request, struct tx *tx, struct bill *bill,
                            const struct merchant *merchant, const struct account *account) {
    struct engine *engine = request->engine;
    const struct transfer transfer = {.from = account->id,
                                      .to = merchant->account,
                                      .sum = rub(bill->sum),
                                      .kind = KIND_BILL,
                                      .subject = bill->id};
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(engine), tx, &transfer, &bill->operation);
    if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, account->id, transfer.sum);
    bill->customer = request->caller.customer;
    bill->account = account->id;
    if (!bill_end(tx, bill, BILL_PAID)) return refuse(request, &over); /* nobody else can, its row is locked */
    bill_paid(tx, bill);
    notice_add(engine, tx, merchant, bill);
    emit_paid(engine, tx, bill, account->last_entry);
    merchant_tell(engine, tx, merchant, bill->customer, TOPIC_OPERATIONS, S_merchants_told_paid, bill->sum);
    return FLOW_NEXT;
}

static enum flow told(struct request *request, struct tx *tx, const struct bill *bill,
                      const struct merchant *merchant) {
    return answer_done(request, document_of(request, tx, bill, merchant), place_of(request, bill, merchant));
}

/* POST /bill/{uid}/pay. Pressed twice it is told what became of the first. */
enum flow bill_pay(struct request *request, struct tx *tx) {
    struct bill bill;
    struct merchant merchant;
    struct account account;
    if (!find(request, tx, &bill, &merchant)) return answer_missing(request);
    if (bill.state == BILL_PAID && bill.customer == request->caller.customer)
        return told(request, tx, &bill, &merchant);
    if (bill.state != BILL_WAITING) return refuse(request, &over);
    if (!merchant.open) return refuse(request, &off);
    if (take_purse(request, tx, &account) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (allow(request, tx, &bill, &account) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (take_money(request, tx, &bill, &merchant, &account) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return told(request, tx, &bill, &merchant);
}

/* POST /bill/{uid}/decline: by whom the merchant named, and nobody else who has the address. */
enum flow bill_decline(struct request *request, struct tx *tx) {
    struct bill bill;
    struct merchant merchant;
    if (!find(request, tx, &bill, &merchant)) return answer_missing(request);
    if (bill.addressee != request->caller.customer) return refuse(request, &not_yours);
    if (bill.state != BILL_REJECTED && !bill_end(tx, &bill, BILL_REJECTED)) return refuse(request, &over);
    return told(request, tx, &bill, &merchant);
}

/* ---- one's own ---- */

#define OWN_MOST 100
#define PENDING_MOST 10

static void tell_row(struct tx *tx, const struct bill *bill, struct node *node) {
    struct merchant merchant = {.title = TEXT("—")};
    merchant_find(tx, bill->merchant, &merchant);
    doc_text(node, "uid", bill->uid);
    doc_text(node, "merchant", merchant.title);
    doc_text(node, "comment", bill_comment(node->arena, bill));
    doc_money(node, "sum", rub(bill->sum));
    doc_text(node, "state", text_from(bill_state_name(bill->state)));
    doc_moment(node, "at", bill->state == BILL_WAITING ? bill->expires : bill->changed);
}

/* GET /bills */
enum flow bills_read(struct request *request, struct tx *tx) {
    struct bill *bills = arena_array(request->arena, struct bill, OWN_MOST);
    size_t count = bills_of_customer(request->engine, tx, request->caller.customer, bills, OWN_MOST);
    struct node *document = doc_new(request->arena);
    struct node *waiting = doc_array(document, "waiting"), *paid = doc_array(document, "paid");
    for (size_t i = 0; i < count; i++)
        tell_row(tx, &bills[i], doc_add_object(bills[i].state == BILL_WAITING ? waiting : paid));
    return answer_ok(request, document);
}

void bills_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                   struct node *list) {
    struct bill bills[PENDING_MOST];
    size_t count = bills_of_customer(engine, tx, customer, bills, PENDING_MOST);
    for (size_t i = 0; i < count && bills[i].state == BILL_WAITING; i++) {
        struct merchant merchant;
        if (!merchant_find(tx, bills[i].merchant, &merchant) || !merchant.open) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "title", merchant.title);
        doc_text(node, "text", string_get(list->arena, locale, S_merchants_pending, NULL, 0));
        doc_money(node, "sum", rub(bills[i].sum));
        doc_text(node, "href", text_format(list->arena, "/bill/%.*s", TEXT_ARG(bills[i].uid)));
        doc_text(node, "icon", TEXT("receipt"));
    }
}

/* ---- as an operation ---- */

STATEMENT(title_of, "SELECT title FROM merchant WHERE account = $1");

int64_t bill_payee(struct engine *engine, struct tx *tx, int64_t customer, const struct entry *entry) {
    (void)engine, (void)tx, (void)customer;
    return entry->kind == KIND_BILL ? entry->other : 0;
}

void bill_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                   struct node *operation) {
    (void)engine, (void)locale;
    struct rows *rows = tx_query(tx, &title_of, VALUES(V_INT(entry->other)));
    if (rows_next(rows)) doc_text(operation, "counterparty", row_copy(rows, 0, operation->arena));
    rows_end(rows);
}
