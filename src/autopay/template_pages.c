/* template_pages.c: templates: made of a payment or by hand, paid from, renamed, removed. What is filled in never
 * changes: an autopay pays to whom it was made for. */
#include "autopay/internal.h"

#include "generated/templates.h"

static const struct refusal full = {"templates-full", 422, S_autopay_refused_full, false};
static const struct refusal in_use = {"template-in-use", 409, S_autopay_refused_in_use, false};
static const struct refusal gone = {"provider-gone", 409, S_autopay_refused_gone, false};

static const struct provider *provider_of(struct request *request, const struct pay_template *template) {
    return catalogue_provider(catalogue_take(request->engine, request->arena), template->provider);
}

static const char *icon_of(const struct catalogue *catalogue, const struct provider *provider) {
    const struct category *category =
        provider != NULL ? catalogue_category(catalogue, text_from(provider->category)) : NULL;
    return category != NULL ? category->icon : "receipt";
}

static bool find(struct request *request, struct tx *tx, struct pay_template *template) {
    int64_t id;
    return request_param_id(request, 0, &id) &&
           template_find(request->engine, tx, request->caller.customer, id, template);
}

/* ---- told ---- */

void template_tell(struct request *request, const struct pay_template *template, struct node *document) {
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    const struct provider *provider = catalogue_provider(catalogue, template->provider);
    enum language language = request->locale.language;
    doc_id(document, "id", template->id);
    doc_text(document, "name", text_copy(request->arena, template->name));
    doc_text(document, "code", provider != NULL ? text_from(provider->code) : TEXT_NONE);
    doc_text(document, "provider",
             provider != NULL ? words_in(&provider->title, language)
                              : string_get(request->arena, &request->locale, S_autopay_gone, NULL, 0));
    doc_text(document, "icon", text_from(icon_of(catalogue, provider)));
    doc_bool(document, "on", provider != NULL && provider->on);
    doc_text(document, "account", account_words(request->arena, &template->values, provider));
    if (template->sum > 0) doc_money(document, "sum", rub(template->sum));
    else doc_null(document, "sum");
    struct node *values = doc_array(document, "values");
    for (size_t i = 0; i < template->values.count; i++) {
        const struct osmp_field *value = &template->values.of[i];
        struct text name = text_from(value->name), title = name;
        for (size_t k = 0; provider != NULL && k < provider->field_count; k++)
            if (text_is(name, provider->fields[k].name)) title = words_in(&provider->fields[k].title, language);
        struct node *node = doc_add_object(values);
        doc_text(node, "name", text_copy(request->arena, name));
        doc_text(node, "title", text_copy(request->arena, title));
        doc_text(node, "value", text_copy(request->arena, value->value));
        doc_text(node, "shown", payment_value_shown(request->arena, provider, value->name, value->value));
    }
}

static void tell_rules(struct request *request, struct tx *tx, int64_t template, struct node *document) {
    struct autopay_rule rules[RULES_MOST];
    size_t count = rules_of(tx, request->caller.customer, template, rules);
    struct node *list = doc_array(document, "autopays");
    for (size_t i = 0; i < count; i++) rule_tell(request, tx, &rules[i], doc_add_object(list));
}

/* Whom he pays again and again, and where a template is made of it. */
static void habit_tell(struct arena *arena, const struct locale *locale, const struct provider *provider,
                       const struct habit *habit, struct node *node) {
    doc_id(node, "id", habit->id);
    doc_text(node, "provider", words_in(&provider->title, locale->language));
    doc_text(node, "account", account_words(arena, &habit->values, provider));
    doc_text(node, "href", text_format(arena, "/payments/%lld/template", (long long)habit->payment));
}

static void tell_habits(struct request *request, struct tx *tx, struct node *list) {
    struct habit habits[HABITS_SHOWN];
    size_t count = habits_offered(request->engine, tx, request->caller.customer, habits, HABITS_SHOWN);
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    for (size_t i = 0; i < count; i++) {
        const struct provider *provider = catalogue_provider(catalogue, habits[i].provider);
        if (provider != NULL)
            habit_tell(request->arena, &request->locale, provider, &habits[i], doc_add_object(list));
    }
}

/* GET /templates */
enum flow templates_read(struct request *request, struct tx *tx) {
    struct pay_template templates[TEMPLATES_MOST];
    size_t count = templates_after(request->engine, tx, request->caller.customer, 0, templates, TEMPLATES_MOST);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "templates");
    for (size_t i = 0; i < count; i++) template_tell(request, &templates[i], doc_add_object(list));
    tell_rules(request, tx, 0, document);
    tell_habits(request, tx, doc_array(document, "habits"));
    return answer_ok(request, document);
}

/* GET /templates/{id} */
enum flow template_read(struct request *request, struct tx *tx) {
    struct pay_template template;
    if (!find(request, tx, &template)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    template_tell(request, &template, document);
    tell_rules(request, tx, template.id, document);
    return answer_ok(request, document);
}

/* GET /templates/{id}/pay: the provider's form with all of it filled in; it is sent as any payment is. */
enum flow template_pay_read(struct request *request, struct tx *tx) {
    struct pay_template template;
    if (!find(request, tx, &template)) return answer_missing(request);
    const struct provider *provider = provider_of(request, &template);
    if (provider == NULL) return refuse(request, &gone);
    struct node *document = doc_new(request->arena);
    payments_form(request, tx, provider, &template.values, template.sum, document);
    payments_form_operators(request, provider, 0, document);
    return answer_ok(request, document);
}

/* One at a time, on the page where everything begins; all are on the templates' page, where each can be refused. */
static void offer_habit(struct node *list, const struct locale *locale, const struct provider *provider,
                        const struct habit *habit) {
    struct arena *arena = list->arena;
    struct node *values = doc_new(arena), *node = doc_add_object(list);
    doc_text(values, "who", words_in(&provider->title, locale->language));
    doc_text(values, "account", account_words(arena, &habit->values, provider));
    const struct string_argument arguments[] = {{"who", doc_get(values, "who")},
                                                {"account", doc_get(values, "account")}};
    doc_text(node, "title", string_get(arena, locale, S_autopay_habit_offer, NULL, 0));
    doc_text(node, "text", string_get(arena, locale, S_autopay_habit_who, arguments, 2));
    doc_text(node, "href", text_format(arena, "/payments/%lld/template", (long long)habit->payment));
    doc_text(node, "icon", TEXT("repeat"));
}

#define SHORTCUTS 6

void autopay_shortcuts(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                       struct node *list) {
    struct pay_template templates[SHORTCUTS];
    struct habit habit;
    size_t count = templates_after(engine, tx, customer, 0, templates, SHORTCUTS);
    bool habits = habits_offered(engine, tx, customer, &habit, 1) > 0;
    if (count == 0 && !habits) return;
    const struct catalogue *catalogue = catalogue_take(engine, list->arena);
    for (size_t i = 0; i < count; i++) {
        const struct provider *provider = catalogue_provider(catalogue, templates[i].provider);
        if (provider == NULL) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "title", text_copy(list->arena, templates[i].name));
        doc_text(node, "text",
                 text_format(list->arena, "%.*s, %.*s", TEXT_ARG(words_in(&provider->title, locale->language)),
                             TEXT_ARG(account_words(list->arena, &templates[i].values, provider))));
        doc_text(node, "href", text_format(list->arena, "/templates/%lld/pay", (long long)templates[i].id));
        doc_text(node, "icon", text_from(icon_of(catalogue, provider)));
    }
    const struct provider *provider = habits ? catalogue_provider(catalogue, habit.provider) : NULL;
    if (provider != NULL) offer_habit(list, locale, provider, &habit);
}

/* ---- made ---- */

/* field: of the form, in which its name stands */
static enum flow keep(struct request *request, struct tx *tx, struct pay_template *template, const char *field) {
    if (template_count(tx, request->caller.customer) >= TEMPLATES_MOST) return refuse(request, &full);
    template->id = world_id(tx_world(tx));
    template->customer = request->caller.customer;
    template->name = field_text(request, field);
    template_insert(request->engine, tx, template);
    struct node *document = doc_new(request->arena);
    template_tell(request, template, document);
    return answer_created(request, document, text_format(request->arena, "/templates/%lld", (long long)template->id));
}

static bool of_payment(struct request *request, struct tx *tx, struct pay_template *template, int64_t *payment) {
    struct payment_wish wish;
    if (!request_param_id(request, 0, payment) ||
        !payments_wish_of(request->engine, tx, request->caller.customer, *payment, &wish))
        return false;
    *template = (struct pay_template){.provider = wish.provider, .sum = wish.sum, .values = wish.values};
    const struct provider *provider = provider_of(request, template);
    if (provider != NULL && provider->sum_kind != SUM_TYPED) template->sum = 0; /* the next bill is another */
    return true;
}

/* GET /payments/{id}/template */
enum flow template_of_payment_read(struct request *request, struct tx *tx) {
    struct pay_template template;
    int64_t payment;
    if (!of_payment(request, tx, &template, &payment)) return answer_missing(request);
    const struct provider *provider = provider_of(request, &template);
    if (provider == NULL) return refuse(request, &gone);
    struct node *document = doc_new(request->arena);
    template.name = words_in(&provider->title, request->locale.language);
    template_tell(request, &template, document);
    doc_id(document, "payment", payment);
    return answer_ok(request, document);
}

/* POST /payments/{id}/template */
enum flow template_of_payment_write(struct request *request, struct tx *tx) {
    struct pay_template template;
    int64_t payment;
    if (!of_payment(request, tx, &template, &payment)) return answer_missing(request);
    return keep(request, tx, &template, "name");
}

static const struct provider *provider_named(struct request *request) {
    return catalogue_by_code(catalogue_take(request->engine, request->arena), request->params[0]);
}

/* GET /pay/{code}/template: by hand */
enum flow template_new_read(struct request *request, struct tx *tx) {
    const struct provider *provider = provider_named(request);
    if (provider == NULL || !payments_keeps(provider)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    payments_form(request, tx, provider, NULL, 0, document);
    payments_form_operators(request, provider, 0, document);
    return answer_ok(request, document);
}

/* POST /pay/{code}/template */
enum flow template_new_write(struct request *request, struct tx *tx) {
    const struct provider *asked = provider_named(request);
    request->rest_faults = NULL; /* a command may be run again */
    request->fields_valid = true;
    if (asked == NULL || !payments_keeps(asked)) return answer_missing(request);
    const struct provider *provider = payments_payee_of(request, asked);
    struct pay_template template = {.provider = provider->id};
    payments_take_values(request, provider, &template.values);
    template.sum = payments_take_sum(request, provider, false);
    if (request->rest_faults != NULL || !request->fields_valid) return refuse_rest(request);
    return keep(request, tx, &template, "template");
}

/* ---- changed ---- */

/* POST /templates/{id}/rename */
enum flow template_rename_write(struct request *request, struct tx *tx) {
    int64_t id;
    if (!request_param_id(request, 0, &id) ||
        !template_rename(request->engine, tx, request->caller.customer, id, field_text(request, "name")))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_done(request, document, text_format(request->arena, "/templates/%lld", (long long)id));
}

/* POST /templates/{id}/remove */
enum flow template_remove_write(struct request *request, struct tx *tx) {
    struct autopay_rule rules[RULES_MOST];
    int64_t id;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    if (rules_of(tx, request->caller.customer, id, rules) > 0) return refuse(request, &in_use);
    if (!template_remove(tx, request->caller.customer, id)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_done(request, document, TEXT("/templates"));
}

/* POST /templates/habits/{id}/off */
enum flow habit_off_write(struct request *request, struct tx *tx) {
    int64_t id;
    if (!request_param_id(request, 0, &id) || !habit_end(tx, request->caller.customer, id))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_done(request, document, TEXT("/templates"));
}
