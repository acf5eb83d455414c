/* feature.c: the till as the engine sees it (ID-4): the interface of shops' programs, the cashier's pages. */
#include "till/internal.h"

/* ---- forms ---- */

static const char *const languages[] = {"ru", "en", NULL};

#define NUMBER_FIELD                                                                                                   \
    { .name = "number", .type = FIELD_TEXT, .min = 1, .max = 64 }
#define LANGUAGE_FIELD                                                                                                 \
    { .name = "language", .type = FIELD_CHOICE, .choices = languages }

FORM(begin_form, QUESTION_FIELDS,
     {.name = "phone", .type = FIELD_PHONE, .required = true, .missing = S_till_phone_missing}, NUMBER_FIELD,
     LANGUAGE_FIELD);
FORM(begin_draft, QUESTION_FIELDS, {.name = "phone", .type = FIELD_PHONE}, NUMBER_FIELD, LANGUAGE_FIELD);
FORM(code_form,
     {.name = "code",
      .type = FIELD_CODE,
      .required = true,
      .min = 6,
      .max = 6,
      .missing = S_till_code_missing,
      .invalid = S_till_code_invalid});
FORM(code_draft, {.name = "code", .type = FIELD_CODE, .min = 6, .max = 6});
FORM(no_form, );

/* ---- addresses ---- */

#define CALLS {{RATE_ADDRESS, 600, MINUTE}}
#define PAGES {{RATE_ADDRESS, 600, MINUTE}}

static const struct route routes[] = {
    {.method = METHOD_POST,
     .path = "/partner/applications",
     .who = WHO_PARTNER,
     .form = &begin_form,
     .stages = {{STAGE_READ, partner_begin_check}, {STAGE_WRITE, partner_begin}},
     .rates = CALLS,
     .audit = "till.partner.begin",
     .summary = "A shop begins a sign-up at its till: a code goes to the customer; signed by the shop's key",
     .flags = ROUTE_NO_CSRF},
    {.method = METHOD_GET,
     .path = "/partner/applications/{id}",
     .who = WHO_PARTNER,
     .stages = {{STAGE_READ, partner_see}},
     .rates = CALLS,
     .summary = "How it stands, as far as a shop may know; signed"},
    {.method = METHOD_POST,
     .path = "/partner/applications/{id}/code",
     .who = WHO_PARTNER,
     .form = &code_form,
     .stages = {{STAGE_READ, partner_verify}, {STAGE_WRITE, partner_prove}},
     .rates = CALLS,
     .audit = "till.partner.code",
     .summary = "The code that the customer told: his consent; the decision is the answer; signed",
     .flags = ROUTE_NO_CSRF},
    {.method = METHOD_POST,
     .path = "/partner/applications/{id}/resend",
     .who = WHO_PARTNER,
     .form = &no_form,
     .stages = {{STAGE_READ, partner_verify}, {STAGE_WRITE, partner_resend}},
     .rates = CALLS,
     .audit = "till.partner.resend",
     .summary = "Send the code again; signed",
     .flags = ROUTE_NO_CSRF},

    {.method = METHOD_GET,
     .path = "/till",
     .who = WHO_ANYONE,
     .form = &begin_draft,
     .stages = {{STAGE_READ, till_page}},
     .page = &template_till_begin,
     .rates = PAGES,
     .summary = "The cashier's form: what a sign-up asks of the customer",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/till",
     .who = WHO_ANYONE,
     .form = &begin_form,
     .stages = {{STAGE_READ, till_page_check}, {STAGE_WRITE, till_page_begin}},
     .page = &template_till_begin,
     .again = till_page,
     .again_page = &template_till_begin,
     .key = true,
     .rates = PAGES,
     .audit = "till.begin",
     .summary = "The cashier begins a sign-up: a code goes to the customer"},
    {.method = METHOD_GET,
     .path = "/till/applications/{id}",
     .who = WHO_ANYONE,
     .form = &code_draft,
     .stages = {{STAGE_READ, till_see}},
     .page = &template_till_application,
     .rates = PAGES,
     .summary = "A sign-up at the till: the code is asked, then its outcome is told",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/till/applications/{id}",
     .who = WHO_ANYONE,
     .form = &code_form,
     .stages = {{STAGE_WRITE, till_page_prove}},
     .page = &template_till_application,
     .again = till_see,
     .again_page = &template_till_application,
     .rates = PAGES,
     .audit = "till.code",
     .summary = "The code that the customer told the cashier"},
    {.method = METHOD_POST,
     .path = "/till/applications/{id}/resend",
     .who = WHO_ANYONE,
     .form = &code_draft,
     .stages = {{STAGE_WRITE, till_page_resend}},
     .page = &template_till_application,
     .again = till_see,
     .again_page = &template_till_application,
     .rates = PAGES,
     .audit = "till.resend",
     .summary = "Send the code again"},
    {.path = NULL},
};

static const struct shop_entry shop_menu[] = {
    {S_till_menu, "/till", "user", SHOP_CASHIER, 20},
    {.path = NULL},
};

/* ---- settings ---- */

#define AT(member) offsetof(struct till_settings, member)

static const struct setting settings[] = {
    {"code_life", SETTING_DURATION, AT(code_life), "10m", SECOND, HOUR, NULL,
     "How long the customer has to tell the code"},
    {"kept", SETTING_DURATION, AT(kept), "30d", MINUTE, 365 * DAY, NULL,
     "How long a shop can see how a sign-up of its ended"},
    {"codes", SETTING_INT, AT(codes), "200", 1, 1000000, NULL,
     "Codes that one shop may have sent in the window of identity.code.window"},
    {.name = NULL},
};

static const char *const needs[] = {"identity", "messaging", "onboarding", "shops", NULL};

const struct feature till_feature = {
    .name = "till",
    .needs = needs,
    .routes = routes,
    .migrations = till_migrations,
    .jobs = till_jobs,
    .sealed = till_sealed,
    .settings = settings,
    .settings_size = sizeof(struct till_settings),
    .shop_menu = shop_menu,
};
