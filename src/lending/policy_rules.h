/* policy_rules.h: who gets a loan and how much, by a policy that people can read: a file with a line for each rule
 * (README.md has its words, profiles/policy_microloans.txt is one). A decision says by which lines it was made and of
 * which inputs. Pure: whoever asks gathers the inputs, keeps the decision, and looks persons up in lists.
 *
 * Not here: what a loan may cost (loan_law_rules.h). Source: LO-2, IN-2; domain facts, "Consumer credit". */
#pragma once

#include "lending/law_rules.h"

#define POLICY_INPUTS 64
#define POLICY_RULES 300
#define POLICY_CONDITIONS 6     /* of one rule */
#define POLICY_NUMBER_MOST INT64_C(1000000000000000)

enum policy_kind { POLICY_NUMBER, POLICY_MONEY, POLICY_FLAG }; /* as it is; kopecks; 0 or 1 */

struct policy_input {
    struct text name;
    enum policy_kind kind;
    bool given; /* by whoever asks: all but "score" and "debt_load" */
};

/* from ≤ input ≤ to, or none of these where it is not. */
struct policy_condition {
    size_t input;
    int64_t from, to;
    bool not, by_law; /* by_law: a bound is the law's number of the day; no number: the condition does not hold */
    enum law law;
    int64_t shift;    /* … from is it plus shift, or to */
    bool law_is_from;
};

enum policy_act {
    POLICY_SCORE,
    POLICY_REVIEW,
    POLICY_REFUSE,
    POLICY_FORBID, /* refuses too, and nobody may grant it nevertheless: by law */
    POLICY_LIMIT
};

struct policy_rule {
    enum policy_act act;
    int line;               /* of the file, from 1 */
    int64_t value;          /* points; kopecks */
    struct text reason;     /* TEXT_NONE for points and limits */
    struct policy_condition conditions[POLICY_CONDITIONS]; /* all of them must hold */
    size_t count;
};

struct policy {
    struct policy_input inputs[POLICY_INPUTS];
    size_t input_count;
    struct policy_rule rules[POLICY_RULES];
    size_t rule_count;
};

/* Borrows the file's bytes. False: *line says where it is wrong, *what says how, in English. */
bool policy_read(struct text file, struct policy *policy, int *line, const char **what);

/* A value as it stands in a policy: 21, 100.00, yes or no. */
bool policy_value_read(struct text word, enum policy_kind kind, int64_t *value);

struct policy_value {
    struct text name;
    int64_t value;
};

enum policy_decision { POLICY_GRANTED, POLICY_REVIEWED, POLICY_REFUSED };

/* Everything that a decision was made of. Texts are the policy's. */
struct policy_outcome {
    enum policy_decision decision;
    int64_t limit; /* kopecks, granted at most; 0 where it is refused */
    int64_t score, debt_load;
    int64_t values[POLICY_INPUTS]; /* of policy->inputs, in their order */
    bool known[POLICY_INPUTS];
    size_t met[POLICY_RULES];      /* rules whose conditions hold, in order; of limits the first alone */
    size_t met_count;
    size_t missing;                /* inputs that nobody gave: then staff look, at best */
    bool forbidden;                /* a line that forbids holds */
    bool unchecked;                /* … one may, by what nobody knows yet */
};

/* As of that day; values that the policy does not name are not looked at. `own`: the operator's lines of the law. */
void policy_decide(const struct policy *policy, struct date day, const struct policy_value *values, size_t count,
                   const struct law_line *own, size_t own_count, struct policy_outcome *outcome);

/* As they are kept beside what was decided: "granted", "review", "refused"; a line's first word. */
const char *policy_decision_name(enum policy_decision decision);
const char *policy_act_name(enum policy_act act);
/* A line of the file, without its remark. */
struct text policy_line_text(struct text content, int line);

/* All payments of a month as percent of its income, up to the next one: the Bank of Russia's debt load (ПДН). Without
 * an income 0, or POLICY_NO_INCOME where there are payments. */
#define POLICY_NO_INCOME 99999
int64_t policy_debt_load(int64_t income, int64_t payments);
