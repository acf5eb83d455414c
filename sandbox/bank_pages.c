/* bank_pages.c: what is not the bank's interface: its page of practice numbers, faults on demand, the books, and a
 * button that sends a payout back. */
#include "sandbox/bank.h"

#include "generated/strings_sandbox.h"
#include "generated/templates.h"

#include <stdio.h>

#define LATEST 20
#define PAGE 1000
#define PAGE_MAX 2000 /* fits a request's arena */

static const struct {
    const char *name;
    enum payout_call call;
} calls[] = {{"check", PAYOUT_CHECK}, {"payout", PAYOUT_PAY}, {"status", PAYOUT_STATUS}, {"returns", PAYOUT_RETURNS}};

static const char *const call_choices[] = {"check", "payout", "status", "returns", NULL};
FORM(fault_form, {.name = "fault", .type = FIELD_TEXT, .required = true, .max = 20},
     {.name = "share", .type = FIELD_INT, .required = true, .min = 0, .max = 100},
     {.name = "seconds", .type = FIELD_INT, .required = true, .min = 1, .max = 86400},
     {.name = "call", .type = FIELD_CHOICE, .choices = call_choices});
FORM(return_form, {.name = "sum", .type = FIELD_MONEY, .min = 1, .max = MONEY_MAX},
     {.name = "again", .type = FIELD_BOOL});
FORM(books_form, {.name = "after", .type = FIELD_INT, .min = 0, .max = INT32_MAX},
     {.name = "limit", .type = FIELD_INT, .min = 1, .max = PAGE_MAX});

static const struct refusal bad_fields = {"bad-request", 422, S_sandbox_refused_fields, false};
static const struct refusal too_many = {"too-many", 409, S_sandbox_refused_rules, false};
static const struct refusal not_paid = {"not-paid", 409, S_sandbox_refused_back, false};

static struct bank *bank_of(const struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    return sandbox->bank;
}

static struct text words(struct request *request, string_id id) {
    return string_get(request->arena, &request->locale, id, NULL, 0);
}

static struct text kept(struct request *request, const char *string) {
    return text_copy(request->arena, text_from(string));
}

/* ---- the page ---- */

static void tell_faults(struct request *request, struct node *document) {
    struct node *list = doc_array(document, "faults");
    for (int i = 0; i < BANK_FAULTS; i++) {
        const char *digits = bank_faults[i].digits;
        struct node *place = doc_add_object(list);
        doc_text(place, "name", text_from(bank_faults[i].name));
        doc_text(place, "about", words(request, bank_faults[i].about));
        doc_text(place, "account", practice_account(request->arena, "40817810", digits));
        doc_text(place, "company", practice_account(request->arena, "40702810", digits));
        doc_text(place, "card", practice_card(request->arena, digits));
        doc_text(place, "phone", text_format(request->arena, "900123%s", digits));
    }
}

static void tell_payout(struct request *request, const struct payout *payout, struct node *place) {
    enum payout_state state = payout_state_of(payout, world_now(request->world));
    doc_text(place, "id", kept(request, payout->id));
    doc_text(place, "kind", text_from(payout_kind_names[payout->kind]));
    doc_text(place, "to", kept(request, payout->to));
    doc_text(place, "sum", money_decimal(request->arena, rub(payout->sum)));
    doc_text(place, "state", text_from(payout_state_name(state)));
    doc_text(place, "reason", payout->reason[0] != '\0' ? kept(request, payout->reason) : TEXT_NONE);
    doc_text(place, "reference", text_format(request->arena, "%lld", (long long)payout->reference));
}

static void tell_latest(struct request *request, struct node *document) {
    static const string_id states[PAYOUT_STATES] = {S_sandbox_payout_processing, S_sandbox_payout_paid,
                                                    S_sandbox_payout_declined, S_sandbox_payout_returned};
    struct bank_books *books = bank_of(request)->books;
    struct payout latest[LATEST];
    size_t count = bank_books_count(books), after = count > LATEST ? count - LATEST : 0;
    struct node *list = doc_array(document, "payouts");
    for (size_t left = bank_books_page(books, after, latest, LATEST); left > 0; left--) {
        const struct payout *payout = &latest[left - 1];
        enum payout_state state = payout_state_of(payout, world_now(request->world));
        struct node *place = doc_add_object(list);
        tell_payout(request, payout, place);
        doc_text(place, "words", words(request, states[state]));
        doc_bool(place, "paid", state == PAYOUT_PAID);
        doc_money(place, "money", rub(payout->sum));
        doc_moment(place, "made", payout->made);
    }
}

static enum flow bank_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena), *list = doc_array(document, "banks");
    for (const struct fast_bank *bank = fast_banks; bank->id != NULL; bank++) {
        struct node *place = doc_add_object(list);
        doc_text(place, "id", text_from(bank->id));
        doc_text(place, "name", text_from(bank->name));
    }
    doc_text(document, "bik", TEXT(PRACTICE_BIK));
    tell_faults(request, document);
    tell_latest(request, document);
    return answer_ok(request, document);
}

static enum flow payout_return(struct request *request, struct tx *tx) {
    (void)tx;
    int64_t sum = field_given(request, "sum") ? field_money(request, "sum").minor : 0;
    if (!request->fields_valid) return refuse(request, &bad_fields);
    if (!bank_books_return(bank_of(request)->books, request->params[0], sum,
                           field_number(request, "again") != 0, world_now(request->world)))
        return refuse(request, &not_paid);
    return answer_done(request, doc_new(request->arena), TEXT("/bank"));
}

/* ---- faults on demand ---- */

static enum flow faults_list(struct request *request, struct tx *tx) {
    (void)tx;
    struct bank_rule list[BANK_RULES_MAX];
    moment now = world_now(request->world);
    size_t count = bank_rules_list(bank_of(request)->rules, now, list);
    struct node *document = doc_new(request->arena), *faults = doc_array(document, "faults");
    for (size_t i = 0; i < count; i++) {
        struct node *place = doc_add_object(faults);
        doc_text(place, "fault", kept(request, list[i].name));
        doc_int(place, "share", list[i].share);
        doc_int(place, "seconds", (list[i].until - now + SECOND - 1) / SECOND);
        struct node *of = doc_array(place, "calls");
        for (size_t k = 0; k < sizeof calls / sizeof *calls; k++)
            if (list[i].calls == 0 || (list[i].calls & calls[k].call) != 0) doc_add_text(of, text_from(calls[k].name));
    }
    return answer_ok(request, document);
}

static enum flow faults_add(struct request *request, struct tx *tx) {
    if (!request->fields_valid) return refuse(request, &bad_fields);
    struct text name = field_text(request, "fault");
    struct bank_rule rule = {.faults = bank_faults_named(name),
                             .calls = field_given(request, "call") ? calls[field_number(request, "call")].call : 0,
                             .share = (int)field_number(request, "share"),
                             .until = world_now(request->world) + field_number(request, "seconds") * SECOND};
    if (rule.faults == 0) return refuse(request, &bad_fields);
    snprintf(rule.name, sizeof rule.name, "%.*s", TEXT_ARG(name));
    if (!bank_rules_add(bank_of(request)->rules, &rule)) return refuse(request, &too_many);
    return faults_list(request, tx);
}

static enum flow faults_clear(struct request *request, struct tx *tx) {
    bank_rules_clear(bank_of(request)->rules);
    return faults_list(request, tx);
}

/* ---- the books ---- */

static enum flow books_tell(struct request *request, struct tx *tx) {
    (void)tx;
    if (!request->fields_valid) return refuse(request, &bad_fields);
    struct bank_books *books = bank_of(request)->books;
    size_t after = (size_t)field_number(request, "after");
    size_t room = field_given(request, "limit") ? (size_t)field_number(request, "limit") : PAGE;
    struct payout *payouts = arena_array(request->arena, struct payout, room);
    struct bank_totals totals = bank_books_totals(books, world_now(request->world));
    size_t count = bank_books_page(books, after, payouts, room);
    struct node *document = doc_new(request->arena), *all = doc_object(document, "totals");
    for (int i = 0; i < PAYOUT_STATES; i++) {
        struct node *place = doc_object(all, payout_state_name((enum payout_state)i));
        doc_int(place, "count", totals.count[i]);
        doc_text(place, "sum", money_decimal(request->arena, rub(totals.sum[i])));
    }
    struct node *list = doc_array(document, "payouts");
    for (size_t i = 0; i < count; i++) tell_payout(request, &payouts[i], doc_add_object(list));
    if (count == room) doc_int(document, "next", (int64_t)(after + count));
    else doc_null(document, "next");
    return answer_ok(request, document);
}

const struct route bank_pages_routes[BANK_PAGES_ROUTES] = {
    {.method = METHOD_GET,
     .path = "/bank",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, bank_page}},
     .page = &template_sandbox_bank},
    {.method = METHOD_POST,
     .path = "/bank/payouts/{id}/return",
     .who = WHO_ANYONE,
     .form = &return_form,
     .stages = {{STAGE_READ, payout_return}},
     .page = &template_sandbox_bank},
    {.method = METHOD_GET, .path = "/bank/faults", .who = WHO_ANYONE, .stages = {{STAGE_READ, faults_list}}},
    {.method = METHOD_POST,
     .path = "/bank/faults",
     .who = WHO_ANYONE,
     .form = &fault_form,
     .stages = {{STAGE_READ, faults_add}}},
    {.method = METHOD_DELETE, .path = "/bank/faults", .who = WHO_ANYONE, .stages = {{STAGE_READ, faults_clear}}},
    {.method = METHOD_GET,
     .path = "/bank/books",
     .who = WHO_ANYONE,
     .form = &books_form,
     .stages = {{STAGE_READ, books_tell}}},
};
