/* feature.c: operations: what happened on one's accounts: list, detail, receipt, export. Every cabinet has it. */
#include "operations/digest.h"
#include "operations/pages.h"

#include "generated/strings_operations.h"
#include "generated/templates.h"
#include "operations/state.h"

#include <stddef.h>

static const char *const directions[] = {"in", "out", NULL};
static const char *const formats[] = {"csv", "ofx", "camt053", "1c", "pdf", NULL}; /* as export.c has them */

#define FILTER_FIELDS                                                                                                  \
    {.name = "text", .type = FIELD_TEXT, .max = 100}, {.name = "from", .type = FIELD_DATE},                            \
        {.name = "to", .type = FIELD_DATE}, {.name = "min", .type = FIELD_MONEY},                                      \
        {.name = "max", .type = FIELD_MONEY}, {.name = "kind", .type = FIELD_TEXT, .max = 40},                         \
        {.name = "tag", .type = FIELD_TEXT, .max = 40}, {.name = "category", .type = FIELD_TEXT, .max = 40},           \
        {.name = "direction", .type = FIELD_CHOICE, .choices = directions}, {.name = "card", .type = FIELD_ID}, {      \
        .name = "account", .type = FIELD_ID                                                                            \
    }

FORM(list_query, FILTER_FIELDS, {.name = "before", .type = FIELD_ID});
/* What an operation's page lets him say of it, before anything was typed. */
FORM(detail_draft, {.name = "tags", .type = FIELD_TEXT, .max = 400}, {.name = "tag", .type = FIELD_TEXT, .max = 60},
     {.name = "category", .type = FIELD_TEXT, .max = 60}, {.name = "remember", .type = FIELD_BOOL});
FORM(export_query, FILTER_FIELDS, {.name = "format", .type = FIELD_CHOICE, .choices = formats});

static const char *const mailed_formats[] = {"pdf", "csv", NULL}; /* as statement_mail.c has them */
FORM(statement_form, {.name = "from", .type = FIELD_DATE}, {.name = "to", .type = FIELD_DATE},
     {.name = "format", .type = FIELD_CHOICE, .choices = mailed_formats});

FORM(choice_form, {.name = "each", .type = FIELD_BOOL});

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/operations",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_OPERATIONS_READ,
     .form = &list_query,
     .stages = {{STAGE_READ, operations_list_read}},
     .page = &template_operations_list,
     .summary = "The caller's operations, newest first, filtered by the query; `next` leads on",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/operations/export",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_OPERATIONS_READ,
     .form = &export_query,
     .stages = {{STAGE_READ, export_read}},
     .summary = "The operations of the same filter as a file: CSV, OFX, camt.053, 1C client-bank exchange, PDF"},
    {.method = METHOD_GET,
     .path = "/operations/statement",
     .who = WHO_CUSTOMER,
     .form = &statement_form,
     .stages = {{STAGE_READ, statement_page}},
     .page = &template_operations_statement,
     .summary = "What became of the last statement sent by e-mail",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/operations/statement",
     .who = WHO_CUSTOMER,
     .form = &statement_form,
     .stages = {{STAGE_READ, statement_prepare}, {STAGE_WORK, statement_count}, {STAGE_WRITE, statement_write}},
     .again = statement_page,
     .again_page = &template_operations_statement,
     .rates = {{RATE_CALLER, 20, MINUTE}},
     .audit = "operations.statement_mail",
     .summary = "Sends the operations of a period as PDF or CSV to the caller's confirmed e-mail address"},
    {.method = METHOD_GET,
     .path = "/operations/{id}",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_OPERATIONS_READ,
     .form = &detail_draft,
     .stages = {{STAGE_READ, operation_read}},
     .page = &template_operations_detail,
     .summary = "One operation",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/operations/{id}/receipt",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_OPERATIONS_READ,
     .stages = {{STAGE_READ, receipt_read}, {STAGE_WORK, receipt_work}},
     .summary = "Its receipt as a PDF",
     .rates = {{RATE_CALLER, 60, MINUTE}}},
    {.method = METHOD_POST,
     .path = "/operations/{id}/receipt/mail",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, receipt_mail_look}, {STAGE_WRITE, receipt_mail_write}},
     .again = operation_read,
     .again_page = &template_operations_detail,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "operations.receipt_mail",
     .summary = "Sends its receipt as a PDF to the caller's confirmed e-mail address"},
    {.method = METHOD_GET,
     .path = "/settings/receipts",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, receipt_choice_page}},
     .page = &template_operations_receipts,
     .summary = "Whether the receipt of each payment and transfer is sent by e-mail"},
    {.method = METHOD_POST,
     .path = "/settings/receipts",
     .who = WHO_CUSTOMER,
     .form = &choice_form,
     .stages = {{STAGE_WRITE, receipt_choice_write}},
     .again = receipt_choice_page,
     .again_page = &template_operations_receipts,
     .audit = "operations.receipts",
     .summary = "Sends the receipt of each payment and transfer by e-mail, or no more"},
    {.method = METHOD_GET,
     .path = "/events",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_OPERATIONS_READ,
     .stages = {{STAGE_QUICK, events_stream}},
     .summary = "Names of what happens to the caller's money, as server-sent events",
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .flags = ROUTE_STREAM},
    {.path = NULL}};

static const struct menu_item menu[] = {{S_operations_menu, "/operations", "operations", WHO_CUSTOMER, 20},
                                        {.path = NULL}};

static const struct job jobs[] = {{"operations.digest", SECOND, digest_job}, {.name = NULL}};

static const struct setting settings[] = {
    {"digest_after", SETTING_DURATION, offsetof(struct operations_settings, digest_after), "1m", 0, DAY, NULL,
     "How old operations are before they are digested for searches and reports: longer than nodes' clocks differ."},
    {.name = NULL}};

static void *state_open(struct engine *engine, struct arena *arena, struct text *problem) {
    struct operations_state *state = arena_new_of(arena, struct operations_state);
    state->settings = engine_settings(engine, &operations_feature);
    state->sides = side_memo_new();
    if (state->sides == NULL) *problem = TEXT("no memory for operations");
    receipt_mail_open(engine);
    statement_mail_open(engine);
    return state;
}

static void state_close(void *data) {
    struct operations_state *state = data;
    side_memo_free(state->sides);
}

static void on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    if (event->kind == EVENT_PAID) receipt_mail_paid(engine, tx, event);
}

const struct feature operations_feature = {
    .name = "operations",
    .needs = (const char *const[]){"identity", "messaging", NULL},
    .routes = routes,
    .migrations = operations_migrations,
    .jobs = jobs,
    .settings = settings,
    .settings_size = sizeof(struct operations_settings),
    .menu = menu,
    .open = state_open,
    .close = state_close,
    .own_data = operations_own_data,
    .erases = operations_erases,
    .on_event = on_event,
};
