/* feature.c: contacts with debtors as the engine sees them (LO-6, IN-4). */
#include "debtors/internal.h"
#include "generated/templates.h"

#include <stddef.h>

/* ---- forms ---- */

#define DIARY_FORM(name_, way_must, outcome_must)                                                                      \
    FORM(name_, {.name = "way", .type = FIELD_CHOICE, .required = (way_must), .choices = contact_ways},                \
         {.name = "outcome", .type = FIELD_CHOICE, .required = (outcome_must), .choices = contact_outcomes},           \
         {.name = "promised", .type = FIELD_DATE, .invalid = S_debtors_promised_day},                                  \
         {.name = "note", .type = FIELD_TEXT, .max = 1000}, {.name = "refused", .type = FIELD_DATE},                   \
         {.name = "representative", .type = FIELD_TEXT, .max = 300},                                                   \
         {.name = "zone", .type = FIELD_CHOICE, .choices = debtor_zones})
DIARY_FORM(diary_form, false, false);
DIARY_FORM(begin_form, true, false);
DIARY_FORM(outcome_form, false, true);

/* ---- addresses ---- */

#define ACT(path_, form_, stage_)                                                                                      \
    .method = METHOD_POST, .path = (path_), .who = WHO_STAFF, .roles = WHO_SPEAKS, .key = true, .form = &(form_),      \
    .stages = {{STAGE_WRITE, stage_}}, .again = diary_read, .again_page = &template_debtors_diary,                     \
    .rates = {{RATE_ADDRESS, 600, MINUTE}}

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/staff/customers/{id}/contacts",
     .who = WHO_STAFF,
     .roles = WHO_SPEAKS,
     .form = &diary_form,
     .stages = {{STAGE_READ, diary_read}},
     .page = &template_debtors_diary,
     .audit = "debtors.contacts.seen",
     .summary = "Contacts with a debtor: what was, what may be done now and when next",
     .flags = ROUTE_FORM_OPTIONAL},
    {ACT("/staff/customers/{id}/contacts", begin_form, diary_begin), .audit = "debtors.contact",
     .summary = "Begins a contact with a debtor, if the law allows it now"},
    {ACT("/staff/customers/{id}/contacts/{contact}", outcome_form, diary_end), .audit = "debtors.contact.end",
     .summary = "What came of a contact"},
    {ACT("/staff/customers/{id}/contact-wishes", diary_form, diary_wish), .audit = "debtors.contact.wish",
     .summary = "What a debtor has asked for in writing: no contacts, a representative; where he lives"},
    {.path = NULL}};

/* ---- the rest ---- */

static const struct task_outcome after_promise[] = {
    {"spoken", S_debtors_task_spoken}, {"paid", S_debtors_task_paid}, {.name = NULL}};

static const struct queue queues[] = {{.name = "debtors.promise",
                                       .title = S_debtors_queue,
                                       .roles = WHO_SPEAKS,
                                       .due_us = DAY,
                                       .outcomes = after_promise},
                                      {.name = NULL}};

static const struct job jobs[] = {{"debtors.promises", MINUTE, debtors_promises_job},
                                  {"debtors.notices", SECOND, debtors_notices_job},
                                  {.name = NULL}};

static const struct setting settings[] = {
    {"zone", SETTING_TEXT, offsetof(struct debtors_settings, zone), "", 0, 60, NULL,
     "By which clock debtors are called and written to when nothing better is known: Asia/Omsk. Empty: time_zone."},
    {.name = NULL}};

static bool settings_good(const void *data, const char **key, struct text *must) {
    const struct debtors_settings *own = data;
    if (own->zone[0] == '\0' || zone_named(own->zone) != NULL) return true;
    *key = "zone";
    *must = TEXT("be a time zone: Asia/Omsk");
    return false;
}

const struct feature debtors_feature = {
    .name = "debtors",
    .needs = (const char *const[]){"identity", "messaging", "backoffice", NULL},
    .routes = routes,
    .migrations = debtors_migrations,
    .jobs = jobs,
    .settings = settings,
    .settings_size = sizeof(struct debtors_settings),
    .settings_good = settings_good,
    .queues = queues,
    .card = debtors_card,
    .own_data = debtors_own_data,
    .sealed = debtors_sealed,
    .erases = debtors_erases,
};
