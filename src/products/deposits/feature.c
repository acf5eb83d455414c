/* feature.c: deposits: money left for a time, for interest that is reckoned by the day (BK-7). What this file holds is
 * declarations; README.md says which story is where. */
#include "products/deposits/deposits.h"

#include "backoffice/backoffice.h"
#include "generated/templates.h"

#include <stddef.h>

static const char *const levels[] = {"minimal", "simplified", "full", NULL};
static const char *const units[] = {"demand", "days", "months", NULL};
static const char *const everies[] = {"day", "month", "quarter", "end", NULL};
static const char *const wheres[] = {"deposit", "account", NULL};

/* ---- forms ---- */

#define ROUBLES_MOST 100000000000
#define SUM(must)                                                                                                      \
    {                                                                                                                  \
        .name = "sum", .type = FIELD_MONEY, .required = (must), .min = 1, .max = MONEY_MAX,                            \
        .missing = S_deposits_form_sum_missing, .invalid = S_deposits_form_sum_invalid                                 \
    }
#define TERM                                                                                                           \
    {                                                                                                                  \
        .name = "term", .type = FIELD_INT, .min = 0, .max = TERM_MOST_DAYS, .invalid = S_deposits_form_term_invalid    \
    }
/* What the calculator's page sends besides: the sliders, and how they stood. */
#define SLIDERS                                                                                                        \
    {.name = "sum_slide", .type = FIELD_INT, .min = 0, .max = ROUBLES_MOST},                                           \
        {.name = "sum_was", .type = FIELD_INT, .min = 0, .max = ROUBLES_MOST},                                         \
        {.name = "term_slide", .type = FIELD_INT, .min = 0, .max = TERM_MOST_DAYS}, {                                  \
        .name = "term_was", .type = FIELD_INT, .min = 0, .max = TERM_MOST_DAYS                                         \
    }
#define PRODUCT {.name = "product", .type = FIELD_ID, .required = true}
#define FROM {.name = "from", .type = FIELD_ID}
#define PROLONGS {.name = "prolongs", .type = FIELD_BOOL}

FORM(offer_form, PRODUCT, SUM(false), TERM, SLIDERS, FROM, PROLONGS);
FORM(check_form, PRODUCT, SUM(true), TERM, FROM, PROLONGS);
FORM(code_form, {.name = "code",
                 .type = FIELD_CODE,
                 .required = true,
                 .min = 6,
                 .max = 6,
                 .missing = S_deposits_form_code_missing,
                 .invalid = S_deposits_form_code_invalid});
FORM(code_draft, {.name = "code", .type = FIELD_CODE, .max = 6});
FORM(no_form, {.name = "_", .type = FIELD_TEXT});
FORM(sum_form, SUM(true), FROM);
FORM(sum_draft, {.name = "sum", .type = FIELD_MONEY}, FROM);
FORM(close_form, {.name = "total", .type = FIELD_MONEY, .required = true, .min = 0, .max = MONEY_MAX}, FROM);
FORM(close_draft, {.name = "total", .type = FIELD_MONEY}, FROM);
FORM(prolong_form, {.name = "on", .type = FIELD_BOOL});
FORM(day_form, {.name = "day", .type = FIELD_DATE});
FORM(catalogue_form, {.name = "code", .type = FIELD_TEXT, .required = true, .min = 1, .max = 40},
     {.name = "version", .type = FIELD_INT, .min = 0, .max = 1000000},
     {.name = "title_ru", .type = FIELD_TEXT, .required = true, .min = 1, .max = 60},
     {.name = "title_en", .type = FIELD_TEXT, .required = true, .min = 1, .max = 60},
     {.name = "offered", .type = FIELD_BOOL},
     {.name = "unit", .type = FIELD_CHOICE, .required = true, .choices = units},
     {.name = "term_least", .type = FIELD_INT, .min = 0, .max = TERM_MOST_DAYS},
     {.name = "term_most", .type = FIELD_INT, .min = 0, .max = TERM_MOST_DAYS},
     {.name = "rates", .type = FIELD_TEXT, .required = true, .min = 1, .max = 1200},
     {.name = "early", .type = FIELD_TEXT, .required = true, .min = 1, .max = 600},
     {.name = "sum_least", .type = FIELD_MONEY, .required = true, .min = 1, .max = MONEY_MAX},
     {.name = "sum_most", .type = FIELD_MONEY, .required = true, .min = 1, .max = MONEY_MAX},
     {.name = "topup_least", .type = FIELD_MONEY, .min = 0, .max = MONEY_MAX},
     {.name = "topup_days", .type = FIELD_INT, .min = 0, .max = TERM_MOST_DAYS},
     {.name = "left_least", .type = FIELD_MONEY, .min = 0, .max = MONEY_MAX},
     {.name = "every", .type = FIELD_CHOICE, .required = true, .choices = everies},
     {.name = "where", .type = FIELD_CHOICE, .required = true, .choices = wheres},
     {.name = "prolongs", .type = FIELD_BOOL},
     {.name = "reason", .type = FIELD_TEXT, .required = true, .min = 5, .max = 300});
FORM(catalogue_draft, {.name = "code", .type = FIELD_TEXT, .max = 40}, {.name = "version", .type = FIELD_INT},
     {.name = "title_ru", .type = FIELD_TEXT, .max = 60}, {.name = "title_en", .type = FIELD_TEXT, .max = 60},
     {.name = "offered", .type = FIELD_BOOL}, {.name = "unit", .type = FIELD_CHOICE, .choices = units},
     {.name = "term_least", .type = FIELD_INT}, {.name = "term_most", .type = FIELD_INT},
     {.name = "rates", .type = FIELD_TEXT, .max = 1200}, {.name = "early", .type = FIELD_TEXT, .max = 600},
     {.name = "sum_least", .type = FIELD_MONEY}, {.name = "sum_most", .type = FIELD_MONEY},
     {.name = "topup_least", .type = FIELD_MONEY}, {.name = "topup_days", .type = FIELD_INT},
     {.name = "left_least", .type = FIELD_MONEY}, {.name = "every", .type = FIELD_CHOICE, .choices = everies},
     {.name = "where", .type = FIELD_CHOICE, .choices = wheres}, {.name = "prolongs", .type = FIELD_BOOL},
     {.name = "reason", .type = FIELD_TEXT, .max = 300});

/* ---- routes ---- */

#define OWNERS .who = WHO_CUSTOMER, .rates = {{RATE_CALLER, 120, MINUTE}}
#define KEEPERS .who = WHO_STAFF, .rates = {{RATE_CALLER, 600, MINUTE}}

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/deposits",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_BALANCE_READ,
     .stages = {{STAGE_READ, deposits_read}},
     .page = &template_deposits_list,
     .summary = "One's deposits, and those that may be opened"},
    {.method = METHOD_GET,
     .path = "/deposits/new",
     .who = WHO_CUSTOMER,
     .form = &offer_form,
     .stages = {{STAGE_READ, deposit_reckon_read}},
     .page = &template_deposits_offer,
     .again = deposit_offer_read,
     .again_page = &template_deposits_offer,
     .summary = "What a deposit of that sum and term would bring, payment by payment",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/deposits/check",
     OWNERS,
     .form = &check_form,
     .stages = {{STAGE_READ, deposit_check_read}},
     .again = deposit_offer_read,
     .again_page = &template_deposits_offer,
     .page = &template_deposits_check,
     .summary = "All of the contract before it is signed; nothing happens yet"},
    {.method = METHOD_POST,
     .path = "/deposits",
     OWNERS,
     .form = &check_form,
     .stages = {{STAGE_WRITE, deposit_draft_write}},
     .again = deposit_offer_read,
     .again_page = &template_deposits_offer,
     .key = true,
     .audit = "deposits.draft",
     .summary = "Sends the code by which the contract is signed; nothing is opened yet"},
    {.method = METHOD_GET,
     .path = "/deposits/drafts/{id}",
     .who = WHO_CUSTOMER,
     .form = &code_draft,
     .stages = {{STAGE_READ, deposit_draft_read}},
     .page = &template_deposits_sign,
     .summary = "A contract that waits for its code",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/deposits/drafts/{id}",
     OWNERS,
     .form = &code_form,
     .stages = {{STAGE_WRITE, deposit_draft_sign_write}},
     .again = deposit_draft_read,
     .again_page = &template_deposits_sign,
     .key = true,
     .audit = "deposits.open",
     .summary = "Signs the contract by the code and opens the deposit",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_POST,
     .path = "/deposits/drafts/{id}/again",
     OWNERS,
     .form = &no_form,
     .stages = {{STAGE_WRITE, deposit_draft_again_write}},
     .again = deposit_draft_read,
     .again_page = &template_deposits_sign,
     .audit = "deposits.code",
     .summary = "Sends another code"},
    {.method = METHOD_GET,
     .path = "/deposits/{id}",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_BALANCE_READ,
     .form = &sum_draft,
     .stages = {{STAGE_READ, deposit_read}},
     .page = &template_deposits_deposit,
     .summary = "A deposit: what lies there, what it has earned and of which days, what comes next",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/deposits/{id}/interest",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_BALANCE_READ,
     .stages = {{STAGE_READ, deposit_interest_read}},
     .page = &template_deposits_interest,
     .summary = "All interest of the term, day by day as it was reckoned"},
    {.method = METHOD_POST,
     .path = "/deposits/{id}/topup",
     OWNERS,
     .form = &sum_form,
     .stages = {{STAGE_WRITE, deposit_topup_write}},
     .again = deposit_read,
     .again_page = &template_deposits_deposit,
     .key = true,
     .audit = "deposits.topup",
     .summary = "Moves money from an account onto the deposit"},
    {.method = METHOD_POST,
     .path = "/deposits/{id}/withdraw",
     OWNERS,
     .form = &sum_form,
     .stages = {{STAGE_WRITE, deposit_withdraw_write}},
     .again = deposit_read,
     .again_page = &template_deposits_deposit,
     .key = true,
     .audit = "deposits.withdraw",
     .summary = "Takes a part of the deposit back, down to what must stay"},
    {.method = METHOD_POST,
     .path = "/deposits/{id}/prolong",
     OWNERS,
     .form = &prolong_form,
     .stages = {{STAGE_WRITE, deposit_prolong_write}},
     .again = deposit_read,
     .again_page = &template_deposits_deposit,
     .audit = "deposits.prolong",
     .summary = "Whether it goes on for another term by itself"},
    {.method = METHOD_GET,
     .path = "/deposits/{id}/close",
     .who = WHO_CUSTOMER,
     .form = &close_draft,
     .stages = {{STAGE_READ, deposit_close_read}},
     .page = &template_deposits_close,
     .summary = "What is given back if it is closed today, and what is lost by that",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/deposits/{id}/close",
     OWNERS,
     .form = &close_form,
     .stages = {{STAGE_WRITE, deposit_close_write}},
     .again = deposit_close_read,
     .again_page = &template_deposits_close,
     .key = true,
     .audit = "deposits.close",
     .summary = "Closes it: all money goes to an account; `total` is what the check page said"},
    {.method = METHOD_GET,
     .path = "/deposits/{id}/contract",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, deposit_contract_read}, {STAGE_WORK, deposit_paper_work}},
     .summary = "The contract as a PDF",
     .rates = {{RATE_CALLER, 60, MINUTE}}},
    {.method = METHOD_GET,
     .path = "/deposits/{id}/certificate",
     .who = WHO_CUSTOMER,
     .form = &day_form,
     .stages = {{STAGE_READ, deposit_certificate_read}, {STAGE_WORK, deposit_paper_work}},
     .summary = "A certificate of a day as a PDF: balance, interest, the year's income",
     .rates = {{RATE_CALLER, 60, MINUTE}}},
    {.method = METHOD_GET,
     .path = "/staff/deposits",
     KEEPERS,
     .stages = {{STAGE_READ, deposits_catalogue_read}},
     .page = &template_deposits_catalogue,
     .audit = "deposits.products.seen",
     .summary = "The catalogue of deposits",
     .roles = ROLE_CATALOGUE | ROLE_FINANCE},
    {.method = METHOD_GET,
     .path = "/staff/deposits/product",
     KEEPERS,
     .form = &catalogue_draft,
     .stages = {{STAGE_READ, deposits_catalogue_product_read}},
     .page = &template_deposits_product,
     .audit = "deposits.product.seen",
     .summary = "One of its products by its code, as a form",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_CATALOGUE | ROLE_FINANCE},
    {.method = METHOD_POST,
     .path = "/staff/deposits",
     KEEPERS,
     .form = &catalogue_form,
     .stages = {{STAGE_WRITE, deposits_catalogue_write}},
     .again = deposits_catalogue_product_read,
     .again_page = &template_deposits_product,
     .key = true,
     .audit = "deposits.product",
     .summary = "Asks for a product, or another version of one; a second person confirms",
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_GET,
     .path = "/staff/deposits/books",
     KEEPERS,
     .stages = {{STAGE_WORK, deposits_books_page}},
     .page = &template_deposits_books,
     .audit = "deposits.books.seen",
     .summary =
         "By product: deposits, what lies on them, what they earned, the books beside; how far the night has come",
     .roles = ROLE_CATALOGUE | ROLE_FINANCE},
    {.path = NULL}};

/* ---- the rest ---- */

#define AT(member) offsetof(struct deposits_settings, member)
static const struct setting settings[] = {
    {"level", SETTING_CHOICE, AT(level), "full", 0, 0, levels,
     "From which identification level deposits may be opened: minimal, simplified, full."},
    {"hour", SETTING_INT, AT(hour), "0", 0, 23, NULL,
     "The hour of the day, in time_zone, from which interest of that day is reckoned."},
    {"draft_life", SETTING_DURATION, AT(draft_life), "30m", MINUTE, DAY, NULL,
     "How long a contract waits for its code."},
    {"catalogue_file", SETTING_TEXT, AT(catalogue_file), "", 0, 500, NULL,
     "A JSON file of products with which an empty catalogue begins; then staff keep it."},
    {"tax_free", SETTING_TEXT, AT(tax_free), "", 0, 500, NULL,
     "How much of a year's interest is free of tax, for certificates: \"2024 210000.00, 2025 210000.00\"."},
    {.name = NULL}};

static bool settings_good(const void *data, const char **key, struct text *must) {
    const struct deposits_settings *own = data;
    if (deposits_tax_good(own->tax_free)) return true;
    *key = "tax_free";
    *must = TEXT("be years and sums: \"2024 210000.00, 2025 210000.00\"");
    return false;
}

static const struct menu_item menu[] = {{S_deposits_menu, "/deposits", "bank", WHO_CUSTOMER, 21},
                                        {S_deposits_staff_menu, "/staff/deposits", "bank", WHO_STAFF, 63},
                                        {.path = NULL}};

static const struct job jobs[] = {{"deposits.accrue", SECOND, deposits_accrue_job},
                                  {"deposits.drafts", MINUTE, deposits_drafts_job},
                                  {"deposits.seed", MINUTE, deposits_seed_job},
                                  {.name = NULL}};

static const struct operation_kind operations[] = {
    {KIND_DEPOSIT_OPEN, "deposit_open", S_deposits_kind_open, "bank", deposit_describe, NULL, NULL, NULL},
    {KIND_DEPOSIT_TOPUP, "deposit_topup", S_deposits_kind_topup, "bank", deposit_describe, NULL, NULL, NULL},
    {KIND_DEPOSIT_WITHDRAW, "deposit_withdraw", S_deposits_kind_withdraw, "bank", deposit_describe, NULL, NULL, NULL},
    {KIND_DEPOSIT_ADDED, "deposit_interest", S_deposits_kind_interest, "percent", deposit_describe, NULL, "income",
     NULL},
    {KIND_DEPOSIT_PAID, "deposit_interest_paid", S_deposits_kind_interest, "percent", deposit_describe, NULL,
     "income", NULL},
    {KIND_DEPOSIT_TAKEN_BACK, "deposit_taken_back", S_deposits_kind_taken_back, "return", deposit_describe, NULL,
     "income", NULL},
    {KIND_DEPOSIT_RETURN, "deposit_return", S_deposits_kind_return, "bank", deposit_describe, NULL, NULL, NULL},
    {.name = NULL}};

static const struct approval_kind approvals[] = {{.name = "deposits.product",
                                                  .title = S_deposits_approval,
                                                  .ask = ROLE_CATALOGUE,
                                                  .confirm = ROLE_FINANCE,
                                                  .life_us = 7 * DAY,
                                                  .apply = deposits_approval_apply,
                                                  .show = deposits_approval_show},
                                                 {.name = NULL}};

static const struct card_section card[] = {
    {S_deposits_title, ROLE_SUPPORT | ROLE_RISK | ROLE_FINANCE, deposits_card}, {.fill = NULL}};

static void deposits_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    (void)engine;
    if (event->kind == EVENT_CUSTOMER_CLOSED) deposit_drafts_forget(tx, event->customer);
}

const struct feature deposits_feature = {
    .name = "deposits",
    .needs = (const char *const[]){"identity", "messaging", "operations", "backoffice", NULL},
    .routes = routes,
    .migrations = deposits_migrations,
    .jobs = jobs,
    .settings = settings,
    .settings_size = sizeof(struct deposits_settings),
    .settings_good = settings_good,
    .menu = menu,
    .operations = operations,
    .approvals = approvals,
    .card = card,
    .accounts = deposits_accounts,
    .own_data = deposits_own_data,
    .obstacles = deposits_obstacles,
    .erases = deposits_erases,
    .on_event = deposits_on_event,
};
