/* feature.c: cashback: a part of what customers pay comes back to them by rules that staff keep. What this file holds
 * is declarations; the stories are in accrual.c, rule.c and pages.c. */
#include "products/cashback/cashback.h"

#include "backoffice/backoffice.h"
#include "generated/templates.h"

#include <stddef.h>

FORM(month_form, {.name = "month", .type = FIELD_TEXT, .max = 7});

#define BOUND(field)                                                                                                   \
    { .name = (field), .type = FIELD_MONEY, .min = 1, .max = MONEY_MAX, .invalid = S_cashback_form_sum_invalid }
FORM(rule_form,
     {.name = "code", .type = FIELD_TEXT, .required = true, .min = 1, .max = 40},
     {.name = "title", .type = FIELD_TEXT, .required = true, .min = 1, .max = 80},
     {.name = "provider", .type = FIELD_TEXT, .max = 40}, {.name = "category", .type = FIELD_TEXT, .max = 40},
     {.name = "mcc", .type = FIELD_INT, .min = 1, .max = 9999},
     /* a percent has two decimals, as a sum has */
     {.name = "percent",
      .type = FIELD_MONEY,
      .min = 0,
      .max = CASHBACK_BP_MOST,
      .required = true,
      .invalid = S_cashback_form_percent_invalid},
     BOUND("operation_most"), BOUND("month_most"), BOUND("least"), {.name = "since", .type = FIELD_DATE},
     {.name = "until", .type = FIELD_DATE},
     {.name = "reason", .type = FIELD_TEXT, .required = true, .min = 5, .max = 300});
FORM(rule_draft, {.name = "code", .type = FIELD_TEXT, .max = 40}, {.name = "title", .type = FIELD_TEXT, .max = 80},
     {.name = "provider", .type = FIELD_TEXT, .max = 40}, {.name = "category", .type = FIELD_TEXT, .max = 40},
     {.name = "mcc", .type = FIELD_INT}, {.name = "percent", .type = FIELD_MONEY},
     {.name = "operation_most", .type = FIELD_MONEY}, {.name = "month_most", .type = FIELD_MONEY},
     {.name = "least", .type = FIELD_MONEY}, {.name = "since", .type = FIELD_DATE},
     {.name = "until", .type = FIELD_DATE}, {.name = "reason", .type = FIELD_TEXT, .max = 300});

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/cashback",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_OPERATIONS_READ,
     .form = &month_form,
     .stages = {{STAGE_READ, cashback_month_read}},
     .page = &template_cashback_month,
     .summary = "Cashback of a month: earned, by category, what is left of each rule's month",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/staff/cashback",
     .who = WHO_STAFF,
     .form = &rule_draft,
     .stages = {{STAGE_READ, cashback_staff_read}},
     .page = &template_cashback_staff,
     .rates = {{RATE_CALLER, 600, MINUTE}},
     .audit = "cashback.rules.seen",
     .summary = "The rules of cashback",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_CATALOGUE | ROLE_FINANCE},
    {.method = METHOD_POST,
     .path = "/staff/cashback",
     .who = WHO_STAFF,
     .form = &rule_form,
     .stages = {{STAGE_WRITE, cashback_staff_write}},
     .again = cashback_staff_read,
     .again_page = &template_cashback_staff,
     .key = true,
     .rates = {{RATE_CALLER, 600, MINUTE}},
     .audit = "cashback.rule",
     .summary = "Asks for a rule, or another version of one; a second person confirms",
     .roles = ROLE_CATALOGUE},
    {.path = NULL}};

#define AT(member) offsetof(struct cashback_settings, member)
static const struct setting settings[] = {
    {"wait", SETTING_DURATION, AT(wait), "0s", 0, 90 * DAY, NULL,
     "How long after a purchase its cashback is paid; 0s: in the same transaction."},
    {.name = NULL}};

static const struct menu_item menu[] = {{S_cashback_menu, "/cashback", "percent", WHO_CUSTOMER, 22},
                                        {S_cashback_staff_menu, "/staff/cashback", "percent", WHO_STAFF, 62},
                                        {.path = NULL}};

static const struct job jobs[] = {{"cashback.pay", 2 * SECOND, cashback_pay_job}, {.name = NULL}};

static const struct operation_kind operations[] = {
    {KIND_CASHBACK, "cashback", S_cashback_kind, "percent", cashback_describe, NULL, "cashback", NULL},
    {KIND_CASHBACK_BACK, "cashback_back", S_cashback_kind_back, "return", cashback_describe, NULL, "cashback", NULL},
    {.name = NULL}};

static const struct approval_kind approvals[] = {{.name = "cashback.rule",
                                                  .title = S_cashback_approval,
                                                  .ask = ROLE_CATALOGUE,
                                                  .confirm = ROLE_FINANCE,
                                                  .life_us = 7 * DAY,
                                                  .apply = rule_approval_apply,
                                                  .show = rule_approval_show},
                                                 {.name = NULL}};

const struct feature cashback_feature = {
    .name = "cashback",
    .needs = (const char *const[]){"identity", "messaging", "operations", "backoffice", "payments", NULL},
    .routes = routes,
    .migrations = cashback_migrations,
    .jobs = jobs,
    .settings = settings,
    .settings_size = sizeof(struct cashback_settings),
    .menu = menu,
    .operations = operations,
    .approvals = approvals,
    .beside_payment = cashback_beside,
    .own_data = cashback_own_data,
    .erases = cashback_erases,
    .on_event = cashback_on_event,
};
