/* credit_page.c: a loan as its customer sees it: what is owed now, what comes next, what may be done. */
#include "backoffice/backoffice.h"
#include "products/loans/repay.h"

#define TOLD 50 /* of a customer */

static const char *const state_names[CREDIT_STATES] = {"", "waits", "sending", "runs", "closed", "written_off", "void"};

size_t loans_accounts(struct engine *engine, struct tx *tx, int64_t customer, int64_t *accounts, size_t room) {
    (void)engine;
    struct credit credits[TOLD];
    size_t count = credits_of(tx, customer, credits, room < TOLD ? room : TOLD);
    for (size_t i = 0; i < count; i++) accounts[i] = credits[i].account;
    return count;
}

const char *credit_state_name(enum credit_state state) { return state_names[state]; }

struct text credit_address(const struct request *request, const struct credit *credit, const char *more) {
    return text_format(request->arena, "/loans/%lld%s", (long long)credit->id, more);
}

int64_t credit_due_now(const struct loan_contract *contract, const struct loan_state *state) {
    const struct schedule_row next = loan_next(contract, state);
    int64_t sum = state->debt[DEBT_OVERDUE_INTEREST] + state->debt[DEBT_OVERDUE_PRINCIPAL] - state->advance;
    /* Between payments what is overdue is all that is due. A penalty comes with the next one, by the law's order. */
    if (sum <= 0 || state->due - state->done <= 3)
        sum += state->debt[DEBT_PENALTY] + state->debt[DEBT_OTHER] + next.principal + next.interest;
    int64_t all = loan_quote(contract, state, state->done);
    return sum < 0 ? 0 : sum < all || state->status != LOAN_RUNS ? sum : all;
}

/* ---- a line ---- */

static void tell_state(const struct loan_contract *contract, const struct loan_state *state, struct node *document) {
    const struct schedule_row coming = loan_coming(contract, state);
    int64_t overdue = state->debt[DEBT_OVERDUE_INTEREST] + state->debt[DEBT_OVERDUE_PRINCIPAL];
    doc_money(document, "owed", rub(loan_quote(contract, state, state->done)));
    doc_money(document, "overdue", rub(overdue));
    doc_int(document, "days_overdue", loan_days_overdue(state));
    doc_money(document, "advance", rub(state->advance));
    doc_money(document, "payment", rub(coming.principal + coming.interest));
    if (coming.due.year != 0) doc_date(document, "next", coming.due);
    else doc_null(document, "next");
}

void credit_tell_row(struct request *request, struct tx *tx, const struct credit *credit, struct node *document) {
    struct credit_product product;
    struct running running = {.state = {.status = LOAN_AGREED}};
    if (!credit_product_find(tx, credit->product, &product)) return;
    doc_id(document, "id", credit->id);
    doc_text(document, "title", text_copy(request->arena, credit_product_title(&product, request->locale.language)));
    doc_text(document, "state", text_from(state_names[credit->state]));
    doc_money(document, "sum", rub(credit->sum));
    doc_date(document, "signed", date_from_days(credit->signed_day));
    doc_moment(document, "ready", credit->ready_at);
    doc_bool(document, "cooling", credit->ready_at > world_now(request->world));
    doc_bool(document, "card_chosen", credit->card != 0);
    if (credit->closed != 0) doc_date(document, "closed", date_from_days(credit->closed));
    else doc_null(document, "closed");
    if (credit->state == CREDIT_RUNS) credit_as_of(request->engine, tx, credit, &product, &running);
    const struct loan_contract contract = credit_contract_of(request->engine, &product, credit);
    tell_state(&contract, &running.state, document);
}

/* GET /loans */
enum flow credits_read(struct request *request, struct tx *tx) {
    struct credit credits[TOLD];
    struct node *document = doc_new(request->arena);
    size_t count = credits_of(tx, request->caller.customer, credits, TOLD);
    loans_application_pending(request->engine, tx, &request->locale, request->caller.customer,
                              doc_array(document, "pending"));
    struct node *running = doc_array(document, "running"), *waiting = doc_array(document, "waiting"),
                *past = doc_array(document, "past");
    for (size_t i = 0; i < count; i++) {
        bool waits = credits[i].state == CREDIT_WAITS || credits[i].state == CREDIT_SENDING;
        struct node *list = credits[i].state == CREDIT_RUNS ? running : waits ? waiting : past;
        credit_tell_row(request, tx, &credits[i], doc_add_object(list));
    }
    return answer_ok(request, document);
}

/* ---- the page ---- */

void credit_schedule_tell(const struct loan_contract *contract, const struct loan_state *state, struct node *list) {
    struct schedule_row *rows = arena_array(list->arena, struct schedule_row, SCHEDULE_MOST);
    size_t count = loan_schedule(contract, state, rows);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_date(node, "day", rows[i].due);
        doc_money(node, "payment", rub(rows[i].principal + rows[i].interest));
        doc_money(node, "principal", rub(rows[i].principal));
        doc_money(node, "interest", rub(rows[i].interest));
        doc_money(node, "balance", rub(rows[i].balance));
    }
}

static void tell_debts(const struct loan_state *state, struct node *node) {
    doc_money(node, "principal", rub(state->debt[DEBT_PRINCIPAL]));
    doc_money(node, "interest", rub(state->debt[DEBT_INTEREST]));
    doc_money(node, "overdue_principal", rub(state->debt[DEBT_OVERDUE_PRINCIPAL]));
    doc_money(node, "overdue_interest", rub(state->debt[DEBT_OVERDUE_INTEREST]));
    doc_money(node, "penalty", rub(state->debt[DEBT_PENALTY]));
    doc_money(node, "fees", rub(state->debt[DEBT_OTHER]));
}

static void tell_running(struct request *request, struct tx *tx, const struct credit *credit,
                         const struct credit_product *product, struct node *document) {
    struct running running;
    struct node *schedule = doc_array(document, "schedule"), *cards = doc_array(document, "autopay_cards");
    bool runs = credit->state == CREDIT_RUNS && credit_as_of(request->engine, tx, credit, product, &running) &&
                running.state.status == LOAN_RUNS;
    doc_bool(document, "running", runs);
    doc_bool(document, "extends", runs && credit_extends(credit, &product->terms, &running.state));
    int64_t card = credit_autopay_good(request->engine, tx, credit->customer, credit->id);
    if (!runs) {
        doc_null(document, "debts");
        doc_money(document, "due_now", rub(0));
        doc_bool(document, "autopay", false);
        return;
    }
    const struct loan_contract contract = credit_contract_of(request->engine, product, credit);
    credit_schedule_tell(&contract, &running.state, schedule);
    tell_debts(&running.state, doc_object(document, "debts"));
    doc_money(document, "due_now", rub(credit_due_now(&contract, &running.state)));
    doc_bool(document, "autopay", card != 0);
    credit_cards_tell(request->engine, tx, credit->customer, card, false, cards);
}

/* GET /loans/{id} */
enum flow credit_read(struct request *request, struct tx *tx) {
    struct credit credit;
    struct credit_product product;
    struct node *document = doc_new(request->arena);
    if (!credit_asked(request, tx, &credit) || !credit_product_find(tx, credit.product, &product))
        return answer_missing(request);
    credit_tell_row(request, tx, &credit, document);
    tell_running(request, tx, &credit, &product, document);
    int64_t left = credit_left(request->engine, tx, &credit);
    bool waits = credit.state == CREDIT_WAITS;
    doc_money(document, "left", rub(left));
    doc_bool(document, "left_sent", credit_back_open(tx, &credit));
    doc_bool(document, "waiting", waits || credit.state == CREDIT_SENDING);
    struct node *cards = doc_array(document, "cards");
    if (waits || left > 0) credit_cards_tell(request->engine, tx, credit.customer, credit.card, true, cards);
    credit_history_tell(request, tx, &credit, doc_array(document, "history"));
    credit_extras_chosen_tell(request, tx, &credit, &product, document);
    doc_bool(document, "issued", credit.issued != 0);
    if (credit.issued != 0) doc_date(document, "issued_day", date_from_days(credit.issued));
    else doc_null(document, "issued_day");
    doc_date(document, "today", date_from_days(loans_today(request->engine)));
    return answer_ok(request, document);
}
