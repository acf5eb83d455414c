/* certificates.c: what a loan's customer may have on paper: what he owes on a day, or that he owes nothing; and all
 * that he has paid (LO-5). */
#include "identity/common.h"
#include "onboarding/answers.h"
#include "operations/paper.h"
#include "products/loans/repay.h"

#include "base/check.h"

#define LINES 30

static const struct refusal day_wrong = {"day-wrong", 422, S_loans_refused_day, false};
static const struct refusal no_paper = {"paper-unavailable", 503, S_loans_refused_paper, false};

static void add(struct paper *paper, enum paper_kind kind, struct text label, struct text value) {
    check(paper->count < paper->room);
    paper->lines[paper->count++] = (struct paper_line){.kind = kind, .label = label, .value = value};
}

static void fact(struct request *request, struct paper *paper, string_id label, struct text value) {
    add(paper, PAPER_FACT, loans_say(request->arena, &request->locale, label), value);
}

static struct paper *paper_new(struct request *request, const struct credit *credit, string_id title,
                               const char *file, size_t lines) {
    struct paper *paper = arena_new_of(request->arena, struct paper);
    struct node *values = doc_new(request->arena);
    doc_text(values, "id", text_format(request->arena, "%lld", (long long)credit->id));
    doc_text(values, "company", text_from(engine_config(request->engine)->company));
    *paper = (struct paper){.company = text_from(engine_config(request->engine)->company),
                            .title = loans_say(request->arena, &request->locale, title),
                            .footer = loans_say_with(request->arena, &request->locale, S_loans_certificate_footer,
                                                     values),
                            .file_name = text_format(request->arena, "%s-%lld.pdf", file, (long long)credit->id),
                            .lines = arena_array(request->arena, struct paper_line, LINES + lines),
                            .room = LINES + lines};
    return paper;
}

/* As in the passport; what he calls himself where that is not known. */
static struct text full_name(struct request *request, struct tx *tx, const struct customer *customer) {
    struct text surname = loans_person(request->engine, tx, customer->id, ANSWER_SURNAME);
    struct text name = loans_person(request->engine, tx, customer->id, ANSWER_NAME);
    struct text father = loans_person(request->engine, tx, customer->id, ANSWER_PATRONYMIC);
    if (surname.data == NULL || name.data == NULL) return text_copy(request->arena, customer->name);
    return text_format(request->arena, "%.*s %.*s%s%.*s", TEXT_ARG(surname), TEXT_ARG(name),
                       father.size > 0 ? " " : "", TEXT_ARG(father));
}

static void tell_loan(struct request *request, struct tx *tx, struct paper *paper, const struct credit *credit) {
    struct customer found;
    const char *lender = loans_settings(request->engine)->lender;
    struct arena *arena = request->arena;
    const struct locale *locale = &request->locale;
    if (lender[0] != '\0') fact(request, paper, S_loans_paper_lender, text_from(lender));
    if (identity_customer(request->engine, tx, credit->customer, &found)) {
        struct text owner = full_name(request, tx, &found);
        if (owner.size > 0) fact(request, paper, S_loans_paper_owner, owner);
        fact(request, paper, S_loans_paper_phone, phone_pretty(arena, found.phone));
    }
    fact(request, paper, S_loans_paper_number, text_format(arena, "%lld", (long long)credit->id));
    fact(request, paper, S_loans_certificate_signed, loans_date_words(arena, locale, credit->signed_day));
    fact(request, paper, S_loans_paper_sum, loans_money_words(arena, locale, credit->sum));
    if (credit->closed != 0)
        fact(request, paper, S_loans_paper_closed, loans_date_words(arena, locale, credit->closed));
}

/* GET /loans/{id}/certificate: {day} */
enum flow credit_debt_paper_read(struct request *request, struct tx *tx) {
    struct credit credit;
    struct loan_state state;
    struct arena *arena = request->arena;
    const struct locale *locale = &request->locale;
    if (!credit_asked(request, tx, &credit) || credit.issued == 0) return answer_missing(request);
    int64_t today = loans_today(request->engine),
            day = field_given(request, "day") ? field_number(request, "day") : today;
    bool written_off = credit.state == CREDIT_WRITTEN_OFF && day >= credit.closed;
    if (written_off) day = credit.closed - 1; /* what our books gave up he still owes */
    if (day < credit.issued || day > today || !credit_replay(request->engine, tx, &credit, day, &state, NULL))
        return refuse(request, &day_wrong);
    int64_t total = loan_total(&state) - state.advance, none = loan_total(&state) == 0;
    struct paper *paper =
        paper_new(request, &credit, none ? S_loans_paper_no_debt : S_loans_paper_debt, none ? "no-debt" : "debt", 0);
    tell_loan(request, tx, paper, &credit);
    fact(request, paper, S_loans_certificate_day, loans_date_words(arena, locale, day));
    add(paper, PAPER_SUM, loans_say(arena, locale, S_loans_paper_owed),
        loans_money_words(arena, locale, total > 0 ? total : 0));
    const struct {
        string_id label;
        int64_t sum;
    } parts[] = {{S_loans_principal, state.debt[DEBT_PRINCIPAL]},
                 {S_loans_interest, state.debt[DEBT_INTEREST]},
                 {S_loans_overdue_principal, state.debt[DEBT_OVERDUE_PRINCIPAL]},
                 {S_loans_overdue_interest, state.debt[DEBT_OVERDUE_INTEREST]},
                 {S_loans_penalty, state.debt[DEBT_PENALTY]},
                 {S_loans_fees, state.debt[DEBT_OTHER]},
                 {S_loans_advance, state.advance}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].sum > 0) fact(request, paper, parts[i].label, loans_money_words(arena, locale, parts[i].sum));
    if (written_off)
        add(paper, PAPER_TEXT, TEXT_NONE, loans_say(arena, locale, S_loans_paper_written_off));
    else if (none) add(paper, PAPER_TEXT, TEXT_NONE, loans_say(arena, locale, S_loans_paper_none));
    request->scratch = paper;
    return FLOW_NEXT;
}

/* GET /loans/{id}/payments: all that happened, as a paper. */
enum flow credit_history_paper_read(struct request *request, struct tx *tx) {
    struct credit credit;
    struct arena *arena = request->arena;
    const struct locale *locale = &request->locale;
    if (!credit_asked(request, tx, &credit) || credit.issued == 0) return answer_missing(request);
    struct stored_event *stored = arena_array(arena, struct stored_event, CREDIT_EVENTS_MOST);
    size_t count = credit_events_of(tx, credit.customer, credit.id, stored, CREDIT_EVENTS_MOST);
    struct paper *paper = paper_new(request, &credit, S_loans_paper_history, "payments", count);
    tell_loan(request, tx, paper, &credit);
    for (size_t i = 0; i < count; i++) {
        struct node *values = doc_new(arena);
        doc_text(values, "event", loans_say(arena, locale, credit_event_title(stored[i].event.kind)));
        doc_text(values, "sum", loans_money_words(arena, locale, stored[i].event.sum));
        doc_money(values, "principal", rub(stored[i].principal));
        doc_money(values, "interest", rub(stored[i].interest));
        doc_money(values, "penalty", rub(stored[i].penalty));
        bool paid = stored[i].principal + stored[i].interest + stored[i].penalty > 0;
        add(paper, PAPER_FACT, loans_date_words(arena, locale, stored[i].event.day),
            loans_say_with(arena, locale, paid ? S_loans_paper_paid : S_loans_paper_event, values));
    }
    request->scratch = paper;
    return FLOW_NEXT;
}

enum flow credit_paper_work(struct request *request, struct tx *tx) {
    (void)tx;
    const struct paper *paper = request->scratch;
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){.content_type = "application/pdf", .file_name = paper->file_name.data};
    if (!paper_draw(request->arena, paper, &file->bytes)) return refuse(request, &no_paper);
    return answer_file(request, file);
}
