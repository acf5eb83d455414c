/* shop.c: a shop without a server of its own but for callbacks: its customer is sent to Kabinet's public form with the
 * shop's public key, and a signed callback says that he has paid (QIWI P2P bills). What goes wrong with the callback is
 * chosen with the order. Its books are in memory and in a journal (journal.h):
 *
 *     keys SITE PUBLIC SECRET
 *     order NUMBER KOPECKS FAULT MADE
 *     paid NUMBER
 */
#include "sandbox/sandbox.h"

#include "base/json.h"
#include "generated/strings_sandbox.h"
#include "generated/templates.h"
#include "sandbox/journal.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER 32
#define KEY 128
#define LATEST 20
#define BOOKS_MOST 1000
#define ORDERS_MOST 100000

enum shop_fault { SHOP_NONE, SHOP_DEAF, SHOP_SLOW, SHOP_ERROR, SHOP_GARBAGE, SHOP_LOST, SHOP_STORM, SHOP_FAULTS };
static const char *const fault_names[SHOP_FAULTS] = {"none", "deaf", "slow", "error", "garbage", "lost", "storm"};
static const string_id fault_words[SHOP_FAULTS] = {
    S_sandbox_shfault_none,    S_sandbox_shfault_deaf, S_sandbox_shfault_slow, S_sandbox_shfault_error,
    S_sandbox_shfault_garbage, S_sandbox_shfault_lost, S_sandbox_shfault_storm};

struct shop_order {
    char number[NUMBER];
    int64_t sum, made_s;
    enum shop_fault fault;
    bool paid;
    int asked; /* callbacks that came, in this process's life */
};

struct shop {
    pthread_mutex_t lock;
    struct shop_order *orders;
    size_t count, room;
    char site[KEY], public_key[KEY], secret[KEY];
    int64_t odd; /* callbacks that were wrongly signed, of another sum, or about nothing of ours */
    struct journal *journal;
};

/* ---- books ---- */

static struct shop_order *find(struct shop *shop, struct text number) {
    for (size_t i = shop->count; i > 0; i--)
        if (text_is(number, shop->orders[i - 1].number)) return &shop->orders[i - 1];
    return NULL;
}

static bool keep(struct shop *shop, const struct shop_order *order) {
    if (shop->count == ORDERS_MOST) return false;
    if (shop->count == shop->room) {
        size_t room = shop->room > 0 ? 2 * shop->room : 64;
        struct shop_order *orders = reallocarray(shop->orders, room, sizeof *orders);
        if (orders == NULL) return false;
        shop->orders = orders;
        shop->room = room;
    }
    shop->orders[shop->count++] = *order;
    return true;
}

static bool take_line(void *self, const char *line) {
    struct shop *shop = self;
    struct shop_order order = {.paid = false};
    long long sum, made;
    int fault;
    char number[NUMBER];
    if (sscanf(line, "keys %127s %127s %127s", shop->site, shop->public_key, shop->secret) == 3) return true;
    if (sscanf(line, "order %31s %lld %d %lld", order.number, &sum, &fault, &made) == 4) {
        order.sum = sum;
        order.made_s = made;
        order.fault = (enum shop_fault)fault;
        return fault >= 0 && fault < SHOP_FAULTS && keep(shop, &order);
    }
    struct shop_order *paid = sscanf(line, "paid %31s", number) == 1 ? find(shop, text_from(number)) : NULL;
    if (paid != NULL) paid->paid = true;
    return paid != NULL;
}

struct shop *shop_open(const char *journal, struct text *problem) {
    struct shop *shop = calloc(1, sizeof *shop);
    if (shop == NULL) return NULL;
    pthread_mutex_init(&shop->lock, NULL);
    shop->journal = journal_open(journal, take_line, shop, problem);
    if (shop->journal != NULL) return shop;
    shop_close(shop);
    return NULL;
}

void shop_close(struct shop *shop) {
    journal_close(shop->journal);
    free(shop->orders);
    pthread_mutex_destroy(&shop->lock);
    free(shop);
}

/* ---- forms ---- */

FORM(order_form, {.name = "sum", .type = FIELD_MONEY, .required = true, .min = 1, .max = 99999999},
     {.name = "fault", .type = FIELD_TEXT, .max = 20});
FORM(keys_form, {.name = "site", .type = FIELD_TEXT, .required = true, .max = KEY - 1},
     {.name = "public_key", .type = FIELD_TEXT, .required = true, .max = KEY - 1},
     {.name = "secret_key", .type = FIELD_SECRET, .required = true, .max = KEY - 1});

static const struct refusal bad_fields = {"bad-request", 422, S_sandbox_refused_fields, false};
static const struct refusal bad_signature = {"bad-signature", 401, S_sandbox_refused_signature, false};
static const struct refusal broken = {"broken", 500, S_sandbox_refused_broken, false};

static struct sandbox *sandbox_of(const struct request *request) {
    return request->engine_state;
}

static struct shop *shop_of(const struct request *request) {
    return sandbox_of(request)->shop;
}

/* ---- the page ---- */

static void tell_orders(struct request *request, struct node *list, size_t most) {
    struct shop *shop = shop_of(request);
    pthread_mutex_lock(&shop->lock);
    for (size_t i = shop->count; i > 0 && shop->count - i < most; i--) {
        const struct shop_order *order = &shop->orders[i - 1];
        struct node *node = doc_add_object(list);
        doc_text(node, "number", text_copy(request->arena, text_from(order->number)));
        doc_text(node, "sum", money_decimal(request->arena, rub(order->sum)));
        doc_text(node, "fault", text_from(fault_names[order->fault]));
        doc_bool(node, "paid", order->paid);
        doc_int(node, "callbacks", order->asked);
        doc_moment(node, "made", order->made_s * SECOND);
    }
    pthread_mutex_unlock(&shop->lock);
}

static enum flow shop_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct shop *shop = shop_of(request);
    struct node *document = doc_new(request->arena), *faults = doc_array(document, "faults");
    for (int i = 0; i < SHOP_FAULTS; i++) {
        struct node *place = doc_add_object(faults);
        doc_text(place, "value", text_from(fault_names[i]));
        doc_text(place, "about", string_get(request->arena, &request->locale, fault_words[i], NULL, 0));
    }
    pthread_mutex_lock(&shop->lock);
    doc_text(document, "site", text_copy(request->arena, text_from(shop->site)));
    doc_text(document, "public_key", text_copy(request->arena, text_from(shop->public_key)));
    pthread_mutex_unlock(&shop->lock);
    doc_text(document, "kabinet", text_from(sandbox_of(request)->kabinet));
    doc_text(document, "callback", text_format(request->arena, "http://%.*s/shop/paid", TEXT_ARG(request->host)));
    doc_text(document, "own", text_format(request->arena, "http://%.*s", TEXT_ARG(request->host)));
    tell_orders(request, doc_array(document, "orders"), LATEST);
    return answer_ok(request, document);
}

static bool one_word(struct text text) {
    return text.size > 0 && text_find(text, ' ') < 0 && text_find(text, '\n') < 0;
}

static enum flow keys_set(struct request *request, struct tx *tx) {
    (void)tx;
    struct shop *shop = shop_of(request);
    struct text site = field_text(request, "site"), public_key = field_text(request, "public_key");
    struct text secret = field_text(request, "secret_key");
    if (!request->fields_valid || !one_word(site) || !one_word(public_key) || !one_word(secret))
        return refuse(request, &bad_fields);
    struct text line = text_format(request->arena, "keys %.*s %.*s %.*s\n", TEXT_ARG(site), TEXT_ARG(public_key),
                                   TEXT_ARG(secret));
    pthread_mutex_lock(&shop->lock);
    bool good = take_line(shop, line.data) && journal_add(shop->journal, line.data);
    pthread_mutex_unlock(&shop->lock);
    return good ? answer_done(request, doc_new(request->arena), TEXT("/shop")) : refuse(request, &broken);
}

/* ---- an order: the customer goes on to Kabinet ---- */

static bool fault_named(struct text name, enum shop_fault *fault) {
    for (int i = 0; i < SHOP_FAULTS; i++)
        if (text_is(name, fault_names[i])) {
            *fault = (enum shop_fault)i;
            return true;
        }
    return false;
}

static enum flow order_add(struct request *request, struct tx *tx) {
    (void)tx;
    struct shop *shop = shop_of(request);
    struct shop_order order = {.sum = field_number(request, "sum"), .made_s = world_now(request->world) / SECOND};
    struct text fault = field_given(request, "fault") ? field_text(request, "fault") : TEXT("none");
    if (!request->fields_valid || !fault_named(fault, &order.fault)) return refuse(request, &bad_fields);
    snprintf(order.number, sizeof order.number, "shop-%lld", (long long)world_id(request->world));
    struct text line = text_format(request->arena, "order %s %lld %d %lld\n", order.number, (long long)order.sum,
                                   (int)order.fault, (long long)order.made_s);
    pthread_mutex_lock(&shop->lock);
    bool good = shop->public_key[0] != '\0' && journal_add(shop->journal, line.data) && keep(shop, &order);
    struct text form = text_format(
        request->arena, "%s/create?publicKey=%s&billId=%s&amount=%lld.%02lld&successUrl=http%%3A%%2F%%2F%.*s%%2Fshop",
        sandbox_of(request)->kabinet, shop->public_key, order.number, (long long)(order.sum / 100),
        (long long)(order.sum % 100), TEXT_ARG(request->host));
    pthread_mutex_unlock(&shop->lock);
    if (!good) return refuse(request, &broken);
    struct node *document = doc_new(request->arena);
    doc_text(document, "number", text_copy(request->arena, text_from(order.number)));
    doc_text(document, "form", form);
    return answer_created(request, document, form);
}

/* ---- callbacks ---- */

struct notice {
    struct text number, value, currency, site, status;
};

static struct text member(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    return json_is_string(value) ? (struct text){json_string_value(value), json_string_length(value)} : TEXT("");
}

static void notice_read(struct request *request, struct notice *notice) {
    const json_t *top = json_read(request->arena, request->body), *bill = json_object_get(top, "bill");
    const json_t *amount = json_object_get(bill, "amount");
    *notice = (struct notice){member(bill, "billId"), member(amount, "value"), member(amount, "currency"),
                                  member(bill, "siteId"), member(json_object_get(bill, "status"), "value")};
}

/* With the shop's lock: it is signed by our key, of our site, and says of an order of ours that it is paid. */
static struct shop_order *notice_good(struct request *request, struct shop *shop, const struct notice *told) {
    struct money sum;
    struct text wanted = sign(request->arena, text_from(shop->secret),
                              text_format(request->arena, "%.*s|%.*s|%.*s|%.*s|%.*s", TEXT_ARG(told->currency),
                                          TEXT_ARG(told->value), TEXT_ARG(told->number), TEXT_ARG(told->site),
                                          TEXT_ARG(told->status)));
    struct shop_order *order = find(shop, told->number);
    bool good = order != NULL && text_equal_secret(wanted, request->api_signature) && text_is(told->site, shop->site) &&
                text_is(told->status, "PAID") && money_parse(told->value, CURRENCY_RUB, &sum) &&
                sum.minor == order->sum;
    return good ? order : NULL;
}

/* What goes wrong this time. */
static enum shop_fault fault_now(struct request *request, const struct shop_order *order) {
    static const int times[SHOP_FAULTS] = {
        [SHOP_DEAF] = 2, [SHOP_SLOW] = 1000, [SHOP_ERROR] = 2, [SHOP_GARBAGE] = 1, [SHOP_LOST] = 1, [SHOP_STORM] = 3};
    if (order->asked >= times[order->fault]) return SHOP_NONE;
    return order->fault == SHOP_STORM ? (enum shop_fault)world_random_below(request->world, SHOP_STORM) : order->fault;
}

static enum flow answer_garbage(struct request *request) {
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    file->content_type = "text/html";
    file->bytes = TEXT("<html><body>Bad Gateway</body>");
    answer_file(request, file);
    request->answer.status = 502;
    return FLOW_ANSWERED;
}

static enum flow answer_with(struct request *request, enum shop_fault fault) {
    struct sandbox *sandbox = sandbox_of(request);
    struct node *document = doc_new(request->arena);
    if (fault == SHOP_ERROR) return refuse(request, &broken);
    if (fault == SHOP_GARBAGE) return answer_garbage(request);
    if (fault == SHOP_DEAF) answer_never(request, sandbox->late_us);
    if (fault == SHOP_LOST) answer_never(request, 0);
    if (fault == SHOP_SLOW) answer_after(request, sandbox->slow_us);
    doc_text(document, "error", TEXT("0"));
    return answer_ok(request, document);
}

/* POST /shop/paid: noted before it is answered, unless the fault is that it is not heard. */
static enum flow paid_hear(struct request *request, struct tx *tx) {
    (void)tx;
    struct shop *shop = shop_of(request);
    struct notice told;
    notice_read(request, &told);
    pthread_mutex_lock(&shop->lock);
    struct shop_order *order = notice_good(request, shop, &told);
    if (order == NULL) shop->odd++;
    enum shop_fault fault = order != NULL ? fault_now(request, order) : SHOP_NONE;
    bool hears = order != NULL && (fault == SHOP_NONE || fault == SHOP_SLOW || fault == SHOP_LOST), written = true;
    if (order != NULL) order->asked++;
    if (hears && !order->paid) {
        written = journal_add(shop->journal, text_format(request->arena, "paid %s\n", order->number).data);
        order->paid = written;
    }
    pthread_mutex_unlock(&shop->lock);
    if (order == NULL) return refuse(request, &bad_signature);
    return written ? answer_with(request, fault) : refuse(request, &broken);
}

/* ---- the books ---- */

static enum flow books_tell(struct request *request, struct tx *tx) {
    (void)tx;
    struct shop *shop = shop_of(request);
    struct node *document = doc_new(request->arena);
    int64_t count = 0, sum = 0;
    pthread_mutex_lock(&shop->lock);
    for (size_t i = 0; i < shop->count; i++) {
        count += shop->orders[i].paid;
        sum += shop->orders[i].paid ? shop->orders[i].sum : 0;
    }
    doc_int(document, "paid", count);
    doc_text(document, "sum", money_decimal(request->arena, rub(sum)));
    doc_int(document, "all", (int64_t)shop->count);
    doc_int(document, "odd", shop->odd);
    pthread_mutex_unlock(&shop->lock);
    tell_orders(request, doc_array(document, "orders"), BOOKS_MOST);
    return answer_ok(request, document);
}

const struct route shop_routes[SHOP_ROUTES] = {
    {.method = METHOD_GET,
     .path = "/shop",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, shop_page}},
     .page = &template_sandbox_shop},
    {.method = METHOD_POST,
     .path = "/shop/keys",
     .who = WHO_ANYONE,
     .form = &keys_form,
     .stages = {{STAGE_READ, keys_set}},
     .page = &template_sandbox_shop},
    {.method = METHOD_POST,
     .path = "/shop/orders",
     .who = WHO_ANYONE,
     .form = &order_form,
     .stages = {{STAGE_READ, order_add}},
     .page = &template_sandbox_shop},
    {.method = METHOD_POST,
     .path = "/shop/paid",
     .who = WHO_PARTNER,
     .stages = {{STAGE_READ, paid_hear}},
     .flags = ROUTE_NO_CSRF | ROUTE_RAW_BODY},
    {.method = METHOD_GET, .path = "/shop/books", .who = WHO_ANYONE, .stages = {{STAGE_READ, books_tell}}},
};
