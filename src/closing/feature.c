/* feature.c: closing: a cabinet closed by its owner at once or after a notice, by staff, or by itself after a year
 * without an operation (WA-13, BK-10). What has to be finished first every feature says (struct feature: obstacles). */
#include "closing/closing.h"

#include "factors/factors.h"

#include <stddef.h>

static const struct migration migrations[] = {
    {"closing", 1,
     "CREATE TABLE closing_ask ( -- distributed by id\n"
     "  id BIGINT NOT NULL PRIMARY KEY, reason BIGINT NOT NULL, urgent BIGINT NOT NULL, phone BYTES NOT NULL,\n"
     "  mail BYTES, words BYTES\n"
     ") CLUSTERED;\n"
     "CREATE TABLE closing_wish ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, id BIGINT NOT NULL, way BIGINT NOT NULL, reason BIGINT NOT NULL,\n"
     "  urgent BIGINT NOT NULL, mail BYTES, words BYTES, PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE closing_idle ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, stage BIGINT NOT NULL, last BIGINT NOT NULL, told BIGINT NOT NULL,\n"
     "  due BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE closing_pass ( -- reference\n"
     "  id BIGINT NOT NULL PRIMARY KEY, day BIGINT NOT NULL, place BIGINT NOT NULL, running BIGINT NOT NULL\n"
     ") CLUSTERED"},
    {"closing", 2,
     "CREATE TABLE closing_wait ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, cause BIGINT NOT NULL, asked BIGINT NOT NULL, due BIGINT NOT NULL,\n"
     "  told BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX closing_wait_due ON closing_wait (due)"},
    {.sql = NULL},
};

/* ---- forms ---- */

#define WISH_FIELDS                                                                                                    \
    {.name = "email", .type = FIELD_TEXT, .max = 254, .invalid = S_closing_email_invalid},                             \
        {.name = "reason",                                                                                             \
         .type = FIELD_CHOICE,                                                                                         \
         .required = true,                                                                                             \
         .choices = closing_reasons,                                                                                   \
         .missing = S_closing_reason_missing,                                                                          \
         .invalid = S_closing_reason_missing},                                                                         \
        {.name = "words", .type = FIELD_TEXT, .max = CLOSING_WORDS_MAX, .invalid = S_closing_words_long}, {            \
        .name = "consent", .type = FIELD_CHOICE, .required = true, .choices = closing_consents,                        \
        .missing = S_closing_consent_missing, .invalid = S_closing_consent_missing                                     \
    }

FORM(close_form, WISH_FIELDS);
FORM(ask_form,
     {.name = "phone",
      .type = FIELD_PHONE,
      .required = true,
      .missing = S_closing_phone_missing,
      .invalid = S_closing_phone_invalid},
     WISH_FIELDS, {.name = "urgent", .type = FIELD_BOOL}, {.name = "altcha", .type = FIELD_TEXT, .max = 2048},
     {.name = "question", .type = FIELD_TEXT, .max = 256}, {.name = "answer", .type = FIELD_TEXT, .max = 16});
FORM(end_form,
     {.name = "cause",
      .type = FIELD_CHOICE,
      .required = true,
      .choices = closing_causes,
      .missing = S_closing_reason_missing,
      .invalid = S_closing_reason_missing},
     {.name = "reason", .type = FIELD_TEXT, .required = true, .min = 5, .max = 300, .missing = S_closing_staff_why});
FORM(keep_form, {.name = "reason", .type = FIELD_TEXT, .required = true, .min = 5, .max = 300,
                 .missing = S_closing_staff_why});
FORM(sent_form, {.name = "urgent", .type = FIELD_BOOL});

/* ---- addresses ---- */

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/settings/closing",
     .who = WHO_CUSTOMER,
     .form = &close_form,
     .stages = {{STAGE_READ, closing_page}},
     .page = &template_closing_close,
     .summary = "What has to be finished before one's cabinet closes, and what is asked then",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/settings/closing",
     .who = WHO_CUSTOMER,
     .form = &close_form,
     .stages = {{STAGE_QUICK, wish_check}, {STAGE_WRITE, factors_fresh}, {STAGE_WRITE, closing_do}},
     .page = &template_closing_close,
     .again = closing_page,
     .again_page = &template_closing_close,
     .rates = {{RATE_CALLER, 20, MINUTE}},
     .audit = "closing.close",
     .summary = "Close one's cabinet: at once, or after the notice that the profile sets",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_POST,
     .path = "/settings/closing/cancel",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, closing_cancel}},
     .again = closing_page,
     .again_page = &template_closing_close,
     .rates = {{RATE_CALLER, 20, MINUTE}},
     .audit = "closing.cancel",
     .summary = "Keep the cabinet that was to close",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/staff/customers/{id}/closing",
     .who = WHO_STAFF,
     .form = &end_form,
     .stages = {{STAGE_READ, staff_closing_page}},
     .page = &template_closing_staff,
     .rates = {{RATE_ADDRESS, 600, MINUTE}},
     .audit = "closing.form",
     .summary = "Whether a customer's contract is to end, and what is in the way",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_RISK | ROLE_FINANCE},
    {.method = METHOD_POST,
     .path = "/staff/customers/{id}/closing",
     .who = WHO_STAFF,
     .form = &end_form,
     .stages = {{STAGE_WRITE, staff_closing_ask}},
     .page = &template_closing_staff,
     .again = staff_closing_page,
     .again_page = &template_closing_staff,
     .key = true,
     .rates = {{RATE_ADDRESS, 600, MINUTE}},
     .audit = "closing.end",
     .summary = "Ask for a customer's contract to be ended",
     .roles = ROLE_RISK | ROLE_FINANCE},
    {.method = METHOD_POST,
     .path = "/staff/customers/{id}/closing/cancel",
     .who = WHO_STAFF,
     .form = &keep_form,
     .stages = {{STAGE_WRITE, staff_closing_cancel}},
     .page = &template_closing_staff,
     .again = staff_closing_page,
     .again_page = &template_closing_staff,
     .rates = {{RATE_ADDRESS, 600, MINUTE}},
     .audit = "closing.keep",
     .summary = "Keep a cabinet that was to close",
     .roles = ROLE_RISK | ROLE_FINANCE},
    {.method = METHOD_GET,
     .path = "/help/closing",
     .who = WHO_GUEST,
     .form = &ask_form,
     .stages = {{STAGE_QUICK, ask_page}},
     .page = &template_closing_ask,
     .rates = {{RATE_ADDRESS, 6000, MINUTE}},
     .summary = "How one asks for a cabinet to be closed that one cannot get into",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/help/closing",
     .who = WHO_GUEST,
     .form = &ask_form,
     .stages = {{STAGE_QUICK, wish_check}, {STAGE_WRITE, ask_do}},
     .page = &template_closing_ask,
     .again = ask_page,
     .again_page = &template_closing_ask,
     .rates = {{RATE_ADDRESS, 3000, MINUTE}},
     .audit = "closing.ask",
     .summary = "Ask staff for a cabinet to be closed; `urgent`: the phone is lost"},
    {.method = METHOD_GET,
     .path = "/help/closing/sent",
     .who = WHO_GUEST,
     .form = &sent_form,
     .stages = {{STAGE_QUICK, asked_page}},
     .page = &template_closing_sent,
     .rates = {{RATE_ADDRESS, 6000, MINUTE}},
     .summary = "What happens after one asked",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/help/closing/closed",
     .who = WHO_GUEST,
     .stages = {{STAGE_QUICK, closed_page}},
     .page = &template_closing_closed,
     .rates = {{RATE_ADDRESS, 6000, MINUTE}},
     .summary = "Said once a cabinet is closed"},
    {.path = NULL},
};

/* ---- settings ---- */

#define AT(member) offsetof(struct closing_settings, member)

static const struct setting settings[] = {
    {"idle", SETTING_DURATION, AT(terms.idle), "366d", 0, 3660 * DAY, NULL,
     "A cabinet without an operation for so long closes by itself, when it is empty; 0s: never"},
    {"first_warning", SETTING_DURATION, AT(terms.first), "30d", DAY, 366 * DAY, NULL,
     "The customer is warned so long before"},
    {"second_warning", SETTING_DURATION, AT(terms.second), "7d", DAY, 366 * DAY, NULL,
     "… and once more so long before"},
    {"told_again", SETTING_DURATION, AT(terms.again), "30d", DAY, 366 * DAY, NULL,
     "Where money or anything unfinished is in the way, he is told so each time after so long"},
    {"hour", SETTING_INT, AT(hour), "10", 0, 23, NULL, "The hour of the day from which people are warned"},
    {"notice", SETTING_DURATION, AT(notice), "0s", 0, 90 * DAY, NULL,
     "From asking to closing; a bank has 30 to 45 days, in which late purchases still come in. 0s: at once"},
    {.name = NULL},
};

static bool settings_good(const void *read, const char **key, struct text *must) {
    const struct idle_terms *terms = &((const struct closing_settings *)read)->terms;
    *key = "second_warning";
    *must = TEXT("must be shorter than first_warning");
    if (terms->second >= terms->first) return false;
    *key = "first_warning";
    *must = TEXT("must be shorter than idle");
    return terms->idle == 0 || terms->first < terms->idle;
}

static const struct job jobs[] = {
    {"closing.asked", 5 * SECOND, asked_run},
    {"closing.idle", MINUTE, idle_run},
    {"closing.waits", MINUTE, wait_run},
    {.name = NULL},
};

static const struct approval_kind approvals[] = {{.name = "closing.end",
                                                  .title = S_closing_staff_title,
                                                  .ask = ROLE_RISK | ROLE_FINANCE,
                                                  .confirm = ROLE_RISK | ROLE_FINANCE,
                                                  .life_us = 7 * DAY,
                                                  .apply = end_apply,
                                                  .show = end_show},
                                                 {.name = NULL}};

static const char *const needs[] = {"identity", "messaging", "factors", "support", "operations", "backoffice", NULL};

const struct feature closing_feature = {
    .name = "closing",
    .needs = needs,
    .routes = routes,
    .migrations = migrations,
    .jobs = jobs,
    .settings = settings,
    .settings_size = sizeof(struct closing_settings),
    .settings_good = settings_good,
    .approvals = approvals,
    .card = closing_card,
    .own_data = closing_own_data,
    .sealed = closing_sealed,
    .erases = closing_erases,
    .on_event = closing_on_event,
};
