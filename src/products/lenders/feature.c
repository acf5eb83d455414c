/* feature.c: small loans of partner lenders inside the e-wallet (WA-10). What this file holds is declarations. */
#include "products/lenders/lenders.h"

#include "generated/templates.h"

/* ---- forms ---- */

FORM(calculator_form,
     {.name = "sum", .type = FIELD_MONEY, .invalid = S_lenders_form_sum_invalid},
     {.name = "term", .type = FIELD_INT, .min = 1, .max = 3650, .invalid = S_lenders_form_term_invalid},
     {.name = "sum_slide", .type = FIELD_MONEY}, {.name = "term_slide", .type = FIELD_INT, .min = 1, .max = 3650},
     {.name = "sum_was", .type = FIELD_MONEY}, {.name = "term_was", .type = FIELD_INT, .min = 1, .max = 3650});

#define APPLICATION(name_, must)                                                                                       \
    FORM(name_,                                                                                                        \
         {.name = "sum", .type = FIELD_MONEY, .required = (must), .invalid = S_lenders_form_sum_invalid},              \
         {.name = "term",                                                                                              \
          .type = FIELD_INT,                                                                                           \
          .required = (must),                                                                                          \
          .min = 1,                                                                                                    \
          .max = 3650,                                                                                                 \
          .invalid = S_lenders_form_term_invalid},                                                                     \
         {.name = "consent", .type = FIELD_BOOL}, {.name = "to", .type = FIELD_ID})
APPLICATION(application_draft, false);
APPLICATION(application_form, true);

/* A loan's page has several forms: each names the fields of all, so that it can be drawn again after any of them. */
#define LOAN_FORM(name_, code_must, sum_must)                                                                          \
    FORM(name_,                                                                                                        \
         {.name = "code",                                                                                              \
          .type = FIELD_CODE,                                                                                          \
          .required = (code_must),                                                                                     \
          .min = 6,                                                                                                    \
          .max = 6,                                                                                                    \
          .missing = S_lenders_form_code_missing,                                                                      \
          .invalid = S_lenders_form_code_missing},                                                                     \
         {.name = "sum",                                                                                               \
          .type = FIELD_MONEY,                                                                                         \
          .required = (sum_must),                                                                                      \
          .missing = S_lenders_form_sum_missing,                                                                       \
          .invalid = S_lenders_form_sum_invalid},                                                                      \
         {.name = "full", .type = FIELD_BOOL}, {.name = "from", .type = FIELD_ID})
LOAN_FORM(loan_form, false, false);
LOAN_FORM(sign_form, true, false);
LOAN_FORM(pay_form, false, true);

FORM(end_form, {.name = "reason", .type = FIELD_TEXT, .required = true, .min = 5, .max = 300,
                .missing = S_backoffice_reason_short});

/* ---- routes ---- */

#define ACT(stage)                                                                                                     \
    .method = METHOD_POST, .who = WHO_CUSTOMER, .stages = {{STAGE_WRITE, stage}}, .again = loan_read,                  \
    .again_page = &template_lenders_loan, .flags = ROUTE_SENSITIVE

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/lenders",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, lenders_read}},
     .page = &template_lenders_list,
     .summary = "Partner lenders, and one's own loans with them"},
    {.method = METHOD_GET,
     .path = "/lenders/{code}",
     .who = WHO_CUSTOMER,
     .form = &calculator_form,
     .stages = {{STAGE_READ, lender_look}, {STAGE_WORK, lender_quote}},
     .page = &template_lenders_lender,
     .rates = {{RATE_CALLER, 120, MINUTE}},
     .summary = "What a loan would cost: total, schedule, full cost of credit, as the lender says",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/lenders/{code}/consent",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, lender_consent_read}},
     .page = &template_lenders_consent,
     .summary = "The consent to give that lender personal data"},
    {.method = METHOD_GET,
     .path = "/lenders/{code}/apply",
     .who = WHO_CUSTOMER,
     .form = &application_draft,
     .stages = {{STAGE_READ, apply_read}},
     .page = &template_lenders_apply,
     .summary = "What an application takes",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/lenders/{code}/apply",
     .who = WHO_CUSTOMER,
     .form = &application_form,
     .stages = {{STAGE_WRITE, apply_write}},
     .again = apply_read,
     .again_page = &template_lenders_apply,
     .key = true,
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "lenders.apply",
     .summary = "Asks the lender for a loan, with the consent to give it one's data",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/lender-loans/{id}",
     .who = WHO_CUSTOMER,
     .form = &loan_form,
     .stages = {{STAGE_READ, loan_look}, {STAGE_WORK, loan_ask}},
     .page = &template_lenders_loan,
     .summary = "An application and its loan: decision, contract, what is owed today, repayments",
     .flags = ROUTE_FORM_OPTIONAL},
    {ACT(loan_code_write),
     .path = "/lender-loans/{id}/code",
     .form = &loan_form,
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "lenders.code",
     .summary = "Sends the code by which the contract is signed, after a fresh proof"},
    {ACT(loan_sign_write),
     .path = "/lender-loans/{id}/sign",
     .form = &sign_form,
     .key = true,
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "lenders.sign",
     .summary = "Signs the contract by the code"},
    {ACT(loan_cancel_write),
     .path = "/lender-loans/{id}/cancel",
     .form = &loan_form,
     .audit = "lenders.cancel",
     .summary = "Takes an application back, until its contract is signed"},
    {ACT(loan_pay_write),
     .path = "/lender-loans/{id}/pay",
     .form = &pay_form,
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "lenders.pay",
     .summary = "Pays a loan back from the wallet: any sum; `full` when it is to close the loan"},
    {.method = METHOD_GET,
     .path = "/staff/lenders",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .stages = {{STAGE_READ, staff_lenders_read}},
     .page = &template_lenders_staff,
     .audit = "lenders.settlement",
     .summary = "How we and each lender stand, and what of his list is not ours"},
    {.method = METHOD_GET,
     .path = "/staff/lender-loans/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT | ROLE_FINANCE,
     .stages = {{STAGE_READ, staff_loan_read}},
     .page = &template_lenders_staff_loan,
     .form = &end_form,
     .audit = "lenders.seen",
     .summary = "A customer's loan with a partner lender",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/lender-loans/{id}/end",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT | ROLE_FINANCE,
     .form = &end_form,
     .stages = {{STAGE_WRITE, staff_loan_end_ask}},
     .page = &template_lenders_staff_loan,
     .again = staff_loan_read,
     .again_page = &template_lenders_staff_loan,
     .key = true,
     .rates = {{RATE_ADDRESS, 600, MINUTE}},
     .audit = "lenders.end",
     .summary = "Asks for a signed loan whose money does not come to be ended and to go back to the lender"},
    {.path = NULL}};

/* ---- the rest ---- */

static const struct menu_item menu[] = {{S_lenders_menu, "/lenders", "calendar", WHO_CUSTOMER, 27},
                                        {S_lenders_staff_menu, "/staff/lenders", "calendar", WHO_STAFF, 64},
                                        {.path = NULL}};

static const struct operation_kind operations[] = {
    {KIND_LENDER_LOAN, "lender_loan", S_lenders_kind_loan, "calendar", lenders_describe, NULL, NULL, NULL},
    {KIND_LENDER_REPAYMENT, "lender_repayment", S_lenders_kind_repayment, "calendar", lenders_describe, NULL, NULL,
     NULL},
    {.name = NULL}};

static const struct job jobs[] = {{"lenders.late", 5 * SECOND, lenders_late},
                                  {"lenders.room", 5 * SECOND, lenders_room},
                                  {"lenders.refresh", 5 * SECOND, lenders_refresh},
                                  {"lenders.statement", SECOND, lenders_statements},
                                  {.name = NULL}};

const struct feature lenders_feature = {
    .name = "lenders",
    .needs = (const char *const[]){"identity", "operations", "messaging", "backoffice", "factors", "levels", NULL},
    .routes = routes,
    .migrations = lenders_migrations,
    .jobs = jobs,
    .sealed = lenders_sealed,
    .settings = lenders_setting_table,
    .settings_size = sizeof(struct lenders_settings),
    .settings_good = lenders_settings_good,
    .menu = menu,
    .outbox = lenders_outbox,
    .operations = operations,
    .queues = lenders_queues,
    .approvals = lenders_approvals,
    .card = lenders_card,
    .payee = lenders_payee,
    .pending = lenders_pending,
    .open = lenders_open,
    .own_data = lenders_own_data,
    .obstacles = lenders_obstacles,
    .erases = lenders_erases,
};
