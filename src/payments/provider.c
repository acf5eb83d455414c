/* provider.c: reads a provider's JSON: strict, since staff write it: an unknown name is a mistake, and every mistake is
 * named by its place. */
#include "payments/provider.h"

#include "base/json.h"
#include "base/search.h"
#include "generated/strings_payments.h"
#include "payments/pattern.h"
#include "payments/rail.h"

#include <jansson.h>
#include <string.h>

struct reading {
    struct arena *arena;
    const struct provider_place *place;
    struct provider_problem *problems;
    const char *inside; /* "fields[1]."; "" at the top */
};

struct text words_in(const struct words *words, enum language language) {
    return words->of[language].data != NULL ? words->of[language] : words->of[LANGUAGE_RU];
}

const struct provider_field *provider_field_of(const struct provider *provider, enum value_check check) {
    for (size_t i = 0; i < provider->field_count; i++)
        if (provider->fields[i].rule.check == check) return &provider->fields[i];
    return NULL;
}

static void wrong_by(struct reading *reading, const char *name, string_id words, struct text detail) {
    struct text place = text_format(reading->arena, "%s%s", reading->inside, name);
    struct provider_problem **end = &reading->problems;
    for (; *end != NULL; end = &(*end)->next)
        if (text_equal((*end)->place, place)) return; /* one thing at a time */
    *end = arena_new_of(reading->arena, struct provider_problem);
    **end = (struct provider_problem){.place = place, .words = words, .detail = detail};
}

static void wrong(struct reading *reading, const char *name, string_id words) {
    wrong_by(reading, name, words, TEXT_NONE);
}

struct text provider_problem_words(struct arena *arena, const struct locale *locale,
                                   const struct provider_problem *problem) {
    struct node *values = doc_new(arena);
    doc_text(values, "detail", problem->detail.data != NULL ? problem->detail : TEXT(""));
    const struct string_argument argument = {"detail", doc_get(values, "detail")};
    return string_get(arena, locale, problem->words, &argument, 1);
}

struct text provider_problem_line(struct arena *arena, const struct provider_problem *problem) {
    static const struct locale log = {.language = LANGUAGE_EN};
    struct text words = provider_problem_words(arena, &log, problem);
    return text_format(arena, "%.*s: %.*s", TEXT_ARG(problem->place), TEXT_ARG(words));
}

static void only(struct reading *reading, const json_t *object, const char *const *names) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value) {
        const char *const *known = names;
        while (*known != NULL && strcmp(*known, name) != 0) known++;
        if (*known == NULL) wrong(reading, name, S_payments_wrong_unknown);
    }
}

/* ---- values ---- */

static struct text text_at(struct reading *reading, const json_t *object, const char *name, bool needed, size_t most) {
    const json_t *value = json_object_get(object, name);
    if (value == NULL) {
        if (needed) wrong(reading, name, S_payments_wrong_missing);
        return TEXT_NONE;
    }
    struct text text = {json_string_value(value), json_string_length(value)};
    if (!json_is_string(value) || text_trim(text).size == 0 || text.size > most || !text_valid_utf8(text)) {
        wrong(reading, name, S_payments_wrong_text);
        return TEXT_NONE;
    }
    return text_copy(reading->arena, text_trim(text));
}

static const char *code_at(struct reading *reading, const json_t *object, const char *name) {
    struct text text = text_at(reading, object, name, true, 40);
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        if ((byte < 'a' || byte > 'z') && (byte < '0' || byte > '9') && byte != '-' && byte != '_') {
            wrong(reading, name, S_payments_wrong_code);
            break;
        }
    }
    return text.data != NULL ? text.data : "";
}

static const char *logo_at(struct reading *reading, const json_t *object) {
    struct text text = text_at(reading, object, "logo", false, LOGO_HASH);
    if (text.data == NULL) return "";
    if (text.size != LOGO_HASH || strspn(text.data, "0123456789abcdef") != LOGO_HASH)
        wrong(reading, "logo", S_payments_wrong_logo);
    return text.data;
}

static bool truth_at(struct reading *reading, const json_t *object, const char *name, bool fallback) {
    const json_t *value = json_object_get(object, name);
    if (value == NULL) return fallback;
    if (!json_is_boolean(value)) wrong(reading, name, S_payments_wrong_truth);
    return json_is_true(value);
}

static int64_t number_at(struct reading *reading, const json_t *object, const char *name, int64_t most) {
    const json_t *value = json_object_get(object, name);
    if (value == NULL) return 0;
    int64_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 0 || number > most) wrong(reading, name, S_payments_wrong_number);
    return number;
}

/* "15000.00"; 0 when absent. */
static int64_t sum_at(struct reading *reading, const json_t *object, const char *name, bool needed) {
    struct text text = text_at(reading, object, name, needed, 24);
    struct money money = {0};
    if (text.data != NULL && !money_parse(text, CURRENCY_RUB, &money))
        wrong(reading, name, S_payments_wrong_sum);
    return money.minor;
}

static int choice_at(struct reading *reading, const json_t *object, const char *name, const char *const *choices) {
    struct text text = text_at(reading, object, name, false, 40);
    if (text.data == NULL) return 0;
    for (int i = 0; choices[i] != NULL; i++)
        if (text_is(text, choices[i])) return i;
    wrong(reading, name, S_payments_wrong_choice);
    return 0;
}

/* {"ru": …, "en": …} */
static struct words words_at(struct reading *reading, const json_t *object, const char *name, bool needed) {
    struct words words = {0};
    const json_t *value = json_object_get(object, name);
    if (value == NULL) {
        if (needed) wrong(reading, name, S_payments_wrong_missing);
        return words;
    }
    static const char *const tags[] = {"ru", "en", NULL};
    if (!json_is_object(value)) {
        wrong(reading, name, S_payments_wrong_object);
        return words;
    }
    const char *outside = reading->inside;
    reading->inside = text_format(reading->arena, "%s%s.", outside, name).data;
    only(reading, value, tags);
    for (int i = 0; i < LANGUAGE_COUNT; i++)
        words.of[i] = text_at(reading, value, language_tag((enum language)i), i == LANGUAGE_RU, 300);
    reading->inside = outside;
    return words;
}

/* ---- fields ---- */

static void read_rule(struct reading *reading, const json_t *object, struct value_rule *rule) {
    static const char *const kinds[] = {"text", "digits", "phone", "choice", NULL};
    static const char *const checks[] = {"none",    "luhn",          "inn", "snils", "uin", "bik",
                                         "account", "correspondent", "kpp", "card",  NULL};
    rule->kind = (enum value_kind)choice_at(reading, object, "type", kinds);
    rule->check = (enum value_check)choice_at(reading, object, "check", checks);
    rule->optional = truth_at(reading, object, "optional", false);
    rule->least = number_at(reading, object, "min", 250);
    rule->most = number_at(reading, object, "max", 250);
    if (rule->least > rule->most) wrong(reading, "max", S_payments_wrong_bounds);
    struct text source = text_at(reading, object, "pattern", false, 200), problem = TEXT_NONE;
    if (source.data == NULL) return;
    rule->pattern = pattern_make(reading->arena, source, &problem);
    if (rule->pattern == NULL) wrong_by(reading, "pattern", S_payments_wrong_pattern, problem);
}

/* ["100000000007 Банк «Ближний»"]: what is sent, and what is shown */
static void read_choices(struct reading *reading, const json_t *object, struct value_rule *rule) {
    const json_t *list = json_object_get(object, "choices");
    size_t count = json_array_size(list);
    if ((list != NULL) != (rule->kind == VALUE_KIND_CHOICE) || count > VALUE_CHOICES || (list != NULL && count == 0)) {
        wrong(reading, "choices", S_payments_wrong_choices);
        return;
    }
    struct value_choice *choices = arena_array(reading->arena, struct value_choice, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *each = json_array_get(list, i);
        struct text whole = {json_string_value(each), json_string_length(each)}, title = TEXT_NONE;
        struct text value = text_split(text_trim(text_copy(reading->arena, whole)), ' ', &title);
        choices[i] = (struct value_choice){value, text_trim(title)};
        if (!json_is_string(each) || choices[i].title.size == 0) wrong(reading, "choices", S_payments_wrong_choices);
    }
    rule->choices = choices;
    rule->choice_count = count;
}

static void read_field(struct reading *reading, const json_t *object, size_t at, struct provider_field *fields) {
    static const char *const names[] = {"name",     "title",   "hint",    "type",    "check", "min", "max",
                                        "optional", "pattern", "example", "choices", NULL};
    reading->inside = text_format(reading->arena, "fields[%zu].", at).data;
    struct provider_field *field = &fields[at];
    if (!json_is_object(object)) {
        wrong(reading, "", S_payments_wrong_object);
        return;
    }
    only(reading, object, names);
    field->name = code_at(reading, object, "name");
    field->title = words_at(reading, object, "title", true);
    field->hint = words_at(reading, object, "hint", false);
    field->example = text_at(reading, object, "example", false, 100);
    read_rule(reading, object, &field->rule);
    read_choices(reading, object, &field->rule);
    struct text value;
    if (field->example.data != NULL && value_take(reading->arena, &field->rule, field->example, &value) != VALUE_GOOD)
        wrong(reading, "example", S_payments_wrong_example);
    bool first = strcmp(field->name, "account") == 0;
    if (first != (at == 0)) wrong(reading, "name", S_payments_wrong_account);
    static const char *const ours[] = {"command",  "txn_id", "sum",      "txn_date", "from", "repeat",
                                       "operator", "choose", "template", "id",       "kind", "made", "by_card", NULL};
    for (const char *const *own = ours; *own != NULL; own++)
        if (strcmp(field->name, *own) == 0) wrong(reading, "name", S_payments_wrong_reserved);
    for (size_t i = 0; i < at; i++)
        if (strcmp(field->name, fields[i].name) == 0) wrong(reading, "name", S_payments_wrong_twice);
    if (at == 0 && field->rule.optional) wrong(reading, "optional", S_payments_wrong_account_optional);
    if (at > 0 && field->rule.check == CHECK_CARD) wrong(reading, "check", S_payments_wrong_card);
}

/* An account's key says nothing without the bank's BIK. */
static void read_keys(struct reading *reading, const struct provider *provider) {
    for (size_t i = 0; i < provider->field_count; i++) {
        enum value_check check = provider->fields[i].rule.check;
        reading->inside = text_format(reading->arena, "fields[%zu].", i).data;
        bool keyed = check == CHECK_ACCOUNT || check == CHECK_CORRESPONDENT;
        if (keyed && provider_field_of(provider, CHECK_BIK) == NULL) wrong(reading, "check", S_payments_wrong_bik);
    }
    reading->inside = "";
}

static void read_fields(struct reading *reading, const json_t *top, struct provider *provider) {
    const json_t *fields = json_object_get(top, "fields");
    size_t count = json_array_size(fields);
    if (!json_is_array(fields) || count == 0 || count > PROVIDER_FIELDS) {
        wrong(reading, "fields", S_payments_wrong_fields);
        return;
    }
    struct provider_field *list = arena_array(reading->arena, struct provider_field, count);
    for (size_t i = 0; i < count; i++) read_field(reading, json_array_get(fields, i), i, list);
    provider->fields = list;
    provider->field_count = count;
    read_keys(reading, provider);
}

/* ---- sums and fees ---- */

static void read_sum(struct reading *reading, const json_t *top, struct provider *provider) {
    static const char *const names[] = {"kind", "min", "max", NULL};
    static const char *const kinds[] = {"typed", "bill", "exact", NULL};
    const json_t *sum = json_object_get(top, "sum");
    if (!json_is_object(sum)) {
        wrong(reading, "sum", S_payments_wrong_object);
        return;
    }
    reading->inside = "sum.";
    only(reading, sum, names);
    provider->sum_kind = (enum sum_kind)choice_at(reading, sum, "kind", kinds);
    provider->sum_min = sum_at(reading, sum, "min", true);
    provider->sum_max = sum_at(reading, sum, "max", true);
    if (provider->sum_min < 1) wrong(reading, "min", S_payments_wrong_sum);
    else if (provider->sum_max < provider->sum_min) wrong(reading, "max", S_payments_wrong_bounds);
    reading->inside = "";
}

static void read_fee(struct reading *reading, const json_t *top, struct provider *provider) {
    static const char *const names[] = {"percent", "fixed", "min", "max", "by_card", NULL};
    const json_t *fee = json_object_get(top, "fee");
    if (fee == NULL) return; /* free */
    if (!json_is_object(fee)) {
        wrong(reading, "fee", S_payments_wrong_object);
        return;
    }
    reading->inside = "fee.";
    only(reading, fee, names);
    provider->fee = (struct fee){.percent_bp = sum_at(reading, fee, "percent", false), /* two decimals, as sums have */
                                 .fixed = sum_at(reading, fee, "fixed", false),
                                 .least = sum_at(reading, fee, "min", false),
                                 .most = sum_at(reading, fee, "max", false)};
    if (!fee_sound(&provider->fee)) wrong(reading, "percent", S_payments_wrong_fee);
    provider->by_card = json_object_get(fee, "by_card") != NULL;
    const struct fee more = {.percent_bp = sum_at(reading, fee, "by_card", false)};
    provider->by_card_bp = more.percent_bp;
    if (!fee_sound(&more)) wrong(reading, "by_card", S_payments_wrong_fee);
    reading->inside = "";
}

/* ["220001 0.50 Банк «Дальний»"]: which cards, the fee, the bank */
static void read_banks(struct reading *reading, const json_t *top, struct provider *provider) {
    const json_t *list = json_object_get(top, "banks");
    size_t count = json_array_size(list);
    if (list == NULL) return;
    if (!json_is_array(list) || count == 0 || count > CARD_BANKS || provider_field_of(provider, CHECK_CARD) == NULL) {
        wrong(reading, "banks", S_payments_wrong_banks_list);
        return;
    }
    struct card_bank *banks = arena_array(reading->arena, struct card_bank, count);
    for (size_t i = 0; i < count; i++) {
        const json_t *each = json_array_get(list, i);
        struct text line = text_copy(reading->arena, (struct text){json_string_value(each), json_string_length(each)});
        if (json_is_string(each) && card_bank_read(line, &banks[i])) continue;
        wrong_by(reading, "banks", S_payments_wrong_banks, line);
        return;
    }
    provider->banks = banks;
    provider->bank_count = count;
}

/* ---- how it is paid ---- */

static const char *address(struct reading *reading, struct text url) {
    static const char token[] = "{sandbox}";
    if (text_starts(url, token)) {
        if (reading->place->sandbox_url == NULL || reading->place->sandbox_url[0] == '\0') {
            wrong(reading, "url", S_payments_wrong_sandbox);
            return "";
        }
        struct text rest = text_slice(url, sizeof token - 1, url.size);
        return text_format(reading->arena, "%s%.*s", reading->place->sandbox_url, TEXT_ARG(rest)).data;
    }
    bool here = text_starts(url, "http://127.0.0.1:") || text_starts(url, "http://127.0.0.1/");
    if (!text_starts(url, "https://") && !here)
        wrong(reading, "url", S_payments_wrong_address);
    return url.data != NULL ? url.data : "";
}

static void read_service(struct reading *reading, const json_t *top, struct provider *provider) {
    static const char *const names[] = {"url", "dialect", "user", "timeout", NULL};
    const json_t *service = json_object_get(top, "service");
    if (!json_is_object(service)) {
        wrong(reading, "service", S_payments_wrong_object);
        return;
    }
    reading->inside = "service.";
    only(reading, service, names);
    struct text dialect = text_at(reading, service, "dialect", false, 20);
    struct text user = text_at(reading, service, "user", false, 64);
    int64_t timeout_s = number_at(reading, service, "timeout", 60);
    provider->osmp = (struct osmp_service){.url = address(reading, text_at(reading, service, "url", true, 300)),
                                           .user = user.data,
                                           .password = reading->place->secret.data,
                                           .timeout_ms = timeout_s > 0 ? (long)timeout_s * 1000 : 10000};
    if (provider->rail != NULL && provider->rail->returns != NULL && user.size == 0)
        wrong(reading, "user", S_payments_wrong_missing); /* who we are there; the password is the key we sign by */
    if (dialect.data != NULL && !osmp_dialect_named(dialect, &provider->osmp.dialect))
        wrong(reading, "dialect", S_payments_wrong_choice);
    reading->inside = "";
}

/* ---- operators ---- */

/* ["916", "9850000000-9854999999"] */
static void read_numbers(struct reading *reading, const json_t *top, struct provider *provider) {
    const json_t *list = json_object_get(top, "numbers");
    if (list == NULL) return;
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count == 0 || count > PROVIDER_NUMBERS) {
        wrong(reading, "numbers", S_payments_wrong_numbers_list);
        return;
    }
    struct number_range *ranges = arena_array(reading->arena, struct number_range, count);
    for (size_t i = 0; i < count; i++) {
        const json_t *each = json_array_get(list, i);
        struct text text = {json_string_value(each), json_string_length(each)};
        if (json_is_string(each) && number_range_read(text, &ranges[i])) continue;
        wrong_by(reading, "numbers", S_payments_wrong_numbers, text_copy(reading->arena, text));
        return;
    }
    provider->numbers = ranges;
    provider->number_count = count;
}

/* By its number alone is an operator found, so the number is all that is asked. */
static void read_operators(struct reading *reading, const json_t *top, struct provider *provider) {
    read_numbers(reading, top, provider);
    bool phone = provider->field_count == 1 && provider->fields[0].rule.kind == VALUE_KIND_PHONE;
    if (provider->number_count > 0 && !phone) wrong(reading, "numbers", S_payments_wrong_numbers_field);
    if (!provider->operators) return;
    if (!phone) wrong(reading, "operators", S_payments_wrong_numbers_field);
    if (provider->number_count > 0) wrong(reading, "numbers", S_payments_wrong_operators_numbers);
}

static void fold(struct arena *arena, struct provider *provider) {
    struct text both = text_format(arena, "%.*s %.*s", TEXT_ARG(provider->title.of[LANGUAGE_RU]),
                                   TEXT_ARG(provider->title.of[LANGUAGE_EN]));
    provider->found_title = search_fold(arena, both);
    provider->found_words =
        search_fold(arena, text_format(arena, "%.*s %s", TEXT_ARG(provider->search), provider->code));
}

static void read_top(struct reading *reading, const json_t *top, struct provider *provider) {
    static const char *const names[] = {"code",  "category", "title", "search", "fields",    "sum",     "fee", "level",
                                        "check", "cancel",   "on",    "rail",   "service", "numbers", "operators",
                                        "balance", "logo", "register", "banks", NULL};
    static const char *const levels[] = {"minimal", "simplified", "full", NULL};
    only(reading, top, names);
    provider->code = code_at(reading, top, "code");
    if (strcmp(provider->code, "qr") == 0) wrong(reading, "code", S_payments_wrong_code_taken); /* /pay/qr is a page */
    provider->category = code_at(reading, top, "category");
    provider->title = words_at(reading, top, "title", true);
    provider->logo = logo_at(reading, top);
    provider->search = text_at(reading, top, "search", false, 300);
    provider->level = choice_at(reading, top, "level", levels);
    provider->asks = truth_at(reading, top, "check", true);
    provider->cancels = truth_at(reading, top, "cancel", false);
    provider->on = truth_at(reading, top, "on", true);
    provider->operators = truth_at(reading, top, "operators", false);
    provider->registers = truth_at(reading, top, "register", false);
    provider->tells_balance = truth_at(reading, top, "balance", false);
    read_fields(reading, top, provider);
    read_sum(reading, top, provider);
    read_operators(reading, top, provider);
    if (provider->sum_kind != SUM_TYPED && !provider->asks) wrong(reading, "check", S_payments_wrong_bill);
    if (provider->tells_balance && !provider->asks) wrong(reading, "check", S_payments_wrong_balance);
    if (provider->operators) return; /* others are paid in its stead */
    provider->rail = rail_named(text_at(reading, top, "rail", true, 20));
    if (provider->rail == NULL) wrong(reading, "rail", S_payments_wrong_choice);
    read_fee(reading, top, provider);
    read_banks(reading, top, provider);
    read_service(reading, top, provider);
}

static const json_t *tree(struct reading *reading, struct arena *scratch, struct text json) {
    const json_t *top = json_read(scratch != NULL ? scratch : reading->arena, json);
    if (json_is_object(top)) return top;
    wrong(reading, "", S_payments_wrong_json);
    return NULL;
}

static bool same(const char *one, const char *other) {
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

bool provider_shares(const struct provider *one, const struct provider *other) {
    return one->osmp.url != NULL && same(one->osmp.url, other->osmp.url) && same(one->osmp.user, other->osmp.user);
}

bool provider_read(struct arena *arena, struct text json, const struct provider_place *place,
                   struct provider *provider, struct provider_problem **problems) {
    struct reading reading = {.arena = arena, .place = place, .inside = ""};
    const json_t *top = tree(&reading, place->scratch, json);
    *provider = (struct provider){0};
    if (top != NULL) read_top(&reading, top, provider);
    if (reading.problems == NULL) fold(arena, provider);
    *problems = reading.problems;
    return reading.problems == NULL;
}

bool category_read(struct arena *arena, struct text json, struct category *category,
                   struct provider_problem **problems) {
    static const char *const names[] = {"code", "title", "icon", "order", NULL};
    struct reading reading = {.arena = arena, .inside = ""};
    const json_t *top = tree(&reading, NULL, json);
    if (top != NULL) {
        only(&reading, top, names);
        *category = (struct category){.code = code_at(&reading, top, "code"),
                                      .title = words_at(&reading, top, "title", true),
                                      .icon = code_at(&reading, top, "icon"),
                                      .order = (int)number_at(&reading, top, "order", 1000)};
    }
    *problems = reading.problems;
    return reading.problems == NULL;
}
