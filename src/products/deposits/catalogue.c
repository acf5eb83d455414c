/* catalogue.c: products as those who keep the catalogue change them: each change is a version, and since it is the
 * company's money a second person of finance confirms it (BO-2, BO-4). A version never changes: contracts keep theirs,
 * and one that is not offered any more goes on for those who have it. */
#include "products/deposits/deposits.h"

#include "backoffice/backoffice.h"

static const struct refusal changed = {"changed-meanwhile", 409, S_deposits_refused_changed_version, false};
static const struct refusal unsound = {"product-unsound", 422, S_deposits_refused_unsound, false};
static const struct refusal full = {"catalogue-full", 422, S_deposits_refused_full, false};

/* ---- told ---- */

static void product_facts(struct request *request, const struct product *product, struct node *node) {
    const struct locale *locale = &request->locale;
    const struct deposit_terms *terms = &product->terms;
    struct text term = deposits_term_words(request->arena, locale, terms->unit, terms->term_most);
    doc_text(node, "code", product->code);
    doc_int(node, "version", product->version);
    doc_text(node, "title", deposit_product_title(product, locale->language));
    doc_bool(node, "offered", product->offered);
    doc_text(node, "term",
             terms->term_least == terms->term_most
                 ? term
                 : text_format(request->arena, "%lld–%.*s", (long long)terms->term_least, TEXT_ARG(term)));
    doc_text(node, "rates", rate_steps_text(request->arena, terms));
    doc_moment(node, "changed", product->at);
}

/* GET /staff/deposits */
enum flow deposits_catalogue_read(struct request *request, struct tx *tx) {
    struct product *products = arena_array(request->arena, struct product, PRODUCTS_MOST);
    size_t count = deposit_products_of(tx, products, PRODUCTS_MOST);
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
    bool given = field_given(request, field) && request_field(request, field)->fault == FAULT_NONE;
    for (int i = 0; values[i] != NULL; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "value", text_from(values[i]));
        doc_text(node, "title", deposits_say(request->arena, &request->locale, titles[i]));
        doc_bool(node, "selected", given ? field_number(request, field) == i : i == chosen);
    }
}

static const char *const units[] = {"demand", "days", "months", NULL};
static const char *const everies[] = {"day", "month", "quarter", "end", NULL};
static const char *const wheres[] = {"deposit", "account", NULL};

static void form_tell(struct request *request, const struct product *product, struct node *document) {
    static const string_id unit_titles[] = {S_deposits_term_demand, S_deposits_unit_days, S_deposits_unit_months};
    static const string_id every_titles[] = {S_deposits_every_day, S_deposits_every_month, S_deposits_every_quarter,
                                             S_deposits_every_term};
    static const string_id where_titles[] = {S_deposits_where_deposit, S_deposits_where_account};
    const struct deposit_terms *terms = &product->terms;
    choices_tell(request, document, "units", units, unit_titles, (int)terms->unit, "unit");
    choices_tell(request, document, "everies", everies, every_titles, (int)terms->every, "every");
    choices_tell(request, document, "wheres", wheres, where_titles, terms->to_account, "where");
    doc_text(document, "early", early_steps_text(request->arena, terms));
    doc_text(document, "title_ru", product->title_ru);
    doc_text(document, "title_en", product->title_en);
    doc_int(document, "term_least", terms->term_least);
    doc_int(document, "term_most", terms->term_most);
    doc_money(document, "sum_least", rub(terms->sum_least));
    doc_money(document, "sum_most", rub(terms->sum_most));
    doc_money(document, "topup_least", rub(terms->topup_least));
    doc_int(document, "topup_days", terms->topup_days);
    doc_money(document, "left_least", rub(terms->left_least));
    doc_bool(document, "prolongs", terms->prolongs);
}

/* GET /staff/deposits/product?code=…: its form; without a code, of a new one. */
enum flow deposits_catalogue_product_read(struct request *request, struct tx *tx) {
    struct product product = {.code = TEXT(""),
                              .title_ru = TEXT(""),
                              .title_en = TEXT(""),
                              .offered = true,
                              .terms = {.unit = TERM_MONTHS, .every = EVERY_MONTH, .early = {{0, 100}},
                                        .early_count = 1}};
    struct text code = field_text(request, "code");
    bool known = code.size > 0 && deposit_product_newest(tx, code, &product);
    struct node *document = doc_new(request->arena);
    product_facts(request, &product, document);
    form_tell(request, &product, document);
    doc_bool(document, "known", known);
    return answer_ok(request, document);
}

/* ---- asked for ---- */

static struct text without_returns(struct request *request, struct text text) {
    struct buffer out = buffer_new(request->arena, text.size + 1);
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != '\r') buffer_add_char(&out, text.data[i]);
    return buffer_text(&out);
}

static enum flow take_product(struct request *request, struct product *product) {
    struct deposit_terms *terms = &product->terms;
    *product = (struct product){.code = field_text(request, "code"),
                                .version = field_number(request, "version"),
                                .title_ru = field_text(request, "title_ru"),
                                .title_en = field_text(request, "title_en"),
                                .offered = field_number(request, "offered") != 0,
                                .terms = {.unit = (enum term_unit)field_number(request, "unit"),
                                          .every = (enum interest_every)field_number(request, "every"),
                                          .term_least = field_number(request, "term_least"),
                                          .term_most = field_number(request, "term_most"),
                                          .sum_least = field_number(request, "sum_least"),
                                          .sum_most = field_number(request, "sum_most"),
                                          .topup_least = field_number(request, "topup_least"),
                                          .topup_days = field_number(request, "topup_days"),
                                          .left_least = field_number(request, "left_least"),
                                          .to_account = field_number(request, "where") == 1,
                                          .prolongs = field_number(request, "prolongs") != 0}};
    if (!rate_steps_parse(without_returns(request, field_text(request, "rates")), terms))
        return refuse_field(request, "rates", S_deposits_form_rates_invalid);
    if (!early_steps_parse(without_returns(request, field_text(request, "early")), terms))
        return refuse_field(request, "early", S_deposits_form_early_invalid);
    const char *wrong = deposit_terms_wrong(terms);
    return wrong == NULL ? FLOW_NEXT : refuse_field(request, wrong, S_deposits_form_unsound);
}

/* POST /staff/deposits: a new product, or another version of the one with this code: `version` is the one it was made
 * from, 0 for a new one. */
enum flow deposits_catalogue_write(struct request *request, struct tx *tx) {
    struct product product, newest = {.version = 0}, *all;
    request->fields_valid = true; /* a command may be run again */
    if (take_product(request, &product) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool known = deposit_product_newest(tx, product.code, &newest);
    if (newest.version != product.version) return refuse(request, &changed);
    all = arena_array(request->arena, struct product, PRODUCTS_MOST);
    if (!known && deposit_products_of(tx, all, PRODUCTS_MOST) == PRODUCTS_MOST) return refuse(request, &full);
    struct node *data = doc_new(request->arena);
    struct buffer out = buffer_new(request->arena, 2048);
    buffer_format(&out, "%lld\n", (long long)product.version);
    buffer_add_text(&out, deposit_product_write(request->arena, &product));
    int64_t id = approval_ask(request, tx, "deposits.product", 0, 0, buffer_text(&out), field_text(request, "reason"));
    if (id == 0) return answer_missing(request);
    doc_id(data, "approval", id);
    return answer_created(request, data, text_format(request->arena, "/staff/approvals/%lld", (long long)id));
}

/* ---- confirmed ---- */

static bool read_back(struct arena *arena, struct text data, struct product *product) {
    struct text json, version = text_split(data, '\n', &json);
    int64_t number;
    if (!text_to_int(version, &number) || !deposit_product_read(arena, json, product)) return false;
    product->version = number;
    return true;
}

/* A term's lines as one. */
static struct text one_line(struct arena *arena, struct text lines) {
    struct buffer out = buffer_new(arena, lines.size + 32);
    for (size_t i = 0; i < lines.size; i++)
        if (lines.data[i] == '\n') buffer_add_literal(&out, "; ");
        else buffer_add_char(&out, lines.data[i]);
    return buffer_text(&out);
}

void deposits_approval_show(struct request *request, struct tx *tx, const struct approval *approval,
                             struct node *facts) {
    struct product product, before;
    const struct locale *locale = &request->locale;
    struct arena *arena = request->arena;
    if (!read_back(arena, approval->data, &product)) return;
    approval_fact(facts, locale, S_deposits_form_product_code, product.code);
    approval_fact(facts, locale, S_deposits_form_title_ru, product.title_ru);
    approval_fact(facts, locale, S_deposits_form_title_en, product.title_en);
    approval_fact(facts, locale, S_deposits_form_offered,
                  deposits_say(arena, locale, product.offered ? S_deposits_yes : S_deposits_no));
    approval_fact(facts, locale, S_deposits_form_term,
                  text_format(arena, "%lld–%.*s", (long long)product.terms.term_least,
                              TEXT_ARG(deposits_term_words(arena, locale, product.terms.unit,
                                                           product.terms.term_most))));
    struct node *now = doc_array(doc_new(arena), "facts"), *then = doc_array(doc_new(arena), "facts");
    bool known = deposit_product_newest(tx, product.code, &before);
    deposit_terms_tell(arena, locale, &product, now);
    if (known) deposit_terms_tell(arena, locale, &before, then);
    const struct node *old = then->first;
    for (const struct node *each = now->first; each != NULL; each = each->next) {
        struct node *line = doc_add_object(facts);
        doc_text(line, "label", doc_get(each, "label")->text);
        bool same = old == NULL || text_equal(doc_get(old, "value")->text, doc_get(each, "value")->text);
        if (!same) doc_text(line, "before", one_line(arena, doc_get(old, "value")->text));
        doc_text(line, same ? "value" : "after", one_line(arena, doc_get(each, "value")->text));
        if (old != NULL) old = old->next;
    }
}

const struct refusal *deposits_approval_apply(struct request *request, struct tx *tx,
                                               const struct approval *approval) {
    struct product product, newest = {.version = 0};
    if (!read_back(tx_arena(tx), approval->data, &product)) return &unsound;
    deposit_product_newest(tx, product.code, &newest);
    if (newest.version != product.version) return &changed;
    product.staff = approval->asked_by;
    deposit_product_put(tx, &product);
    audit_record(request, 0, "deposits.product",
                 text_format(request->arena, "%.*s, %lld", TEXT_ARG(product.code), (long long)product.version));
    return NULL;
}
