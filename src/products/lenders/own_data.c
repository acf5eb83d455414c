/* own_data.c: what is kept of a customer's loans: told to him; what stands in the way of his leaving. */
#include "products/lenders/lenders.h"

#define PIECE 50
#define REPAYMENTS 200

STATEMENT(next_loans, "SELECT id FROM lender_loan WHERE customer = $1 AND id > $2 ORDER BY id LIMIT 50");
STATEMENT(open_count, "SELECT COUNT(*) FROM lender_loan WHERE customer = $1 AND state < 10");
STATEMENT(sending_count, "SELECT COUNT(*) FROM lender_repayment WHERE customer = $1 AND state = 1");

static void tell_signature(struct own_data *piece, const struct loan *loan) {
    struct signature_kept signature;
    if (!signature_find(piece->engine, piece->tx, loan->customer, loan->id, &signature)) return;
    struct node *node = doc_add_object(piece->list);
    doc_text(node, "kind", TEXT("lender_signature"));
    doc_id(node, "loan", loan->id);
    doc_text(node, "digest", signature.digest);
    doc_text(node, "phone", signature.phone);
    doc_text(node, "how", signature.how);
    doc_moment(node, "at", signature.made);
}

static void tell_repayments(struct own_data *piece, const struct loan *loan) {
    struct repayment *repayments = arena_array(piece->list->arena, struct repayment, REPAYMENTS);
    size_t count = repayments_of(piece->tx, loan->customer, loan->id, repayments, REPAYMENTS);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("lender_repayment"));
        doc_id(node, "id", repayments[i].id);
        doc_id(node, "loan", loan->id);
        doc_money(node, "sum", rub(repayments[i].sum));
        doc_text(node, "state", text_from(repayment_state_name(repayments[i].state)));
        doc_text(node, "reference", repayments[i].reference);
        doc_moment(node, "at", id_moment(repayments[i].id));
    }
}

static void tell_loan(struct own_data *piece, const struct loan *loan) {
    struct node *node = doc_add_object(piece->list);
    struct lender_decision decision;
    bool offered = loan_offer(piece->list->arena, loan, &decision);
    doc_text(node, "kind", TEXT("lender_loan"));
    doc_id(node, "id", loan->id);
    doc_text(node, "lender", loan->lender);
    doc_money(node, "sum", rub(loan->sum));
    doc_text(node, "state", text_from(loan_state_name(loan->state)));
    doc_text(node, "contract", offered ? decision.contract : TEXT_NONE);
    doc_text(node, "reasons", decision.reasons);
    doc_text(node, "certificate", loan->certificate);
    doc_moment(node, "at", id_moment(loan->id));
    tell_signature(piece, loan);
    tell_repayments(piece, loan);
}

bool lenders_own_data(struct own_data *piece) {
    int64_t ids[PIECE];
    size_t count = 0;
    struct rows *rows = tx_query(piece->tx, &next_loans, VALUES(V_INT(piece->customer), V_INT(piece->after)));
    while (count < PIECE && rows_next(rows)) ids[count++] = row_int(rows, 0);
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        struct loan loan;
        if (loan_find(piece->engine, piece->tx, piece->customer, ids[i], &loan)) tell_loan(piece, &loan);
        piece->after = ids[i];
    }
    return count == PIECE;
}

static int64_t counted(struct tx *tx, struct statement *statement, int64_t customer) {
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(customer)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

void lenders_obstacles(struct obstacles *obstacles) {
    if (counted(obstacles->tx, &open_count, obstacles->customer) > 0 ||
        counted(obstacles->tx, &sending_count, obstacles->customer) > 0)
        obstacle_add(obstacles, S_lenders_leave_open, NULL, 0, "/lenders");
}
