/* rule_pages.c: autopays: made on a template, looked at, paused, resumed, removed; one time skipped. Making one that
 * may take a large sum wants a fresh proof of who makes it, as such a payment would; no personal token makes one, since
 * it would outlive the token's limit a day. */
#include "autopay/internal.h"

#include "factors/factors.h"
#include "generated/templates.h"

#define HISTORY 50

static const struct refusal full = {"autopays-full", 422, S_autopay_refused_rules_full, false};
static const struct refusal gone = {"provider-gone", 409, S_autopay_refused_gone, false};
static const struct refusal frozen = {"frozen", 409, S_autopay_refused_frozen, false};
static const struct refusal nothing = {"nothing-to-skip", 409, S_autopay_refused_nothing, false};
static const struct refusal under_way = {"under-way", 409, S_autopay_refused_under_way, false};

static struct text say(struct request *request, string_id text) {
    return string_get(request->arena, &request->locale, text, NULL, 0);
}

static struct text address(struct request *request, const struct autopay_rule *rule) {
    return text_format(request->arena, "/autopay/%lld", (long long)rule->id);
}

static bool find(struct request *request, struct tx *tx, struct autopay_rule *rule) {
    int64_t id;
    return request_param_id(request, 0, &id) && rule_find(tx, request->caller.customer, id, rule);
}

/* ---- told ---- */

static const char *kind_name(enum autopay_kind kind) {
    static const char *const names[] = {"", "calendar", "balance", "bill"};
    return names[kind];
}

static void tell_run(struct request *request, const struct autopay_run *run, struct node *node) {
    static const string_id words[] = {
        [RUN_ASKING] = S_autopay_run_asking,   [RUN_TOLD] = S_autopay_run_told,
        [RUN_PAYING] = S_autopay_run_paying,   [RUN_PAID] = S_autopay_run_paid,
        [RUN_SKIPPED] = S_autopay_run_skipped, [RUN_FAILED] = S_autopay_run_failed};
    doc_id(node, "id", run->id);
    doc_text(node, "state", text_from(run_state_name(run->state)));
    doc_text(node, "state_words", say(request, words[run->state]));
    doc_bool(node, "paid", run->state == RUN_PAID);
    doc_bool(node, "failed", run->state == RUN_FAILED);
    doc_moment(node, "due", run->due);
    doc_moment(node, "at", run->at);
    doc_int(node, "attempt", run->attempt);
    if (run->sum > 0) doc_money(node, "sum", rub(run->sum));
    else doc_null(node, "sum");
    if (run->payment != 0) doc_id(node, "payment", run->payment);
    else doc_null(node, "payment");
    bool told = run->reason != AUTOPAY_WELL && run->reason != AUTOPAY_BY_HIM;
    doc_text(node, "reason", told ? text_from(autopay_reason_name(run->reason)) : TEXT_NONE);
    doc_text(node, "reason_words", told ? say(request, reason_string(run->reason)) : TEXT_NONE);
}

void rule_tell(struct request *request, struct tx *tx, const struct autopay_rule *rule, struct node *document) {
    struct pay_template template = {.name = TEXT("—")};
    template_find(request->engine, tx, rule->customer, rule->template, &template);
    const struct provider *provider =
        catalogue_provider(catalogue_take(request->engine, request->arena), template.provider);
    doc_id(document, "id", rule->id);
    doc_id(document, "template", rule->template);
    doc_text(document, "name", text_copy(request->arena, template.name));
    doc_text(document, "kind", text_from(kind_name(rule->kind)));
    doc_text(document, "words", rule_words(request->arena, &request->locale, rule, &template, provider));
    if (rule->kind == AUTOPAY_CALENDAR) doc_text(document, "when", autopay_days_write(request->arena, &rule->days));
    doc_money(document, "sum", rub(rule->sum));
    if (rule->kind == AUTOPAY_BALANCE) doc_money(document, "least", rub(rule->least));
    struct autopay_run soon;
    bool told = run_soon(tx, rule->customer, rule->id, &soon);
    doc_bool(document, "active", rule->state == RULE_ACTIVE);
    if (rule->state == RULE_ACTIVE) doc_moment(document, "next", told ? soon.at : rule->due);
    else doc_null(document, "next");
    bool paused = rule->state == RULE_PAUSED;
    doc_text(document, "reason", paused ? text_from(autopay_reason_name(rule->reason)) : TEXT_NONE);
    doc_text(document, "reason_words", paused ? say(request, reason_string(rule->reason)) : TEXT_NONE);
}

/* GET /autopay/{id} */
enum flow rule_read(struct request *request, struct tx *tx) {
    struct autopay_rule rule;
    struct autopay_run runs[HISTORY];
    if (!find(request, tx, &rule)) return answer_missing(request);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "runs");
    size_t count = runs_latest(tx, rule.customer, rule.id, runs, HISTORY);
    rule_tell(request, tx, &rule, document);
    struct autopay_run soon;
    if (run_soon(tx, rule.customer, rule.id, &soon)) tell_run(request, &soon, doc_object(document, "soon"));
    else doc_null(document, "soon");
    for (size_t i = 0; i < count; i++)
        if (runs[i].state >= RUN_PAYING) tell_run(request, &runs[i], doc_add_object(list));
    return answer_ok(request, document);
}

/* ---- made ---- */

static bool suits(enum autopay_kind kind, const struct provider *provider) {
    switch (kind) {
    case AUTOPAY_CALENDAR: return provider->sum_kind != SUM_EXACT;
    case AUTOPAY_BALANCE: return provider->tells_balance && provider->sum_kind != SUM_EXACT;
    case AUTOPAY_BILL: return provider->sum_kind != SUM_TYPED;
    }
    return false;
}

static enum autopay_kind first_kind(const struct provider *provider) {
    return provider->sum_kind == SUM_TYPED ? AUTOPAY_CALENDAR : AUTOPAY_BILL;
}

static void tell_kinds(struct request *request, const struct provider *provider, enum autopay_kind chosen,
                       struct node *document) {
    static const string_id titles[] = {S_none, S_autopay_kind_calendar, S_autopay_kind_balance, S_autopay_kind_bill};
    struct node *list = doc_array(document, "kinds");
    for (enum autopay_kind kind = AUTOPAY_CALENDAR; kind <= AUTOPAY_BILL; kind++) {
        if (!suits(kind, provider)) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "value", text_from(kind_name(kind)));
        doc_text(node, "title", say(request, titles[kind]));
        doc_bool(node, "current", kind == chosen);
    }
    doc_bool(document, "choice", list->count > 1);
}

static void tell_day(struct request *request, const struct autopay_days *days, struct text chosen, struct node *list) {
    struct node *option = doc_add_object(list), *values = doc_new(request->arena);
    struct text value = autopay_days_write(request->arena, days);
    doc_int(values, "day", days->day);
    const struct string_argument day = {"day", doc_get(values, "day")};
    doc_text(option, "value", value);
    doc_text(option, "title", string_get(request->arena, &request->locale, days_string(days, true), &day, 1));
    doc_bool(option, "selected", text_equal(value, chosen));
}

static void tell_days(struct request *request, struct node *document) {
    struct node *list = doc_array(document, "days");
    struct text typed = field_text(request, "when"), chosen = typed.size > 0 ? typed : TEXT("month-1");
    for (int day = 1; day <= 31; day++)
        tell_day(request, &(struct autopay_days){PERIOD_MONTH, day}, chosen, list);
    for (int day = 1; day <= 7; day++) tell_day(request, &(struct autopay_days){PERIOD_WEEK, day}, chosen, list);
    tell_day(request, &(struct autopay_days){PERIOD_DAY, 0}, chosen, list);
}

static enum autopay_kind kind_typed(const struct request *request, const struct provider *provider) {
    return field_given(request, "kind") ? (enum autopay_kind)(field_number(request, "kind") + 1) : first_kind(provider);
}

static const struct provider *look(struct request *request, struct tx *tx, struct pay_template *template) {
    int64_t id;
    if (!request_param_id(request, 0, &id) ||
        !template_find(request->engine, tx, request->caller.customer, id, template)) {
        answer_missing(request);
        return NULL;
    }
    const struct provider *provider =
        catalogue_provider(catalogue_take(request->engine, request->arena), template->provider);
    if (provider == NULL) refuse(request, &gone);
    return provider;
}

/* GET /templates/{id}/autopay: a form for each kind that this provider allows. */
enum flow rule_new_read(struct request *request, struct tx *tx) {
    struct pay_template template;
    const struct provider *provider = look(request, tx, &template);
    if (provider == NULL) return FLOW_ANSWERED;
    enum autopay_kind kind = kind_typed(request, provider);
    if (!suits(kind, provider)) kind = first_kind(provider);
    struct node *document = doc_new(request->arena), *form = doc_object(document, "form");
    doc_id(document, "template", template.id);
    doc_text(document, "name", text_copy(request->arena, template.name));
    doc_text(document, "account", account_words(request->arena, &template.values, provider));
    doc_text(document, "provider", words_in(&provider->title, request->locale.language));
    doc_text(document, "kind", text_from(kind_name(kind)));
    doc_int(document, "tries", autopay_settings_of(request->engine)->tries);
    tell_kinds(request, provider, kind, document);
    tell_days(request, document);
    payments_form(request, tx, provider, &template.values, template.sum, form);
    return answer_ok(request, document);
}

/* False: refused. */
static bool read_rule(struct request *request, struct tx *tx, const struct provider *provider,
                      struct autopay_rule *rule) {
    request->rest_faults = NULL; /* a command may be run again */
    request->fields_valid = true;
    rule->kind = kind_typed(request, provider);
    if (!suits(rule->kind, provider)) request_mark(request, "kind", S_autopay_form_kind, NULL, 0);
    if (rule->kind == AUTOPAY_CALENDAR && !autopay_days_read(field_text(request, "when"), &rule->days))
        request_mark(request, "when", S_autopay_form_when, NULL, 0);
    rule->sum = payments_take_sum(request, provider, true);
    rule->least = rule->kind == AUTOPAY_BALANCE ? field_number(request, "least") : 0;
    if (rule->kind == AUTOPAY_BALANCE && rule->least <= 0)
        request_mark(request, "least", S_autopay_form_least, NULL, 0);
    if (!request->fields_valid) {
        refuse_rest(request);
        return false;
    }
    rule->account = pay_account(request, tx);
    return rule->account != 0;
}

static bool is_large(struct request *request, const struct provider *provider, int64_t sum) {
    int64_t from = payments_confirm_sum(request->engine);
    return from > 0 && sum + fee_on(&provider->fee, sum) >= from;
}

/* A program hears that a proof is wanted before its key is used up. */
enum flow rule_new_look(struct request *request, struct tx *tx) {
    struct pay_template template;
    const struct provider *provider = look(request, tx, &template);
    if (provider == NULL) return FLOW_ANSWERED;
    bool asks = !request->wants_html && is_large(request, provider, field_number(request, "sum"));
    return asks ? factors_fresh(request, tx) : FLOW_NEXT;
}

static enum flow refuse_frozen(struct request *request, struct tx *tx) {
    struct customer customer;
    bool is = !identity_customer(request->engine, tx, request->caller.customer, &customer) || customer.frozen;
    return is ? refuse(request, &frozen) : FLOW_NEXT;
}

/* POST /templates/{id}/autopay */
enum flow rule_new_write(struct request *request, struct tx *tx) {
    struct pay_template template;
    struct autopay_rule others[RULES_MOST];
    const struct provider *provider = look(request, tx, &template);
    if (provider == NULL) return FLOW_ANSWERED;
    struct autopay_rule rule = {.customer = request->caller.customer,
                                .id = world_id(tx_world(tx)),
                                .template = template.id,
                                .state = RULE_ACTIVE};
    if (!read_rule(request, tx, provider, &rule)) return FLOW_ANSWERED;
    if (rules_of(tx, rule.customer, 0, others) >= RULES_MOST) return refuse(request, &full);
    if (refuse_frozen(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (is_large(request, provider, rule.sum) && factors_fresh(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    rule_plan(request->engine, &rule, world_now(tx_world(tx)));
    rule_insert(tx, &rule);
    struct node *document = doc_new(request->arena);
    rule_tell(request, tx, &rule, document);
    return answer_created(request, document, address(request, &rule));
}

/* ---- changed ---- */

static enum flow told(struct request *request, struct tx *tx, const struct autopay_rule *rule) {
    struct node *document = doc_new(request->arena);
    rule_tell(request, tx, rule, document);
    return answer_done(request, document, address(request, rule));
}

/* POST /autopay/{id}/pause */
enum flow rule_pause_write(struct request *request, struct tx *tx) {
    struct autopay_rule rule;
    if (!find(request, tx, &rule)) return answer_missing(request);
    if (rule.state == RULE_ACTIVE) {
        rule.state = RULE_PAUSED;
        rule.reason = AUTOPAY_BY_HIM;
        rule_update(tx, &rule);
        runs_drop(tx, rule.customer, rule.id, world_now(tx_world(tx)));
    }
    return told(request, tx, &rule);
}

static bool resumes_large(struct request *request, struct tx *tx, const struct autopay_rule *rule) {
    struct pay_template template;
    if (!template_find(request->engine, tx, rule->customer, rule->template, &template)) return false;
    const struct provider *provider =
        catalogue_provider(catalogue_take(request->engine, request->arena), template.provider);
    return rule->state == RULE_PAUSED && provider != NULL && is_large(request, provider, rule->sum);
}

/* POST /autopay/{id}/resume: what may pay a large sum again is as one made anew. */
enum flow rule_resume_write(struct request *request, struct tx *tx) {
    struct autopay_rule rule;
    if (!find(request, tx, &rule)) return answer_missing(request);
    if (rule.state == RULE_ACTIVE) return told(request, tx, &rule);
    if (refuse_frozen(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (resumes_large(request, tx, &rule) && factors_fresh(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    rule.state = RULE_ACTIVE;
    rule.reason = AUTOPAY_WELL;
    rule.due = 0;
    rule_plan(request->engine, &rule, world_now(tx_world(tx)));
    rule_update(tx, &rule);
    return told(request, tx, &rule);
}

/* POST /autopay/{id}/remove. What was sent to the provider is paid; what was only being checked is not. */
enum flow rule_remove_write(struct request *request, struct tx *tx) {
    struct autopay_rule rule;
    struct autopay_run run;
    if (!find(request, tx, &rule)) return answer_missing(request);
    if (run_open(tx, rule.customer, rule.id, &run) && run.state == RUN_PAYING)
        payments_drop(request->engine, tx, rule.customer, run.payment);
    rule_remove(tx, rule.customer, rule.id);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", rule.id);
    return answer_done(request, document, TEXT("/templates"));
}

/* POST /autopay/{id}/skip: the time that he was told of; the rule goes on. */
enum flow rule_skip_write(struct request *request, struct tx *tx) {
    struct autopay_rule rule;
    struct autopay_run run;
    if (!find(request, tx, &rule)) return answer_missing(request);
    bool found = field_given(request, "run") ? run_find(tx, rule.customer, field_number(request, "run"), &run)
                                             : run_soon(tx, rule.customer, rule.id, &run);
    if (!found || run.rule != rule.id) return refuse(request, &nothing);
    if (run.state == RUN_PAYING) return refuse(request, &under_way);
    if (run.state != RUN_TOLD) return refuse(request, &nothing);
    run_end(tx, &run, RUN_SKIPPED, AUTOPAY_BY_HIM);
    return told(request, tx, &rule);
}
