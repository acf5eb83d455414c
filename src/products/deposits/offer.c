/* offer.c: what may be opened, and what it would bring: reckoned here, by the day, never in the page. Sum and term each
 * have a field and a slider; without scripts both are sent, and the slider counts where it was moved. */
#include "products/deposits/deposits.h"

#include "http/slider.h"
#include "operations/operations.h"

#define KOPECKS 100

static const struct refusal no_product = {"no-such-deposit", 404, S_deposits_refused_product, false};

/* ---- what is offered ---- */

static int64_t best_rate(const struct deposit_terms *terms) {
    int64_t best = 0;
    for (size_t i = 0; i < terms->rate_count; i++)
        if (terms->rates[i].rate > best) best = terms->rates[i].rate;
    return best;
}

static struct text terms_range(struct request *request, const struct deposit_terms *terms) {
    struct arena *arena = request->arena;
    struct text most = deposits_term_words(arena, &request->locale, terms->unit, terms->term_most);
    if (terms->term_least == terms->term_most) return most;
    return text_format(arena, "%lld–%.*s", (long long)terms->term_least, TEXT_ARG(most));
}

static void product_tell(struct request *request, const struct product *product, struct node *node) {
    static const char *const units[] = {"demand", "days", "months"};
    const struct deposit_terms *terms = &product->terms;
    doc_id(node, "product", product->id);
    doc_text(node, "title", deposit_product_title(product, request->locale.language));
    doc_int(node, "version", product->version);
    doc_text(node, "best", deposits_rate_words(request->arena, &request->locale, best_rate(terms)));
    doc_text(node, "unit", text_from(units[terms->unit]));
    doc_text(node, "terms_range", terms_range(request, terms));
    doc_int(node, "term_least", terms->term_least);
    doc_int(node, "term_most", terms->term_most);
    doc_money(node, "sum_least", rub(terms->sum_least));
    doc_money(node, "sum_most", rub(terms->sum_most));
    doc_bool(node, "topups", terms->topup_days > 0);
    doc_bool(node, "parts", terms->left_least > 0);
    doc_bool(node, "prolongs", terms->prolongs);
}

/* GET /deposits */
enum flow deposits_read(struct request *request, struct tx *tx) {
    struct deposit *deposits = arena_array(request->arena, struct deposit, DEPOSITS_TOLD);
    struct product *products = arena_array(request->arena, struct product, PRODUCTS_MOST);
    struct node *document = doc_new(request->arena), *open = doc_array(document, "deposits");
    struct node *ended = doc_array(document, "past"), *offers = doc_array(document, "offers");
    size_t count = deposits_of(tx, request->caller.customer, deposits, DEPOSITS_TOLD);
    for (size_t i = 0; i < count; i++)
        deposit_tell(request, tx, &deposits[i],
                     doc_add_object(deposits[i].status == DEPOSIT_OPEN ? open : ended));
    count = deposit_products_of(tx, products, PRODUCTS_MOST);
    for (size_t i = 0; i < count; i++)
        if (products[i].offered) product_tell(request, &products[i], doc_add_object(offers));
    return answer_ok(request, document);
}

/* ---- sum and term ---- */

static int64_t between(int64_t value, int64_t least, int64_t most) {
    return value < least ? least : value > most ? most : value;
}

/* Beside the field, with the bounds. */
static void mark(struct request *request, const char *name, string_id message, const struct node *least,
                 const struct node *most) {
    const struct string_argument arguments[] = {{"least", least}, {"most", most}};
    if (request_field(request, name)->fault == FAULT_NONE) request_mark(request, name, message, arguments, 2);
}

/* As it was typed or slid; a product's own where nothing was. False: marked beside its field. */
static bool numbers_of(struct request *request, const struct deposit_terms *terms, int64_t *sum, int64_t *term) {
    int64_t usual = terms->sum_least < 10000 * KOPECKS ? 10000 * KOPECKS : terms->sum_least;
    *sum = field_given(request, "sum") ? field_number(request, "sum")
                                       : between(usual, terms->sum_least, terms->sum_most);
    *term = field_given(request, "term") ? field_number(request, "term") : terms->term_least;
    if (slider_moved(request, "sum_slide", "sum_was")) {
        *sum = between(field_number(request, "sum_slide") * KOPECKS, terms->sum_least, terms->sum_most);
        slider_typed(request, "sum", money_decimal(request->arena, rub(*sum)));
    }
    if (slider_moved(request, "term_slide", "term_was")) {
        *term = between(field_number(request, "term_slide"), terms->term_least, terms->term_most);
        slider_typed(request, "term", text_format(request->arena, "%lld", (long long)*term));
    }
    struct node *bounds = doc_new(request->arena);
    doc_money(bounds, "sum_least", rub(terms->sum_least));
    doc_money(bounds, "sum_most", rub(terms->sum_most));
    doc_int(bounds, "term_least", terms->term_least);
    doc_int(bounds, "term_most", terms->term_most);
    if (*sum < terms->sum_least || *sum > terms->sum_most)
        mark(request, "sum", S_deposits_form_sum_bounds, doc_get(bounds, "sum_least"), doc_get(bounds, "sum_most"));
    if (*term < terms->term_least || *term > terms->term_most)
        mark(request, "term", S_deposits_form_term_bounds, doc_get(bounds, "term_least"),
             doc_get(bounds, "term_most"));
    return request_field(request, "sum")->fault == FAULT_NONE &&
           request_field(request, "term")->fault == FAULT_NONE;
}

/* ---- what it would bring ---- */

static void forecast_tell(struct request *request, const struct deposit_terms *terms, int64_t sum, int64_t term,
                          struct node *document) {
    struct forecast_row *rows = arena_array(request->arena, struct forecast_row, FORECAST_ROWS);
    struct forecast forecast =
        deposit_forecast(terms, deposits_today(request->engine), term, sum, rows, FORECAST_ROWS);
    struct node *node = doc_object(document, "forecast");
    doc_money(node, "sum", rub(sum));
    doc_int(node, "term", term);
    doc_text(node, "term_words", deposits_term_words(request->arena, &request->locale, terms->unit, term));
    doc_money(node, "interest", rub(forecast.interest));
    doc_money(node, "total", rub(sum + forecast.interest));
    if (forecast.ends != 0) doc_date(node, "ends", date_from_days(forecast.ends));
    else doc_null(node, "ends");
    struct node *list = doc_array(node, "schedule");
    for (size_t i = 0; i < forecast.count; i++) {
        struct node *row = doc_add_object(list);
        doc_date(row, "day", date_from_days(rows[i].day));
        doc_money(row, "interest", rub(rows[i].interest));
        doc_money(row, "balance", rub(rows[i].principal));
    }
}

/* The calculator of one product; also drawn again around what was refused. */
enum flow deposit_offer_read(struct request *request, struct tx *tx) {
    struct product product;
    int64_t sum, term;
    struct node *document = doc_new(request->arena);
    if (!deposit_product_find(tx, field_number(request, "product"), &product) || !product.newest || !product.offered)
        return refuse(request, &no_product);
    const struct deposit_terms *terms = &product.terms;
    bool good = numbers_of(request, terms, &sum, &term);
    int64_t least = (terms->sum_least + KOPECKS - 1) / KOPECKS, most = terms->sum_most / KOPECKS;
    product_tell(request, &product, document);
    deposit_terms_tell(request->arena, &request->locale, &product, doc_array(document, "facts"));
    doc_money(document, "sum", rub(sum));
    doc_int(document, "term", term);
    doc_bool(document, "has_term", terms->unit != TERM_DEMAND);
    doc_text(document, "unit_words", deposits_say(request->arena, &request->locale,
                                         terms->unit == TERM_DAYS ? S_deposits_unit_days : S_deposits_unit_months));
    slider_tell(document, "sum_slider", sum / KOPECKS, least, most, 0);
    slider_tell(document, "term_slider", term, terms->term_least, terms->term_most, 0);
    if (good) forecast_tell(request, terms, sum, term, document);
    else doc_null(document, "forecast");
    deposit_purses_tell(request, tx, document);
    return answer_ok(request, document);
}

/* GET /deposits/new?product=… */
enum flow deposit_reckon_read(struct request *request, struct tx *tx) {
    struct product product;
    int64_t sum, term;
    bool found = deposit_product_find(tx, field_number(request, "product"), &product);
    if (found && !numbers_of(request, &product.terms, &sum, &term)) return refuse_rest(request);
    return deposit_offer_read(request, tx);
}

void deposit_purses_tell(struct request *request, struct tx *tx, struct node *document) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    struct node *options = doc_array(document, "purses");
    doc_bool(document, "several", count > 1);
    for (size_t i = 0; i < count; i++) {
        struct account account;
        if (!ledger_account(engine_ledger(request->engine), tx, purses[i].account, &account)) continue;
        struct node *values = doc_new(request->arena), *option = doc_add_object(options);
        doc_text(values, "title", purses[i].title);
        doc_money(values, "sum", rub(account.balance - account.held));
        const struct string_argument arguments[] = {{"title", doc_get(values, "title")},
                                                    {"sum", doc_get(values, "sum")}};
        doc_id(option, "value", account.id);
        doc_text(option, "title", string_get(request->arena, &request->locale, S_deposits_purse, arguments, 2));
        doc_bool(option, "selected", field_number(request, "from") == account.id);
    }
}

/* ---- what a form asks for ---- */

static const struct refusal no_purse = {"no-account", 409, S_deposits_refused_no_purse, false};
static const struct refusal level_low = {"level-too-low", 422, S_deposits_refused_level, false};
static const struct refusal too_many = {"too-many-deposits", 409, S_deposits_refused_many, false};

static bool purse_known(struct request *request, struct tx *tx, int64_t wanted, int64_t *purse) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    *purse = count > 0 && wanted == 0 ? purses[0].account : 0;
    for (size_t i = 0; i < count && *purse == 0; i++)
        if (purses[i].account == wanted) *purse = wanted;
    return count > 0;
}

enum flow deposit_offer_take(struct request *request, struct tx *tx, struct offer *offer) {
    struct customer customer;
    if (!deposit_product_find(tx, field_number(request, "product"), &offer->product) || !offer->product.newest ||
        !offer->product.offered)
        return refuse(request, &no_product);
    request->fields_valid = true; /* a command may be run again */
    if (offer->product.terms.unit != TERM_DEMAND && !field_given(request, "term"))
        return refuse_field(request, "term", S_deposits_form_term_missing);
    if (!numbers_of(request, &offer->product.terms, &offer->sum, &offer->term)) return refuse_rest(request);
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    if ((int)customer.level < deposits_settings(request->engine)->level + 1) return refuse(request, &level_low);
    if (deposits_open_count(tx, request->caller.customer) >= DEPOSITS_MOST) return refuse(request, &too_many);
    if (!purse_known(request, tx, field_number(request, "from"), &offer->purse)) return refuse(request, &no_purse);
    if (offer->purse == 0) return refuse_field(request, "from", S_deposits_form_from_invalid);
    offer->prolongs = offer->product.terms.prolongs && field_number(request, "prolongs") != 0;
    struct account account;
    const struct money sum = rub(offer->sum);
    if (!ledger_account(engine_ledger(request->engine), tx, offer->purse, &account)) return answer_missing(request);
    if (account.frozen) return operations_refuse(request, tx, LEDGER_FROZEN, offer->purse, sum);
    if (account.balance - account.held < sum.minor)
        return operations_refuse(request, tx, LEDGER_NOT_ENOUGH, offer->purse, sum);
    return FLOW_NEXT;
}

void deposit_offer_tell(struct request *request, struct tx *tx, const struct offer *offer, struct node *document) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    product_tell(request, &offer->product, document);
    deposit_terms_tell(request->arena, &request->locale, &offer->product, doc_array(document, "facts"));
    forecast_tell(request, &offer->product.terms, offer->sum, offer->term, document);
    doc_bool(document, "goes_on", offer->prolongs);
    doc_id(document, "from", offer->purse);
    for (size_t i = 0; i < count; i++)
        if (purses[i].account == offer->purse) doc_text(document, "from_title", purses[i].title);
}

/* POST /deposits/check: all of the contract before it is signed. */
enum flow deposit_check_read(struct request *request, struct tx *tx) {
    struct offer offer;
    if (deposit_offer_take(request, tx, &offer) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    deposit_offer_tell(request, tx, &offer, document);
    return answer_ok(request, document);
}
