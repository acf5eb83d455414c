/* facts.c: what is known of an applicant, and what a reviewer adds to it from outside: what he found in credit bureaus
 * and in lists of which no program of ours tells. It is kept with who found it and when, beside what he entered before;
 * then the policy decides again, by the version that left the application to people. What that says is a proposal. */
#include "products/loans/staff.h"

#include "base/json.h"

#include <jansson.h>

#define FOUND "by staff" /* among the inputs; no input can be called so */

static const struct refusal nothing = {"nothing-entered", 422, S_loans_facts_nothing, false};

/* What a reviewer enters, or has entered. */
struct fact {
    struct text name;
    enum policy_kind kind;
    int64_t value, staff;
    moment at;
};

static struct text input_words(struct arena *arena, const struct locale *locale, struct text name) {
    static const struct {
        const char *name;
        string_id words;
    } known[] = {
        {"income", S_loans_fact_income},
        {"payments", S_loans_fact_payments},
        {"age", S_loans_fact_age},
        {"asked", S_loans_fact_asked},
        {"loans", S_loans_fact_loans},
        {"costly", S_loans_fact_costly},
        {"repaid", S_loans_fact_repaid},
        {"days_overdue", S_loans_fact_days_overdue},
        {"level", S_loans_fact_level},
        {"bankrupt", S_loans_fact_bankrupt},
        {"income_proved", S_loans_fact_income_proved},
        {"terror_list", S_loans_fact_terror_list},
        {"lost_passports", S_loans_fact_lost_passports},
        {"self_ban", S_loans_fact_self_ban},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (text_is(name, known[i].name)) return staff_say(arena, locale, known[i].words);
    return name; /* the operator's own */
}

static struct text value_words(struct arena *arena, const struct locale *locale, enum policy_kind kind,
                               int64_t value) {
    struct buffer out = buffer_new(arena, 32);
    if (kind == POLICY_FLAG) return staff_say(arena, locale, value != 0 ? S_loans_staff_yes : S_loans_staff_no);
    if (kind == POLICY_MONEY) locale_money(&out, locale, rub(value));
    else locale_number(&out, locale, value);
    return buffer_text(&out);
}

/* The latest that people entered under that name. */
static bool entered(const json_t *inputs, struct text name, struct fact *fact) {
    const json_t *each;
    size_t at;
    bool found = false;
    json_array_foreach(json_object_get(inputs, FOUND), at, each) {
        if (!text_is(name, json_string_value(json_object_get(each, "name")))) continue;
        fact->value = json_integer_value(json_object_get(each, "value"));
        fact->staff = json_integer_value(json_object_get(each, "staff"));
        fact->at = json_integer_value(json_object_get(each, "at"));
        found = true;
    }
    return found;
}

/* ---- told ---- */

static void tell_value(struct request *request, const struct policy_input *input, const struct policy_value *value,
                       bool opened, struct node *node) {
    doc_text(node, "name", input->name);
    doc_text(node, "words", input_words(request->arena, &request->locale, input->name));
    doc_bool(node, "known", value != NULL);
    doc_text(node, "value", value == NULL ? TEXT_NONE
                            : opened      ? value_words(request->arena, &request->locale, input->kind, value->value)
                                          : TEXT("•••"));
}

static struct text fault_of(const struct request *request, struct text name) {
    for (const struct rest_fault *fault = request->rest_faults; fault != NULL; fault = fault->next)
        if (text_is(name, fault->name)) return fault->words;
    return TEXT_NONE;
}

/* A field of the form, as partials/provider_field.html draws it. */
static void tell_field(struct request *request, const struct policy_input *input, struct node *node) {
    static const string_id titles[] = {S_loans_facts_not_looked, S_loans_staff_no, S_loans_staff_yes};
    static const char *const codes[] = {"", "no", "yes"};
    struct text name = text_copy(request->arena, input->name);
    struct text typed = field_known(request, "facts") ? rest_text(request, name.data) : TEXT_NONE;
    doc_text(node, "name", name);
    doc_text(node, "label", input_words(request->arena, &request->locale, name));
    doc_text(node, "kind", input->kind == POLICY_FLAG    ? TEXT("flag")
                           : input->kind == POLICY_MONEY ? TEXT("money")
                                                         : TEXT("number"));
    doc_text(node, "inputmode", input->kind == POLICY_MONEY ? TEXT("decimal") : TEXT("numeric"));
    doc_text(node, "value", typed);
    doc_text(node, "error", fault_of(request, name));
    struct node *options = doc_array(node, "options");
    for (int i = 0; i < 3 && input->kind == POLICY_FLAG; i++) {
        struct node *option = doc_add_object(options);
        doc_text(option, "code", text_from(codes[i]));
        doc_text(option, "title", staff_say(request->arena, &request->locale, titles[i]));
        doc_bool(option, "selected", text_is(typed, codes[i]));
    }
}

void facts_tell(struct request *request, struct tx *tx, const struct application *application, bool opened,
                struct node *document) {
    struct node *inputs = doc_array(document, "inputs"), *fields = doc_array(document, "facts");
    const struct policy_version *version =
        loans_policy_take(request->engine, tx, application->policy, tx_arena(tx));
    struct policy_value values[POLICY_INPUTS];
    const json_t *data = json_read(request->arena, application->inputs);
    size_t count = loans_inputs_read(request->arena, application->inputs, values, POLICY_INPUTS);
    for (size_t i = 0; version != NULL && i < version->policy.input_count; i++) {
        const struct policy_input *input = &version->policy.inputs[i];
        struct fact fact;
        size_t at = 0;
        if (!input->given) continue;
        while (at < count && !text_equal(values[at].name, input->name)) at++;
        struct node *node = doc_add_object(inputs);
        tell_value(request, input, at < count ? &values[at] : NULL, opened, node);
        bool by_staff = entered(data, input->name, &fact);
        doc_text(node, "by", by_staff ? staff_login(tx, request->arena, fact.staff) : TEXT_NONE);
        if (by_staff) doc_moment(node, "at", fact.at);
        else doc_null(node, "at");
        if (at == count || by_staff) tell_field(request, input, doc_add_object(fields));
    }
}

/* ---- entered ---- */

static void put(struct node *object, const char *name, enum policy_kind kind, int64_t value) {
    if (kind == POLICY_FLAG) doc_bool(object, name, value != 0);
    else doc_int(object, name, value);
}

static bool among(const struct fact *facts, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (text_is(facts[i].name, name)) return true;
    return false;
}

/* The inputs with these in their places, and who entered them behind what was entered before. */
static struct text completed(struct arena *arena, struct text inputs, const struct fact *facts, size_t count) {
    json_t *data = json_read(arena, inputs), *value;
    const json_t *each;
    const char *name;
    size_t at;
    struct node *all = doc_new(arena);
    json_object_foreach(data, name, value) {
        if (among(facts, count, name)) continue;
        if (json_is_boolean(value)) doc_bool(all, name, json_is_true(value));
        if (json_is_integer(value)) doc_int(all, name, json_integer_value(value));
    }
    for (size_t i = 0; i < count; i++) put(all, facts[i].name.data, facts[i].kind, facts[i].value);
    struct node *list = doc_array(all, FOUND), *entry;
    json_array_foreach(json_object_get(data, FOUND), at, each) {
        entry = doc_add_object(list);
        doc_text(entry, "name", text_from(json_string_value(json_object_get(each, "name"))));
        doc_int(entry, "value", json_integer_value(json_object_get(each, "value")));
        doc_int(entry, "staff", json_integer_value(json_object_get(each, "staff")));
        doc_int(entry, "at", json_integer_value(json_object_get(each, "at")));
    }
    for (size_t i = 0; i < count; i++) {
        entry = doc_add_object(list);
        doc_text(entry, "name", facts[i].name);
        doc_int(entry, "value", facts[i].value);
        doc_int(entry, "staff", facts[i].staff);
        doc_int(entry, "at", facts[i].at);
    }
    struct buffer out = buffer_new(arena, 1024);
    doc_write_json(all, &out);
    return buffer_text(&out);
}

static bool value_read(struct text typed, enum policy_kind kind, int64_t *value) {
    struct money money;
    if (kind != POLICY_MONEY) return policy_value_read(typed, kind, value);
    if (!money_parse_typed(typed, CURRENCY_RUB, &money) || money.minor > POLICY_NUMBER_MOST) return false;
    *value = money.minor;
    return true;
}

/* What was entered of that which nobody else knows; marks what does not do. */
static size_t read_facts(struct request *request, const struct policy *policy, struct text inputs,
                         struct fact facts[POLICY_INPUTS]) {
    const json_t *data = json_read(request->arena, inputs);
    const char *open[POLICY_INPUTS];
    size_t count = 0, open_count = 0;
    for (size_t i = 0; i < policy->input_count; i++) {
        const struct policy_input *input = &policy->inputs[i];
        struct fact fact = {.value = 0};
        struct text name = text_copy(request->arena, input->name), typed = rest_text(request, name.data);
        if (!input->given || (json_object_get(data, name.data) != NULL && !entered(data, name, &fact))) continue;
        open[open_count++] = name.data;
        if (typed.size == 0) continue;
        facts[count] = (struct fact){name, input->kind, 0, request->caller.staff, world_now(request->world)};
        if (value_read(typed, input->kind, &facts[count].value)) count++;
        else rest_fault(request, name.data, staff_say(request->arena, &request->locale, S_loans_facts_invalid));
    }
    struct text unknown = rest_unknown(request, open, open_count);
    if (unknown.data != NULL)
        rest_fault(request, text_copy(request->arena, unknown).data,
                   staff_say(request->arena, &request->locale, S_loans_facts_closed));
    return count;
}

/* POST /staff/loan-applications/{id}/facts */
enum flow facts_write(struct request *request, struct tx *tx) {
    struct application application;
    struct fact facts[POLICY_INPUTS];
    struct buffer names = buffer_new(request->arena, 128);
    request->rest_faults = NULL; /* a command may be run again */
    if (!review_mine(request, tx, &application)) return FLOW_ANSWERED;
    const struct policy_version *version =
        loans_policy_take(request->engine, tx, application.policy, tx_arena(tx));
    size_t count = version != NULL ? read_facts(request, &version->policy, application.inputs, facts) : 0;
    if (request->rest_faults != NULL) return refuse_rest(request);
    if (count == 0) return refuse(request, &nothing);
    application.inputs = completed(request->arena, application.inputs, facts, count);
    loans_decide_again(request->engine, tx, &application, version);
    application_update(request->engine, tx, &application);
    for (size_t i = 0; i < count; i++)
        buffer_format(&names, "%s%s", i > 0 ? ", " : "", facts[i].name.data);
    audit_record(request, application.customer, "loans.review.facts", buffer_text(&names));
    return review_done(request, &application);
}
