/* staff_routes.h: the addresses of the staff's side, as rows of the feature's table: feature.c alone includes it. */
#pragma once

#include "generated/templates.h"
#include "products/loans/staff.h"

static const char *const review_verdicts[] = {"grant", "refuse", NULL};
static const char *const review_reasons[] = {"income_to_be_proved", "not_reached", "documents", "facts_differ",
                                             "debt_load", "suspicion", "own_wish", NULL};
static const char *const change_kinds[] = {"annuity", "differentiated", "bullet", NULL};
static const char *const change_units[] = {"months", "days", NULL};

#define REASON(name_, must)                                                                                            \
    {.name = (name_), .type = FIELD_TEXT, .required = (must), .min = 5, .max = 300,                                    \
     .missing = S_backoffice_reason_short, .invalid = S_backoffice_reason_short}

FORM(policy_form, {.name = "content", .type = FIELD_TEXT, .max = POLICY_BYTES_MOST},
     {.name = "file", .type = FIELD_FILE, .max = POLICY_BYTES_MOST, .invalid = S_loans_policy_too_large},
     {.name = "note", .type = FIELD_TEXT, .required = true, .min = 5, .max = 300,
      .missing = S_loans_policy_note_missing,
      .invalid = S_loans_policy_note_missing});
FORM(policy_draft, {.name = "content", .type = FIELD_TEXT}, {.name = "file", .type = FIELD_TEXT},
     {.name = "note", .type = FIELD_TEXT});
#define VERSION_FORM(name_, must)                                                                                      \
    FORM(name_, {.name = "since", .type = FIELD_DATE}, {.name = "count", .type = FIELD_INT, .min = 1, .max = 2000},    \
         REASON("reason", must))
VERSION_FORM(version_form, false);
VERSION_FORM(switch_form, true);
#define REVIEW_FIELDS(must)                                                                                            \
    {.name = "verdict", .type = FIELD_CHOICE, .required = (must), .choices = review_verdicts},                         \
        {.name = "most", .type = FIELD_MONEY, .invalid = S_loans_review_sum_missing},                                  \
        {.name = "reason", .type = FIELD_CHOICE, .choices = review_reasons}, {                                         \
        .name = "note", .type = FIELD_TEXT, .max = 500                                                                 \
    }
FORM(review_form, REVIEW_FIELDS(false));
FORM(verdict_form, REVIEW_FIELDS(true));
FORM_REST(facts_form, REVIEW_FIELDS(false), {.name = "facts", .type = FIELD_BOOL}); /* and the policy's inputs */
FORM(portfolio_form, {.name = "bucket", .type = FIELD_INT, .min = 0, .max = 5, .required = true},
     {.name = "customer", .type = FIELD_ID}, {.name = "loan", .type = FIELD_ID},
     {.name = "since", .type = FIELD_INT, .min = 0, .max = 100000});
FORM(period_form, {.name = "from", .type = FIELD_DATE}, {.name = "to", .type = FIELD_DATE});
#define CHANGE_FORM(name_, plan_must, waive_must, off_must)                                                            \
    FORM(name_, {.name = "kind", .type = FIELD_CHOICE, .required = (plan_must), .choices = change_kinds},              \
         {.name = "unit", .type = FIELD_CHOICE, .required = (plan_must), .choices = change_units},                     \
         {.name = "length", .type = FIELD_INT, .required = (plan_must), .min = 1, .max = 366},                         \
         {.name = "count", .type = FIELD_INT, .required = (plan_must), .min = 1, .max = 360},                          \
         {.name = "rate", .type = FIELD_TEXT, .required = (plan_must), .min = 1, .max = 12},                           \
         REASON("reason", plan_must),                                                                                  \
         {.name = "waived", .type = FIELD_MONEY, .required = (waive_must), .missing = S_loans_change_waive_most,       \
          .invalid = S_loans_change_waive_most},                                                                       \
         REASON("waive_reason", waive_must), REASON("off_reason", off_must))
CHANGE_FORM(change_form, false, false, false);
CHANGE_FORM(restructure_form, true, false, false);
CHANGE_FORM(waive_form, false, true, false);
CHANGE_FORM(write_off_form, false, false, true);

#define STAFF_PAGE(path_, roles_, stage_, template_)                                                                   \
    .method = METHOD_GET, .path = (path_), .who = WHO_STAFF, .roles = (roles_), .stages = {{STAGE_READ, stage_}},      \
    .page = &(template_)
#define STAFF_WORK(path_, roles_, stage_)                                                                              \
    .method = METHOD_GET, .path = (path_), .who = WHO_STAFF, .roles = (roles_), .stages = {{STAGE_WORK, stage_}}
#define STAFF_ACT(path_, roles_, again_, template_)                                                                    \
    .method = METHOD_POST, .path = (path_), .who = WHO_STAFF, .roles = (roles_), .key = true, .again = again_,         \
    .again_page = &(template_), .rates = {{RATE_ADDRESS, 600, MINUTE}}

#define LOANS_STAFF_ROUTES                                                                                             \
    {STAFF_PAGE("/staff/loans/policy", WHO_SEES_POLICY, policy_read_page, template_loans_policy),                      \
     .audit = "loans.policy.seen", .summary = "The policy by which loans are decided, and its versions"},              \
        {STAFF_PAGE("/staff/loans/policy/new", WHO_WRITES_POLICY, policy_new_page, template_loans_policy_new),         \
         .form = &policy_draft, .audit = "loans.policy.form", .summary = "What a new version of the policy takes",     \
         .flags = ROUTE_FORM_OPTIONAL},                                                                                \
        {STAFF_ACT("/staff/loans/policy", WHO_WRITES_POLICY, policy_new_page, template_loans_policy_new),              \
     .form = &policy_form, .stages = {{STAGE_WORK, policy_take}, {STAGE_WRITE, policy_write}},                         \
     .body_max = 4 * POLICY_BYTES_MOST, .audit = "loans.policy.write",                                                 \
         .summary = "A new version of the policy, as text or as a file; it decides nothing yet"},                      \
        {STAFF_PAGE("/staff/loans/policy/{id}", WHO_SEES_POLICY, policy_version_page, template_loans_policy_version),  \
         .form = &version_form, .audit = "loans.policy.version.seen",                                                  \
         .summary = "A version: its text, what it changed, what it would have decided", .flags = ROUTE_FORM_OPTIONAL}, \
        {STAFF_ACT("/staff/loans/policy/{id}/trial", WHO_WRITES_POLICY, policy_version_page,                           \
               template_loans_policy_version),                                                                         \
         .form = &version_form, .stages = {{STAGE_WORK, policy_try}, {STAGE_WRITE, policy_try_keep}},                  \
         .audit = "loans.policy.tried", .summary = "Tries a version on the applications that were decided last"},      \
        {STAFF_ACT("/staff/loans/policy/{id}/switch", WHO_WRITES_POLICY, policy_version_page,                          \
               template_loans_policy_version),                                                                         \
         .form = &switch_form, .stages = {{STAGE_WRITE, policy_switch}}, .audit = "loans.policy.switch",               \
         .summary = "Asks for a version to decide, from a day on; a second person confirms"},                          \
        {STAFF_PAGE("/staff/loan-applications/{id}", WHO_SEES_CREDITS, review_page, template_loans_review),            \
         .form = &review_form, .audit = "loans.application.seen",                                                      \
         .summary = "An application: what is known, what the policy says, what he had before",                         \
         .flags = ROUTE_FORM_OPTIONAL},                                                                                \
        {STAFF_ACT("/staff/loan-applications/{id}", ROLE_RISK, review_page, template_loans_review),                    \
         .form = &verdict_form, .stages = {{STAGE_WRITE, review_decide}}, .audit = "loans.review",                     \
         .summary = "Decides an application: grants up to a sum, or refuses for a reason"},                            \
        {STAFF_ACT("/staff/loan-applications/{id}/facts", ROLE_RISK, review_page, template_loans_review),              \
         .form = &facts_form, .stages = {{STAGE_WRITE, facts_write}}, .audit = "loans.review.facts",                   \
         .summary = "What a reviewer found out elsewhere, by the policy's names; it decides again"},                   \
        {STAFF_WORK("/staff/loans/portfolio", WHO_SEES_BOOKS, portfolio_read), .page = &template_loans_portfolio,      \
         .audit = "loans.portfolio.seen", .summary = "What is owed, by how long it is overdue and by product"},        \
        {STAFF_WORK("/staff/loans/portfolio/export", WHO_SEES_BOOKS, portfolio_export),                                \
         .audit = "loans.portfolio.export", .summary = "The same as CSV"},                                             \
        {STAFF_WORK("/staff/loans/portfolio/loans", WHO_SEES_BOOKS, portfolio_loans), .form = &portfolio_form,         \
         .page = &template_loans_portfolio_loans, .audit = "loans.portfolio.loans",                                    \
         .summary = "Loans overdue by so much, by ids"},                                                               \
    {STAFF_WORK("/staff/loans/decisions", WHO_SEES_BOOKS, decisions_read), .page = &template_loans_decisions,          \
     .form = &period_form, .audit = "loans.decisions.seen",                                                            \
         .summary = "What was asked for and decided in a period, by policy and by reason",                             \
         .flags = ROUTE_FORM_OPTIONAL},                                                                                \
        {STAFF_WORK("/staff/loans/decisions/export", WHO_SEES_BOOKS, decisions_export), .form = &period_form,          \
         .audit = "loans.decisions.export", .summary = "The same as CSV", .flags = ROUTE_FORM_OPTIONAL},               \
    {STAFF_PAGE("/staff/customers/{id}/loans/{loan}", WHO_SEES_CREDITS, credit_staff_page, template_loans_staff_loan), \
         .form = &change_form, .audit = "loans.seen",                                                                  \
         .summary = "A customer's loan: what is owed, its plan, and what another plan would be",                       \
         .flags = ROUTE_FORM_OPTIONAL},                                                                                \
        {STAFF_ACT("/staff/customers/{id}/loans/{loan}/restructure", WHO_SEES_CREDITS, credit_staff_page,              \
               template_loans_staff_loan),                                                                             \
         .form = &restructure_form, .stages = {{STAGE_WRITE, restructure_ask}}, .audit = "loans.restructure",          \
         .summary = "Asks for another plan of a loan; a second person confirms"},                                      \
        {STAFF_ACT("/staff/customers/{id}/loans/{loan}/waive", WHO_SEES_CREDITS, credit_staff_page,                    \
               template_loans_staff_loan),                                                                             \
         .form = &waive_form, .stages = {{STAGE_WRITE, waive_ask}}, .audit = "loans.waive",                            \
         .summary = "Asks for so much of a loan's penalty to be forgiven; a second person confirms"},                  \
    {STAFF_ACT("/staff/customers/{id}/loans/{loan}/write-off", WHO_SEES_BOOKS, credit_staff_page,                      \
               template_loans_staff_loan),                                                                             \
            .form = &write_off_form, .stages = {{STAGE_WRITE, write_off_ask}}, .audit = "loans.write_off",             \
     .summary = "Asks for a loan to be written off; a second person confirms"}
