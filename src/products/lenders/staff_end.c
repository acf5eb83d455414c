/* staff_end.c: staff end a contract that was signed and whose money does not come: one asks with the reason, another
 * confirms (BO-2). Then the lender is told until he says that nothing is owed. */
#include "products/lenders/lenders.h"

static const struct refusal not_stuck = {"not-in-this-state", 409, S_lenders_staff_not_stuck, false};

/* Past its deadline, or with money that has no room. */
bool staff_may_end(const struct loan *loan) {
    return loan_may_return(loan->state) && (loan->late || loan->state == LOAN_ROOM);
}

static string_id why_not(enum ledger_refusal refusal) {
    switch (refusal) {
    case LEDGER_OK: return S_none; /* it comes any moment */
    case LEDGER_RECIPIENT_BALANCE_LIMIT: return S_lenders_staff_why_balance;
    case LEDGER_RECIPIENT_MONTH_LIMIT: return S_lenders_staff_why_month;
    case LEDGER_RECIPIENT_CLOSED: return S_lenders_staff_why_closed;
    default: return S_lenders_staff_why_other;
    }
}

struct text staff_end_why(struct request *request, struct tx *tx, const struct loan *loan) {
    if (loan->state != LOAN_ROOM) return TEXT_NONE;
    const struct transfer transfer = loan_transfer(request->engine, tx, loan);
    string_id why = why_not(ledger_check(engine_ledger(request->engine), tx, &transfer));
    return why != S_none ? string_get(request->arena, &request->locale, why, NULL, 0) : TEXT_NONE;
}

/* POST /staff/lender-loans/{id}/end */
enum flow staff_loan_end_ask(struct request *request, struct tx *tx) {
    int64_t id;
    struct loan loan;
    if (!request_param_id(request, 0, &id) || !loan_find(request->engine, tx, loan_owner(tx, id), id, &loan))
        return answer_missing(request);
    if (!staff_sees(request, tx, loan.customer).allowed) return staff_needs_reason(request, loan.customer);
    if (!staff_may_end(&loan)) return refuse(request, &not_stuck);
    return approval_asked(request, approval_ask(request, tx, "lenders.end", loan.customer, loan.id, TEXT(""),
                                                field_text(request, "reason")));
}

static void show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct loan loan;
    const struct locale *locale = &request->locale;
    if (!loan_find(request->engine, tx, approval->customer, approval->subject, &loan)) return;
    struct buffer sum = buffer_new(request->arena, 32);
    locale_money(&sum, locale, rub(loan.sum));
    approval_fact(facts, locale, S_lenders_staff_lender, loan.lender);
    approval_fact(facts, locale, S_lenders_lender_sum, buffer_text(&sum));
    approval_fact(facts, locale, S_lenders_schedule_state,
                  string_get(request->arena, locale, loan_state_words(loan.state), NULL, 0));
    struct text why = staff_end_why(request, tx, &loan);
    if (why.data != NULL) approval_fact(facts, locale, S_lenders_staff_why, why);
}

static const struct refusal *apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct loan loan;
    if (!loan_find(request->engine, tx, approval->customer, approval->subject, &loan) || !staff_may_end(&loan))
        return &not_stuck;
    loan_return(request->engine, tx, &loan);
    audit_record(request, loan.customer, "lenders.ended", approval->summary);
    return NULL;
}

const struct approval_kind lenders_approvals[] = {{.name = "lenders.end",
                                                   .title = S_lenders_staff_end,
                                                   .ask = ROLE_SUPPORT | ROLE_FINANCE,
                                                   .confirm = ROLE_FINANCE,
                                                   .life_us = 7 * DAY,
                                                   .apply = apply,
                                                   .show = show},
                                                  {.name = NULL}};
