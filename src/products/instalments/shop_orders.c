/* shop_orders.c: the shop's orders in its cabinet: found by state and number, each with its goods, days and all that
 * happened to it; finished, taken back and returned by its people, as its program does (IN-6). */
#include "products/instalments/shop_side.h"

#include "identity/common.h"

#define SHOWN 50
#define SEES (SHOP_ORDERS | SHOP_OWNER | SHOP_MONEY)

static const struct refusal wrong_sum = {"sum-wrong", 422, S_instalments_orders_sum, false};
static const struct refusal too_late = {"order-over", 409, S_instalments_orders_late, false};
static const struct refusal not_so = {"not-in-this-state", 409, S_instalments_orders_state, false};
static const struct refusal refused = {"not-enough-limit", 409, S_instalments_orders_limit, false};

/* ---- the list ---- */

static void tell_order(const struct checkout_order *order, moment now, struct node *node) {
    bool late = checkout_late(&order->checkout, now);
    doc_text(node, "uid", order->uid);
    doc_text(node, "number", order->number);
    doc_text(node, "state", text_from(checkout_state_name(late ? CHECKOUT_EXPIRED : order->checkout.state)));
    doc_money(node, "sum", rub(order->checkout.sum));
    doc_money(node, "finished", rub(order->checkout.finished));
    doc_money(node, "returned", rub(order->checkout.returned));
    doc_moment(node, "made", id_moment(order->id));
    doc_moment(node, "valid_till", order->checkout.valid_till);
}

static struct checkout_look look_of(const struct request *request) {
    struct checkout_look look = {.beginning = field_text(request, "q"), .before = INT64_MAX};
    if (field_given(request, "before")) look.before = field_number(request, "before");
    (void)checkout_state_read(field_text(request, "state"), &look.state);
    return look;
}

static void tell_states(struct request *request, struct node *list) {
    static const string_id titles[] = {S_none,
                                       S_instalments_orders_pending,
                                       S_instalments_orders_hold,
                                       S_instalments_orders_finished,
                                       S_instalments_orders_canceled,
                                       S_instalments_orders_declined,
                                       S_instalments_orders_expired,
                                       S_instalments_orders_refunded};
    for (int i = 0; i <= CHECKOUT_REFUNDED; i++) {
        struct text name = i > 0 ? text_from(checkout_state_name((enum checkout_state)i)) : TEXT("");
        struct node *node = doc_add_object(list);
        doc_text(node, "value", name);
        doc_text(node, "title", string_get(request->arena, &request->locale,
                                           i > 0 ? titles[i] : S_instalments_orders_all, NULL, 0));
        doc_bool(node, "selected", text_equal(field_text(request, "state"), name));
    }
}

/* GET /shop/orders */
enum flow shop_orders_page(struct request *request, struct tx *tx) {
    struct shop_person person;
    if (shop_enter(request, tx, SEES, &person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct checkout_look look = look_of(request);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "orders");
    struct checkout_order *orders = arena_array(request->arena, struct checkout_order, SHOWN + 1);
    size_t count = checkouts_of(request->engine, tx, person.shop.id, &look, orders, SHOWN + 1);
    for (size_t i = 0; i < count && i < SHOWN; i++)
        tell_order(&orders[i], world_now(request->world), doc_add_object(list));
    shop_shell(request, &person, document);
    tell_states(request, doc_array(document, "states"));
    doc_text(document, "q", field_text(request, "q"));
    doc_text(document, "state", field_text(request, "state"));
    if (count > SHOWN && look.beginning.size == 0) doc_id(document, "before", orders[SHOWN - 1].id);
    else doc_null(document, "before");
    return answer_ok(request, document);
}

/* ---- one of them ---- */

/* FLOW_NEXT: the shop's own. */
static enum flow find(struct request *request, struct tx *tx, unsigned roles, struct shop_person *person,
                      struct checkout_order *order) {
    if (shop_enter(request, tx, roles, person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return checkout_by_uid(request->engine, tx, request->params[0], order) && order->shop == person->shop.id
               ? FLOW_NEXT
               : answer_missing(request);
}

/* GET /shop/orders/{uid} */
enum flow shop_order_page(struct request *request, struct tx *tx) {
    struct shop_person person;
    struct checkout_order order;
    struct purchase_row days[PURCHASE_ROWS];
    if (find(request, tx, SEES, &person, &order) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    const struct checkout *checkout = &order.checkout;
    bool late = checkout_late(checkout, world_now(request->world)), acts = (person.roles & SHOP_ORDERS) != 0;
    shop_shell(request, &person, document);
    tell_order(&order, world_now(request->world), document);
    struct node *cart = doc_array(document, "cart");
    for (size_t i = 0; i < order.wish.cart_count; i++) {
        struct node *item = doc_add_object(cart);
        doc_text(item, "name", order.wish.cart[i].name);
        doc_text(item, "quantity", order.wish.cart[i].quantity);
    }
    doc_text(document, "term", order.term.parts > 0 ? term_words(request->arena, &request->locale, &order.term)
                                                    : TEXT_NONE);
    size_t count = checkout_schedule(request->engine, tx, &order, days);
    purchase_rows_tell(days, count, doc_array(document, "rows"));
    order_events_tell(tx, &order, doc_array(document, "events"));
    doc_bool(document, "may_finish", acts && !late && checkout->state == CHECKOUT_HOLD);
    doc_bool(document, "may_cancel",
             acts && !late && (checkout->state == CHECKOUT_HOLD || checkout->state == CHECKOUT_PENDING));
    doc_bool(document, "may_return", acts && checkout->state == CHECKOUT_FINISHED);
    doc_money(document, "rest", rub(checkout->finished - checkout->returned));
    return answer_ok(request, document);
}

static enum flow refuse_as(struct request *request, enum checkout_refusal refusal) {
    switch (refusal) {
    case CHECKOUT_WRONG_SUM:
    case CHECKOUT_SUM_DIFFERS: return refuse_at(request, "sum", &wrong_sum);
    case CHECKOUT_TOO_LATE: return refuse(request, &too_late);
    case CHECKOUT_NO_LIMIT: return refuse(request, &refused);
    default: return refuse(request, &not_so);
    }
}

/* An empty sum is all of it. */
static enum flow act(struct request *request, struct tx *tx, enum checkout_act what) {
    struct shop_person person;
    struct checkout_order order;
    request->fields_valid = true;
    if (find(request, tx, SHOP_ORDERS, &person, &order) == FLOW_ANSWERED) return FLOW_ANSWERED;
    int64_t all = what == CHECKOUT_RETURN ? order.checkout.finished - order.checkout.returned : order.checkout.sum;
    bool said = field_known(request, "sum") && field_given(request, "sum");
    const struct checkout_doing doing = {.act = what, .sum = said ? field_number(request, "sum") : all};
    order.by = person.login;
    enum checkout_refusal refusal = checkout_do(request->engine, tx, &person.shop, &order, doing);
    if (refusal != CHECKOUT_OK) return refuse_as(request, refusal);
    struct node *document = doc_new(request->arena);
    tell_order(&order, world_now(request->world), document);
    return answer_done(request, document, text_format(request->arena, "/shop/orders/%.*s", TEXT_ARG(order.uid)));
}

/* POST /shop/orders/{uid}/finish: {sum} */
enum flow shop_order_finish(struct request *request, struct tx *tx) {
    return act(request, tx, CHECKOUT_FINISH);
}

/* POST /shop/orders/{uid}/cancel */
enum flow shop_order_cancel(struct request *request, struct tx *tx) {
    return act(request, tx, CHECKOUT_CANCEL);
}

/* POST /shop/orders/{uid}/return: {sum} */
enum flow shop_order_return(struct request *request, struct tx *tx) {
    return act(request, tx, CHECKOUT_RETURN);
}
