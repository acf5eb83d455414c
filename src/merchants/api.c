/* api.c: the merchant's program: bills and refunds by the published QIWI P2P bills interface (README.md), and what we
 * add: the log of callbacks, their replay, a report. Nothing is told before the key is known. */
#include "merchants/wish.h"

#include "base/check.h"
#include "base/json.h"

static const struct refusal off = {"merchant-off", 403, S_merchants_off, false};
static const struct refusal missing = {"bill-missing", 404, S_merchants_missing, false};
static const struct refusal conflict = {"bill-exists", 409, S_merchants_conflict, false};
static const struct refusal in_flight = {"bill-in-flight", 409, S_merchants_in_flight, false};
static const struct refusal not_waiting = {"bill-not-waiting", 409, S_merchants_not_waiting, false};
static const struct refusal refund_missing = {"refund-missing", 404, S_merchants_refund_missing, false};
static const struct refusal refund_conflict = {"refund-exists", 409, S_merchants_refund_conflict, false};
static const struct refusal refund_unpaid = {"refund-not-paid", 409, S_merchants_refund_unpaid, false};
static const struct refusal refund_much = {"refund-too-much", 409, S_merchants_refund_much, false};
static const struct refusal refund_empty = {"refund-no-money", 409, S_merchants_refund_empty, false};
static const struct refusal refund_closed = {"refund-payer-closed", 409, S_merchants_refund_closed, false};
static const struct refusal notice_missing = {"callback-missing", 404, S_merchants_notice_missing, false};

/* ---- refusals as the interface tells them ---- */

static const char *code_of(const struct refusal *refusal) {
    static const struct {
        const char *type, *code;
    } codes[] = {
        {"merchant-unknown", "auth.unauthorized"},
        {"merchant-off", "auth.forbidden"},
        {"bill-unreadable", "http.message.conversion.failed"},
        {"bill-missing", "api.invoice.not.found"},
        {"bill-exists", "api.invoice.already.exists"},
        {"bill-in-flight", "api.invoice.in.progress"},
        {"bill-not-waiting", "api.invoice.not.waiting"},
        {"refund-missing", "api.refund.not.found"},
        {"refund-exists", "api.refund.already.exists"},
        {"refund-not-paid", "api.invoice.not.paid"},
        {"refund-too-much", "api.refund.amount.exceeded"},
        {"refund-no-money", "api.refund.not.enough.money"},
        {"refund-payer-closed", "api.refund.impossible"},
        {"callback-missing", "api.callback.not.found"},
        {"too-many-requests", "api.too.many.requests"},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (text_is(text_from(refusal->type), codes[i].type)) return codes[i].code;
    return refusal->status >= 500 ? "internal.error" : "validation.error";
}

void api_problem(const struct request *request, struct node *problem) {
    const struct node *detail = doc_get(problem, "detail");
    struct text words = detail != NULL ? detail->text : TEXT("");
    moment now = world_now(request->world);
    doc_text(problem, "serviceName", TEXT("invoicing-api"));
    doc_text(problem, "errorCode", text_from(code_of(request->answer.refusal)));
    doc_text(problem, "description", words);
    doc_text(problem, "userMessage", words);
    doc_moment(problem, "dateTime", now);
    doc_moment(problem, "datetime", now); /* the interface's document and its clients differ */
    doc_text(problem, "traceId", request->id);
}

enum flow wish_refuse(struct request *request, enum wish_fault fault) {
    static const struct refusal refusals[] = {
        [WISH_UNREADABLE] = {"bill-unreadable", 400, S_merchants_unreadable, false},
        [WISH_NUMBER] = {"bill-number", 400, S_merchants_number_bad, false},
        [WISH_AMOUNT] = {"bill-amount", 400, S_merchants_amount_bad, false},
        [WISH_CURRENCY] = {"bill-currency", 400, S_merchants_currency_bad, false},
        [WISH_TERM] = {"bill-term", 400, S_merchants_term_bad, false},
        [WISH_COMMENT] = {"bill-comment", 400, S_merchants_comment_bad, false},
        [WISH_CUSTOMER] = {"bill-customer", 400, S_merchants_customer_bad, false},
        [WISH_FIELDS] = {"bill-fields", 400, S_merchants_fields_bad, false},
    };
    check(fault > WISH_GOOD && fault <= WISH_FIELDS);
    return refuse(request, &refusals[fault]);
}

struct wish_terms wish_terms_of(const struct request *request) {
    return (struct wish_terms){.now = world_now(request->world),
                               .life = merchants_state_of(request->engine)->settings->bill_life,
                               .zone = engine_zone(request->engine)};
}

/* ---- bills ---- */

static enum flow told(struct request *request, const struct bill *bill) {
    struct node *document = doc_new(request->arena);
    bill_tell(request->engine, bill, document);
    return answer_ok(request, document);
}

/* FLOW_NEXT: no bill has that number, and one may be made. */
static enum flow look(struct request *request, struct tx *tx, const struct merchant *merchant,
                      const struct bill_wish *wish) {
    struct bill bill;
    bool same = false;
    if (bill_same(request->engine, tx, merchant->id, wish, &same, &bill))
        return same ? told(request, &bill) : refuse(request, &conflict);
    return merchant->open ? FLOW_NEXT : refuse(request, &off);
}

enum flow api_bill_look(struct request *request, struct tx *tx) {
    struct merchant merchant;
    int64_t key = 0;
    struct bill_wish *wish = arena_new_of(request->arena, struct bill_wish);
    struct wish_terms terms = wish_terms_of(request);
    if (merchant_enter(request, tx, &merchant, &key) == FLOW_ANSWERED) return FLOW_ANSWERED;
    enum wish_fault fault = wish_read(request->arena, request->body, request->params[0], &terms, wish);
    if (fault != WISH_GOOD) return wish_refuse(request, fault);
    request->scratch = wish;
    return look(request, tx, &merchant, wish);
}

enum flow api_bill_make(struct request *request, struct tx *tx) {
    const struct bill_wish *wish = request->scratch;
    struct merchant merchant;
    struct bill bill;
    int64_t key = 0;
    if (merchant_enter(request, tx, &merchant, &key) == FLOW_ANSWERED) return FLOW_ANSWERED; /* it may have ended */
    if (look(request, tx, &merchant, wish) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return bill_make(request, tx, &merchant, key, wish, &bill) ? told(request, &bill) : refuse(request, &in_flight);
}

/* FLOW_NEXT with the merchant's own bill. */
static enum flow find(struct request *request, struct tx *tx, struct merchant *merchant, struct bill *bill) {
    int64_t key = 0;
    if (merchant_enter(request, tx, merchant, &key) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return bill_number_good(request->params[0]) &&
                   bill_find(request->engine, tx, merchant->id, request->params[0], bill)
               ? FLOW_NEXT
               : refuse(request, &missing);
}

enum flow api_bill_see(struct request *request, struct tx *tx) {
    struct merchant merchant;
    struct bill bill;
    return find(request, tx, &merchant, &bill) == FLOW_ANSWERED ? FLOW_ANSWERED : told(request, &bill);
}

/* So that strangers do not take the writer's time. */
enum flow api_entered(struct request *request, struct tx *tx) {
    struct merchant merchant;
    int64_t key = 0;
    return merchant_enter(request, tx, &merchant, &key);
}

/* Rejected once more it is told as it is. */
enum flow api_reject(struct request *request, struct tx *tx) {
    struct merchant merchant;
    struct bill bill;
    if (find(request, tx, &merchant, &bill) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool done = bill.state == BILL_REJECTED || bill_end(tx, &bill, BILL_REJECTED);
    return done ? told(request, &bill) : refuse(request, &not_waiting);
}

/* ---- refunds ---- */

STATEMENT(refund_of, "SELECT id, sum FROM merchant_refund WHERE merchant = $1 AND bill = $2 AND number = $3");
STATEMENT(refund_put, "INSERT INTO merchant_refund (merchant, bill, number, id, sum, operation) "
                      "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (merchant, bill, number) DO NOTHING");

struct refund {
    struct text number;
    int64_t id, sum, operation;
};

static bool refund_find(struct tx *tx, const struct bill *bill, struct refund *refund) {
    struct rows *rows = tx_query(tx, &refund_of,
                                 VALUES(V_INT(bill->merchant), V_TEXT(bill->number), V_TEXT(refund->number)));
    bool found = rows_next(rows);
    if (found) {
        refund->id = row_int(rows, 0);
        refund->sum = row_int(rows, 1);
    }
    rows_end(rows);
    return found;
}

static enum flow refund_told(struct request *request, const struct bill *bill, const struct refund *refund) {
    struct node *document = doc_new(request->arena), *amount = doc_object(document, "amount");
    doc_text(amount, "value", money_decimal(request->arena, rub(refund->sum)));
    doc_text(amount, "currency", TEXT("RUB"));
    doc_moment(document, "datetime", id_moment(refund->id));
    doc_text(document, "refundId", refund->number);
    doc_text(document, "status", refund->sum == bill->sum ? TEXT("FULL") : TEXT("PARTIAL"));
    return answer_ok(request, document);
}

enum flow api_refund_see(struct request *request, struct tx *tx) {
    struct merchant merchant;
    struct bill bill;
    struct refund refund = {.number = request->params[1]};
    if (find(request, tx, &merchant, &bill) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool found = bill_number_good(refund.number) && refund_find(tx, &bill, &refund);
    return found ? refund_told(request, &bill, &refund) : refuse(request, &refund_missing);
}

/* What it asks for. One without a sum is not taken for the whole: money is never guessed. */
enum flow api_refund_look(struct request *request, struct tx *tx) {
    struct merchant merchant;
    struct bill bill;
    struct refund *refund = arena_new_of(request->arena, struct refund);
    *refund = (struct refund){.number = request->params[1]};
    if (find(request, tx, &merchant, &bill) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!bill_number_good(refund->number)) return wish_refuse(request, WISH_NUMBER);
    enum wish_fault fault = wish_amount(request->arena, json_read(request->arena, request->body), &refund->sum);
    request->scratch = refund;
    return fault == WISH_GOOD ? FLOW_NEXT : wish_refuse(request, fault);
}

static enum flow refuse_ledger(struct request *request, enum ledger_refusal refusal) {
    if (refusal == LEDGER_NOT_ENOUGH) return refuse(request, &refund_empty);
    return refuse(request, refusal == LEDGER_RECIPIENT_CLOSED ? &refund_closed : &refund_much);
}

enum flow api_refund(struct request *request, struct tx *tx) {
    struct refund wanted = *(const struct refund *)request->scratch, known = wanted;
    struct merchant merchant;
    struct bill bill;
    if (find(request, tx, &merchant, &bill) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (refund_find(tx, &bill, &known))
        return known.sum == wanted.sum ? refund_told(request, &bill, &known) : refuse(request, &refund_conflict);
    enum refund_verdict verdict = refund_verdict(bill.state, bill.sum, bill.refunded, wanted.sum);
    if (verdict != REFUND_GOOD) return refuse(request, verdict == REFUND_TOO_MUCH ? &refund_much : &refund_unpaid);
    enum ledger_refusal refusal = ledger_reverse(engine_ledger(request->engine), tx, bill.operation, bill.account,
                                                 rub(wanted.sum), KIND_BILL_REFUND, &wanted.operation);
    if (refusal != LEDGER_OK) return refuse_ledger(request, refusal);
    wanted.id = world_id(request->world);
    if (tx_run(tx, &refund_put,
               VALUES(V_INT(bill.merchant), V_TEXT(bill.number), V_TEXT(wanted.number), V_INT(wanted.id),
                      V_INT(wanted.sum), V_INT(wanted.operation))) != 1)
        return refuse(request, &in_flight);
    bill.refunded += wanted.sum;
    bill_refunded(tx, &bill);
    merchant_tell(request->engine, tx, &merchant, bill.customer, TOPIC_OPERATIONS, S_merchants_told_refund, wanted.sum);
    return refund_told(request, &bill, &wanted);
}

/* ---- callbacks ---- */

enum flow api_notices(struct request *request, struct tx *tx) {
    struct merchant merchant;
    int64_t key = 0;
    struct node *document = doc_new(request->arena);
    if (merchant_enter(request, tx, &merchant, &key) == FLOW_ANSWERED) return FLOW_ANSWERED;
    notices_tell(request->engine, tx, merchant.id, field_text(request, "billId"), doc_array(document, "callbacks"));
    return answer_ok(request, document);
}

enum flow api_replay(struct request *request, struct tx *tx) {
    struct merchant merchant;
    int64_t key = 0, id = 0;
    if (merchant_enter(request, tx, &merchant, &key) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!request_param_id(request, 0, &id) || !notice_replay(request->engine, tx, merchant.id, id))
        return refuse(request, &notice_missing);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_ok(request, document);
}
