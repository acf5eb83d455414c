/* feature.c: terminals near me as the engine sees them (WA-12): a page for anybody, the list for staff. */
#include "terminals/internal.h"

#include <stddef.h>

static const struct migration migrations[] = {
    {"terminals", 1,
     "CREATE TABLE terminal_list ( -- reference\n"
     "  version BIGINT NOT NULL PRIMARY KEY, at BIGINT NOT NULL, staff BIGINT NOT NULL, count BIGINT NOT NULL,\n"
     "  content TEXT NOT NULL\n"
     ") CLUSTERED"},
    {.sql = NULL},
};

FORM(search_form, {.name = "at", .type = FIELD_TEXT, .max = 40, .invalid = S_terminals_at_bad},
     {.name = "q", .type = FIELD_TEXT, .max = 100});
FORM(file_draft, {.name = "file", .type = FIELD_FILE, .max = FILE_BYTES_MOST});
FORM(file_form, {.name = "file",
                 .type = FIELD_FILE,
                 .required = true,
                 .max = FILE_BYTES_MOST,
                 .missing = S_terminals_staff_file_missing,
                 .invalid = S_terminals_staff_file_large});

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/terminals",
     .who = WHO_ANYONE,
     .form = &search_form,
     .stages = {{STAGE_READ, terminals_hold}, {STAGE_WORK, terminals_page}},
     .page = &template_terminals_list,
     .rates = {{RATE_ADDRESS, 120, MINUTE}},
     .summary = "Terminals that take cash: the nearest to a place (at: latitude,longitude), or by words"},
    {.method = METHOD_GET,
     .path = "/staff/terminals",
     .who = WHO_STAFF,
     .roles = ROLE_CATALOGUE,
     .form = &file_draft,
     .stages = {{STAGE_READ, list_page}},
     .page = &template_terminals_staff,
     .audit = "terminals.seen",
     .summary = "The lists of terminals, newest first",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/staff/terminals/export",
     .who = WHO_STAFF,
     .roles = ROLE_CATALOGUE,
     .stages = {{STAGE_READ, list_export}},
     .audit = "terminals.exported",
     .summary = "The newest list as CSV"},
    {.method = METHOD_POST,
     .path = "/staff/terminals",
     .who = WHO_STAFF,
     .roles = ROLE_CATALOGUE,
     .form = &file_form,
     .stages = {{STAGE_WORK, list_read}, {STAGE_WRITE, list_save}},
     .page = &template_terminals_staff,
     .again = list_page,
     .again_page = &template_terminals_staff,
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "terminals.replaced",
     .summary = "Replaces the list by a CSV file",
     .body_max = FILE_BYTES_MOST + 65536},
    {.path = NULL},
};

static const struct setting settings[] = {
    {"file", SETTING_TEXT, offsetof(struct terminals_settings, file), "", 0, 500, NULL,
     "A CSV of terminals with which an empty database begins; staff replace it later."},
    {.name = NULL},
};

static const struct job jobs[] = {{"terminals.first", MINUTE, list_first}, {.name = NULL}};

static const struct menu_item menu[] = {
    {S_terminals_menu, "/terminals", "pin", WHO_CUSTOMER, 16},
    {S_terminals_staff_menu, "/staff/terminals", "pin", WHO_STAFF, 73},
    {.path = NULL},
};

const struct feature terminals_feature = {
    .name = "terminals",
    .needs = (const char *const[]){"identity", "backoffice", NULL},
    .routes = routes,
    .migrations = migrations,
    .settings = settings,
    .settings_size = sizeof(struct terminals_settings),
    .jobs = jobs,
    .menu = menu,
    .open = terminals_open,
    .close = terminals_close,
};
