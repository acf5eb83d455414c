/* billers_pages.c: what is not the protocol: the page of practice accounts, faults on demand, the books. */
#include "sandbox/billers.h"

#include "generated/strings_sandbox.h"
#include "generated/templates.h"

#include <stdio.h>

#define PAGE 1000     /* payments told at once unless asked for fewer or more */
#define PAGE_MAX 2000 /* fits a request's arena */

static const char *const dialect_names[DIALECTS] = {"classic", "form", "windows-1251", "basic"};
static const string_id dialect_words[DIALECTS] = {S_sandbox_dialect_classic, S_sandbox_dialect_form,
                                                  S_sandbox_dialect_1251, S_sandbox_dialect_basic};
static const struct {
    const char *name;
    enum biller_command command;
} commands[] = {{"check", BILLER_CHECK}, {"pay", BILLER_PAY}, {"cancel", BILLER_CANCEL}, {"register", BILLER_REGISTER}};

static const char *const command_choices[] = {"check", "pay", "cancel", "register", NULL};
FORM(fault_form, {.name = "biller", .type = FIELD_TEXT, .required = true, .max = 16},
     {.name = "fault", .type = FIELD_TEXT, .required = true, .max = 20},
     {.name = "share", .type = FIELD_INT, .required = true, .min = 0, .max = 100},
     {.name = "seconds", .type = FIELD_INT, .required = true, .min = 1, .max = 86400},
     {.name = "command", .type = FIELD_CHOICE, .choices = command_choices});
FORM(books_form, {.name = "after", .type = FIELD_INT, .min = 0, .max = INT32_MAX},
     {.name = "limit", .type = FIELD_INT, .min = 1, .max = PAGE_MAX});

static const struct refusal bad_fields = {"bad-request", 422, S_sandbox_refused_fields, false};
static const struct refusal too_many = {"too-many", 409, S_sandbox_refused_rules, false};
static const struct refusal no_account = {"unknown-account", 404, S_sandbox_refused_account, false};

static struct billers *billers_of(const struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    return sandbox->billers;
}

static int64_t now_s(const struct request *request) {
    return world_now(request->world) / SECOND;
}

static struct text words(struct request *request, string_id id) {
    return string_get(request->arena, &request->locale, id, NULL, 0);
}

static struct text decimal(struct request *request, int64_t minor) {
    return money_decimal(request->arena, rub(minor));
}

/* ---- the page ---- */

static void tell_billers(struct request *request, struct node *document) {
    struct node *list = doc_array(document, "billers");
    struct biller_totals totals[BILLERS];
    biller_books_totals(billers_of(request)->books, now_s(request), totals);
    for (size_t i = 0; i < BILLERS; i++) {
        const struct biller *biller = &billers[i];
        struct node *place = doc_add_object(list);
        doc_text(place, "code", text_from(biller->code));
        doc_text(place, "name", words(request, biller->name));
        doc_text(place, "account", text_from(biller->account));
        doc_text(place, "about", words(request, biller->about));
        doc_text(place, "dialect", text_from(dialect_names[biller->dialect]));
        doc_text(place, "dialect_about", words(request, dialect_words[biller->dialect]));
        doc_money(place, "least", rub(biller->least));
        doc_money(place, "most", rub(biller->most));
        doc_bool(place, "cancels", biller->cancels);
        doc_int(place, "paid_count", totals[i].count[BILLER_PAID]);
        doc_money(place, "paid", rub(totals[i].sum[BILLER_PAID]));
    }
}

static enum flow billers_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    tell_billers(request, document);
    struct node *faults = doc_array(document, "faults");
    for (int fault = 0; fault < BILLER_FAULTS; fault++) {
        struct node *place = doc_add_object(faults);
        doc_text(place, "digits", text_from(biller_faults[fault].digits));
        doc_text(place, "name", text_from(biller_faults[fault].name));
        doc_text(place, "about", words(request, biller_faults[fault].about));
    }
    return answer_ok(request, document);
}

/* ---- faults on demand ---- */

static void tell_commands(struct node *place, unsigned set) {
    struct node *list = doc_array(place, "commands");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (set == 0 || (set & commands[i].command) != 0) doc_add_text(list, text_from(commands[i].name));
}

static enum flow faults_list(struct request *request, struct tx *tx) {
    (void)tx;
    struct biller_rule list[BILLER_RULES_MAX];
    moment now = world_now(request->world);
    size_t count = biller_rules_list(billers_of(request)->rules, now, list, BILLER_RULES_MAX);
    struct node *document = doc_new(request->arena), *faults = doc_array(document, "faults");
    for (size_t i = 0; i < count; i++) {
        struct node *place = doc_add_object(faults);
        doc_text(place, "biller", text_from(list[i].biller != NULL ? list[i].biller->code : "*"));
        doc_text(place, "fault", text_copy(request->arena, text_from(list[i].name)));
        doc_int(place, "share", list[i].share);
        doc_int(place, "seconds", (list[i].until - now + SECOND - 1) / SECOND);
        tell_commands(place, list[i].commands);
    }
    return answer_ok(request, document);
}

static enum flow faults_add(struct request *request, struct tx *tx) {
    if (!request->fields_valid) return refuse(request, &bad_fields);
    struct text code = field_text(request, "biller"), name = field_text(request, "fault");
    struct biller_rule rule = {
        .biller = biller_find(code),
        .faults = biller_faults_named(name),
        .commands = field_given(request, "command") ? commands[field_number(request, "command")].command : 0,
        .share = (int)field_number(request, "share"),
        .until = world_now(request->world) + field_number(request, "seconds") * SECOND,
    };
    if ((rule.biller == NULL && !text_is(code, "*")) || rule.faults == 0) return refuse(request, &bad_fields);
    snprintf(rule.name, sizeof rule.name, "%.*s", TEXT_ARG(name));
    if (!biller_rules_add(billers_of(request)->rules, &rule)) return refuse(request, &too_many);
    return faults_list(request, tx);
}

static enum flow faults_clear(struct request *request, struct tx *tx) {
    biller_rules_clear(billers_of(request)->rules);
    return faults_list(request, tx);
}

/* ---- the books ---- */

static void tell_totals(struct request *request, struct node *document) {
    struct biller_totals totals[BILLERS];
    struct node *list = doc_object(document, "totals");
    biller_books_totals(billers_of(request)->books, now_s(request), totals);
    for (size_t i = 0; i < BILLERS; i++) {
        struct node *place = doc_object(list, billers[i].code);
        for (int state = 0; state < BILLER_STATES; state++) {
            struct node *of_state = doc_object(place, biller_state_name((enum biller_state)state));
            doc_int(of_state, "count", totals[i].count[state]);
            doc_text(of_state, "sum", decimal(request, totals[i].sum[state]));
        }
    }
}

static void tell_payment(struct request *request, struct node *place, const struct biller_payment *payment) {
    doc_text(place, "biller", text_from(payment->biller->code));
    doc_text(place, "txn_id", text_from(payment->txn));
    doc_text(place, "account", text_from(payment->account));
    doc_text(place, "sum", decimal(request, payment->sum));
    doc_text(place, "state", text_from(biller_state_name(payment->state)));
    doc_int(place, "result", payment->state == BILLER_PENDING ? OSMP_PENDING : payment->result);
    doc_text(place, "prv_txn", text_format(request->arena, "%lld", (long long)payment->prv));
    doc_moment(place, "made", payment->made_s * SECOND);
}

static enum flow books_tell(struct request *request, struct tx *tx) {
    (void)tx;
    if (!request->fields_valid) return refuse(request, &bad_fields);
    size_t after = (size_t)field_number(request, "after");
    size_t room = field_given(request, "limit") ? (size_t)field_number(request, "limit") : PAGE;
    struct biller_payment *payments = arena_array(request->arena, struct biller_payment, room);
    struct node *document = doc_new(request->arena);
    tell_totals(request, document);
    size_t count = biller_books_page(billers_of(request)->books, after, now_s(request), payments, room);
    struct node *list = doc_array(document, "payments");
    for (size_t i = 0; i < count; i++) tell_payment(request, doc_add_object(list), &payments[i]);
    if (count == room) doc_int(document, "next", (int64_t)(after + count));
    else doc_null(document, "next");
    return answer_ok(request, document);
}

static enum flow account_tell(struct request *request, struct tx *tx) {
    (void)tx;
    const struct biller *biller = biller_find(request->params[0]);
    struct text account = request->params[1];
    struct biller_standing standing;
    if (biller == NULL || account.size >= BILLER_ACCOUNT || !biller->account_good(account))
        return refuse(request, &no_account);
    biller_books_standing(billers_of(request)->books, biller, account, now_s(request), &standing);
    struct node *document = doc_new(request->arena);
    doc_text(document, "biller", text_from(biller->code));
    doc_text(document, "account", account);
    doc_text(document, "balance", decimal(request, standing.balance));
    doc_int(document, "payments", standing.payments);
    if (biller->bill != BILL_NONE) doc_text(document, "bill", decimal(request, standing.due));
    if (biller->meter) doc_int(document, "meter", standing.meter);
    return answer_ok(request, document);
}

const struct route billers_routes[] = {
    {.method = METHOD_GET,
     .path = "/billers",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, billers_page}},
     .page = &template_sandbox_billers},
    {.method = METHOD_GET, .path = "/billers/faults", .who = WHO_ANYONE, .stages = {{STAGE_READ, faults_list}}},
    {.method = METHOD_POST,
     .path = "/billers/faults",
     .who = WHO_ANYONE,
     .form = &fault_form,
     .stages = {{STAGE_READ, faults_add}}},
    {.method = METHOD_DELETE, .path = "/billers/faults", .who = WHO_ANYONE, .stages = {{STAGE_READ, faults_clear}}},
    {.method = METHOD_GET,
     .path = "/billers/books",
     .who = WHO_ANYONE,
     .form = &books_form,
     .stages = {{STAGE_READ, books_tell}}},
    {.method = METHOD_GET,
     .path = "/billers/{code}/accounts/{account}",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, account_tell}}},
    {.method = METHOD_GET, .path = "/billers/{code}", .who = WHO_PARTNER, .stages = {{STAGE_READ, biller_ask}}},
    {.method = METHOD_POST, .path = "/billers/{code}", .who = WHO_PARTNER, .stages = {{STAGE_READ, biller_ask}}},
};
