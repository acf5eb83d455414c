/* decide.c: what the policy says of an application: the decision with all its reasons, the lines by which it was made,
 * and what nobody knew, as JSON that stays with the application. */
#include "products/loans/loans.h"

#include "base/json.h"

#include <jansson.h>

size_t loans_inputs_read(struct arena *arena, struct text inputs, struct policy_value *values, size_t room) {
    const json_t *data = json_read(arena, inputs);
    size_t count = 0;
    const char *name;
    json_t *value;
    if (!json_is_object(data)) return 0;
    json_object_foreach((json_t *)(uintptr_t)data, name, value) {
        if (count == room || (!json_is_integer(value) && !json_is_boolean(value))) continue;
        values[count++] = (struct policy_value){text_copy(arena, text_from(name)), json_is_true(value)
                                                                                       ? 1
                                                                                       : json_integer_value(value)};
    }
    return count;
}

static bool told_already(const struct node *reasons, struct text reason) {
    for (const struct node *each = reasons->first; each != NULL; each = each->next)
        if (text_equal(each->text, reason)) return true;
    return false;
}

/* completed: by what people entered; they look at it whatever it says. */
static struct text outcome_write(struct arena *arena, const struct policy_version *version,
                                 const struct policy_outcome *outcome, const char *more, bool completed) {
    struct node *data = doc_new(arena);
    doc_text(data, "decision", text_from(policy_decision_name(outcome->decision)));
    struct node *reasons = doc_array(data, "reasons"), *rules = doc_array(data, "rules");
    for (size_t i = 0; i < outcome->met_count; i++) {
        const struct policy_rule *rule = &version->policy.rules[outcome->met[i]];
        struct node *node = doc_add_object(rules);
        doc_int(node, "line", rule->line);
        doc_text(node, "act", text_from(policy_act_name(rule->act)));
        doc_text(node, "text", policy_line_text(version->content, rule->line));
        if (rule->reason.data != NULL && !told_already(reasons, rule->reason)) doc_add_text(reasons, rule->reason);
    }
    if (more != NULL) doc_add_text(reasons, text_from(more));
    struct node *missing = doc_array(data, "missing");
    for (size_t i = 0; version != NULL && i < version->policy.input_count; i++) {
        const struct policy_input *input = &version->policy.inputs[i];
        if (input->given && !outcome->known[i]) doc_add_text(missing, input->name);
    }
    doc_bool(data, "completed", completed);
    doc_bool(data, "forbidden", outcome->forbidden);
    doc_bool(data, "unchecked", outcome->unchecked);
    doc_int(data, "score", outcome->score);
    doc_int(data, "debt_load", outcome->debt_load);
    doc_int(data, "most", outcome->limit);
    struct buffer out = buffer_new(arena, 1024);
    doc_write_json(data, &out);
    return buffer_text(&out);
}

/* Reasons that are ours rather than a line's. */
const char *policy_decide_for(const struct policy_version *version, const struct credit_setting *around,
                              struct date day, const struct policy_value *values, size_t count, int64_t least,
                              struct policy_outcome *outcome) {
    *outcome = (struct policy_outcome){.decision = POLICY_REVIEWED};
    if (version == NULL) return "no_policy"; /* staff look at each */
    policy_decide(&version->policy, day, values, count, around->own, around->own_count, outcome);
    if (outcome->decision != POLICY_REFUSED && outcome->limit < least) {
        outcome->decision = POLICY_REFUSED;
        outcome->limit = 0;
        return "limit_below_product";
    }
    if (outcome->decision == POLICY_REVIEWED && outcome->missing > 0) return "not_known";
    return outcome->decision == POLICY_REFUSED && outcome->met_count == 0 ? "no_limit" : NULL;
}

static enum policy_decision decide_by(struct engine *engine, struct tx *tx, const struct policy_version *version,
                                      struct application *application, bool completed) {
    struct arena *arena = tx_arena(tx);
    const struct credit_setting around = credit_setting(engine);
    struct policy_value *values = arena_array(arena, struct policy_value, POLICY_INPUTS);
    struct policy_outcome *outcome = arena_new_of(arena, struct policy_outcome);
    struct credit_product product = {.terms = {.sum_least = 0}};
    size_t count = loans_inputs_read(arena, application->inputs, values, POLICY_INPUTS);
    credit_product_find(tx, application->product, &product);
    const char *more = policy_decide_for(version, &around, date_from_days(loans_today(engine)), values, count,
                                         product.terms.sum_least, outcome);
    application->policy = version != NULL ? version->version : 0;
    application->outcome = outcome_write(arena, version, outcome, more, completed);
    application->most = outcome->limit;
    return outcome->decision;
}

void loans_decide(struct engine *engine, struct tx *tx, struct application *application) {
    static const enum application_state states[] = {[POLICY_GRANTED] = APPLICATION_OFFERED,
                                                    [POLICY_REVIEWED] = APPLICATION_REVIEW,
                                                    [POLICY_REFUSED] = APPLICATION_REFUSED};
    const struct policy_version *version = loans_policy_now(engine, tx, tx_arena(tx));
    enum policy_decision decision = decide_by(engine, tx, version, application, false);
    application->state = states[decision];
    application->decided_at = decision == POLICY_REVIEWED ? 0 : world_now(engine_world(engine));
}

void loans_decide_again(struct engine *engine, struct tx *tx, struct application *application,
                        const struct policy_version *version) {
    decide_by(engine, tx, version, application, true);
}
