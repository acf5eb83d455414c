/* terminals_pages.c: a terminal to be typed at, and the same for tests: payments with whatever goes wrong on their way,
 * and the agent's books. */
#include "sandbox/terminals.h"

#include "generated/strings_sandbox.h"
#include "generated/templates.h"

#include <stdio.h>

#define LATEST 20
#define PAGE 1000
#define PAGE_MAX 2000 /* fits a request's arena */

FORM(payment_form, {.name = "account", .type = FIELD_TEXT, .required = true, .max = TERMINAL_ACCOUNT - 1},
     {.name = "sum", .type = FIELD_MONEY, .required = true, .min = 1, .max = 100000000},
     {.name = "fault", .type = FIELD_TEXT, .max = 20});
FORM(agent_form, {.name = "login", .type = FIELD_TEXT, .required = true, .max = TERMINAL_LOGIN - 1},
     {.name = "password", .type = FIELD_SECRET, .required = true, .max = TERMINAL_LOGIN - 1});
FORM(books_form, {.name = "after", .type = FIELD_INT, .min = 0, .max = INT32_MAX},
     {.name = "limit", .type = FIELD_INT, .min = 1, .max = PAGE_MAX});

static const struct refusal bad_fields = {"bad-request", 422, S_sandbox_refused_fields, false};
static const struct refusal not_written = {"not-written", 503, S_sandbox_refused_broken, false};

static const string_id fault_words[TERMINAL_FAULTS] = {
    S_sandbox_tfault_none,      S_sandbox_tfault_lost,          S_sandbox_tfault_hasty,    S_sandbox_tfault_twice,
    S_sandbox_tfault_unchecked, S_sandbox_tfault_checked_after, S_sandbox_tfault_other_sum};

static struct terminals *terminals_of(const struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    return sandbox->terminals;
}

static struct text words(struct request *request, string_id id) {
    return string_get(request->arena, &request->locale, id, NULL, 0);
}

static struct text kept(struct request *request, const char *string) {
    return text_copy(request->arena, text_from(string));
}

/* ---- the page ---- */

static void tell_latest(struct request *request, struct node *document) {
    static const string_id states[TERMINAL_STATES] = {S_sandbox_terminal_open, S_sandbox_terminal_paid,
                                                      S_sandbox_terminal_refused};
    struct terminal_payment latest[LATEST];
    struct terminal_books *books = terminals_books(terminals_of(request));
    size_t count = terminal_books_count(books), after = count > LATEST ? count - LATEST : 0;
    struct node *list = doc_array(document, "payments");
    for (size_t left = terminal_books_page(books, after, latest, LATEST); left > 0; left--) {
        const struct terminal_payment *payment = &latest[left - 1];
        struct node *place = doc_add_object(list);
        doc_text(place, "txn", kept(request, payment->txn));
        doc_text(place, "account", kept(request, payment->account));
        doc_money(place, "sum", rub(payment->sum));
        doc_text(place, "prv", kept(request, payment->prv));
        doc_text(place, "state", words(request, states[payment->state]));
        doc_bool(place, "paid", payment->state == TERMINAL_PAID);
        doc_bool(place, "refused", payment->state == TERMINAL_REFUSED);
        doc_int(place, "result", payment->result);
        doc_moment(place, "made", payment->made_s * SECOND);
    }
}

static enum flow terminals_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena), *faults = doc_array(document, "faults");
    const struct sandbox *sandbox = request->engine_state;
    struct terminal_login login = terminal_books_login_of(terminals_books(terminals_of(request)));
    for (int i = 0; i < TERMINAL_FAULTS; i++) {
        struct node *place = doc_add_object(faults);
        doc_text(place, "value", text_from(terminal_fault_names[i]));
        doc_text(place, "about", words(request, fault_words[i]));
    }
    doc_text(document, "login", kept(request, login.login));
    doc_text(document, "kabinet", text_from(sandbox->kabinet));
    tell_latest(request, document);
    return answer_ok(request, document);
}

/* ---- acts ---- */

static enum flow payment_add(struct request *request, struct tx *tx) {
    (void)tx;
    struct terminal_payment payment = {.sum = field_number(request, "sum")};
    struct text fault = field_given(request, "fault") ? field_text(request, "fault") : TEXT("none");
    if (!request->fields_valid || !terminal_fault_named(request->world, fault, &payment.fault))
        return refuse(request, &bad_fields);
    snprintf(payment.account, sizeof payment.account, "%.*s", TEXT_ARG(field_text(request, "account")));
    if (!terminals_add(terminals_of(request), &payment)) return refuse(request, &not_written);
    struct node *document = doc_new(request->arena);
    doc_text(document, "txn", kept(request, payment.txn));
    return answer_created(request, document, TEXT("/terminals"));
}

static bool one_word(struct text text) {
    return text.size > 0 && text_find(text, ' ') < 0 && text_find(text, '\n') < 0;
}

static enum flow agent_set(struct request *request, struct tx *tx) {
    (void)tx;
    struct terminal_login login;
    struct text name = field_text(request, "login"), password = field_text(request, "password");
    if (!request->fields_valid || !one_word(name) || !one_word(password)) return refuse(request, &bad_fields);
    snprintf(login.login, sizeof login.login, "%.*s", TEXT_ARG(name));
    snprintf(login.password, sizeof login.password, "%.*s", TEXT_ARG(password));
    if (!terminal_books_login(terminals_books(terminals_of(request)), &login)) return refuse(request, &not_written);
    return answer_done(request, doc_new(request->arena), TEXT("/terminals"));
}

/* ---- the books ---- */

static void tell_totals(struct request *request, struct node *document) {
    struct terminal_totals totals = terminal_books_totals(terminals_books(terminals_of(request)));
    struct node *all = doc_object(document, "totals");
    for (int i = 0; i < TERMINAL_STATES; i++) {
        struct node *place = doc_object(all, terminal_state_name((enum terminal_state)i));
        doc_int(place, "count", totals.count[i]);
        doc_text(place, "sum", money_decimal(request->arena, rub(totals.sum[i])));
    }
    doc_int(document, "odd", totals.odd);
}

static enum flow books_tell(struct request *request, struct tx *tx) {
    (void)tx;
    if (!request->fields_valid) return refuse(request, &bad_fields);
    size_t after = (size_t)field_number(request, "after");
    size_t room = field_given(request, "limit") ? (size_t)field_number(request, "limit") : PAGE;
    struct terminal_payment *payments = arena_array(request->arena, struct terminal_payment, room);
    size_t count = terminal_books_page(terminals_books(terminals_of(request)), after, payments, room);
    struct node *document = doc_new(request->arena);
    tell_totals(request, document);
    struct node *list = doc_array(document, "payments");
    for (size_t i = 0; i < count; i++) {
        struct node *place = doc_add_object(list);
        doc_text(place, "txn_id", text_from(payments[i].txn));
        doc_text(place, "account", text_from(payments[i].account));
        doc_text(place, "sum", money_decimal(request->arena, rub(payments[i].sum)));
        doc_text(place, "fault", text_from(terminal_fault_names[payments[i].fault]));
        doc_text(place, "state", text_from(terminal_state_name(payments[i].state)));
        doc_int(place, "result", payments[i].result);
        doc_text(place, "prv_txn", text_from(payments[i].prv));
        doc_bool(place, "odd", payments[i].odd);
    }
    if (count == room) doc_int(document, "next", (int64_t)(after + count));
    else doc_null(document, "next");
    return answer_ok(request, document);
}

const struct route terminals_routes[] = {
    {.method = METHOD_GET,
     .path = "/terminals",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, terminals_page}},
     .page = &template_sandbox_terminals},
    {.method = METHOD_POST,
     .path = "/terminals/payments",
     .who = WHO_ANYONE,
     .form = &payment_form,
     .stages = {{STAGE_READ, payment_add}},
     .page = &template_sandbox_terminals},
    {.method = METHOD_POST,
     .path = "/terminals/agent",
     .who = WHO_ANYONE,
     .form = &agent_form,
     .stages = {{STAGE_READ, agent_set}},
     .page = &template_sandbox_terminals},
    {.method = METHOD_GET,
     .path = "/terminals/books",
     .who = WHO_ANYONE,
     .form = &books_form,
     .stages = {{STAGE_READ, books_tell}}},
};
