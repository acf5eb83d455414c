/* history.c: what happened to a loan, in words; and why it owes what it owes: each debt's days and events, whose sums
 * are the debt. */
#include "products/loans/repay.h"

#define LINES_TOLD 400
#define EVENTS_TOLD 200

static const struct {
    const char *name;
    string_id title;
} events[] = {
    [LOAN_ISSUE] = {"issue", S_loans_event_issue},
    [LOAN_PAYMENT] = {"payment", S_loans_event_payment},
    [LOAN_EARLY_PART] = {"early", S_loans_event_early},
    [LOAN_REPAY_ALL] = {"all", S_loans_event_all},
    [LOAN_FEE] = {"fee", S_loans_event_fee},
    [LOAN_EXTEND] = {"extend", S_loans_event_extend},
    [LOAN_RESTRUCTURE] = {"restructure", S_loans_event_restructure},
    [LOAN_WAIVE] = {"waive", S_loans_event_waive},
    [LOAN_GOODS] = {"goods", S_loans_event_payment},
    [LOAN_WRITE_OFF] = {"write_off", S_loans_event_write_off},
    [LOAN_FEE_BACK] = {"fee_back", S_loans_event_fee_back},
};

struct text credit_event_name(enum loan_event_kind kind) {
    return text_from(events[kind].name);
}

string_id credit_event_title(enum loan_event_kind kind) {
    return events[kind].title;
}

void credit_history_tell(struct request *request, struct tx *tx, const struct credit *credit, struct node *list) {
    struct stored_event *stored = arena_array(request->arena, struct stored_event, CREDIT_EVENTS_MOST);
    size_t count = credit_events_of(tx, credit->customer, credit->id, stored, CREDIT_EVENTS_MOST);
    size_t from = count > EVENTS_TOLD ? count - EVENTS_TOLD : 0;
    for (size_t i = count; i-- > from;) {
        struct node *node = doc_add_object(list);
        enum loan_event_kind kind = stored[i].event.kind;
        doc_date(node, "day", date_from_days(stored[i].event.day));
        doc_text(node, "kind", credit_event_name(kind));
        doc_text(node, "title", loans_say(request->arena, &request->locale, credit_event_title(kind)));
        doc_money(node, "sum", rub(stored[i].event.sum));
        doc_money(node, "principal", rub(stored[i].principal));
        doc_money(node, "interest", rub(stored[i].interest));
        doc_money(node, "penalty", rub(stored[i].penalty));
        doc_money(node, "fees", rub(stored[i].fees));
        doc_money(node, "advance", rub(stored[i].advance > 0 ? stored[i].advance : 0));
        if (stored[i].operation != 0) doc_id(node, "operation", stored[i].operation + 1);
        else doc_null(node, "operation");
    }
}

/* ---- why ---- */

static string_id reason_of(enum loan_reason reason) {
    switch (reason) {
    case LOAN_WHY_ISSUE: return S_loans_why_issue;
    case LOAN_WHY_INTEREST: return S_loans_why_interest;
    case LOAN_WHY_LATE: return S_loans_why_late;
    case LOAN_WHY_PENALTY: return S_loans_why_penalty;
    case LOAN_WHY_BOUND: return S_loans_why_bound;
    case LOAN_WHY_FEE: return S_loans_why_fee;
    case LOAN_WHY_DUE: return S_loans_why_due;
    case LOAN_WHY_PAID: return S_loans_why_paid;
    case LOAN_WHY_EARLY: return S_loans_why_early;
    case LOAN_WHY_PLAN: return S_loans_why_plan;
    case LOAN_WHY_WAIVED: return S_loans_why_waived;
    case LOAN_WHY_FEE_BACK: return S_loans_why_fee_back;
    case LOAN_WHY_GOODS:
    case LOAN_WHY_UNDONE:
    case LOAN_WHY_LOST: break; /* instalments' are theirs to tell */
    }
    return S_loans_why_lost;
}

static void tell_line(struct request *request, const struct loan_contract *contract, const struct loan_line *line,
                      struct node *list) {
    struct node *node = doc_add_object(list);
    doc_text(node, "reason", loans_say(request->arena, &request->locale, reason_of(line->reason)));
    doc_date(node, "from", date_from_days(line->from));
    doc_date(node, "to", date_from_days(line->to));
    doc_int(node, "days", line->to - line->from + 1);
    doc_bool(node, "earned", line->year != 0);
    doc_bool(node, "several", line->to != line->from);
    doc_money(node, "balance", rub(line->balance));
    bool daily = contract->day_rate && line->reason != LOAN_WHY_PENALTY;
    doc_text(node, "rate", loans_rate_words(request->arena, &request->locale, line->rate, daily));
    doc_int(node, "year", line->year);
    doc_text(node, "source", text_from(loan_line_source(contract, line)));
    doc_money(node, "sum", rub(line->amount));
}

static void tell_debt(struct request *request, struct tx *tx, const struct credit *credit,
                      const struct loan_contract *contract, enum debt debt, struct node *list) {
    static const string_id titles[DEBTS] = {
        [DEBT_OVERDUE_INTEREST] = S_loans_overdue_interest, [DEBT_OVERDUE_PRINCIPAL] = S_loans_overdue_principal,
        [DEBT_PENALTY] = S_loans_penalty, [DEBT_INTEREST] = S_loans_interest, [DEBT_PRINCIPAL] = S_loans_principal,
        [DEBT_OTHER] = S_loans_fees};
    struct loan_state state;
    struct loan_trail trail = {.debt = debt, .lines = arena_array(request->arena, struct loan_line, LINES_TOLD),
                               .room = LINES_TOLD};
    if (!credit_replay(request->engine, tx, credit, loans_today(request->engine), &state, &trail) ||
        state.debt[debt] == 0)
        return;
    struct node *node = doc_add_object(list), *lines;
    doc_text(node, "title", loans_say(request->arena, &request->locale, titles[debt]));
    doc_money(node, "sum", rub(state.debt[debt]));
    doc_bool(node, "cut", trail.count > trail.room);
    lines = doc_array(node, "lines");
    size_t count = trail.count < trail.room ? trail.count : trail.room;
    for (size_t i = 0; i < count; i++) tell_line(request, contract, &trail.lines[i], lines);
}

/* GET /loans/{id}/why */
enum flow credit_why_read(struct request *request, struct tx *tx) {
    struct credit credit;
    struct credit_product product;
    struct node *document = doc_new(request->arena);
    if (!credit_asked(request, tx, &credit) || !credit_product_find(tx, credit.product, &product))
        return answer_missing(request);
    const struct loan_contract contract = credit_contract_of(request->engine, &product, &credit);
    credit_tell_row(request, tx, &credit, document);
    struct node *list = doc_array(document, "debts");
    for (int debt = 0; debt < DEBTS; debt++) tell_debt(request, tx, &credit, &contract, (enum debt)debt, list);
    return answer_ok(request, document);
}
