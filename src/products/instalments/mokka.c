/* mokka.c: the shop's program: Mokka's factoring interface (README.md). A request is signed by SHA-1 over the shop's
 * key and the raw bytes of its body; before that is right nothing is told but which part of it is missing. Whatever is
 * refused by the interface's rules is answered 200 with its code, as its clients expect. */
#include "products/instalments/mokka_read.h"

#include "base/json.h"
#include "identity/identity.h"
#include "products/instalments/mokka_rules.h"
#include "shops/shops_rules.h"

struct mokka_call {
    struct shop shop;
    struct mokka_wish wish;
};

/* ---- answers ---- */

/* The method `limit` has its code in `meta`. */
static struct node *document_of(struct request *request, int code, bool meta) {
    struct node *document = doc_new(request->arena), *place = meta ? doc_object(document, "meta") : document;
    doc_int(place, "status", code);
    doc_text(place, "message", text_from(mokka_message(code)));
    return document;
}

static enum flow told(struct request *request, int code) {
    return answer_ok(request, document_of(request, code, false));
}

/* ---- who asks ---- */

static bool signed_by(struct request *request, struct tx *tx, int64_t shop, struct text json, struct text signature) {
    struct text keys[SHOP_KEYS], said = text_lower_ascii(request->arena, signature);
    size_t count = shop_keys(request->engine, tx, shop, keys, SHOP_KEYS);
    bool right = false;
    for (size_t i = 0; i < count; i++)
        right = text_equal_secret(shop_signature_sha1(request->arena, keys[i], json), said) || right;
    return right;
}

/* A mokka_code; MOKKA_OK with the shop and the body, read. */
static int enter(struct request *request, struct tx *tx, struct shop *shop, struct json_t **body) {
    struct text store, signature;
    int64_t id = 0;
    mokka_query_read(request->query, &store, &signature);
    if (store.data == NULL) return MOKKA_STORE_MISSING;
    if (!text_to_int(store, &id) || !shop_find(request->engine, tx, id, shop) || !shop->open)
        return MOKKA_STORE_UNKNOWN;
    if (signature.data == NULL) return MOKKA_SIGNATURE_MISSING;
    struct text json = mokka_body(request->content_type, request->body);
    if (!signed_by(request, tx, id, json, signature)) return MOKKA_SIGNATURE_WRONG;
    *body = json.size > 0 ? json_read(request->arena, json) : NULL;
    return *body != NULL ? MOKKA_OK : MOKKA_JSON;
}

/* FLOW_NEXT with *call. */
static enum flow look(struct request *request, struct tx *tx, unsigned parts, struct mokka_call *call) {
    struct json_t *body = NULL;
    int code = enter(request, tx, &call->shop, &body);
    if (code == MOKKA_OK) code = mokka_read(request->engine, request->arena, body, parts, &call->wish);
    return code == MOKKA_OK ? FLOW_NEXT : told(request, code);
}

static enum flow look_for_command(struct request *request, struct tx *tx, unsigned parts) {
    struct mokka_call *call = arena_new_of(request->arena, struct mokka_call);
    request->scratch = call;
    return look(request, tx, parts, call);
}

enum flow mokka_precheck_look(struct request *request, struct tx *tx) {
    return look_for_command(request, tx,
                            MOKKA_PART_NESTED | MOKKA_PART_NUMBER | MOKKA_PART_AMOUNT | MOKKA_PART_URLS);
}

enum flow mokka_limit_look(struct request *request, struct tx *tx) {
    return look_for_command(request, tx, MOKKA_PART_NESTED | MOKKA_PART_NUMBER | MOKKA_PART_URLS);
}

enum flow mokka_cancel_look(struct request *request, struct tx *tx) {
    return look_for_command(request, tx, MOKKA_PART_NUMBER);
}

enum flow mokka_change_look(struct request *request, struct tx *tx) {
    return look_for_command(request, tx, MOKKA_PART_NUMBER | MOKKA_PART_AMOUNT | MOKKA_PART_CART);
}

/* Of finish and return alike. */
enum flow mokka_sum_look(struct request *request, struct tx *tx) {
    return look_for_command(request, tx, MOKKA_PART_NUMBER | MOKKA_PART_AMOUNT);
}

/* ---- an order is asked for ---- */

/* May so much be sold by that shop today, for so many months where it says so. A mokka_code. */
static int sellable(struct request *request, struct tx *tx, int64_t shop, int64_t sum, int64_t months) {
    struct tariff tariff;
    struct tariff_term terms[TARIFF_TERMS];
    if (shop_tariff(tx, shop, &tariff) == 0) return MOKKA_OUTSIDE_TARIFF;
    size_t count = shop_offers(request->engine, &tariff, sum, terms);
    if (count == 0) return MOKKA_OUTSIDE_TARIFF;
    for (size_t i = 0; i < count; i++)
        if (months == 0 || term_months(&terms[i]) == months) return MOKKA_OK;
    return MOKKA_TERM;
}

static enum flow told_page(struct request *request, const char *place, struct text uid) {
    struct node *document = document_of(request, MOKKA_OK, false);
    doc_text(document, "iframe_url",
             text_format(request->arena, "%s/%s/%.*s", engine_config(request->engine)->public_url, place,
                         TEXT_ARG(uid)));
    return answer_ok(request, document);
}

/* Asked for again: as it is said now, while nobody has signed. */
static enum flow ask_again(struct request *request, struct tx *tx, const struct mokka_call *call,
                           struct checkout_order *order) {
    const struct mokka_wish *wish = &call->wish;
    const struct checkout_doing doing = {
        .act = CHECKOUT_ASK, .sum = wish->sum - wish->prepaid, .valid_till = wish->valid_till};
    enum checkout_refusal refusal = checkout_do(request->engine, tx, &call->shop, order, doing);
    if (refusal != CHECKOUT_OK) return told(request, checkout_code(CHECKOUT_ASK, refusal));
    order->prepaid = wish->prepaid;
    order->months = wish->months;
    order->wish = wish->wish;
    checkout_save(request->engine, tx, order);
    return told_page(request, "checkout", order->uid);
}

/* POST /factoring/v1/precheck/auth */
enum flow mokka_precheck(struct request *request, struct tx *tx) {
    const struct mokka_call *call = request->scratch;
    const struct mokka_wish *wish = &call->wish;
    moment now = world_now(request->world);
    struct checkout_order order;
    int code = sellable(request, tx, call->shop.id, wish->sum - wish->prepaid, wish->months);
    if (code != MOKKA_OK) return told(request, code);
    if (checkout_find(request->engine, tx, call->shop.id, wish->number, &order))
        return ask_again(request, tx, call, &order);
    if (wish->valid_till != 0 && wish->valid_till <= now) return told(request, MOKKA_TIME_WRONG);
    order = (struct checkout_order){
        .shop = call->shop.id,
        .number = wish->number,
        .checkout = {.state = CHECKOUT_PENDING,
                     .sum = wish->sum - wish->prepaid,
                     .valid_till = wish->valid_till != 0 ? wish->valid_till
                                                         : now + instalments_settings(request->engine)->order_life},
        .prepaid = wish->prepaid,
        .months = wish->months,
        .wish = wish->wish};
    if (!checkout_add(request->engine, tx, &order)) return told(request, MOKKA_OTHER);
    return told_page(request, "checkout", order.uid);
}

/* ---- what is done with it ---- */

/* FLOW_NEXT with the shop's own order. */
static enum flow find(struct request *request, struct tx *tx, const struct mokka_call *call,
                      struct checkout_order *order) {
    bool found = checkout_find(request->engine, tx, call->shop.id, call->wish.number, order);
    return found ? FLOW_NEXT : told(request, MOKKA_NOT_FOUND);
}

static enum flow act(struct request *request, struct tx *tx, enum checkout_act what) {
    const struct mokka_call *call = request->scratch;
    struct checkout_order order;
    const struct checkout_doing doing = {.act = what, .sum = call->wish.sum};
    if (find(request, tx, call, &order) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return told(request, checkout_code(what, checkout_do(request->engine, tx, &call->shop, &order, doing)));
}

/* POST /factoring/v1/precheck/cancel */
enum flow mokka_cancel(struct request *request, struct tx *tx) {
    return act(request, tx, CHECKOUT_CANCEL);
}

/* POST /factoring/v1/precheck/finish */
enum flow mokka_finish(struct request *request, struct tx *tx) {
    return act(request, tx, CHECKOUT_FINISH);
}

/* POST /factoring/v1/return */
enum flow mokka_return(struct request *request, struct tx *tx) {
    return act(request, tx, CHECKOUT_RETURN);
}

/* POST /factoring/v1/precheck/change. As when it was asked for, the sum holds what was prepaid. */
enum flow mokka_change(struct request *request, struct tx *tx) {
    const struct mokka_call *call = request->scratch;
    struct checkout_order order;
    struct purchase_row rows[PURCHASE_ROWS];
    if (find(request, tx, call, &order) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (call->wish.sum <= order.prepaid) return told(request, MOKKA_PREPAYMENT);
    const struct checkout_doing doing = {
        .act = CHECKOUT_CHANGE, .sum = call->wish.sum - order.prepaid, .valid_till = call->wish.valid_till};
    bool open = order.checkout.state == CHECKOUT_PENDING || order.checkout.state == CHECKOUT_HOLD;
    int code = open ? sellable(request, tx, call->shop.id, doing.sum, 0) : MOKKA_OK;
    if (code == MOKKA_OK)
        code = checkout_code(CHECKOUT_CHANGE, checkout_do(request->engine, tx, &call->shop, &order, doing));
    if (code != MOKKA_OK) return told(request, code);
    order.wish.cart_count = call->wish.wish.cart_count;
    for (size_t i = 0; i < order.wish.cart_count; i++) order.wish.cart[i] = call->wish.wish.cart[i];
    checkout_save(request->engine, tx, &order);
    struct node *document = document_of(request, MOKKA_OK, false);
    size_t count = checkout_schedule(request->engine, tx, &order, rows);
    mokka_schedule_tell(request->arena, rows, count, doc_array(document, "schedule"));
    return answer_ok(request, document);
}

/* ---- what is asked alone ---- */

/* POST /factoring/v1/status. An order whose time is over is told so, whether or not the job has come to it. */
enum flow mokka_status(struct request *request, struct tx *tx) {
    static const char *const decisions[] = {NULL, "approved", "declined"};
    struct mokka_call call;
    struct checkout_order order;
    moment now = world_now(request->world);
    if (look(request, tx, MOKKA_PART_NUMBER, &call) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (find(request, tx, &call, &order) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = document_of(request, MOKKA_OK, false), *told = doc_object(document, "current_order");
    const struct checkout *checkout = &order.checkout;
    enum checkout_state state = checkout_late(checkout, now) ? CHECKOUT_EXPIRED : checkout->state;
    bool live = state == CHECKOUT_PENDING || state == CHECKOUT_HOLD || state == CHECKOUT_FINISHED;
    doc_text(told, "order_id", order.number);
    doc_bool(told, "expired", !live);
    doc_text(told, "status", text_from(checkout_state_name(state)));
    doc_text(told, "decision", text_from(decisions[order.decision]));
    doc_text(told, "amount", money_decimal(request->arena, rub(checkout->finished > 0 ? checkout->finished
                                                                                       : checkout->sum)));
    if (order.term.parts > 0) doc_int(told, "term", term_months(&order.term));
    else doc_null(told, "term");
    checkout_sold_tell(request->arena, checkout, told);
    return answer_ok(request, document);
}

/* Sums are numbers there, which documents have none of: so this one is written by hand. */
static void write_offer(struct request *request, int64_t sum, const struct tariff_term *term, struct buffer *out) {
    struct purchase_row rows[PURCHASE_ROWS];
    struct arena *arena = request->arena;
    size_t count = term_schedule(request->engine, sum, term, rows);
    struct text total = money_decimal(arena, rub(sum)),
                first = money_decimal(arena, rub(count > 0 ? rows[0].sum : 0));
    buffer_format(out, "{\"total\":%.*s,\"monthly_payment\":%.*s,\"monthly_overpayment\":0,\"term\":%lld,",
                  TEXT_ARG(total), TEXT_ARG(first), (long long)term_months(term));
    buffer_add_literal(out, "\"payment_dates\":[");
    for (size_t i = 0; i < count; i++)
        buffer_format(out, "%s{\"date\":\"%.*s\",\"amount\":\"%.*s\"}", i > 0 ? "," : "",
                      TEXT_ARG(mokka_date(arena, rows[i].day)), TEXT_ARG(money_decimal(arena, rub(rows[i].sum))));
    buffer_add_literal(out, "]}");
}

/* POST /factoring/v1/schedule */
enum flow mokka_schedule(struct request *request, struct tx *tx) {
    struct mokka_call call;
    struct tariff tariff;
    struct tariff_term terms[TARIFF_TERMS];
    struct buffer out = buffer_new(request->arena, 2048);
    if (look(request, tx, MOKKA_PART_AMOUNT, &call) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool has = shop_tariff(tx, call.shop.id, &tariff) != 0;
    size_t count = has ? shop_offers(request->engine, &tariff, call.wish.sum, terms) : 0;
    buffer_format(&out, "{\"status\":0,\"message\":\"%s\",\"payment_schedule\":[", mokka_message(MOKKA_OK));
    for (size_t i = 0; i < count; i++) {
        if (i > 0) buffer_add_char(&out, ',');
        write_offer(request, call.wish.sum, &terms[i], &out);
    }
    buffer_add_literal(&out, "]}");
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){.content_type = "application/json", .bytes = buffer_text(&out)};
    return answer_file(request, file);
}

/* Of a shop that is being tried out the number alone says it. */
static const char *trial_limit(struct text phone, int64_t *sum) {
    enum mokka_trial trial = mokka_trial_of(phone);
    *sum = trial == MOKKA_TRIAL_APPROVED ? INSTALMENTS_TRIAL_LIMIT : 0;
    if (trial == MOKKA_TRIAL_NONE) return "new";
    return trial == MOKKA_TRIAL_APPROVED ? "active" : "inactive";
}

/* Who has a limit and may not buy now is told with the limit, inactive. */
static const char *real_limit(struct request *request, struct tx *tx, struct text phone, int64_t *sum) {
    struct instalment_limit limit;
    int64_t customer = identity_by_phone(request->engine, tx, phone);
    if (customer == 0 || !instalment_limit_find(tx, customer, &limit)) return "new";
    *sum = checkout_free(request->engine, tx, customer);
    if (*sum > 0) return "active";
    *sum = limit.sum;
    return "inactive";
}

/* POST /api/external/v1/client/limit */
enum flow mokka_client_limit(struct request *request, struct tx *tx) {
    struct shop shop;
    struct json_t *body = NULL;
    struct text phone;
    int64_t sum = 0;
    int code = enter(request, tx, &shop, &body);
    if (code == MOKKA_OK) code = mokka_read_client(request->arena, body, &phone);
    struct node *document = document_of(request, code, true);
    if (code != MOKKA_OK) return answer_ok(request, document);
    const char *status = shop.test ? trial_limit(phone, &sum) : real_limit(request, tx, phone, &sum);
    struct node *client = doc_object(document, "client");
    doc_text(client, "mobile_phone", mokka_phone(phone));
    doc_text(client, "limit_amount", money_decimal(request->arena, rub(sum)));
    doc_text(client, "status", text_from(status));
    return answer_ok(request, document);
}

/* POST /factoring/v1/limit/auth */
enum flow mokka_limit_ask(struct request *request, struct tx *tx) {
    const struct mokka_call *call = request->scratch;
    struct text uid = limit_ask_put(request->engine, tx, call->shop.id, call->wish.number, &call->wish.wish);
    return uid.data != NULL ? told_page(request, "limit", uid) : told(request, MOKKA_OTHER);
}
