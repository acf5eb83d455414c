/* policy_rules.c: a decision: see policy_rules.h. Points first, then what refuses or wants staff to look, then a
 * limit. */
#include "lending/policy_rules.h"

#include <stddef.h>

enum built_in { SCORE, DEBT_LOAD, INCOME, PAYMENTS }; /* the first inputs of every policy */

int64_t policy_debt_load(int64_t income, int64_t payments) {
    if (payments <= 0) return 0;
    if (income <= 0) return POLICY_NO_INCOME;
    __int128 percent = ((__int128)payments * 100 + income - 1) / income;
    return percent < POLICY_NO_INCOME ? (int64_t)percent : POLICY_NO_INCOME;
}

/* What a decision is made with. */
struct deciding {
    struct date day;
    const struct law_line *own;
    size_t own_count;
    struct policy_outcome *outcome;
};

/* An input that is not known makes no condition hold, nor its opposite. */
static bool holds(const struct deciding *deciding, const struct policy_condition *condition) {
    int64_t value = deciding->outcome->values[condition->input], from = condition->from, to = condition->to;
    if (!deciding->outcome->known[condition->input]) return false;
    if (condition->by_law) {
        int64_t bound = law_at(condition->law, deciding->day, deciding->own, deciding->own_count);
        if (bound == LAW_NONE) return false;
        *(condition->law_is_from ? &from : &to) = bound + condition->shift;
    }
    return (value >= from && value <= to) != condition->not ;
}

static bool meets(struct deciding *deciding, const struct policy *policy, size_t rule) {
    for (size_t i = 0; i < policy->rules[rule].count; i++)
        if (!holds(deciding, &policy->rules[rule].conditions[i])) return false;
    deciding->outcome->met[deciding->outcome->met_count++] = rule;
    return true;
}

/* By what nobody knows yet it may come to hold. */
static bool may_hold(const struct deciding *deciding, const struct policy_rule *rule) {
    bool unknown = false;
    for (size_t i = 0; i < rule->count; i++) {
        bool known = deciding->outcome->known[rule->conditions[i].input];
        if (known && !holds(deciding, &rule->conditions[i])) return false;
        unknown = unknown || !known;
    }
    return unknown;
}

static void gather(const struct policy *policy, const struct policy_value *values, size_t count,
                   struct policy_outcome *outcome) {
    for (size_t i = 0; i < policy->input_count; i++) {
        for (size_t k = 0; k < count && policy->inputs[i].given; k++) {
            if (!text_equal(values[k].name, policy->inputs[i].name)) continue;
            outcome->values[i] = values[k].value;
            outcome->known[i] = true;
        }
        outcome->missing += policy->inputs[i].given && !outcome->known[i];
    }
    outcome->known[SCORE] = true;
    outcome->known[DEBT_LOAD] = outcome->known[INCOME] && outcome->known[PAYMENTS];
    if (outcome->known[DEBT_LOAD])
        outcome->values[DEBT_LOAD] = policy_debt_load(outcome->values[INCOME], outcome->values[PAYMENTS]);
    outcome->debt_load = outcome->values[DEBT_LOAD];
}

void policy_decide(const struct policy *policy, struct date day, const struct policy_value *values, size_t count,
                   const struct law_line *own, size_t own_count, struct policy_outcome *outcome) {
    struct deciding deciding = {day, own, own_count, outcome};
    bool limited = false;
    *outcome = (struct policy_outcome){.decision = POLICY_GRANTED};
    gather(policy, values, count, outcome);
    for (size_t i = 0; i < policy->rule_count; i++)
        if (policy->rules[i].act == POLICY_SCORE && meets(&deciding, policy, i))
            outcome->values[SCORE] += policy->rules[i].value;
    outcome->score = outcome->values[SCORE];
    if (outcome->missing > 0) outcome->decision = POLICY_REVIEWED;
    for (size_t i = 0; i < policy->rule_count; i++) {
        enum policy_act act = policy->rules[i].act;
        if (act == POLICY_SCORE || act == POLICY_LIMIT) continue;
        if (act == POLICY_FORBID && may_hold(&deciding, &policy->rules[i])) outcome->unchecked = true;
        if (!meets(&deciding, policy, i)) continue;
        enum policy_decision decision = act == POLICY_REVIEW ? POLICY_REVIEWED : POLICY_REFUSED;
        if (decision > outcome->decision) outcome->decision = decision;
        if (act == POLICY_FORBID) outcome->forbidden = true;
    }
    for (size_t i = 0; i < policy->rule_count && !limited; i++) {
        limited = policy->rules[i].act == POLICY_LIMIT && meets(&deciding, policy, i);
        if (limited) outcome->limit = policy->rules[i].value;
    }
    if (outcome->limit == 0) outcome->decision = POLICY_REFUSED; /* nothing is what he may have */
    if (outcome->decision == POLICY_REFUSED) outcome->limit = 0;
}

/* ---- words ---- */

const char *policy_decision_name(enum policy_decision decision) {
    static const char *const names[] = {
        [POLICY_GRANTED] = "granted", [POLICY_REVIEWED] = "review", [POLICY_REFUSED] = "refused"};
    return names[decision];
}

const char *policy_act_name(enum policy_act act) {
    static const char *const names[] = {[POLICY_SCORE] = "score",
                                        [POLICY_REVIEW] = "review",
                                        [POLICY_REFUSE] = "refuse",
                                        [POLICY_FORBID] = "forbid",
                                        [POLICY_LIMIT] = "limit"};
    return names[act];
}

struct text policy_line_text(struct text content, int line) {
    struct text rest = content, words = TEXT_NONE, remark;
    for (int i = 0; i < line && rest.data != NULL; i++) words = text_split(rest, '\n', &rest);
    return text_trim(text_split(words, '#', &remark));
}
