/* feature.c: erasure: a customer has his cabinet closed and his data destroyed as soon as the law allows (ID-17). What
 * belongs to whom every feature says itself (struct feature: obstacles, erases). */
#include "erasure/erasure.h"

#include "factors/factors.h"

#include <stddef.h>

const struct migration erasure_migrations[] = {
    {"erasure", 1,
     "CREATE TABLE erasure ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, id BIGINT NOT NULL, asked BIGINT NOT NULL, closes BIGINT NOT NULL,\n"
     "  destroys BIGINT NOT NULL, due BIGINT NOT NULL, state BIGINT NOT NULL, identified BIGINT NOT NULL,\n"
     "  step TEXT NOT NULL, after BIGINT NOT NULL, done BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX erasure_due ON erasure (due) WHERE state < 4;\n"
     "CREATE INDEX erasure_id ON erasure (id);\n"
     "CREATE TABLE erasure_part ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, what TEXT NOT NULL, count BIGINT NOT NULL, at BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, what)\n"
     ") CLUSTERED"},
    /* Cabinets that staff closed before they came here by themselves. When that was is not known: the job counts the
     * law's term from the day it finds them. Nobody asked (asked = 0); the act is known by the customer's own id. */
    {"erasure", 2,
     "INSERT INTO erasure (customer, id, asked, closes, destroys, due, state, identified, step, after, done)\n"
     "  SELECT id, id, 0, 0, 0, 0, 1, 0, '', 0, 0 FROM customer WHERE closed = 1\n"
     "  AND NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.customer = customer.id)"},
    {NULL, 0, NULL},
};

FORM(ask_form, {.name = "sure", .type = FIELD_BOOL});

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/settings/erase",
     .who = WHO_CUSTOMER,
     .form = &ask_form,
     .stages = {{STAGE_READ, erase_page}},
     .page = &template_erasure_erase,
     .summary = "How one's data are destroyed, what stands in the way, and when it will be",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/settings/erase",
     .who = WHO_CUSTOMER,
     .form = &ask_form,
     .stages = {{STAGE_WRITE, factors_fresh}, {STAGE_WRITE, erase_ask}},
     .page = &template_erasure_erase,
     .again = erase_page,
     .again_page = &template_erasure_erase,
     .rates = {{RATE_CALLER, 20, MINUTE}},
     .audit = "erasure.ask",
     .summary = "Ask to have one's cabinet closed and one's data destroyed",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_POST,
     .path = "/settings/erase/cancel",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, erase_cancel}},
     .page = &template_erasure_erase,
     .again = erase_page,
     .again_page = &template_erasure_erase,
     .audit = "erasure.cancel",
     .summary = "Think better of it while there is time",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/staff/erasures",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT | ROLE_ADMIN,
     .stages = {{STAGE_READ, acts_page}},
     .page = &template_erasure_acts,
     .audit = "erasure.acts",
     .summary = "Whose data are to be destroyed, and whose were"},
    {.method = METHOD_GET,
     .path = "/staff/erasures/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT | ROLE_ADMIN,
     .stages = {{STAGE_READ, act_page}},
     .page = &template_erasure_act,
     .audit = "erasure.act",
     .summary = "The act: what was destroyed and when, without the data"},
    {.path = NULL},
};

#define AT(member) offsetof(struct erasure_settings, terms.member)

static const struct setting settings[] = {
    {"delay", SETTING_DURATION, AT(delay), "14d", 0, 30 * DAY, NULL,
     "How long a customer may think better of having his data destroyed (by law they go in 30 days at most)"},
    {"kept", SETTING_DURATION, AT(kept), "1827d", 0, 7305 * DAY, NULL,
     "How long the data of identified customers are kept after the end (115-FZ: five years)"},
    {.name = NULL},
};

static const struct menu_item menu[] = {
    {S_erasure_acts_menu, "/staff/erasures", "trash", WHO_STAFF, 850},
    {.path = NULL},
};

static const char *const needs[] = {"identity", "messaging", "factors", NULL};

const struct feature erasure_feature = {
    .name = "erasure",
    .needs = needs,
    .routes = routes,
    .migrations = erasure_migrations,
    .jobs = erasure_jobs,
    .settings = settings,
    .settings_size = sizeof(struct erasure_settings),
    .menu = menu,
    .on_event = erasure_on_event,
};
