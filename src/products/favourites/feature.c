/* feature.c: favourites: people one often pays, by name and number. The worked example of ADDING_A_FEATURE.md. */
#include "generated/strings_favourites.h"
#include "generated/templates.h"
#include "products/favourites/pages.h"

static const struct migration migrations[] = {
    {"favourites", 1,
     "CREATE TABLE favourite ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  id BIGINT NOT NULL,\n"
     "  phone_hash BYTES NOT NULL,\n"
     "  phone BYTES NOT NULL,\n"
     "  name BYTES NOT NULL,\n"
     "  PRIMARY KEY (customer, id),\n"
     "  UNIQUE (customer, phone_hash)\n"
     ") CLUSTERED;"},
    {.sql = NULL},
};

FORM(person_form,
     {.name = "name",
      .type = FIELD_TEXT,
      .required = true,
      .min = 1,
      .max = 40,
      .missing = S_favourites_name_missing,
      .invalid = S_favourites_name_invalid},
     {.name = "phone", .type = FIELD_PHONE, .required = true, .missing = S_favourites_phone_missing});

/* The same fields before anything was typed: the page's own form. */
FORM(person_draft, {.name = "name", .type = FIELD_TEXT, .max = 40}, {.name = "phone", .type = FIELD_PHONE});

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/favourites",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_FAVOURITES_READ,
     .form = &person_draft,
     .stages = {{STAGE_READ, favourites_read}},
     .page = &template_favourites_list,
     .summary = "People one often pays",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/favourites",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_FAVOURITES_WRITE,
     .form = &person_form,
     .stages = {{STAGE_WRITE, favourites_add}},
     .again = favourites_read,
     .again_page = &template_favourites_list,
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "favourites.add",
     .summary = "Puts a person on the list, or renames one"},
    {.method = METHOD_POST,
     .path = "/favourites/{id}/remove",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_FAVOURITES_WRITE,
     .stages = {{STAGE_WRITE, favourites_remove}},
     .audit = "favourites.remove",
     .summary = "Takes a person off the list"},
    {.path = NULL},
};

/* Numbers are looked up in the list of each. */
static const struct lookup numbers[] = {
    {LOOKUP_BESIDE_2("favourite", "phone_hash", "phone", "customer, id")},
    {.purpose = NULL},
};

static const struct sealed sealed[] = {
    {SEALED_2("favourite", "phone", "favourite.phone", "customer, id", "ii", "id"), .lookups = numbers},
    {SEALED_2("favourite", "name", "favourite.name", "customer, id", "ii", "id")},
    {.where = NULL},
};

static const struct menu_item menu[] = {
    {S_favourites_menu, "/favourites", "users", WHO_CUSTOMER, 45},
    {.path = NULL},
};

static const char *const needs[] = {"identity", NULL};

const struct feature favourites_feature = {
    .name = "favourites",
    .needs = needs,
    .routes = routes,
    .migrations = migrations,
    .sealed = sealed,
    .menu = menu,
    .own_data = favourites_own_data,
    .erases = favourites_erases,
};
