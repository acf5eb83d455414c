/* acquirer_bind.c: a customer's card is bound: the bank's page, a small sum that only the cardholder sees (in his
 * bank's app, which is a page here), three tries to tell it, unbinding. What a card does is up to its number. */
#include "sandbox/acquirer.h"

#include "base/identifiers.h"
#include "generated/strings_sandbox.h"
#include "generated/templates.h"

#include <stdio.h>
#include <string.h>

#define APP_MOST 20

static const char *const acts[] = {"bind", "cancel", NULL};
#define BIND_FIELDS                                                                                                    \
    {.name = "merchant", .type = FIELD_TEXT, .required = true, .max = 60},                                             \
        {.name = "binding", .type = FIELD_TEXT, .required = true, .max = 20},                                          \
        {.name = "return", .type = FIELD_TEXT, .required = true, .max = 500},                                          \
        {.name = "expires", .type = FIELD_INT, .required = true}, {.name = "language", .type = FIELD_TEXT, .max = 10}, \
    {                                                                                                                  \
        .name = "signature", .type = FIELD_TEXT, .required = true, .max = 64                                           \
    }
FORM(bind_form, BIND_FIELDS);
FORM(card_form, BIND_FIELDS, {.name = "number", .type = FIELD_TEXT, .max = 40},
     {.name = "expiry", .type = FIELD_TEXT, .max = 10}, {.name = "cvv", .type = FIELD_SECRET, .max = 10},
     {.name = "holder", .type = FIELD_TEXT, .max = 60}, {.name = "act", .type = FIELD_CHOICE, .choices = acts});
FORM(status_form, {.name = "merchant", .type = FIELD_TEXT, .required = true, .max = 60},
     {.name = "binding", .type = FIELD_TEXT, .required = true, .max = 20});
FORM(confirm_form, {.name = "merchant", .type = FIELD_TEXT, .required = true, .max = 60},
     {.name = "binding", .type = FIELD_TEXT, .required = true, .max = 20},
     {.name = "attempt", .type = FIELD_TEXT, .required = true, .max = 10},
     {.name = "sum", .type = FIELD_TEXT, .required = true, .max = 20});
FORM(unbind_form, {.name = "merchant", .type = FIELD_TEXT, .required = true, .max = 60},
     {.name = "token", .type = FIELD_TEXT, .required = true, .max = ACQUIRER_TOKEN - 1});

static const struct refusal bad_order = {"bad-order", 400, S_sandbox_refused_order, false};
static const struct refusal bad_signature = {"bad-signature", 401, S_sandbox_refused_signature, false};
static const struct refusal unknown = {"unknown-binding", 404, S_sandbox_refused_unknown, false};
static const struct refusal not_checked = {"not-in-check", 409, S_sandbox_refused_check, false};
static const struct refusal broken = {"broken", 500, S_sandbox_refused_broken, false};

static struct sandbox *sandbox_of(const struct request *request) {
    return request->engine_state;
}

static int64_t now_s(const struct request *request) {
    return world_now(request->world) / SECOND;
}

static void copy(char *place, size_t room, struct text text) {
    snprintf(place, room, "%.*s", TEXT_ARG(text));
}

/* ---- what is told ---- */

struct node *binding_document(struct request *request, const struct binding *binding) {
    struct arena *arena = request->arena;
    struct node *document = doc_new(arena);
    doc_text(document, "merchant", text_from(binding->merchant));
    doc_text(document, "binding", text_from(binding->id));
    doc_text(document, "status", text_from(binding_state_name(binding->state)));
    doc_text(document, "attempt", text_format(arena, "%lld", (long long)binding->attempt));
    doc_text(document, "left", text_format(arena, "%lld", (long long)binding->left));
    if (binding->mask[0] != '\0') doc_text(document, "mask", text_from(binding->mask));
    if (binding->network[0] != '\0') doc_text(document, "network", text_from(binding->network));
    if (binding->state != BIND_BOUND) return document;
    doc_text(document, "token", text_from(binding->token));
    doc_text(document, "expiry", text_from(binding->expiry));
    doc_text(document, "holder", text_from(binding->holder));
    doc_text(document, "fingerprint", text_from(binding->fingerprint));
    return document;
}

static void tell(struct request *request, const struct binding *binding) {
    struct courier *courier = sandbox_of(request)->courier;
    struct buffer json = buffer_new(request->arena, 512);
    struct callback callback = {.place = "/binding"};
    doc_write_json(binding_document(request, binding), &json);
    copy(callback.body, sizeof callback.body, buffer_text(&json));
    if (binding->fault == BOUND_SILENT) return;
    if (binding->fault == BOUND_GARBAGE) {
        callback.bad_signature = true;
        courier_send(courier, &callback, 0);
        callback = (struct callback){.place = "/binding", .bad_body = true};
    }
    courier_send(courier, &callback, 0);
    if (binding->fault == BOUND_TWICE) courier_send(courier, &callback, SECOND / 10);
}

enum flow acquirer_send(struct request *request, const struct node *document, enum bound_fault fault) {
    struct buffer json = buffer_new(request->arena, 512);
    doc_write_json(document, &json);
    struct text bytes = buffer_text(&json);
    if (fault == BOUND_DOUBLE) bytes = text_join(request->arena, bytes, bytes);
    if (fault == BOUND_PAGE) bytes = TEXT("<!DOCTYPE html><title>Bank</title><h1>Sign in</h1>");
    struct answer_file file = {.content_type = fault == BOUND_PAGE ? "text/html; charset=utf-8" : "application/json",
                               .bytes = bytes};
    answer_file(request, &file);
    if (fault == BOUND_LOST) answer_never(request, sandbox_of(request)->late_us);
    return FLOW_ANSWERED;
}

/* ---- the page ---- */

static bool address_signed(const struct request *request) {
    struct text message = text_format(request->arena, "bind\n%.*s\n%.*s\n%.*s\n%lld",
                                      TEXT_ARG(field_text(request, "merchant")),
                                      TEXT_ARG(field_text(request, "binding")),
                                      TEXT_ARG(field_text(request, "return")),
                                      (long long)field_number(request, "expires"));
    return text_equal_secret(sign(request->arena, sandbox_of(request)->secret, message),
                             field_text(request, "signature"));
}

/* As the books have it, else as the signed address tells it. */
static enum flow find(struct request *request, struct binding *binding) {
    struct acquirer_books *books = sandbox_of(request)->bound;
    struct text merchant = field_text(request, "merchant"), id = field_text(request, "binding");
    enum language language;
    if (!request->fields_valid || !address_signed(request) || text_find(merchant, ' ') >= 0 || text_find(id, ' ') >= 0)
        return refuse(request, &bad_order);
    if (language_from(field_text(request, "language"), &language)) request->locale.language = language;
    if (binding_find(books, merchant, id, now_s(request), binding)) return FLOW_NEXT;
    *binding = (struct binding){.state = BIND_PENDING,
                                .left = SMALL_SUM_TRIES,
                                .expires_s = field_number(request, "expires"),
                                .made_s = now_s(request)};
    copy(binding->merchant, sizeof binding->merchant, merchant);
    copy(binding->id, sizeof binding->id, id);
    if (binding->expires_s < now_s(request)) binding->state = BIND_EXPIRED;
    return binding_keep(books, binding) ? FLOW_NEXT : refuse(request, &broken);
}

static enum flow draw(struct request *request, const struct binding *binding, string_id error) {
    struct node *document = doc_new(request->arena);
    static const char *const names[] = {"merchant", "binding", "return", "language", "signature"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        doc_text(document, names[i], field_text(request, names[i]));
    doc_int(document, "expires", field_number(request, "expires"));
    doc_text(document, "state", text_from(binding_state_name(binding->state)));
    doc_bool(document, "open", binding->state == BIND_PENDING);
    bool typed = request->method == METHOD_POST;
    static const char *const kept[] = {"number", "expiry", "holder"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        doc_text(document, kept[i], typed ? field_text(request, kept[i]) : TEXT_NONE);
    if (error != 0) doc_text(document, "error", string_get(request->arena, &request->locale, error, NULL, 0));
    bound_cards_tell(request, doc_array(document, "cards"));
    answer_ok(request, document);
    if (error != 0) request->answer.status = 422;
    return FLOW_ANSWERED;
}

static enum flow bind_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct binding binding;
    if (find(request, &binding) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return draw(request, &binding, 0);
}

/* ---- a card is given ---- */

static struct text digits_of(struct arena *arena, struct text typed) {
    struct buffer out = buffer_new(arena, 24);
    for (size_t i = 0; i < typed.size; i++)
        if (typed.data[i] != ' ' && typed.data[i] != '-') buffer_add_char(&out, typed.data[i]);
    return buffer_text(&out);
}

static string_id problem_of(struct request *request, struct text number, struct text expiry) {
    struct date today = civil_at(world_now(request->world), zone_utc()).date;
    switch (card_check(number, expiry, field_text(request, "cvv"), today)) {
    case CARD_FINE: return card_scheme_of(number) != CARD_UNKNOWN ? 0 : S_sandbox_bad_number;
    case CARD_BAD_NUMBER: return S_sandbox_bad_number;
    case CARD_BAD_EXPIRY: return S_sandbox_bad_expiry;
    case CARD_EXPIRED: return S_sandbox_card_expired;
    case CARD_BAD_CVV: return S_sandbox_bad_cvv;
    }
    return 0;
}

/* Its bank knows whose it is; here who practises says it. A card without a name bears these words. */
static struct text holder_of(struct request *request) {
    struct text holder = field_text(request, "holder");
    return holder.size > 0 ? holder : TEXT("MOMENTUM R");
}

static void take_card(struct request *request, struct binding *binding, struct text number, struct text expiry) {
    struct arena *arena = request->arena;
    uint8_t token[16], sum[2];
    world_random(request->world, token, sizeof token);
    world_random(request->world, sum, sizeof sum);
    binding->fault = bound_fault_of(number);
    binding->small = 100 + (sum[0] << 8 | sum[1]) % 900;
    bool declined = binding->fault == BOUND_DECLINES || binding->fault == BOUND_SECURE;
    binding->state = declined ? BIND_DECLINED : BIND_CHECK;
    copy(binding->token, sizeof binding->token, text_hex(arena, token, sizeof token));
    copy(binding->mask, sizeof binding->mask, card_mask(arena, number));
    copy(binding->network, sizeof binding->network, text_from(card_scheme_name(card_scheme_of(number))));
    copy(binding->expiry, sizeof binding->expiry, text_format(arena, "20%.2s-%.2s", expiry.data + 3, expiry.data));
    copy(binding->holder, sizeof binding->holder, holder_of(request));
    copy(binding->fingerprint, sizeof binding->fingerprint,
         sign(arena, sandbox_of(request)->secret, text_format(arena, "fingerprint\n%.*s", TEXT_ARG(number))));
}

static enum flow bind_act(struct request *request, struct tx *tx) {
    (void)tx;
    struct binding binding;
    if (find(request, &binding) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct text back = field_text(request, "return");
    if (binding.state != BIND_PENDING) return answer_see(request, back); /* pressed twice, or too late */
    if (field_given(request, "act") && field_number(request, "act") == 1) {
        binding.state = BIND_CANCELLED;
    } else {
        struct text number = digits_of(request->arena, field_text(request, "number"));
        struct text expiry = digits_of(request->arena, field_text(request, "expiry"));
        string_id problem = problem_of(request, number, expiry);
        if (problem != 0) return draw(request, &binding, problem);
        take_card(request, &binding, number, expiry);
    }
    if (!binding_keep(sandbox_of(request)->bound, &binding)) return refuse(request, &broken);
    tell(request, &binding);
    return answer_see(request, back);
}

/* ---- the cardholder's own bank: what was taken from the card just now ---- */

static enum flow app_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct binding bindings[APP_MOST];
    size_t count = bindings_latest(sandbox_of(request)->bound, bindings, APP_MOST);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "cards");
    for (size_t i = 0; i < count; i++) {
        if (bindings[i].small == 0 || bindings[i].state == BIND_DECLINED) continue;
        struct node *place = doc_add_object(list);
        doc_text(place, "binding", text_from(bindings[i].id));
        doc_text(place, "mask", text_from(bindings[i].mask));
        doc_text(place, "small", money_decimal(request->arena, rub(bindings[i].small)));
        doc_money(place, "money", rub(bindings[i].small));
        doc_text(place, "state", text_from(binding_state_name(bindings[i].state)));
        doc_bool(place, "back", bindings[i].state != BIND_CHECK);
        doc_moment(place, "made", bindings[i].made_s * SECOND);
    }
    return answer_ok(request, document);
}

/* ---- what Kabinet asks ---- */

static enum flow status_answer(struct request *request, struct tx *tx) {
    (void)tx;
    struct sandbox *sandbox = sandbox_of(request);
    struct binding binding;
    if (!authorization_matches(sandbox->secret, "bind-status", request->authorization, request->query, now_s(request)))
        return refuse(request, &bad_signature);
    if (!request->fields_valid || !binding_find(sandbox->bound, field_text(request, "merchant"),
                                                field_text(request, "binding"), now_s(request), &binding))
        return refuse(request, &unknown);
    return answer_ok(request, binding_document(request, &binding));
}

static enum flow confirm_act(struct request *request, struct tx *tx) {
    (void)tx;
    struct sandbox *sandbox = sandbox_of(request);
    struct binding binding;
    struct money sum;
    int64_t attempt;
    if (!authorization_matches(sandbox->secret, "confirm", request->authorization, request->body, now_s(request)))
        return refuse(request, &bad_signature);
    if (!request->fields_valid || !binding_find(sandbox->bound, field_text(request, "merchant"),
                                                field_text(request, "binding"), now_s(request), &binding))
        return refuse(request, &unknown);
    if (!text_to_int(field_text(request, "attempt"), &attempt) || attempt < 1 ||
        !money_parse(field_text(request, "sum"), CURRENCY_RUB, &sum))
        return refuse(request, &not_checked);
    if (attempt <= binding.attempt) return answer_ok(request, binding_document(request, &binding));
    if (binding.state != BIND_CHECK) return refuse(request, &not_checked);
    binding.attempt = attempt;
    binding.left--;
    if (sum.minor == binding.small) binding.state = BIND_BOUND;
    else if (binding.left == 0) binding.state = BIND_VOID;
    if (!binding_keep(sandbox->bound, &binding)) return refuse(request, &broken);
    return acquirer_send(request, binding_document(request, &binding), binding.fault);
}

static enum flow unbind_act(struct request *request, struct tx *tx) {
    (void)tx;
    struct sandbox *sandbox = sandbox_of(request);
    struct binding binding;
    if (!authorization_matches(sandbox->secret, "unbind", request->authorization, request->body, now_s(request)))
        return refuse(request, &bad_signature);
    if (!request->fields_valid || !binding_by_token(sandbox->bound, field_text(request, "token"), &binding))
        return refuse(request, &unknown);
    binding.state = BIND_UNBOUND;
    if (!binding_keep(sandbox->bound, &binding)) return refuse(request, &broken);
    return acquirer_send(request, binding_document(request, &binding), binding.fault);
}

const struct route acquirer_bind_routes[ACQUIRER_BIND_ROUTES] = {
    {.method = METHOD_GET,
     .path = "/acquirer/bind",
     .who = WHO_ANYONE,
     .form = &bind_form,
     .stages = {{STAGE_READ, bind_page}},
     .page = &template_sandbox_bind},
    {.method = METHOD_POST,
     .path = "/acquirer/bind",
     .who = WHO_ANYONE,
     .form = &card_form,
     .stages = {{STAGE_READ, bind_act}},
     .page = &template_sandbox_bind},
    {.method = METHOD_GET,
     .path = "/acquirer/app",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, app_page}},
     .page = &template_sandbox_app},
    {.method = METHOD_GET,
     .path = "/acquirer/bind/status",
     .who = WHO_PARTNER,
     .form = &status_form,
     .stages = {{STAGE_READ, status_answer}}},
    {.method = METHOD_POST,
     .path = "/acquirer/bind/confirm",
     .who = WHO_PARTNER,
     .form = &confirm_form,
     .stages = {{STAGE_READ, confirm_act}}},
    {.method = METHOD_POST,
     .path = "/acquirer/unbind",
     .who = WHO_PARTNER,
     .form = &unbind_form,
     .stages = {{STAGE_READ, unbind_act}}},
};
