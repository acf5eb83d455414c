/* policy_fuzz.c: any bytes as a lender's policy: what is read decides about anybody, and says by which of its lines. */
#include "base/check.h"
#include "lending/policy_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decide(const struct policy *policy, int64_t value) {
    static struct policy_outcome outcome;
    struct policy_value values[POLICY_INPUTS];
    size_t given = 0;
    for (size_t i = 0; i < policy->input_count; i++)
        if (policy->inputs[i].given)
            values[given++] = (struct policy_value){policy->inputs[i].name,
                                                    policy->inputs[i].kind == POLICY_FLAG ? value & 1 : value};
    policy_decide(policy, (struct date){2026, 11, 30}, values, given, NULL, 0, &outcome);
    check(outcome.missing == 0 && outcome.met_count <= policy->rule_count);
    check(outcome.limit >= 0 && (outcome.decision == POLICY_REFUSED) == (outcome.limit == 0));
    for (size_t i = 0; i < outcome.met_count; i++) check(outcome.met[i] < policy->rule_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct policy policy;
    int line;
    const char *what;
    if (!policy_read((struct text){(const char *)data, size}, &policy, &line, &what)) {
        check(what != NULL && line >= 1 && (size_t)line <= size + 2);
        return 0;
    }
    check(policy.input_count <= POLICY_INPUTS && policy.rule_count <= POLICY_RULES);
    decide(&policy, 0);
    decide(&policy, 25);
    decide(&policy, -POLICY_NUMBER_MOST);
    decide(&policy, POLICY_NUMBER_MOST);
    return 0;
}
