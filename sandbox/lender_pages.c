/* lender_pages.c: what is not the lender's interface: its page with faults on demand, its day, which a person may let
 * pass, and its books. */
#include "sandbox/lender.h"

#include "generated/strings_sandbox.h"
#include "generated/templates.h"

#include <stdio.h>

#define LATEST 20
#define PAGE 500
#define PAGE_MAX 1000 /* fits a request's arena */

static const char *const call_choices[] = {"any",    "quote", "apply", "status",    "sign",
                                           "cancel", "loan",  "repay", "repayment", "statement", "return", NULL};
FORM(fault_form, {.name = "fault", .type = FIELD_TEXT, .required = true, .max = 20},
     {.name = "share", .type = FIELD_INT, .min = 1, .max = 100},
     {.name = "times", .type = FIELD_INT, .min = 1, .max = 1000},
     {.name = "seconds", .type = FIELD_INT, .min = 1, .max = 86400},
     {.name = "call", .type = FIELD_CHOICE, .choices = call_choices});
FORM(pass_form, {.name = "days", .type = FIELD_INT, .required = true, .min = 1, .max = 400});
FORM(books_form, {.name = "after", .type = FIELD_INT, .min = 0, .max = INT32_MAX},
     {.name = "limit", .type = FIELD_INT, .min = 1, .max = PAGE_MAX});

static const struct refusal bad_fields = {"bad-request", 422, S_sandbox_refused_fields, false};
static const struct refusal too_many = {"too-many", 409, S_sandbox_refused_rules, false};
static const struct refusal not_written = {"not-written", 503, S_sandbox_refused_broken, false};

static struct lender *lender_of(const struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    return sandbox->lender;
}

static struct text words(struct request *request, string_id id) {
    return string_get(request->arena, &request->locale, id, NULL, 0);
}

static struct text kept(struct request *request, const char *string) {
    return text_copy(request->arena, text_from(string));
}

/* ---- rules ---- */

static void tell_rules(struct request *request, struct node *document) {
    struct lender *lender = lender_of(request);
    moment now = world_now(request->world);
    struct node *list = doc_array(document, "rules");
    pthread_mutex_lock(&lender->lock);
    for (size_t i = 0; i < lender->rules.count; i++) {
        const struct lend_rule *rule = &lender->rules.list[i];
        if (rule->times == 0 || rule->until <= now) continue;
        struct node *place = doc_add_object(list);
        doc_text(place, "fault", kept(request, rule->name));
        doc_int(place, "share", rule->share);
        if (rule->times > 0) doc_int(place, "times", rule->times);
        else doc_null(place, "times");
        doc_moment(place, "until", rule->until);
    }
    pthread_mutex_unlock(&lender->lock);
}

static enum flow faults_list(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    tell_rules(request, document);
    return answer_ok(request, document);
}

static enum flow faults_add(struct request *request, struct tx *tx) {
    (void)tx;
    struct lender *lender = lender_of(request);
    moment now = world_now(request->world);
    if (!request->fields_valid) return refuse(request, &bad_fields);
    struct text name = field_text(request, "fault");
    int64_t call = field_number(request, "call"), seconds = field_number(request, "seconds");
    struct lend_rule rule = {.faults = lend_faults_named(name),
                             .calls = call > 0 ? 1u << (call - 1) : 0,
                             .share = field_given(request, "share") ? (int)field_number(request, "share") : 100,
                             .times = field_given(request, "times") ? (int)field_number(request, "times") : -1,
                             .until = now + (seconds > 0 ? seconds : 86400) * SECOND};
    if (rule.faults == 0) return refuse(request, &bad_fields);
    snprintf(rule.name, sizeof rule.name, "%.*s", TEXT_ARG(name));
    pthread_mutex_lock(&lender->lock);
    bool good = lend_rules_add(&lender->rules, &rule, now);
    pthread_mutex_unlock(&lender->lock);
    if (!good) return refuse(request, &too_many);
    return answer_done(request, doc_new(request->arena), TEXT("/lender"));
}

static enum flow faults_clear(struct request *request, struct tx *tx) {
    (void)tx;
    struct lender *lender = lender_of(request);
    pthread_mutex_lock(&lender->lock);
    lender->rules.count = 0;
    pthread_mutex_unlock(&lender->lock);
    return answer_done(request, doc_new(request->arena), TEXT("/lender"));
}

static enum flow days_pass(struct request *request, struct tx *tx) {
    (void)tx;
    if (!request->fields_valid) return refuse(request, &bad_fields);
    if (!lend_books_pass(lender_of(request)->books, field_number(request, "days")))
        return refuse(request, &not_written);
    return answer_done(request, doc_new(request->arena), TEXT("/lender"));
}

/* ---- the books ---- */

static void tell_lent(struct request *request, const struct lent *lent, struct node *place) {
    enum lent_state state = lent_state_of(lent, world_now(request->world));
    struct arena *arena = request->arena;
    doc_text(place, "id", kept(request, lent->id));
    doc_text(place, "lending", text_from(lendings[lent->lending].code));
    doc_text(place, "state", text_from(lent_state_name(state)));
    doc_text(place, "phone", kept(request, lent->phone));
    doc_text(place, "sum", money_decimal(arena, rub(lent->sum)));
    doc_text(place, "owed", money_decimal(arena, rub(owing_all(&lent->owing))));
    doc_text(place, "paid", money_decimal(arena, rub(lent->owing.paid)));
}

static enum flow lender_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct lend_books *books = lender_of(request)->books;
    struct lent *latest = arena_array(request->arena, struct lent, LATEST);
    moment now = world_now(request->world);
    size_t count = lend_books_count(books), after = count > LATEST ? count - LATEST : 0;
    struct node *document = doc_new(request->arena), *faults = doc_array(document, "faults");
    for (int i = LEND_WELL + 1; i < LEND_FAULTS; i++) {
        struct node *place = doc_add_object(faults);
        doc_text(place, "value", text_from(lend_faults[i].name));
        doc_text(place, "about", words(request, lend_faults[i].about));
    }
    tell_rules(request, document);
    doc_date(document, "today", date_from_days(lend_books_day(books, now)));
    struct lend_totals totals = lend_books_totals(books, now);
    doc_money(document, "issued", rub(totals.issued));
    doc_money(document, "repaid", rub(totals.repaid));
    static const string_id states[LENT_STATES] = {S_sandbox_lent_deciding, S_sandbox_lent_refused,
                                                  S_sandbox_lent_offered,  S_sandbox_lent_signed,
                                                  S_sandbox_lent_issued,   S_sandbox_lent_closed,
                                                  S_sandbox_lent_cancelled, S_sandbox_lent_expired};
    struct node *list = doc_array(document, "loans");
    for (size_t left = lend_books_page(books, after, now, latest, LATEST); left > 0; left--) {
        struct node *place = doc_add_object(list);
        tell_lent(request, &latest[left - 1], place);
        doc_text(place, "words", words(request, states[lent_state_of(&latest[left - 1], now)]));
        doc_moment(place, "made", latest[left - 1].made);
    }
    return answer_ok(request, document);
}

static enum flow books_tell(struct request *request, struct tx *tx) {
    (void)tx;
    if (!request->fields_valid) return refuse(request, &bad_fields);
    struct lend_books *books = lender_of(request)->books;
    moment now = world_now(request->world);
    size_t after = (size_t)field_number(request, "after");
    size_t room = field_given(request, "limit") ? (size_t)field_number(request, "limit") : PAGE;
    struct lent *all = arena_array(request->arena, struct lent, room);
    struct lend_totals totals = lend_books_totals(books, now);
    size_t count = lend_books_page(books, after, now, all, room);
    struct node *document = doc_new(request->arena), *sums = doc_object(document, "totals");
    doc_text(sums, "issued", money_decimal(request->arena, rub(totals.issued)));
    doc_text(sums, "repaid", money_decimal(request->arena, rub(totals.repaid)));
    doc_text(sums, "open", money_decimal(request->arena, rub(totals.open)));
    struct node *states = doc_object(document, "states");
    for (int i = 0; i < LENT_STATES; i++) doc_int(states, lent_state_name((enum lent_state)i), totals.states[i]);
    struct node *list = doc_array(document, "loans");
    for (size_t i = 0; i < count; i++) tell_lent(request, &all[i], doc_add_object(list));
    if (count == room) doc_int(document, "next", (int64_t)(after + count));
    else doc_null(document, "next");
    return answer_ok(request, document);
}

#define READ(run_) .who = WHO_ANYONE, .stages = {{STAGE_READ, run_}}
const struct route lender_pages_routes[LENDER_PAGES_ROUTES] = {
    {.method = METHOD_GET, .path = "/lender", READ(lender_page), .page = &template_sandbox_lender},
    {.method = METHOD_GET, .path = "/lender/faults", READ(faults_list)},
    {.method = METHOD_POST, .path = "/lender/faults", READ(faults_add), .form = &fault_form,
     .page = &template_sandbox_lender},
    {.method = METHOD_DELETE, .path = "/lender/faults", READ(faults_clear)},
    {.method = METHOD_POST, .path = "/lender/clear", READ(faults_clear), .page = &template_sandbox_lender},
    {.method = METHOD_POST, .path = "/lender/days", READ(days_pass), .form = &pass_form,
     .page = &template_sandbox_lender},
    {.method = METHOD_GET, .path = "/lender/books", READ(books_tell), .form = &books_form},
};
