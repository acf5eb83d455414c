/* feature.c: spending: tags and categories of operations, a report by month, category and tag, budgets. What this file
 * holds is declarations; the stories are in pages.c, report_pages.c and budget.c. */
#include "spending/internal.h"

#include "generated/templates.h"
#include "operations/pages.h"

/* ---- forms ---- */

#define CATEGORY                                                                                                       \
    {.name = "category",                                                                                               \
     .type = FIELD_TEXT,                                                                                               \
     .required = true,                                                                                                 \
     .max = CATEGORY_SIZE,                                                                                             \
     .missing = S_spending_category_missing}

FORM(tags_form, {.name = "tags",
                 .type = FIELD_TEXT,
                 .required = true,
                 .max = 400,
                 .missing = S_spending_tags_missing});
FORM(tag_form, {.name = "tag", .type = FIELD_TEXT, .required = true, .max = 60});
FORM(category_form, CATEGORY, {.name = "remember", .type = FIELD_BOOL});

static const char *const spans[] = {"1", "3", "6", "12", "24", NULL}; /* as report_pages.c has them */
FORM(report_query, {.name = "month", .type = FIELD_TEXT, .max = 7},
     {.name = "months", .type = FIELD_CHOICE, .choices = spans});

FORM(sort_query, {.name = "from", .type = FIELD_TEXT, .max = CATEGORY_SIZE}, {.name = "before", .type = FIELD_ID},
     {.name = "category", .type = FIELD_TEXT, .max = CATEGORY_SIZE}, {.name = "operations", .type = FIELD_TEXT},
     {.name = "remember", .type = FIELD_BOOL});
FORM_REST(sort_form, CATEGORY, {.name = "remember", .type = FIELD_BOOL},
          {.name = "from", .type = FIELD_TEXT, .max = CATEGORY_SIZE}, {.name = "before", .type = FIELD_ID},
          {.name = "operations", .type = FIELD_TEXT, .max = 2000});

FORM(budget_form,
     {.name = "category", .type = FIELD_TEXT, .max = CATEGORY_SIZE},
     {.name = "sum",
      .type = FIELD_MONEY,
      .required = true,
      .min = 100,
      .max = MONEY_MAX,
      .missing = S_spending_budget_sum_missing,
      .invalid = S_spending_budget_sum_invalid},
     {.name = "tells", .type = FIELD_BOOL});
FORM(budget_draft, {.name = "category", .type = FIELD_TEXT, .max = CATEGORY_SIZE},
     {.name = "sum", .type = FIELD_MONEY}, {.name = "tells", .type = FIELD_BOOL});
FORM(no_form, {.name = "_", .type = FIELD_TEXT});

/* ---- routes ---- */

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/spending",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_OPERATIONS_READ,
     .form = &report_query,
     .stages = {{STAGE_READ, spending_read}},
     .page = &template_spending_report,
     .rates = {{RATE_CALLER, 120, MINUTE}},
     .summary = "What was spent and what came in: by month, category and tag, one's own transfers left out",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/spending/export",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_OPERATIONS_READ,
     .form = &report_query,
     .stages = {{STAGE_READ, spending_export}},
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .summary = "The same as CSV"},
    {.method = METHOD_GET,
     .path = "/spending/sort",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_OPERATIONS_READ,
     .form = &sort_query,
     .stages = {{STAGE_READ, sort_read}},
     .page = &template_spending_sort,
     .summary = "The newest operations of a category, to be counted elsewhere",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/spending/sort",
     .who = WHO_CUSTOMER,
     .form = &sort_form,
     .stages = {{STAGE_WRITE, sort_write}},
     .again = sort_read,
     .again_page = &template_spending_sort,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "spending.sort",
     .summary = "Counts several operations, or all of their payees, in another category"},
    {.method = METHOD_POST,
     .path = "/operations/{id}/category",
     .who = WHO_CUSTOMER,
     .form = &category_form,
     .stages = {{STAGE_WRITE, category_write}},
     .again = operation_read,
     .again_page = &template_operations_detail,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "spending.category",
     .summary = "Counts an operation in another category; with `remember` all of its payee, earlier and later"},
    {.method = METHOD_POST,
     .path = "/operations/{id}/tags",
     .who = WHO_CUSTOMER,
     .form = &tags_form,
     .stages = {{STAGE_WRITE, tags_write}},
     .again = operation_read,
     .again_page = &template_operations_detail,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "spending.tags",
     .summary = "Adds tags to an operation"},
    {.method = METHOD_POST,
     .path = "/operations/{id}/tags/remove",
     .who = WHO_CUSTOMER,
     .form = &tag_form,
     .stages = {{STAGE_WRITE, tag_remove_write}},
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "spending.tags.remove",
     .summary = "Takes a tag off an operation"},
    {.method = METHOD_GET,
     .path = "/spending/budgets",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_OPERATIONS_READ,
     .form = &budget_draft,
     .stages = {{STAGE_READ, budgets_read}},
     .page = &template_spending_budgets,
     .summary = "Budgets of this month and what is spent of them",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/spending/budgets",
     .who = WHO_CUSTOMER,
     .form = &budget_form,
     .stages = {{STAGE_WRITE, budget_write}},
     .again = budgets_read,
     .again_page = &template_spending_budgets,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "spending.budget",
     .summary = "Sets a budget of a month, of a category or of all; another sum in place of an earlier one"},
    {.method = METHOD_POST,
     .path = "/spending/budgets/{id}/remove",
     .who = WHO_CUSTOMER,
     .form = &no_form,
     .stages = {{STAGE_WRITE, budget_remove_write}},
     .audit = "spending.budget.remove",
     .summary = "Takes a budget away"},
    {.path = NULL}};

static const struct menu_item menu[] = {{S_spending_menu, "/spending", "chart", WHO_CUSTOMER, 21}, {.path = NULL}};

static const struct job jobs[] = {{"spending.budgets", SECOND, budgets_job}, {.name = NULL}};

struct spending_state *spending_state_of(const struct engine *engine) {
    return engine_state(engine, &spending_feature);
}

static void *spending_open(struct engine *engine, struct arena *arena, struct text *problem) {
    (void)problem;
    engine_watch(engine, budgets_learn, SECOND);
    return arena_new_of(arena, struct spending_state);
}

const struct feature spending_feature = {
    .name = "spending",
    .needs = (const char *const[]){"identity", "messaging", "operations", NULL},
    .routes = routes,
    .migrations = spending_migrations,
    .jobs = jobs,
    .menu = menu,
    .labels = &spending_labels,
    .own_data = spending_own_data,
    .sealed = spending_sealed,
    .erases = spending_erases,
    .on_event = spending_on_event,
    .open = spending_open,
};
