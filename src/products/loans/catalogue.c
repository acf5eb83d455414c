/* catalogue.c: products as those who keep the catalogue change them (BO-4): each change is a version, and since it is
 * the company's money a second person of finance confirms it (BO-2). What the law would not allow at the corners of sum
 * and term is refused with the law named. A version never changes: contracts and offers keep theirs. */
#include "products/loans/loans.h"

#include "backoffice/backoffice.h"
#include "lending/psk_rules.h"

#define DAYS_OF_RATE 365

static const struct refusal changed = {"changed-meanwhile", 409, S_loans_refused_changed, false};
static const struct refusal unsound = {"product-unsound", 422, S_loans_refused_unsound, false};
static const struct refusal full = {"catalogue-full", 422, S_loans_refused_full, false};

static const char *const kinds[] = {"annuity", "differentiated", "bullet", NULL};
static const char *const units[] = {"months", "days", NULL};

/* ---- told ---- */

static struct text given(struct arena *arena, int64_t rate, bool daily) {
    return rate_text(arena, daily ? rate / DAYS_OF_RATE : rate);
}

static struct text extras_text(struct arena *arena, const struct credit_terms *terms) {
    struct buffer out = buffer_new(arena, 1024);
    for (size_t i = 0; i < terms->extra_count; i++) {
        const struct credit_extra *extra = &terms->extras[i];
        buffer_format(&out, "%s%.*s | %.*s | %.*s | %.*s", i > 0 ? "\n" : "", TEXT_ARG(extra->code),
                      TEXT_ARG(extra->title_ru), TEXT_ARG(extra->title_en),
                      TEXT_ARG(money_decimal(arena, rub(extra->price))));
    }
    return buffer_text(&out);
}

/* «от 1 000 ₽ до 30 000 ₽, 5–30 дней» */
static struct text range_words(struct arena *arena, const struct locale *locale, const struct credit_terms *terms) {
    struct node *values = doc_new(arena);
    doc_money(values, "least", rub(terms->sum_least));
    doc_money(values, "most", rub(terms->sum_most));
    doc_text(values, "shortest", loans_term_words(arena, locale, terms, terms->term_least));
    doc_text(values, "longest", loans_term_words(arena, locale, terms, terms->term_most));
    return loans_say_with(arena, locale, S_loans_range, values);
}

static void product_facts(struct request *request, const struct credit_product *product, struct node *node) {
    doc_text(node, "code", product->code);
    doc_int(node, "version", product->version);
    doc_text(node, "title", credit_product_title(product, request->locale.language));
    doc_bool(node, "offered", product->offered);
    doc_text(node, "terms", range_words(request->arena, &request->locale, &product->terms));
    doc_text(node, "rate_words",
             loans_rate_words(request->arena, &request->locale, product->terms.rate, product->terms.day_rate));
    doc_moment(node, "changed", product->at);
}

/* GET /staff/loans/products */
enum flow loans_catalogue_read(struct request *request, struct tx *tx) {
    struct credit_product *products = arena_array(request->arena, struct credit_product, CREDIT_PRODUCTS_MOST);
    size_t count = credit_products_of(tx, products, CREDIT_PRODUCTS_MOST);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "products");
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        product_facts(request, &products[i], node);
        doc_text(node, "changed_by", staff_login(tx, request->arena, products[i].staff));
    }
    return answer_ok(request, document);
}

static void choices_tell(struct request *request, struct node *document, const char *name, const char *const *values,
                         const string_id *titles, int chosen, const char *field) {
    struct node *list = doc_array(document, name);
    bool typed = field_given(request, field) && request_field(request, field)->fault == FAULT_NONE;
    for (int i = 0; values[i] != NULL; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "value", text_from(values[i]));
        doc_text(node, "title", loans_say(request->arena, &request->locale, titles[i]));
        doc_bool(node, "selected", typed ? field_number(request, field) == i : i == chosen);
    }
}

static void form_tell(struct request *request, const struct credit_product *product, struct node *document) {
    static const string_id kind_titles[] = {S_loans_product_annuity, S_loans_product_differentiated,
                                            S_loans_product_bullet};
    static const string_id unit_titles[] = {S_loans_product_months, S_loans_product_days};
    const struct credit_terms *terms = &product->terms;
    choices_tell(request, document, "kinds", kinds, kind_titles, (int)terms->kind, "kind");
    choices_tell(request, document, "units", units, unit_titles, (int)terms->unit, "unit");
    doc_text(document, "title_ru", product->title_ru);
    doc_text(document, "title_en", product->title_en);
    doc_int(document, "length", terms->length);
    doc_int(document, "term_least", terms->term_least);
    doc_int(document, "term_most", terms->term_most);
    doc_money(document, "sum_least", rub(terms->sum_least));
    doc_money(document, "sum_most", rub(terms->sum_most));
    doc_money(document, "sum_step", rub(terms->sum_step));
    doc_text(document, "rate", given(request->arena, terms->rate, terms->day_rate));
    doc_bool(document, "day_rate", terms->day_rate);
    doc_text(document, "penalty", given(request->arena, terms->penalty, terms->penalty_a_day));
    doc_bool(document, "penalty_a_day", terms->penalty_a_day);
    doc_bool(document, "late_interest", terms->late_interest);
    doc_int(document, "extend_least", terms->extend_least);
    doc_int(document, "extend_most", terms->extend_most);
    doc_int(document, "extend_times", terms->extend_times);
    doc_text(document, "extras", extras_text(request->arena, terms));
}

/* GET /staff/loans/product?code=…: its form; without a code, of a new one. */
enum flow loans_product_read(struct request *request, struct tx *tx) {
    struct credit_product product = {.code = TEXT(""),
                                     .title_ru = TEXT(""),
                                     .title_en = TEXT(""),
                                     .offered = true,
                                     .terms = {.kind = SCHEDULE_BULLET,
                                               .unit = SCHEDULE_DAYS,
                                               .term_least = 5,
                                               .term_most = 30,
                                               .sum_least = 100000,
                                               .sum_most = 3000000,
                                               .sum_step = 50000,
                                               .late_interest = true}};
    struct text code = field_text(request, "code");
    bool known = code.size > 0 && credit_product_newest(tx, code, &product);
    struct node *document = doc_new(request->arena);
    product_facts(request, &product, document);
    form_tell(request, &product, document);
    doc_bool(document, "known", known);
    return answer_ok(request, document);
}

/* ---- asked for ---- */

static bool take_rate(struct request *request, const char *field, bool daily, int64_t *rate) {
    if (!rate_parse(field_text(request, field), rate)) return false;
    if (daily) *rate *= DAYS_OF_RATE;
    return *rate <= RATE_MOST;
}

/* "code | название | title | 99.00", a line each. */
static bool take_extras(struct request *request, struct credit_terms *terms) {
    struct text rest = field_text(request, "extras");
    while (rest.size > 0) {
        struct text line = text_trim(text_split(rest, '\n', &rest)), price, english, russian;
        struct money money;
        if (line.size == 0) continue;
        if (terms->extra_count == CREDIT_EXTRAS) return false;
        struct credit_extra *extra = &terms->extras[terms->extra_count++];
        extra->code = text_trim(text_split(line, '|', &russian));
        extra->title_ru = text_trim(text_split(russian, '|', &english));
        extra->title_en = text_trim(text_split(english, '|', &price));
        if (extra->title_ru.size == 0 || extra->title_en.size == 0 ||
            !money_parse(text_trim(price), CURRENCY_RUB, &money))
            return false;
        extra->price = money.minor;
    }
    return true;
}

static enum flow take_product(struct request *request, struct credit_product *product) {
    struct credit_terms *terms = &product->terms;
    *product = (struct credit_product){.code = field_text(request, "code"),
                                       .version = field_number(request, "version"),
                                       .title_ru = field_text(request, "title_ru"),
                                       .title_en = field_text(request, "title_en"),
                                       .offered = field_number(request, "offered") != 0,
                                       .terms = {.kind = (enum schedule_kind)field_number(request, "kind"),
                                                 .unit = (enum schedule_unit)field_number(request, "unit"),
                                                 .length = field_number(request, "length"),
                                                 .term_least = field_number(request, "term_least"),
                                                 .term_most = field_number(request, "term_most"),
                                                 .sum_least = field_number(request, "sum_least"),
                                                 .sum_most = field_number(request, "sum_most"),
                                                 .sum_step = field_number(request, "sum_step"),
                                                 .day_rate = field_number(request, "day_rate") != 0,
                                                 .late_interest = field_number(request, "late_interest") != 0,
                                                 .penalty_a_day = field_number(request, "penalty_a_day") != 0,
                                                 .extend_least = field_number(request, "extend_least"),
                                                 .extend_most = field_number(request, "extend_most"),
                                                 .extend_times = field_number(request, "extend_times")}};
    if (!take_rate(request, "rate", terms->day_rate, &terms->rate))
        return refuse_field(request, "rate", S_loans_product_rate_invalid);
    if (!take_rate(request, "penalty", terms->penalty_a_day, &terms->penalty))
        return refuse_field(request, "penalty", S_loans_product_rate_invalid);
    if (!take_extras(request, terms)) return refuse_field(request, "extras", S_loans_product_extras_invalid);
    const char *wrong = credit_terms_wrong(terms);
    return wrong == NULL ? FLOW_NEXT : refuse_field(request, wrong, S_loans_product_unsound);
}

struct law_fault {
    enum loan_fault fault;
    int64_t sum, term;
};

/* At the corners, where cost and overpayment are least and largest. */
static struct law_fault law_fault(struct request *request, const struct credit_terms *terms) {
    const int64_t sums[] = {terms->sum_least, terms->sum_most}, lengths[] = {terms->term_least, terms->term_most};
    for (size_t i = 0; i < 4; i++) {
        struct credit_quote quote;
        struct law_fault at = {LOAN_LAWFUL, sums[i / 2], lengths[i % 2]};
        credit_quote(request->engine, request->arena, terms, at.sum, at.term, &quote);
        at.fault = quote.fault;
        if (at.fault != LOAN_LAWFUL) return at;
    }
    return (struct law_fault){.fault = LOAN_LAWFUL};
}

static enum flow refuse_unlawful(struct request *request, const struct credit_terms *terms, struct law_fault at) {
    static const struct {
        const char *field;
        string_id words;
    } faults[] = {
        [LOAN_FAULT_PLAN] = {"term_most", S_loans_law_plan},
        [LOAN_FAULT_RATE] = {"rate", S_loans_law_rate},
        [LOAN_FAULT_PENALTY] = {"penalty", S_loans_law_penalty},
        [LOAN_FAULT_PSK] = {"rate", S_loans_law_psk},
        [LOAN_FAULT_OVERPAYMENT] = {"term_most", S_loans_law_overpayment},
        [LOAN_FAULT_TERM] = {"term_most", S_loans_law_plan},
        [LOAN_FAULT_PRICE] = {"rate", S_loans_law_rate},
    };
    struct node *values = doc_new(request->arena);
    doc_money(values, "sum", rub(at.sum));
    doc_text(values, "term", loans_term_words(request->arena, &request->locale, terms, at.term));
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")}, {"term", doc_get(values, "term")}};
    request_mark(request, faults[at.fault].field, faults[at.fault].words, arguments, 2);
    return refuse_rest(request);
}

/* POST /staff/loans/products: a new product, or another version of the one with this code: `version` is the one it was
 * made from, 0 for a new one. */
enum flow loans_catalogue_write(struct request *request, struct tx *tx) {
    struct credit_product product, newest = {.version = 0}, *all;
    request->fields_valid = true; /* a command may be run again */
    if (take_product(request, &product) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct law_fault at = law_fault(request, &product.terms);
    if (at.fault != LOAN_LAWFUL) return refuse_unlawful(request, &product.terms, at);
    bool known = credit_product_newest(tx, product.code, &newest);
    if (newest.version != product.version) return refuse(request, &changed);
    all = arena_array(request->arena, struct credit_product, CREDIT_PRODUCTS_MOST);
    if (!known && credit_products_of(tx, all, CREDIT_PRODUCTS_MOST) == CREDIT_PRODUCTS_MOST)
        return refuse(request, &full);
    struct node *data = doc_new(request->arena);
    struct buffer out = buffer_new(request->arena, 4096);
    buffer_format(&out, "%lld\n", (long long)product.version);
    buffer_add_text(&out, credit_product_write(request->arena, &product));
    int64_t id = approval_ask(request, tx, "loans.product", 0, 0, buffer_text(&out), field_text(request, "reason"));
    if (id == 0) return answer_missing(request);
    doc_id(data, "approval", id);
    return answer_created(request, data, text_format(request->arena, "/staff/approvals/%lld", (long long)id));
}

/* ---- confirmed ---- */

static bool read_back(struct arena *arena, struct text data, struct credit_product *product) {
    struct text json, version = text_split(data, '\n', &json);
    int64_t number;
    if (!text_to_int(version, &number) || !credit_product_read(arena, json, product)) return false;
    product->version = number;
    return true;
}

static void facts_of(struct arena *arena, const struct locale *locale, const struct credit_product *product,
                     struct node *list) {
    const struct credit_terms *terms = &product->terms;
    static const string_id kind_titles[] = {S_loans_product_annuity, S_loans_product_differentiated,
                                            S_loans_product_bullet};
    approval_fact(list, locale, S_loans_product_code, product->code);
    approval_fact(list, locale, S_loans_product_title_ru, product->title_ru);
    approval_fact(list, locale, S_loans_product_title_en, product->title_en);
    approval_fact(list, locale, S_loans_product_offered,
                  loans_say(arena, locale, product->offered ? S_loans_yes : S_loans_no));
    approval_fact(list, locale, S_loans_product_kind, loans_say(arena, locale, kind_titles[terms->kind]));
    approval_fact(list, locale, S_loans_product_length, text_format(arena, "%lld", (long long)terms->length));
    approval_fact(list, locale, S_loans_product_range, range_words(arena, locale, terms));
    approval_fact(list, locale, S_loans_product_sum_step, loans_money_words(arena, locale, terms->sum_step));
    approval_fact(list, locale, S_loans_product_rate, loans_rate_words(arena, locale, terms->rate, terms->day_rate));
    approval_fact(list, locale, S_loans_product_penalty,
                  loans_rate_words(arena, locale, terms->penalty, terms->penalty_a_day));
    approval_fact(list, locale, S_loans_product_late_interest,
                  loans_say(arena, locale, terms->late_interest ? S_loans_yes : S_loans_no));
    approval_fact(list, locale, S_loans_product_extend_times,
                  text_format(arena, "%lld (%lld–%lld)", (long long)terms->extend_times,
                              (long long)terms->extend_least, (long long)terms->extend_most));
    approval_fact(list, locale, S_loans_product_extras, extras_text(arena, terms));
}

void loans_product_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct credit_product product, before;
    struct arena *arena = request->arena;
    if (!read_back(arena, approval->data, &product)) return;
    struct node *now = doc_array(doc_new(arena), "facts"), *then = doc_array(doc_new(arena), "facts");
    facts_of(arena, &request->locale, &product, now);
    if (credit_product_newest(tx, product.code, &before)) facts_of(arena, &request->locale, &before, then);
    const struct node *old = then->first;
    for (const struct node *each = now->first; each != NULL; each = each->next) {
        struct node *line = doc_add_object(facts);
        struct text value = doc_get(each, "value")->text;
        doc_text(line, "label", doc_get(each, "label")->text);
        bool same = old == NULL || text_equal(doc_get(old, "value")->text, value);
        if (!same) doc_text(line, "before", doc_get(old, "value")->text);
        doc_text(line, same ? "value" : "after", value);
        if (old != NULL) old = old->next;
    }
}

const struct refusal *loans_product_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct credit_product product, newest = {.version = 0};
    if (!read_back(tx_arena(tx), approval->data, &product)) return &unsound;
    if (law_fault(request, &product.terms).fault != LOAN_LAWFUL) return &unsound; /* the law of this day */
    credit_product_newest(tx, product.code, &newest);
    if (newest.version != product.version) return &changed;
    product.staff = approval->asked_by;
    credit_product_put(tx, &product);
    audit_record(request, 0, "loans.product",
                 text_format(request->arena, "%.*s, %lld", TEXT_ARG(product.code), (long long)product.version));
    return NULL;
}
