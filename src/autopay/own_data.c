/* own_data.c: a customer's templates and autopays with what became of them: told to him. Nothing of it stands in
 * the way of his leaving: with the cabinet they stop (outcome.c), and go with his data (schema.c). */
#include "autopay/internal.h"

#define PIECE 100

static void tell_runs(struct own_data *piece, const struct autopay_rule *rule, struct node *node) {
    struct autopay_run runs[PIECE];
    size_t count = runs_latest(piece->tx, rule->customer, rule->id, runs, PIECE);
    struct node *list = doc_array(node, "runs");
    for (size_t i = 0; i < count; i++) {
        struct node *run = doc_add_object(list);
        doc_moment(run, "due", runs[i].due);
        doc_text(run, "state", text_from(run_state_name(runs[i].state)));
        doc_money(run, "sum", rub(runs[i].sum));
        if (runs[i].payment != 0) doc_id(run, "payment", runs[i].payment);
    }
}

static void tell_rules(struct own_data *piece, const struct pay_template *template, const struct provider *provider,
                       struct node *node) {
    struct autopay_rule rules[RULES_MOST];
    size_t count = rules_of(piece->tx, piece->customer, template->id, rules);
    struct node *list = doc_array(node, "autopays");
    for (size_t i = 0; i < count; i++) {
        struct node *rule = doc_add_object(list);
        doc_id(rule, "id", rules[i].id);
        doc_text(rule, "words", rule_words(list->arena, piece->locale, &rules[i], template, provider));
        doc_bool(rule, "active", rules[i].state == RULE_ACTIVE);
        tell_runs(piece, &rules[i], rule);
    }
}

bool autopay_own_data(struct own_data *piece) {
    struct arena *arena = piece->list->arena;
    struct pay_template templates[PIECE];
    size_t count = templates_after(piece->engine, piece->tx, piece->customer, piece->after, templates, PIECE);
    const struct catalogue *catalogue = catalogue_take(piece->engine, arena);
    for (size_t i = 0; i < count; i++) {
        const struct provider *provider = catalogue_provider(catalogue, templates[i].provider);
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("template"));
        doc_id(node, "id", templates[i].id);
        doc_text(node, "name", text_copy(arena, templates[i].name));
        if (provider != NULL) doc_text(node, "provider", words_in(&provider->title, piece->locale->language));
        if (templates[i].sum > 0) doc_money(node, "sum", rub(templates[i].sum));
        struct node *values = doc_array(node, "values");
        for (size_t k = 0; k < templates[i].values.count; k++) {
            struct node *value = doc_add_object(values);
            doc_text(value, "name", text_from(templates[i].values.of[k].name));
            doc_text(value, "value", templates[i].values.of[k].value);
        }
        tell_rules(piece, &templates[i], provider, node);
        piece->after = templates[i].id;
    }
    return count == PIECE;
}
