/* acquirer.c: the acquirer's payment page, status and refunds. What a card does is decided by its number (cards.c). */
#include "sandbox/acquirer.h"
#include "sandbox/bank.h"
#include "sandbox/billers.h"
#include "sandbox/centre.h"
#include "sandbox/esia.h"
#include "sandbox/lender.h"
#include "sandbox/store.h"
#include "sandbox/terminals.h"

#include "generated/strings_sandbox.h"
#include "generated/templates.h"

#include <stdio.h>
#include <string.h>

#define LATEST 20
#define DEAF_TIMES 2 /* how often the status of a deaf card's order fails */

static struct sandbox *sandbox_of(const struct request *request) {
    return request->engine_state;
}

static int64_t now_s(const struct request *request) {
    return world_now(request->world) / SECOND;
}

/* ---- forms ---- */

static const char *const acts[] = {"pay", "cancel", NULL};
#define ORDER_FIELDS                                                                                                   \
    {.name = "merchant", .type = FIELD_TEXT, .required = true, .max = 60},                                             \
        {.name = "order", .type = FIELD_TEXT, .required = true, .max = 20},                                            \
        {.name = "sum", .type = FIELD_TEXT, .required = true, .max = 20},                                              \
        {.name = "return", .type = FIELD_TEXT, .required = true, .max = 500},                                          \
        {.name = "expires", .type = FIELD_INT, .required = true}, {.name = "language", .type = FIELD_TEXT, .max = 10}, \
    {                                                                                                                  \
        .name = "signature", .type = FIELD_TEXT, .required = true, .max = 64                                           \
    }
FORM(order_form, ORDER_FIELDS);
FORM(card_form, ORDER_FIELDS, {.name = "number", .type = FIELD_TEXT, .max = 40},
     {.name = "expiry", .type = FIELD_TEXT, .max = 10}, {.name = "cvv", .type = FIELD_SECRET, .max = 10},
     {.name = "act", .type = FIELD_CHOICE, .choices = acts});
FORM(status_form, {.name = "merchant", .type = FIELD_TEXT, .required = true, .max = 60},
     {.name = "order", .type = FIELD_TEXT, .required = true, .max = 20});
FORM(refund_form, {.name = "merchant", .type = FIELD_TEXT, .required = true, .max = 60},
     {.name = "order", .type = FIELD_TEXT, .required = true, .max = 20},
     {.name = "refund", .type = FIELD_TEXT, .required = true, .max = 20},
     {.name = "sum", .type = FIELD_TEXT, .required = true, .max = 20});

static const struct refusal bad_order = {"bad-order", 400, S_sandbox_refused_order, false};
static const struct refusal bad_signature = {"bad-signature", 401, S_sandbox_refused_signature, false};
static const struct refusal unknown_order = {"unknown-order", 404, S_sandbox_refused_unknown, false};
static const struct refusal not_refundable = {"not-refundable", 409, S_sandbox_refused_refund, false};
static const struct refusal broken = {"broken", 500, S_sandbox_refused_broken, false};

/* ---- the order in the address ---- */

static bool order_signed(const struct request *request) {
    struct buffer message = buffer_new(request->arena, 256);
    buffer_add_literal(&message, "pay");
    static const char *const names[] = {"merchant", "order", "sum", "return"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        buffer_add_char(&message, '\n');
        buffer_add_text(&message, field_text(request, names[i]));
    }
    buffer_format(&message, "\n%lld", (long long)field_number(request, "expires"));
    struct text wanted = sign(request->arena, sandbox_of(request)->secret, buffer_text(&message));
    return text_equal_secret(wanted, field_text(request, "signature"));
}

static void copy(char *place, size_t room, struct text text) {
    snprintf(place, room, "%.*s", TEXT_ARG(text));
}

static bool no_blanks(struct text text) {
    return text.size > 0 && memchr(text.data, ' ', text.size) == NULL;
}

/* The order as the books have it, else as the signed address tells it. */
static enum flow find_order(struct request *request, struct order *order) {
    struct money sum;
    struct text merchant = field_text(request, "merchant"), id = field_text(request, "order");
    if (!request->fields_valid || !order_signed(request) || !no_blanks(merchant) || !no_blanks(id) ||
        !money_parse(field_text(request, "sum"), CURRENCY_RUB, &sum))
        return refuse(request, &bad_order);
    if (books_find(sandbox_of(request)->books, merchant, id, now_s(request), order)) return FLOW_NEXT;
    *order = (struct order){
        .state = ORDER_PENDING, .expires_s = field_number(request, "expires"), .made_s = now_s(request)};
    copy(order->merchant, sizeof order->merchant, merchant);
    copy(order->id, sizeof order->id, id);
    copy(order->sum, sizeof order->sum, field_text(request, "sum"));
    if (order->expires_s < now_s(request)) order->state = ORDER_EXPIRED;
    return books_keep(sandbox_of(request)->books, order) ? FLOW_NEXT : refuse(request, &broken);
}

/* ---- the page ---- */

static void choose_language(struct request *request) {
    enum language language;
    if (language_from(field_text(request, "language"), &language)) request->locale.language = language;
}

static enum flow draw_page(struct request *request, const struct order *order, string_id error) {
    struct money sum;
    money_parse(text_from(order->sum), CURRENCY_RUB, &sum);
    struct node *document = doc_new(request->arena);
    doc_money(document, "total", sum);
    doc_text(document, "state", text_from(order_state_name(order->state)));
    static const char *const names[] = {"merchant", "order", "sum", "return", "language", "signature"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        doc_text(document, names[i], field_text(request, names[i]));
    doc_int(document, "expires", field_number(request, "expires"));
    bool pending = order->state == ORDER_PENDING && order->reference[0] == '\0';
    doc_bool(document, "payable", pending);
    if (error != 0) doc_text(document, "error", string_get(request->arena, &request->locale, error, NULL, 0));
    bool typed = request->method == METHOD_POST;
    doc_text(document, "number", typed ? field_text(request, "number") : TEXT_NONE);
    doc_text(document, "expiry", typed ? field_text(request, "expiry") : TEXT_NONE);
    struct node *cards = doc_array(document, "cards");
    for (size_t i = 0; i < CARD_FAULTS; i++) {
        struct node *card = doc_add_object(cards);
        doc_text(card, "card", text_from(test_cards[i].number));
        doc_text(card, "about", string_get(request->arena, &request->locale, test_cards[i].about, NULL, 0));
    }
    answer_ok(request, document);
    if (error != 0) request->answer.status = 422;
    return FLOW_ANSWERED;
}

static enum flow pay_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct order order;
    if (request->fields_valid) choose_language(request);
    if (find_order(request, &order) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return draw_page(request, &order, 0);
}

/* ---- paying ---- */

static void tell(struct sandbox *sandbox, const struct order *order, struct callback callback, int64_t after_us) {
    callback.order = *order;
    if (callback.told == 0) callback.told = order->state;
    courier_send(sandbox->courier, &callback, after_us);
}

static void tell_all(struct sandbox *sandbox, const struct order *order) {
    switch (order->fault) {
    case CARD_PAYS:
    case CARD_DECLINES: tell(sandbox, order, (struct callback){0}, 0); return;
    case CARD_SLOW: tell(sandbox, order, (struct callback){.decide = true}, sandbox->slow_us); return;
    case CARD_SILENT:
    case CARD_DEAF: return;
    case CARD_TWICE:
        tell(sandbox, order, (struct callback){0}, 0);
        tell(sandbox, order, (struct callback){0}, SECOND / 10);
        return;
    case CARD_LATE: tell(sandbox, order, (struct callback){0}, sandbox->late_us); return;
    case CARD_CONTRADICTS:
        tell(sandbox, order, (struct callback){0}, 0);
        tell(sandbox, order, (struct callback){.told = ORDER_DECLINED}, SECOND / 10);
        return;
    case CARD_GARBAGE:
        tell(sandbox, order, (struct callback){.bad_signature = true}, 0);
        tell(sandbox, order, (struct callback){.bad_body = true}, SECOND / 10);
        return;
    case CARD_OTHER_SUM: tell(sandbox, order, (struct callback){.sum = "99999.00"}, 0); return;
    case CARD_FAULTS: return;
    }
}

static struct text digits_of(struct arena *arena, struct text typed) {
    struct buffer out = buffer_new(arena, 24);
    for (size_t i = 0; i < typed.size; i++)
        if (typed.data[i] != ' ' && typed.data[i] != '-') buffer_add_char(&out, typed.data[i]);
    return buffer_text(&out);
}

static string_id problem_of(enum card_problem problem) {
    switch (problem) {
    case CARD_FINE: return 0;
    case CARD_BAD_NUMBER: return S_sandbox_bad_number;
    case CARD_BAD_EXPIRY: return S_sandbox_bad_expiry;
    case CARD_EXPIRED: return S_sandbox_card_expired;
    case CARD_BAD_CVV: return S_sandbox_bad_cvv;
    }
    return 0;
}

static enum flow charge(struct request *request, struct order *order, struct text number) {
    struct sandbox *sandbox = sandbox_of(request);
    order->fault = card_fault_of(number);
    order->state = order->fault == CARD_DECLINES ? ORDER_DECLINED
                   : order->fault == CARD_SLOW   ? ORDER_PENDING
                                                 : ORDER_PAID;
    uint8_t bytes[6];
    world_random(request->world, bytes, sizeof bytes);
    copy(order->reference, sizeof order->reference, text_hex(request->arena, bytes, sizeof bytes));
    if (!books_keep(sandbox->books, order)) return refuse(request, &broken);
    tell_all(sandbox, order);
    return answer_see(request, field_text(request, "return"));
}

static enum flow pay_act(struct request *request, struct tx *tx) {
    (void)tx;
    struct order order;
    if (request->fields_valid) choose_language(request);
    if (find_order(request, &order) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (order.state != ORDER_PENDING || order.reference[0] != '\0')
        return answer_see(request, field_text(request, "return")); /* pressed twice, or too late: it is told there */
    if (field_given(request, "act") && field_number(request, "act") == 1) {
        order.state = ORDER_CANCELLED;
        if (!books_keep(sandbox_of(request)->books, &order)) return refuse(request, &broken);
        tell(sandbox_of(request), &order, (struct callback){0}, 0);
        return answer_see(request, field_text(request, "return"));
    }
    struct text number = digits_of(request->arena, field_text(request, "number"));
    struct date today = civil_at(world_now(request->world), zone_utc()).date;
    enum card_problem problem = card_check(number, digits_of(request->arena, field_text(request, "expiry")),
                                           field_text(request, "cvv"), today);
    if (problem != CARD_FINE) return draw_page(request, &order, problem_of(problem));
    return charge(request, &order, number);
}

/* ---- status and refunds ---- */

static struct node *order_document(struct request *request, const struct order *order) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "merchant", text_copy(request->arena, text_from(order->merchant)));
    doc_text(document, "order", text_copy(request->arena, text_from(order->id)));
    doc_text(document, "sum", text_copy(request->arena, text_from(order->sum)));
    doc_text(document, "status", text_from(order_state_name(order->state)));
    doc_text(document, "reference", text_copy(request->arena, text_from(order->reference)));
    return document;
}

static enum flow status_answer(struct request *request, struct tx *tx) {
    (void)tx;
    struct sandbox *sandbox = sandbox_of(request);
    struct order order;
    if (!authorization_matches(sandbox->secret, "status", request->authorization, request->query, now_s(request)))
        return refuse(request, &bad_signature);
    if (!request->fields_valid || !books_find(sandbox->books, field_text(request, "merchant"),
                                              field_text(request, "order"), now_s(request), &order))
        return refuse(request, &unknown_order);
    if (order.fault == CARD_DEAF && order.status_failures < DEAF_TIMES) {
        order.status_failures++;
        books_keep(sandbox->books, &order);
        return refuse(request, &broken);
    }
    return answer_ok(request, order_document(request, &order));
}

static enum flow refund_act(struct request *request, struct tx *tx) {
    (void)tx;
    struct sandbox *sandbox = sandbox_of(request);
    struct order order;
    if (!authorization_matches(sandbox->secret, "refund", request->authorization, request->body, now_s(request)))
        return refuse(request, &bad_signature);
    if (!request->fields_valid || !books_find(sandbox->books, field_text(request, "merchant"),
                                              field_text(request, "order"), now_s(request), &order))
        return refuse(request, &unknown_order);
    struct text refund = field_text(request, "refund");
    bool repeated = order.refund[0] != '\0' && text_is(refund, order.refund);
    if (!repeated && (order.state != ORDER_PAID || order.refund[0] != '\0' || !no_blanks(refund) ||
                      !text_is(field_text(request, "sum"), order.sum)))
        return refuse(request, &not_refundable);
    copy(order.refund, sizeof order.refund, refund);
    if (!repeated && !books_keep(sandbox->books, &order)) return refuse(request, &broken);
    struct node *document = doc_new(request->arena);
    doc_text(document, "status", TEXT("refunded"));
    doc_text(document, "refund", refund);
    return answer_ok(request, document);
}

/* ---- what this is ---- */

static enum flow index_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    doc_text(document, "kabinet", text_from(sandbox_of(request)->kabinet));
    struct node *cards = doc_array(document, "cards");
    for (size_t i = 0; i < CARD_FAULTS; i++) {
        struct node *card = doc_add_object(cards);
        doc_text(card, "card", text_from(test_cards[i].number));
        doc_text(card, "about", string_get(request->arena, &request->locale, test_cards[i].about, NULL, 0));
    }
    struct order latest[LATEST];
    size_t count = books_latest(sandbox_of(request)->books, latest, LATEST);
    struct node *orders = doc_array(document, "orders");
    for (size_t i = 0; i < count; i++) {
        struct node *order = order_document(request, &latest[i]);
        struct node *place = doc_add_object(orders);
        place->first = order->first;
        place->last = order->last;
        place->count = order->count;
        doc_moment(place, "made", latest[i].made_s * SECOND);
        doc_bool(place, "refunded", latest[i].refund[0] != '\0');
        doc_bool(place, "disputable", latest[i].state == ORDER_PAID && latest[i].refund[0] == '\0');
    }
    return answer_ok(request, document);
}

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, index_page}},
     .page = &template_sandbox_index},
    {.method = METHOD_GET,
     .path = "/acquirer/pay",
     .who = WHO_ANYONE,
     .form = &order_form,
     .stages = {{STAGE_READ, pay_page}},
     .page = &template_sandbox_pay},
    {.method = METHOD_POST,
     .path = "/acquirer/pay",
     .who = WHO_ANYONE,
     .form = &card_form,
     .stages = {{STAGE_READ, pay_act}},
     .page = &template_sandbox_pay},
    {.method = METHOD_GET,
     .path = "/acquirer/status",
     .who = WHO_PARTNER,
     .form = &status_form,
     .stages = {{STAGE_READ, status_answer}}},
    {.method = METHOD_POST,
     .path = "/acquirer/refund",
     .who = WHO_PARTNER,
     .form = &refund_form,
     .stages = {{STAGE_READ, refund_act}}},
};

const struct route *const sandbox_routes[] = {&routes[0],      &routes[1],      &routes[2],      &routes[3],
                                              &routes[4],      &acquirer_bind_routes[0],
                                              &acquirer_bind_routes[1], &acquirer_bind_routes[2],
                                              &acquirer_bind_routes[3], &acquirer_bind_routes[4],
                                              &acquirer_bind_routes[5], &acquirer_payout_routes[0],
                                              &acquirer_payout_routes[1], &acquirer_payout_routes[2],
                                              &acquirer_payout_routes[3], &acquirer_dispute_route,
                                              &esia_routes[0], &esia_routes[1], &esia_routes[2],
                                              &esia_routes[3], &billers_routes[0], &billers_routes[1],
                                              &billers_routes[2],
                                              &billers_routes[3], &billers_routes[4], &billers_routes[5],
                                              &billers_routes[6],
                                              &billers_routes[7],
                                              &terminals_routes[0], &terminals_routes[1], &terminals_routes[2],
                                              &terminals_routes[3], &bank_routes[0], &bank_routes[1],
                                              &bank_routes[2], &bank_routes[3], &bank_pages_routes[0],
                                              &bank_pages_routes[1], &bank_pages_routes[2], &bank_pages_routes[3],
                                              &bank_pages_routes[4], &bank_pages_routes[5],
                                              &centre_routes[0], &centre_routes[1],
                                              &centre_routes[2], &centre_routes[3], &centre_routes[4],
                                              &centre_routes[5], &centre_routes[6], &centre_api_routes[0],
                                              &centre_api_routes[1], &centre_api_routes[2], &centre_desk_routes[0],
                                              &centre_desk_routes[1], &centre_desk_routes[2],
                                              &centre_checkout_routes[0], &centre_checkout_routes[1],
                                              &centre_checkout_routes[2],
                                              &shop_routes[0], &shop_routes[1], &shop_routes[2],
                                              &shop_routes[3], &shop_routes[4], &store_routes[0],
                                              &store_routes[1], &store_routes[2], &store_routes[3],
                                              &store_routes[4], &store_routes[5], &lender_routes[0],
                                              &lender_pages_routes[0], &lender_pages_routes[1],
                                              &lender_pages_routes[2], &lender_pages_routes[3],
                                              &lender_pages_routes[4], &lender_pages_routes[5],
                                              &lender_pages_routes[6], NULL};
