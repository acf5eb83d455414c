/* feature.c: the desk as the engine sees it (ID-7). */
#include "desk/internal.h"

static const char *const desk_languages[] = {"ru", "en", NULL};
#define DESK_LANGUAGE                                                                                                  \
    { .name = "language", .type = FIELD_CHOICE, .choices = desk_languages }

FORM(desk_form,
     {.name = "login",
      .type = FIELD_TEXT,
      .required = true,
      .max = 32,
      .missing = S_desk_login_missing},
     {.name = "phone", .type = FIELD_PHONE, .required = true, .missing = S_desk_phone_missing},
     {.name = "phone2", .type = FIELD_PHONE}, {.name = "phone3", .type = FIELD_PHONE}, DESK_LANGUAGE);
FORM(desk_draft, {.name = "login", .type = FIELD_TEXT, .max = 32}, {.name = "phone", .type = FIELD_PHONE},
     {.name = "phone2", .type = FIELD_PHONE}, {.name = "phone3", .type = FIELD_PHONE}, DESK_LANGUAGE);

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/staff/contracts",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT,
     .form = &desk_draft,
     .stages = {{STAGE_READ, office_page}},
     .page = &template_desk_open,
     .audit = "desk.seen",
     .summary = "The desk where contracts are opened",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/contracts",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT,
     .form = &desk_form,
     .stages = {{STAGE_READ, office_check}, {STAGE_WORK, office_prepare},
                {STAGE_WRITE, office_open}},
     .page = &template_desk_opened,
     .again = office_page,
     .again_page = &template_desk_open,
     .audit = "desk.contract.opened",
     .summary = "Open a contract; what is printed on it is shown once"},
    {.path = NULL},
};

static const struct menu_item menu[] = {
    {S_desk_menu, "/staff/contracts", "file", WHO_STAFF, 35},
    {.path = NULL},
};

static const char *const needs[] = {"identity", "backoffice", "onboarding", NULL};

const struct feature desk_feature = {.name = "desk", .needs = needs, .routes = routes, .menu = menu};
