/* repay_page.c: paying a loan back: what may be paid, what exactly it changes before it is paid, and the payment. The
 * form carries the sum that its page showed: where it closes the loan and another one would by now, that is shown. */
#include "acquiring/acquiring.h"
#include "acquiring/bound_card.h"
#include "operations/operations.h"
#include "products/loans/repay.h"

#include "base/check.h"

static const char *const wishes[] = {"pay", "shorter", "smaller", "all", "extend"};

static const struct refusal over = {"loan-over", 409, S_loans_refused_over, false};
static const struct refusal changed = {"changed-meanwhile", 409, S_loans_pay_changed, false};
static const struct refusal too_much = {"more-than-owed", 422, S_loans_refused_too_much, false};
static const struct refusal small = {"sum-too-small", 422, S_loans_refused_small, false};
static const struct refusal large = {"sum-too-large", 422, S_loans_refused_large, false};
static const struct refusal no_cards = {"no-cards", 409, S_loans_refused_no_cards, false};
static const struct refusal no_extension = {"no-extension", 409, S_loans_refused_no_extension, false};
static const struct refusal no_card = {"no-card", 422, S_loans_refused_card, false};

/* A loan as it stands this evening, and what is to be paid. */
struct paying {
    struct credit credit;
    struct credit_product product;
    struct running running;
    struct loan_contract contract;
    enum wish wish;
    int64_t sum, units, all; /* all: what closes it today */
};

static bool paying_of(struct request *request, struct tx *tx, struct paying *paying) {
    if (!credit_asked(request, tx, &paying->credit) ||
        !credit_product_find(tx, paying->credit.product, &paying->product))
        return false;
    paying->contract = credit_contract_of(request->engine, &paying->product, &paying->credit);
    paying->wish = field_given(request, "wish") ? (enum wish)(field_number(request, "wish") + WISH_PAY) : 0;
    paying->units = field_number(request, "units");
    paying->sum = field_number(request, "sum");
    paying->all = 0;
    return true;
}

static bool runs(struct request *request, struct tx *tx, struct paying *paying) {
    if (paying->credit.state != CREDIT_RUNS ||
        !credit_as_of(request->engine, tx, &paying->credit, &paying->product, &paying->running) ||
        paying->running.state.status != LOAN_RUNS)
        return false;
    paying->all = loan_quote(&paying->contract, &paying->running.state, paying->running.state.done);
    return true;
}

bool credit_extends(const struct credit *credit, const struct credit_terms *terms, const struct loan_state *state) {
    return terms->extend_least > 0 && credit->extended < terms->extend_times &&
           state->debt[DEBT_OVERDUE_PRINCIPAL] == 0 && state->debt[DEBT_PENALTY] == 0 && state->due != 0;
}

/* Interest so far, with whatever is owed before it. */
static int64_t extension_price(const struct loan_state *state) {
    return state->debt[DEBT_INTEREST] + state->debt[DEBT_OVERDUE_INTEREST];
}

/* What the page proposes where no sum was typed. */
static int64_t usual(const struct paying *paying) {
    switch (paying->wish) {
    case WISH_PAY:
    case WISH_AUTO: return credit_due_now(&paying->contract, &paying->running.state);
    case WISH_ALL: return paying->all;
    case WISH_EXTEND: return extension_price(&paying->running.state);
    case WISH_SHORTER:
    case WISH_SMALLER: break;
    }
    return 0;
}

static bool units_good(const struct paying *paying) {
    const struct credit_terms *terms = &paying->product.terms;
    return paying->units >= terms->extend_least && paying->units <= terms->extend_most;
}

/* ---- what it changes ---- */

/* What the payment would leave. False: the rules refuse it. */
static bool after(const struct paying *paying, struct loan_state *state, struct loan_parts *parts) {
    struct loan_event event = credit_event_of(paying->wish, paying->sum, &paying->running.state);
    event.day = paying->running.state.done;
    *state = paying->running.state;
    if (paying->sum > 0 && loan_apply(&paying->contract, state, &event, parts, NULL) != LOAN_DONE) return false;
    if (paying->wish != WISH_EXTEND) return true;
    event = (struct loan_event){.kind = LOAN_EXTEND, .day = state->done, .units = paying->units};
    return loan_apply(&paying->contract, state, &event, NULL, NULL) == LOAN_DONE;
}

static void tell_plan(struct request *request, const struct paying *paying, const struct loan_state *state,
                      struct node *node) {
    struct schedule_row *rows = arena_array(request->arena, struct schedule_row, SCHEDULE_MOST);
    size_t count = loan_schedule(&paying->contract, state, rows);
    int64_t interest = 0;
    for (size_t i = 0; i < count; i++) interest += rows[i].interest;
    doc_int(node, "count", (int64_t)count);
    doc_money(node, "interest", rub(interest));
    doc_money(node, "payment", rub(count > 0 ? rows[0].principal + rows[0].interest : 0));
    if (count > 0) doc_date(node, "next", rows[0].due);
    else doc_null(node, "next");
    if (count > 0) doc_date(node, "last", rows[count - 1].due);
    else doc_null(node, "last");
}

static void tell_check(struct request *request, const struct paying *paying, struct node *document) {
    struct loan_state state;
    struct loan_parts parts = {.early = 0};
    bool good = paying->sum <= paying->all && (paying->wish != WISH_EXTEND || units_good(paying)) &&
                (paying->sum > 0 || paying->wish == WISH_EXTEND) && after(paying, &state, &parts);
    if (!good) {
        doc_null(document, "check");
        return;
    }
    struct node *node = doc_object(document, "check");
    doc_text(node, "wish", text_from(wishes[paying->wish - WISH_PAY]));
    doc_money(node, "sum", rub(paying->sum));
    doc_int(node, "units", paying->units);
    doc_money(node, "interest", rub(parts.paid[DEBT_INTEREST] + parts.paid[DEBT_OVERDUE_INTEREST]));
    doc_money(node, "principal", rub(parts.paid[DEBT_PRINCIPAL] + parts.paid[DEBT_OVERDUE_PRINCIPAL]));
    doc_money(node, "penalty", rub(parts.paid[DEBT_PENALTY]));
    doc_money(node, "fees", rub(parts.paid[DEBT_OTHER]));
    doc_money(node, "advance", rub(parts.advance > 0 ? parts.advance : 0));
    doc_bool(node, "closes", state.status == LOAN_CLOSED);
    tell_plan(request, paying, &paying->running.state, doc_object(node, "before"));
    tell_plan(request, paying, &state, doc_object(node, "after"));
}

static void option(struct node *list, int64_t value, struct text title, bool selected) {
    struct node *node = doc_add_object(list);
    doc_text(node, "value", value != 0 ? text_format(list->arena, "%lld", (long long)value) : TEXT(""));
    doc_text(node, "title", title);
    doc_bool(node, "selected", selected);
}

static void tell_from(struct request *request, struct tx *tx, struct node *list) {
    struct purse purses[PURSES_MAX];
    struct bound_card cards[BOUND_CARDS_MAX];
    int64_t least, most, wanted = field_number(request, "from");
    if (acquiring_cards(request->engine, &least, &most)) {
        option(list, 0, loans_say(request->arena, &request->locale, S_loans_from_any_card), wanted == 0);
        size_t bound = bound_cards_of(request->engine, tx, request->caller.customer, cards, BOUND_CARDS_MAX);
        for (size_t i = 0; i < bound; i++)
            option(list, cards[i].id, text_copy(request->arena, cards[i].mask), wanted == cards[i].id);
    }
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    for (size_t i = 0; i < count; i++)
        option(list, purses[i].account, purses[i].title, wanted == purses[i].account);
}

/* GET /loans/{id}/repay: without a wish all that may be paid; with one what it changes. */
enum flow credit_repay_read(struct request *request, struct tx *tx) {
    struct paying paying;
    if (!paying_of(request, tx, &paying)) return answer_missing(request);
    if (!runs(request, tx, &paying)) return answer_see(request, credit_address(request, &paying.credit, ""));
    const struct loan_state *state = &paying.running.state;
    const struct credit_terms *terms = &paying.product.terms;
    struct node *document = doc_new(request->arena);
    credit_tell_row(request, tx, &paying.credit, document);
    doc_money(document, "due_now", rub(credit_due_now(&paying.contract, state)));
    doc_money(document, "all", rub(paying.all));
    bool extends = credit_extends(&paying.credit, terms, state);
    doc_bool(document, "extends", extends);
    doc_money(document, "extend_price", rub(extends ? extension_price(state) : 0));
    doc_bool(document, "months", terms->unit != SCHEDULE_DAYS);
    doc_int(document, "extend_least", terms->extend_least);
    doc_int(document, "extend_most", terms->extend_most);
    doc_bool(document, "single", terms->length == 0);
    if (paying.wish != 0 && paying.sum == 0) paying.sum = usual(&paying);
    if (paying.wish != 0) tell_check(request, &paying, document);
    else doc_null(document, "check");
    doc_bool(document, "impossible", paying.wish != 0 && !doc_truth(doc_get(document, "check")));
    tell_from(request, tx, doc_array(document, "from"));
    return answer_ok(request, document);
}

/* ---- the payment ---- */

static enum flow refuse_sum_of(struct request *request, const struct paying *paying) {
    int64_t least, most;
    acquiring_cards(request->engine, &least, &most);
    if (paying->sum < least) return operations_refuse_sum(request, &small, least);
    if (paying->sum > most) return operations_refuse_sum(request, &large, most);
    return FLOW_NEXT;
}

static enum flow by_card(struct request *request, struct tx *tx, struct paying *paying, int64_t card) {
    struct credit_payment payment = {paying->wish, paying->units, paying->sum, card};
    int64_t least, most, order;
    if (!acquiring_cards(request->engine, &least, &most)) return refuse(request, &no_cards);
    if (refuse_sum_of(request, paying) == FLOW_ANSWERED) return FLOW_ANSWERED;
    enum ledger_refusal refusal = credit_order(request->engine, tx, &paying->credit, &payment, &order);
    if (refusal == LEDGER_NO_ACCOUNT) return refuse(request, &no_card);
    if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, paying->credit.account, rub(paying->sum));
    struct node *document = doc_new(request->arena);
    struct text place = text_format(request->arena, "/loans/%lld/orders/%lld", (long long)paying->credit.id,
                                    (long long)order);
    doc_id(document, "order", order);
    doc_money(document, "sum", rub(paying->sum));
    doc_text(document, "payment_url",
             card == 0 ? acquiring_url(request, tx, paying->credit.customer, order, place) : TEXT_NONE);
    return answer_created(request, document,
                          card == 0 ? text_join(request->arena, place, TEXT("?go=true")) : place);
}

static enum flow by_purse(struct request *request, struct tx *tx, struct paying *paying, int64_t purse) {
    struct node *document = doc_new(request->arena);
    int64_t operation;
    const struct transfer transfer = {.from = purse,
                                      .to = paying->credit.account,
                                      .sum = rub(paying->sum),
                                      .kind = KIND_LOAN_PAID,
                                      .subject = paying->credit.id};
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(request->engine), tx, &transfer, &operation);
    if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, purse, transfer.sum);
    credit_pay(request->engine, tx, &paying->credit, paying->wish, paying->units, paying->sum, operation);
    credit_tell_row(request, tx, &paying->credit, document);
    return answer_created(request, document, credit_address(request, &paying->credit, ""));
}

static enum flow extend_free(struct request *request, struct tx *tx, struct paying *paying) {
    struct node *document = doc_new(request->arena);
    const struct loan_event event = {.kind = LOAN_EXTEND, .units = paying->units};
    if (credit_event(request->engine, tx, &paying->credit, event, 0, NULL) != LOAN_DONE)
        return refuse(request, &no_extension);
    credit_tell_row(request, tx, &paying->credit, document);
    return answer_done(request, document, credit_address(request, &paying->credit, ""));
}

static bool purse_own(struct request *request, struct tx *tx, int64_t wanted) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    for (size_t i = 0; i < count; i++)
        if (purses[i].account == wanted) return true;
    return false;
}

/* POST /loans/{id}/repay */
enum flow credit_repay_write(struct request *request, struct tx *tx) {
    struct paying paying;
    int64_t from = field_number(request, "from");
    if (!paying_of(request, tx, &paying)) return answer_missing(request);
    if (!runs(request, tx, &paying)) return refuse(request, &over);
    if (paying.wish == WISH_EXTEND) {
        if (!credit_extends(&paying.credit, &paying.product.terms, &paying.running.state) || !units_good(&paying))
            return refuse(request, &no_extension);
        if (paying.sum != extension_price(&paying.running.state)) return refuse(request, &changed);
        if (paying.sum == 0) return extend_free(request, tx, &paying);
    }
    if (paying.wish == WISH_ALL && paying.sum != paying.all) return refuse(request, &changed);
    if (paying.sum > paying.all) return operations_refuse_sum(request, &too_much, paying.all);
    if (paying.sum == 0) return refuse_field(request, "sum", S_loans_pay_sum_missing);
    return purse_own(request, tx, from) ? by_purse(request, tx, &paying, from) : by_card(request, tx, &paying, from);
}

/* GET /loans/{id}/orders/{order}: on the way to the bank's page (?go), and what became of it. A page of its own, since
 * a form may not lead the browser straight to another site (Content-Security-Policy: form-action). */
enum flow credit_order_read(struct request *request, struct tx *tx) {
    struct credit credit;
    struct card_told told;
    int64_t order;
    if (!credit_asked(request, tx, &credit) || !request_param_id(request, 1, &order) ||
        !credit_of_order(tx, credit.customer, order, credit.id) ||
        !acquiring_told(request->engine, tx, credit.customer, order, &told))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    credit_tell_row(request, tx, &credit, document);
    struct text place = text_format(request->arena, "/loans/%lld/orders/%lld", (long long)credit.id,
                                    (long long)order);
    struct text url = told.open ? acquiring_url(request, tx, credit.customer, order, place) : TEXT_NONE;
    doc_id(document, "order", order);
    doc_text(document, "order_state", text_from(told.state));
    doc_money(document, "order_sum", rub(told.sum));
    doc_bool(document, "going", told.open && field_number(request, "go") != 0);
    doc_bool(document, "final", told.final);
    if (url.size > 0) doc_text(document, "payment_url", url);
    else doc_null(document, "payment_url");
    if (told.open && field_number(request, "go") != 0) engine_page_goes(request, "forward", url);
    else if (told.refresh_s != 0)
        engine_page_goes(request, "refresh", text_format(request->arena, "%d", told.refresh_s));
    return answer_ok(request, document);
}

/* POST /loans/{id}/autopay: {card}: pays on the due day from now on; without one no more. */
enum flow credit_autopay_write(struct request *request, struct tx *tx) {
    struct credit credit;
    struct bound_card found;
    struct node *document = doc_new(request->arena);
    int64_t card = field_number(request, "card");
    if (!credit_asked(request, tx, &credit)) return answer_missing(request);
    if (credit.state != CREDIT_RUNS) return refuse(request, &over);
    if (card != 0 && !bound_card_find(request->engine, tx, credit.customer, card, &found))
        return refuse(request, &no_card);
    credit_autopay_put(tx, credit.customer, credit.id, card);
    credit_tell_row(request, tx, &credit, document);
    return answer_done(request, document, credit_address(request, &credit, ""));
}
