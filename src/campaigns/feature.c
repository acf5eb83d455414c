/* feature.c: campaigns as the engine sees them: news, offers and sales brought to those who agreed to them (MS-4). */
#include "campaigns/internal.h"

#define AT(member) offsetof(struct campaigns_settings, member)

static const struct setting settings[] = {
    {"regular.after", SETTING_DURATION, AT(regular_after), "180d", 0, 3650 * DAY, NULL,
     "A customer for so long is a regular one"},
    {"regular.operations", SETTING_INT, AT(regular_operations), "20", 1, 1000000, NULL,
     "So is one with so many operations"},
    {.name = NULL},
};

static const struct job jobs[] = {
    {"campaigns.deliver", 5 * SECOND, campaign_deliver},
    {.name = NULL},
};

static const char *const kinds[] = {"news", "offer", "sale", NULL};
static const char *const levels[] = {"minimal", "simplified", "full", NULL};

#define WORDS(field, most, must) {.name = field, .type = FIELD_TEXT, .required = must, .min = 3, .max = most}
#define CAMPAIGN(must)                                                                                                 \
    {.name = "kind", .type = FIELD_CHOICE, .required = must, .choices = kinds}, WORDS("title_ru", 80, must),           \
        WORDS("text_ru", 500, must), WORDS("title_en", 80, must), WORDS("text_en", 500, must),                         \
        {.name = "link", .type = FIELD_TEXT, .max = 200}, {.name = "level", .type = FIELD_CHOICE, .choices = levels},  \
        {.name = "product", .type = FIELD_TEXT, .max = 40},                                                            \
        {.name = "regular_days", .type = FIELD_INT, .min = 0, .max = 30}, {.name = "push", .type = FIELD_BOOL},        \
        {.name = "mail", .type = FIELD_BOOL}, {.name = "sms", .type = FIELD_BOOL}
FORM(campaign_draft, CAMPAIGN(false));
FORM(campaign_form, CAMPAIGN(true));

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/staff/campaigns",
     .who = WHO_STAFF,
     .roles = ROLE_CATALOGUE,
     .form = &campaign_draft,
     .stages = {{STAGE_READ, campaigns_page}},
     .page = &template_campaigns_list,
     .audit = "campaigns.list",
     .summary = "News, offers and sales for customers, and how far each has come",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/campaigns",
     .who = WHO_STAFF,
     .roles = ROLE_CATALOGUE,
     .form = &campaign_form,
     .stages = {{STAGE_WRITE, campaign_make}},
     .again = campaigns_page,
     .again_page = &template_campaigns_list,
     .audit = "campaigns.make",
     .summary = "Writes one; nobody is told yet"},
    {.method = METHOD_POST,
     .path = "/staff/campaigns/{id}/start",
     .who = WHO_STAFF,
     .roles = ROLE_CATALOGUE,
     .stages = {{STAGE_WRITE, campaign_start}},
     .audit = "campaigns.start",
     .summary = "Begins it, or goes on where it was stopped"},
    {.method = METHOD_POST,
     .path = "/staff/campaigns/{id}/stop",
     .who = WHO_STAFF,
     .roles = ROLE_CATALOGUE,
     .stages = {{STAGE_WRITE, campaign_stop}},
     .audit = "campaigns.stop",
     .summary = "Stops it where it is"},
    {.path = NULL},
};

static const struct menu_item menu[] = {
    {S_campaigns_menu, "/staff/campaigns", "tag", WHO_STAFF, 600},
    {.path = NULL},
};

static void *start(struct engine *engine, struct arena *arena, struct text *problem) {
    (void)engine;
    (void)problem;
    return arena_new_of(arena, char);
}

static const char *const needs[] = {"identity", "messaging", "backoffice", NULL};

const struct feature campaigns_feature = {
    .name = "campaigns",
    .needs = needs,
    .routes = routes,
    .migrations = campaigns_migrations,
    .jobs = jobs,
    .menu = menu,
    .settings = settings,
    .settings_size = sizeof(struct campaigns_settings),
    .erases = campaigns_erases,
    .open = start,
};
