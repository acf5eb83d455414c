/* staff.c: payments of which nobody knows whether they arrived. Staff ask the provider by other means, one says what
 * came of it, another of finance confirms; the customer's money is then taken or let go (BO-2, BO-3). */
#include "payments/staff.h"

static const struct refusal not_stuck = {"not-stuck", 409, S_payments_staff_not_stuck, false};
static const struct refusal reference_missing = {"reference-missing", 422, S_payments_staff_reference_missing, false};

/* What the house pays is no customer's: whoever may see payments sees it, but for the data of whom it pays. */
struct sight staff_payment_sees(struct request *request, struct tx *tx, const struct payment *payment) {
    return payment->customer != 0 ? staff_sees(request, tx, payment->customer) : (struct sight){.allowed = true};
}

bool staff_payment_find(struct request *request, struct tx *tx, struct payment *payment) {
    int64_t id;
    if (!request_param_id(request, 0, &id)) return false;
    int64_t customer = payment_owner(tx, id);
    return customer >= 0 && payment_find(request->engine, tx, customer, id, payment);
}

/* GET /staff/payments/{id} */
enum flow staff_payment_read(struct request *request, struct tx *tx) {
    struct payment payment;
    if (!staff_payment_find(request, tx, &payment)) return answer_missing(request);
    struct sight sight = staff_payment_sees(request, tx, &payment);
    if (!sight.allowed) return staff_needs_reason(request, payment.customer);
    struct node *document = doc_new(request->arena);
    if (!sight.opened) /* whose account it is, and under which number */
        for (size_t i = 0; i < payment.values.count; i++)
            payment.values.of[i].value = mask_text(request->arena, payment.values.of[i].value);
    payment_tell(request, tx, &payment, document);
    doc_id(document, "customer", payment.customer);
    doc_bool(document, "stuck", payment.state == PAYMENT_STUCK);
    doc_int(document, "provider_code", payment.code);
    doc_bool(document, "refundable", payment.state == PAYMENT_DONE);
    doc_money(document, "left_to_refund", rub(payment.sum - payment.returned));
    return answer_ok(request, document);
}

/* ---- asking ---- */

enum { OUTCOME_DONE, OUTCOME_REFUSED };

/* POST /staff/payments/{id}/settle */
enum flow staff_settle_ask(struct request *request, struct tx *tx) {
    struct payment payment;
    if (!staff_payment_find(request, tx, &payment)) return answer_missing(request);
    if (!staff_payment_sees(request, tx, &payment).allowed) return staff_needs_reason(request, payment.customer);
    if (payment.state != PAYMENT_STUCK) return refuse(request, &not_stuck);
    bool done = field_number(request, "outcome") == OUTCOME_DONE;
    struct text reference = field_text(request, "reference");
    if (done && reference.size == 0) return refuse(request, &reference_missing);
    struct text data = text_format(request->arena, "%d %.*s", done ? OUTCOME_DONE : OUTCOME_REFUSED,
                                   TEXT_ARG(reference));
    int64_t id = approval_ask(request, tx, "payments.settle", payment.customer, payment.id, data,
                              field_text(request, "reason"));
    if (id == 0) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_created(request, document, text_format(request->arena, "/staff/approvals/%lld", (long long)id));
}

/* ---- confirming ---- */

static bool outcome_of(const struct approval *approval, bool *done, struct text *reference) {
    int64_t outcome;
    if (!text_to_int(text_split(approval->data, ' ', reference), &outcome)) return false;
    *done = outcome == OUTCOME_DONE;
    return true;
}

void staff_settle_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct payment payment;
    bool done;
    struct text reference;
    if (!outcome_of(approval, &done, &reference) ||
        !payment_find(request->engine, tx, approval->customer, approval->subject, &payment))
        return;
    const struct locale *locale = &request->locale;
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    const struct provider *provider = catalogue_provider(catalogue, payment.provider);
    struct buffer sum = buffer_new(request->arena, 32);
    locale_money(&sum, locale, rub(payment.sum + payment.fee));
    if (provider != NULL)
        approval_fact(facts, locale, S_payments_payment_provider, words_in(&provider->title, locale->language));
    approval_fact(facts, locale, S_payments_payment_total, buffer_text(&sum));
    approval_fact(facts, locale, S_payments_staff_outcome,
                  string_get(request->arena, locale, done ? S_payments_staff_done : S_payments_staff_refused, NULL, 0));
    if (reference.size > 0)
        approval_fact(facts, locale, S_payments_payment_reference, text_copy(request->arena, reference));
}

const struct refusal *staff_settle_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct payment payment;
    bool done;
    struct text reference;
    struct engine *engine = request->engine;
    if (!outcome_of(approval, &done, &reference) ||
        !payment_find(engine, tx, approval->customer, approval->subject, &payment) ||
        payment.state != PAYMENT_STUCK)
        return &not_stuck;
    if (done) payment_done(engine, tx, &payment, text_copy(tx_arena(tx), reference));
    else payment_refused(engine, tx, &payment, REASON_REFUSED, -1);
    queue_finish(engine, tx, "payments.stuck", payment.id, request->caller.staff, done ? "done" : "refused");
    return NULL;
}
