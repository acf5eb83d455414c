/* store_pages.c: the partner shop's pages: goods, an order's page with what may be done with it, the shop's keys; and
 * where Kabinet's callbacks come in. */
#include "sandbox/store.h"

#include "base/json.h"
#include "generated/strings_sandbox.h"
#include "generated/templates.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define LATEST 20

static const string_id fault_words[STORE_FAULTS] = {
    S_sandbox_stfault_none,  S_sandbox_stfault_deaf, S_sandbox_stfault_slow,
    S_sandbox_stfault_error, S_sandbox_stfault_lost, S_sandbox_stfault_hasty};

FORM(keys_form, {.name = "store_id", .type = FIELD_TEXT, .required = true, .max = STORE_KEY - 1},
     {.name = "secret_key", .type = FIELD_SECRET, .required = true, .max = STORE_KEY - 1});
#define QUANTITY(sku) {.name = sku, .type = FIELD_INT, .max = STORE_QUANTITY_MOST}
FORM(order_form, QUANTITY("kettle"), QUANTITY("boots"), QUANTITY("phone"), QUANTITY("lamp"), QUANTITY("bicycle"),
     QUANTITY("book"), {.name = "mobile", .type = FIELD_PHONE}, {.name = "fault", .type = FIELD_TEXT, .max = 20});
static const char *const acts[] = {"finish", "change", "cancel", "return", "status", NULL};
FORM(act_form, {.name = "act", .type = FIELD_CHOICE, .required = true, .choices = acts},
     {.name = "sum", .type = FIELD_MONEY, .min = 1, .max = 99999999});

static const struct refusal bad_fields = {"bad-request", 422, S_sandbox_refused_fields, false};
static const struct refusal empty_cart = {"empty-cart", 422, S_sandbox_refused_cart, false};
static const struct refusal bad_signature = {"bad-signature", 401, S_sandbox_refused_signature, false};
static const struct refusal unknown = {"unknown", 404, S_sandbox_refused_unknown, false};
static const struct refusal broken = {"broken", 500, S_sandbox_refused_broken, false};

static struct sandbox *sandbox_of(const struct request *request) {
    return request->engine_state;
}

static struct store *store_of(const struct request *request) {
    return sandbox_of(request)->store;
}

static struct text kept(struct request *request, const char *string) {
    return text_copy(request->arena, text_from(string));
}

static struct text sum_of(struct request *request, int64_t sum) {
    return money_decimal(request->arena, rub(sum));
}

/* ---- what is shown ---- */

static void tell_order(struct request *request, struct node *node, const struct store_order *order) {
    doc_text(node, "number", kept(request, order->number));
    doc_text(node, "sum", sum_of(request, order->sum));
    doc_text(node, "sent", sum_of(request, order->sent));
    doc_text(node, "returned", sum_of(request, order->returned));
    doc_text(node, "state", text_from(store_state_name(order->state)));
    doc_text(node, "fault", text_from(store_fault_names[order->fault]));
    if (order->form[0] != '\0') doc_text(node, "form", kept(request, order->form));
    doc_int(node, "code", order->code);
    doc_int(node, "callbacks", order->asked);
    doc_moment(node, "made", order->made_s * SECOND);
}

static void tell_goods(struct request *request, struct node *list, const int *quantities) {
    for (size_t i = 0; i < STORE_GOODS; i++) {
        if (quantities != NULL && quantities[i] == 0) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "sku", text_from(store_goods[i].sku));
        doc_text(node, "title", string_get(request->arena, &request->locale, store_goods[i].title, NULL, 0));
        doc_text(node, "price", sum_of(request, store_goods[i].price));
        if (quantities != NULL) doc_int(node, "quantity", quantities[i]);
    }
}

static enum flow store_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct store *store = store_of(request);
    struct node *document = doc_new(request->arena), *faults = doc_array(document, "faults");
    for (int i = 0; i < STORE_FAULTS; i++) {
        struct node *place = doc_add_object(faults);
        doc_text(place, "value", text_from(store_fault_names[i]));
        doc_text(place, "about", string_get(request->arena, &request->locale, fault_words[i], NULL, 0));
    }
    tell_goods(request, doc_array(document, "goods"), NULL);
    doc_text(document, "kabinet", text_from(sandbox_of(request)->kabinet));
    struct node *list = doc_array(document, "orders");
    pthread_mutex_lock(&store->lock);
    doc_text(document, "store_id", kept(request, store->id));
    doc_int(document, "odd", store->odd);
    for (size_t i = store->count; i > 0 && store->count - i < LATEST; i--)
        tell_order(request, doc_add_object(list), &store->orders[i - 1]);
    pthread_mutex_unlock(&store->lock);
    return answer_ok(request, document);
}

/* A copy of the path's order. */
static bool order_find(struct request *request, struct store_order *order) {
    struct store *store = store_of(request);
    pthread_mutex_lock(&store->lock);
    const struct store_order *found = store_find(store, request->params[0]);
    if (found != NULL) *order = *found;
    pthread_mutex_unlock(&store->lock);
    return found != NULL;
}

static enum flow order_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct store_order order;
    if (!order_find(request, &order)) return refuse(request, &unknown);
    struct node *document = doc_new(request->arena);
    tell_order(request, document, &order);
    tell_goods(request, doc_array(document, "goods"), order.quantities);
    doc_bool(document, "to_sign", order.state == STORE_ASKED);
    doc_bool(document, "held", order.state == STORE_APPROVED);
    doc_bool(document, "gone", order.state == STORE_SENT && order.returned < order.sent);
    if (order.state == STORE_APPROVED) doc_text(document, "proposed", sum_of(request, order.sum));
    if (order.state == STORE_SENT) doc_text(document, "proposed", sum_of(request, order.sent - order.returned));
    return answer_ok(request, document);
}

/* ---- asking Kabinet ---- */

static struct store_asking asking_of(struct request *request, const char *method, struct text body) {
    struct store *store = store_of(request);
    struct store_asking asking = {.kabinet = sandbox_of(request)->kabinet, .method = method, .body = body};
    pthread_mutex_lock(&store->lock);
    memcpy(asking.id, store->id, sizeof asking.id);
    memcpy(asking.secret, store->secret, sizeof asking.secret);
    pthread_mutex_unlock(&store->lock);
    return asking;
}

/* Writes down what became of the order; false: it could not be written. */
static bool note(struct request *request, const struct store_order *changed) {
    struct store *store = store_of(request);
    pthread_mutex_lock(&store->lock);
    struct store_order *order = store_find(store, text_from(changed->number));
    bool good = order != NULL && store_note(store, changed);
    if (good) {
        int asked = order->asked;
        *order = *changed;
        order->asked = asked;
    }
    pthread_mutex_unlock(&store->lock);
    return good;
}

static struct text order_path(struct request *request, const struct store_order *order) {
    return text_format(request->arena, "/store/orders/%s", order->number);
}

static void add_goods(struct request *request, struct buffer *out, const struct store_order *order) {
    const char *comma = "";
    buffer_format(out, ",\"cart_items\":[");
    for (size_t i = 0; i < STORE_GOODS; i++) {
        if (order->quantities[i] == 0) continue;
        struct text title = string_get(request->arena, &request->locale, store_goods[i].title, NULL, 0);
        buffer_format(out, "%s{\"sku\":\"%s\",\"name\":\"%.*s\",\"price\":%lld.%02lld,\"quantity\":%d}", comma,
                      store_goods[i].sku, TEXT_ARG(title), (long long)(store_goods[i].price / 100),
                      (long long)(store_goods[i].price % 100), order->quantities[i]);
        comma = ",";
    }
    buffer_add_char(out, ']');
}

static struct text auth_body(struct request *request, const struct store_order *order, struct text mobile) {
    struct buffer out = buffer_new(request->arena, 1024);
    buffer_format(&out, "{\"callback_url\":\"http://%.*s/store/decided\"", TEXT_ARG(request->host));
    buffer_format(&out, ",\"redirect_url\":\"http://%.*s/store/orders/%s\"", TEXT_ARG(request->host), order->number);
    if (mobile.size == 12) buffer_format(&out, ",\"primary_phone\":\"%.*s\"", 10, mobile.data + 2); /* without +7 */
    buffer_format(&out, ",\"current_order\":{\"order_id\":\"%s\",\"amount\":\"%lld.%02lld\"}", order->number,
                  (long long)(order->sum / 100), (long long)(order->sum % 100));
    add_goods(request, &out, order);
    buffer_add_char(&out, '}');
    return buffer_text(&out);
}

/* ---- a new order: its customer goes on to Kabinet's page ---- */

static bool fault_named(struct text name, enum store_fault *fault) {
    for (int i = 0; i < STORE_FAULTS; i++)
        if (text_is(name, store_fault_names[i])) {
            *fault = (enum store_fault)i;
            return true;
        }
    return false;
}

static void order_ask(struct request *request, void *data) {
    struct store_order *order = data;
    struct store_asking asking = asking_of(request, "factoring/v1/precheck/auth",
                                           auth_body(request, order, field_text(request, "mobile")));
    struct store_reply reply = store_ask(request->arena, &asking);
    order->code = reply.code;
    if (reply.code == 0 && reply.form.size > 0 && reply.form.size < sizeof order->form) {
        order->state = STORE_ASKED;
        snprintf(order->form, sizeof order->form, "%.*s", TEXT_ARG(reply.form));
    }
    struct node *document = doc_new(request->arena);
    tell_order(request, document, order);
    struct text next = order->form[0] != '\0' ? kept(request, order->form) : order_path(request, order);
    if (note(request, order)) answer_created(request, document, next);
    else refuse(request, &broken);
}

static enum flow order_add(struct request *request, struct tx *tx) {
    (void)tx;
    struct store *store = store_of(request);
    struct store_order *order = arena_new_of(request->arena, struct store_order);
    *order = (struct store_order){.state = STORE_MADE, .made_s = world_now(request->world) / SECOND};
    struct text fault = field_given(request, "fault") ? field_text(request, "fault") : TEXT("none");
    if (!request->fields_valid || !fault_named(fault, &order->fault)) return refuse(request, &bad_fields);
    for (size_t i = 0; i < STORE_GOODS; i++) {
        if (!field_given(request, store_goods[i].sku)) continue;
        order->quantities[i] = (int)field_number(request, store_goods[i].sku);
        order->sum += store_goods[i].price * order->quantities[i];
    }
    if (order->sum == 0) return refuse(request, &empty_cart);
    snprintf(order->number, sizeof order->number, "K-%lld", (long long)world_id(request->world));
    pthread_mutex_lock(&store->lock);
    bool good = store->id[0] != '\0' && store_add(store, order);
    pthread_mutex_unlock(&store->lock);
    if (!good) return refuse(request, &broken);
    answer_by(request, order_ask, order);
    return FLOW_ANSWERED;
}

/* ---- what the shop's people do with an order ---- */

struct doing {
    struct store_order order;
    struct text act;
    int64_t sum;
};

static struct text act_body(struct request *request, const struct doing *doing) {
    struct buffer out = buffer_new(request->arena, 512);
    buffer_format(&out, "{\"order_id\":\"%s\"", doing->order.number);
    if (!text_is(doing->act, "cancel") && !text_is(doing->act, "status"))
        buffer_format(&out, ",\"amount\":\"%lld.%02lld\"", (long long)(doing->sum / 100),
                      (long long)(doing->sum % 100));
    if (text_is(doing->act, "finish")) buffer_format(&out, ",\"check_number\":\"%s\"", doing->order.number);
    if (text_is(doing->act, "change")) add_goods(request, &out, &doing->order);
    buffer_add_char(&out, '}');
    return buffer_text(&out);
}

static void done(struct doing *doing) {
    struct store_order *order = &doing->order;
    if (text_is(doing->act, "cancel")) order->state = STORE_CANCELED;
    if (text_is(doing->act, "change")) order->sum = doing->sum;
    if (text_is(doing->act, "return")) order->returned += doing->sum;
    if (text_is(doing->act, "return") && order->returned == order->sent) order->state = STORE_REFUNDED;
    if (!text_is(doing->act, "finish")) return;
    order->state = STORE_SENT;
    order->sent = doing->sum;
}

/* As Kabinet has it, whatever ours was; what it does not tell stays. */
static void look(struct request *request, struct store_order *order) {
    struct doing doing = {.order = *order, .act = TEXT("status")};
    struct store_asking asking = asking_of(request, "factoring/v1/status", act_body(request, &doing));
    struct store_reply reply = store_ask(request->arena, &asking);
    struct money sum;
    order->code = reply.code;
    if (reply.code != 0 || !store_state_read(reply.state, &order->state)) return;
    bool sold = order->state == STORE_SENT || order->state == STORE_REFUNDED;
    if (!sold && money_parse(reply.amount, CURRENCY_RUB, &sum)) order->sum = sum.minor;
    if (money_parse(reply.sent, CURRENCY_RUB, &sum)) order->sent = sum.minor;
    if (money_parse(reply.returned, CURRENCY_RUB, &sum)) order->returned = sum.minor;
}

static const char *method_of(struct text act) {
    if (text_is(act, "finish")) return "factoring/v1/precheck/finish";
    if (text_is(act, "change")) return "factoring/v1/precheck/change";
    if (text_is(act, "cancel")) return "factoring/v1/precheck/cancel";
    return "factoring/v1/return";
}

/* Without an answer nothing is asked again blindly, for goods may come back twice: the shop looks how the order is. */
static void act(struct request *request, void *data) {
    struct doing *doing = data;
    struct store_order *order = &doing->order;
    if (!text_is(doing->act, "status")) {
        struct store_asking asking = asking_of(request, method_of(doing->act), act_body(request, doing));
        asking.file = text_is(doing->act, "finish");
        asking.hasty = order->fault == STORE_HASTY && !order->hurried;
        order->hurried = order->hurried || asking.hasty;
        struct store_reply reply = store_ask(request->arena, &asking);
        order->code = reply.code;
        if (reply.code == 0) done(doing);
    }
    if (order->code < 0 || text_is(doing->act, "status")) look(request, order);
    struct node *document = doc_new(request->arena);
    tell_order(request, document, order);
    if (note(request, order)) answer_done(request, document, order_path(request, order));
    else refuse(request, &broken);
}

static enum flow order_act(struct request *request, struct tx *tx) {
    (void)tx;
    struct doing *doing = arena_new_of(request->arena, struct doing);
    if (!order_find(request, &doing->order)) return refuse(request, &unknown);
    if (!request->fields_valid) return refuse(request, &bad_fields);
    doing->act = field_text(request, "act");
    doing->sum = field_given(request, "sum") ? field_number(request, "sum") : doing->order.sum;
    answer_by(request, act, doing);
    return FLOW_ANSWERED;
}

/* ---- keys ---- */

static bool one_word(struct text text) {
    return text.size > 0 && text_find(text, ' ') < 0 && text_find(text, '\n') < 0;
}

static enum flow keys_set(struct request *request, struct tx *tx) {
    (void)tx;
    struct store *store = store_of(request);
    struct text id = field_text(request, "store_id"), secret = field_text(request, "secret_key");
    if (!request->fields_valid || !one_word(id) || !one_word(secret)) return refuse(request, &bad_fields);
    pthread_mutex_lock(&store->lock);
    bool good = store_keys_set(store, text_copy(request->arena, id).data, text_copy(request->arena, secret).data);
    pthread_mutex_unlock(&store->lock);
    return good ? answer_done(request, doc_new(request->arena), TEXT("/store")) : refuse(request, &broken);
}

/* ---- callbacks ---- */

/* With the lock: an order of ours, told by who knows the key. */
static struct store_order *told_of(struct request *request, struct store *store, const json_t *told) {
    const json_t *number = json_object_get(told, "order_id");
    struct text wanted = store_signature(request->arena, store->secret, request->body);
    if (!text_equal_secret(wanted, request->signature) || !json_is_string(number)) return NULL;
    return store_find(store, text_from(json_string_value(number)));
}

static int64_t sum_told(const json_t *told, const char *name, int64_t otherwise) {
    const char *words = json_string_value(json_object_get(told, name));
    struct money sum;
    return words != NULL && money_parse(text_from(words), CURRENCY_RUB, &sum) ? sum.minor : otherwise;
}

/* Told late, an older state changes nothing. */
static void hear(struct store_order *order, const json_t *told) {
    const char *word = json_string_value(json_object_get(told, "status"));
    enum store_state state;
    if (word == NULL || !store_state_read(text_from(word), &state) || state < order->state) return;
    order->state = state;
    order->sent = sum_told(told, "finished_amount", order->sent);
    order->returned = sum_told(told, "returned_amount", order->returned);
}

static enum store_fault fault_now(const struct store_order *order) {
    static const int times[STORE_FAULTS] = {
        [STORE_DEAF] = 2, [STORE_SLOW] = 1000, [STORE_ERROR] = 2, [STORE_LOST] = 1};
    return order->asked < times[order->fault] ? order->fault : STORE_NONE;
}

/* POST /store/decided: written down before it is answered, unless the fault is that it is not heard. */
static enum flow decided(struct request *request, struct tx *tx) {
    (void)tx;
    struct store *store = store_of(request);
    struct sandbox *sandbox = sandbox_of(request);
    const json_t *told = json_read(request->arena, request->body);
    bool written = true;
    pthread_mutex_lock(&store->lock);
    struct store_order *order = told_of(request, store, told);
    enum store_fault fault = order != NULL ? fault_now(order) : STORE_NONE;
    if (order == NULL) store->odd++;
    if (order != NULL) order->asked++;
    if (order != NULL && fault != STORE_DEAF && fault != STORE_ERROR) {
        hear(order, told);
        written = store_note(store, order);
    }
    pthread_mutex_unlock(&store->lock);
    if (order == NULL) return refuse(request, &bad_signature);
    if (!written || fault == STORE_ERROR) return refuse(request, &broken);
    if (fault == STORE_DEAF) answer_never(request, sandbox->late_us);
    if (fault == STORE_LOST) answer_never(request, 0);
    if (fault == STORE_SLOW) answer_after(request, sandbox->slow_us);
    return answer_ok(request, doc_new(request->arena));
}

const struct route store_routes[STORE_ROUTES] = {
    {.method = METHOD_GET,
     .path = "/store",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, store_page}},
     .page = &template_sandbox_store},
    {.method = METHOD_POST,
     .path = "/store/keys",
     .who = WHO_ANYONE,
     .form = &keys_form,
     .stages = {{STAGE_READ, keys_set}},
     .page = &template_sandbox_store},
    {.method = METHOD_POST,
     .path = "/store/orders",
     .who = WHO_ANYONE,
     .form = &order_form,
     .stages = {{STAGE_READ, order_add}},
     .page = &template_sandbox_store},
    {.method = METHOD_GET,
     .path = "/store/orders/{number}",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, order_page}},
     .page = &template_sandbox_store_order},
    {.method = METHOD_POST,
     .path = "/store/orders/{number}",
     .who = WHO_ANYONE,
     .form = &act_form,
     .stages = {{STAGE_READ, order_act}},
     .page = &template_sandbox_store_order},
    {.method = METHOD_POST,
     .path = "/store/decided",
     .who = WHO_PARTNER,
     .stages = {{STAGE_READ, decided}},
     .flags = ROUTE_NO_CSRF | ROUTE_RAW_BODY},
};
