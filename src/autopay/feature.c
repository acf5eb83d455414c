/* feature.c: payments under a name, and payments that repeat by themselves. What this file holds is declarations;
 * the stories are in template_pages.c, rule_pages.c, runner.c and outcome.c. */
#include "autopay/internal.h"

#include "generated/templates.h"

#include <stddef.h>

/* ---- forms ---- */

#define NAME(field)                                                                                                    \
    {.name = (field),                                                                                                  \
     .type = FIELD_TEXT,                                                                                               \
     .required = true,                                                                                                 \
     .min = 1,                                                                                                         \
     .max = 40,                                                                                                        \
     .missing = S_autopay_form_name_missing,                                                                           \
     .invalid = S_autopay_form_name_invalid}
#define SUM {.name = "sum", .type = FIELD_MONEY, .min = 1, .max = MONEY_MAX, .invalid = S_autopay_form_sum_invalid}
#define NAME_DRAFT(field) {.name = (field), .type = FIELD_TEXT, .max = 40}
#define SUM_DRAFT {.name = "sum", .type = FIELD_MONEY}

FORM(name_form, NAME("name"));
FORM(name_draft, NAME_DRAFT("name"));
/* … and the provider's own fields, of which one may be called "name" */
FORM_REST(hand_form, NAME("template"), SUM, {.name = "from", .type = FIELD_ID},
          {.name = "operator", .type = FIELD_TEXT, .max = 40});
FORM_REST(hand_draft, NAME_DRAFT("template"), SUM_DRAFT, {.name = "from", .type = FIELD_ID},
          {.name = "operator", .type = FIELD_TEXT, .max = 40}, {.name = "choose", .type = FIELD_BOOL});
FORM(pay_draft, SUM_DRAFT, {.name = "from", .type = FIELD_ID});
FORM(no_form, {.name = "_", .type = FIELD_TEXT});
FORM(skip_form, {.name = "run", .type = FIELD_ID});

static const char *const kinds[] = {"calendar", "balance", "bill", NULL};
FORM(rule_form, {.name = "kind", .type = FIELD_CHOICE, .required = true, .choices = kinds},
     {.name = "when", .type = FIELD_TEXT, .max = 10}, SUM,
     {.name = "least", .type = FIELD_MONEY, .min = 1, .max = MONEY_MAX, .invalid = S_autopay_form_sum_invalid},
     {.name = "from", .type = FIELD_ID});
FORM(rule_draft, {.name = "kind", .type = FIELD_CHOICE, .choices = kinds},
     {.name = "when", .type = FIELD_TEXT, .max = 10}, SUM_DRAFT, {.name = "least", .type = FIELD_MONEY},
     {.name = "from", .type = FIELD_ID});

/* ---- routes ---- */

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/templates",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .stages = {{STAGE_READ, templates_read}},
     .page = &template_autopay_list,
     .summary = "Payments under a name, and those that repeat by themselves"},
    {.method = METHOD_GET,
     .path = "/templates/{id}",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &name_draft,
     .stages = {{STAGE_READ, template_read}},
     .page = &template_autopay_template,
     .summary = "A template: what it fills in, and its autopays",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/templates/{id}/pay",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &pay_draft,
     .stages = {{STAGE_READ, template_pay_read}},
     .page = &template_payments_form,
     .summary = "The provider's form, filled in from a template",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/templates/{id}/rename",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &name_form,
     .stages = {{STAGE_WRITE, template_rename_write}},
     .again = template_read,
     .again_page = &template_autopay_template,
     .audit = "autopay.template.rename",
     .summary = "Another name for a template"},
    {.method = METHOD_POST,
     .path = "/templates/{id}/remove",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, template_remove_write}},
     .again = template_read,
     .again_page = &template_autopay_template,
     .audit = "autopay.template.remove",
     .summary = "Removes a template that no autopay uses"},
    {.method = METHOD_GET,
     .path = "/payments/{id}/template",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &name_draft,
     .stages = {{STAGE_READ, template_of_payment_read}},
     .page = &template_autopay_of_payment,
     .summary = "What a template of this payment would be",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/payments/{id}/template",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &name_form,
     .stages = {{STAGE_WRITE, template_of_payment_write}},
     .again = template_of_payment_read,
     .again_page = &template_autopay_of_payment,
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "autopay.template.make",
     .summary = "Makes a template of a payment"},
    {.method = METHOD_GET,
     .path = "/pay/{code}/template",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &hand_draft,
     .stages = {{STAGE_READ, template_new_read}},
     .page = &template_autopay_by_hand,
     .summary = "A provider's own fields, to be kept as a template",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/pay/{code}/template",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &hand_form,
     .stages = {{STAGE_WRITE, template_new_write}},
     .again = template_new_read,
     .again_page = &template_autopay_by_hand,
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "autopay.template.make",
     .summary = "Makes a template by hand"},
    {.method = METHOD_GET,
     .path = "/templates/{id}/autopay",
     .who = WHO_CUSTOMER,
     .form = &rule_draft,
     .stages = {{STAGE_READ, rule_new_read}},
     .page = &template_autopay_rule_new,
     .summary = "When a template could be paid by itself",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/templates/{id}/autopay",
     .who = WHO_CUSTOMER,
     .form = &rule_form,
     .stages = {{STAGE_READ, rule_new_look}, {STAGE_WRITE, rule_new_write}},
     .again = rule_new_read,
     .again_page = &template_autopay_rule_new,
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "autopay.make",
     .summary = "Has a template paid by itself: by the calendar, by what is left on the account, by bill",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/autopay/{id}",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, rule_read}},
     .page = &template_autopay_rule,
     .summary = "An autopay: the next time, and what became of the last ones"},
    {.method = METHOD_POST,
     .path = "/autopay/{id}/skip",
     .who = WHO_CUSTOMER,
     .form = &skip_form,
     .stages = {{STAGE_WRITE, rule_skip_write}},
     .again = rule_read,
     .again_page = &template_autopay_rule,
     .audit = "autopay.skip",
     .summary = "The next time is not paid"},
    {.method = METHOD_POST,
     .path = "/autopay/{id}/pause",
     .who = WHO_CUSTOMER,
     .form = &no_form,
     .stages = {{STAGE_WRITE, rule_pause_write}},
     .again = rule_read,
     .again_page = &template_autopay_rule,
     .audit = "autopay.pause",
     .summary = "Nothing is paid until it is resumed"},
    {.method = METHOD_POST,
     .path = "/autopay/{id}/resume",
     .who = WHO_CUSTOMER,
     .form = &no_form,
     .stages = {{STAGE_WRITE, rule_resume_write}},
     .again = rule_read,
     .again_page = &template_autopay_rule,
     .audit = "autopay.resume",
     .summary = "Goes on from the next time",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_POST,
     .path = "/autopay/{id}/remove",
     .who = WHO_CUSTOMER,
     .form = &no_form,
     .stages = {{STAGE_WRITE, rule_remove_write}},
     .again = rule_read,
     .again_page = &template_autopay_rule,
     .audit = "autopay.remove",
     .summary = "Removes an autopay; its payments stay"},
    {.method = METHOD_POST,
     .path = "/templates/habits/{id}/off",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, habit_off_write}},
     .audit = "templates.habit.off",
     .summary = "A payee who is often paid is not offered as a template any more"},
    {.method = METHOD_GET,
     .path = "/staff/autopay",
     .who = WHO_STAFF,
     .stages = {{STAGE_READ, passes_read}},
     .page = &template_autopay_passes,
     .rates = {{RATE_CALLER, 600, MINUTE}},
     .audit = "autopay.passes",
     .summary = "How far the runner of autopays is",
     .roles = ROLE_FINANCE | ROLE_ADMIN},
    {.path = NULL}};

/* ---- the rest ---- */

#define AT(member) offsetof(struct autopay_settings, member)
static const struct setting settings[] = {
    {"hour", SETTING_INT, AT(hour), "10", 0, 23, NULL,
     "The hour of the day, in time_zone, at which payments by the calendar are due and providers are asked."},
    {"notice", SETTING_DURATION, AT(notice), "1d", SECOND, 7 * DAY, NULL,
     "How long before a payment by the calendar the customer is told of it."},
    {"warning", SETTING_DURATION, AT(warning), "1h", SECOND, DAY, NULL,
     "How long before a payment for a bill or a low balance the customer is told of it; the least notice of any."},
    {"pause", SETTING_DURATION, AT(pause), "1d", SECOND, 7 * DAY, NULL,
     "How long after a failure it is tried again."},
    {"tries", SETTING_INT, AT(tries), "3", 1, 10, NULL,
     "How many times it is tried before the autopay is paused."},
    {"under_way", SETTING_INT, AT(under_way), "2000", 1, 100000, NULL,
     "How many payments autopay may have under way at once, so that those of people are not kept waiting."},
    {.name = NULL}};

const struct autopay_settings *autopay_settings_of(const struct engine *engine) {
    return engine_settings(engine, &autopay_feature);
}

static const struct menu_item menu[] = {{S_autopay_menu, "/templates", "repeat", WHO_CUSTOMER, 14},
                                        {S_autopay_staff_menu, "/staff/autopay", "repeat", WHO_STAFF, 70},
                                        {.path = NULL}};

static const struct job jobs[] = {{"autopay.rules", SECOND, autopay_rules_run},
                                  {"autopay.runs", 2 * SECOND, autopay_runs_run},
                                  {.name = NULL}};

static const struct outbox_kind outbox[] = {
    {.name = "autopay.ask", .send = payments_look_send, .result = autopay_asked}, {.name = NULL}};

const struct feature autopay_feature = {
    .name = "autopay",
    .needs = (const char *const[]){"identity", "messaging", "payments", NULL},
    .routes = routes,
    .migrations = autopay_migrations,
    .jobs = jobs,
    .settings = settings,
    .settings_size = sizeof(struct autopay_settings),
    .menu = menu,
    .outbox = outbox,
    .shortcuts = autopay_shortcuts,
    .own_data = autopay_own_data,
    .sealed = autopay_sealed,
    .erases = autopay_erases,
    .on_event = autopay_on_event,
};
