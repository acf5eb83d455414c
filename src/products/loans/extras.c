/* extras.c: services that were chosen beside a loan (LO-4): charged when its money is out, and refused within the law's
 * days on its page (353-FZ, article 7). Until the money is out nothing is charged, so one that is refused is only
 * struck out; later it is owed no more, and what of it was paid is the customer's again: kept for the next payment
 * while the loan runs, given back when it is over. */
#include "base/check.h"
#include "engine/audit.h"
#include "products/loans/repay.h"

#define DAY_HOURS 24

static const struct refusal too_late = {"too-late", 409, S_loans_refused_extra_late, false};
static const struct refusal not_so = {"not-in-this-state", 409, S_loans_refused_extra_over, false};

bool credit_extras_lawful(const struct loan_contract *contract, const struct credit_terms *terms, uint64_t chosen) {
    struct loan_state state = {.status = LOAN_AGREED};
    int64_t hours = law_cooling_hours(contract->sum, date_from_days(contract->day), contract->own, contract->own_count);
    const struct loan_event issue = {
        .day = contract->day + hours / DAY_HOURS, .kind = LOAN_ISSUE, .sum = contract->sum};
    if (loan_apply(contract, &state, &issue, NULL, NULL) != LOAN_DONE) return false;
    for (size_t i = 0; i < terms->extra_count; i++) {
        const struct loan_event fee = {.day = issue.day, .kind = LOAN_FEE, .sum = terms->extras[i].price};
        if ((chosen >> i & 1) == 0 || fee.sum == 0) continue;
        if (loan_apply(contract, &state, &fee, NULL, NULL) != LOAN_DONE) return false;
    }
    return true;
}

void credit_extras_charge(struct engine *engine, struct tx *tx, struct credit *credit) {
    struct credit_extra_chosen extras[CREDIT_EXTRAS];
    size_t count = credit_extras_of(tx, credit->customer, credit->id, extras, CREDIT_EXTRAS);
    for (size_t i = 0; i < count; i++) {
        const struct loan_event fee = {.kind = LOAN_FEE, .sum = extras[i].price};
        if (extras[i].refused != 0 || fee.sum == 0) continue;
        enum loan_refusal refusal = credit_event(engine, tx, credit, fee, 0, NULL);
        if (refusal == LOAN_DONE) continue;
        check(refusal == LOAN_ABOVE_LAW || tx_failed(tx)); /* else it cannot be: the loan has just begun to run */
        credit_extra_refuse(tx, &extras[i], world_now(tx_world(tx)));
        engine_audit(engine, tx, 0, credit->customer, "loans.extra_above_law",
                     text_format(tx_arena(tx), "%lld: %.*s", (long long)credit->id, TEXT_ARG(extras[i].code)));
    }
}

/* ---- on its page ---- */

/* The last day on which they may be refused. */
static int64_t refused_until(struct engine *engine, const struct credit *credit) {
    const struct credit_setting around = credit_setting(engine);
    int64_t days = law_at(LAW_SERVICE_REFUSAL, date_from_days(credit->signed_day), around.own, around.own_count);
    return credit->signed_day + (days == LAW_NONE ? 0 : days);
}

static struct text title_of(const struct credit_product *product, struct text code, enum language language) {
    for (size_t i = 0; i < product->terms.extra_count; i++)
        if (text_equal(product->terms.extras[i].code, code))
            return language == LANGUAGE_EN ? product->terms.extras[i].title_en : product->terms.extras[i].title_ru;
    return code;
}

void credit_extras_chosen_tell(struct request *request, struct tx *tx, const struct credit *credit,
                               const struct credit_product *product, struct node *document) {
    struct credit_extra_chosen extras[CREDIT_EXTRAS];
    size_t count = credit_extras_of(tx, credit->customer, credit->id, extras, CREDIT_EXTRAS);
    int64_t until = refused_until(request->engine, credit);
    bool open = loans_today(request->engine) <= until && credit->state != CREDIT_WRITTEN_OFF &&
                credit->state != CREDIT_VOID;
    struct node *list = doc_array(document, "extras");
    doc_date(document, "extras_until", date_from_days(until));
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "code", extras[i].code);
        doc_text(node, "title", text_copy(request->arena, title_of(product, extras[i].code, request->locale.language)));
        doc_money(node, "price", rub(extras[i].price));
        doc_text(node, "path",
                 text_format(request->arena, "/loans/%lld/extras/%.*s/refuse", (long long)credit->id,
                             TEXT_ARG(extras[i].code)));
        doc_bool(node, "refused", extras[i].refused != 0);
        doc_bool(node, "refusable", open && extras[i].refused == 0);
    }
}

/* ---- refused ---- */

/* Of a loan that is over: onto its account, as what was paid too much for it (left.c). */
static void give_back(struct engine *engine, struct tx *tx, const struct credit *credit, int64_t price) {
    struct account account;
    if (!ledger_account(engine_ledger(engine), tx, credit->account, &account)) return;
    if (account.closed) {
        account.closed = false;
        bool opened = ledger_change(engine_ledger(engine), tx, &account);
        check(opened || tx_failed(tx));
    }
    loans_move(engine, tx, loans_account(engine, tx, PURPOSE_LOAN_SERVICES, TEXT_NONE), credit->account, price,
               KIND_LOAN_SERVICE_BACK, credit->id, TEXT_NONE);
}

static void take_off(struct engine *engine, struct tx *tx, struct credit *credit, int64_t price) {
    const struct loan_event back = {.kind = LOAN_FEE_BACK, .sum = price};
    if (price == 0 || credit->state == CREDIT_WAITS || credit->state == CREDIT_SENDING) return; /* not charged yet */
    enum loan_refusal refusal =
        credit->state == CREDIT_RUNS ? credit_event(engine, tx, credit, back, 0, NULL) : LOAN_NOT_SO;
    check(refusal == LOAN_DONE || credit->state == CREDIT_CLOSED || tx_failed(tx));
    if (refusal != LOAN_DONE) give_back(engine, tx, credit, price);
    if (credit->state == CREDIT_CLOSED) credit_give_back(engine, tx, credit);
    else credit_tell(engine, tx, credit, S_loans_told_extra_back, price, 0);
}

static bool extra_asked(struct request *request, struct tx *tx, const struct credit *credit,
                        struct credit_extra_chosen *extra) {
    struct credit_extra_chosen extras[CREDIT_EXTRAS];
    size_t count = credit_extras_of(tx, credit->customer, credit->id, extras, CREDIT_EXTRAS);
    for (size_t i = 0; i < count; i++) {
        if (!text_equal(extras[i].code, request->params[1])) continue;
        *extra = extras[i];
        return true;
    }
    return false;
}

/* POST /loans/{id}/extras/{code}/refuse */
enum flow credit_extra_refuse_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct credit credit;
    struct credit_extra_chosen extra;
    struct node *document = doc_new(request->arena);
    if (!credit_asked(request, tx, &credit) || !extra_asked(request, tx, &credit, &extra))
        return answer_missing(request);
    if (extra.refused == 0) {
        if (credit.state == CREDIT_WRITTEN_OFF || credit.state == CREDIT_VOID) return refuse(request, &not_so);
        if (loans_today(engine) > refused_until(engine, &credit)) return refuse(request, &too_late);
        credit_extra_refuse(tx, &extra, world_now(tx_world(tx)));
        take_off(engine, tx, &credit, extra.price);
        engine_notify(engine, tx, credit.customer, "loan");
    }
    credit_tell_row(request, tx, &credit, document);
    return answer_done(request, document, credit_address(request, &credit, ""));
}
