/* labels.c: where a customer counts his operations: of one as he said, else of all of its payee, else as it was
 * classified. All that he has said is read at once: it is little, and a list or a report asks it of each operation. */
#include "spending/internal.h"

STATEMENT(rules, "SELECT payee, income, category FROM spending_rule WHERE customer = $1 ORDER BY payee LIMIT 600");
STATEMENT(singles, "SELECT operation, category FROM spending_single WHERE customer = $1 ORDER BY operation LIMIT 6000");
STATEMENT(rule_count, "SELECT COUNT(*) FROM spending_rule WHERE customer = $1");
STATEMENT(single_count, "SELECT COUNT(*) FROM spending_single WHERE customer = $1");
STATEMENT(put_rule, "INSERT INTO spending_rule (customer, payee, income, category) VALUES ($1, $2, $3, $4) "
                    "ON CONFLICT (customer, payee, income) DO UPDATE SET category = $4");
STATEMENT(put_single, "INSERT INTO spending_single (customer, operation, account, category) VALUES ($1, $2, $3, $4) "
                      "ON CONFLICT (customer, operation) DO UPDATE SET category = $4");
STATEMENT(remove_rule, "DELETE FROM spending_rule WHERE customer = $1 AND payee = $2 AND income = $3");
STATEMENT(remove_single, "DELETE FROM spending_single WHERE customer = $1 AND operation = $2");

static void read_rules(struct tx *tx, struct label_set *set) {
    set->rules = arena_array(tx_arena(tx), struct label_rule, RULES_MOST);
    struct rows *rows = tx_query(tx, &rules, VALUES(V_INT(set->customer)));
    while (set->rule_count < RULES_MOST && rows_next(rows))
        set->rules[set->rule_count++] =
            (struct label_rule){row_int(rows, 0), row_int(rows, 1) != 0, row_copy(rows, 2, tx_arena(tx))};
    rows_end(rows);
}

static void read_singles(struct tx *tx, struct label_set *set) {
    size_t room = 0;
    struct rows *rows = tx_query(tx, &singles, VALUES(V_INT(set->customer)));
    while (set->single_count < SINGLES_MOST && rows_next(rows)) {
        if (room == 0) { /* most have none */
            room = SINGLES_MOST;
            set->singles = arena_array(tx_arena(tx), int64_t, room);
            set->single_categories = arena_array(tx_arena(tx), struct text, room);
        }
        set->singles[set->single_count] = row_int(rows, 0);
        set->single_categories[set->single_count++] = row_copy(rows, 1, tx_arena(tx));
    }
    rows_end(rows);
}

const struct label_set *labels_open(struct engine *engine, struct tx *tx, int64_t customer) {
    (void)engine;
    struct label_set *set = arena_new_of(tx_arena(tx), struct label_set);
    set->customer = customer;
    read_rules(tx, set);
    read_singles(tx, set);
    return set;
}

/* ---- asked ---- */

static size_t first_not_below(const int64_t *numbers, size_t count, int64_t wanted) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (numbers[middle] < wanted) low = middle + 1;
        else high = middle;
    }
    return low;
}

static struct text category_of_class(const struct label_set *set, const struct operation_class *class) {
    if (text_is(class->category, OPERATION_OWN) || class->payee == 0 || set->rule_count == 0) return class->category;
    bool income = category_income(class->category);
    size_t low = 0, high = set->rule_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->rules[middle].payee < class->payee) low = middle + 1;
        else high = middle;
    }
    for (; low < set->rule_count && set->rules[low].payee == class->payee; low++)
        if (set->rules[low].income == income) return set->rules[low].category;
    return class->category;
}

struct text labels_category(const struct label_set *set, int64_t operation, const struct operation_class *class) {
    size_t at = first_not_below(set->singles, set->single_count, operation);
    if (at < set->single_count && set->singles[at] == operation) return set->single_categories[at];
    return category_of_class(set, class);
}

bool labels_said(const struct label_set *set) { return set->rule_count + set->single_count > 0; }

/* ---- said ---- */

static int64_t number(struct tx *tx, struct statement *statement, int64_t customer) {
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(customer)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

bool label_single(struct tx *tx, int64_t customer, const struct labelled *operation, struct text category) {
    if (category.size == 0) {
        tx_run(tx, &remove_single, VALUES(V_INT(customer), V_INT(operation->operation)));
        return true;
    }
    if (number(tx, &single_count, customer) >= SINGLES_MOST) return false;
    tx_run(tx, &put_single,
           VALUES(V_INT(customer), V_INT(operation->operation), V_INT(operation->account), V_TEXT(category)));
    return true;
}

bool label_rule(struct tx *tx, int64_t customer, int64_t payee, bool income, struct text category) {
    if (number(tx, &rule_count, customer) >= RULES_MOST) return false;
    tx_run(tx, &put_rule, VALUES(V_INT(customer), V_INT(payee), V_INT(income), V_TEXT(category)));
    return true;
}

void label_rule_remove(struct tx *tx, int64_t customer, int64_t payee, bool income) {
    tx_run(tx, &remove_rule, VALUES(V_INT(customer), V_INT(payee), V_INT(income)));
}

/* ---- told ---- */

static void add_option(struct node *options, const struct category_named *named, bool selected) {
    struct node *option = doc_add_object(options);
    doc_text(option, "value", named->code);
    doc_text(option, "title", named->title);
    doc_bool(option, "selected", selected);
}

static void describe(struct engine *engine, struct tx *tx, const struct label_set *set, const struct locale *locale,
                     int64_t operation, const struct operation_class *class, struct node *document) {
    struct text code = labels_category(set, operation, class), names[TAGS_OF_OPERATION];
    struct node *category = doc_object(document, "category");
    doc_text(category, "code", code);
    doc_text(category, "title", category_words(engine, document->arena, locale, code));
    size_t count = tags_of(engine, tx, set->customer, operation, names, TAGS_OF_OPERATION);
    struct node *tags = doc_array(document, "tags");
    for (size_t i = 0; i < count; i++) doc_add_text(tags, names[i]);
}

static void offer(struct engine *engine, struct tx *tx, const struct label_set *set, const struct locale *locale,
                  struct text category, struct node *categories, struct node *tags) {
    struct category_named *all;
    struct tag_named names[TAGS_MOST];
    size_t count = categories_all(engine, categories->arena, locale, &all);
    for (size_t i = 0; i < count; i++) add_option(categories, &all[i], text_equal(category, all[i].code));
    count = tags_all(engine, tx, set->customer, names);
    for (size_t i = 0; i < count; i++) doc_add_text(tags, names[i].name);
}

const struct labels spending_labels = {
    .open = labels_open,
    .category = labels_category,
    .said = labels_said,
    .tagged = tagged,
    .describe = describe,
    .offer = offer,
};
