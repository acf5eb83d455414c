/* feature.c: loans: money lent onto a customer's own card and paid back by a plan (LO). What this file holds is
 * declarations; README.md says which story is where. */
#include "products/loans/repay.h"
#include "products/loans/staff_routes.h"

#include "backoffice/backoffice.h"
#include "engine/lends.h"
#include "generated/templates.h"
#include "lending/psk_rules.h"

#include <stddef.h>

static const char *const levels[] = {"minimal", "simplified", "full", NULL};
static const char *const divisors[] = {"30", "365/12", "own", NULL};

/* ---- applying: forms ---- */

#define ROUBLES_MOST 100000000000
#define SUM(must)                                                                                                      \
    {                                                                                                                  \
        .name = "sum", .type = FIELD_MONEY, .required = (must), .min = 1, .max = MONEY_MAX,                            \
        .missing = S_loans_form_sum_missing, .invalid = S_loans_form_sum_invalid                                       \
    }
#define TERM(must)                                                                                                     \
    {                                                                                                                  \
        .name = "term", .type = FIELD_INT, .required = (must), .min = 0, .max = CREDIT_TERM_MOST,                      \
        .missing = S_loans_form_term_missing, .invalid = S_loans_form_term_invalid                                     \
    }
#define SLIDERS                                                                                                        \
    {.name = "sum_slide", .type = FIELD_INT, .min = 0, .max = ROUBLES_MOST},                                           \
        {.name = "sum_was", .type = FIELD_INT, .min = 0, .max = ROUBLES_MOST},                                         \
        {.name = "term_slide", .type = FIELD_INT, .min = 0, .max = CREDIT_TERM_MOST}, {                                \
        .name = "term_was", .type = FIELD_INT, .min = 0, .max = CREDIT_TERM_MOST                                       \
    }
#define MONTHLY(field, must, none, bad)                                                                                \
    {                                                                                                                  \
        .name = (field), .type = FIELD_MONEY, .required = (must), .min = 0, .max = MONEY_MAX, .missing = (none),       \
        .invalid = (bad)                                                                                               \
    }
#define APPLICANT(must)                                                                                                \
    MONTHLY("income", must, S_loans_form_income_missing, S_loans_form_income_invalid),                                 \
        MONTHLY("payments", must, S_loans_form_payments_missing, S_loans_form_payments_invalid),                       \
        {.name = "rules", .type = FIELD_BOOL}, {.name = "personal", .type = FIELD_BOOL}, {                             \
        .name = "bureau", .type = FIELD_BOOL                                                                           \
    }
#define PRODUCT {.name = "product", .type = FIELD_TEXT, .max = 40}

FORM(calculator_form, PRODUCT, {.name = "product_was", .type = FIELD_TEXT, .max = 40}, SUM(false), TERM(false),
     SLIDERS);
FORM(new_form, PRODUCT, {.name = "product_was", .type = FIELD_TEXT, .max = 40}, SUM(false), TERM(false), SLIDERS,
     APPLICANT(false));
FORM(apply_form, PRODUCT, SUM(true), TERM(true), APPLICANT(true));
FORM(offer_form, SUM(false), TERM(false), SLIDERS);
FORM(contract_form, SUM(true), TERM(true), {.name = "extra_0", .type = FIELD_BOOL},
     {.name = "extra_1", .type = FIELD_BOOL}, {.name = "extra_2", .type = FIELD_BOOL},
     {.name = "extra_3", .type = FIELD_BOOL}, {.name = "extra_4", .type = FIELD_BOOL});
FORM(paper_form, SUM(false), TERM(false));
FORM(no_form, {.name = "_", .type = FIELD_TEXT});
FORM(code_draft, {.name = "code", .type = FIELD_CODE, .max = 6});
FORM(code_form, {.name = "code",
                 .type = FIELD_CODE,
                 .required = true,
                 .min = 6,
                 .max = 6,
                 .missing = S_identity_code_missing,
                 .invalid = S_identity_code_invalid});

static const char *const kinds[] = {"annuity", "differentiated", "bullet", NULL};
static const char *const units[] = {"months", "days", NULL};

#define NUMBER(field) {.name = (field), .type = FIELD_INT, .min = 0, .max = CREDIT_TERM_MOST}
#define SUM_OF(field, must) {.name = (field), .type = FIELD_MONEY, .required = (must), .min = 1, .max = MONEY_MAX}
#define PRODUCT_FIELDS(must)                                                                                           \
    {.name = "code", .type = FIELD_TEXT, .required = (must), .min = (must), .max = 40},                                \
        {.name = "version", .type = FIELD_INT, .min = 0, .max = 1000000},                                              \
        {.name = "title_ru", .type = FIELD_TEXT, .required = (must), .min = (must), .max = 60},                        \
        {.name = "title_en", .type = FIELD_TEXT, .required = (must), .min = (must), .max = 60},                        \
        {.name = "offered", .type = FIELD_BOOL},                                                                       \
        {.name = "kind", .type = FIELD_CHOICE, .required = (must), .choices = kinds},                                  \
        {.name = "unit", .type = FIELD_CHOICE, .required = (must), .choices = units}, NUMBER("length"),                \
        NUMBER("term_least"), NUMBER("term_most"), SUM_OF("sum_least", must), SUM_OF("sum_most", must),                \
        SUM_OF("sum_step", must), {.name = "rate", .type = FIELD_TEXT, .required = (must), .max = 20},                 \
        {.name = "day_rate", .type = FIELD_BOOL},                                                                      \
        {.name = "penalty", .type = FIELD_TEXT, .required = (must), .max = 20},                                        \
        {.name = "penalty_a_day", .type = FIELD_BOOL}, {.name = "late_interest", .type = FIELD_BOOL},                  \
        NUMBER("extend_least"), NUMBER("extend_most"), NUMBER("extend_times"),                                         \
        {.name = "extras", .type = FIELD_TEXT, .max = 1000}, {                                                         \
        .name = "reason", .type = FIELD_TEXT, .required = (must), .min = (must) ? 5 : 0, .max = 300                    \
    }
FORM(product_form, PRODUCT_FIELDS(true));
FORM(product_draft, PRODUCT_FIELDS(false));

/* ---- running loans: forms ---- */

static const char *const wishes[] = {"pay", "shorter", "smaller", "all", "extend", NULL}; /* enum wish */

#define REPAY(must)                                                                                                    \
    {.name = "wish", .type = FIELD_CHOICE, .required = (must), .choices = wishes},                                     \
        {.name = "sum", .type = FIELD_MONEY, .min = 0, .max = MONEY_MAX, .missing = S_loans_pay_sum_missing,          \
         .invalid = S_loans_pay_sum_invalid},                                                                         \
        {.name = "units", .type = FIELD_INT, .min = 0, .max = CREDIT_TERM_MOST,                                        \
         .invalid = S_loans_form_units_invalid}, {                                                                     \
        .name = "from", .type = FIELD_ID                                                                               \
    }
FORM(repay_draft, REPAY(false));
FORM(repay_form, REPAY(true));
FORM(card_form, {.name = "card", .type = FIELD_ID, .required = true});
FORM(autopay_form, {.name = "card", .type = FIELD_ID});
FORM(day_form, {.name = "day", .type = FIELD_DATE});
FORM(go_form, {.name = "go", .type = FIELD_BOOL});

/* ---- routes ---- */

#define OWNERS .who = WHO_CUSTOMER, .rates = {{RATE_CALLER, 120, MINUTE}}
#define KEEPERS .who = WHO_STAFF, .rates = {{RATE_CALLER, 600, MINUTE}}

static const struct route routes[] = {
    /* applying */
    {.method = METHOD_GET,
     .path = "/loans/calculator",
     .who = WHO_ANYONE,
     .form = &calculator_form,
     .stages = {{STAGE_READ, loans_calculator_read}},
     .page = &template_loans_calculator,
     .again = loans_calculator_again,
     .again_page = &template_loans_calculator,
     .summary = "What a loan of that sum and term would cost: total, payments, full cost of credit",
     .rates = {{RATE_ADDRESS, 240, MINUTE}},
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/loans/new",
     .who = WHO_CUSTOMER,
     .form = &new_form,
     .stages = {{STAGE_READ, loans_new_read}},
     .page = &template_loans_new,
     .again = loans_new_again,
     .again_page = &template_loans_new,
     .summary = "The calculator and the application's form",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/loans/applications",
     OWNERS,
     .form = &apply_form,
     .stages = {{STAGE_WRITE, loans_apply_write}},
     .again = loans_new_again,
     .again_page = &template_loans_new,
     .key = true,
     .audit = "loans.applied",
     .summary = "Applies for a loan; the policy decides at once, or staff look"},
    {.method = METHOD_GET,
     .path = "/loans/applications/{id}",
     .who = WHO_CUSTOMER,
     .form = &offer_form,
     .stages = {{STAGE_READ, loans_application_read}},
     .page = &template_loans_application,
     .again = loans_application_again,
     .again_page = &template_loans_application,
     .summary = "An application, what became of it, and what may be signed",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/loans/applications/{id}/withdraw",
     OWNERS,
     .form = &no_form,
     .stages = {{STAGE_WRITE, loans_withdraw_write}},
     .again = loans_application_again,
     .again_page = &template_loans_application,
     .audit = "loans.withdrawn",
     .summary = "Withdraws an application that is not signed"},
    {.method = METHOD_GET,
     .path = "/loans/applications/{id}/contract",
     .who = WHO_CUSTOMER,
     .form = &paper_form,
     .stages = {{STAGE_READ, loans_contract_read}, {STAGE_WORK, loans_contract_work}},
     .summary = "The contract as a PDF: as it was signed, as it waits for its code, or of that sum and term",
     .rates = {{RATE_CALLER, 60, MINUTE}}},
    {.method = METHOD_POST,
     .path = "/loans/applications/{id}/contract",
     OWNERS,
     .form = &contract_form,
     .stages = {{STAGE_WRITE, loans_contract_write}},
     .again = loans_application_again,
     .again_page = &template_loans_application,
     .key = true,
     .audit = "loans.contract",
     .summary = "Writes the contract of that sum and term and sends the code that signs it"},
    {.method = METHOD_GET,
     .path = "/loans/applications/{id}/sign",
     .who = WHO_CUSTOMER,
     .form = &code_draft,
     .stages = {{STAGE_READ, loans_sign_read}},
     .page = &template_loans_sign,
     .summary = "A contract that waits for its code",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/loans/applications/{id}/sign",
     OWNERS,
     .form = &code_form,
     .stages = {{STAGE_WRITE, loans_sign_write}},
     .again = loans_sign_read,
     .again_page = &template_loans_sign,
     .key = true,
     .audit = "loans.signed",
     .summary = "Signs the contract by the code; the loan is agreed",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_POST,
     .path = "/loans/applications/{id}/again",
     OWNERS,
     .form = &no_form,
     .stages = {{STAGE_WRITE, loans_again_write}},
     .again = loans_sign_read,
     .again_page = &template_loans_sign,
     .audit = "loans.code",
     .summary = "Sends another code"},
    {.method = METHOD_GET,
     .path = "/loans/{id}/contract",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, loans_credit_contract_read}, {STAGE_WORK, loans_contract_work}},
     .summary = "A loan's contract as it was signed, as a PDF",
     .rates = {{RATE_CALLER, 60, MINUTE}}},
    /* running loans */
    {.method = METHOD_GET,
     .path = "/loans",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_BALANCE_READ,
     .stages = {{STAGE_READ, credits_read}},
     .page = &template_loans_list,
     .summary = "One's loans: that run, that wait to be paid out, past ones"},
    {.method = METHOD_GET,
     .path = "/loans/{id}",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_BALANCE_READ,
     .stages = {{STAGE_READ, credit_read}},
     .page = &template_loans_credit,
     .summary = "A loan: what is owed now, what comes next, what happened"},
    {.method = METHOD_GET,
     .path = "/loans/{id}/why",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_BALANCE_READ,
     .stages = {{STAGE_READ, credit_why_read}},
     .page = &template_loans_why,
     .summary = "Why it owes what it owes: each debt by its days and events"},
    {.method = METHOD_POST,
     .path = "/loans/{id}/card",
     OWNERS,
     .form = &card_form,
     .stages = {{STAGE_WRITE, credit_card_write}},
     .again = credit_read,
     .again_page = &template_loans_credit,
     .audit = "loans.card",
     .summary = "The card to which its money goes out: one of his own"},
    {.method = METHOD_POST,
     .path = "/loans/{id}/cancel",
     OWNERS,
     .stages = {{STAGE_WRITE, credit_cancel_write}},
     .again = credit_read,
     .again_page = &template_loans_credit,
     .audit = "loans.cancel",
     .summary = "Calls it off while the money is not out"},
    {.method = METHOD_GET,
     .path = "/loans/{id}/repay",
     .who = WHO_CUSTOMER,
     .form = &repay_draft,
     .stages = {{STAGE_READ, credit_repay_read}},
     .page = &template_loans_repay,
     .summary = "What may be paid; with `wish`: what that changes, to the kopeck",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/loans/{id}/repay",
     OWNERS,
     .form = &repay_form,
     .stages = {{STAGE_WRITE, credit_repay_write}},
     .again = credit_repay_read,
     .again_page = &template_loans_repay,
     .key = true,
     .audit = "loans.repay",
     .summary = "Pays: `from` an account or a bound card of his, without it by any card at the bank's page"},
    {.method = METHOD_GET,
     .path = "/loans/{id}/orders/{order}",
     .who = WHO_CUSTOMER,
     .form = &go_form,
     .stages = {{STAGE_READ, credit_order_read}},
     .page = &template_loans_order,
     .summary = "What became of a payment by card",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/loans/{id}/autopay",
     OWNERS,
     .form = &autopay_form,
     .stages = {{STAGE_WRITE, credit_autopay_write}},
     .again = credit_read,
     .again_page = &template_loans_credit,
     .audit = "loans.autopay",
     .summary = "A bound card pays on the due day; without `card` no more"},
    {.method = METHOD_POST,
     .path = "/loans/{id}/extras/{code}/refuse",
     OWNERS,
     .stages = {{STAGE_WRITE, credit_extra_refuse_write}},
     .again = credit_read,
     .again_page = &template_loans_credit,
     .audit = "loans.extra",
     .summary = "Refuses a service that was chosen beside a loan, in the law's days; its price is given back"},
    {.method = METHOD_POST,
     .path = "/loans/{id}/back",
     OWNERS,
     .form = &card_form,
     .stages = {{STAGE_WRITE, credit_back_write}},
     .again = credit_read,
     .again_page = &template_loans_credit,
     .key = true,
     .audit = "loans.back",
     .summary = "What was paid too much goes back to that card"},
    {.method = METHOD_GET,
     .path = "/loans/{id}/certificate",
     .who = WHO_CUSTOMER,
     .form = &day_form,
     .stages = {{STAGE_READ, credit_debt_paper_read}, {STAGE_WORK, credit_paper_work}},
     .summary = "A certificate of what is owed on a day, or that nothing is, as a PDF",
     .rates = {{RATE_CALLER, 60, MINUTE}}},
    {.method = METHOD_GET,
     .path = "/loans/{id}/payments",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, credit_history_paper_read}, {STAGE_WORK, credit_paper_work}},
     .summary = "All that was paid, as a PDF",
     .rates = {{RATE_CALLER, 60, MINUTE}}},
    {.method = METHOD_GET,
     .path = "/staff/loans/books",
     .who = WHO_STAFF,
     .rates = {{RATE_CALLER, 600, MINUTE}},
     .stages = {{STAGE_WORK, loans_books_page}},
     .page = &template_loans_books,
     .audit = "loans.books.seen",
     .summary = "By product: what loans owe, the books beside; how far the night has come",
     .roles = ROLE_CATALOGUE | ROLE_FINANCE},
    /* catalogue */
    {.method = METHOD_GET,
     .path = "/staff/loans/products",
     KEEPERS,
     .stages = {{STAGE_READ, loans_catalogue_read}},
     .page = &template_loans_catalogue,
     .audit = "loans.products.seen",
     .summary = "The catalogue of loans",
     .roles = ROLE_CATALOGUE | ROLE_FINANCE},
    {.method = METHOD_GET,
     .path = "/staff/loans/product",
     KEEPERS,
     .form = &product_draft,
     .stages = {{STAGE_READ, loans_product_read}},
     .page = &template_loans_product,
     .audit = "loans.product.seen",
     .summary = "One of its products by its code, as a form",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_CATALOGUE | ROLE_FINANCE},
    {.method = METHOD_POST,
     .path = "/staff/loans/products",
     KEEPERS,
     .form = &product_form,
     .stages = {{STAGE_WRITE, loans_catalogue_write}},
     .again = loans_product_read,
     .again_page = &template_loans_product,
     .key = true,
     .audit = "loans.product",
     .summary = "Asks for a product, or another version of one; a second person confirms",
     .roles = ROLE_CATALOGUE},
    /* what staff do besides */
    LOANS_STAFF_ROUTES,
    {.path = NULL}};

/* ---- operations ---- */

static const struct operation_kind operations[] = {
    {KIND_LOAN_ISSUE, "loan_issue", S_loans_kind_issue, "bank", credit_describe, NULL, NULL, NULL},
    {KIND_LOAN_BACK, "loan_back", S_loans_kind_back, "return", credit_describe, NULL, NULL, NULL},
    {KIND_LOAN_PAID, "loan_paid", S_loans_kind_paid, "bank", credit_describe, NULL, NULL, NULL},
    {KIND_LOAN_INTEREST, "loan_interest", S_loans_kind_interest, "percent", credit_describe, "loans", NULL, NULL},
    {KIND_LOAN_PENALTY, "loan_penalty", S_loans_kind_penalty, "percent", credit_describe, "loans", NULL, NULL},
    {KIND_LOAN_FEE, "loan_fee", S_loans_kind_fee, "bank", credit_describe, "loans", NULL, NULL},
    {KIND_LOAN_LEFT, "loan_left", S_loans_kind_left, "return", credit_describe, NULL, NULL, NULL},
    {KIND_LOAN_SERVICE_BACK, "loan_service_back", S_loans_kind_service_back, "return", credit_describe, NULL, NULL,
     NULL},
    {KIND_LOAN_WRITE_OFF, "loan_write_off", S_loans_kind_write_off, "bank", credit_describe, NULL, NULL, NULL},
    {.name = NULL}};

static void on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    if (event->kind == EVENT_CARD_PAYOUT) loans_payout_told(engine, tx, event);
    else if (event->kind == EVENT_CARD_ORDER) loans_order_told(engine, tx, event);
    else loans_newcomer_told(engine, tx, event);
    if (event->kind == EVENT_CUSTOMER_CLOSED) loans_autopay_ended(tx, event->customer);
}

static const struct lends lends = {.bounds = loans_newcomer_bounds, .quote = loans_newcomer_quote};

static const struct menu_item menu[] = {{S_loans_menu, "/loans", "calendar", WHO_CUSTOMER, 22},
                                        {S_loans_staff_menu, "/staff/loans/products", "calendar", WHO_STAFF, 64},
                                        {S_loans_books_title, "/staff/loans/books", "bank", WHO_STAFF, 65},
                                        {S_loans_policy_title, "/staff/loans/policy", "percent", WHO_STAFF, 66},
                                        {S_loans_portfolio_title, "/staff/loans/portfolio", "chart", WHO_STAFF, 67},
                                        {S_loans_decisions_title, "/staff/loans/decisions", "list", WHO_STAFF, 68},
                                        {.path = NULL}};

#define AT(member) offsetof(struct loans_settings, member)
static const struct setting settings[] = {
    {"level", SETTING_CHOICE, AT(level), "simplified", 0, 0, levels,
     "From which identification level a loan may be signed: minimal, simplified, full."},
    {"hour", SETTING_INT, AT(hour), "0", 0, 23, NULL,
     "The hour of the day, in time_zone, from which that day's interest is reckoned."},
    {"remind_hour", SETTING_INT, AT(remind_hour), "10", 9, 19, NULL,
     "The hour of the day from which payments are reminded of and taken from cards; the law's hours are 9 to 20."},
    {"payout_life", SETTING_DURATION, AT(payout_life), "5d", HOUR, 60 * DAY, NULL,
     "How long a signed loan waits for a card that takes its money, from when the law lets it go out."},
    {"provisions", SETTING_TEXT, AT(provisions), "0 0, 30 20, 60 50, 90 75, 120 100", 0, 500, NULL,
     "What is set aside for overdue loans: days overdue and percent of principal and interest."},
    {"offer_life", SETTING_DURATION, AT(offer_life), "5d", MINUTE, 30 * DAY, NULL,
     "How long an offer waits to be signed."},
    {"identify_life", SETTING_DURATION, AT(identify_life), "30d", MINUTE, 365 * DAY, NULL,
     "How long an application waits until it is known who applies."},
    {"draft_life", SETTING_DURATION, AT(draft_life), "30m", MINUTE, DAY, NULL,
     "How long a contract waits for its code."},
    {"catalogue_file", SETTING_TEXT, AT(catalogue_file), "", 0, 500, NULL,
     "A JSON file of products with which an empty catalogue begins; then staff keep it."},
    {"policy_file", SETTING_TEXT, AT(policy_file), "", 0, 500, NULL,
     "The policy by which an empty database begins to decide; then staff keep it."},
    {"calendar_file", SETTING_TEXT, AT(calendar_file), "", 0, 500, NULL,
     "Working days (src/lending/work_calendar.h), for contacts with debtors too; without it payments fall on any day."},
    {"law_file", SETTING_TEXT, AT(law_file), "", 0, 500, NULL,
     "Lines of the law that stand before the built-in ones: \"2026-04-01 overpayment 100 353-FZ, article 6.1\"."},
    {"psk_divisor", SETTING_CHOICE, AT(divisor), "30", 0, 0, divisors,
     "By what a part of a month is divided in the full cost of credit: 30, 365/12, the month's own days."},
    {"consent_version", SETTING_TEXT, AT(consent_version), "1", 1, 20, NULL,
     "The version of the texts that an applicant agrees to; a new text gets a new one."},
    {"lender", SETTING_TEXT, AT(lender), "", 0, 300, NULL,
     "Who lends, as the contract says it: full name, tax number, address."},
    {"licence", SETTING_TEXT, AT(licence), "", 0, 300, NULL, "By which right it lends: the register and the number."},
    {.name = NULL}};

static bool settings_good(const void *data, const char **key, struct text *must) {
    const struct loans_settings *own = data;
    struct provisions provisions;
    if (provisions_read(own->provisions, &provisions)) return true;
    *key = "provisions";
    *must = TEXT("be days and percents, both rising: \"0 0, 30 20, 60 50\"");
    return false;
}

static const struct job jobs[] = {{"loans.seed", MINUTE, loans_seed_job},
                                  {"loans.policy", MINUTE, loans_policy_seed},
                                  {"loans.offers", MINUTE, loans_offers_job},
                                  {"loans.drafts", MINUTE, loans_drafts_job},
                                  {"loans.night", SECOND, loans_night_job},
                                  {"loans.remind", SECOND, loans_remind_job},
                                  {"loans.payouts", SECOND, loans_payouts_job},
                                  {.name = NULL}};

const struct feature loans_feature = {
    .name = "loans",
    .needs = (const char *const[]){"identity", "messaging", "operations", "backoffice", "acquiring", "debtors", NULL},
    .routes = routes,
    .operations = operations,
    .accounts = loans_accounts,
    .own_data = loans_own_data,
    .obstacles = loans_obstacles,
    .migrations = loans_migrations,
    .jobs = jobs,
    .settings = settings,
    .settings_size = sizeof(struct loans_settings),
    .pending = credits_pending,
    .sealed = loans_sealed,
    .menu = menu,
    .queues = loans_queues,
    .approvals = loans_approvals,
    .card = loans_card,
    .settings_good = settings_good,
    .erases = loans_erases,
    .on_event = on_event,
    .lends = &lends,
    .owed = &loans_owed,
    .open = loans_open,
    .close = loans_close,
};
