/* sale_page.c: the cashier's pages (IN-3): a customer's number and a sum; each way of paying, of which the customer
 * names one; the code that he tells; the goods handed over, or all of it taken back. */
#include "products/instalments/sale.h"

#include "base/phone.h"
#include "identity/common.h"
#include "operations/operations.h"

STATEMENT(put, "INSERT INTO instalment_sale (shop, checkout, cashier, stage) VALUES ($1, $2, $3, $4)");

static const struct refusal taken = {"order-exists", 409, S_instalments_till_taken, false};
static const struct refusal outside = {"sum-outside-tariff", 422, S_instalments_till_outside, false};
static const struct refusal too_late = {"order-over", 409, S_instalments_orders_late, false};
static const struct refusal not_so = {"not-in-this-state", 409, S_instalments_orders_state, false};
static const struct refusal no_limit = {"not-enough-limit", 409, S_instalments_orders_limit, false};

/* ---- begun ---- */

/* GET /shop/till */
enum flow till_sales_page(struct request *request, struct tx *tx) {
    struct shop_person person;
    if (shop_enter(request, tx, SHOP_CASHIER, &person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    shop_shell(request, &person, document);
    doc_bool(document, "test", person.shop.test);
    till_sales_tell(request, tx, &person, doc_array(document, "sales"));
    return answer_ok(request, document);
}

/* A shop on trial takes numbers for trials alone, and no other shop takes one. */
static enum flow read_phone(struct request *request, bool test, struct text *phone) {
    struct text typed = field_text(request, "phone");
    struct phone parsed;
    if (test) {
        bool ten = mokka_phone_read(request->arena, typed, phone);
        if (!ten && phone_parse(typed, &parsed) != PHONE_INVALID)
            *phone = text_copy(request->arena, phone_text(&parsed));
        return phone->data != NULL && mokka_trial_of(*phone) != MOKKA_TRIAL_NONE
                   ? FLOW_NEXT
                   : refuse_field(request, "phone", S_instalments_trial_number);
    }
    if (phone_parse(typed, &parsed) != PHONE_MOBILE)
        return refuse_field(request, "phone", S_instalments_till_phone_wrong);
    *phone = text_copy(request->arena, phone_text(&parsed));
    return FLOW_NEXT;
}

/* The shop's own, or eight digits that nobody has. */
static struct text number_of(struct request *request) {
    if (field_given(request, "number")) return field_text(request, "number");
    return text_format(request->arena, "T-%08d", (int)world_random_below(request->world, 100000000));
}

static enum flow see_sale(struct request *request, const struct sale *sale, bool created) {
    struct node *document = doc_new(request->arena);
    struct text place = text_format(request->arena, "/shop/till/%.*s", TEXT_ARG(sale->order.uid));
    doc_text(document, "uid", sale->order.uid);
    doc_text(document, "number", sale->order.number);
    doc_text(document, "state", text_from(checkout_state_name(sale->order.checkout.state)));
    return created ? answer_created(request, document, place) : answer_done(request, document, place);
}

/* POST /shop/till: {phone, sum, number}. Nothing goes out yet. */
enum flow sale_begin(struct request *request, struct tx *tx) {
    struct sale sale = {.stage = SALE_ASKED};
    struct tariff_term terms[TARIFF_TERMS];
    int64_t version;
    struct text phone = TEXT_NONE;
    request->fields_valid = true;
    if (shop_enter(request, tx, SHOP_CASHIER, &sale.person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (read_phone(request, sale.person.shop.test, &phone) == FLOW_ANSWERED) return FLOW_ANSWERED;
    moment until = world_now(request->world) + instalments_settings(request->engine)->order_life;
    sale.order = (struct checkout_order){
        .shop = sale.person.shop.id,
        .number = number_of(request),
        .checkout = {.state = CHECKOUT_PENDING, .sum = field_number(request, "sum"), .valid_till = until},
        .wish = {.phone = phone, .callback = TEXT(""), .redirect = TEXT("")}};
    if (sale_offers(request, tx, &sale, &version, terms) == 0) return refuse_at(request, "sum", &outside);
    if (!checkout_add(request->engine, tx, &sale.order)) return refuse_at(request, "number", &taken);
    tx_run(tx, &put,
           VALUES(V_INT(sale.order.shop), V_INT(sale.order.id), V_TEXT(sale.person.login), V_INT(SALE_ASKED)));
    return see_sale(request, &sale, true);
}

/* ---- one of them ---- */

static void tell_offers(struct request *request, struct tx *tx, const struct sale *sale, struct node *list) {
    struct tariff_term terms[TARIFF_TERMS];
    struct purchase_row rows[PURCHASE_ROWS];
    int64_t version;
    size_t count = sale_offers(request, tx, sale, &version, terms);
    struct text named = field_known(request, "plan") ? field_text(request, "plan") : TEXT_NONE;
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        struct text name = term_name(request->arena, &terms[i]);
        size_t days = term_schedule(request->engine, sale->order.checkout.sum, &terms[i], rows);
        doc_text(node, "value", name);
        doc_text(node, "title", term_words(request->arena, &request->locale, &terms[i]));
        if (days > 0) doc_money(node, "payment", rub(rows[0].sum));
        purchase_rows_tell(rows, days, doc_array(node, "rows"));
        doc_bool(node, "selected", count == 1 || text_equal(named, name));
    }
}

/* Whether anything can still be signed. */
static bool tell_state(struct request *request, const struct sale *sale, struct node *document) {
    static const char *const stages[] = {"", "choose", "code", "nobody"};
    const struct checkout *checkout = &sale->order.checkout;
    bool late = checkout_late(checkout, world_now(request->world));
    bool live = !late && checkout->state == CHECKOUT_PENDING, hold = !late && checkout->state == CHECKOUT_HOLD;
    doc_text(document, "state", text_from(checkout_state_name(late ? CHECKOUT_EXPIRED : checkout->state)));
    doc_text(document, "stage", live ? text_from(stages[sale->stage]) : TEXT_NONE);
    doc_bool(document, "live", live);
    doc_bool(document, "asks", live && sale->stage == SALE_CODE);
    doc_bool(document, "nobody", live && sale->stage == SALE_NOBODY);
    doc_bool(document, "signup", engine_enabled(request->engine, "till"));
    doc_bool(document, "may_finish", hold);
    doc_bool(document, "may_cancel", live || hold);
    return live;
}

/* GET /shop/till/{uid} */
enum flow sale_page(struct request *request, struct tx *tx) {
    struct sale sale;
    struct purchase_row rows[PURCHASE_ROWS];
    if (sale_asked(request, tx, &sale) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct checkout_order *order = &sale.order;
    struct node *document = doc_new(request->arena);
    struct text phone = order->wish.phone;
    shop_shell(request, &sale.person, document);
    doc_text(document, "uid", order->uid);
    doc_text(document, "number", order->number);
    doc_text(document, "phone",
             phone.data != NULL ? operations_unbroken(request->arena, phone_pretty(request->arena, phone)) : TEXT_NONE);
    doc_text(document, "phone_plain", phone);
    doc_money(document, "sum", rub(order->checkout.sum));
    doc_moment(document, "valid_till", order->checkout.valid_till);
    doc_bool(document, "test", sale.person.shop.test);
    bool live = tell_state(request, &sale, document);
    struct node *options = doc_array(document, "options");
    if (live) tell_offers(request, tx, &sale, options);
    if (order->term.parts > 0) doc_text(document, "term", term_words(request->arena, &request->locale, &order->term));
    else doc_null(document, "term");
    purchase_rows_tell(rows, checkout_schedule(request->engine, tx, order, rows), doc_array(document, "rows"));
    if (live && sale.stage == SALE_CODE) sale_code_tell(request, tx, &sale, document);
    return answer_ok(request, document);
}

/* ---- ended ---- */

static enum flow act(struct request *request, struct tx *tx, enum checkout_act what) {
    struct sale sale;
    if (sale_asked(request, tx, &sale) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct checkout_doing doing = {.act = what, .sum = sale.order.checkout.sum};
    switch (checkout_do(request->engine, tx, &sale.person.shop, &sale.order, doing)) {
    case CHECKOUT_OK: return see_sale(request, &sale, false);
    case CHECKOUT_TOO_LATE: return refuse(request, &too_late);
    case CHECKOUT_NO_LIMIT: return refuse(request, &no_limit);
    default: return refuse(request, &not_so);
    }
}

/* POST /shop/till/{uid}/finish: the goods were handed over. */
enum flow sale_finish(struct request *request, struct tx *tx) {
    return act(request, tx, CHECKOUT_FINISH);
}

/* POST /shop/till/{uid}/cancel */
enum flow sale_cancel(struct request *request, struct tx *tx) {
    return act(request, tx, CHECKOUT_CANCEL);
}
