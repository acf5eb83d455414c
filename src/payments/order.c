/* order.c: what the customer asks for: the provider's form, and the payment made of it, which the provider is asked
 * about before anything is taken (WA-3). */
#include "payments/internal.h"

#include "base/check.h"
#include "base/identifiers.h"
#include "operations/operations.h"

#include <string.h>

static const struct refusal no_purse = {"no-account", 409, S_payments_refused_no_purse, false};
static const struct refusal provider_off = {"provider-unavailable", 409, S_payments_refused_off, false};
static const struct refusal level_low = {"level-too-low", 422, S_payments_refused_level, false};

static const struct provider *provider_of(struct request *request) {
    return catalogue_by_code(catalogue_take(request->engine, request->arena), request->params[0]);
}

/* ---- whose number it is ---- */

static bool is_operator(const struct provider *provider) {
    return provider->number_count > 0;
}

static struct text number_typed(struct request *request, const struct provider *finder) {
    struct text number = TEXT_NONE;
    const struct provider_field *field = &finder->fields[0];
    value_take(request->arena, &field->rule, rest_text(request, field->name), &number);
    return number;
}

/* As chosen, else as the number says; NULL: marked, so that he chooses. A number that is none is marked elsewhere. */
static const struct provider *operator_of(struct request *request, const struct provider *finder) {
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    struct text chosen = field_text(request, "operator"), number = number_typed(request, finder);
    const struct provider *found = chosen.size > 0 ? catalogue_by_code(catalogue, chosen)
                                                   : catalogue_operator(catalogue, number);
    if (found != NULL && is_operator(found)) return found;
    if (chosen.size > 0 || number.size > 0)
        request_mark(request, "operator",
                     chosen.size > 0 ? S_payments_operator_invalid : S_payments_operator_unknown, NULL, 0);
    return NULL;
}

/* The choice is shown where the number has not said it, or where it is asked for. */
void payments_form_operators(struct request *request, const struct provider *finder, int64_t paid,
                             struct node *document) {
    doc_bool(document, "finds", finder->operators);
    if (!finder->operators) return;
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    const struct field_value *field = request_field(request, "operator");
    struct text chosen = field != NULL && field->typed.size > 0 ? field->typed : TEXT_NONE;
    const struct provider *found = paid != 0 ? catalogue_provider(catalogue, paid)
                                             : catalogue_operator(catalogue, number_typed(request, finder));
    if (chosen.size == 0 && found != NULL) chosen = text_from(found->code);
    bool asked = request->method == METHOD_GET && field_number(request, "choose") != 0;
    doc_text(document, "operator", chosen);
    doc_bool(document, "choose", asked || (field != NULL && (field->given || field->fault != FAULT_NONE)));
    struct node *list = doc_array(document, "operators");
    if (chosen.size == 0 && request->wants_html) { /* nobody is chosen by not looking */
        struct node *nobody = doc_add_object(list);
        doc_text(nobody, "value", TEXT(""));
        doc_text(nobody, "title",
                 string_get(request->arena, &request->locale, S_payments_operator_choose, NULL, 0));
        doc_bool(nobody, "selected", true);
    }
    for (size_t i = 0; i < catalogue->provider_count; i++) {
        const struct provider *provider = &catalogue->providers[i];
        if (!is_operator(provider) || !provider->on) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "value", text_from(provider->code));
        doc_text(node, "title", words_in(&provider->title, request->locale.language));
        doc_bool(node, "selected", text_is(chosen, provider->code));
    }
}

/* ---- the form ---- */

static const char *input_type(const struct value_rule *rule) {
    return rule->kind == VALUE_KIND_PHONE ? "tel" : "text";
}

static struct text words_of_fault(const struct request *request, const char *name) {
    for (const struct rest_fault *fault = request->rest_faults; fault != NULL; fault = fault->next)
        if (text_is(text_from(fault->name), name)) return fault->words;
    return TEXT_NONE;
}

/* What stands in the field: as just typed; else of the payment that is repeated; else as the address brought it. */
static struct text shown_value(const struct request *request, const struct provider_field *field,
                               const struct payment_values *repeated) {
    struct text typed = rest_text(request, field->name);
    if (typed.data != NULL || repeated == NULL) return typed;
    bool forgotten = field->rule.check == CHECK_CARD; /* a mask is no number */
    return forgotten ? TEXT_NONE : payment_values_get(repeated, field->name);
}

static void tell_choices(struct request *request, const struct value_rule *rule, struct text value,
                         struct node *options) {
    if (request->wants_html && rule->choice_count > 0) { /* nobody's bank is chosen by not looking */
        struct node *none = doc_add_object(options);
        doc_text(none, "code", TEXT(""));
        doc_text(none, "title", string_get(request->arena, &request->locale, S_payments_form_choose, NULL, 0));
        doc_bool(none, "selected", value.size == 0);
    }
    for (size_t i = 0; i < rule->choice_count; i++) {
        struct node *option = doc_add_object(options);
        doc_text(option, "code", rule->choices[i].value);
        doc_text(option, "title", rule->choices[i].title);
        doc_bool(option, "selected", text_equal(rule->choices[i].value, value));
    }
}

static void tell_fields(struct request *request, const struct provider *provider,
                        const struct payment_values *repeated, struct node *document) {
    enum language language = request->locale.language;
    struct node *fields = doc_array(document, "fields");
    for (size_t i = 0; i < provider->field_count; i++) {
        const struct provider_field *field = &provider->fields[i];
        struct node *node = doc_add_object(fields);
        doc_text(node, "name", text_from(field->name));
        doc_text(node, "label", words_in(&field->title, language));
        doc_text(node, "type", text_from(input_type(&field->rule)));
        doc_text(node, "inputmode", field->rule.kind == VALUE_KIND_DIGITS ? TEXT("numeric") : TEXT_NONE);
        doc_bool(node, "optional", field->rule.optional);
        doc_text(node, "hint", words_in(&field->hint, language));
        doc_text(node, "example", field->example);
        doc_text(node, "value", shown_value(request, field, repeated));
        tell_choices(request, &field->rule, shown_value(request, field, repeated), doc_array(node, "options"));
        doc_text(node, "error", words_of_fault(request, field->name));
    }
}

static void tell_bounds(struct request *request, const struct provider *provider, struct node *document) {
    static const char *const kinds[] = {"typed", "bill", "exact"};
    doc_text(document, "sum_kind", text_from(kinds[provider->sum_kind]));
    doc_money(document, "least", rub(provider->sum_min));
    doc_money(document, "most", rub(provider->sum_max));
    const struct string_argument arguments[] = {{"least", doc_get(document, "least")},
                                                {"most", doc_get(document, "most")}};
    string_id text = provider->sum_kind == SUM_BILL ? S_payments_form_sum_bill : S_payments_form_sum_hint;
    doc_text(document, "sum_hint", string_get(request->arena, &request->locale, text, arguments, 2));
}

static void tell_purses(struct request *request, struct tx *tx, struct node *document) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    doc_bool(document, "several", count > 1);
    struct node *options = doc_array(document, "purses");
    for (size_t i = 0; i < count; i++) {
        struct account account;
        if (!ledger_account(engine_ledger(request->engine), tx, purses[i].account, &account)) continue;
        struct node *values = doc_new(request->arena), *option = doc_add_object(options);
        doc_text(values, "title", purses[i].title);
        doc_money(values, "sum", rub(account.balance - account.held));
        const struct string_argument arguments[] = {{"title", doc_get(values, "title")},
                                                    {"sum", doc_get(values, "sum")}};
        doc_id(option, "value", account.id);
        doc_text(option, "title",
                 string_get(request->arena, &request->locale, S_payments_form_purse, arguments, 2));
        doc_bool(option, "selected", field_number(request, "from") == account.id);
    }
}

void payments_form(struct request *request, struct tx *tx, const struct provider *provider,
                   const struct payment_values *values, int64_t sum, struct node *document) {
    doc_text(document, "code", text_from(provider->code));
    doc_text(document, "title", words_in(&provider->title, request->locale.language));
    logo_tell(document, provider, words_in(&provider->title, request->locale.language));
    doc_bool(document, "on", provider->on);
    doc_bool(document, "asks", provider->asks);
    tell_fields(request, provider, values, document);
    tell_bounds(request, provider, document);
    tell_fees(request, provider, document);
    tell_purses(request, tx, document);
    if (sum > 0 && provider->sum_kind != SUM_EXACT) doc_money(document, "sum", rub(sum));
    else doc_null(document, "sum");
    doc_bool(document, "sum_optional", provider->sum_kind != SUM_TYPED);
}

/* GET /pay/{code}: also with values in the address, or those of an earlier payment (`repeat`). */
enum flow pay_form_read(struct request *request, struct tx *tx) {
    const struct provider *provider = provider_of(request);
    if (provider == NULL) return answer_missing(request);
    struct payment repeated;
    bool repeats = request->method == METHOD_GET && field_given(request, "repeat") &&
                   payment_find(request->engine, tx, request->caller.customer, field_number(request, "repeat"),
                                &repeated) &&
                   (repeated.provider == provider->id || provider->operators);
    struct node *document = doc_new(request->arena);
    int64_t sum = repeats && provider->sum_kind == SUM_TYPED ? repeated.sum : 0;
    payments_form(request, tx, provider, repeats ? &repeated.values : NULL, sum, document);
    payments_form_operators(request, provider, repeats ? repeated.provider : 0, document);
    doc_bool(document, "to_template", payments_keeps(provider) && engine_enabled(request->engine, "autopay"));
    doc_bool(document, "scans", provider->rail == &rail_bank);
    return answer_ok(request, document);
}

/* ---- what was typed ---- */

static string_id fault_words(enum value_fault fault) {
    switch (fault) {
    case VALUE_GOOD: return S_none;
    case VALUE_MISSING: return S_payments_form_missing;
    case VALUE_SHORT: return S_payments_form_short;
    case VALUE_LONG: return S_payments_form_long;
    case VALUE_MALFORMED: return S_payments_form_malformed;
    }
    return S_none;
}

/* Of a number with a check of its own it can be said what is wrong; else S_none. */
static string_id check_words(enum value_check check) {
    switch (check) {
    case CHECK_INN: return S_payments_form_inn;
    case CHECK_BIK: return S_payments_form_bik;
    case CHECK_ACCOUNT:
    case CHECK_CORRESPONDENT: return S_payments_form_account;
    case CHECK_KPP: return S_payments_form_kpp;
    case CHECK_CARD: return S_payments_form_card;
    default: return S_none;
    }
}

static void mark(struct request *request, const struct provider_field *field, enum value_fault fault) {
    struct node *values = doc_new(request->arena);
    doc_text(values, "field", words_in(&field->title, request->locale.language));
    doc_text(values, "example", field->example.data != NULL ? field->example : TEXT(""));
    doc_int(values, "least", field->rule.least);
    doc_int(values, "most", field->rule.most);
    const struct string_argument arguments[] = {{"field", doc_get(values, "field")},
                                                {"example", doc_get(values, "example")},
                                                {"least", doc_get(values, "least")},
                                                {"most", doc_get(values, "most")}};
    bool exact = field->rule.least == field->rule.most && field->rule.least > 0;
    bool shows = fault == VALUE_MALFORMED && field->example.size > 0;
    bool counts = exact && (fault == VALUE_SHORT || fault == VALUE_LONG);
    string_id checked = fault == VALUE_MALFORMED ? check_words(field->rule.check) : S_none;
    string_id words = checked != S_none ? checked
                      : field->rule.kind == VALUE_KIND_CHOICE ? S_payments_form_choose_one
                      : shows  ? S_payments_form_malformed_example
                      : counts ? S_payments_form_exactly
                               : fault_words(fault);
    rest_fault(request, field->name, string_get(request->arena, &request->locale, words, arguments, 4));
}

/* Told at the account, since it is the longer to type. */
static void fit_accounts(struct request *request, const struct provider *provider,
                         const struct payment_values *values) {
    const struct provider_field *bank = provider_field_of(provider, CHECK_BIK);
    struct text bik = bank != NULL ? payment_values_get(values, bank->name) : TEXT_NONE;
    if (bik.size == 0) return;
    for (size_t i = 0; i < provider->field_count; i++) {
        const struct provider_field *field = &provider->fields[i];
        enum value_check check = field->rule.check;
        struct text account = payment_values_get(values, field->name);
        if ((check != CHECK_ACCOUNT && check != CHECK_CORRESPONDENT) || account.size == 0) continue;
        if (account_fits(check, account, bik)) continue;
        string_id words = check == CHECK_ACCOUNT ? S_payments_form_account_bik : S_payments_form_corr_bik;
        rest_fault(request, field->name, string_get(request->arena, &request->locale, words, NULL, 0));
    }
}

/* From here on the number is seen as its mask. */
static void cover_card(struct request *request, const struct provider *provider, struct payment_values *values) {
    if (payments_keeps(provider) || values->count == 0 || strcmp(values->of[0].name, "account") != 0) return;
    uint8_t hash[SECRET_HASH_SIZE];
    values->number = values->of[0].value;
    secret_hash(engine_keyring(request->engine), "payment.card", values->number, hash);
    values->card = text_hex(request->arena, hash, sizeof hash);
    values->of[0].value = card_mask(request->arena, values->number);
}

bool payments_keeps(const struct provider *provider) {
    return provider->fields[0].rule.check != CHECK_CARD;
}

void payments_take_values(struct request *request, const struct provider *provider, struct payment_values *values) {
    const char *names[PROVIDER_FIELDS];
    for (size_t i = 0; i < provider->field_count; i++) {
        const struct provider_field *field = &provider->fields[i];
        struct text value;
        names[i] = field->name;
        enum value_fault fault = value_take(request->arena, &field->rule, rest_text(request, field->name), &value);
        if (fault != VALUE_GOOD) mark(request, field, fault);
        else if (value.data != NULL)
            values->of[values->count++] = (struct osmp_field){field->name, value};
    }
    fit_accounts(request, provider, values);
    cover_card(request, provider, values);
    struct text unknown = rest_unknown(request, names, provider->field_count);
    if (unknown.data != NULL && !request->wants_html)
        rest_fault(request, text_copy(request->arena, unknown).data,
                   string_get(request->arena, &request->locale, S_payments_form_unknown, NULL, 0));
}

static void mark_bound(struct request *request, string_id text, int64_t bound) {
    struct node *values = doc_new(request->arena);
    doc_money(values, "sum", rub(bound));
    const struct string_argument argument = {"sum", doc_get(values, "sum")};
    request_mark(request, "sum", text, &argument, 1);
}

int64_t payments_take_sum(struct request *request, const struct provider *provider, bool needed) {
    int64_t sum = field_number(request, "sum");
    if (sum == 0 && needed) request_mark(request, "sum", S_payments_form_sum_missing, NULL, 0);
    else if (sum != 0 && sum < provider->sum_min) mark_bound(request, S_payments_form_sum_small, provider->sum_min);
    else if (sum > provider->sum_max) mark_bound(request, S_payments_form_sum_large, provider->sum_max);
    return sum;
}

/* All that is wrong is told at once. */
static enum flow take_form(struct request *request, const struct provider *provider, struct payment *payment) {
    payments_take_values(request, provider, &payment->values);
    payment->sum = payments_take_sum(request, provider, provider->sum_kind == SUM_TYPED);
    if (payment->sum != 0) payment->fee = payment_fee(provider, payment);
    return request->rest_faults != NULL || !request->fields_valid ? refuse_rest(request) : FLOW_NEXT;
}

int64_t pay_account(struct request *request, struct tx *tx) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    int64_t wanted = field_number(request, "from");
    if (count == 0) {
        refuse(request, &no_purse);
        return 0;
    }
    if (wanted == 0) return purses[0].account;
    for (size_t i = 0; i < count; i++)
        if (purses[i].account == wanted) return wanted;
    refuse_field(request, "from", S_payments_form_from_invalid);
    return 0;
}

/* What would be refused at the end is better told at the beginning. */
static enum flow refuse_early(struct request *request, struct tx *tx, const struct provider *provider,
                              const struct payment *payment) {
    struct account account;
    struct ledger *ledger = engine_ledger(request->engine);
    if (!ledger_account(ledger, tx, payment->account, &account)) return refuse(request, &no_purse);
    if (account.limits != 0 && account.limits < provider->level + 1) return refuse(request, &level_low);
    if (payment->sum == 0) return FLOW_NEXT;
    if (payment->card_order != 0) return by_card_look(request, provider, payment);
    const struct transfer transfer = {.from = payment->account,
                                      .to = payments_provider_account(request->engine, tx, provider->id),
                                      .sum = rub(payment->sum + payment->fee),
                                      .kind = KIND_PAYMENT};
    enum ledger_refusal refusal = ledger_check(ledger, tx, &transfer);
    return refusal == LEDGER_OK ? FLOW_NEXT : operations_refuse(request, tx, refusal, payment->account, transfer.sum);
}

/* ---- the payment ---- */

void payment_order(struct engine *engine, struct tx *tx, const struct provider *provider, struct payment *payment) {
    const struct payments_settings *settings = payments_state_of(engine)->settings;
    moment now = world_now(tx_world(tx));
    payment->state = provider->asks ? PAYMENT_CHECKING : PAYMENT_CHECKED;
    payment->deadline = now + (provider->asks ? settings->check_life : settings->confirm_life);
    payment_insert(engine, tx, payment);
    if (!provider->asks) return;
    outbox_add(engine, tx, "payment.check", payment->customer, payment->id, order_write(tx_arena(tx), payment), now,
               payment->deadline);
}

/* What is wrong with the rest is told with the operator that is missing. */
const struct provider *payments_payee_of(struct request *request, const struct provider *asked) {
    if (!asked->operators) return asked;
    const struct provider *found = operator_of(request, asked);
    return found != NULL ? found : asked;
}

/* POST /pay/{code} */
enum flow pay_write(struct request *request, struct tx *tx) {
    const struct provider *asked = provider_of(request);
    request->rest_faults = NULL; /* a command may be run again */
    request->fields_valid = true;
    if (asked == NULL) return answer_missing(request);
    const struct provider *provider = payments_payee_of(request, asked);
    if (!provider->on || !asked->on) return refuse(request, &provider_off);
    struct payment payment = {.id = world_id(tx_world(tx)),
                              .customer = request->caller.customer,
                              .provider = provider->id,
                              .version = provider->version,
                              .code = -1,
                              .language = request->locale.language,
                              .card_order = field_number(request, "by_card") != 0 ? BY_CARD : 0,
                              .info = {.bill = -1}};
    if (take_form(request, provider, &payment) == FLOW_ANSWERED) return FLOW_ANSWERED;
    payment.account = pay_account(request, tx);
    if (payment.account == 0) return FLOW_ANSWERED;
    check(!provider->operators); /* else the missing operator was marked */
    if (refuse_early(request, tx, provider, &payment) == FLOW_ANSWERED) return FLOW_ANSWERED;
    payment_order(request->engine, tx, provider, &payment);
    struct node *document = doc_new(request->arena);
    payment_tell(request, tx, &payment, document);
    return answer_created(request, document, text_format(request->arena, "/payments/%lld", (long long)payment.id));
}
