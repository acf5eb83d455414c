/* feature.c: a customer's personal page /@name, where anybody pays him by card with a message (BK-4). What this file
 * holds is declarations; the stories are in owner.c, gift.c and report.c. */
#include "products/personal/personal.h"

#include "generated/templates.h"

#include <stddef.h>

#define SUM(needed)                                                                                                    \
    {.name = "sum",                                                                                                    \
     .type = FIELD_MONEY,                                                                                              \
     .required = (needed),                                                                                             \
     .min = 1,                                                                                                         \
     .max = MONEY_MAX,                                                                                                 \
     .missing = S_personal_sum_missing,                                                                                \
     .invalid = S_personal_sum_missing}
#define PAYER                                                                                                          \
    {.name = "payer", .type = FIELD_TEXT, .max = 40, .invalid = S_personal_payer_long},                                \
        {.name = "note", .type = FIELD_TEXT, .max = 140, .invalid = S_personal_note_long}

FORM(visit_form, SUM(true), PAYER);
FORM(visit_draft, {.name = "sum", .type = FIELD_MONEY}, PAYER);
FORM(page_form, {.name = "name", .type = FIELD_TEXT, .required = true, .max = 40, .missing = S_personal_name_length},
     {.name = "on", .type = FIELD_BOOL}, {.name = "named", .type = FIELD_BOOL},
     {.name = "greeting", .type = FIELD_TEXT, .max = 140, .invalid = S_personal_greeting_long},
     {.name = "sums", .type = FIELD_TEXT, .max = 60, .invalid = S_personal_sums_wrong});
FORM(page_draft, {.name = "name", .type = FIELD_TEXT}, {.name = "on", .type = FIELD_BOOL},
     {.name = "named", .type = FIELD_BOOL}, {.name = "greeting", .type = FIELD_TEXT},
     {.name = "sums", .type = FIELD_TEXT});
static const char *const kinds[] = {"fraud", "impersonation", "words", NULL};
FORM(report_form, {.name = "kind", .type = FIELD_CHOICE, .required = true, .choices = kinds},
     {.name = "words", .type = FIELD_TEXT, .max = 500, .invalid = S_personal_report_long});
FORM(report_draft, {.name = "kind", .type = FIELD_CHOICE, .choices = kinds}, {.name = "words", .type = FIELD_TEXT},
     {.name = "sent", .type = FIELD_BOOL});
FORM(staff_form, {.name = "off", .type = FIELD_BOOL},
     {.name = "reason", .type = FIELD_TEXT, .required = true, .min = 5, .max = 200,
      .missing = S_personal_staff_reason_missing, .invalid = S_personal_staff_reason_missing});
FORM(staff_draft, {.name = "reason", .type = FIELD_TEXT});
FORM(no_form, {.name = "_", .type = FIELD_TEXT});

/* Names and tokens are not to be found by trying, nor orders made by the thousand. */
#define LOOKS {{RATE_ADDRESS, 60, MINUTE}}
#define PAYS {{RATE_ADDRESS, 10, MINUTE}, {RATE_WHOLE, 1200, MINUTE}}
#define REPORTS {{RATE_ADDRESS, 5, HOUR}, {RATE_WHOLE, 600, HOUR}}

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/personal",
     .who = WHO_CUSTOMER,
     .form = &page_draft,
     .stages = {{STAGE_READ, personal_read}},
     .page = &template_personal_page,
     .summary = "One's personal page as it is set up, and who has paid by it",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/personal",
     .who = WHO_CUSTOMER,
     .form = &page_form,
     .stages = {{STAGE_WRITE, personal_write}},
     .again = personal_read,
     .again_page = &template_personal_page,
     .rates = {{RATE_CALLER, 20, HOUR}}, /* whether a name is taken is not to be asked of all */
     .audit = "personal.set",
     .summary = "Sets up one's personal page: its name, whether it is on, what visitors see"},
    {.method = METHOD_POST,
     .path = "/personal/gifts/{id}/hide",
     .who = WHO_CUSTOMER,
     .form = &no_form,
     .stages = {{STAGE_WRITE, personal_hide_write}},
     .audit = "personal.hide",
     .summary = "Hides a payment's name and message from the list"},
    {.method = METHOD_GET,
     .path = "/@{name}",
     .who = WHO_ANYONE,
     .form = &visit_draft,
     .stages = {{STAGE_READ, personal_visit_read}},
     .page = &template_personal_visit,
     .rates = LOOKS,
     .summary = "Somebody's personal page: pay him by card",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/@{name}",
     .who = WHO_ANYONE,
     .form = &visit_form,
     .stages = {{STAGE_WRITE, personal_visit_write}},
     .again = personal_visit_read,
     .again_page = &template_personal_visit,
     .key = true,
     .rates = PAYS,
     .audit = "personal.pay",
     .summary = "Orders a payment by card to a page's owner; payment_url is where the card is asked for"},
    {.method = METHOD_GET,
     .path = "/@{name}/report",
     .who = WHO_ANYONE,
     .form = &report_draft,
     .stages = {{STAGE_READ, personal_report_read}},
     .page = &template_personal_report,
     .rates = LOOKS,
     .summary = "The form by which a page is reported",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/@{name}/report",
     .who = WHO_ANYONE,
     .form = &report_form,
     .stages = {{STAGE_WRITE, personal_report_write}},
     .again = personal_report_read,
     .again_page = &template_personal_report,
     .rates = REPORTS,
     .audit = "personal.report",
     .summary = "Reports a page to the risk staff"},
    {.method = METHOD_GET,
     .path = "/paid/{token}",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, personal_paid_read}},
     .page = &template_personal_paid,
     .rates = LOOKS,
     .summary = "What became of a payment by somebody's personal page"},
    {.method = METHOD_GET,
     .path = "/paid/{token}/pay",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, personal_pay_read}},
     .page = &template_personal_pay,
     .rates = LOOKS,
     .summary = "On the way to the bank's page",
     .flags = ROUTE_PAGE_ONLY},
    {.method = METHOD_GET,
     .path = "/staff/personal/{id}",
     .who = WHO_STAFF,
     .form = &staff_draft,
     .stages = {{STAGE_READ, staff_personal_read}},
     .page = &template_personal_staff,
     .audit = "personal.seen",
     .summary = "A customer's personal page and what visitors reported",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_RISK},
    {.method = METHOD_POST,
     .path = "/staff/personal/{id}",
     .who = WHO_STAFF,
     .form = &staff_form,
     .stages = {{STAGE_WRITE, staff_personal_write}},
     .again = staff_personal_read,
     .again_page = &template_personal_staff,
     .audit = "personal.judge",
     .summary = "Switches a personal page off with a reason, or finds it in order",
     .roles = ROLE_RISK},
    {.path = NULL}};

#define AT(member) offsetof(struct personal_settings, member)
static const struct setting settings[] = {
    {"fee", SETTING_MONEY, AT(fee), "0.00", 0, 10000, NULL,
     "What a payment by somebody's personal page costs the payer on top of the sum: percent."},
    {"day_most", SETTING_INT, AT(day_most), "100", 1, 100000, NULL,
     "How many payments may be begun on one personal page within a day."},
    {"open_most", SETTING_INT, AT(open_most), "20", 1, 1000, NULL,
     "How many payments of one personal page may wait for their payers at once."},
    {"name_kept", SETTING_DURATION, AT(name_kept), "365d", 0, 3650 * DAY, NULL,
     "How long a page's name that was given up is nobody else's."},
    {.name = NULL}};

static const struct menu_item menu[] = {{S_personal_menu, "/personal", "user", WHO_CUSTOMER, 22}, {.path = NULL}};

static const struct operation_kind operations[] = {
    {KIND_PERSONAL, "personal", S_personal_kind, "gift", personal_describe, NULL, "received", NULL},
    {KIND_PERSONAL_FEE, "personal_fee", S_personal_kind_fee, "tag", personal_describe, "fees", NULL, NULL},
    {.name = NULL}};

static void on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    struct personal_page page;
    if (event->kind == EVENT_CARD_ORDER && event->code == KIND_PERSONAL)
        personal_card_moved(engine, tx, event->customer, event->number);
    if (event->kind != EVENT_CUSTOMER_CLOSED || !page_find(engine, tx, event->customer, &page)) return;
    if (page.name.size > 0) name_free(tx, page.customer, page.name);
    page.on = false;
    page_put(engine, tx, &page);
}

const struct feature personal_feature = {
    .name = "personal",
    .needs = (const char *const[]){"identity", "messaging", "operations", "backoffice", "wallet", NULL},
    .routes = routes,
    .migrations = personal_migrations,
    .settings = settings,
    .settings_size = sizeof(struct personal_settings),
    .menu = menu,
    .operations = operations,
    .queues = personal_queues,
    .own_data = personal_own_data,
    .sealed = personal_sealed,
    .erases = personal_erases,
    .on_event = on_event,
};
