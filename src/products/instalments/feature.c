/* feature.c: instalments: what people buy at partner shops and pay for in parts (IN). What this file holds is
 * declarations; README.md says which story is where. */
#include "products/instalments/cabinet.h"
#include "products/instalments/cabinet_routes.h"
#include "products/instalments/checkout_page.h"
#include "products/instalments/limit_policy.h"
#include "products/instalments/report.h"
#include "products/instalments/sale_routes.h"
#include "products/instalments/shop_side.h"

#include "backoffice/backoffice.h"
#include "generated/templates.h"

#include <stddef.h>

/* ---- forms ---- */

FORM(no_form, );
FORM(plan_form, {.name = "plan",
                 .type = FIELD_TEXT,
                 .required = true,
                 .max = 40,
                 .missing = S_instalments_plan_missing});
FORM(plan_draft, {.name = "plan", .type = FIELD_TEXT, .max = 40});
FORM(code_form, {.name = "code", .type = FIELD_CODE, .required = true, .min = 6, .max = 6});
FORM(code_draft, {.name = "code", .type = FIELD_CODE, .min = 6, .max = 6});
#define TRIAL_FIELDS                                                                                                   \
    {.name = "phone", .type = FIELD_TEXT, .max = 20}, { .name = "code", .type = FIELD_TEXT, .required = true, .max = 8 }
FORM(trial_form, {.name = "plan", .type = FIELD_TEXT, .max = 40}, TRIAL_FIELDS);
FORM(trial_draft, {.name = "plan", .type = FIELD_TEXT, .max = 40}, {.name = "phone", .type = FIELD_TEXT, .max = 20},
     {.name = "code", .type = FIELD_TEXT, .max = 8});
FORM(limit_trial_form, TRIAL_FIELDS);
FORM(limit_trial_draft, {.name = "phone", .type = FIELD_TEXT, .max = 20},
     {.name = "code", .type = FIELD_TEXT, .max = 8});
FORM(tariff_form, {.name = "words",
                   .type = FIELD_TEXT,
                   .required = true,
                   .max = 2000,
                   .missing = S_instalments_tariff_missing});
FORM(tariff_draft, {.name = "words", .type = FIELD_TEXT, .max = 2000});

#define LIMIT_FIELDS                                                                                                   \
    {.name = "sum", .type = FIELD_MONEY},                                                                              \
        {.name = "birth", .type = FIELD_DATE, .invalid = S_instalments_limit_birth_wrong}, {                           \
        .name = "order", .type = FIELD_TEXT, .max = 40                                                                 \
    }
FORM(limit_form, LIMIT_FIELDS);
FORM(limit_draft, LIMIT_FIELDS);
static const char *const levels[] = {"minimal", "simplified", "full", NULL};
FORM(policy_form,
     {.name = "content",
      .type = FIELD_TEXT,
      .required = true,
      .max = LIMIT_POLICY_MOST,
      .missing = S_instalments_policy_missing},
     {.name = "note", .type = FIELD_TEXT, .required = true, .min = 3, .max = 200});
FORM(policy_draft, {.name = "content", .type = FIELD_TEXT, .max = LIMIT_POLICY_MOST},
     {.name = "note", .type = FIELD_TEXT, .max = 200});

FORM(orders_form, {.name = "q", .type = FIELD_TEXT, .max = 255}, {.name = "state", .type = FIELD_TEXT, .max = 20},
     {.name = "before", .type = FIELD_ID});
FORM(order_form, {.name = "sum", .type = FIELD_MONEY});
FORM(order_draft, {.name = "sum", .type = FIELD_MONEY});

FORM(period_form, {.name = "from", .type = FIELD_DATE}, {.name = "to", .type = FIELD_DATE});

/* ---- addresses ---- */

/* A shop's server asks from one address for all its customers. */
#define CALLS {{RATE_ADDRESS, 60000, MINUTE}}
#define PROGRAM .method = METHOD_POST, .who = WHO_PARTNER, .rates = CALLS, .flags = ROUTE_NO_CSRF | ROUTE_RAW_BODY
#define CALL_MOST (64 << 10)
#define WITH_A_FILE (4 << 20)
#define SHOP .who = WHO_ANYONE, .rates = {{RATE_ADDRESS, 600, MINUTE}}
#define PAGE_RATES {{RATE_ADDRESS, 300, MINUTE}}

static const struct route routes[] = {
    INSTALMENTS_CABINET_ROUTES
    {PROGRAM,
     .path = "/factoring/v1/limit/auth",
     .body_max = CALL_MOST,
     .stages = {{STAGE_READ, mokka_limit_look}, {STAGE_WRITE, mokka_limit_ask}},
     .audit = "instalments.limit.asked",
     .summary = "Mokka: an address at which a customer lets the shop know for how much he may buy"},
    {PROGRAM,
     .path = "/api/external/v1/client/limit",
     .body_max = CALL_MOST,
     .stages = {{STAGE_READ, mokka_client_limit}},
     .summary = "Mokka: for how much whoever has that number may buy"},
    {PROGRAM,
     .path = "/factoring/v1/precheck/auth",
     .body_max = CALL_MOST,
     .stages = {{STAGE_READ, mokka_precheck_look}, {STAGE_WRITE, mokka_precheck}},
     .audit = "instalments.order.asked",
     .summary = "Mokka: an order; the address of the page on which its customer signs it"},
    {PROGRAM,
     .path = "/factoring/v1/precheck/change",
     .body_max = CALL_MOST,
     .stages = {{STAGE_READ, mokka_change_look}, {STAGE_WRITE, mokka_change}},
     .audit = "instalments.order.changed",
     .summary = "Mokka: another sum or time of an order"},
    {PROGRAM,
     .path = "/factoring/v1/precheck/cancel",
     .body_max = CALL_MOST,
     .stages = {{STAGE_READ, mokka_cancel_look}, {STAGE_WRITE, mokka_cancel}},
     .audit = "instalments.order.cancelled",
     .summary = "Mokka: takes an order back; what was held is free again"},
    {PROGRAM,
     .path = "/factoring/v1/precheck/finish",
     .body_max = WITH_A_FILE,
     .stages = {{STAGE_READ, mokka_sum_look}, {STAGE_WRITE, mokka_finish}},
     .audit = "instalments.order.finished",
     .summary = "Mokka: the goods went out, for all that is held or less"},
    {PROGRAM,
     .path = "/factoring/v1/return",
     .body_max = CALL_MOST,
     .stages = {{STAGE_READ, mokka_sum_look}, {STAGE_WRITE, mokka_return}},
     .audit = "instalments.order.returned",
     .summary = "Mokka: goods came back, all or some"},
    {PROGRAM,
     .path = "/factoring/v1/schedule",
     .body_max = CALL_MOST,
     .stages = {{STAGE_READ, mokka_schedule}},
     .summary = "Mokka: each way of paying a sum in parts"},
    {PROGRAM,
     .path = "/factoring/v1/status",
     .body_max = CALL_MOST,
     .stages = {{STAGE_READ, mokka_status}},
     .summary = "Mokka: how an order stands"},

    {.method = METHOD_GET,
     .path = "/checkout/{uid}",
     .who = WHO_ANYONE,
     .form = &trial_draft,
     .stages = {{STAGE_READ, checkout_read}},
     .page = &template_instalments_checkout,
     .rates = PAGE_RATES,
     .summary = "A shop's order, for whoever has its address: each way of paying it in parts",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/checkout/{uid}",
     .who = WHO_CUSTOMER,
     .form = &plan_form,
     .stages = {{STAGE_WRITE, checkout_choose}},
     .again = checkout_read,
     .again_page = &template_instalments_checkout,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "instalments.order.chosen",
     .summary = "Chooses one; a code is sent by which it is signed"},
    {.method = METHOD_POST,
     .path = "/checkout/{uid}/refuse",
     .who = WHO_CUSTOMER,
     .form = &plan_draft,
     .stages = {{STAGE_WRITE, checkout_refuse}},
     .again = checkout_read,
     .again_page = &template_instalments_checkout,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "instalments.order.refused",
     .summary = "Does not want it"},
    {.method = METHOD_POST,
     .path = "/checkout/{uid}/trial",
     .who = WHO_ANYONE,
     .form = &trial_form,
     .stages = {{STAGE_WRITE, checkout_trial}},
     .again = checkout_read,
     .again_page = &template_instalments_checkout,
     .rates = PAGE_RATES,
     .audit = "instalments.order.tried",
     .summary = "Signs an order of a shop that is being tried out, by a number for trials; no money moves"},
    {.method = METHOD_GET,
     .path = "/checkout/{uid}/sign",
     .who = WHO_CUSTOMER,
     .form = &code_draft,
     .stages = {{STAGE_READ, checkout_sign_read}},
     .page = &template_instalments_sign,
     .summary = "What is signed, word for word",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/checkout/{uid}/sign",
     .who = WHO_CUSTOMER,
     .form = &code_form,
     .stages = {{STAGE_WRITE, checkout_sign_write}},
     .again = checkout_sign_read,
     .again_page = &template_instalments_sign,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "instalments.order.signed",
     .summary = "Signs an order by the code: its sum is held of one's limit",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_POST,
     .path = "/checkout/{uid}/again",
     .who = WHO_CUSTOMER,
     .form = &code_draft,
     .stages = {{STAGE_WRITE, checkout_again_write}},
     .again = checkout_sign_read,
     .again_page = &template_instalments_sign,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "instalments.order.code",
     .summary = "Send the code again"},

    {.method = METHOD_GET,
     .path = "/limit/{uid}",
     .who = WHO_ANYONE,
     .form = &limit_trial_draft,
     .stages = {{STAGE_READ, limit_ask_read}},
     .page = &template_instalments_limit_ask,
     .rates = PAGE_RATES,
     .summary = "A shop asks for how much one may buy",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/limit/{uid}",
     .who = WHO_CUSTOMER,
     .form = &no_form,
     .stages = {{STAGE_WRITE, limit_ask_tell}},
     .again = limit_ask_read,
     .again_page = &template_instalments_limit_ask,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "instalments.limit.told",
     .summary = "Lets the shop know"},
    {.method = METHOD_POST,
     .path = "/limit/{uid}/trial",
     .who = WHO_ANYONE,
     .form = &limit_trial_form,
     .stages = {{STAGE_WRITE, limit_ask_trial}},
     .again = limit_ask_read,
     .again_page = &template_instalments_limit_ask,
     .rates = PAGE_RATES,
     .audit = "instalments.limit.tried",
     .summary = "The same of a shop that is being tried out, by a number for trials"},

    {.method = METHOD_GET,
     .path = "/shop/orders",
     SHOP,
     .form = &orders_form,
     .stages = {{STAGE_READ, shop_orders_page}},
     .page = &template_instalments_shop_orders,
     .summary = "The shop's orders, by state or by their number's beginning",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/shop/orders/{uid}",
     SHOP,
     .form = &order_draft,
     .stages = {{STAGE_READ, shop_order_page}},
     .page = &template_instalments_shop_order,
     .summary = "One of them: goods, days, all that happened to it",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/shop/orders/{uid}/finish",
     SHOP,
     .form = &order_form,
     .stages = {{STAGE_WRITE, shop_order_finish}},
     .again = shop_order_page,
     .again_page = &template_instalments_shop_order,
     .key = true,
     .audit = "instalments.shop.finished",
     .summary = "The goods went out, for all that is held or less"},
    {.method = METHOD_POST,
     .path = "/shop/orders/{uid}/cancel",
     SHOP,
     .form = &no_form,
     .stages = {{STAGE_WRITE, shop_order_cancel}},
     .again = shop_order_page,
     .again_page = &template_instalments_shop_order,
     .key = true,
     .audit = "instalments.shop.cancelled",
     .summary = "Takes an order back"},
    {.method = METHOD_POST,
     .path = "/shop/orders/{uid}/return",
     SHOP,
     .form = &order_form,
     .stages = {{STAGE_WRITE, shop_order_return}},
     .again = shop_order_page,
     .again_page = &template_instalments_shop_order,
     .key = true,
     .audit = "instalments.shop.returned",
     .summary = "Goods came back, all or some"},
    INSTALMENTS_SALE_ROUTES
    {.method = METHOD_GET,
     .path = "/shop/settlements",
     SHOP,
     .stages = {{STAGE_READ, shop_settlements_page}},
     .page = &template_instalments_settlements,
     .summary = "What was paid out to the shop, by days, and what is due"},
    {.method = METHOD_GET,
     .path = "/shop/settlements/{id}",
     SHOP,
     .stages = {{STAGE_READ, shop_settlement_page}},
     .page = &template_instalments_settlement,
     .summary = "One of them: every sale and return of it"},
    {.method = METHOD_GET,
     .path = "/shop/settlements/{id}/csv",
     SHOP,
     .stages = {{STAGE_READ, shop_settlement_csv}},
     .summary = "The same as a table"},
    {.method = METHOD_GET,
     .path = "/shop/settlements/{id}/pdf",
     SHOP,
     .stages = {{STAGE_READ, shop_settlement_read}, {STAGE_WORK, shop_settlement_draw}},
     .summary = "The same as a paper"},

    {.method = METHOD_GET,
     .path = "/shop/reports",
     SHOP,
     .form = &period_form,
     .stages = {{STAGE_READ, shop_reports_page}},
     .page = &template_instalments_reports,
     .summary = "The shop's sales of a period: by days, by states, by who finished them",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/shop/reports/csv",
     SHOP,
     .form = &period_form,
     .stages = {{STAGE_READ, shop_reports_csv}},
     .summary = "The same by days, as a table"},

    {.method = METHOD_GET,
     .path = "/instalments/limit",
     .who = WHO_CUSTOMER,
     .form = &limit_draft,
     .stages = {{STAGE_READ, limit_read}},
     .page = &template_instalments_limit,
     .summary = "For how much one may buy in parts, and how it came to be",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/instalments/limit",
     .who = WHO_CUSTOMER,
     .form = &limit_form,
     .stages = {{STAGE_WRITE, limit_ask_more}},
     .again = limit_read,
     .again_page = &template_instalments_limit,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "instalments.limit.more",
     .summary = "Asks for a first or a higher limit: decided at once by the policy, with reasons"},

    {.method = METHOD_GET,
     .path = "/staff/instalments/policy",
     .who = WHO_STAFF,
     .form = &policy_draft,
     .stages = {{STAGE_READ, limit_policy_page}},
     .page = &template_instalments_policy,
     .audit = "instalments.policy.seen",
     .summary = "The policy by which limits are decided, with its versions",
     .roles = ROLE_RISK | ROLE_FINANCE | ROLE_CATALOGUE,
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/instalments/policy",
     .who = WHO_STAFF,
     .form = &policy_form,
     .stages = {{STAGE_WRITE, limit_policy_write}},
     .page = &template_instalments_policy,
     .again = limit_policy_page,
     .again_page = &template_instalments_policy,
     .audit = "instalments.policy.written",
     .summary = "Another version, which a second person switches on",
     .body_max = 2 * LIMIT_POLICY_MOST,
     .roles = ROLE_RISK | ROLE_CATALOGUE},
    {.method = METHOD_GET,
     .path = "/staff/customers/{id}/instalments",
     .who = WHO_STAFF,
     .stages = {{STAGE_READ, limit_decisions_page}},
     .page = &template_instalments_limits,
     .audit = "instalments.limit.seen",
     .summary = "How a customer's limit came to be: decisions, lines, what was known",
     .roles = ROLE_RISK | ROLE_SUPPORT | ROLE_FINANCE},
    {.method = METHOD_GET,
     .path = "/staff/instalments/books",
     .who = WHO_STAFF,
     .rates = {{RATE_CALLER, 600, MINUTE}},
     .stages = {{STAGE_WORK, instalments_books_page}},
     .page = &template_instalments_books,
     .audit = "instalments.books.seen",
     .summary = "What purchases owe and shops are to have, beside the books",
     .roles = ROLE_FINANCE},
    {.method = METHOD_GET,
     .path = "/staff/instalments/shops/{id}",
     .who = WHO_STAFF,
     .form = &tariff_draft,
     .stages = {{STAGE_READ, tariff_page}},
     .page = &template_instalments_tariff,
     .audit = "instalments.tariff.seen",
     .summary = "A shop's tariff, with its earlier versions",
     .roles = ROLE_FINANCE | ROLE_CATALOGUE,
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/instalments/shops/{id}",
     .who = WHO_STAFF,
     .form = &tariff_form,
     .stages = {{STAGE_WRITE, tariff_save}},
     .page = &template_instalments_tariff,
     .again = tariff_page,
     .again_page = &template_instalments_tariff,
     .audit = "instalments.tariff.changed",
     .summary = "Another tariff, for orders from now on",
     .roles = ROLE_FINANCE | ROLE_CATALOGUE},
    {.path = NULL}};

static const struct operation_kind operations[] = {
    {KIND_INSTALMENT_BOUGHT, "instalment_bought", S_instalments_kind_bought, "receipt", instalments_describe, "shops",
     NULL, NULL},
    {KIND_INSTALMENT_RETURNED, "instalment_returned", S_instalments_kind_returned, "return", instalments_describe,
     "shops", NULL, NULL},
    {KIND_INSTALMENT_PAID, "instalment_paid", S_instalments_kind_paid, "bank", instalments_describe, NULL, NULL, NULL},
    {KIND_INSTALMENT_PENALTY, "instalment_penalty", S_instalments_kind_penalty, "percent", instalments_describe,
     "loans",
     NULL, NULL},
    {KIND_INSTALMENT_UNDONE, "instalment_undone", S_instalments_kind_undone, "return", instalments_describe, NULL, NULL,
     NULL},
    {KIND_INSTALMENT_UNFINED, "instalment_unfined", S_instalments_kind_unfined, "return", instalments_describe, "loans",
     NULL, NULL},
    {KIND_INSTALMENT_LEFT, "instalment_left", S_instalments_kind_left, "return", instalments_describe, NULL, NULL,
     NULL},
    {.name = NULL}};

static const struct menu_item menu[] = {
    {S_instalments_menu, "/instalments", "tag", WHO_CUSTOMER, 19},
    {S_instalments_policy_title, "/staff/instalments/policy", "percent", WHO_STAFF, 68},
    {S_instalments_books_title, "/staff/instalments/books", "bank", WHO_STAFF, 69},
    {.path = NULL}};

static const struct shop_entry shop_menu[] = {
    {S_instalments_till_title, "/shop/till", "card", SHOP_CASHIER, 5},
    {S_instalments_orders_title, "/shop/orders", "list", SHOP_ORDERS | SHOP_OWNER | SHOP_MONEY, 10},
    {S_instalments_settlements_title, "/shop/settlements", "bank", SHOP_MONEY | SHOP_OWNER, 15},
    {S_instalments_reports_title, "/shop/reports", "chart", SHOP_MONEY | SHOP_OWNER, 17},
    {.path = NULL}};

static const struct shop_place shop_places[] = {
    {S_instalments_place_tariff, S_instalments_place_tariff_hint, "/staff/instalments/shops/", "", "percent",
     ROLE_FINANCE | ROLE_CATALOGUE},
    {S_instalments_place_books, S_instalments_place_books_hint, "/staff/instalments/books#shop-", "", "bank",
     ROLE_FINANCE},
    {.before = NULL}};

static const struct card_section card[] = {
    {S_instalments_limit_title, ROLE_SUPPORT | ROLE_RISK | ROLE_FINANCE, limit_card}, {.fill = NULL}};

static const struct approval_kind approvals[] = {{.name = "instalments.policy",
                                                  .title = S_instalments_policy_switch,
                                                  .ask = ROLE_RISK | ROLE_CATALOGUE,
                                                  .confirm = ROLE_RISK | ROLE_FINANCE,
                                                  .life_us = 7 * DAY,
                                                  .apply = limit_policy_on,
                                                  .show = limit_policy_show},
                                                 {.name = NULL}};

#define AT(member) offsetof(struct instalments_settings, member)
static const struct setting settings[] = {
    {"hour", SETTING_INT, AT(hour), "0", 0, 23, NULL,
     "The hour of the day, in time_zone, from which that day's penalties are reckoned."},
    {"move_days", SETTING_INT, AT(move_days), "7", 0, 31, NULL,
     "By how many days at most a customer may move his next payment."},
    {"move_times", SETTING_INT, AT(move_times), "1", 0, 20, NULL, "How often he may do that in a purchase's life."},
    {"remind_hour", SETTING_INT, AT(remind_hour), "10", 9, 19, NULL,
     "The hour of the day from which payments are reminded of and taken from cards; the law's hours are 9 to 20."},
    {"penalty", SETTING_TEXT, AT(penalty), "20", 1, 20, NULL,
     "Percent a year upon what is overdue; the law's bound of the day (283-FZ, law_file) holds where it is less."},
    {"policy_file", SETTING_TEXT, AT(policy_file), "", 0, 500, NULL,
     "The policy by which an empty database begins to decide limits; then staff keep it."},
    {"level", SETTING_CHOICE, AT(level), "minimal", 0, 0, levels,
     "From which identification level a customer may ask for a limit: minimal, simplified, full."},
    {"law_file", SETTING_TEXT, AT(law_file), "", 0, 500, NULL,
     "Lines of the law that stand before the built-in ones; an example: profiles/law_ru.txt."},
    {"calendar_file", SETTING_TEXT, AT(calendar_file), "", 0, 500, NULL,
     "Working days (src/lending/work_calendar.h), for contacts with debtors."},
    {"ask_pause", SETTING_DURATION, AT(ask_pause), "30d", MINUTE, 365 * DAY, NULL,
     "How long after asking for a higher limit one may ask again."},
    {"order_life", SETTING_DURATION, AT(order_life), "1d", MINUTE, 365 * DAY, NULL,
     "How long an order of a shop holds, where the shop says no end."},
    {"till_codes", SETTING_INT, AT(till_codes), "500", 1, 1000000, NULL,
     "Codes that one shop's tills may have sent for purchases in the window of identity.code.window."},
    {"asks_kept", SETTING_DURATION, AT(asks_kept), "30d", MINUTE, 365 * DAY, NULL,
     "How long a shop's question for a customer's limit is kept after its end."},
    {.name = NULL}};

static bool settings_good(const void *data, const char **key, struct text *must) {
    const struct instalments_settings *own = data;
    int64_t rate;
    if (rate_parse(text_from(own->penalty), &rate)) return true;
    *key = "penalty";
    *must = TEXT("be percent a year: 20");
    return false;
}

int64_t instalments_today(const struct engine *engine) {
    return date_to_days(civil_at(world_now(engine_world(engine)), engine_zone(engine)).date);
}

static void on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    if (event->kind == EVENT_CARD_ORDER) instalments_order_told(engine, tx, event);
    else if (event->kind == EVENT_CARD_PAYOUT) instalments_payout_told(engine, tx, event);
    else instalments_told(engine, tx, event);
    if (event->kind == EVENT_CUSTOMER_CLOSED) instalments_autopay_put(tx, event->customer, 0);
}

static const struct job jobs[] = {{"instalments.night", SECOND, instalments_night_job},
                                  {"instalments.policy", MINUTE, limit_policy_seed},
                                  {"instalments.settle", MINUTE, settlement_job},
                                  {"instalments.orders", SECOND, checkout_expire_job},
                                  {"instalments.asks", 10 * MINUTE, limit_ask_sweep},
                                  {"instalments.remind", SECOND, instalments_remind_job},
                                  {.name = NULL}};

const struct feature instalments_feature = {
    .name = "instalments",
    .needs = (const char *const[]){"identity", "messaging", "onboarding", "operations", "backoffice",
                                  "acquiring", "shops", "showcase", "debtors", NULL},
    .routes = routes,
    .operations = operations,
    .accounts = instalments_accounts,
    .own_data = instalments_own_data,
    .obstacles = instalments_obstacles,
    .migrations = instalments_migrations,
    .jobs = jobs,
    .sealed = instalments_sealed,
    .settings = settings,
    .settings_size = sizeof(struct instalments_settings),
    .settings_good = settings_good,
    .menu = menu,
    .shop_menu = shop_menu,
    .shop_places = shop_places,
    .card = card,
    .approvals = approvals,
    .erases = instalments_erases,
    .pending = instalments_pending,
    .on_event = on_event,
    .owed = &instalments_owed,
    .open = instalments_open,
};
