/* feature.c: personal tokens (IF-2): keys that a customer makes for his programs, each good for what he chose and no
 * longer than he said. They open the routes that name one of their scopes; no route that changes secrets, devices or
 * tokens has one. */
#include "tokens/internal.h"

#include "factors/factors.h"

static const char *const lives[] = {"30", "90", "365", NULL};

/* A checkbox for each scope, by its name (engine/scopes.c). */
FORM(token_form,
     {.name = "name",
      .type = FIELD_TEXT,
      .required = true,
      .min = 1,
      .max = 40,
      .missing = S_tokens_name_missing,
      .invalid = S_tokens_name_invalid},
     {.name = "balance_read", .type = FIELD_BOOL}, {.name = "operations_read", .type = FIELD_BOOL},
     {.name = "favourites_read", .type = FIELD_BOOL}, {.name = "favourites_write", .type = FIELD_BOOL},
     {.name = "topups_write", .type = FIELD_BOOL}, {.name = "transfers_write", .type = FIELD_BOOL},
     {.name = "payments_write", .type = FIELD_BOOL},
     {.name = "days", .type = FIELD_CHOICE, .choices = lives},
     {.name = "day_limit", .type = FIELD_MONEY, .min = 1, .max = MONEY_MAX, .invalid = S_tokens_limit_invalid});

/* The same before anything was typed: the page's own form. */
FORM(token_draft, {.name = "name", .type = FIELD_TEXT, .max = 40}, {.name = "day_limit", .type = FIELD_MONEY});

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/settings/tokens",
     .who = WHO_CUSTOMER,
     .form = &token_draft,
     .stages = {{STAGE_READ, tokens_page}},
     .page = &template_tokens_list,
     .summary = "The caller's personal tokens, and what one may be good for",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/settings/tokens",
     .who = WHO_CUSTOMER,
     .form = &token_form,
     .stages = {{STAGE_WRITE, factors_fresh}, {STAGE_WRITE, tokens_make}},
     .page = &template_tokens_made,
     .again = tokens_page,
     .again_page = &template_tokens_list,
     .rates = {{RATE_CALLER, 20, MINUTE}},
     .audit = "tokens.make",
     .summary = "Makes a personal token and shows it, this once",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_POST,
     .path = "/settings/tokens/{id}/end",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, tokens_end}},
     .audit = "tokens.end",
     .summary = "Ends a personal token at once",
     .flags = ROUTE_SENSITIVE},
    {.path = NULL},
};

static const struct menu_item menu[] = {
    {S_tokens_menu, "/settings/tokens", "key", WHO_CUSTOMER, 910},
    {.path = NULL},
};

static const char *const needs[] = {"identity", "messaging", NULL};

const struct feature tokens_feature = {
    .name = "tokens",
    .needs = needs,
    .routes = routes,
    .menu = menu,
    .own_data = tokens_own_data,
};
