/* staff.c: what staff see: a loan that takes too long, with whom the lender is asked; how we and each lender stand, and
 * which of his entries are not ours. */
#include "products/lenders/lenders.h"

#define WHO_SEES_LOANS (ROLE_SUPPORT | ROLE_FINANCE)
#define REPAYMENTS_SHOWN 50
#define LINKS_MOST 10

STATEMENT(statement_of, "SELECT entry, issued, repaid, told_at FROM lender_statement WHERE lender = $1");
STATEMENT(odd_of,
          "SELECT entry, issued, subject, sum, made FROM lender_odd WHERE lender = $1 ORDER BY entry LIMIT 100");
STATEMENT(issued_sum, "SELECT CAST(COALESCE(SUM(sum), 0) AS BIGINT) FROM lender_loan "
                      "WHERE lender = $1 AND (state IN (5, 6, 10) OR (state = 7 AND reference IS NOT NULL))");
STATEMENT(repaid_sum, "SELECT CAST(COALESCE(SUM(sum), 0) AS BIGINT) FROM lender_repayment "
                      "WHERE lender = $1 AND state = 10");
STATEMENT(waiting_count, "SELECT COUNT(*) FROM lender_loan WHERE lender = $1 AND state < 8 AND state <> 6");
STATEMENT(sending_count, "SELECT COUNT(*) FROM lender_repayment WHERE lender = $1 AND state = 1");

static int64_t number_of(struct tx *tx, struct statement *statement, struct text lender) {
    struct rows *rows = tx_query(tx, statement, VALUES(V_TEXT(lender)));
    int64_t number = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return number;
}

/* ---- all lenders ---- */

static const char *const kinds[] = {
    [LENDER_ENTRY_REPAID] = "repaid", [LENDER_ENTRY_ISSUED] = "issued", [LENDER_ENTRY_RETURNED] = "returned"};

static void tell_odd(struct tx *tx, struct text lender, struct node *node) {
    struct node *list = doc_array(node, "odd");
    struct rows *rows = tx_query(tx, &odd_of, VALUES(V_TEXT(lender)));
    while (rows_next(rows)) {
        struct node *odd = doc_add_object(list);
        doc_int(odd, "entry", row_int(rows, 0));
        doc_text(odd, "kind", text_from(kinds[row_int(rows, 1)]));
        doc_id(odd, "subject", row_int(rows, 2));
        doc_money(odd, "sum", rub(row_int(rows, 3)));
        doc_moment(odd, "made", row_int(rows, 4));
    }
    rows_end(rows);
}

static void tell_statement(struct tx *tx, struct text lender, struct node *node) {
    struct rows *rows = tx_query(tx, &statement_of, VALUES(V_TEXT(lender)));
    bool told = rows_next(rows) && row_int(rows, 3) != 0;
    doc_money(node, "their_issued", rub(told ? row_int(rows, 1) : 0));
    doc_money(node, "their_repaid", rub(told ? row_int(rows, 2) : 0));
    if (told) doc_moment(node, "told_at", row_int(rows, 3));
    else doc_null(node, "told_at");
    rows_end(rows);
}

/* GET /staff/lenders */
enum flow staff_lenders_read(struct request *request, struct tx *tx) {
    struct lenders_state *state = lenders_state_of(request->engine);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "lenders");
    for (size_t i = 0; i < state->count; i++) {
        const struct partner *partner = &state->partners[i];
        struct text lender = text_from(partner->settings->code);
        struct node *node = doc_add_object(list);
        struct account account = {.balance = 0};
        ledger_account(engine_ledger(request->engine), tx, lender_account(request->engine, tx, lender), &account);
        tell_partner(request, partner, node);
        doc_bool(node, "asked", partner->service.key.size > 0);
        doc_money(node, "settlement", rub(account.balance));
        doc_money(node, "our_issued", rub(number_of(tx, &issued_sum, lender)));
        doc_money(node, "our_repaid", rub(number_of(tx, &repaid_sum, lender)));
        doc_int(node, "waiting", number_of(tx, &waiting_count, lender));
        doc_int(node, "sending", number_of(tx, &sending_count, lender));
        tell_statement(tx, lender, node);
        tell_odd(tx, lender, node);
    }
    return answer_ok(request, document);
}

/* ---- one loan ---- */

static void tell_loan(struct request *request, struct tx *tx, const struct loan *loan, struct node *document) {
    struct signature_kept signature;
    doc_id(document, "id", loan->id);
    doc_id(document, "customer", loan->customer);
    doc_text(document, "lender", loan->lender);
    doc_text(document, "state", text_from(loan_state_name(loan->state)));
    doc_text(document, "state_words",
             string_get(request->arena, &request->locale, loan_state_words(loan->state), NULL, 0));
    doc_bool(document, "late", loan->late);
    doc_money(document, "sum", rub(loan->sum));
    doc_moment(document, "made", id_moment(loan->id));
    if (loan->deadline != 0) doc_moment(document, "deadline", loan->deadline);
    else doc_null(document, "deadline");
    doc_text(document, "reference", loan->reference);
    doc_text(document, "certificate", loan->certificate);
    doc_bool(document, "may_end", staff_may_end(loan));
    doc_text(document, "why", staff_end_why(request, tx, loan));
    if (loan->state == LOAN_ROOM) doc_moment(document, "back_at", loan_back_at(request->engine, loan));
    else doc_null(document, "back_at");
    bool is_signed = signature_find(request->engine, tx, loan->customer, loan->id, &signature);
    doc_text(document, "digest", is_signed ? signature.digest : TEXT_NONE);
    doc_text(document, "signed_by", is_signed ? mask_text(request->arena, signature.phone) : TEXT_NONE);
    if (is_signed) doc_moment(document, "signed", signature.made);
    else doc_null(document, "signed");
}

/* GET /staff/lender-loans/{id} */
enum flow staff_loan_read(struct request *request, struct tx *tx) {
    int64_t id;
    struct loan loan;
    if (!request_param_id(request, 0, &id) || !loan_find(request->engine, tx, loan_owner(tx, id), id, &loan))
        return answer_missing(request);
    if (!staff_sees(request, tx, loan.customer).allowed) return staff_needs_reason(request, loan.customer);
    struct node *document = doc_new(request->arena);
    tell_loan(request, tx, &loan, document);
    struct repayment *repayments = arena_array(request->arena, struct repayment, REPAYMENTS_SHOWN);
    size_t count = repayments_of(tx, loan.customer, loan.id, repayments, REPAYMENTS_SHOWN);
    struct node *list = doc_array(document, "repayments");
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_id(node, "id", repayments[i].id);
        doc_money(node, "sum", rub(repayments[i].sum));
        doc_text(node, "state", text_from(repayment_state_name(repayments[i].state)));
        doc_bool(node, "late", repayments[i].late);
        doc_moment(node, "made", id_moment(repayments[i].id));
        doc_text(node, "reference", repayments[i].reference);
        doc_text(node, "reason", repayments[i].reason);
    }
    return answer_ok(request, document);
}

/* ---- on the customer's card; queues ---- */

static void fill_card(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer, bool opened,
                      struct node *section) {
    (void)opened;
    struct arena *arena = section->arena;
    struct loan *loans = arena_array(arena, struct loan, LINKS_MOST);
    size_t count = loans_of(engine, tx, customer, false, loans, LINKS_MOST);
    for (size_t i = 0; i < count; i++)
        card_fact(section, locale, loan_state_words(loans[i].state), loans[i].lender,
                  text_format(arena, "/staff/lender-loans/%lld", (long long)loans[i].id).data);
}

const struct card_section lenders_card[] = {{S_lenders_staff_title, WHO_SEES_LOANS, fill_card}, {.fill = NULL}};

static const struct task_outcome looked_into[] = {{"settled", S_lenders_staff_settled}, {.name = NULL}};

const struct queue lenders_queues[] = {{.name = "lenders.late",
                                        .title = S_lenders_staff_queue_late,
                                        .roles = WHO_SEES_LOANS,
                                        .due_us = DAY,
                                        .page = "/staff/lender-loans/"},
                                       {.name = "lenders.implausible",
                                        .title = S_lenders_staff_queue_implausible,
                                        .roles = ROLE_FINANCE,
                                        .due_us = 3 * DAY,
                                        .outcomes = looked_into},
                                       {.name = "lenders.odd",
                                        .title = S_lenders_staff_queue_odd,
                                        .roles = ROLE_FINANCE,
                                        .due_us = 3 * DAY,
                                        .outcomes = looked_into},
                                       {.name = NULL}};
