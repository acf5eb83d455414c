/* checkout_page.c: the page of an order, for whoever has its address: the shop, the sum, each way of paying it in parts
 * with all its days. Who is signed in chooses one, and goes on to sign it (checkout_sign.c). In a shop that is being
 * tried out a number for trials and one code do for all of it, and no money moves. */
#include "products/instalments/checkout_page.h"
#include "products/instalments/limit_policy.h"

#include "identity/common.h"
#include "products/instalments/mokka_rules.h"

static const struct refusal over = {"order-over", 409, S_instalments_refused_over, false};
static const struct refusal other_number = {"number-differs", 409, S_instalments_refused_number, false};
static const struct refusal ask_first = {"limit-first", 409, S_instalments_checkout_ask_first, false};
static const struct refusal no_limit = {"not-enough-limit", 422, S_instalments_refused_limit, false};
static const struct refusal trial_only = {"shop-on-trial", 409, S_instalments_refused_trial, false};
static const struct refusal not_trial = {"shop-not-on-trial", 409, S_instalments_refused_not_trial, false};

bool checkout_page_find(struct request *request, struct tx *tx, struct shop *shop, struct checkout_order *order) {
    return checkout_by_uid(request->engine, tx, request->params[0], order) &&
           shop_find(request->engine, tx, order->shop, shop) &&
           (shop->open || order->checkout.state != CHECKOUT_PENDING);
}

struct text checkout_page_path(const struct request *request, const struct checkout_order *order) {
    return text_format(request->arena, "/checkout/%.*s", TEXT_ARG(order->uid));
}

bool checkout_page_live(const struct request *request, const struct checkout_order *order) {
    return order->checkout.state == CHECKOUT_PENDING && !checkout_late(&order->checkout, world_now(request->world));
}

/* ---- what is told ---- */

struct text term_words(struct arena *arena, const struct locale *locale, const struct tariff_term *term) {
    struct node *values = doc_new(arena);
    doc_int(values, "count", term->parts);
    const struct string_argument argument = {"count", doc_get(values, "count")};
    bool months = term->unit == TARIFF_MONTHS;
    string_id id = term->first_now ? (months ? S_instalments_term_months_now : S_instalments_term_fortnights_now)
                                   : (months ? S_instalments_term_months : S_instalments_term_fortnights);
    return string_get(arena, locale, id, &argument, 1);
}

void purchase_rows_tell(const struct purchase_row *rows, size_t count, struct node *list) {
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_date(node, "day", date_from_days(rows[i].day));
        doc_money(node, "sum", rub(rows[i].sum));
    }
}

static void tell_term(struct request *request, const struct checkout_order *order, const struct tariff_term *term,
                      struct node *node) {
    struct purchase_row rows[PURCHASE_ROWS];
    size_t count = term_schedule(request->engine, order->checkout.sum, term, rows);
    doc_text(node, "value", term_name(request->arena, term));
    doc_text(node, "title", term_words(request->arena, &request->locale, term));
    if (count > 0) doc_money(node, "payment", rub(rows[0].sum));
    purchase_rows_tell(rows, count, doc_array(node, "rows"));
}

/* Those of the shop's terms that the order allows; how many. */
static size_t offers_of(struct engine *engine, struct tx *tx, const struct checkout_order *order, int64_t *version,
                        struct tariff_term *terms) {
    struct tariff tariff;
    *version = shop_tariff(tx, order->shop, &tariff);
    size_t all = *version != 0 ? shop_offers(engine, &tariff, order->checkout.sum, terms) : 0, count = 0;
    for (size_t i = 0; i < all; i++)
        if (order->months == 0 || term_months(&terms[i]) == order->months) terms[count++] = terms[i];
    return count;
}

static void tell_cart(const struct checkout_order *order, struct node *list) {
    for (size_t i = 0; i < order->wish.cart_count; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "name", order->wish.cart[i].name);
        doc_text(node, "quantity", order->wish.cart[i].quantity);
    }
}

void checkout_facts_tell(struct request *request, const struct shop *shop, const struct checkout_order *order,
                         struct node *document) {
    bool late = checkout_late(&order->checkout, world_now(request->world));
    enum checkout_state state = late ? CHECKOUT_EXPIRED : order->checkout.state;
    doc_text(document, "uid", order->uid);
    doc_text(document, "shop", shop->title);
    doc_bool(document, "test", shop->test);
    doc_text(document, "number", order->number);
    doc_money(document, "sum", rub(order->checkout.sum));
    if (order->prepaid > 0) doc_money(document, "prepaid", rub(order->prepaid));
    else doc_null(document, "prepaid");
    doc_text(document, "state", text_from(checkout_state_name(state)));
    doc_moment(document, "valid_till", order->checkout.valid_till);
    tell_cart(order, doc_array(document, "cart"));
}

/* Has he no limit at all? */
static bool limitless(struct tx *tx, int64_t customer) {
    struct instalment_limit limit;
    return !instalment_limit_find(tx, customer, &limit) || limit.sum == 0;
}

/* GET /checkout/{uid} */
enum flow checkout_read(struct request *request, struct tx *tx) {
    struct shop shop;
    struct checkout_order order;
    struct tariff_term terms[TARIFF_TERMS];
    int64_t version = 0;
    if (!checkout_page_find(request, tx, &shop, &order)) return answer_missing(request);
    struct node *document = doc_new(request->arena), *options = doc_array(document, "options");
    bool live = checkout_page_live(request, &order), customer = request->caller.kind == WHO_CUSTOMER;
    size_t count = live ? offers_of(request->engine, tx, &order, &version, terms) : 0;
    checkout_facts_tell(request, &shop, &order, document);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(options);
        struct text name = term_name(request->arena, &terms[i]);
        tell_term(request, &order, &terms[i], node);
        doc_bool(node, "selected", count == 1 || text_equal(field_text(request, "plan"), name));
    }
    doc_bool(document, "live", live);
    doc_bool(document, "signed_in", customer);
    doc_bool(document, "ask_first", live && customer && !shop.test && limitless(tx, request->caller.customer) &&
                                        limit_may_ask(request->engine, tx, request->caller.customer));
    doc_bool(document, "own", customer && order.customer == request->caller.customer);
    doc_text(document, "back", order.wish.redirect);
    doc_text(document, "here", checkout_page_path(request, &order));
    bool done = order.checkout.state == CHECKOUT_HOLD && order.wish.skip && order.wish.redirect.size > 0;
    if (done && request->wants_html) engine_page_goes(request, "forward", order.wish.redirect);
    return answer_ok(request, document);
}

/* ---- he chooses ---- */

static bool find_term(struct request *request, struct tx *tx, struct checkout_order *order) {
    struct tariff_term terms[TARIFF_TERMS];
    struct text wanted = field_text(request, "plan");
    size_t count = offers_of(request->engine, tx, order, &order->tariff, terms);
    for (size_t i = 0; i < count; i++) {
        if (!text_equal(wanted, term_name(request->arena, &terms[i]))) continue;
        order->term = terms[i];
        return true;
    }
    return false;
}

static enum flow see_page(struct request *request, const struct checkout_order *order) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "uid", order->uid);
    doc_text(document, "state", text_from(checkout_state_name(order->checkout.state)));
    return answer_done(request, document, checkout_page_path(request, order));
}

static enum flow decline(struct request *request, struct tx *tx, const struct shop *shop, struct checkout_order *order,
                         enum checkout_decision decision) {
    const struct checkout_doing doing = {.act = CHECKOUT_DECLINE};
    order->decision = decision;
    enum checkout_refusal refusal = checkout_do(request->engine, tx, shop, order, doing);
    return refusal == CHECKOUT_OK ? see_page(request, order) : refuse(request, &over);
}

/* FLOW_NEXT: this customer may have it. */
static enum flow may_choose(struct request *request, struct tx *tx, const struct shop *shop,
                            const struct checkout_order *order) {
    struct customer customer;
    if (!checkout_page_live(request, order)) return refuse(request, &over);
    if (shop->test) return refuse(request, &trial_only);
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    bool same = order->wish.phone.data == NULL || text_equal(order->wish.phone, customer.phone);
    return same ? FLOW_NEXT : refuse(request, &other_number);
}

/* POST /checkout/{uid}: {plan}. Who has no limit at all asks for one first, and the order waits; who was refused one is
 * declined, and the shop hears of it. */
enum flow checkout_choose(struct request *request, struct tx *tx) {
    struct shop shop;
    struct checkout_order order;
    request->fields_valid = true;
    if (!checkout_page_find(request, tx, &shop, &order)) return answer_missing(request);
    if (may_choose(request, tx, &shop, &order) == FLOW_ANSWERED) return FLOW_ANSWERED;
    order.customer = request->caller.customer;
    if (!find_term(request, tx, &order)) return refuse_field(request, "plan", S_instalments_plan_wrong);
    if (limitless(tx, order.customer))
        return limit_may_ask(request->engine, tx, order.customer)
                   ? refuse(request, &ask_first)
                   : decline(request, tx, &shop, &order, DECISION_DECLINED);
    if (checkout_free(request->engine, tx, order.customer) < order.checkout.sum) return refuse(request, &no_limit);
    order.decision = DECISION_APPROVED;
    checkout_save(request->engine, tx, &order);
    return checkout_sign_begin(request, tx, &shop, &order);
}

/* POST /checkout/{uid}/refuse: he does not want it. */
enum flow checkout_refuse(struct request *request, struct tx *tx) {
    struct shop shop;
    struct checkout_order order;
    if (!checkout_page_find(request, tx, &shop, &order)) return answer_missing(request);
    if (may_choose(request, tx, &shop, &order) == FLOW_ANSWERED) return FLOW_ANSWERED;
    order.customer = request->caller.customer;
    return decline(request, tx, &shop, &order, DECISION_APPROVED);
}

/* ---- a shop that is being tried out ---- */

/* FLOW_NEXT with the number's meaning. */
enum flow trial_enter(struct request *request, struct text known, enum mokka_trial *trial) {
    struct text phone = known;
    request->fields_valid = true;
    if (known.data == NULL && !mokka_phone_read(request->arena, field_text(request, "phone"), &phone))
        return refuse_field(request, "phone", S_instalments_trial_number);
    *trial = mokka_trial_of(phone);
    if (*trial == MOKKA_TRIAL_NONE) return refuse_field(request, "phone", S_instalments_trial_number);
    bool right = text_is(field_text(request, "code"), MOKKA_TRIAL_CODE);
    return right ? FLOW_NEXT : refuse_field(request, "code", S_instalments_trial_code);
}

/* POST /checkout/{uid}/trial: {plan, phone, code} */
enum flow checkout_trial(struct request *request, struct tx *tx) {
    struct shop shop;
    struct checkout_order order;
    enum mokka_trial trial = MOKKA_TRIAL_NONE;
    const struct checkout_doing doing = {.act = CHECKOUT_CONSENT};
    if (!checkout_page_find(request, tx, &shop, &order)) return answer_missing(request);
    if (!shop.test) return refuse(request, &not_trial);
    if (!checkout_page_live(request, &order)) return refuse(request, &over);
    if (trial_enter(request, order.wish.phone, &trial) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (trial != MOKKA_TRIAL_APPROVED)
        return decline(request, tx, &shop, &order,
                       trial == MOKKA_TRIAL_REFUSED ? DECISION_DECLINED : DECISION_APPROVED);
    if (!find_term(request, tx, &order)) return refuse_field(request, "plan", S_instalments_plan_wrong);
    if (order.wish.phone.data == NULL)
        (void)mokka_phone_read(request->arena, field_text(request, "phone"), &order.wish.phone);
    order.decision = DECISION_APPROVED;
    return checkout_do(request->engine, tx, &shop, &order, doing) == CHECKOUT_OK ? see_page(request, &order)
                                                                                 : refuse(request, &over);
}
