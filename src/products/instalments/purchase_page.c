/* purchase_page.c: a purchase: what is owed and when, what was paid and came back, everything that happened; and why it
 * owes what it owes: each debt's days and events, whose sums are the debt. */
#include "products/instalments/cabinet.h"

#include "debts/event_row.h"

#define EVENTS_TOLD 200
#define LINES_TOLD 400

/* ---- what happened ---- */

struct told_event {
    const char *name;
    string_id title;
};

/* What a purchase's own act was, by the events that it came to. Goods that came back to a purchase that is over, and
 * money that did, are one event of the loan: only money has an operation. */
static struct told_event told_of(const struct stored_event *stored) {
    const struct loan_event *event = &stored->event;
    switch (event->kind) {
    case LOAN_ISSUE: return (struct told_event){"bought", S_instalments_event_bought};
    case LOAN_PAYMENT:
        if (stored->operation == 0) return (struct told_event){"counted", S_instalments_event_counted};
        return (struct told_event){"paid", S_instalments_event_paid};
    case LOAN_REPAY_ALL:
        if (event->sum == 0) return (struct told_event){"counted", S_instalments_event_counted};
        return (struct told_event){"paid_all", S_instalments_event_paid_all};
    case LOAN_GOODS: return (struct told_event){"returned", S_instalments_event_returned};
    case LOAN_MOVE: return (struct told_event){"moved", S_instalments_event_moved};
    case LOAN_UNDONE: return (struct told_event){"undone", S_instalments_event_undone};
    case LOAN_GIVE:
        if (event->sum > 0) return (struct told_event){"given", S_instalments_event_given};
        if (stored->operation == 0) return (struct told_event){"returned", S_instalments_event_returned};
        return (struct told_event){"too_much", S_instalments_event_too_much};
    case LOAN_EARLY_PART:
    case LOAN_FEE:
    case LOAN_EXTEND:
    case LOAN_RESTRUCTURE:
    case LOAN_WAIVE:
    case LOAN_WRITE_OFF:
    case LOAN_FEE_BACK: break; /* a loan's alone */
    }
    return (struct told_event){"other", S_instalments_event_other};
}

/* What lay there for a day to come is taken out and paid at once: a step of the rules, whose payment is told. */
static bool inner(const struct stored_event *stored) {
    return stored->event.kind == LOAN_GIVE && stored->event.sum > 0 && stored->operation == 0;
}

/* The entry on his account: money that came is its credit, which follows the debit. */
static int64_t entry_of(const struct stored_event *stored) {
    bool out = stored->event.kind == LOAN_UNDONE || (stored->event.kind == LOAN_GIVE && stored->event.sum > 0);
    if (stored->operation == 0) return 0;
    return out ? stored->operation : stored->operation + 1;
}

static int64_t magnitude(int64_t sum) { return sum < 0 ? -sum : sum; }

void purchase_history_tell(struct request *request, struct tx *tx, const struct purchase *purchase,
                           struct node *document) {
    struct stored_event *stored = arena_array(request->arena, struct stored_event, PURCHASE_HAPPENED_MOST);
    size_t count = purchase_happened_of(tx, purchase->customer, purchase->id, stored, PURCHASE_HAPPENED_MOST);
    struct node *list = doc_array(document, "history");
    for (size_t i = count, told = 0; i-- > 0 && told < EVENTS_TOLD;) {
        if (inner(&stored[i])) continue;
        struct node *node = doc_add_object(list);
        const struct told_event event = told_of(&stored[i]);
        int64_t entry = entry_of(&stored[i]);
        doc_date(node, "day", date_from_days(stored[i].event.day));
        doc_text(node, "kind", text_from(event.name));
        doc_text(node, "title", instalments_say(request->arena, &request->locale, event.title));
        doc_money(node, "sum", rub(magnitude(stored[i].event.sum)));
        doc_int(node, "days", stored[i].event.units);
        doc_money(node, "penalty", rub(magnitude(stored[i].penalty)));
        doc_money(node, "advance", rub(stored[i].advance > 0 ? stored[i].advance : 0));
        if (entry != 0) doc_id(node, "operation", entry);
        else doc_null(node, "operation");
        told++;
    }
}

/* GET /instalments/{id} */
enum flow purchase_read(struct request *request, struct tx *tx) {
    struct purchase purchase;
    struct node *document = doc_new(request->arena);
    if (!purchase_asked(request, tx, &purchase)) return answer_missing(request);
    bool sent = purchase_back_open(tx, &purchase), left = purchase_left(&purchase.state) > 0;
    purchase_tell_row(request, tx, &purchase, document);
    purchase_history_tell(request, tx, &purchase, document);
    doc_bool(document, "left_sent", sent);
    doc_int(document, "move_days", purchase_move_most(request->engine, &purchase));
    struct node *cards = doc_array(document, "cards");
    if (left && !sent) instalments_cards_tell(request->engine, tx, purchase.customer, 0, true, cards);
    return answer_ok(request, document);
}

/* ---- why ---- */

static string_id reason_of(enum loan_reason reason) {
    switch (reason) {
    case LOAN_WHY_ISSUE: return S_instalments_why_bought;
    case LOAN_WHY_PENALTY: return S_instalments_why_penalty;
    case LOAN_WHY_DUE: return S_instalments_why_due;
    case LOAN_WHY_PAID: return S_instalments_why_paid;
    case LOAN_WHY_GOODS: return S_instalments_why_goods;
    case LOAN_WHY_UNDONE: return S_instalments_why_undone;
    case LOAN_WHY_INTEREST:
    case LOAN_WHY_LATE:
    case LOAN_WHY_BOUND:
    case LOAN_WHY_FEE:
    case LOAN_WHY_EARLY:
    case LOAN_WHY_PLAN:
    case LOAN_WHY_WAIVED:
    case LOAN_WHY_LOST:
    case LOAN_WHY_FEE_BACK: break; /* a loan's alone */
    }
    return S_instalments_why_other;
}

static struct text rate_words(struct request *request, int64_t rate) {
    struct node *values = doc_new(request->arena);
    struct text text = rate_text(request->arena, rate);
    char *written = arena_copy(request->arena, text.data, text.size + 1);
    for (size_t i = 0; i < text.size; i++)
        if (written[i] == '.' && request->locale.language == LANGUAGE_RU) written[i] = ',';
    doc_text(values, "rate", (struct text){written, text.size});
    return instalments_say_with(request->arena, &request->locale, S_instalments_rate, values);
}

static void tell_line(struct request *request, const struct loan_contract *contract, const struct loan_line *line,
                      struct node *list) {
    struct node *node = doc_add_object(list);
    doc_text(node, "reason", instalments_say(request->arena, &request->locale, reason_of(line->reason)));
    doc_date(node, "from", date_from_days(line->from));
    doc_date(node, "to", date_from_days(line->to));
    doc_int(node, "days", line->to - line->from + 1);
    doc_bool(node, "earned", line->year != 0);
    doc_bool(node, "several", line->to != line->from);
    doc_money(node, "balance", rub(line->balance));
    doc_text(node, "rate", rate_words(request, line->rate));
    doc_int(node, "year", line->year);
    doc_text(node, "source", text_from(loan_line_source(contract, line)));
    doc_money(node, "sum", rub(line->amount));
}

static void tell_debt(struct request *request, struct tx *tx, const struct purchase *purchase, enum debt debt,
                      string_id title, struct node *list) {
    struct purchase_state state;
    struct loan_trail trail = {
        .debt = debt, .lines = arena_array(request->arena, struct loan_line, LINES_TOLD), .room = LINES_TOLD};
    const struct purchase_rule rule = instalments_rule(request->engine);
    const struct loan_contract contract = purchase_contract(&purchase->terms, &rule);
    if (!purchase_replay(request->engine, tx, purchase, instalments_today(request->engine), &state, &trail) ||
        state.loan.debt[debt] == 0)
        return;
    struct node *node = doc_add_object(list), *lines;
    doc_text(node, "title", instalments_say(request->arena, &request->locale, title));
    doc_money(node, "sum", rub(state.loan.debt[debt]));
    doc_bool(node, "cut", trail.count > trail.room);
    lines = doc_array(node, "lines");
    size_t count = trail.count < trail.room ? trail.count : trail.room;
    for (size_t i = 0; i < count; i++) tell_line(request, &contract, &trail.lines[i], lines);
}

/* GET /instalments/{id}/why */
enum flow purchase_why_read(struct request *request, struct tx *tx) {
    struct purchase purchase;
    struct node *document = doc_new(request->arena);
    if (!purchase_asked(request, tx, &purchase)) return answer_missing(request);
    purchase_tell_row(request, tx, &purchase, document);
    doc_money(document, "advance", rub(purchase.state.loan.advance));
    struct node *list = doc_array(document, "debts");
    tell_debt(request, tx, &purchase, DEBT_PENALTY, S_instalments_penalty, list);
    tell_debt(request, tx, &purchase, DEBT_OVERDUE_PRINCIPAL, S_instalments_overdue, list);
    tell_debt(request, tx, &purchase, DEBT_PRINCIPAL, S_instalments_to_come, list);
    return answer_ok(request, document);
}
