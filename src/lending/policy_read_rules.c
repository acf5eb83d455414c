/* policy_read_rules.c: a policy's file: see policy_rules.h. A line is read word by word. */
#include "lending/policy_rules.h"

#include "base/money.h"

#include <stddef.h>

#define NAME_MOST 40

struct reading {
    struct policy *policy;
    struct text rest; /* of the line */
    int line;
    const char *wrong;
};

static bool fail(struct reading *reading, const char *what) {
    if (reading->wrong == NULL) reading->wrong = what;
    return false;
}

/* TEXT_NONE at the end of the line. */
static struct text next_word(struct reading *reading) {
    struct text trimmed = text_trim(reading->rest);
    struct text word = text_split(trimmed, ' ', &reading->rest);
    return word.size > 0 ? word : TEXT_NONE;
}

static bool name_sound(struct text name) {
    if (name.size == 0 || name.size > NAME_MOST || name.data[0] < 'a' || name.data[0] > 'z') return false;
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.data[i];
        if ((byte < 'a' || byte > 'z') && (byte < '0' || byte > '9') && byte != '_') return false;
    }
    return true;
}

static bool input_named(const struct policy *policy, struct text name, size_t *input) {
    for (*input = 0; *input < policy->input_count; ++*input)
        if (text_equal(policy->inputs[*input].name, name)) return true;
    return false;
}

static bool add_input(struct reading *reading, struct text name, enum policy_kind kind, bool given) {
    struct policy *policy = reading->policy;
    size_t input;
    if (!name_sound(name)) return fail(reading, "a name is of a-z, 0-9 and _");
    if (input_named(policy, name, &input)) return fail(reading, "this input is there already");
    if (policy->input_count == POLICY_INPUTS) return fail(reading, "too many inputs");
    policy->inputs[policy->input_count++] = (struct policy_input){name, kind, given};
    return true;
}

/* ---- values ---- */

bool policy_value_read(struct text word, enum policy_kind kind, int64_t *value) {
    struct money money;
    switch (kind) {
    case POLICY_NUMBER:
        return text_to_int(word, value) && *value <= POLICY_NUMBER_MOST && *value >= -POLICY_NUMBER_MOST;
    case POLICY_MONEY:
        if (!money_parse(word, CURRENCY_RUB, &money) || money.minor > POLICY_NUMBER_MOST) return false;
        *value = money.minor;
        return true;
    case POLICY_FLAG:
        *value = text_is(word, "yes");
        return text_is(word, "yes") || text_is(word, "no");
    }
    return false;
}

/* "18..22" */
static bool range_of(struct text word, enum policy_kind kind, struct policy_condition *condition) {
    for (size_t i = 1; i + 2 < word.size; i++) {
        if (word.data[i] != '.' || word.data[i + 1] != '.') continue;
        return policy_value_read(text_slice(word, 0, i), kind, &condition->from) &&
               policy_value_read(text_slice(word, i + 2, word.size), kind, &condition->to) &&
               condition->from <= condition->to;
    }
    return false;
}

/* "law:costly-loans" */
static bool law_of(struct text word, struct policy_condition *condition) {
    if (!text_starts(word, "law:")) return false;
    for (int i = 0; i < LAWS; i++) {
        if (!text_is(text_slice(word, 4, word.size), law_name((enum law)i))) continue;
        condition->by_law = true;
        condition->law = (enum law)i;
        return true;
    }
    return false;
}

/* ---- conditions ---- */

/* How "input SIGN value" bounds it: which end, and how far from the value. */
static const struct sign {
    const char *word;
    bool bounds_from, bounds_to, not ;
    int64_t shift;
} signs[] = {{"<", false, true, false, -1}, {"<=", false, true, false, 0}, {"=", true, true, false, 0},
             {"!=", true, true, true, 0},   {">=", true, false, false, 0}, {">", true, false, false, 1}};
#define SIGNS (sizeof signs / sizeof *signs)

static bool read_compared(struct reading *reading, const struct sign *sign, struct policy_condition *condition) {
    struct text word = next_word(reading);
    enum policy_kind kind = reading->policy->inputs[condition->input].kind;
    int64_t value = 0;
    if (law_of(word, condition)) {
        if (sign->bounds_from == sign->bounds_to) return fail(reading, "the law's numbers are bounds: <, <=, >= or >");
        condition->law_is_from = sign->bounds_from;
        condition->shift = sign->shift;
    } else if (!policy_value_read(word, kind, &value)) {
        return fail(reading, "no such value: a whole number, roubles with kopecks (100.00), yes or no, or law:NAME");
    }
    condition->not = sign->not ;
    if (sign->bounds_from) condition->from = value + sign->shift;
    if (sign->bounds_to) condition->to = value + sign->shift;
    return true;
}

static bool read_condition(struct reading *reading, struct policy_rule *rule) {
    struct policy_condition condition = {.from = INT64_MIN, .to = INT64_MAX};
    struct text name = next_word(reading);
    if (rule->count == POLICY_CONDITIONS) return fail(reading, "too many conditions");
    if (!input_named(reading->policy, name, &condition.input)) return fail(reading, "no input is called so");
    const struct policy_input *input = &reading->policy->inputs[condition.input];
    if (rule->act == POLICY_SCORE && text_is(input->name, "score")) return fail(reading, "points cannot go by points");
    struct text word = next_word(reading);
    size_t i = 0;
    while (i < SIGNS && !text_is(word, signs[i].word)) i++;
    if (i < SIGNS) {
        if (!read_compared(reading, &signs[i], &condition)) return false;
    } else if (!range_of(word, input->kind, &condition)) {
        return fail(reading, "after an input comes <, <=, =, !=, >=, > or FROM..TO");
    }
    rule->conditions[rule->count++] = condition;
    return true;
}

/* Conditions with "and" between them; the word after them, which is none of a condition. */
static bool read_conditions(struct reading *reading, struct policy_rule *rule, struct text *after) {
    do {
        if (!read_condition(reading, rule)) return false;
        *after = next_word(reading);
    } while (text_is(*after, "and"));
    return true;
}

/* ---- lines ---- */

static bool add_rule(struct reading *reading, const struct policy_rule *rule) {
    struct policy *policy = reading->policy;
    if (policy->rule_count == POLICY_RULES) return fail(reading, "too many rules");
    policy->rules[policy->rule_count++] = *rule;
    return true;
}

/* "input income money" */
static bool read_input(struct reading *reading) {
    static const char *const kinds[] = {[POLICY_NUMBER] = "number", [POLICY_MONEY] = "money", [POLICY_FLAG] = "flag"};
    struct text name = next_word(reading), kind = next_word(reading);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_is(kind, kinds[i])) return add_input(reading, name, (enum policy_kind)i, true);
    return fail(reading, "an input is a number, money or a flag");
}

/* "stop passports": whether he is on that list is an input, and forbids. */
static bool read_stop(struct reading *reading) {
    struct policy_rule rule = {.act = POLICY_FORBID, .line = reading->line, .reason = next_word(reading), .count = 1};
    if (!add_input(reading, rule.reason, POLICY_FLAG, true)) return false;
    rule.conditions[0] = (struct policy_condition){.input = reading->policy->input_count - 1, .from = 1, .to = 1};
    return add_rule(reading, &rule);
}

/* "refuse age < 18 and … because too_young" */
static bool read_verdict(struct reading *reading, enum policy_act act) {
    struct policy_rule rule = {.act = act, .line = reading->line};
    struct text because;
    if (!read_conditions(reading, &rule, &because)) return false;
    if (!text_is(because, "because")) return fail(reading, "conditions end with: because REASON");
    rule.reason = next_word(reading);
    if (!name_sound(rule.reason)) return fail(reading, "a reason is a word of a-z, 0-9 and _");
    return add_rule(reading, &rule);
}

/* "score -20 when age 18..22", "limit 5000.00 when score >= 300", or without "when". */
static bool read_valued(struct reading *reading, enum policy_act act) {
    struct policy_rule rule = {.act = act, .line = reading->line};
    struct text when;
    if (!policy_value_read(next_word(reading), act == POLICY_LIMIT ? POLICY_MONEY : POLICY_NUMBER, &rule.value))
        return fail(reading,
                    act == POLICY_LIMIT ? "a limit is in roubles with kopecks: 100.00" : "points are a number");
    when = next_word(reading);
    if (act == POLICY_SCORE && (rule.value > 1000000 || rule.value < -1000000)) return fail(reading, "too many points");
    if (when.size == 0) return add_rule(reading, &rule);
    if (!text_is(when, "when")) return fail(reading, "conditions begin with: when");
    if (!read_conditions(reading, &rule, &when)) return false;
    return when.size == 0 ? add_rule(reading, &rule) : fail(reading, "between conditions stands: and");
}

static bool read_line(struct reading *reading) {
    struct text word = next_word(reading);
    bool read = false;
    if (word.size == 0) return true;
    if (text_is(word, "input")) read = read_input(reading);
    else if (text_is(word, "stop")) read = read_stop(reading);
    else if (text_is(word, "refuse")) read = read_verdict(reading, POLICY_REFUSE);
    else if (text_is(word, "forbid")) read = read_verdict(reading, POLICY_FORBID);
    else if (text_is(word, "review")) read = read_verdict(reading, POLICY_REVIEW);
    else if (text_is(word, "score")) read = read_valued(reading, POLICY_SCORE);
    else if (text_is(word, "limit")) read = read_valued(reading, POLICY_LIMIT);
    else return fail(reading, "a line begins with input, stop, forbid, refuse, review, score or limit");
    return read && (next_word(reading).size == 0 || fail(reading, "more words than the line may have"));
}

bool policy_read(struct text file, struct policy *policy, int *line, const char **what) {
    struct reading reading = {.policy = policy};
    bool limited = false;
    policy->input_count = policy->rule_count = 0;
    *line = 1;
    *what = "not UTF-8";
    if (!text_valid_utf8(file)) return false;
    (void)add_input(&reading, TEXT("score"), POLICY_NUMBER, false);
    (void)add_input(&reading, TEXT("debt_load"), POLICY_NUMBER, false);
    (void)add_input(&reading, TEXT("income"), POLICY_MONEY, true);
    (void)add_input(&reading, TEXT("payments"), POLICY_MONEY, true);
    for (struct text rest = file; rest.data != NULL; ++*line) {
        struct text comment;
        reading.line = *line;
        reading.rest = text_split(text_split(rest, '\n', &rest), '#', &comment);
        if (text_ends(reading.rest, "\r")) reading.rest.size--;
        if (read_line(&reading)) continue;
        *what = reading.wrong;
        return false;
    }
    for (size_t i = 0; i < policy->rule_count; i++) limited = limited || policy->rules[i].act == POLICY_LIMIT;
    *what = limited ? NULL : "no line gives a limit";
    return limited;
}
