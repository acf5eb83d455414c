/* loan_page.c: an application and the loan that comes of it: what the lender decided, his contract to be signed, what
 * is owed today. An open loan's figures are the lender's own, asked for while the page is made; when he is silent,
 * those that he told last, with their time. */
#include "products/lenders/lenders.h"

#include "identity/code.h"

#define REPAYMENTS_SHOWN 50
#define ASKING_MOST 2

bool loan_asked(struct request *request, struct tx *tx, struct loan *loan) {
    int64_t id;
    return request_param_id(request, 0, &id) &&
           loan_find(request->engine, tx, request->caller.customer, id, loan);
}

static struct text words(struct request *request, string_id text) {
    return string_get(request->arena, &request->locale, text, NULL, 0);
}

/* ---- the offer ---- */

static void tell_offer(struct request *request, struct tx *tx, const struct loan *loan, struct node *document) {
    struct lender_decision decision;
    if (!loan_offer(request->arena, loan, &decision)) return;
    struct node *offer = doc_object(document, "offer");
    doc_text(offer, "number", decision.number);
    doc_money(offer, "sum", rub(decision.terms.sum));
    doc_int(offer, "term", decision.terms.term);
    doc_money(offer, "total", rub(decision.terms.total));
    doc_money(offer, "cost", rub(decision.terms.total - decision.terms.sum));
    doc_text(offer, "psk", psk_told(request, decision.terms.psk));
    doc_text(offer, "contract", decision.contract);
    doc_text(offer, "digest", contract_digest(request->arena, decision.contract));
    tell_schedule(offer, decision.terms.schedule, decision.terms.dues);
    if (loan->state != LOAN_OFFERED) return;
    const struct transfer transfer = loan_transfer(request->engine, tx, loan);
    struct code_state state;
    uint8_t subject[SECRET_HASH_SIZE];
    enum ledger_refusal refusal = ledger_check(engine_ledger(request->engine), tx, &transfer);
    loan_code_subject(request, loan, contract_digest(request->arena, decision.contract), subject);
    doc_bool(document, "room", refusal == LEDGER_OK);
    doc_bool(document, "sent",
             code_state(request->engine, tx, CODE_LENDER, subject, &state) &&
                 state.expires > world_now(request->world));
}

static void tell_reasons(struct request *request, const struct loan *loan, struct node *document) {
    struct lender_decision decision;
    struct node *list = doc_array(document, "reasons");
    lender_decision_read(request->arena, loan->id, loan->told, &decision);
    struct text rest = decision.status == LENDER_REFUSED ? decision.reasons : TEXT_NONE;
    while (rest.data != NULL) doc_add_text(list, text_split(rest, '\n', &rest));
}

/* ---- an open loan ---- */

static void tell_figures(struct request *request, struct text told, int64_t id, moment at, bool fresh,
                         struct node *document) {
    struct lender_figures figures;
    if (!lender_figures_read(request->arena, id, told, &figures)) {
        doc_null(document, "figures");
        return;
    }
    struct node *node = doc_object(document, "figures");
    const struct lender_due *next = next_due(figures.schedule, figures.dues);
    doc_bool(node, "fresh", fresh);
    doc_moment(node, "at", at);
    doc_bool(node, "closed", figures.closed);
    doc_money(node, "owed", rub(figures.owed));
    doc_money(node, "principal", rub(figures.principal));
    doc_money(node, "interest", rub(figures.interest));
    doc_money(node, "penalty", rub(figures.penalty));
    doc_money(node, "overdue", rub(figures.overdue));
    if (figures.overdue_since.year != 0) doc_date(node, "overdue_since", figures.overdue_since);
    else doc_null(node, "overdue_since");
    if (next != NULL && !figures.closed) {
        struct node *due = doc_object(node, "next");
        doc_date(due, "date", next->date);
        doc_money(due, "sum", rub(next->sum < figures.owed ? next->sum : figures.owed));
    } else {
        doc_null(node, "next");
    }
    tell_schedule(node, figures.schedule, figures.dues);
}

static string_id reason_words(struct text reason) {
    if (text_is(reason, "closed")) return S_lenders_reason_closed;
    if (text_is(reason, "too-much")) return S_lenders_reason_too_much;
    return text_is(reason, "changed") ? S_lenders_reason_changed : S_lenders_reason_refused;
}

static void tell_repayments(struct request *request, struct tx *tx, const struct loan *loan, struct node *document) {
    struct repayment *repayments = arena_array(request->arena, struct repayment, REPAYMENTS_SHOWN);
    size_t count = repayments_of(tx, loan->customer, loan->id, repayments, REPAYMENTS_SHOWN);
    struct node *list = doc_array(document, "repayments");
    bool sending = false;
    for (size_t i = 0; i < count; i++) {
        const struct repayment *repayment = &repayments[i];
        struct node *node = doc_add_object(list);
        doc_id(node, "id", repayment->id);
        doc_money(node, "sum", rub(repayment->sum));
        doc_moment(node, "made", id_moment(repayment->id));
        doc_text(node, "state", text_from(repayment_state_name(repayment->state)));
        if (repayment->operation != 0) doc_id(node, "operation", repayment->operation);
        else doc_null(node, "operation");
        bool declined = repayment->state == REPAYMENT_DECLINED;
        doc_text(node, "reason", declined ? repayment->reason : TEXT_NONE);
        doc_text(node, "reason_words", declined ? words(request, reason_words(repayment->reason)) : TEXT_NONE);
        sending = sending || repayment->state == REPAYMENT_SENDING;
    }
    doc_bool(document, "sending", sending);
}

static void tell_purses(struct request *request, struct tx *tx, const struct loan *loan, struct node *document) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, loan->customer, purses);
    struct node *options = doc_array(document, "purses");
    for (size_t i = 0; i < count; i++) {
        struct account account;
        if (!ledger_account(engine_ledger(request->engine), tx, purses[i].account, &account)) continue;
        struct node *option = doc_add_object(options), *values = doc_new(request->arena);
        doc_text(values, "title", purses[i].title);
        doc_money(values, "sum", rub(account.balance - account.held));
        const struct string_argument arguments[] = {{"title", doc_get(values, "title")},
                                                    {"sum", doc_get(values, "sum")}};
        doc_id(option, "value", account.id);
        doc_text(option, "title", string_get(request->arena, &request->locale, S_lenders_purse, arguments, 2));
        doc_bool(option, "selected", account.id == loan->account);
    }
    doc_bool(document, "several", count > 1);
}

/* ---- the whole ---- */

static struct node *document_of(struct request *request, struct tx *tx, const struct loan *loan) {
    struct node *document = doc_new(request->arena);
    const struct partner *partner = partner_of(request->engine, loan->lender);
    struct signature_kept signature;
    doc_id(document, "id", loan->id);
    doc_text(document, "lender", partner != NULL ? text_from(partner->settings->title) : loan->lender);
    doc_text(document, "code", loan->lender);
    doc_text(document, "licence", partner != NULL ? text_from(partner->settings->licence) : TEXT_NONE);
    doc_bool(document, "months", partner != NULL && partner->settings->months);
    doc_text(document, "state", text_from(loan_state_name(loan->state)));
    doc_text(document, "state_words", words(request, loan_state_words(loan->state)));
    doc_bool(document, "ended", loan_ended(loan->state));
    doc_money(document, "sum", rub(loan->sum));
    doc_int(document, "term", loan->term);
    doc_moment(document, "made", id_moment(loan->id));
    if (loan->deadline != 0) doc_moment(document, "deadline", loan->deadline);
    else doc_null(document, "deadline");
    if (loan->state == LOAN_COMING && loan->money_at != 0) doc_moment(document, "money_at", loan->money_at);
    if (loan->state == LOAN_ROOM) doc_moment(document, "back_at", loan_back_at(request->engine, loan));
    if (loan->operation != 0) doc_id(document, "operation", loan->operation);
    else doc_null(document, "operation");
    doc_text(document, "certificate", loan->certificate);
    if (signature_find(request->engine, tx, loan->customer, loan->id, &signature))
        doc_moment(document, "signed", signature.made);
    else doc_null(document, "signed");
    tell_offer(request, tx, loan, document);
    tell_reasons(request, loan, document);
    tell_repayments(request, tx, loan, document);
    tell_purses(request, tx, loan, document);
    doc_bool(document, "inbox", engine_enabled(request->engine, "inbox"));
    return document;
}

static void look_again(struct request *request, const struct loan *loan, bool sending) {
    bool waits = sending || loan->state == LOAN_DECIDING || loan->state == LOAN_SIGNING || loan->state == LOAN_COMING ||
                 loan->state == LOAN_RETURNING;
    int64_t age = world_now(request->world) - id_moment(loan->id);
    if (!waits) return;
    if (request->page == NULL) request->page = doc_new(request->arena);
    doc_text(request->page, "refresh", age < MINUTE ? TEXT("3") : TEXT("30"));
}

struct viewing {
    struct node *document;
    struct partner *partner;
    struct text figures;
    int64_t id;
    moment at;
};

/* GET /lender-loans/{id}: from our own rows; then, of an open loan, the lender's figures. */
enum flow loan_look(struct request *request, struct tx *tx) {
    struct loan loan;
    if (!loan_asked(request, tx, &loan)) return answer_missing(request);
    struct viewing *viewing = arena_new_of(request->arena, struct viewing);
    *viewing = (struct viewing){.document = document_of(request, tx, &loan),
                                .partner = partner_of(request->engine, loan.lender),
                                .figures = text_copy(request->arena, loan.figures),
                                .id = loan.id,
                                .at = loan.figures_at};
    look_again(request, &loan, doc_truth(doc_get(viewing->document, "sending")));
    request->scratch = viewing;
    if (loan.state == LOAN_OPEN) return FLOW_NEXT;
    tell_figures(request, viewing->figures, loan.id, loan.figures_at, false, viewing->document);
    return answer_ok(request, viewing->document);
}

enum flow loan_ask(struct request *request, struct tx *tx) {
    (void)tx;
    struct viewing *viewing = request->scratch;
    struct partner *partner = viewing->partner;
    struct lender_figures figures;
    struct text told = TEXT_NONE;
    moment now = world_now(request->world);
    if (partner != NULL && partner->asking++ < ASKING_MOST)
        told = lender_ask(request->arena, &partner->service, LENDER_LOAN, body_of_id(request->arena, viewing->id), now);
    if (partner != NULL) partner->asking--;
    bool fresh = lender_figures_read(request->arena, viewing->id, told, &figures);
    tell_figures(request, fresh ? told : viewing->figures, viewing->id, fresh ? now : viewing->at, fresh,
                 viewing->document);
    return answer_ok(request, viewing->document);
}

/* The page again, after one of its forms was refused. */
enum flow loan_read(struct request *request, struct tx *tx) {
    struct loan loan;
    if (!loan_asked(request, tx, &loan)) return answer_missing(request);
    struct node *document = document_of(request, tx, &loan);
    tell_figures(request, loan.figures, loan.id, loan.figures_at, false, document);
    return answer_ok(request, document);
}

enum flow loan_answer(struct request *request, struct tx *tx, const struct loan *loan) {
    struct node *document = document_of(request, tx, loan);
    tell_figures(request, loan->figures, loan->id, loan->figures_at, false, document);
    return answer_done(request, document, text_format(request->arena, "/lender-loans/%lld", (long long)loan->id));
}
