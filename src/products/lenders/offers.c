/* offers.c: who lends, and what it would cost: the calculator asks the lender himself, before anything is known of who
 * asks, and shows only what agrees with our own reckoning. */
#include "products/lenders/lenders.h"

#define ASKING_MOST 2 /* pages that wait for one lender at a time: a silent one must not take all the workers */

struct text psk_words(struct arena *arena, int64_t psk) {
    return text_format(arena, "%lld.%03lld", (long long)(psk / 1000), (long long)(psk % 1000));
}

/* For programs as above, for people as their language writes it. */
struct text psk_told(const struct request *request, int64_t psk) {
    bool comma = request->wants_html && request->locale.language == LANGUAGE_RU;
    return text_format(request->arena, "%lld%c%03lld", (long long)(psk / 1000), comma ? ',' : '.',
                       (long long)(psk % 1000));
}

void tell_schedule(struct node *node, const struct lender_due *dues, size_t count) {
    struct node *list = doc_array(node, "schedule");
    for (size_t i = 0; i < count; i++) {
        struct node *due = doc_add_object(list);
        doc_date(due, "date", dues[i].date);
        doc_money(due, "sum", rub(dues[i].sum));
        doc_bool(due, "paid", dues[i].paid);
    }
}

void tell_partner(struct request *request, const struct partner *partner, struct node *node) {
    const struct lender_settings *settings = partner->settings;
    doc_text(node, "code", text_from(settings->code));
    doc_text(node, "title", text_from(settings->title));
    doc_text(node, "legal", text_from(settings->legal));
    doc_text(node, "licence", text_from(settings->licence));
    doc_bool(node, "on", settings->on);
    doc_bool(node, "months", settings->months);
    doc_money(node, "least", rub(settings->sum_min));
    doc_money(node, "most", rub(settings->sum_max));
    doc_money(node, "step", rub(settings->sum_step));
    doc_int(node, "term_least", settings->term_min);
    doc_int(node, "term_most", settings->term_max);
    doc_int(node, "term_step", settings->term_step);
    doc_text(node, "psk_least", psk_told(request, settings->psk_min));
    doc_text(node, "psk_most", psk_told(request, settings->psk_max));
}

/* ---- all of them, and one's own loans ---- */

static void tell_loan(struct request *request, const struct loan *loan, struct node *node) {
    const struct partner *partner = partner_of(request->engine, loan->lender);
    struct lender_figures figures;
    doc_id(node, "id", loan->id);
    doc_text(node, "lender", partner != NULL ? text_from(partner->settings->title) : loan->lender);
    doc_text(node, "state", text_from(loan_state_name(loan->state)));
    doc_text(node, "state_words",
             string_get(request->arena, &request->locale, loan_state_words(loan->state), NULL, 0));
    doc_bool(node, "ended", loan_ended(loan->state));
    doc_bool(node, "overdue", loan->overdue && loan->state == LOAN_OPEN);
    doc_money(node, "sum", rub(loan->sum));
    doc_moment(node, "made", id_moment(loan->id));
    bool known = loan->state == LOAN_OPEN && loan_figures(request->arena, loan, &figures);
    const struct lender_due *next = known ? next_due(figures.schedule, figures.dues) : NULL;
    if (next != NULL) doc_date(node, "next", next->date);
    else doc_null(node, "next");
}

/* GET /lenders */
enum flow lenders_read(struct request *request, struct tx *tx) {
    struct lenders_state *state = lenders_state_of(request->engine);
    struct node *document = doc_new(request->arena), *lenders = doc_array(document, "lenders");
    for (size_t i = 0; i < state->count; i++)
        if (state->partners[i].settings->on)
            tell_partner(request, &state->partners[i], doc_add_object(lenders));
    struct loan *loans = arena_array(request->arena, struct loan, LOANS_MOST);
    size_t count = loans_of(request->engine, tx, request->caller.customer, false, loans, LOANS_MOST);
    struct node *own = doc_array(document, "loans");
    for (size_t i = 0; i < count; i++) tell_loan(request, &loans[i], doc_add_object(own));
    return answer_ok(request, document);
}

/* ---- one of them: the calculator ---- */

struct quoting {
    struct partner *partner;
    struct node *document;
    int64_t sum, term;
    bool good;
};

static int64_t chosen(const struct request *request, const char *field, const char *slid, const char *was,
                      int64_t fallback) {
    if (!field_given(request, field) && !field_given(request, slid)) return fallback;
    return calculator_value(field_number(request, field), field_number(request, slid), field_number(request, was));
}

/* Told on the page itself: a calculator that is played with has not failed. */
static void tell_bounds(struct request *request, const struct quoting *quoting) {
    const struct lent_bounds *bounds = &quoting->partner->bounds;
    struct node *values = doc_new(request->arena);
    doc_money(values, "least", rub(bounds->sum_min));
    doc_money(values, "most", rub(bounds->sum_max));
    doc_money(values, "step", rub(bounds->sum_step));
    doc_int(values, "shortest", bounds->term_min);
    doc_int(values, "longest", bounds->term_max);
    const struct string_argument sums[] = {{"least", doc_get(values, "least")}, {"most", doc_get(values, "most")},
                                           {"step", doc_get(values, "step")}};
    const struct string_argument terms[] = {{"shortest", doc_get(values, "shortest")},
                                            {"longest", doc_get(values, "longest")}};
    struct text sum = string_get(request->arena, &request->locale, S_lenders_sum_wrong, sums, 3);
    struct text term = string_get(request->arena, &request->locale, S_lenders_term_wrong, terms, 2);
    doc_text(quoting->document, "sum_error", lent_sum_good(bounds, quoting->sum) ? TEXT_NONE : sum);
    doc_text(quoting->document, "term_error", lent_term_good(bounds, quoting->term) ? TEXT_NONE : term);
}

/* How the sliders stand; what does not do has no place on them. */
static void tell_was(const struct quoting *quoting) {
    if (quoting->good) {
        doc_money(quoting->document, "sum_was", rub(quoting->sum));
        doc_int(quoting->document, "term_was", quoting->term);
    } else {
        doc_null(quoting->document, "sum_was");
        doc_null(quoting->document, "term_was");
    }
}

/* GET /lenders/{code}: what is meant, and whether he lends so at all. */
enum flow lender_look(struct request *request, struct tx *tx) {
    struct partner *partner = partner_of(request->engine, request->params[0]);
    struct customer customer;
    if (partner == NULL || !partner->settings->on ||
        !identity_customer(request->engine, tx, request->caller.customer, &customer))
        return answer_missing(request);
    struct quoting *quoting = arena_new_of(request->arena, struct quoting);
    *quoting = (struct quoting){.partner = partner, .document = doc_new(request->arena)};
    quoting->sum = chosen(request, "sum", "sum_slide", "sum_was", partner->bounds.sum_min);
    quoting->term = chosen(request, "term", "term_slide", "term_was", partner->bounds.term_min);
    quoting->good = lent_sum_good(&partner->bounds, quoting->sum) && lent_term_good(&partner->bounds, quoting->term);
    tell_bounds(request, quoting);
    struct node *document = quoting->document;
    tell_partner(request, partner, document);
    doc_money(document, "sum", rub(quoting->sum));
    doc_int(document, "term", quoting->term);
    string_id unit = partner->settings->months ? S_lenders_lender_term_months : S_lenders_lender_term_days;
    doc_text(document, "term_label", string_get(request->arena, &request->locale, unit, NULL, 0));
    doc_bool(document, "good", quoting->good);
    tell_was(quoting);
    doc_bool(document, "barred", loan_barred(request->engine, tx, &customer) != NULL);
    doc_bool(document, "raise", (int)customer.level < lenders_state_of(request->engine)->settings->level + 1);
    doc_bool(document, "under_way",
             loan_under_way(tx, request->caller.customer, text_from(partner->settings->code)));
    request->scratch = quoting;
    return FLOW_NEXT;
}

static bool ask_quote(struct request *request, const struct quoting *quoting, struct lender_terms *terms) {
    struct arena *arena = request->arena;
    const struct lender_fact facts[] = {{"sum", money_decimal(arena, rub(quoting->sum))},
                                        {"term", text_format(arena, "%lld", (long long)quoting->term)}};
    struct text body = lender_ask(arena, &quoting->partner->service, LENDER_QUOTE, lender_write(arena, facts, 2),
                                  world_now(request->world));
    return lender_terms_read(arena, body, terms);
}

/* On a worker: the lender's own words, when they make sense. */
enum flow lender_quote(struct request *request, struct tx *tx) {
    (void)tx;
    struct quoting *quoting = request->scratch;
    struct partner *partner = quoting->partner;
    struct lender_terms terms;
    const struct terms_asked asked = {
        .sum = quoting->sum,
        .term = quoting->term,
        .today = civil_at(world_now(request->world), engine_zone(request->engine)).date,
        .tolerance = lenders_state_of(request->engine)->settings->tolerance};
    bool told = false, sound = false;
    if (quoting->good) {
        if (partner->asking++ < ASKING_MOST) told = ask_quote(request, quoting, &terms);
        partner->asking--;
        sound = told && terms_judge(&terms, &asked, &partner->bounds) == TERMS_GOOD;
    }
    doc_bool(quoting->document, "silent", quoting->good && !told);
    doc_bool(quoting->document, "unsound", told && !sound);
    if (!sound) {
        doc_null(quoting->document, "offer");
        return answer_ok(request, quoting->document);
    }
    struct node *offer = doc_object(quoting->document, "offer");
    doc_money(offer, "sum", rub(terms.sum));
    doc_money(offer, "total", rub(terms.total));
    doc_money(offer, "cost", rub(terms.total - terms.sum));
    doc_text(offer, "psk", psk_told(request, terms.psk));
    tell_schedule(offer, terms.schedule, terms.dues);
    return answer_ok(request, quoting->document);
}

/* ---- the consent ---- */

struct text consent_words(struct request *request, const struct partner *partner) {
    struct node *values = doc_new(request->arena);
    doc_text(values, "company", text_from(engine_config(request->engine)->company));
    doc_text(values, "lender", text_from(partner->settings->title));
    doc_text(values, "legal", text_from(partner->settings->legal));
    doc_text(values, "version", text_from(partner->settings->consent_version));
    const struct string_argument arguments[] = {{"company", doc_get(values, "company")},
                                                {"lender", doc_get(values, "lender")},
                                                {"legal", doc_get(values, "legal")},
                                                {"version", doc_get(values, "version")}};
    return string_get(request->arena, &request->locale, S_lenders_consent_text, arguments, 4);
}

/* GET /lenders/{code}/consent */
enum flow lender_consent_read(struct request *request, struct tx *tx) {
    (void)tx;
    const struct partner *partner = partner_of(request->engine, request->params[0]);
    if (partner == NULL || !partner->settings->on) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    tell_partner(request, partner, document);
    doc_text(document, "version", text_from(partner->settings->consent_version));
    doc_text(document, "text", consent_words(request, partner));
    return answer_ok(request, document);
}
