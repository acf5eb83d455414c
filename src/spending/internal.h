/* internal.h: what the files of spending share. Nothing outside this folder includes it. */
#pragma once

#include "engine/few.h"
#include "engine/labels.h"
#include "generated/strings_spending.h"
#include "ledger/ledger.h"
#include "spending/spending.h"
#include "spending/tags_rules.h"

#define RULES_MOST 500    /* of one customer: payees whose category he has named */
#define SINGLES_MOST 5000 /* operations of which he has said it one by one */
#define BUDGETS_MOST 50
#define SORT_MOST 50      /* operations sorted at once */
#define CATEGORY_SIZE 60

struct spending_state {
    struct few budgets; /* who may have one */
};
struct spending_state *spending_state_of(const struct engine *engine);

extern const struct migration spending_migrations[];
extern const struct erase spending_erases[];
extern const struct sealed spending_sealed[];

/* ---- categories.c ---- */

/* In which a customer may count what he spends, or what comes in; "own" among both. */
struct category_named {
    struct text code, title;
    bool income;
};
bool category_income(struct text code);
struct text category_words(struct engine *engine, struct arena *arena, const struct locale *locale, struct text code);
/* Those of our own and the catalogue's; in the arena; how many. */
size_t categories_all(struct engine *engine, struct arena *arena, const struct locale *locale,
                      struct category_named **all);
/* One that there is; for what came in when `income`. */
bool category_known(struct engine *engine, struct arena *arena, struct text code, bool income);

/* ---- labels.c: what he has said ---- */

struct label_rule {
    int64_t payee;
    bool income;
    struct text category;
};

struct label_set {
    int64_t customer;
    size_t rule_count, single_count;
    struct label_rule *rules;   /* by payee */
    int64_t *singles;           /* operations, rising */
    struct text *single_categories;
};

extern const struct labels spending_labels;
const struct label_set *labels_open(struct engine *engine, struct tx *tx, int64_t customer);
struct text labels_category(const struct label_set *set, int64_t operation, const struct operation_class *class);
bool labels_said(const struct label_set *set);
/* Says of one, or of all of a payee. False: he has said so much that it is full. */
bool label_single(struct tx *tx, int64_t customer, const struct labelled *operation, struct text category);
bool label_rule(struct tx *tx, int64_t customer, int64_t payee, bool income, struct text category);
void label_rule_remove(struct tx *tx, int64_t customer, int64_t payee, bool income);

/* ---- tags.c ---- */

/* The tag's number; 0: he has none such. */
int64_t tag_find(struct engine *engine, struct tx *tx, int64_t customer, struct text tag);
/* Puts them on an operation besides those that it has. FULL: some do not fit, and none was put. */
enum tags_put { TAGS_PUT, TAGS_FULL_OPERATION, TAGS_FULL_ALL };
enum tags_put tags_put(struct engine *engine, struct tx *tx, int64_t customer, const struct labelled *operation,
                       const struct tags *tags);
/* False: it had none such. A tag that nothing has any more is forgotten. */
bool tag_take(struct engine *engine, struct tx *tx, int64_t customer, int64_t operation, struct text tag);
size_t tags_of(struct engine *engine, struct tx *tx, int64_t customer, int64_t operation, struct text *tags,
               size_t room);

struct tag_named {
    int64_t id;
    struct text name;
};
size_t tags_all(struct engine *engine, struct tx *tx, int64_t customer, struct tag_named tags[TAGS_MOST]);
size_t tagged(struct engine *engine, struct tx *tx, int64_t customer, struct text tag, int64_t before,
              struct labelled *found, size_t room);

/* Which operation has which tag, of [from, until) by ids: the newest first; at most `room`. */
struct tagging {
    int64_t operation, tag;
};
size_t taggings(struct tx *tx, int64_t customer, int64_t from, int64_t until, struct tagging *found, size_t room);

/* ---- report.c ---- */

#define REPORT_MONTHS 24
#define REPORT_LINES 160
#define REPORT_TAGGINGS 20000

/* A category or tag: what was spent (or came in), month by month, the oldest first; what was given back is taken
 * off. */
struct report_line {
    struct text code; /* of a tag: its name */
    bool income;
    int64_t sums[REPORT_MONTHS], total, operations;
};

struct report {
    int64_t first;       /* months since 1970 */
    size_t months;
    struct report_line categories[REPORT_LINES], *tags;
    size_t category_count, tag_count;
    int64_t spent[REPORT_MONTHS], earned[REPORT_MONTHS];
    int64_t spent_total, earned_total;
    moment since;        /* not 0: older ones could not be looked at in time */
};

/* In tx's arena. without tags: for budgets. */
struct report *report_make(struct engine *engine, struct tx *tx, int64_t customer, int64_t first, size_t months,
                           bool tags);

/* ---- report_pages.c, chart.c ---- */

stage_function spending_read, spending_export;
struct text month_words(struct request *request, int64_t month);
void chart_months(struct request *request, const struct report *report, struct node *page);
void chart_lines(struct request *request, const char *name, const struct node *lines, struct node *page);

/* ---- pages.c ---- */

stage_function tags_write, tag_remove_write, category_write, sort_read, sort_write;

/* ---- budget.c ---- */

stage_function budgets_read, budget_write, budget_remove_write;
void spending_on_event(struct engine *engine, struct tx *tx, const struct event *event);
bool budgets_job(struct engine *engine, struct tx *tx);
void budgets_learn(struct engine *engine, struct tx *tx);

bool spending_own_data(struct own_data *piece); /* own_data.c */
