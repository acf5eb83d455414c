/* rule.c: the rules, as those who keep the catalogue change them: each change is a version, and since it is the
 * company's money a second person of finance confirms it (BO-2, BO-4). A rule ends by its day; it is never removed, so
 * that each cashback can be told by which version it came. */
#include "products/cashback/cashback.h"

#include "backoffice/backoffice.h"
#include "base/json.h"

#include <jansson.h>

#define RULE                                                                                                           \
    "code, version, title, provider, category, mcc, bp, operation_most, month_most, least, since, until, staff, at"

STATEMENT(newest, "SELECT " RULE " FROM cashback_rule WHERE newest = 1 ORDER BY code LIMIT 200");
STATEMENT(version_of, "SELECT version FROM cashback_rule WHERE code = $1 AND newest = 1 FOR_UPDATE");
STATEMENT(older, "UPDATE cashback_rule SET newest = 0 WHERE code = $1 AND newest = 1");
STATEMENT(insert, "INSERT INTO cashback_rule (" RULE ", newest) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)");
STATEMENT(count_newest, "SELECT COUNT(*) FROM cashback_rule WHERE newest = 1");

static const struct refusal no_provider = {"no-such-provider", 422, S_cashback_refused_provider, false};
static const struct refusal no_category = {"no-such-category", 422, S_cashback_refused_category, false};
static const struct refusal unsound = {"rule-unsound", 422, S_cashback_refused_unsound, false};
static const struct refusal changed = {"changed-meanwhile", 409, S_cashback_refused_changed, false};
static const struct refusal full = {"rules-full", 422, S_cashback_refused_full, false};

static struct stored_rule read_row(const struct rows *row, struct arena *arena) {
    return (struct stored_rule){.code = row_copy(row, 0, arena),
                                .version = row_int(row, 1),
                                .title = row_copy(row, 2, arena),
                                .rule = {.provider = row_int(row, 3),
                                         .category = row_null(row, 4) ? TEXT_NONE : row_copy(row, 4, arena),
                                         .mcc = (int)row_int(row, 5),
                                         .bp = row_int(row, 6),
                                         .operation_most = row_int(row, 7),
                                         .month_most = row_int(row, 8),
                                         .least = row_int(row, 9),
                                         .since = row_int(row, 10),
                                         .until = row_int(row, 11)},
                                .staff = row_int(row, 12),
                                .at = row_int(row, 13)};
}

size_t rules_stored(struct tx *tx, struct stored_rule rules[RULES_MOST]) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &newest, NO_VALUES);
    while (count < RULES_MOST && rows_next(rows)) rules[count++] = read_row(rows, tx_arena(tx));
    rows_end(rows);
    return count;
}

static int64_t first_number(struct rows *rows) {
    int64_t number = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return number;
}

/* ---- told ---- */

static struct text percent_text(struct arena *arena, int64_t bp) {
    return text_format(arena, "%lld.%02lld", (long long)(bp / 100), (long long)(bp % 100));
}

/* What a rule is for, in words. */
static struct text scope_words(struct request *request, const struct cashback_rule *rule) {
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    enum language language = request->locale.language;
    const struct provider *provider = rule->provider != 0 ? catalogue_provider(catalogue, rule->provider) : NULL;
    const struct category *category =
        rule->category.size > 0 ? catalogue_category(catalogue, rule->category) : NULL;
    if (provider != NULL) return words_in(&provider->title, language);
    if (category != NULL) return words_in(&category->title, language);
    if (rule->mcc != 0) return text_format(request->arena, "MCC %04d", rule->mcc);
    bool any = rule->provider == 0 && rule->category.size == 0;
    return string_get(request->arena, &request->locale, any ? S_cashback_any : S_cashback_gone, NULL, 0);
}

static void tell_bound(struct node *node, const char *name, int64_t sum) {
    if (sum > 0) doc_money(node, name, rub(sum));
    else doc_null(node, name);
}

static void tell_rule(struct request *request, struct tx *tx, const struct stored_rule *stored, struct node *node) {
    const struct cashback_rule *rule = &stored->rule;
    moment now = world_now(request->world);
    doc_text(node, "code", stored->code);
    doc_text(node, "title", stored->title);
    doc_int(node, "version", stored->version);
    doc_text(node, "scope", scope_words(request, rule));
    doc_text(node, "percent", percent_text(request->arena, rule->bp));
    tell_bound(node, "operation_most", rule->operation_most);
    tell_bound(node, "month_most", rule->month_most);
    tell_bound(node, "least", rule->least);
    doc_moment(node, "since", rule->since);
    if (rule->until != 0) doc_moment(node, "until", rule->until);
    else doc_null(node, "until");
    doc_bool(node, "on", now >= rule->since && (rule->until == 0 || now < rule->until));
    doc_moment(node, "changed", stored->at);
    doc_text(node, "changed_by", staff_login(tx, request->arena, stored->staff));
}

/* GET /staff/cashback */
enum flow cashback_staff_read(struct request *request, struct tx *tx) {
    struct stored_rule rules[RULES_MOST];
    struct node *document = doc_new(request->arena), *list = doc_array(document, "rules");
    size_t count = rules_stored(tx, rules);
    for (size_t i = 0; i < count; i++) tell_rule(request, tx, &rules[i], doc_add_object(list));
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    struct node *categories = doc_array(document, "categories"), *none = doc_add_object(categories);
    doc_text(none, "value", TEXT(""));
    doc_text(none, "title", string_get(request->arena, &request->locale, S_cashback_form_any, NULL, 0));
    doc_bool(none, "selected", field_text(request, "category").size == 0);
    for (size_t i = 0; i < catalogue->category_count; i++) {
        struct node *node = doc_add_object(categories);
        struct text code = text_from(catalogue->categories[i].code);
        doc_text(node, "value", code);
        doc_text(node, "title", words_in(&catalogue->categories[i].title, request->locale.language));
        doc_bool(node, "selected", text_equal(code, field_text(request, "category")));
    }
    return answer_ok(request, document);
}

/* ---- asked for ---- */

static moment day_of(const struct request *request, const char *name, int plus) {
    if (!field_given(request, name)) return 0;
    return day_start(date_from_days(field_number(request, name) + plus), engine_zone(request->engine));
}

/* As approval data, and back. */
static struct text written(struct request *request, const struct stored_rule *stored) {
    struct node *data = doc_new(request->arena);
    const struct cashback_rule *rule = &stored->rule;
    doc_text(data, "code", stored->code);
    doc_text(data, "title", stored->title);
    doc_text(data, "category", rule->category.size > 0 ? rule->category : TEXT(""));
    const struct {
        const char *name;
        int64_t number;
    } numbers[] = {{"version", stored->version}, {"mcc", rule->mcc}, {"bp", rule->bp},
                   {"operation_most", rule->operation_most}, {"month_most", rule->month_most}, {"least", rule->least}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) doc_int(data, numbers[i].name, numbers[i].number);
    doc_text(data, "provider", text_format(request->arena, "%lld", (long long)rule->provider));
    doc_text(data, "since", text_format(request->arena, "%lld", (long long)rule->since));
    doc_text(data, "until", text_format(request->arena, "%lld", (long long)rule->until));
    struct buffer out = buffer_new(request->arena, 512);
    doc_write_json(data, &out);
    return buffer_text(&out);
}

static struct text text_member(struct arena *arena, const json_t *data, const char *name) {
    const json_t *value = json_object_get(data, name);
    return text_copy(arena, (struct text){json_string_value(value), json_string_length(value)});
}

static int64_t number_member(const json_t *data, const char *name) {
    return json_integer_value(json_object_get(data, name));
}

static bool read_back(struct arena *arena, struct text text, struct stored_rule *stored) {
    const json_t *data = json_read(arena, text);
    if (!json_is_object(data)) return false;
    struct text category = text_member(arena, data, "category");
    *stored = (struct stored_rule){.code = text_member(arena, data, "code"),
                                   .title = text_member(arena, data, "title"),
                                   .version = number_member(data, "version"),
                                   .rule = {.category = category.size > 0 ? category : TEXT_NONE,
                                            .mcc = (int)number_member(data, "mcc"),
                                            .bp = number_member(data, "bp"),
                                            .operation_most = number_member(data, "operation_most"),
                                            .month_most = number_member(data, "month_most"),
                                            .least = number_member(data, "least")}};
    return text_to_int(text_member(arena, data, "provider"), &stored->rule.provider) &&
           text_to_int(text_member(arena, data, "since"), &stored->rule.since) &&
           text_to_int(text_member(arena, data, "until"), &stored->rule.until);
}

static enum flow take_scope(struct request *request, struct cashback_rule *rule) {
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    struct text provider = field_text(request, "provider"), category = field_text(request, "category");
    if (provider.size > 0) {
        const struct provider *found = catalogue_by_code(catalogue, provider);
        if (found == NULL) return refuse(request, &no_provider);
        rule->provider = found->id;
    }
    if (category.size > 0 && catalogue_category(catalogue, category) == NULL) return refuse(request, &no_category);
    rule->category = category.size > 0 ? category : TEXT_NONE;
    rule->mcc = (int)field_number(request, "mcc");
    return FLOW_NEXT;
}

/* POST /staff/cashback: a new rule, or another version of the one with this code. */
enum flow cashback_staff_write(struct request *request, struct tx *tx) {
    struct stored_rule stored = {.code = field_text(request, "code"),
                                 .title = field_text(request, "title"),
                                 .rule = {.bp = field_number(request, "percent"),
                                          .operation_most = field_number(request, "operation_most"),
                                          .month_most = field_number(request, "month_most"),
                                          .least = field_number(request, "least"),
                                          .since = day_of(request, "since", 0),
                                          .until = day_of(request, "until", 1)}};
    if (take_scope(request, &stored.rule) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!cashback_sound(&stored.rule)) return refuse(request, &unsound);
    stored.version = first_number(tx_query(tx, &version_of, VALUES(V_TEXT(stored.code))));
    if (stored.version == 0 && first_number(tx_query(tx, &count_newest, NO_VALUES)) >= RULES_MOST)
        return refuse(request, &full);
    int64_t id = approval_ask(request, tx, "cashback.rule", 0, 0, written(request, &stored),
                              field_text(request, "reason"));
    if (id == 0) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "approval", id);
    return answer_created(request, document, text_format(request->arena, "/staff/approvals/%lld", (long long)id));
}

/* ---- confirmed ---- */

static void money_fact(struct request *request, struct node *facts, string_id label, int64_t sum) {
    struct buffer out = buffer_new(request->arena, 32);
    if (sum == 0) return;
    locale_money(&out, &request->locale, rub(sum));
    approval_fact(facts, &request->locale, label, buffer_text(&out));
}

static void day_fact(struct request *request, struct node *facts, string_id label, moment at) {
    struct buffer out = buffer_new(request->arena, 32);
    if (at == 0) return;
    locale_date(&out, &request->locale, civil_at(at, engine_zone(request->engine)).date);
    approval_fact(facts, &request->locale, label, buffer_text(&out));
}

void rule_approval_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    (void)tx;
    struct stored_rule stored;
    if (!read_back(request->arena, approval->data, &stored)) return;
    const struct locale *locale = &request->locale;
    approval_fact(facts, locale, S_cashback_form_code, stored.code);
    approval_fact(facts, locale, S_cashback_form_title, stored.title);
    approval_fact(facts, locale, S_cashback_scope, scope_words(request, &stored.rule));
    approval_fact(facts, locale, S_cashback_form_percent, percent_text(request->arena, stored.rule.bp));
    money_fact(request, facts, S_cashback_form_operation_most, stored.rule.operation_most);
    money_fact(request, facts, S_cashback_form_month_most, stored.rule.month_most);
    money_fact(request, facts, S_cashback_form_least, stored.rule.least);
    day_fact(request, facts, S_cashback_form_since, stored.rule.since);
    day_fact(request, facts, S_cashback_form_until, stored.rule.until == 0 ? 0 : stored.rule.until - 1);
}

const struct refusal *rule_approval_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct stored_rule stored;
    if (!read_back(tx_arena(tx), approval->data, &stored) || !cashback_sound(&stored.rule)) return &unsound;
    if (first_number(tx_query(tx, &version_of, VALUES(V_TEXT(stored.code)))) != stored.version) return &changed;
    const struct cashback_rule *rule = &stored.rule;
    moment now = world_now(tx_world(tx));
    tx_run(tx, &older, VALUES(V_TEXT(stored.code)));
    tx_run(tx, &insert,
           VALUES(V_TEXT(stored.code), V_INT(stored.version + 1), V_TEXT(stored.title), V_INT(rule->provider),
                  rule->category.size > 0 ? V_TEXT(rule->category) : V_NULL, V_INT(rule->mcc), V_INT(rule->bp),
                  V_INT(rule->operation_most), V_INT(rule->month_most), V_INT(rule->least),
                  V_INT(rule->since > 0 ? rule->since : now), V_INT(rule->until), V_INT(approval->asked_by),
                  V_INT(now)));
    audit_record(request, 0, "cashback.rule",
                 text_format(request->arena, "%.*s, %lld", TEXT_ARG(stored.code), (long long)stored.version + 1));
    return NULL;
}
