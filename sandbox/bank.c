/* bank.c: the partner bank's interface (src/adapters/bank/README.md): four signed calls, answered as they should be or
 * spoiled. */
#include "sandbox/bank.h"

#include "base/identifiers.h"
#include "generated/strings_sandbox.h"
#include "sandbox/billers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETURNS_MOST 100
#define HUGE_BYTES ((size_t)200 * 1024)

#define ORDER_FIELD(field, most) {.name = field, .type = FIELD_TEXT, .max = (most)}
FORM(order_form, ORDER_FIELD("id", PAYOUT_ID - 1), ORDER_FIELD("kind", 10), ORDER_FIELD("sum", 20),
     ORDER_FIELD("made", 20), ORDER_FIELD("account", 40), ORDER_FIELD("bik", 20), ORDER_FIELD("corr", 40),
     ORDER_FIELD("inn", 20), ORDER_FIELD("kpp", 20), ORDER_FIELD("name", 200), ORDER_FIELD("purpose", 300),
     ORDER_FIELD("bank", 40));
FORM(status_form, ORDER_FIELD("id", PAYOUT_ID - 1));
FORM(returns_form, {.name = "after", .type = FIELD_INT, .min = 0, .max = INT32_MAX});

static const struct refusal bad_signature = {"bad-signature", 401, S_sandbox_refused_signature, false};
static const struct refusal bad_fields = {"bad-request", 422, S_sandbox_refused_fields, false};
static const struct refusal not_written = {"not-written", 503, S_sandbox_refused_broken, false};

struct bank *bank_open(const char *journal, const char *client, struct text *problem) {
    struct bank *bank = calloc(1, sizeof *bank);
    *problem = TEXT("no memory");
    if (bank == NULL) return NULL;
    bank->client = client;
    bank->rules = bank_rules_new();
    bank->books = bank->rules != NULL ? bank_books_open(journal, problem) : NULL;
    if (bank->books != NULL) return bank;
    if (bank->rules != NULL) bank_rules_free(bank->rules);
    free(bank);
    return NULL;
}

void bank_close(struct bank *bank) {
    bank_books_close(bank->books);
    bank_rules_free(bank->rules);
    free(bank);
}

static struct bank *bank_of(const struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    return sandbox->bank;
}

/* ---- who asks ---- */

/* "HMAC-SHA256 CLIENT:seconds:hex" */
static bool signed_right(struct request *request, const char *call) {
    struct text key, client = text_split(text_from(bank_of(request)->client), ':', &key);
    struct text rest, header = request->authorization;
    if (!text_starts(header, "HMAC-SHA256 ")) return false;
    struct text name = text_split(text_slice(header, 12, header.size), ':', &rest);
    struct text plain = text_format(request->arena, "HMAC-SHA256 %.*s", TEXT_ARG(rest));
    return text_equal(name, client) && authorization_matches(key, call, plain, request->body,
                                                             world_now(request->world) / SECOND);
}

/* ---- what is asked ---- */

static struct text given(const struct request *request, const char *name) {
    return field_given(request, name) ? field_text(request, name) : TEXT("");
}

static bool kind_named(struct text name, enum payout_kind *kind) {
    for (int i = 0; i < PAYOUT_KINDS; i++) {
        if (!text_is(name, payout_kind_names[i])) continue;
        *kind = (enum payout_kind)i;
        return true;
    }
    return false;
}

static struct payout_asking asking_of(struct request *request) {
    struct money sum = rub(0);
    int64_t id;
    struct payout_asking asking = {.id = given(request, "id"),
                                   .account = given(request, "account"),
                                   .bik = given(request, "bik"),
                                   .corr = given(request, "corr"),
                                   .name = given(request, "name"),
                                   .inn = given(request, "inn"),
                                   .kpp = given(request, "kpp"),
                                   .bank = given(request, "bank")};
    asking.malformed = !request->fields_valid || !text_to_int(asking.id, &id) ||
                       !kind_named(given(request, "kind"), &asking.kind) ||
                       !money_parse(given(request, "sum"), CURRENCY_RUB, &sum);
    asking.sum = sum.minor;
    return asking;
}

/* ---- what is answered ---- */

struct saying {
    struct text id;
    int64_t sum; /* -1: nothing is known of it */
    const char *status, *reason;
    struct text reference, name, bank;
};

/* Says of itself what is not so. */
static void contradict(struct request *request, struct saying *saying, enum bank_fault delivery) {
    if (delivery == PAYOUT_OTHER_SUM && saying->sum >= 0) saying->sum += 100;
    if (delivery == PAYOUT_OTHER_ID) saying->id = text_format(request->arena, "%.*s1", TEXT_ARG(saying->id));
    if (delivery != PAYOUT_CONTRADICTS) return;
    saying->status = "declined";
    saying->reason = "refused";
}

static struct node *document_of(struct request *request, const struct saying *saying) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "id", saying->id);
    if (saying->sum >= 0) doc_text(document, "sum", money_decimal(request->arena, rub(saying->sum)));
    doc_text(document, "status", text_from(saying->status));
    if (saying->reason != NULL) doc_text(document, "reason", text_from(saying->reason));
    if (saying->reference.size > 0) doc_text(document, "reference", saying->reference);
    if (saying->name.size > 0) doc_text(document, "name", saying->name);
    if (saying->bank.size > 0) doc_text(document, "bank", saying->bank);
    return document;
}

#define SORRY "<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>\n"

static struct text spoiled(struct arena *arena, struct text document, enum bank_fault delivery) {
    struct buffer out;
    switch (delivery) {
    case PAYOUT_TWICE: return text_join(arena, document, document);
    case PAYOUT_HTML: return text_format(arena, SORRY, "Банк", "Войдите в систему");
    case PAYOUT_GATEWAY: return text_format(arena, SORRY, "502 Bad Gateway", "502 Bad Gateway");
    case PAYOUT_BROKEN: return text_slice(document, 0, document.size * 2 / 3);
    case PAYOUT_EMPTY: return TEXT("");
    case PAYOUT_HUGE:
        out = buffer_new(arena, HUGE_BYTES + document.size);
        while (out.size < HUGE_BYTES) buffer_add_literal(&out, "                                ");
        buffer_add_text(&out, document);
        return buffer_text(&out);
    default: return document;
    }
}

static enum flow send(struct request *request, const struct node *document, enum bank_fault delivery) {
    const struct sandbox *sandbox = request->engine_state;
    struct buffer json = buffer_new(request->arena, 512);
    doc_write_json(document, &json);
    bool html = delivery == PAYOUT_HTML || delivery == PAYOUT_GATEWAY;
    struct answer_file file = {.content_type = html ? "text/html; charset=utf-8" : "application/json",
                               .bytes = spoiled(request->arena, buffer_text(&json), delivery)};
    answer_file(request, &file);
    if (delivery == PAYOUT_GATEWAY) request->answer.status = 502;
    if (delivery == PAYOUT_SLOW) answer_after(request, sandbox->slow_us);
    if (delivery == PAYOUT_TIMEOUT_AFTER || delivery == PAYOUT_TIMEOUT_BEFORE) answer_never(request, sandbox->late_us);
    if (delivery == PAYOUT_CLOSED_AFTER) answer_never(request, 0);
    return FLOW_ANSWERED;
}

static struct saying saying_of(struct request *request, const struct payout *payout) {
    enum payout_state state = payout_state_of(payout, world_now(request->world));
    bool paid = state == PAYOUT_PAID || state == PAYOUT_RETURNED;
    return (struct saying){
        .id = text_copy(request->arena, text_from(payout->id)),
        .sum = payout->sum,
        .status = payout_state_name(state),
        .reason = state == PAYOUT_DECLINED ? text_copy(request->arena, text_from(payout->reason)).data : NULL,
        .reference = paid ? text_format(request->arena, "%lld", (long long)payout->reference) : TEXT_NONE};
}

/* ---- the calls ---- */

static enum flow check_answer(struct request *request, struct tx *tx) {
    (void)tx;
    if (!signed_right(request, "check")) return refuse(request, &bad_signature);
    struct payout_asking asking = asking_of(request);
    enum bank_fault fault = bank_fault_of(asking.account, PAYOUT_CHECK);
    bool own = fault != PAYOUT_WELL;
    if (!own) fault = bank_rules_roll(bank_of(request)->rules, request->world, PAYOUT_CHECK);
    struct bank_effect effect = bank_effect(fault, asking.kind, own, 0, false);
    const char *reason = payout_verdict(&asking, PAYOUT_CHECK);
    if (reason == NULL) reason = effect.decline;
    struct saying saying = {.id = asking.id, .sum = asking.sum, .status = reason != NULL ? "declined" : "good",
                            .reason = reason};
    if (reason == NULL) saying.bank = payout_bank(request->arena, &asking);
    if (reason == NULL && asking.kind == PAYOUT_PHONE) saying.name = text_from(biller_person(asking.account));
    return send(request, document_of(request, &saying), effect.delivery);
}

/* What the books will say of it from now on. A card's number is nowhere but in the order. */
static struct payout payout_new(struct request *request, const struct payout_asking *asking,
                                const struct bank_effect *effect) {
    const struct sandbox *sandbox = request->engine_state;
    moment now = world_now(request->world);
    const char *reason = payout_verdict(asking, PAYOUT_PAY);
    bool pending = effect->pending && reason == NULL;
    if (reason == NULL) reason = effect->decline;
    struct text to = asking->kind == PAYOUT_CARD ? card_mask(request->arena, asking->account) : asking->account;
    struct payout payout = {.kind = asking->kind, .sum = asking->sum, .made = now,
                            .ready = pending ? now + sandbox->slow_us : now};
    if (effect->returns && reason == NULL) payout.back = now + (effect->at_once ? 0 : sandbox->slow_us);
    snprintf(payout.id, sizeof payout.id, "%.*s", TEXT_ARG(asking->id));
    snprintf(payout.to, sizeof payout.to, "%.*s", TEXT_ARG(to));
    if (reason != NULL) snprintf(payout.reason, sizeof payout.reason, "%s", reason);
    return payout;
}

static enum flow payout_answer(struct request *request, struct tx *tx) {
    (void)tx;
    struct bank *bank = bank_of(request);
    if (!signed_right(request, "payout")) return refuse(request, &bad_signature);
    struct payout_asking asking = asking_of(request);
    if (asking.malformed) return refuse(request, &bad_fields);
    struct payout payout;
    bool known = bank_books_find(bank->books, asking.id, &payout);
    if (known && payout.sum != asking.sum) return refuse(request, &bad_fields); /* another order under the same id */
    enum bank_fault fault = bank_fault_of(asking.account, PAYOUT_PAY);
    bool own = fault != PAYOUT_WELL;
    if (!own) fault = bank_rules_roll(bank->rules, request->world, PAYOUT_PAY);
    int asked = bank_books_asked(bank->books, asking.id);
    struct bank_effect effect = bank_effect(fault, asking.kind, own, asked, known);
    struct saying saying = {.id = asking.id, .sum = asking.sum, .status = "processing"};
    if (!known && !effect.skip) {
        payout = payout_new(request, &asking, &effect);
        known = bank_books_add(bank->books, &payout);
        if (!known) return refuse(request, &not_written);
    }
    if (known) saying = saying_of(request, &payout);
    contradict(request, &saying, effect.delivery);
    return send(request, document_of(request, &saying), effect.delivery);
}

static enum flow status_answer(struct request *request, struct tx *tx) {
    (void)tx;
    struct bank *bank = bank_of(request);
    if (!signed_right(request, "status")) return refuse(request, &bad_signature);
    struct text id = given(request, "id");
    struct payout payout;
    struct saying saying = {.id = id, .sum = -1, .status = "unknown"};
    if (bank_books_find(bank->books, id, &payout)) saying = saying_of(request, &payout);
    enum bank_fault fault = bank_rules_roll(bank->rules, request->world, PAYOUT_STATUS);
    contradict(request, &saying, fault);
    return send(request, document_of(request, &saying), fault);
}

static enum flow returns_answer(struct request *request, struct tx *tx) {
    (void)tx;
    struct bank *bank = bank_of(request);
    if (!signed_right(request, "returns")) return refuse(request, &bad_signature);
    if (!request->fields_valid) return refuse(request, &bad_fields);
    struct payout *payouts = arena_array(request->arena, struct payout, RETURNS_MOST);
    size_t count = bank_books_returned(bank->books, field_number(request, "after"), world_now(request->world), payouts,
                                       RETURNS_MOST);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "returns");
    for (size_t i = 0; i < count; i++) {
        struct node *place = doc_add_object(list);
        doc_int(place, "number", payouts[i].number);
        doc_text(place, "id", text_from(payouts[i].id));
        doc_text(place, "sum", money_decimal(request->arena, rub(payouts[i].came_back)));
    }
    return send(request, document, bank_rules_roll(bank->rules, request->world, PAYOUT_RETURNS));
}

#define CALL(name, with, run)                                                                                          \
    {                                                                                                                  \
        .method = METHOD_POST, .path = "/bank/" name, .who = WHO_PARTNER, .form = &(with), .stages = {                 \
            {STAGE_READ, run}                                                                                          \
        }                                                                                                              \
    }
const struct route bank_routes[BANK_ROUTES] = {
    CALL("check", order_form, check_answer),
    CALL("payout", order_form, payout_answer),
    CALL("status", status_form, status_answer),
    CALL("returns", returns_form, returns_answer),
};
