/* unplaced.c: money that a bank sent back and that fits no payment: another sum, a number that we never gave, one that
 * was given back already. It is the bank's no more, and lies on an account of ours until one of finance has found out
 * whose it is, and another has confirmed it (BO-2, BO-3). */
#include "payments/register.h"

#include "base/check.h"
#include "base/log.h"

enum unplaced_state { STATE_WAITING = 1, STATE_PLACED };

struct row {
    int64_t id, provider, number, payment, sum, operation;
    enum unplaced_state state;
    moment ended;
};

#define COLUMNS "id, provider, number, payment, sum, state, ended, operation"

STATEMENT(find, "SELECT " COLUMNS " FROM pay_unplaced WHERE id = $1");
STATEMENT(lock, "SELECT " COLUMNS " FROM pay_unplaced WHERE id = $1 FOR_UPDATE");
STATEMENT(insert, "INSERT INTO pay_unplaced (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, 0, 0)");
STATEMENT(end, "UPDATE pay_unplaced SET state = $3, ended = $4, operation = $5 WHERE provider = $1 AND id = $2");

static const struct refusal over = {"unplaced-over", 409, S_payments_unplaced_over, false};
static const struct refusal nowhere = {"nowhere-to-place", 422, S_payments_unplaced_nowhere, false};
static const struct refusal not_fitting = {"payment-unfit", 409, S_payments_unplaced_unfit, false};

static bool row_by_id(struct tx *tx, int64_t id, struct row *row) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(id)));
    bool found = rows_next(rows);
    if (found)
        *row = (struct row){.id = row_int(rows, 0),
                            .provider = row_int(rows, 1),
                            .number = row_int(rows, 2),
                            .payment = row_int(rows, 3),
                            .sum = row_int(rows, 4),
                            .state = (enum unplaced_state)row_int(rows, 5),
                            .ended = row_int(rows, 6),
                            .operation = row_int(rows, 7)};
    rows_end(rows);
    return found;
}

/* ---- kept ---- */

static int64_t move(struct engine *engine, struct tx *tx, int64_t from, int64_t to, const struct row *row, int kind) {
    int64_t operation = 0;
    const struct transfer transfer = {.from = from,
                                      .to = to,
                                      .sum = rub(row->sum),
                                      .kind = kind,
                                      .subject = row->id,
                                      .flags = TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN};
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(engine), tx, &transfer, &operation);
    return refusal == LEDGER_OK ? operation : 0;
}

void unplaced_keep(struct engine *engine, struct tx *tx, int64_t provider, const struct rail_return *one) {
    const struct row row = {.id = world_id(tx_world(tx)), .provider = provider, .sum = one->sum};
    log_event(LOG_ERROR, TEXT_NONE, "payments.return_unplaced", LOG_NUMBER("payment", one->payment),
              LOG_NUMBER("sum", one->sum));
    if (one->sum <= 0 || one->sum > MONEY_MAX) return; /* no money at all */
    int64_t kept = move(engine, tx, payments_returning_account(engine, tx, provider),
                        payments_unplaced_account(engine, tx), &row, KIND_RETURN_KEPT);
    check(kept != 0 || tx_failed(tx)); /* what a bank has sent back may make it owe us */
    tx_run(tx, &insert,
           VALUES(V_INT(row.id), V_INT(provider), V_INT(one->number), V_INT(one->payment), V_INT(one->sum),
                  V_INT(STATE_WAITING)));
    queue_add(engine, tx, "payments.unplaced", row.id, 0,
              text_format(tx_arena(tx), "%lld", (long long)one->payment), 0);
}

/* ---- for staff ---- */

static bool asked_row(struct request *request, struct tx *tx, struct row *row) {
    int64_t id;
    return request_param_id(request, 0, &id) && row_by_id(tx, id, row);
}

/* GET /staff/unplaced/{id} */
enum flow staff_unplaced_read(struct request *request, struct tx *tx) {
    struct row row;
    if (!asked_row(request, tx, &row)) return answer_missing(request);
    const struct provider *provider =
        catalogue_provider(catalogue_take(request->engine, request->arena), row.provider);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", row.id);
    if (provider != NULL) doc_text(document, "provider", words_in(&provider->title, request->locale.language));
    doc_moment(document, "came", id_moment(row.id));
    doc_money(document, "sum", rub(row.sum));
    doc_text(document, "number", text_format(request->arena, "%lld", (long long)row.payment));
    if (payment_owner(tx, row.payment) >= 0) doc_id(document, "payment_found", row.payment);
    doc_bool(document, "placed", row.state == STATE_PLACED);
    if (row.operation != 0) doc_id(document, "operation", row.operation);
    return answer_ok(request, document);
}

/* A payment of which so much is left, or an account. */
static bool payment_fits(struct engine *engine, struct tx *tx, int64_t id, int64_t sum, struct payment *payment) {
    int64_t customer = id != 0 ? payment_owner(tx, id) : -1;
    return customer > 0 && payment_find(engine, tx, customer, id, payment) && payment->state == PAYMENT_DONE &&
           payment->sum - payment->returned >= sum;
}

/* POST /staff/unplaced/{id} */
enum flow staff_unplaced_ask(struct request *request, struct tx *tx) {
    struct row row;
    struct payment payment;
    struct account account = {0};
    int64_t to_payment = field_number(request, "payment"), to_account = field_number(request, "account");
    if (!asked_row(request, tx, &row)) return answer_missing(request);
    if (row.state != STATE_WAITING) return refuse(request, &over);
    if ((to_payment == 0) == (to_account == 0)) return refuse(request, &nowhere);
    if (to_payment != 0 && !payment_fits(request->engine, tx, to_payment, row.sum, &payment))
        return refuse_field(request, "payment", S_payments_unplaced_payment_unfit);
    if (to_account != 0 &&
        (!ledger_account(engine_ledger(request->engine), tx, to_account, &account) || account.closed))
        return refuse_field(request, "account", S_payments_unplaced_no_account);
    int64_t customer = to_payment != 0 ? payment.customer : account.owner;
    if (customer != 0 && !staff_sees(request, tx, customer).allowed) return staff_needs_reason(request, customer);
    struct text data = text_format(request->arena, "%lld %lld", (long long)to_payment, (long long)to_account);
    int64_t id = approval_ask(request, tx, "payments.unplaced", customer, row.id, data, field_text(request, "reason"));
    if (id == 0) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_created(request, document, text_format(request->arena, "/staff/approvals/%lld", (long long)id));
}

/* ---- confirming ---- */

static bool place_of(struct tx *tx, const struct approval *approval, struct row *row, int64_t *payment,
                     int64_t *account) {
    struct text rest = approval->data;
    return text_to_int(text_split(rest, ' ', &rest), payment) && text_to_int(rest, account) &&
           row_by_id(tx, approval->subject, row) && row->state == STATE_WAITING;
}

void unplaced_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct row row;
    int64_t payment, account;
    const struct locale *locale = &request->locale;
    if (!place_of(tx, approval, &row, &payment, &account)) return;
    struct buffer sum = buffer_new(request->arena, 32);
    locale_money(&sum, locale, rub(row.sum));
    approval_fact(facts, locale, S_payments_payment_sum, buffer_text(&sum));
    approval_fact(facts, locale, payment != 0 ? S_payments_unplaced_to_payment : S_payments_unplaced_to_account,
                  text_format(request->arena, "%lld", (long long)(payment != 0 ? payment : account)));
}

/* Back to where the payment went first, so that it is given back like any other. */
static const struct refusal *to_payment(struct engine *engine, struct tx *tx, struct row *row, int64_t id) {
    struct payment payment;
    int64_t unplaced = payments_unplaced_account(engine, tx);
    if (!payment_fits(engine, tx, id, row->sum, &payment)) return &not_fitting;
    row->operation = move(engine, tx, unplaced, payments_provider_account(engine, tx, payment.provider), row,
                          KIND_RETURN_PLACED);
    if (row->operation == 0 || !payment_give_back(engine, tx, &payment, row->sum)) return &not_fitting;
    return NULL;
}

const struct refusal *unplaced_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct row row;
    int64_t payment, account;
    struct engine *engine = request->engine;
    if (!place_of(tx, approval, &row, &payment, &account)) return &over;
    const struct refusal *refusal = payment != 0 ? to_payment(engine, tx, &row, payment) : NULL;
    if (refusal != NULL) return refusal;
    if (payment == 0)
        row.operation = move(engine, tx, payments_unplaced_account(engine, tx), account, &row, KIND_RETURN_PLACED);
    if (row.operation == 0) return &not_fitting;
    tx_run(tx, &end,
           VALUES(V_INT(row.provider), V_INT(row.id), V_INT(STATE_PLACED), V_INT(world_now(tx_world(tx))),
                  V_INT(row.operation)));
    queue_finish(engine, tx, "payments.unplaced", row.id, request->caller.staff, "placed");
    return NULL;
}
