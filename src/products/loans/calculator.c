/* calculator.c: what a loan would cost, to anybody and before anything is asked (LO-1): reckoned here by the same rules
 * as the contract, never in the page. What the law does not allow is not offered. */
#include "products/loans/loans.h"

#include "http/slider.h"
#include "lending/psk_rules.h"

#define KOPECKS 100
#define USUAL (INT64_C(10000) * KOPECKS)

/* ---- the figures ---- */

void credit_quote(const struct engine *engine, struct arena *arena, const struct credit_terms *terms, int64_t sum,
                  int64_t term, struct credit_quote *quote) {
    const struct credit_setting around = credit_setting(engine);
    *quote = (struct credit_quote){.contract = credit_contract(terms, &around, loans_today(engine), sum, term),
                                   .rows = arena_array(arena, struct schedule_row, SCHEDULE_MOST)};
    quote->fault =
        loan_lawful(&quote->contract, 0, (enum psk_divisor)loans_settings(engine)->divisor, &quote->cost);
    if (quote->fault != LOAN_FAULT_PLAN) quote->count = loan_planned(&quote->contract, quote->rows);
}

void credit_quote_tell(struct request *request, const struct credit_terms *terms, int64_t sum, int64_t term,
                       const struct credit_quote *quote, struct node *document) {
    struct arena *arena = request->arena;
    const struct loan_cost *cost = &quote->cost;
    struct node *node = doc_object(document, "quote");
    doc_money(node, "sum", rub(sum));
    doc_int(node, "term", term);
    doc_text(node, "term_words", loans_term_words(arena, &request->locale, terms, term));
    doc_text(node, "rate", loans_rate_words(arena, &request->locale, terms->rate, terms->day_rate));
    doc_money(node, "cost", rub(cost->interest + cost->fees));
    doc_money(node, "total", rub(cost->total));
    doc_text(node, "psk", text_format(arena, "%lld.%03lld", (long long)(cost->psk / 1000),
                                      (long long)(cost->psk % 1000)));
    doc_text(node, "psk_words", loans_psk_words(arena, &request->locale, cost->psk));
    doc_money(node, "payment", rub(quote->rows[0].principal + quote->rows[0].interest));
    doc_bool(node, "single", quote->count == 1);
    doc_date(node, "last", date_from_days(cost->last));
    struct node *list = doc_array(node, "schedule");
    for (size_t i = 0; i < quote->count; i++) {
        const struct schedule_row *row = &quote->rows[i];
        struct node *each = doc_add_object(list);
        doc_date(each, "day", row->due);
        doc_money(each, "payment", rub(row->principal + row->interest));
        doc_money(each, "principal", rub(row->principal));
        doc_money(each, "interest", rub(row->interest));
        doc_money(each, "balance", rub(row->balance));
    }
}

void credit_extras_tell(struct request *request, const struct credit_terms *terms, struct node *document) {
    struct node *list = doc_array(document, "extras");
    for (size_t i = 0; i < terms->extra_count; i++) {
        const struct credit_extra *extra = &terms->extras[i];
        struct node *node = doc_add_object(list);
        doc_text(node, "name", text_format(request->arena, "extra_%zu", i));
        doc_text(node, "code", extra->code);
        doc_text(node, "title", request->locale.language == LANGUAGE_EN ? extra->title_en : extra->title_ru);
        doc_money(node, "price", rub(extra->price));
    }
}

/* ---- sum and term ---- */

static int64_t between(int64_t value, int64_t least, int64_t most) {
    return value < least ? least : value > most ? most : value;
}

static int64_t most_of(const struct credit_terms *terms, int64_t most) {
    int64_t bound = most > 0 && most < terms->sum_most ? most : terms->sum_most;
    return bound / terms->sum_step * terms->sum_step;
}

/* Beside its field, with the bounds. */
static void mark(struct request *request, const char *name, string_id message, const struct node *bounds) {
    const struct string_argument arguments[] = {{"least", doc_get(bounds, "least")},
                                                {"most", doc_get(bounds, "most")},
                                                {"step", doc_get(bounds, "step")}};
    if (request_field(request, name)->fault == FAULT_NONE) request_mark(request, name, message, arguments, 3);
}

/* Another product was chosen: its own bounds hold. */
static bool product_changed(const struct request *request) {
    return field_known(request, "product_was") && field_given(request, "product_was") &&
           !text_equal(field_text(request, "product_was"), field_text(request, "product"));
}

static void take_slid(struct request *request, const struct credit_terms *terms, int64_t most, int64_t *sum,
                      int64_t *term) {
    bool fresh = product_changed(request);
    if (fresh || slider_moved(request, "sum_slide", "sum_was")) {
        int64_t slid = fresh ? *sum : field_number(request, "sum_slide") * KOPECKS;
        *sum = between(slid / terms->sum_step * terms->sum_step, terms->sum_least, most);
        slider_typed(request, "sum", text_format(request->arena, "%lld", (long long)(*sum / KOPECKS)));
    }
    if (fresh || slider_moved(request, "term_slide", "term_was")) {
        *term = between(fresh ? *term : field_number(request, "term_slide"), terms->term_least, terms->term_most);
        slider_typed(request, "term", text_format(request->arena, "%lld", (long long)*term));
    }
}

bool credit_choice(struct request *request, const struct credit_terms *terms, int64_t most, int64_t *sum,
                   int64_t *term) {
    struct node *sums = doc_new(request->arena), *lengths = doc_new(request->arena);
    int64_t bound = most_of(terms, most);
    if (*sum == 0) *sum = between(USUAL / terms->sum_step * terms->sum_step, terms->sum_least, bound);
    if (*term == 0) *term = terms->term_least;
    if (!field_known(request, "sum")) return credit_choice_wrong(terms, *sum, *term) == NULL;
    if (field_given(request, "sum")) *sum = field_number(request, "sum");
    if (field_given(request, "term")) *term = field_number(request, "term");
    take_slid(request, terms, bound, sum, term);
    doc_money(sums, "least", rub(terms->sum_least));
    doc_money(sums, "most", rub(bound));
    doc_money(sums, "step", rub(terms->sum_step));
    doc_int(lengths, "least", terms->term_least);
    doc_int(lengths, "most", terms->term_most);
    doc_int(lengths, "step", 1);
    if (*sum > bound) mark(request, "sum", S_loans_form_sum_bounds, sums);
    const char *wrong = credit_choice_wrong(terms, *sum, *term);
    if (wrong != NULL && text_is(text_from(wrong), "sum")) mark(request, "sum", S_loans_form_sum_bounds, sums);
    if (*term < terms->term_least || *term > terms->term_most)
        mark(request, "term", S_loans_form_term_bounds, lengths);
    return request_field(request, "sum")->fault == FAULT_NONE && request_field(request, "term")->fault == FAULT_NONE;
}

void credit_sliders_tell(struct request *request, const struct credit_terms *terms, int64_t most, int64_t sum,
                         int64_t term, struct node *document) {
    int64_t step = terms->sum_step / KOPECKS, bound = most_of(terms, most);
    doc_money(document, "sum", rub(sum));
    doc_int(document, "term", term);
    doc_money(document, "sum_least", rub(terms->sum_least));
    doc_money(document, "sum_most", rub(bound));
    doc_int(document, "term_least", terms->term_least);
    doc_int(document, "term_most", terms->term_most);
    string_id unit = terms->length > 0 ? S_loans_form_payments
                     : terms->unit == SCHEDULE_DAYS ? S_loans_form_days : S_loans_form_months;
    doc_text(document, "unit_words", loans_say(request->arena, &request->locale, unit));
    slider_tell(document, "sum_slider", sum / KOPECKS, terms->sum_least / KOPECKS, bound / KOPECKS,
                step > 0 ? step : 1);
    slider_tell(document, "term_slider", term, terms->term_least, terms->term_most, 1);
}

/* ---- the page ---- */

static const struct refusal no_product = {"no-such-loan", 404, S_loans_refused_product, false};

bool credit_product_asked(struct request *request, struct tx *tx, struct credit_product *product) {
    return credit_product_newest(tx, field_text(request, "product"), product) && product->offered;
}

/* The form's, else the first that is offered; false: nothing is. *unknown: it asked for one that is not. */
static bool product_chosen(struct request *request, struct tx *tx, struct node *document,
                           struct credit_product *product, bool *unknown) {
    struct credit_product *products = arena_array(request->arena, struct credit_product, CREDIT_PRODUCTS_MOST);
    size_t count = credit_products_of(tx, products, CREDIT_PRODUCTS_MOST), offered = 0;
    struct text wanted = field_text(request, "product");
    struct node *list = doc_array(document, "products");
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        if (!products[i].offered) continue;
        bool this_one = wanted.size > 0 ? text_equal(products[i].code, wanted) : offered == 0;
        if (this_one) *product = products[i];
        found = found || this_one;
        struct node *option = doc_add_object(list);
        doc_text(option, "value", products[i].code);
        doc_text(option, "title", credit_product_title(&products[i], request->locale.language));
        doc_bool(option, "selected", this_one);
        offered++;
    }
    doc_bool(document, "several", offered > 1);
    *unknown = !found && wanted.size > 0;
    return found;
}

/* What was chosen does not do: the page says so beside the field, drawn again (route.again). */
static bool wrong(const struct request *request) {
    return request_field(request, "sum")->fault != FAULT_NONE || request_field(request, "term")->fault != FAULT_NONE;
}

static struct node *calculator(struct request *request, struct tx *tx, bool *unknown) {
    struct node *document = doc_new(request->arena);
    struct credit_product product;
    struct credit_quote quote;
    const struct loans_settings *settings = loans_settings(request->engine);
    int64_t sum = 0, term = 0;
    doc_text(document, "lender", text_from(settings->lender));
    doc_text(document, "licence", text_from(settings->licence));
    if (!product_chosen(request, tx, document, &product, unknown)) return document;
    const struct credit_terms *terms = &product.terms;
    bool good = credit_choice(request, terms, 0, &sum, &term);
    doc_text(document, "product", product.code);
    doc_text(document, "title", credit_product_title(&product, request->locale.language));
    credit_sliders_tell(request, terms, 0, sum, term, document);
    credit_extras_tell(request, terms, document);
    if (good) credit_quote(request->engine, request->arena, terms, sum, term, &quote);
    doc_bool(document, "unlawful", good && quote.fault != LOAN_LAWFUL);
    if (good && quote.fault == LOAN_LAWFUL) credit_quote_tell(request, terms, sum, term, &quote, document);
    else doc_null(document, "quote");
    return document;
}

static enum flow guest_page(struct request *request, struct tx *tx, bool strict) {
    bool unknown = false;
    struct node *document = calculator(request, tx, &unknown);
    if (unknown) return refuse(request, &no_product);
    if (strict && wrong(request)) return refuse_rest(request);
    doc_text(document, "go_on", request->caller.customer != 0 ? TEXT("/loans/new") : TEXT("/signup"));
    return answer_ok(request, document);
}

/* The same inside, with the application's form. */
static enum flow own_page(struct request *request, struct tx *tx, bool strict) {
    struct customer customer;
    struct application open;
    bool unknown = false;
    struct node *document = calculator(request, tx, &unknown);
    if (unknown) return refuse(request, &no_product);
    if (strict && wrong(request)) return refuse_rest(request);
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    const struct refusal *barred = loans_barred(request->engine, tx, &customer);
    if (barred != NULL) doc_text(document, "barred", loans_say(request->arena, &request->locale, barred->text));
    else doc_null(document, "barred");
    if (application_open(request->engine, tx, customer.id, &open)) doc_id(document, "under_way", open.id);
    else doc_null(document, "under_way");
    loans_consents_tell(request, document);
    return answer_ok(request, document);
}

/* GET /loans/calculator: whoever asks; _again: around what was refused. */
enum flow loans_calculator_read(struct request *request, struct tx *tx) { return guest_page(request, tx, true); }
enum flow loans_calculator_again(struct request *request, struct tx *tx) { return guest_page(request, tx, false); }

/* GET /loans/new */
enum flow loans_new_read(struct request *request, struct tx *tx) { return own_page(request, tx, true); }
enum flow loans_new_again(struct request *request, struct tx *tx) { return own_page(request, tx, false); }
