/* feature.c: requests for money between people (WA-11): what they bring, as tables. */
#include "products/requests/requests.h"

#include <stddef.h>

#define NOTE_FIELD {.name = "note", .type = FIELD_TEXT, .max = 140, .invalid = S_requests_note_long}
FORM(ask_form, {.name = "to", .type = FIELD_PHONE, .required = true, .missing = S_requests_to_missing},
     {.name = "sum",
      .type = FIELD_MONEY,
      .required = true,
      .min = 100,
      .max = MONEY_MAX,
      .missing = S_requests_sum_missing,
      .invalid = S_requests_sum_invalid},
     NOTE_FIELD);
FORM(ask_draft, {.name = "to", .type = FIELD_PHONE}, {.name = "sum", .type = FIELD_MONEY}, NOTE_FIELD);
FORM(no_form, );

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/requests",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TRANSFERS_WRITE,
     .form = &ask_draft,
     .stages = {{STAGE_READ, requests_read}},
     .page = &template_requests_list,
     .summary = "Whom one has asked for money, who asks oneself, and whom one does not want to hear",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/requests",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TRANSFERS_WRITE,
     .form = &ask_form,
     .stages = {{STAGE_WRITE, request_ask}},
     .again = requests_read,
     .again_page = &template_requests_list,
     .key = true,
     .rates = {{RATE_CALLER, 20, MINUTE}},
     .audit = "requests.asked",
     .summary = "Asks whoever has that number for money"},
    {.method = METHOD_GET,
     .path = "/requests/{id}",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TRANSFERS_WRITE,
     .stages = {{STAGE_READ, request_read}},
     .page = &template_requests_request,
     .summary = "One of them; POST /transfers with its number in `request` pays it"},
    {.method = METHOD_POST,
     .path = "/requests/{id}/withdraw",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TRANSFERS_WRITE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, request_withdraw}},
     .again = request_read,
     .again_page = &template_requests_request,
     .audit = "requests.withdrawn",
     .summary = "Takes one's own back"},
    {.method = METHOD_POST,
     .path = "/requests/{id}/decline",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TRANSFERS_WRITE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, request_decline}},
     .again = request_read,
     .again_page = &template_requests_request,
     .audit = "requests.declined",
     .summary = "Says no"},
    {.method = METHOD_POST,
     .path = "/requests/{id}/block",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TRANSFERS_WRITE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, request_block_write}},
     .audit = "requests.blocked",
     .summary = "Says no, and does not want to be asked by that person again, who is not told"},
    {.method = METHOD_POST,
     .path = "/requests/blocked/{id}/unblock",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TRANSFERS_WRITE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, request_unblock_write}},
     .audit = "requests.unblocked",
     .summary = "That person may ask again"},
    {.path = NULL},
};

#define AT(member) offsetof(struct requests_settings, member)
static const struct setting settings[] = {
    {"most", SETTING_INT, AT(most), "10", 1, 100, NULL, "How many requests of one person may be open."},
    {"day_most", SETTING_INT, AT(day_most), "20", 1, 1000, NULL, "How many he may make within a day."},
    {"life", SETTING_DURATION, AT(life), "7d", SECOND, 90 * DAY, NULL, "How long a request stays open."},
    {"sum_most", SETTING_MONEY, AT(sum_most), "100 000.00", 100, 100000000, NULL, "The largest sum to be asked for."},
    {.name = NULL}};

static const struct menu_item menu[] = {{S_requests_menu, "/requests", "in", WHO_CUSTOMER, 26}, {.path = NULL}};

static const struct job jobs[] = {{"requests.lapse", MINUTE, requests_lapse}, {.name = NULL}};

const struct feature requests_feature = {
    .name = "requests",
    .needs = (const char *const[]){"identity", "operations", "messaging", "wallet", NULL},
    .routes = routes,
    .migrations = requests_migrations,
    .jobs = jobs,
    .settings = settings,
    .settings_size = sizeof(struct requests_settings),
    .menu = menu,
    .pending = requests_pending,
    .sealed = requests_sealed,
    .own_data = requests_own_data,
    .erases = requests_erases,
    .on_event = requests_on_event,
    .answers = request_answers,
};
